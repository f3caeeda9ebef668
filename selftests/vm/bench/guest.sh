#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# guest.sh VARIANT...: what a message costs, in the machine that run.sh --icount starts. Prints
# ROW VARIANT INSTRUCTIONS, the least of all batches; of many TCP flows in turn the median: each time that
# the clock has ticked each has a timer to set. The variants, in this order:
#
#	none	no module, no conntrack
#	floor	no conntrack, two hooks that do nothing
#	ct	conntrack, switched on by a rule
#	rule	netatop, with conntrack switched on by a rule
#	off	netatop, without conntrack
#	on	netatop, which switches conntrack on
#
# ROWS, a regular expression, chooses among the rows. Those that have no new connections are measured
# when the module has not met a socket without an owner for twice gc_interval.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=selftests/lib.sh
. "$here/../../lib.sh"
FINISHED=1
ROWS=${ROWS:-.}

# row NAME BENCH-ARG...
row()
{
	local figures least median
	[[ $1 =~ $ROWS ]] || return
	figures=$(in_ns "$CLI" "$here/bench" "${REST[@]}" "${@:2}") || fatal "$VARIANT: $1"
	read -r least median <<<"$figures"
	case $1 in
	tcp-*-flows | tcp-*-threads) echo "$1 $VARIANT $median" ;;
	*) echo "$1 $VARIANT $least" ;;
	esac
}

# rows WHERE FAMILY ADDR_A ADDR_B NETNS_A NETNS_B
rows()
{
	local where=$1-v$2 proto
	shift 2
	for proto in udp tcp; do
		row "$proto-$where" "$proto" "$@"
	done
}

measure()
{
	local loop loop6 veth veth6 REST_OF REST=()
	setup_pair
	loop=(127.0.0.1 127.0.0.1 "$CLI" "$CLI")
	loop6=(::1 ::1 "$CLI" "$CLI")
	veth=("$CLI4" "$SRV4" "$CLI" "$SRV")
	veth6=("$CLI6" "$SRV6" "$CLI" "$SRV")
	case $VARIANT in
	ct | rule) conntrack_rule "$CLI"; conntrack_rule "$SRV" ;;
	on) tun conntrack on ;;
	esac
	REST=(-w 3200)
	rows loopback 4 "${loop[@]}"
	rows loopback 6 "${loop6[@]}"
	rows veth 4 "${veth[@]}"
	rows veth 6 "${veth6[@]}"
	REST_OF=("${REST[@]}")
	REST=()
	row udp-connect -c -r 16 udp "${loop[@]}"
	row tcp-connect -c -r 4 tcp "${loop[@]}"
	row udp-connect-v6 -c -r 16 udp "${loop6[@]}"
	row tcp-connect-v6 -c -r 4 tcp "${loop6[@]}"
	row udp-connect-veth -c -r 16 udp "${veth[@]}"
	row tcp-connect-veth -c -r 4 tcp "${veth[@]}"
	REST=("${REST_OF[@]}")
	row udp-bulk -s 56000 -g 1400 -r 4 udp "${loop[@]}"
	row tcp-bulk -s 60000 -r 4 tcp "${loop[@]}"
	row udp-bulk-veth-v6 -s 56000 -g 1400 -r 4 udp "${veth6[@]}"
	row tcp-bulk-veth-v6 -s 60000 -r 4 tcp "${veth6[@]}"
	row udp-64-flows -f 64 udp "${loop[@]}"
	row tcp-64-flows -f 64 tcp "${loop[@]}"
	row udp-32-threads -t 32 -r 2 udp "${loop[@]}"
	row tcp-32-threads -t 32 -r 2 tcp "${loop[@]}"
	row udp-32-threads-1-flow -1 -t 32 -r 2 udp "${loop[@]}"
	row tcp-32-threads-1-flow -1 -t 32 -r 2 tcp "${loop[@]}"
	end_all
}

for VARIANT; do
	case $VARIANT in
	none | ct) ;;
	floor) insmod "$FLOOR_KO" || fatal "insmod $FLOOR_KO" ;;
	*) ((LOADED)) || load_module gc_interval=1 ;;
	esac
	measure
	[[ $VARIANT != floor ]] || rmmod floor
done
