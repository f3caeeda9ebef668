#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
#
# TCP between two hosts: for each process, packets and bytes are those of the wire, in both
# directions. Two witnesses: the interface's own counters, and the kernel's TCP_INFO.
#
# Three settings of the interface, as the module must weigh very different buffers alike:
#   plain  no segmentation offload at the device: it sees, and counts, wire packets, while
#          LOCAL_OUT gets buffers of up to 64 kB
#   gro    the same, and the receiver merges what arrives before LOCAL_IN sees it
#   tso    the buffers cross the device whole: it counts one packet each, TCP_INFO still knows

source "$(dirname "$0")/lib.sh"
need_tools ip nft ethtool jq awk

# one ADDRESS NAME SERVER-OPTIONS -- CLIENT-OPTIONS
one()
{
	local addr=$1 what="$MODE: $2" server=() near far
	shift 2
	while [[ $1 != -- ]]; do server+=("$1"); shift; done
	shift
	near=$(witness "$CLI") far=$(witness "$SRV")
	start_server server "$SRV" tcp-server -H "${server[@]}" "$addr" 5001
	start_client client "$CLI" tcp-client -H "$@" "$addr" 5001
	says server held

	is "$(counted tgid "${PID[client]}" tcp)" "$(said client tcp)" "$what: client"
	is "$(counted tgid "${PID[server]}" tcp)" "$(said server tcp)" "$what: server"
	if [[ $what != *tso* ]]; then
		near=$(wired "$near" "$(witness "$CLI")" tcp)
		far=$(wired "$far" "$(witness "$SRV")" tcp)
		is "$(counted tgid "${PID[client]}" tcp)" "$near" "$what: client and interface"
		is "$(counted tgid "${PID[server]}" tcp)" "$far" "$what: server and interface"
	fi
	end client
	end server
}

body()
{
	local addr
	for addr in "$SRV4" "$SRV6"; do
		one "$addr" "plain, $addr, bulk" -- -n 2000000 -w 40000
		one "$addr" "plain, $addr, bulk from the server" -a 1000000 -- -n 1
		one "$addr" "plain, $addr, 50-byte writes" -- -N -n 50000 -w 50
		one "$addr" "plain, $addr, ping-pong" -e -N -- -N -r 300 -w 100
		offload gro on
		one "$addr" "gro, $addr, bulk" -- -n 2000000 -w 40000
		offload gro off tso on
		one "$addr" "tso, $addr, bulk" -- -n 2000000 -w 40000
		offload tso off
	done
}

plan $((3 * (2 * 22 + 2)))
load_module
for_each_mode body
finish
