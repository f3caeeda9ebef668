#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Sockets that live for one datagram, of two processes in turn on one port: the memory of each goes
# to the next one, of the other process. What comes before the new owner has sent must not go to
# the old one, neither on a flow that is new to conntrack nor on one that the old owner had.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft awk
MODES="rule off"

TURNS=400

# each COUNT BYTES: so many datagrams sent, and so many received
each() { echo "udpsndpacks=$1 udpsndbytes=$(($1 * $2)) udprcvpacks=$1 udprcvbytes=$(($1 * $2))"; }

# one NAME ADDRESS PORTS BYTES
one()
{
	local pid=()
	row "$1"
	start reuse "$CLI" "$HERE/reuse" "$2" 5001 "$TURNS" "$3"
	says reuse "done"
	IFS=, read -ra pid < <(sed -n 's/^pids=//p' "$TMP/reuse")
	owes "${pid[0]}" udp "$(each $((TURNS / 2)) "$4")"
	owes "${pid[1]}" udp "$(each $((TURNS / 2)) "$4")"
	owes "${pid[2]}" udp "$(each "$TURNS" "$4")"
	row_end
	slay reuse
}

body()
{
	one "short-lived sockets of two processes, IPv4" 127.0.0.1 "$TURNS" 128
	one "short-lived sockets of two processes, IPv6" ::1 "$TURNS" 148
	one "short-lived sockets of two processes, one flow, IPv4" 127.0.0.1 1 128
	one "short-lived sockets of two processes, one flow, IPv6" ::1 1 148
}

plan $((2 * (4 + 2)))
load_module
for_each_mode body
finish
