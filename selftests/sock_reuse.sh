#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# What is used again: the address of a struct sock, by two processes in turn, one of whom never
# sends; the ports of a connection, by another pair of processes, while the first pair lives. Nobody
# is given what is another's.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

PORT=5000
TURNS=12		# and more, until an address has been used again
MOST=100
HOW=""			# what the names of the rows end with

# tally PROTO PORT...: what is from and to these ports of CLI is counted where it arrives
tally()
{
	local port counters="" to="" from=""
	for port in "${@:2}"; do
		counters+="counter p$port { }; "
		to+="$1 dport $port counter name p$port; "
		from+="$1 sport $port counter name p$port; "
	done
	in_ns "$CLI" nft "table netdev tally { $counters chain in { type filter hook ingress device eth0 priority 0; $to }; }" || fatal "nft"
	in_ns "$SRV" nft "table netdev tally { $counters chain in { type filter hook ingress device eth0 priority 0; $from }; }" || fatal "nft"
}

# tallied PROTO PORT: in the words of getcnt
tallied()
{
	local ns way
	for ns in "$SRV snd" "$CLI rcv"; do
		way=$1${ns#* }
		in_ns "${ns% *}" nft list counter netdev tally "p$2" | sed -n "s/.*packets \([0-9]*\) bytes \([0-9]*\).*/\1 \2/p" |
			while read -r p b; do
				printf '%spacks=%d %sbytes=%d ' "$way" "$p" "$way" $((b + L2 * p))
			done
	done
}

tally_end() { in_ns "$CLI" nft delete table netdev tally; in_ns "$SRV" nft delete table netdev tally; }

# sock_at NAME PROTO PORT: its address, in the kernel's disguise, into $AT
sock_at()
{
	AT=$(awk -v port=":$(printf %04X "$3")\$" '$2 ~ port && $4 != "0A" { print $12 }' "/proc/${PID[$1]}/net/$2")
	[[ ${AT//0/} ]] || fatal "$1 has no socket, or its address is hidden"
}

three() { actor a "$CLI"; actor b "$CLI"; actor peer "$SRV"; PORT=$((PORT + 10)); }

three_end()
{
	check "$MODE: $1: $again times it had been used" test "$again" -gt 0
	quiet
	owes a "$2" "$(tallied "$2" $((PORT + 1)))"
	owes b "$2" "$(tallied "$2" $((PORT + 2)))"
	owes peer "$2" "$(on_wire "$SRV" "$2")"
	row_end
	tally_end
	slay a b peer
}

# a sends on a new socket and closes it; b receives on a new one, and is found.
udp_address()
{
	local i again=0
	local -A had=()
	row "address of a sock used again, UDP$HOW"
	three
	tally udp $((PORT + 1)) $((PORT + 2))
	tell peer "udp4 1; bind 1 $SRV4 $PORT"
	for ((i = 0; i < TURNS || (again < 2 && i < MOST); i++)); do
		tell a "udp4 1; bind 1 $CLI4 $((PORT + 1)); connect 1 $SRV4 $PORT; send 1 100"
		tell peer "recv 1 100"
		sock_at a udp $((PORT + 1))
		had[$AT]=1
		tell a "close 1"
		tun gc 1	# the memory is free a grace period later
		tell b "udp4 1; bind 1 $CLI4 $((PORT + 2))"
		sock_at b udp $((PORT + 2))
		((again += ${had[$AT]-0}))
		tell peer "to 1 $CLI4 $((PORT + 2)) 300"
		tell b "recv 1 300"
		tun gc 1
		tell b "close 1"
	done
	three_end "UDP$HOW" udp
}

# The same with connections: b accepts them.
tcp_address()
{
	local i again=0
	local -A had=()
	row "address of a sock used again, TCP$HOW"
	three
	tally tcp $((PORT + 1)) $((PORT + 2))
	tell peer "tcp4 0; bind 0 $SRV4 $PORT; listen 0"
	tell b "tcp4 0; bind 0 $CLI4 $((PORT + 2)); listen 0"
	for ((i = 0; i < TURNS || (again < 2 && i < MOST); i++)); do
		tell a "tcp4 1; set 1 reuse 1; set 1 linger 0; bind 1 $CLI4 $((PORT + 1)); connect 1 $SRV4 $PORT; send 1 100"
		tell peer "accept 1 0; recv 1 100; send 1 50"
		tell a "recv 1 50"
		sock_at a tcp $((PORT + 1))
		had[$AT]=1
		tell a "close 1"
		tell peer "close 1; tcp4 1; set 1 linger 0; connect 1 $CLI4 $((PORT + 2)); send 1 300"
		tell b "accept 1 0; recv 1 300"
		sock_at b tcp $((PORT + 2))
		((again += ${had[$AT]-0}))
		tun gc 1
		tell peer "close 1"
		tell b "close 1"
	done
	three_end "TCP$HOW" tcp
}

# Two pairs of processes, one after the other with the same ports
first()
{
	PORT=$((PORT + 10))
	row "$1"
	actor cli1 "$CLI"
	actor srv1 "$SRV"
	actor cli2 "$CLI"
	actor srv2 "$SRV"
}

# first_end PROTO SERVER
first_end()
{
	quiet
	owes cli1 "$1" "$(on_wire "$CLI" "$1")"
	owes "$2" "$1" "$(on_wire "$SRV" "$1")"
	SINCE_CLI=$(witness "$CLI")
	SINCE_SRV=$(witness "$SRV")
}

second_end()
{
	quiet
	tun gc 1
	owes cli2 "$1" "$(wired "$SINCE_CLI" "$(witness "$CLI")" "$1")"
	owes srv2 "$1" "$(wired "$SINCE_SRV" "$(witness "$SRV")" "$1")"
	row_end
	slay cli1 srv1 cli2 srv2
}

# connect_as N BYTES
connect_as()
{
	tell "srv$1" "tcp4 0; set 0 reuse 1; bind 0 $SRV4 $PORT; listen 0"
	tell "cli$1" "tcp4 1; set 1 reuse 1; bind 1 $CLI4 $((PORT + 1)); connect 1 $SRV4 $PORT"
	tell "srv$1" "accept 1 0; close 0"
	(($2)) || return
	tell "cli$1" "send 1 $2"
	tell "srv$1" "recv 1 $2"
}

# tcp_ports "after TIME_WAIT"|"after a reset"|"after the server's reset"|"after an unknown one": who
# has neither sent nor read, and has closed before the collector came, cannot be found any more.
# After a reset by who was called, the next connection has the same entry of conntrack.
tcp_ports()
{
	local who=srv1 bytes=100
	if [[ $1 == *unknown* ]]; then who=unowned bytes=0; fi
	first "ports used again, TCP, $1$HOW"
	connect_as 1 "$bytes"
	if [[ $1 == *TIME_WAIT ]]; then
		tell srv1 "close 1"
		tell cli1 "eof 1; close 1"
		busywait "$WAIT" no_connection "$CLI" "$PORT" || fatal "never closed"
	elif [[ $1 == *server* ]]; then
		tell cli1 "send 1 50; drained 1"
		tell srv1 "close 1"	# with something unread
		busywait "$WAIT" no_connection "$CLI" "$PORT" || fatal "never reset"
		tell cli1 "close 1"
	else
		if [[ $1 == *reset ]]; then
			tell srv1 "send 1 50"
			tell cli1 "recv 1 50"
		fi
		tell cli1 "set 1 linger 0; close 1"
		tell srv1 "close 1"
	fi
	first_end tcp "$who"
	connect_as 2 300
	tell cli2 "drained 1"
	second_end tcp
}

# The first server reads what it has got when the connection is over, and the next one is there.
tcp_unread()
{
	first "ports used again, TCP, before the last is read$HOW"
	connect_as 1 0
	tell cli1 "send 1 100; drained 1; set 1 linger 0; close 1"
	busywait "$WAIT" no_connection "$SRV" "$PORT" || fatal "never reset"
	first_end tcp unowned
	connect_as 2 0
	tell cli2 "send 1 300; drained 1"
	tell srv1 "recv 1 100"
	tell srv2 "recv 1 300"
	second_end tcp
}

# What the clients send waits for the verdict of a daemon, the requests, too.
tcp_queued()
{
	in_ns "$CLI" nft "table inet q { chain out { type filter hook output priority 0; meta l4proto tcp queue num 0; }; }" || fatal "nft"
	start verdict "$CLI" "$HERE/verdict" 0
	says verdict ready
	first "ports used again, TCP, queued$HOW"
	connect_as 1 100
	tell srv1 "send 1 50"
	tell cli1 "recv 1 50; set 1 linger 0; close 1"
	tell srv1 "close 1"
	first_end tcp srv1
	connect_as 2 300
	tell cli2 "drained 1"
	second_end tcp
	in_ns "$CLI" nft delete table inet q
	end verdict
}

# udp_ports "to one who sends"|"to one who does not"
udp_ports()
{
	first "ports used again, UDP, by one who $1$HOW"
	tell srv1 "udp4 1; bind 1 $SRV4 $PORT"
	tell cli1 "udp4 1; bind 1 $CLI4 $((PORT + 1)); connect 1 $SRV4 $PORT; send 1 100"
	tell srv1 "recv 1 100; reply 1 200; close 1"
	tell cli1 "recv 1 200; close 1"
	first_end udp srv1
	tell srv2 "udp4 1; bind 1 $SRV4 $PORT; connect 1 $CLI4 $((PORT + 1))"
	tell cli2 "udp4 1; bind 1 $CLI4 $((PORT + 1)); connect 1 $SRV4 $PORT"
	[[ $1 != sends ]] || tell cli2 "send 1 50"
	[[ $1 != sends ]] || tell srv2 "recv 1 50"
	tell srv2 "send 1 300; send 1 300"
	tell cli2 "recv 1 300; recv 1 300"
	second_end udp
}

all()
{
	HOW=$1
	udp_address
	tcp_address
	tcp_ports "after TIME_WAIT"
	tcp_ports "after a reset"
	tcp_ports "after the server's reset"
	tcp_ports "after an unknown one"
	tcp_unread
	tcp_queued
	udp_ports "sends"
	udp_ports "only receives"
}

body()
{
	local ns
	all ""
	[[ $MODE == rule ]] || return
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft "table inet n { chain in { type filter hook prerouting priority raw; notrack; }; chain out { type filter hook output priority raw; notrack; }; }" || fatal "nft"
	done
	all ", NOTRACK"
}

plan $((3 * (2 * 2 + 8) + 2 * 2))
load_module
for_each_mode body
finish
