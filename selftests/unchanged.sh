#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# Where no rule wants anything, nobody can tell that the module is loaded: thousands of connections
# beside a conntrack table of four entries, and fragments of every sort, which a router forwards one
# by one as they come. (For rules and what else there is: the other unchanged_*.)

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/outside.sh"
need_tools ip nft ethtool conntrack jq awk nstat

MAX=/proc/sys/net/netfilter/nf_conntrack_max
TROUBLE='^(TcpActiveOpens|TcpPassiveOpens|TcpAttemptFails|TcpEstabResets|TcpRetransSegs|TcpOutRsts|TcpExtListen.*|UdpInDatagrams|UdpNoPorts|UdpInErrors|UdpOutDatagrams)$'
FRAGMENTS='^(IpForwDatagrams|IpReasmReqds|IpReasmOKs|IpReasmFails|IpFragOKs|IpInDelivers|UdpInDatagrams|Ip6InDelivers|Ip6OutForwDatagrams|Ip6Reasm(Reqds|OKs|Fails))$'

# talks PROTOCOL ADDRESS PROCESSES THREADS: what all clients say, summed up; nothing after
# one has failed
talks()
{
	[[ ! -e $TMP/trouble ]] || return
	start_server server "$SRV" "$1-server" -n $(($3 * $4)) "$2" 5001
	if in_ns "$CLI" "$TRAFFIC" spawn "$3" "$1-client" -j 5 -t "$4" -n 20 -w 20 "$2" 5001 >"$TMP/clients"; then
		ended server
	else
		echo "a client failed"
		: >"$TMP/trouble"
		slay server
	fi
	awk '{
		for (i = 1; i <= NF; i++) {
			split($i, kv, "=")
			sum[kv[1]] += kv[2]
		}
	} END { print "clients", NR, "sent", sum["sent"], "received", sum["received"], "retransmitted", sum["retrans"] }' \
		"$TMP/clients"
}

small_table()
{
	local role
	rm -f "$TMP/trouble"
	setup_pair
	# who gets no answer does not try for minutes
	in_ns "$CLI" sysctl -qw net.ipv4.tcp_syn_retries=3
	show "TCP, IPv4" talks tcp "$SRV4" 50 80
	show "TCP, IPv6" talks tcp "$SRV6" 20 50
	show "UDP" talks udp "$SRV4" 5 40
	for role in CLI SRV; do
		show "$role: counters" counters "${!role}" "$TROUBLE"
		conntrack_seen "$role"
	done
}

# fragments FROM TO: every pattern, then many datagrams at a time
fragments()
{
	start watch "$SRV" "$FRAG" watch eth0
	says watch ready
	in_ns "$CLI" "$FRAG" send "$1" "$2" all
	in_ns "$CLI" "$FRAG" send "$1" "$2" reverse 60
	in_ns "$CLI" "$FRAG" send "$1" "$2" overlap 60
	in_ns "$CLI" "$FRAG" send "$1" "$2" order 60
	in_ns "$CLI" "$FRAG" send "$1" "$2" first 100
	in_ns "$CLI" "$FRAG" send "$1" "$2" end
	ended watch || fatal "no end of the fragments"
	show "fragments to $2" tail -n +2 "$TMP/watch"
}

router()
{
	local role
	setup_path
	for to in "$FAR4" "$FAR6"; do
		start "sink$to" "$SRV" "$HERE/sink" udp "$to" 7778
		says "sink$to" ready
	done
	fragments "$NEAR4" "$FAR4"
	fragments "$NEAR6" "$FAR6"
	in_ns "$CLI" "$FRAG" send "$NEAR4" "$FAR4" whole
	for role in CLI RTR SRV; do
		show "$role: counters" counters "${!role}" "$FRAGMENTS"
		show "$role: interfaces" interfaces "${!role}"
		show "$role: conntrack" ct_count "${!role}"
	done
}

plan 9
[[ -d /sys/module/netatop ]] && rmmod netatop
modprobe nf_conntrack_netlink || fatal "no conntrack"

for_now "$MAX" 4
same "5000 connections beside a conntrack table of four entries" small_table
as_before "$MAX"
always 1 '^clients 4000 sent 80000 ' "all connections were made"
always 1 '^clients 1000 sent 20000 ' "over IPv6, too"
always 1 '^clients 200 sent 80000 ' "and all datagrams answered"
always 2 '^count 0$' "no entry"

same "fragments through a router" router
always 666 '> 10\.7\.2\.1 proto 17 ttl 63 ' "the fragments arrive one by one"
always 666 '> fd00:7:2::1 next 44 ttl 63 ' "over IPv6, too"
always 3 '^0$' "no entry"
finish
