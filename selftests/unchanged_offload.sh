#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# part: harmless
# timeout: 1200
#
# Flows that take a short way: through the flow table of nftables, and through conntrack of tc. The
# module leaves forwarded flows alone, so what is offloaded without it is offloaded with it.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/outside.sh"
source "$(dirname "$0")/puppet.sh"
need_tools ip tc nft conntrack jq awk

# exchange PROTOCOL ADDRESS ADDRESS PORT: messages there and back; the sockets stay open
exchange()
{
	local there=server-$1-$4 here=client-$1-$4 i
	puppet "$there" "$SRV"
	puppet "$here" "$CLI"
	tell "$there" socket 0 "$1" "$3"
	tell "$there" bind 0 "$3" "$4"
	tell "$here" socket 0 "$1" "$3"
	tell "$here" bind 0 "$2" "1$4"
	[[ $1 != tcp ]] || tell "$there" listen 0
	tell "$here" connect 0 "$3" "$4"
	if [[ $1 == tcp ]]; then
		tell "$there" accept 1 0
	else
		tell "$there" connect 0 "$2" "1$4"
		tell "$there" socket 1 "$1" "$3"
	fi
	for i in {1..10}; do
		tell "$here" send 0 1 100
		back "$1" "$there" get 100
		back "$1" "$there" send 100
		tell "$here" get 0 "$(units "$1" 100)"
	done
	echo "$1 to $3 port $4: 10 messages there and back" >>"$SEEN"
}

# Of UDP, the count is that of datagrams.
units() { if [[ $1 == tcp ]]; then echo "$2"; else echo 1; fi; }

# back PROTOCOL PUPPET VERB SIZE: an accepted connection is the socket 1
back()
{
	local r=0
	[[ $1 != tcp ]] || r=1
	if [[ $3 == get ]]; then
		tell "$2" get "$r" "$(units "$1" "$4")"
	else
		tell "$2" send "$r" 1 "$4"
	fi
}

exchanges()
{
	exchange udp "$NEAR4" "$FAR4" 5001
	exchange tcp "$NEAR4" "$FAR4" 5002
	exchange udp "$NEAR6" "$FAR6" 5003
	exchange tcp "$NEAR6" "$FAR6" 5004
}

over()
{
	local name names=()
	for name in "${!TELL[@]}"; do
		names+=("$name")
	done
	dismiss "${names[@]}"
}

# Behind the rule that offloads them, UDP packets are counted that were not.
flowtable()
{
	local role
	setup_path
	conntrack_rule "$CLI"
	conntrack_rule "$SRV"
	rules RTR 'table inet f {
		flowtable fast { hook ingress priority 0; devices = { leg1, leg2 }; }
		chain forward { type filter hook forward priority 0;
			meta l4proto udp counter
			ct state established flow add @fast
		}
	}'
	observe CLI RTR SRV
	exchanges
	observed CLI RTR SRV
	for role in CLI RTR SRV; do
		show "$role: counters" counters "${!role}" '^(Ip6?OutForwDatagrams|IpForwDatagrams|TcpRetransSegs|UdpInDatagrams)$'
	done
	over
}

# tc_ct DEVICE ZONE ACTION...: new connections are committed, then ACTION is done
tc_ct()
{
	local dev=$1 zone=$2 family
	shift 2
	in_ns "$NS" tc qdisc add dev "$dev" clsact || fatal tc
	for family in ip ipv6; do
		in_ns "$NS" tc filter add dev "$dev" ingress protocol "$family" chain 0 flower \
			ct_state -trk action ct zone "$zone" pipe action goto chain 1 || fatal tc
		in_ns "$NS" tc filter add dev "$dev" ingress protocol "$family" chain 1 flower \
			ct_state +trk+new action ct commit zone "$zone" pipe action "$@" || fatal tc
		in_ns "$NS" tc filter add dev "$dev" ingress protocol "$family" chain 1 flower \
			ct_state +trk+est action "$@" || fatal tc
	done
}

# Each filter, and how often it was right; that of TCP depends on time.
filters()
{
	in_ns "$1" tc -s -j filter show dev "$2" ingress | jq -c '
		.[] | select(.options.actions) | [.protocol, .chain, .options.keys,
			[.options.actions[] | [.kind, .zone, .control_action.type, .to_dev]]]'
}

act_ct()
{
	local NS dev
	setup_path
	conntrack_rule "$CLI"
	NS=$RTR
	tc_ct leg1 5 mirred egress redirect dev leg2
	tc_ct leg2 5 mirred egress redirect dev leg1
	NS=$SRV
	tc_ct eth0 7 ok
	observe CLI RTR SRV
	exchanges
	observed CLI RTR SRV
	for dev in leg1 leg2; do
		show "filters of $dev" filters "$RTR" "$dev"
	done
	show "filters of the server" filters "$SRV" eth0
	over
}

plan 9
[[ -d /sys/module/netatop ]] && rmmod netatop
modprobe -a nf_conntrack_netlink nf_flow_table_inet nft_flow_offload act_ct act_mirred cls_flower sch_ingress ||
	fatal "no flow table or act_ct"

same "the flow table of nftables" flowtable
always 4 '10 messages' "there was traffic"
always 4 '^ipv[46] .*\[OFFLOAD\]' "all four flows were offloaded"
always 1 'udp counter packets 4 ' "their packets took the short way"

same "conntrack of tc, in a router and at an end" act_ct
always 4 '10 messages' "there was traffic"
# At the end, tc's conntrack sees one direction, which is not enough for TCP.
always 4 '^ipv[46] .*\[OFFLOAD\].* zone=5' "all four flows were offloaded in the router"
always 2 '^ipv[46] .*\[OFFLOAD\].* zone=7' "and those of UDP at the end"
always 12 '"ct"' "by the filters"
finish
