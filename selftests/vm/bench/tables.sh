# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the machine has measured, as tables. Each function reads a file that one of its scripts wrote.

# Of guest.sh
message_table()
{
	awk '
	!($1 in seen) { seen[$1] = 1; row[++n] = $1 }
	{ cost[$1, $2] = $3 }
	function over(r, variant, than) { return sprintf("%+d", cost[r, variant] - cost[r, than]) }
	END {
		print "| message | no module | two empty hooks | conntrack | netatop, conntrack on | to the hooks | netatop, conntrack off | netatop, conntrack=on |"
		print "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
		for (i = 1; i <= n; i++) {
			r = row[i]
			floor = cost[r, "floor"] - cost[r, "none"]
			printf "| %s | %d | %s | %d | %s | %s | %s | %s |\n", r,
				cost[r, "none"], over(r, "floor", "none"), cost[r, "ct"],
				over(r, "rule", "ct"),
				(floor > 0 ? sprintf("%.1f", (cost[r, "rule"] - cost[r, "ct"]) / floor) : "-"),
				over(r, "off", "none"), over(r, "on", "none")
		}
	}' "$1"
}

# Of sample.sh
sample_table()
{
	awk '
	BEGIN {
		print "| processes | getsockopt for each | netlink dump | to getsockopt | walk by libnetatop | to getsockopt |"
		print "| ---: | ---: | ---: | ---: | ---: | ---: |"
	}
	{ printf "| %d | %d | %d | %.2f | %d | %.2f |\n", $1, $2, $3, $3 / $2, $4, $4 / $2 }' "$1"
}
