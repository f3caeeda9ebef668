#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Sockets that only receive: nobody claims their packets by sending, so they wait, as unowned, until
# the collector has found the owner by his open file. He gets all that came before, and from then
# on everything at once, from whichever peer it comes. Where the kernel tells who reads, the reader
# has them without the collector.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk

SINK=$HERE/sink

received() { figure "$2rcvpacks" "$("$GETCNT" tgid "$1")"; }
has() { [[ $(received "$1" "$2") == "$3" ]]; }

# udp ADDRESS MODE CASE
udp()
{
	local addr=$1 pid
	row "$3"
	start sink "$SRV" "$SINK" "$2" "$addr" 6001
	says sink ready
	pid=${PID[sink]}
	[[ $2 != udp-shared ]] || pid=$(sed -n 's/^child=//p' "$TMP/sink")
	start first "$CLI" "$SINK" udp-send "$addr" 6001 100 200
	says first sent
	if [[ $2 == udp-reader ]] && tells_readers; then
		check "$MODE: $3: the reader is known" busywait "$WAIT" has "$pid" udp 100
	else
		check "$MODE: $3: at first nobody has them" busywait "$WAIT" stat_is unowned_udp_rcv_packets 100
		tun gc 1
	fi
	is "$(received "$pid" udp)" 100 "$MODE: $3: found"
	is "$(stat unowned_udp_rcv_packets)" 0 "$MODE: $3: nothing waits any more"
	start second "$CLI" "$SINK" udp-send "$addr" 6001 50 200
	says second sent
	check "$MODE: $3: another peer, at once" busywait "$WAIT" has "$pid" udp 150
	owes "$pid" udp "$(on_wire "$SRV" udp)"
	owes first udp "udpsndpacks=100 udpsndbytes=$((100 * (200 + $4 + L2)))"
	owes second udp "udpsndpacks=50 udpsndbytes=$((50 * (200 + $4 + L2)))"
	row_end
	slay sink first second
	[[ $2 != udp-shared ]] || kill "$pid"
}

# What one side has sent is what the other's interface has got, and the sink has it all.
quiet()
{
	local near far
	near=$(on_wire "$CLI" tcp) far=$(on_wire "$SRV" tcp)
	[[ $(figure tcpsndpacks "$near") == "$(figure tcprcvpacks "$far")" &&
	   $(figure tcprcvpacks "$near") == "$(figure tcpsndpacks "$far")" ]] &&
		has "${PID[sink]}" tcp "$(figure tcprcvpacks "$far")"
}

# tcp ADDRESS MODE CASE
tcp()
{
	local kind=${2%-reader}-send
	port=$((port + 1))	# the last one's connection is still closing
	row "$3"
	start sink "$SRV" "$SINK" "$2" "$1" "$port"
	says sink ready
	start first "$CLI" "$SINK" "$kind" "$1" "$port" 5000
	says first sent
	says sink accepted
	if [[ $2 == tcp ]]; then
		is "$(received "${PID[sink]}" tcp)" 0 "$MODE: $3: at first nobody has them"
		tun gc 1
	elif [[ $2 == mptcp-reader ]] && ! tells_readers; then
		tun gc 1
	fi
	check "$MODE: $3: found" busywait "$WAIT" quiet
	owes sink tcp "$(on_wire "$SRV" tcp)"
	owes first tcp "$(on_wire "$CLI" tcp)"
	row_end
	slay sink first
}

body()
{
	local of
	in_ns "$SRV" sysctl -qw net.mptcp.enabled=1
	in_ns "$CLI" sysctl -qw net.mptcp.enabled=1
	for of in "$SRV4 28" "$SRV6 48"; do
		udp "${of% *}" udp "UDP sink that does not read, $(family "$of")" "${of#* }"
		udp "${of% *}" udp-reader "UDP sink, $(family "$of")" "${of#* }"
	done
	udp "$SRV4" udp-shared "UDP sink, two have it open" 28
	udp "$SRV4" udp-many "UDP sink with 1000 files" 28
	for of in "$SRV4" "$SRV6"; do
		tcp "$of" tcp "TCP sink that does not read, $(family "$of")"
		tcp "$of" tcp-reader "TCP sink, $(family "$of")"
	done
	tcp "$SRV4" mptcp-reader "MPTCP sink"
}

family() { if [[ $1 == *:* ]]; then echo IPv6; else echo IPv4; fi; }

port=7000
plan $((2 * (6 * 5 + 2 * 3 + 3 * 2 + 2)))
load_module
MODES="rule off"
tun gc_interval 3600	# it shall come when it is asked to, not before
for_each_mode body
finish
