#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# Sockets that only receive: nobody claims their packets by sending, so they wait, as unowned, until
# the collector has found the owner by his open file. He gets all that came before, and from then
# on everything at once, from whichever peer it comes.

source "$(dirname "$0")/lib.sh"
need_tools ip nft ethtool jq awk

SINK=$HERE/sink

# received PACKETS SIZE PROTO: of these datagrams, in the words of getcnt
received()
{
	echo "$3sndpacks=0 $3sndbytes=0 $3rcvpacks=$1 $3rcvbytes=$(($1 * ($2 + L2)))"
}

# udp ADDRESS HEADERS MODE NAME: NAME is to be charged
udp()
{
	local addr=$1 header=$2 what="$MODE: $1 $3" pid
	start sink "$SRV" "$SINK" "$3" "$addr" 6001
	says sink ready
	pid=${PID[sink]}
	[[ $3 != udp-shared ]] || pid=$(sed -n 's/^child=//p' "$TMP/sink")
	start first "$CLI" "$SINK" udp-send "$addr" 6001 100 200
	says first sent
	check "$what: at first nobody has them" busywait "$WAIT" stat_is unowned_udp_rcv_packets 100
	tun gc 1
	is "$(counted tgid "$pid" udp)" "$(received 100 $((200 + header)) udp)" "$what: found"
	is "$(stat unowned_udp_rcv_packets)" 0 "$what: nothing waits any more"
	start second "$CLI" "$SINK" udp-send "$addr" 6001 50 200
	says second sent
	check "$what: another peer, at once" busywait "$WAIT" counts "$pid" udp \
		"$(received 150 $((200 + header)) udp)"
	slay sink first second
	[[ $3 != udp-shared ]] || kill "$pid"
}

counts() { [[ $(counted tgid "$1" "$2") == "$3" ]]; }

# What the sender has sent is what the other side got; neither end has closed.
mirrored()
{
	local near far
	near=$(counted tgid "${PID[first]}" tcp)
	far=$(counted tgid "${PID[sink]}" tcp)
	[[ $near =~ sndpacks=([0-9]+)\ tcpsndbytes=([0-9]+)\ tcprcvpacks=([0-9]+)\ tcprcvbytes=([0-9]+) ]] &&
	[[ $far == "tcpsndpacks=${BASH_REMATCH[3]} tcpsndbytes=${BASH_REMATCH[4]} tcprcvpacks=${BASH_REMATCH[1]} tcprcvbytes=${BASH_REMATCH[2]}" ]]
}

tcp()
{
	start sink "$SRV" "$SINK" tcp "$1" 6002
	says sink ready
	start first "$CLI" "$SINK" tcp-send "$1" 6002 5000
	says first sent
	says sink accepted
	check "$MODE: $1 tcp: the sink has nothing yet" test "$(counted tgid "${PID[sink]}" tcp)" = errno=ESRCH
	tun gc 1
	check "$MODE: $1 tcp: found, both ends agree" busywait "$WAIT" mirrored
	slay sink first
}

body()
{
	udp "$SRV4" 28 udp
	udp "$SRV6" 48 udp
	udp "$SRV4" 28 udp-shared
	udp "$SRV4" 28 udp-many	# more than one step of the search
	tcp "$SRV4"
	tcp "$SRV6"
}

plan $((3 * (4 * 4 + 2 * 2 + 2)))
load_module
tun gc_interval 3600	# it shall come when it is asked to, not before
for_each_mode body
finish
