#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# conntrack=auto never switches connection tracking on: hosts without rules keep no entries, and
# a full table means nothing to them. conntrack=on takes it, at run time, and auto gives it back.
# A flow that lives through both changes is accounted to the byte.

source "$(dirname "$0")/lib.sh"
need_tools ip nft conntrack awk

MAX=/proc/sys/net/netfilter/nf_conntrack_max

entries() { echo "$(ct_count "$CLI") $(ct_count "$SRV")"; }
connections()
{
	start_server server "$SRV" tcp-server -n "$1" "$SRV4" 5001
	start clients "$CLI" "$TRAFFIC" spawn "$1" tcp-client -j 20 -n 100 "$SRV4" 5001
	ended clients && ended server
}

moves() { (($(stat total_tcp_snd_packets) > $1 + 20)); }
flow_goes_on() { busywait "$WAIT" moves "$(stat total_tcp_snd_packets)"; }

# A namespace of anybody's, where nobody else finds room for a hook: the others have accounting all the same, and
# conntrack, too.
crowded()
{
	local hook i
	for hook in prerouting output; do
		echo "table ip $hook {"
		for ((i = 0; i < 1024; i++)); do
			echo "chain c$i { type filter hook $hook priority 0; }"
		done
		echo "}"
	done >"$TMP/rules"
	start crowd "$CLI" unshare -Urn bash -c "nft -f '$TMP/rules' && echo full && exec sleep infinity"
	says crowd full
	check "beside a namespace that is full of hooks, it can be loaded" insmod "$NETATOP_KO"
	flow_of_own "auto, beside it: a flow"
	check "conntrack can be switched on" eval "echo on >'$SYS/conntrack'"
	flow_of_own "on, beside it: a flow"
	slay crowd
}

flow_of_own()
{
	start_server server "$SRV" udp-server -H "$SRV4" 5003
	start_client client "$CLI" udp-client -H -n 1 "$SRV4" 5003
	is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "$1"
	slay client server
}

plan $((9 + 4))
load_module
setup_pair

for_now "$MAX" 4
check "auto, no rules: 200 connections beside a table of 4 entries" connections 200
is "$(entries)" "0 0" "auto, no rules: no entry"
as_before "$MAX"

start_server live_server "$SRV" tcp-server -e -N -H "$SRV4" 5002
start live "$CLI" "$TRAFFIC" tcp-client -N -H -r 100000000 -w 100 "$SRV4" 5002
flow_goes_on
tun conntrack on
flow_goes_on
check "on: connections succeed" connections 20
check "on: each has an entry, at both ends ($(entries))" test "$(ct_count "$CLI")" -ge 20 -a "$(ct_count "$SRV")" -ge 20
setup_ns LATER
is "$(in_ns "$LATER" "$TRAFFIC" udp-client -n 1 127.0.0.1 9 2>/dev/null; ct_count "$LATER")" 1 "on: new namespaces, too"

tun conntrack auto
in_ns "$CLI" conntrack -F >/dev/null 2>&1
in_ns "$SRV" conntrack -F >/dev/null 2>&1
flow_goes_on
connections 20
is "$(entries)" "0 0" "auto again: no new entry"

kill -USR1 "${PID[live]}"
says live held
says live_server held
is "$(counted tgid "${PID[live]}" tcp)" "$(said live tcp)" "a client that lived through it is exact"
is "$(counted tgid "${PID[live_server]}" tcp)" "$(said live_server tcp)" "its server, too"
end live
end live_server
books_balance "the books balance"
rmmod netatop || fatal "rmmod"
crowded
finish
