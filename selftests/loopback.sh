#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# Loopback: both ends of a flow are on this host, on one conntrack entry, and each process is
# charged with its own end. There is no link header, and a buffer of 64 kB crosses whole, so the
# device's packet counter is no witness; what the programs and TCP_INFO say is.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk

one()
{
	local proto=$1 what="$MODE: $2" addr=$3 server=()
	shift 3
	while [[ $1 != -- ]]; do server+=("$1"); shift; done
	shift
	start_server server "$CLI" "$proto-server" -H "${server[@]}" "$addr" 5001
	start_client client "$CLI" "$proto-client" -H "$@" "$addr" 5001
	says server held
	is "$(counted tgid "${PID[client]}" "$proto")" "$(said client "$proto")" "$what: client"
	is "$(counted tgid "${PID[server]}" "$proto")" "$(said server "$proto")" "$what: server"
	end client
	end server
}

body()
{
	local addr
	for addr in 127.0.0.1 ::1; do
		one tcp "tcp, $addr, bulk" "$addr" -- -n 2000000 -w 40000
		one tcp "tcp, $addr, bulk from the server" "$addr" -a 1000000 -- -n 1
		one tcp "tcp, $addr, 50-byte writes" "$addr" -- -N -n 25000 -w 50
		one tcp "tcp, $addr, ping-pong" "$addr" -e -N -- -N -r 200 -w 100
		one udp "udp, $addr, ping-pong" "$addr" -- -r 100 -w 100
		one udp "udp, $addr, one way" "$addr" -- -n 320 -w 1000
		one udp "udp, $addr, segmented buffers" "$addr" -- -g -n 320 -w 1000
	done
}

plan $((3 * (2 * 7 * 2 + 2)))
L2=0
load_module
for_each_mode body
finish
