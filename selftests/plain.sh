#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Two processes on two hosts talk, and nothing is special about it: the first rows of the table of
# coverage. tcp_bytes and udp_bytes look closer.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

one()
{
	local proto=$1 addr=$2
	row "$3"
	start_server server "$SRV" "$proto-server" -H "${@:4}" "$addr" 5001
	start_client client "$CLI" "$proto-client" -H -O -r 50 -w 100 "${@:5}" "$addr" 5001
	says server "$([[ $proto == udp ]] && echo held || echo ready)"
	owes client "$proto" "$(on_wire "$CLI" "$proto")"
	owes server "$proto" "$(on_wire "$SRV" "$proto")"
	row_end
	end client
	end server
}

body()
{
	one tcp "$SRV4" "TCP, IPv4" -e -N
	one tcp "$SRV6" "TCP, IPv6" -e -N
	one udp "$SRV4" "UDP, IPv4"
	one udp "$SRV6" "UDP, IPv6"
}

plan $((2 * (4 + 2)))
load_module
for_each_mode body
finish
