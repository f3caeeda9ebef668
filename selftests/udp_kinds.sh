#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# UDP that goes to many, and what is nearly UDP: multicast and broadcast, with the copy that the
# sender's own host gets; UDP-Lite and ICMP, which are left alone; packets that a raw socket builds.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/puppet.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

GROUP=239.9.9.9

# datagrams snd|rcv COUNT SIZE: in the words of getcnt
datagrams() { echo "udp$1packs=$2 udp$1bytes=$(($2 * ($3 + 28 + L2)))"; }

# listener NAME NAMESPACE ADDRESS [OWN]: with OWN it joins the group ADDRESS
listener()
{
	puppet "$1" "$2"
	tell "$1" socket 0 udp "$3"
	tell "$1" bind 0 "$3" 5001
	[[ -z ${4-} ]] || tell "$1" join 0 "$3" "$4"
}

# sender ADDRESS COUNT SIZE: on an unconnected socket, as those do who send to many
sender()
{
	puppet sender "$CLI"
	tell sender socket 0 udp "$CLI4"
	tell sender set 0 broadcast 1
	tell sender to 0 "$1" 5001 "$2" "$3"
}

multicast_one()
{
	row "$1"
	listener far "$SRV" "$GROUP" "$SRV4"
	sender "$GROUP" 40 300
	tell far get 0 40
	tun gc 1
	owes sender udp "$(datagrams snd 40 300)"
	owes far udp "$(datagrams rcv 40 300)"
	row_end
	dismiss far sender
}

multicast_own()
{
	row "$1"
	listener near "$CLI" "$GROUP" "$CLI4"
	sender "$GROUP" 40 300
	tell near get 0 40
	tun gc 1
	owes sender udp "$(datagrams snd 40 300)"
	owes near udp "$(datagrams rcv 40 300)"
	row_end
	dismiss near sender
}

multicast_two()
{
	local has
	row "$1"
	listener first "$SRV" "$GROUP" "$SRV4"
	listener second "$SRV" "$GROUP" "$SRV4"
	sender "$GROUP" 40 300
	tell first get 0 40
	tell second get 0 40
	tun gc 1
	owes sender udp "$(datagrams snd 40 300)"
	owes first udp "$(datagrams rcv 40 300)"
	owes second udp "$(datagrams rcv 40 300)"
	row_end "a packet is booked once: to one of them"
	has="$(counted tgid "${PID[first]}" udp) $(counted tgid "${PID[second]}" udp)"
	has=${has#errno=ESRCH } has=${has% errno=ESRCH}
	is "$has" "udpsndpacks=0 udpsndbytes=0 $(datagrams rcv 40 300)" \
		"$MODE: $1: one of them has all"
	dismiss first second sender
}

broadcast()
{
	row "$1"
	listener near "$CLI" 0.0.0.0
	listener far "$SRV" 0.0.0.0
	sender 10.9.0.255 40 300
	tell near get 0 40
	tell far get 0 40
	tun gc 1
	owes sender udp "$(datagrams snd 40 300)"
	owes near udp "$(datagrams rcv 40 300)"
	owes far udp "$(datagrams rcv 40 300)"
	row_end
	dismiss near far sender
}

# beside KIND CASE: 10 UDP datagrams among others that do not count
beside()
{
	row "$2"
	listener far "$SRV" "$SRV4"
	puppet sender "$CLI"
	tell sender socket 0 udp "$CLI4"
	tell sender socket 1 "$1" "$CLI4"
	if [[ $1 == udplite ]]; then
		tell far socket 1 "$1" "$SRV4"
		tell far bind 1 "$SRV4" 5001
	fi
	tell sender connect 0 "$SRV4" 5001
	tell sender connect 1 "$SRV4" 5001
	tell sender send 1 20 300
	tell sender send 0 10 300
	tell sender send 1 20 300
	tell far get 0 10
	[[ $1 != udplite ]] || tell far get 1 40
	[[ $1 != ping ]] || tell sender get 1 40
	tun gc 1
	owes sender udp "$(datagrams snd 10 300)"
	owes far udp "$(datagrams rcv 10 300)"
	row_end
	dismiss far sender
}

raw_udp()
{
	row "$1"
	puppet far "$SRV"
	tell far socket 0 udp "$SRV4"
	tell far bind 0 "$SRV4" 7778
	puppet sender "$CLI"
	tell sender socket 0 raw "$CLI4"
	tell sender craft 0 "$CLI4" "$SRV4" 40 300
	tell far get 0 40
	tun gc 1
	owes sender udp "$(on_wire "$CLI" udp)"
	owes far udp "$(on_wire "$SRV" udp)"
	row_end
	dismiss far sender
}

body()
{
	ip -n "$CLI" route add "$GROUP" dev eth0 || fatal route
	in_ns "$CLI" sysctl -qw net.ipv4.ping_group_range="0 0"
	multicast_one "UDP multicast, one receives"
	multicast_own "UDP multicast, the sender's host receives"
	multicast_two "UDP multicast, two receive"
	broadcast "UDP broadcast"
	beside udplite "UDP-Lite beside UDP"
	beside icmp "raw ICMP beside UDP"
	beside ping "ping beside UDP"
	raw_udp "UDP that a raw socket builds"
}

plan $((2 * (8 + 1 + 2)))
load_module
for_each_mode body
finish
