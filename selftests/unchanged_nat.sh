#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# part: harmless
# timeout: 1200
#
# Translation in a router and at the ends, with helper and without, SYN proxy and IPVS: packets, events,
# entries and counters are what they are without the module.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/outside.sh"
need_tools ip nft conntrack ipvsadm awk jq

VIP=10.7.9.1

# talk PROTOCOL ADDRESS PORT TO PORT: what the client says of ten messages that are sent back
talk()
{
	start_server server "$SRV" "$1-server" -e "$2" "$3"
	show "$1 to $4 port $5" said_by_client "$1-client" -N -r 10 "$4" "$5"
	ended server
}

said_by_client()
{
	in_ns "$CLI" "$TRAFFIC" "$@" | grep -oE '(sent|received|retrans)=[0-9]+'
	((PIPESTATUS[0] == 0)) || echo "the client failed"
}

both_talk() { talk udp "$@"; talk tcp "$@"; }

accounting()
{
	local role
	for role; do
		in_ns "${!role}" sysctl -qw net.netfilter.nf_conntrack_acct=1
	done
}

conntrack_at_ends() { conntrack_rule "$CLI"; conntrack_rule "$SRV"; }

# A second address makes the commands of FTP longer when it is written into them.
nat()
{
	setup_path
	conntrack_at_ends
	accounting CLI RTR SRV
	ip -n "$CLI" addr add 10.7.1.100/24 dev eth0
	rules RTR 'table ip n {
		ct helper ftp { type "ftp" protocol tcp; }
		chain help { type filter hook prerouting priority 0; tcp dport 21 ct helper set "ftp"; }
		chain pre { type nat hook prerouting priority dstnat;
			ip daddr 10.7.1.254 meta l4proto { tcp, udp } th dport 7001 counter dnat to 10.7.2.1:5001
			ip daddr 10.7.1.254 tcp dport 21 counter dnat to 10.7.2.1; }
		chain post { type nat hook postrouting priority srcnat; oifname leg2 counter masquerade; }
	}'
	rules CLI 'table ip n {
		ct helper ftp { type "ftp" protocol tcp; }
		chain help { type filter hook output priority 0; tcp dport { 2121, 2122 } ct helper set "ftp"; }
		chain out { type nat hook output priority -100; meta l4proto { tcp, udp } th dport 7002 dnat to 10.7.2.1:5001;
			tcp dport 2122 dnat to 10.7.2.1:2121; }
		chain post { type nat hook postrouting priority srcnat; tcp dport 2121 counter snat to 10.7.1.100; }
	}'
	rules SRV 'table ip n {
		chain pre { type nat hook prerouting priority dstnat; meta l4proto { tcp, udp } th dport 7003 counter redirect to :5001; }
	}'
	observe CLI RTR SRV
	both_talk "$FAR4" 5001 "$FAR4" 5001
	both_talk "$FAR4" 5001 10.7.1.254 7001
	both_talk "$FAR4" 5001 192.0.2.1 7002
	both_talk "$FAR4" 5001 "$FAR4" 7003
	ftp "$FAR4" 21 10.7.1.254 21 PASV PORT EPSV
	ftp "$FAR4" 2121 "$FAR4" 2121 PASV PORT
	ftp "$FAR4" 2121 192.0.2.1 2122 PASV
	observed CLI RTR SRV
}

# Connections, packets and bytes in and out. Those of ipvsadm are summed up every two seconds.
ipvs_sums()
{
	local cpu conns in out bytes_in bytes_out sum=(0 0 0 0 0)
	while read -r cpu conns in out bytes_in bytes_out; do
		# behind a number of a CPU: rates have none
		[[ $cpu =~ ^[0-9A-F]+$ && $bytes_out ]] || continue
		((sum[0] += 16#$conns, sum[1] += 16#$in, sum[2] += 16#$out, sum[3] += 16#$bytes_in, sum[4] += 16#$bytes_out))
	done < <(in_ns "$1" cat /proc/net/ip_vs_stats_percpu)
	echo "${sum[*]}"
}

ipvs_tables()
{
	in_ns "$1" ipvsadm -Ln
	in_ns "$1" ipvsadm -Lnc | sed -E 's/[0-9]+:[0-9]+ +/T /; s/:[3-6][0-9]{4} /:P /' | sort
}

# director ROLE CONNTRACK
director()
{
	local proto before after i
	in_ns "${!1}" sysctl -qw "net.ipv4.vs.conntrack=$2"
	for proto in -t -u; do
		in_ns "${!1}" ipvsadm -A "$proto" "$VIP:5001" -s rr || fatal ipvsadm
		in_ns "${!1}" ipvsadm -a "$proto" "$VIP:5001" -r "$FAR4:5001" -m || fatal ipvsadm
	done
	read -ra before < <(ipvs_sums "${!1}")
	talk udp "$FAR4" 5001 "$VIP" 5001
	read -ra after < <(ipvs_sums "${!1}")
	for i in "${!after[@]}"; do
		((after[i] -= before[i]))
	done
	show "$1: IPVS has counted" echo "${after[*]}"
	talk tcp "$FAR4" 5001 "$VIP" 5001
	show "$1: IPVS" ipvs_tables "${!1}"
	in_ns "${!1}" ipvsadm -C
}

ipvs()
{
	setup_path
	conntrack_at_ends
	conntrack_rule "$RTR"
	ip -n "$RTR" addr add "$VIP/32" dev lo
	ip -n "$CLI" route add "$VIP" via 10.7.1.254 src "$NEAR4" "${PATIENT[@]}"
	observe CLI RTR SRV
	director RTR 0
	director RTR 1
	director CLI 0
	director CLI 1
	observed CLI RTR SRV
}

synproxy_counters()
{
	in_ns "$SRV" cat /proc/net/stat/synproxy
	counters "$SRV" '^(TcpPassiveOpens|TcpRetransSegs|TcpEstabResets)$'
	counters "$CLI" '^(TcpActiveOpens|TcpRetransSegs|TcpEstabResets)$'
}

synproxy()
{
	setup_pair
	conntrack_rule "$CLI"
	in_ns "$SRV" sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
	rules SRV 'table inet n {
		chain pre { type filter hook prerouting priority raw; tcp dport 5001 tcp flags syn counter notrack; }
		chain in { type filter hook input priority -10; tcp dport 5001 ct state { invalid, untracked } synproxy mss 1460 wscale 7 timestamp sack-perm; }
	}'
	observe CLI SRV
	talk tcp 0.0.0.0 5001 "$SRV4" 5001
	talk tcp 0.0.0.0 5001 "$SRV4" 5001
	observed CLI SRV
	show "counters" synproxy_counters
}

plan 10
[[ -d /sys/module/netatop ]] && rmmod netatop
modprobe -a nf_conntrack_netlink nf_nat_ftp nft_masq nft_redir nft_synproxy ip_vs ip_vs_rr ||
	fatal "no conntrack, NAT or IPVS"

same "NAT in a router and at the ends" nat
always 6 '^transfer: 5000 bytes' "each FTP session has its transfer"
always 1 '^heard: PORT 10,7,1,100,P' "the helper has changed a command"
always 0 'client failed' "no client failed"

same "IPVS, of forwarded and of local clients" ipvs
always 8 'received=(10000|9001)$' "each client had its answers"
always 4 '^1 10 10 10280 9281$' "IPVS has counted each datagram"
always 0 'client failed' "no client failed"

same "SYN proxy" synproxy
always 2 'received=10000' "each client had its answers"
finish
