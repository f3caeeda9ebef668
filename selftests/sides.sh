#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# Flows that have no place of their own on a conntrack entry, so that the table of sockets has to
# do: connected before the module came, NOTRACK, an entry with a real helper. And a server that is
# known from one peer is known for all.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk ss
MODES="rule off"

# Both ends of a ping-pong that goes on until it is told to end
chat()
{
	local echo=()
	[[ $1 == udp ]] || echo=(-e -N)
	port=$((port + 1))
	start_server server "$SRV" "$1-server" -H "${echo[@]}" "$2" "$port"
	start client "$CLI" "$TRAFFIC" "$1-client" -H -O "${echo[@]:1}" -r 100000000 -w 100 "$2" "$port"
}

packets() { figure "$1sndpacks" "$(on_wire "$CLI" "$1")"; }
grown() { (($(packets "$1") >= $2)); }

# The client ends its traffic, not its connection.
verdict()
{
	kill -USR1 "${PID[client]}"
	says client held
	[[ $1 == udp ]] && says server held
	until_acknowledged
	owes client "$1" "$(on_wire "$CLI" "$1")"
	owes server "$1" "$(on_wire "$SRV" "$1")"
	row_end
	slay client server
}

# early PROTO ADDRESS CASE: it talks, then the module comes, then it goes on
early()
{
	local conntrack
	conntrack=$(tun conntrack)
	rmmod netatop
	row_without "$3"
	chat "$1" "$2"
	busywait "$WAIT" grown "$1" 20 || fatal "no traffic"
	kill -STOP "${PID[client]}"
	wait_state "${PID[client]}" T
	[[ $1 == udp ]] || busywait "$WAIT" still || fatal "it goes on"
	load_module "conntrack=$conntrack"
	row "$3"
	kill -CONT "${PID[client]}"
	busywait "$WAIT" grown "$1" 20 || fatal "no traffic"
	verdict "$1"
}

row_without()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		WIRE[$ns]=$(witness "$ns")
	done
}

# What the server has answered has come, and waits to be read.
still()
{
	[[ $(packets tcp) == "$(figure tcprcvpacks "$(on_wire "$SRV" tcp)")" ]] &&
		! in_ns "$SRV" ss -Htn "sport = :$port" | awk '$2 || $3' | grep -q .
}

# beside PROTO ADDRESS CASE
beside()
{
	row "$3"
	chat "$1" "$2"
	busywait "$WAIT" grown "$1" 20 || fatal "no traffic"
	verdict "$1"
}

notrack()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft -f - <<-EOT || fatal "nft"
			table inet n {
				chain p { type filter hook prerouting priority raw; notrack; }
				chain o { type filter hook output priority raw; notrack; }
			}
		EOT
	done
	beside tcp "$SRV4" "NOTRACK, TCP"
	beside udp "$SRV6" "NOTRACK, UDP"
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft delete table inet n
	done
}

helper()
{
	local ns
	modprobe nf_conntrack_ftp || skip_all "needs nf_conntrack_ftp"
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft -f - <<-EOT || fatal "nft"
			table inet h {
				ct helper ftp { type "ftp" protocol tcp; }
				chain p { type filter hook prerouting priority 0; meta l4proto tcp ct helper set "ftp"; }
				chain o { type filter hook output priority 0; meta l4proto tcp ct helper set "ftp"; }
			}
		EOT
	done
	beside tcp "$SRV4" "entry with a helper"
	for ns in "$CLI" "$SRV"; do
		is "$(in_ns "$ns" conntrack -L -p tcp --dport "$port" 2>/dev/null | grep -o 'helper=[a-z]*')" helper=ftp \
			"$MODE: it had one"
		in_ns "$ns" nft delete table inet h
	done
}

# The second peer's packets find the owner at once.
peers()
{
	row "UDP server, a new peer"
	port=$((port + 1))
	start_server server "$SRV" udp-server -n 2 -H "$SRV4" "$port"
	start_client client "$CLI" udp-client -H -O -r 3 -w 100 "$SRV4" "$port"
	start second "$CLI" "$HERE/sink" udp-send "$SRV4" "$port" 50 200
	says second sent
	check "$MODE: the server has the second peer's, too" busywait "$WAIT" has_53
	is "$(stat unowned_udp_rcv_packets)" 0 "$MODE: nothing of it has waited"
	owes client udp "$(said client udp)"
	owes second udp "udpsndpacks=50 udpsndbytes=$((50 * (228 + L2))) udprcvpacks=50 udprcvbytes=$((50 * (29 + L2)))"
	owes server udp "$(on_wire "$SRV" udp)"
	row_end
	slay client second server
}

has_53() { [[ $(figure udprcvpacks "$("$GETCNT" tgid "${PID[server]}")") == 53 ]]; }

body()
{
	early tcp "$SRV4" "connected before the module came, TCP"
	early tcp "$SRV6" "connected before the module came, TCP, IPv6"
	early udp "$SRV4" "connected before the module came, UDP"
	peers
	[[ $MODE == rule ]] || return
	notrack
	helper
}

port=7500
plan $((2 * (3 + 3 + 2) + 2 + 3))
load_module
for_each_mode body
finish
