#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 2
# timeout: 1200
# debug: first
# kcsan: first
#
# Network namespaces that come and go under traffic. Each of CHURN (30, 250 at the most) is linked to
# SRV, talks to a server there, and is destroyed in the middle of it. The link's end in SRV vanishes only
# when the namespace is really gone, so a reference that we kept would be seen here. Meanwhile CLI goes
# on talking to SRV, and its figures stay exact.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/patching.sh"
need_tools ip nft ethtool jq awk

COUNT=${CHURN:-30}

flows() { (($(in_ns "$SRV" cat "/sys/class/net/$1/statistics/rx_packets") > 20)); }
vanished() { ! ip -n "$SRV" link show "$1" >/dev/null 2>&1; }

churn()
{
	local i=$1 link=churn$1 proto=tcp client=10.8.$1.1 server=10.8.$1.2 NS
	((i % 4 < 2)) && proto=udp
	setup_ns NS
	ip -n "$SRV" link add "$link" type veth peer name eth0 netns "$NS"
	ip -n "$SRV" addr add "$server/24" dev "$link"
	ip -n "$NS" addr add "$client/24" dev eth0
	ip -n "$SRV" link set "$link" up
	ip -n "$NS" link set eth0 up
	[[ $MODE != rule ]] || conntrack_rule "$NS"
	start_server churn_server "$SRV" "$proto-server" -e "$server" 5001
	start churn_client "$NS" "$TRAFFIC" "$proto-client" -r 100000000 -w 100 "$server" 5001
	busywait "$WAIT" flows "$link" || not_ok "no traffic on $link"
	# the namespace ends with its last process, or the processes lose their namespace
	((i % 2)) && ip netns del "$NS"
	slay churn_client churn_server
	((i % 2)) || ip netns del "$NS"
	NAMESPACES=("$CLI" "$SRV")
}

all_vanished()
{
	local i
	for ((i = 1; i <= COUNT; i++)); do
		vanished "churn$i" || return 1
	done
}

body()
{
	local i
	start_server server "$SRV" tcp-server -e -N -H "$SRV4" 5001
	start client "$CLI" "$TRAFFIC" tcp-client -N -H -r 100000000 -w 100 "$SRV4" 5001
	for ((i = 1; i <= COUNT; i++)); do
		churn "$i"
	done
	check "$MODE: all $COUNT namespaces are gone" busywait "$WAIT" all_vanished
	kill -USR1 "${PID[client]}"
	says client held
	says server held
	is "$(counted tgid "${PID[client]}" tcp)" "$(said client tcp)" "$MODE: the client that stayed"
	is "$(counted tgid "${PID[server]}" tcp)" "$(said server tcp)" "$MODE: the server that stayed"
	end client
	end server
}

plan $((3 * (3 + 2)))
keep_tracepoints
load_module
for_each_mode body
finish
