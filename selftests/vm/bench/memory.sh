#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# memory.sh NUMBER: how much memory of the kernel the traffic of so many processes, threads, sockets
# and flows takes, without netatop and with it. Prints LABEL VARIANT BYTES LARGE, for all of them: BYTES
# of objects in slabs, with what they are rounded up to, and of whole pages; LARGE are the latter.
# shellcheck source=selftests/vm/bench/many.sh
. "$(dirname "$(readlink -f "$0")")/many.sh"
NUMBER=$1

# Prints OBJECTS PAGES, both in bytes. What kmalloc() takes as whole pages is in meminfo, but in no slab.
usage()
{
	echo 1 >/proc/sys/vm/stat_refresh
	awk '
	FILENAME == "/proc/slabinfo" { if (FNR > 2) { objects += $2 * $4; slabs += $15 * $6 * 4096 }; next }
	$1 == "Slab:" || $1 == "VmallocUsed:" { pages += $2 * 1024 }
	END { printf "%.0f %.0f\n", objects, pages - slabs }' /proc/slabinfo /proc/meminfo
}

# memory LABEL WHAT VARIANT
memory()
{
	local before after
	setup_many
	case $3 in
	ct | rule) conntrack_room "$NUMBER"; conntrack_rule "$CLI" ;;
	esac
	[[ $1 != counted ]] || in_ns "$CLI" sysctl -qw net.netfilter.nf_conntrack_acct=1
	start_many "$2" "$NUMBER"
	# all have run once
	send_many 0
	read -ra before < <(usage)
	send_many "$NUMBER"
	read -ra after < <(usage)
	((after[0] -= before[0], after[1] -= before[1]))
	echo "$1 $3 $((after[0] + after[1])) ${after[1]}"
	end_many
	end_all
}

# The module is loaded anew for each, as records are not given back.
memory threads threads none
memory processes processes none
memory sockets sockets none
memory flows flows ct
memory counted flows ct
for what in threads processes sockets; do
	load_module
	memory "$what" "$what" off
done
for what in flows counted; do
	load_module
	memory "$what" flows rule
done
