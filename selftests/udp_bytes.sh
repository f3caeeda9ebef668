#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# UDP between two hosts: for each process, packets and bytes are those of the wire, in both
# directions, whether a message is small, is one of 16 in a segmented buffer, or leaves in
# fragments (of which only the first tells for whom it is, and without conntrack nobody puts those
# of IPv6 together before the module sees them). Witnesses: the interface's own counters, and what
# the programs sent.

source "$(dirname "$0")/lib.sh"
need_tools ip nft ethtool jq awk

# one ADDRESS NAME CLIENT-OPTIONS
one()
{
	local addr=$1 what="$MODE: $2" near far
	shift 2
	near=$(witness "$CLI") far=$(witness "$SRV")
	start_server server "$SRV" udp-server -H "$addr" 5001
	start_client client "$CLI" udp-client -H "$@" "$addr" 5001
	says server held

	# The programs do not know into how many fragments a message went.
	if [[ $what != *fragments* ]]; then
		is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "$what: client"
		is "$(counted tgid "${PID[server]}" udp)" "$(said server udp)" "$what: server"
	fi
	# A segmented buffer that crosses the device whole is one packet there.
	if [[ $what != *whole* ]]; then
		near=$(wired "$near" "$(witness "$CLI")" udp)
		far=$(wired "$far" "$(witness "$SRV")" udp)
		is "$(counted tgid "${PID[client]}" udp)" "$near" "$what: client and interface"
		is "$(counted tgid "${PID[server]}" udp)" "$far" "$what: server and interface"
	fi
	end client
	end server
}

# One server, many peers: it has answered the first when it hears of the second.
peers()
{
	start_server server "$SRV" udp-server -n 3 -H "$SRV4" 5002
	start_client first "$CLI" udp-client -H -n 16 -w 100 "$SRV4" 5002
	start_client second "$CLI" udp-client -H -n 32 -w 200 "$SRV4" 5002
	start_client third "$CLI" udp-client -H -r 7 -w 300 "$SRV4" 5002
	says server held
	is "$(counted tgid "${PID[server]}" udp)" "$(said server udp)" "$MODE: a server of three"
	is "$(counted tgid "${PID[second]}" udp)" "$(said second udp)" "$MODE: one of its clients"
	end first
	end second
	end third
	end server
}

body()
{
	local addr
	for addr in "$SRV4" "$SRV6"; do
		one "$addr" "$addr, ping-pong" -r 200 -w 100
		one "$addr" "$addr, one way" -n 1600 -w 50
		one "$addr" "$addr, segmented buffers" -g -n 320 -w 1000
		offload tx-udp-segmentation on
		one "$addr" "$addr, segmented buffers, whole" -g -n 320 -w 1000
		offload tx-udp-segmentation off
		one "$addr" "$addr, fragments" -n 32 -w 5000
	done
	# What conntrack puts together of these, the kernel cannot read.
	[[ $MODE != off ]] || one "$SRV6" "$SRV6, fragments with options" -D -n 32 -w 5000
	peers
}

plan $((3 * (2 * (3 * 4 + 2 + 2) + 2 + 2) + 2))
load_module
for_each_mode body
finish
