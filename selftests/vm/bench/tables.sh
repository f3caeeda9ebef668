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
		print "| processes | getsockopt for each | dump, messages | to getsockopt | dump, table | to getsockopt | walk by libnetatop | to getsockopt |"
		print "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
	}
	{ printf "| %d | %d | %d | %.2f | %d | %.3f | %d | %.2f |\n", $1, $2, $3, $3 / $2, $4, $4 / $2, $5, $5 / $2 }' "$1"
}

# Of walks.sh
walks_table()
{
	echo "| | | all | for each |"
	echo "| --- | ---: | ---: | ---: |"
	awk '{ printf "| %s | %d | %.0f | %.0f |\n", $1, $2, $3, $3 / $2 }' "$1"
}

# Of memory.sh: memory_table FILE NUMBER MODULE
memory_table()
{
	readelf --debug-dump=info "$3" 2>/dev/null | awk -v number="$2" '
	# ours and what is in it; a declaration alone has no size
	FILENAME == "-" {
		if (/DW_TAG_structure_type/) { inside = 1; name = "" }
		else if (/DW_TAG_/) inside = 0
		if (inside && /DW_AT_name/) name = $NF
		if (inside && /DW_AT_byte_size/ && name ~ /^nta_(record|task|sock|sockinfo)$/ && $NF > size[name])
			size[name] = $NF
		next
	}
	{ bytes[$1, $2] = $3 / number }
	function row(what, structure, label, without, with)
	{
		printf "| %s | %s | %.0f | %.0f | %+.0f |\n", what, structure, bytes[label, without],
			bytes[label, with], bytes[label, with] - bytes[label, without]
	}
	END {
		print "| bytes for each | its structure | without netatop | with netatop | more |"
		print "| --- | ---: | ---: | ---: | ---: |"
		row("thread", size["nta_record"], "threads", "none", "off")
		row("process with one thread", size["nta_task"] " + " size["nta_record"], "processes", "none", "off")
		row("flow, no other extension", size["nta_sockinfo"] " in the entry", "flows", "ct", "rule")
		row("flow, nf_conntrack_acct=1", size["nta_sockinfo"] " in the entry", "counted", "ct", "rule")
		row("UDP socket, conntrack off", size["nta_sock"], "sockets", "none", "off")
	}' - "$1"
}

# Of collector.sh
collector_table()
{
	awk '
	BEGIN {
		print "| of | | FORCE_GC, nothing new | 1 % have sent | load | takes, ms | unload | takes, ms |"
		print "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
	}
	{ printf "| %s | %s | %s | %s | %d | %.1f | %d | %.1f |\n", $1, $2 ? $2 : "", $3, $4, $5, $6 / 1e6, $7, $8 / 1e6 }' "$1"
}

# Of latency.sh. Fails if netatop had them off for longer than is allowed, or if what was held off on purpose
# was not seen. What the kernel's allocator of pages does when netatop calls it is a figure of its own.
latency_table()
{
	awk -v allowed=100 -v held=150 -v precision=10 -v allowed_lost=0.02 '
	!($1 in seen) { seen[$1] = 1; row[++n] = $1 }
	$2 == "irqs" || $2 == "bh" || $2 == "softirq" {
		# softirqs are off for a task, or one of them runs
		kind = $2 == "irqs" ? "irqs" : "soft"
		where = $0
		for (i = 0; i < 4; i++) sub(/^[^ ]+ /, "", where)
		if ($4 / 1000 > us[$1, kind, $3]) {
			us[$1, kind, $3] = $4 / 1000
			place[$1, kind, $3] = where
		}
	}
	$2 == "ticks" { ticks += $3 }
	$2 == "unwinds-failed" { failed += $3 }
	$2 == "ticks-netatop" && $1 !~ /^control-/ { found += $3 }
	function text(r, kind, whose) { return us[r, kind, whose] ? sprintf("%.0f", us[r, kind, whose]) : "-" }
	function longer(r, whose) { return us[r, "irqs", whose] > us[r, "soft", whose] ? "irqs" : "soft" }
	END {
		print "| | interrupts, netatop | softirqs, netatop | where | allocator | interrupts, any | softirqs, any | where |"
		print "| --- | ---: | ---: | --- | ---: | ---: | ---: | --- |"
		for (i = 1; i <= n; i++) {
			r = row[i]
			printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", r, text(r, "irqs", "netatop"),
				text(r, "soft", "netatop"), place[r, longer(r, "netatop"), "netatop"],
				text(r, "irqs", "pages"), text(r, "irqs", "all"), text(r, "soft", "all"),
				place[r, longer(r, "all"), "all"]
			most = us[r, longer(r, "netatop"), "netatop"]
			if (r ~ /^control-/) {
				if (most < held || most > held + precision) unseen = unseen " " r
			} else if (most > allowed) {
				over = over " " r
			}
		}
		print ""
		if (unseen) print "FAIL: held for " held " us, which was not seen:" unseen
		if (!found) print "FAIL: netatop was never met"
		lost = failed > ticks * allowed_lost
		print failed + 0 " of " ticks + 0 " stacks could not be walked"
		if (lost) print "FAIL: too many"
		if (over) print "FAIL: longer than " allowed " us:" over
		if (unseen || over || lost || !found) exit 1
		print "pass: netatop, " allowed " us at most"
	}' "$1"
}

# Of lines.sh and lines.c: lines_table GUEST MOVES. What of it netatop's own instructions move, and which.
lines_table()
{
	awk '
	BEGIN { n = seen_windows = 0 }
	# windows in the order of both files
	FNR == 1 { file++ }
	file == 1 && $1 == "end" { n++; next }
	file == 1 && $2 == "S" { start[n, ++functions[n]] = $1; name[n, functions[n]] = $3; next }
	file == 1 { how[n] = $1; variant[n] = $2; messages[n] = $3 / 2; if (!seen[$1]++) row[++rows] = $1; next }
	$1 == "window" { w = seen_windows++; next }
	{
		moves[how[w], variant[w]] += $2 / messages[w]
		found = ""
		best = ""
		for (i = 1; i <= functions[w]; i++)
			if (start[w, i] <= $1 && start[w, i] > best) { best = start[w, i]; found = name[w, i] }
		# modules are far from each other, and from the kernel
		if (found != "" && substr(best, 1, 12) == substr($1, 1, 12)) {
			own[how[w], variant[w]] += $2 / messages[w]
			where[how[w], found] += $2 / messages[w] / 2
		}
	}
	function of(r, v) { return sprintf("%.2f", moves[r, v]) }
	function list(r,  key, part, text)
	{
		for (key in where) {
			split(key, part, SUBSEP)
			if (part[1] == r && where[key] >= 0.05)
				text = text sprintf("%s%s %.1f", text == "" ? "" : ", ", part[2], where[key])
		}
		return text
	}
	END {
		if (seen_windows != n) { print "windows are missing" >"/dev/stderr"; exit 1 }
		print "| two processors | no module | netatop, conntrack off | by its own code | conntrack | netatop, conntrack on | by its own code | which |"
		print "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
		for (i = 1; i <= rows; i++) {
			r = row[i]
			printf "| %s | %s | %s | %.2f | %s | %s | %.2f | %s |\n", r, of(r, "none"), of(r, "off"),
				own[r, "off"], of(r, "ct"), of(r, "rule"), own[r, "rule"], list(r)
		}
	}' "$1" "$2"
}

# Of cpus.sh
cpus_table()
{
	awk '
	!($1 in seen) { seen[$1] = 1; row[++n] = $1 }
	$3 > one[$1, $2] { one[$1, $2] = $3 }
	$4 > both[$1, $2] { both[$1, $2] = $4 }
	function ratio(r, variant) { return one[r, variant] ? both[r, variant] / one[r, variant] : 0 }
	function change(r, variant, than)
	{
		return ratio(r, than) ? sprintf("%+.1f %%", 100 * (ratio(r, variant) / ratio(r, than) - 1)) : "-"
	}
	END {
		print "| two CPUs to one | no module | netatop, conntrack off | changes by | conntrack | netatop, conntrack on | changes by |"
		print "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
		for (i = 1; i <= n; i++) {
			r = row[i]
			printf "| %s | %.2f | %.2f | %s | %.2f | %.2f | %s |\n", r,
				ratio(r, "none"), ratio(r, "off"), change(r, "off", "none"),
				ratio(r, "ct"), ratio(r, "rule"), change(r, "rule", "ct")
		}
	}' "$1"
}
