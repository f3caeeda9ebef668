#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# What rules and routing do to a packet between its socket and the wire: translation, in a router or
# here, rejection, connection tracking that is told to look away, VRFs, IPVS. The ends have what they
# say themselves, or what passed their interface; a router that only forwards has nothing.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk conntrack ipvsadm
MODES="rule off"

modprobe -a vrf ip_vs ip_vs_rr nft_synproxy nft_masq nft_redir || skip_all "needs the modules"

VIP=10.9.1.1

# rules NAMESPACE CHAINS: a table inet n of these chains
rules() { in_ns "$1" nft "table inet n { $2"$'\n'"}" || fatal "nft: $2"; }
no_rules() { in_ns "$1" nft delete table inet n; }

# on_both RULE: in the earliest chains of both
on_both()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		rules "$ns" "chain pre { type filter hook prerouting priority raw; $1; }
			chain out { type filter hook output priority raw; $1; }"
	done
}

off_both() { no_rules "$CLI"; no_rules "$SRV"; }

# plain CASE SERVER CLIENT: "ADDRESS PORT" each; everybody has what he says, and nobody is left
plain()
{
	row "$1"
	talk "$2" "$3"
	told
	nobody tunnel unowned unidentified
	row_end
}

# leg NAMESPACE NUMBER: eth1 of a namespace, 10.7.NUMBER.1, to a router at .254
leg()
{
	ip link add eth1 netns "$1" address 02:00:00:00:00:07 type veth \
		peer name "leg$2" netns "$RTR" address 02:00:00:00:00:07 || fatal "no veth"
	ip -n "$1" link set eth1 arp off addrgenmode none
	ip -n "$1" link set eth1 up
	ip -n "$1" addr add "10.7.$2.1/24" dev eth1
	ip -n "$1" route change "10.7.$2.0/24" dev eth1 proto kernel scope link src "10.7.$2.1" "${PATIENT[@]}"
	ip -n "$RTR" link set "leg$2" arp off addrgenmode none
	ip -n "$RTR" link set "leg$2" up
	ip -n "$RTR" addr add "10.7.$2.254/24" dev "leg$2"
}

masquerade()
{
	setup_ns RTR
	leg "$CLI" 1
	leg "$SRV" 2
	ip -n "$CLI" route add 10.7.2.0/24 via 10.7.1.254 "${PATIENT[@]}"
	in_ns "$RTR" sysctl -qw net.ipv4.ip_forward=1
	rules "$RTR" 'chain post { type nat hook postrouting priority srcnat; oifname leg2 masquerade; }'
	plain "masquerade in a router" "10.7.2.1 5001" "10.7.2.1 5001"
	is "$(in_ns "$SRV" conntrack -L -s 10.7.2.254 2>/dev/null | wc -l)" 2 \
		"$MODE: the servers have seen the router's address"
	hang_up
}

redirect()
{
	rules "$SRV" 'chain pre { type nat hook prerouting priority dstnat; meta l4proto { tcp, udp } th dport 7001 redirect to :5001; }
		chain out { type nat hook output priority -100; meta l4proto { tcp, udp } th dport 7001 redirect to :5001; }'
	plain "redirect" "$SRV4 5001" "$SRV4 7001"
	hang_up
	ip -n "$SRV" route change local "$SRV4" dev eth0 table local proto kernel scope host src "$SRV4" "${PATIENT[@]}"
	CLI=$SRV L2=0 plain "redirect of a local client" "127.0.0.1 5001" "$SRV4 7001"
	hang_up
	no_rules "$SRV"
}

# received NAMESPACE PACKETS: eth0 has, since the row began
received() { (($(figure tcprcvpacks "$(on_wire "$1" tcp)") >= $2)); }

# Nobody has seen the request, and the reset has no socket.
reject_new()
{
	local truth
	rules "$SRV" 'chain in { type filter hook input priority -10; tcp dport 5001 reject with tcp reset; }'
	row "REJECT with a reset"
	start caller "$CLI" bash -c "echo >/dev/tcp/$SRV4/5001; echo rejected; exec sleep infinity"
	says caller rejected
	truth=$(on_wire "$SRV" tcp)
	owes caller tcp "$(on_wire "$CLI" tcp)"
	owes unidentified tcp "${truth%% tcprcv*}"
	nobody tunnel unowned
	row_end
	is "$(figure tcpsndpacks "$truth")" 1 "$MODE: there was one reset"
	slay caller
	no_rules "$SRV"
}

cut_off() { [[ -z $(in_ns "$CLI" ss -Htn state established dport = :5001) ]]; }

# The entry says whose a reset is; what is rejected has not come.
reject_open()
{
	local truth
	row "REJECT of an open connection"
	start_server server "$SRV" tcp-server -H -e -N "$SRV4" 5001
	start caller "$CLI" bash -c "exec 3<>/dev/tcp/$SRV4/5001; echo x >&3; read -r <&3; echo open
		trap 'echo x >&3; echo again' USR1; sleep infinity & while :; do wait; done"
	says caller open
	rules "$SRV" 'chain in { type filter hook input priority -10; tcp dport 5001 tcp flags & psh == psh counter reject with tcp reset; }'
	kill -USR1 "${PID[caller]}"
	says caller again
	busywait "$WAIT" cut_off || fatal "no reset"
	truth=$(on_wire "$SRV" tcp)
	owes caller tcp "$(on_wire "$CLI" tcp)"
	owes server tcp "${truth%% tcprcv*} tcprcvpacks=$(($(figure tcprcvpacks "$truth") - 1)) tcprcvbytes=$(($(figure tcprcvbytes "$truth") - 2 - 52 - L2))"
	nobody tunnel unowned unidentified
	row_end
	check "$MODE: one packet was rejected" in_ns_has "$SRV" "packets 1 "
	slay server caller
	no_rules "$SRV"
}

in_ns_has() { in_ns "$1" nft list table inet n | grep -q "$2"; }

# The error in return has the entry of the datagram, but it is no UDP.
closed_port()
{
	row "UDP to a closed port"
	start caller "$CLI" "$HERE/sink" udp-send "$SRV4" 5001 1 100
	says caller sent
	check "$MODE: there was an error in return" busywait "$WAIT" received "$CLI" 1
	owes caller udp "udpsndpacks=1 udpsndbytes=$((128 + L2))"
	owes unidentified udp "udprcvpacks=1 udprcvbytes=$((128 + L2))"
	nobody tunnel unowned
	row_end
	slay caller
}

zones()
{
	on_both "ct zone set 7"
	plain "conntrack zone" "$SRV4 5001" "$SRV4 5001"
	is "$(in_ns "$SRV" conntrack -L -w 7 2>/dev/null | wc -l)" 2 "$MODE: they were in the zone"
	hang_up
	off_both
}

notrack()
{
	in_ns "$CLI" conntrack -F 2>/dev/null
	in_ns "$SRV" conntrack -F 2>/dev/null
	on_both notrack
	plain "NOTRACK" "$SRV4 5001" "$SRV4 5001"
	is "$(ct_count "$CLI") $(ct_count "$SRV")" "0 0" "$MODE: nothing was tracked"
	hang_up
	off_both
}

tracked() { in_ns "$1" conntrack -L -p tcp --dport 5001 --state ESTABLISHED 2>/dev/null | grep -q .; }

# Its entry gone, conntrack makes no other one in the middle of a connection.
invalid()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" conntrack -F 2>/dev/null
		in_ns "$ns" sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
		rules "$ns" 'chain in { type filter hook input priority 0; ct state invalid counter; }'
	done
	row "invalid for conntrack"
	start_server server "$SRV" tcp-server -H -e -N "$SRV4" 5001
	start client "$CLI" "$TRAFFIC" tcp-client -H -O -N -r 1000000 -w 100 "$SRV4" 5001
	for ns in "$CLI" "$SRV"; do
		busywait "$WAIT" tracked "$ns" || fatal "no entry"
		in_ns "$ns" conntrack -F 2>/dev/null
	done
	for ns in "$CLI" "$SRV"; do
		check "$MODE: packets are invalid" busywait "$WAIT" in_ns_has "$ns" 'packets [1-9]'
	done
	kill -USR1 "${PID[client]}"
	says client held
	says server held
	owes client tcp "$(on_wire "$CLI" tcp)"
	owes server tcp "$(on_wire "$SRV" tcp)"
	nobody tunnel unowned unidentified
	row_end
	end client
	end server
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1
	done
	off_both
}

# ipvs ON: the client and the director are one host; with conntrack or without
ipvs()
{
	in_ns "$CLI" sysctl -qw "net.ipv4.vs.conntrack=$1"
	plain "IPVS on the client's host, conntrack=$1" "$SRV4 5001" "$VIP 5001"
	hang_up
}

director()
{
	local proto
	ip -n "$CLI" route add "$VIP" dev eth0 src "$CLI4" "${PATIENT[@]}"
	for proto in -t -u; do
		in_ns "$CLI" ipvsadm -A "$proto" "$VIP:5001" -s rr || fatal ipvsadm
		in_ns "$CLI" ipvsadm -a "$proto" "$VIP:5001" -r "$SRV4:5001" -m || fatal ipvsadm
	done
	ipvs 0
	ipvs 1
	in_ns "$CLI" ipvsadm -C
}

# The proxy answers the client, sends the request on to the server, over lo, and acknowledges the
# answer: these three are nobody's. Then it sends the client an acknowledgement in the server's name.
synproxy()
{
	local truth syn=60 ack=52
	in_ns "$SRV" sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
	rules "$SRV" 'chain pre { type filter hook prerouting priority raw; tcp dport 5001 tcp flags syn notrack; }
		chain in { type filter hook input priority -10; tcp dport 5001 ct state { invalid, untracked } synproxy mss 1460 wscale 7 timestamp sack-perm; }'
	row "SYN proxy"
	start_server server "$SRV" tcp-server -H -e -N 0.0.0.0 5001
	start_client client "$CLI" tcp-client -H -O -N -r 20 -w 100 "$SRV4" 5001
	says server held
	owes client tcp "$(on_wire "$CLI" tcp)"
	read -ra truth < <(said server tcp)
	owes server tcp "tcpsndpacks=$((${truth[0]#*=} + 1)) tcpsndbytes=$((${truth[1]#*=} + ack + L2)) ${truth[2]} tcprcvbytes=$((${truth[3]#*=} - 2 * L2))"
	owes unidentified tcp "tcpsndpacks=2 tcpsndbytes=$((2 * syn + L2))"
	owes unowned tcp "tcpsndpacks=1 tcpsndbytes=$ack"
	row_end
	end client
	end server
	no_rules "$SRV"
	in_ns "$SRV" sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1
}

# eth0 is moved, with its addresses; programs are told where they belong.
vrf()
{
	local ns i=1 TRAFFIC=$TMP/traffic
	printf '#!/bin/sh\nexec ip vrf exec vrf0 %q "$@"\n' "$HERE/traffic" >"$TRAFFIC"
	chmod +x "$TRAFFIC"
	for ns in "$CLI" "$SRV"; do
		ip -n "$ns" link add vrf0 type vrf table 10 || fatal "no VRF"
		ip -n "$ns" link set vrf0 addrgenmode none
		ip -n "$ns" link set vrf0 up
		ip -n "$ns" link set eth0 master vrf0
		ip -n "$ns" route replace 10.9.0.0/24 dev eth0 table 10 proto kernel scope link \
			src "10.9.0.$i" "${PATIENT[@]}" || fatal "no route"
		i=$((i + 1))
	done
	plain "VRF" "$SRV4 5001" "$SRV4 5001"
	hang_up
}

body()
{
	# What is sent passes LOCAL_OUT twice, with an entry or without.
	if [[ $MODE == off ]]; then
		vrf
		return
	fi
	masquerade
	redirect
	reject_new
	reject_open
	closed_port
	zones
	notrack
	invalid
	director
	synproxy
	vrf
}

plan $((13 + 8 + 2 + 1 + 2))
load_module
for_each_mode body
finish
