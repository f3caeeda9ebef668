#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# The ways of sending a stream that are no plain write(), to a server that only reads. With
# io_uring's polling thread it is that thread that sends; it is one of the process.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

WAYS=$HERE/ways
BYTES=20000
declare -A CASE=(
	[sendfile]="sendfile" [splice]="splice" [zerocopy]="MSG_ZEROCOPY" [uring]="io_uring"
	[sqpoll]="io_uring, polling thread" [tfo]="TCP Fast Open" [mptcp]="MPTCP"
)

# What has left one interface has come to the other, and all is acknowledged: the sender's queue
# is empty.
drained()
{
	[[ $(in_ns "$CLI" ss -Htn "dport = :$port" | awk '{ print $3; exit }') == 0 ]] &&
	[[ $(in_ns "$SRV" ss -Htn "sport = :$port" | awk '{ print $2; exit }') == 0 ]] &&
	[[ $(figure tcpsndpacks "$(on_wire "$CLI" tcp)") == "$(figure tcprcvpacks "$(on_wire "$SRV" tcp)")" ]] &&
	[[ $(figure tcpsndpacks "$(on_wire "$SRV" tcp)") == "$(figure tcprcvpacks "$(on_wire "$CLI" tcp)")" ]]
}

one()
{
	local way=$1 addr=$2 what="${CASE[$1]}, $3" kind=tcp
	[[ $way != mptcp ]] || kind=mptcp
	port=$((port + 1))
	row "$what"
	start sink "$SRV" "$HERE/sink" "$kind-reader" "$addr" "$port"
	says sink ready
	start client "$CLI" "$WAYS" "$way" "$addr" "$port" "$BYTES"
	says client sent
	says sink accepted
	check "$MODE: $what: all has come" busywait "$WAIT" drained
	# the kernel does not tell who reads MPTCP before 6.3
	tun gc 1
	owes client tcp "$(on_wire "$CLI" tcp)"
	owes sink tcp "$(on_wire "$SRV" tcp)"
	row_end
	end client
	slay sink
}

body()
{
	local way ns
	for ns in "$CLI" "$SRV"; do
		# both directions, without a cookie, on all listeners
		in_ns "$ns" sysctl -qw net.ipv4.tcp_fastopen=1543
		in_ns "$ns" sysctl -qw net.mptcp.enabled=1
	done
	for way in sendfile splice zerocopy uring sqpoll tfo mptcp; do
		one "$way" "$SRV4" IPv4
	done
	one tfo "$SRV6" IPv6
	one mptcp "$SRV6" IPv6
	is "$(fast_opened)" 2 "$MODE: both SYNs of TCP Fast Open had data"
}

# shellcheck disable=SC2016 # it is for awk
fast_opened()
{
	in_ns "$SRV" awk '/^TcpExt:/ {
		if (n++) { print $col; exit }
		for (i = 1; i <= NF; i++)
			if ($i == "TCPFastOpenPassive") col = i
	}' /proc/net/netstat
}

port=7100
plan $((2 * (9 * 2 + 1 + 2)))
load_module
for_each_mode body
finish
