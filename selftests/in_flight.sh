#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# A process writes 4 MB and is gone, and the kernel goes on sending them. Nothing is lost: with
# exit_linger the record of the process has all of it, without it what comes later is retired.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk ss tc
MODES="rule off"
BYTES=4000000

# The client's connection has sent all and is acknowledged; nothing is on its way.
drained()
{
	! in_ns "$CLI" ss -Htan "dport = :$port" | grep -qE 'ESTAB|FIN-WAIT-1|LAST-ACK|CLOSING' &&
		[[ $(figure tcpsndpacks "$(on_wire "$CLI" tcp)") == "$(figure tcprcvpacks "$(on_wire "$SRV" tcp)")" ]] &&
		[[ $(figure tcpsndpacks "$(on_wire "$SRV" tcp)") == "$(figure tcprcvpacks "$(on_wire "$CLI" tcp)")" ]]
}

# the exit record of the process, in the words of getcnt, once it is there
record() { "$GETCNT" exit >"$TMP/record" && grep -o "tcpsnd.* tcprcvbytes=[0-9]*" "$TMP/record"; }

one()
{
	local wire sent
	port=$((port + 1))
	forget
	row "$1"
	start_server sink "$SRV" tcp-server -H "$SRV4" "$port"
	start client "$CLI" "$HERE/stream" write "$SRV4" "$port" "$BYTES"
	says client sent
	slay client
	sent=$(figure tcpsndbytes "$(on_wire "$CLI" tcp)")
	busywait "$WAIT" drained || fatal "it is never all sent"
	wire=$(on_wire "$CLI" tcp)
	check "$MODE: $1: it was gone before all was sent" test "$sent" -lt "$(figure tcpsndbytes "$wire")"
	if (($(tun exit_linger) > 0)); then
		is "$(record)" "$wire" "$MODE: $1: the record has it all"
		is "$(stat late_packets)" "$LATE" "$MODE: $1: nothing is late"
	else
		check "$MODE: $1: the rest is late" test "$(stat late_packets)" -gt "$LATE"
		LATE=$(stat late_packets)
	fi
	owes ended tcp "$wire"
	owes sink tcp "$(on_wire "$SRV" tcp)"
	row_end
	end sink
}

body()
{
	in_ns "$CLI" sysctl -qw net.ipv4.tcp_wmem="4096 16777216 16777216"
	in_ns "$CLI" tc qdisc add dev eth0 root tbf rate 8mbit burst 20000 latency 1s || fatal "tc"
	one "exit with data in flight"
	tun exit_linger 15
	one "exit with data in flight, exit_linger"
	tun exit_linger 0
	forget
}

LATE=0
port=7400
plan $((2 * (2 + 4 - 1 + 2 + 2)))
load_module
tun exit_timeout 3600
for_each_mode body
finish
