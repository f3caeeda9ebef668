#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# atop itself, as the distribution ships it: its figures of each iperf3 process are those that
# the module gives, and they are the traffic that the interface has seen.

source "$(dirname "$0")/lib.sh"
need_tools ip nft ethtool jq iperf3 atop awk

# What atop prints for a process since its start: the counters of the first sample.
shown()
{
	awk -v pid="$1" '$1 == "PRN" && $7 == pid {
		printf "%s tcpsndpacks=%s tcpsndbytes=%s tcprcvpacks=%s tcprcvbytes=%s udpsndpacks=%s udpsndbytes=%s udprcvpacks=%s udprcvbytes=%s",
			$10, $11, $12, $13, $14, $15, $16, $17, $18
	}' "$TMP/atop"
}

asked() { "$GETCNT" tgid "$1" | sed 's/.*tcpsndpacks/y tcpsndpacks/'; }

# Nothing has moved between two looks.
LAST=""
quiet()
{
	local now
	now=$(witness "$CLI") || return
	[[ $now == "$LAST" ]] && return
	LAST=$now
	return 1
}

body()
{
	local name
	start tcp_server "$SRV" iperf3 -s -p 5201
	start udp_server "$SRV" iperf3 -s -p 5202
	busywait "$WAIT" listening 5201 || fatal "iperf3 does not listen"
	busywait "$WAIT" listening 5202 || fatal "iperf3 does not listen"
	start tcp_client "$CLI" iperf3 -c "$SRV4" -p 5201 -t 250 -b 4M -l 10000
	start udp_client "$CLI" iperf3 -c "$SRV4" -p 5202 -t 250 -b 2M -l 1000 -u
	busywait "$WAIT" moved "${PID[tcp_client]}" "${PID[udp_client]}" || fatal "iperf3 sends nothing"
	# The clients pause, the servers read what is left: nothing moves, everybody lives.
	kill -STOP "${PID[tcp_client]}" "${PID[udp_client]}"
	busywait "$WAIT" quiet || fatal "it never became quiet"
	ATOPACCT='' atop -K -P PRN 1 1 >"$TMP/atop" 2>&1
	for name in tcp_server udp_server tcp_client udp_client; do
		is "$(shown "${PID[$name]}")" "$(asked "${PID[$name]}")" "$MODE: $name"
	done
	check "$MODE: and that is no small traffic" moved "${PID[tcp_client]}" "${PID[udp_client]}"
	slay tcp_client udp_client tcp_server udp_server
}

# iperf3 waits for its test to begin before it sends.
moved() { [[ $(asked "$1") =~ tcpsndbytes=[0-9]{6} && $(asked "$2") =~ udpsndbytes=[0-9]{5} ]]; }
listening() { [[ -n $(in_ns "$SRV" ss -Htln "sport = $1") ]]; }

plan $((3 * (5 + 2)))
load_module
spare_atop
for_each_mode body
finish
