#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Sockets that only receive, and that several processes have open; and several sockets of one
# address. The first who reads has the packets, where the kernel tells who reads; else, of those who
# have the socket open, the one that started last. Where each process has a socket of its own, each
# has what its own has been given.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/puppet.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

# opens NAME KIND [OPTION]
opens()
{
	tell "$1" socket 0 "$2" "$SRV4"
	[[ -z ${3-} ]] || tell "$1" set 0 "$3" 1
	tell "$1" bind 0 "$SRV4" 5001
	[[ $2 == udp ]] || tell "$1" listen 0
}

# sends COUNT SIZE: a client's datagrams
sends()
{
	puppet client "$CLI"
	tell client socket 0 udp "$CLI4"
	tell client connect 0 "$SRV4" 5001
	tell client send 0 "$@"
}

# prefork CASE READER [WHY]: three children of one parent, of which the third is the last one
prefork()
{
	local name
	row "$1"
	puppet parent "$SRV"
	opens parent udp
	for name in first second third; do
		forked parent "$name"
	done
	sends 50 300
	tell "$2" get 0 50
	tun gc 1
	for name in parent first second third; do
		owes "$name" udp "$([[ $name == "$2" ]] && on_wire "$SRV" udp)"
	done
	owes client udp "$(on_wire "$CLI" udp)"
	row_end "${@:3}"
	[[ -z ${3-} ]] || is "$(counted tgid "${PID[third]}" udp)" "$(on_wire "$SRV" udp)" \
		"$MODE: $1: the last one has it"
	dismiss parent first second third client
}

# One that opens sockets for others, and keeps them open: systemd does so.
activation()
{
	row "$1"
	puppet parent "$SRV"
	opens parent udp
	sends 20 300		# before there is a server
	forked parent server
	tell server exec
	tell server get 0 20
	tun gc 1
	tell client send 0 30 300
	tell server get 0 30
	owes parent udp none
	owes server udp "$(on_wire "$SRV" udp)"
	owes client udp "$(on_wire "$CLI" udp)"
	row_end
	dismiss parent server client
}

# all_arrived COUNT: what each of the three has got
all_arrived()
{
	local name all=0
	for name in first second third; do
		tell "$name" drain 0
		GOT[$name]=$((GOT[$name] + TOLD[0]))
		all=$((all + GOT[$name]))
	done
	((all == $1))
}

# Three processes with a socket each; who gets a datagram depends on its source port.
reuseport_udp()
{
	local name port sent=0
	declare -A GOT=([first]=0 [second]=0 [third]=0)
	row "$1"
	for name in first second third; do
		puppet "$name" "$SRV"
		opens "$name" udp reuseport
	done
	puppet client "$CLI"
	for port in {4001..4060}; do
		tell client socket 0 udp "$CLI4"
		tell client bind 0 "$CLI4" "$port"
		tell client connect 0 "$SRV4" 5001
		tell client send 0 $((port - 3990)) 300
		sent=$((sent + port - 3990))
		busywait "$WAIT" all_arrived "$sent" || fatal "some are lost"
		((GOT[first] && GOT[second] && GOT[third])) && break
	done
	tun gc 1
	for name in first second third; do
		owes "$name" udp "udprcvpacks=${GOT[$name]} udprcvbytes=$((GOT[$name] * (300 + 28 + L2)))"
	done
	owes client udp "$(on_wire "$CLI" udp)"
	row_end
	check "$MODE: $1: each has some" test $((GOT[first] && GOT[second] && GOT[third])) = 1
	dismiss first second third client
}

is_waiting()
{
	for SERVER_NAME in first second third; do
		tell "$SERVER_NAME" waiting 0
		((TOLD[0])) && return
	done
	return 1
}

# connection PORT COUNT: all that goes over the wire meanwhile is the acceptor's
connection()
{
	local before i n=$(($1 - 4000)) name truth sum
	before=$(witness "$SRV")
	tell client socket "$n" tcp "$CLI4"
	tell client bind "$n" "$CLI4" "$1"
	tell client connect "$n" "$SRV4" 5001
	busywait "$WAIT" is_waiting || fatal "nobody to accept"
	name=$SERVER_NAME
	SERVER[$name]=$((${SERVER[$name]-0} + 1))
	tell "$name" accept "${SERVER[$name]}" 0
	tell client send "$n" "$2" 300
	read -ra truth <<<"$(wired "$before" "$(witness "$SRV")" "")"
	read -ra sum <<<"${TRUTH[$name]}"
	for i in {0..3}; do
		sum[i]=$((sum[i] + ${truth[i]#*=}))
	done
	TRUTH[$name]="${sum[*]}"
}

# The same with connections; who accepts depends on the port of the client.
reuseport_tcp()
{
	local name port sum
	declare -A TRUTH=([first]="0 0 0 0" [second]="0 0 0 0" [third]="0 0 0 0") SERVER=()
	row "$1"
	for name in first second third; do
		puppet "$name" "$SRV"
		opens "$name" tcp reuseport
	done
	puppet client "$CLI"
	for port in {4001..4060}; do
		connection "$port" $((port - 3990))
		((${#SERVER[@]} == 3)) && break
	done
	tun gc 1
	for name in first second third; do
		read -ra sum <<<"${TRUTH[$name]}"
		owes "$name" tcp "tcpsndpacks=${sum[0]} tcpsndbytes=${sum[1]} tcprcvpacks=${sum[2]} tcprcvbytes=${sum[3]}"
	done
	owes client tcp "$(on_wire "$CLI" tcp)"
	row_end
	check "$MODE: $1: each has some" test "${#SERVER[@]}" = 3
	dismiss first second third client
}

body()
{
	prefork "UDP, prefork, the last one reads" third
	if tells_readers; then
		prefork "UDP, prefork, another one reads" first
	else
		prefork "UDP, prefork, another one reads" first \
			"before Linux 6.3 who reads is not told: the one that started last has it"
	fi
	activation "UDP, a parent keeps the socket open"
	reuseport_udp "UDP, SO_REUSEPORT, three processes"
	reuseport_tcp "TCP, SO_REUSEPORT, three processes"
}

plan $((2 * (3 + 2 + 2 + 2) + 2 * $(tells_readers; echo $?)))
load_module
for_each_mode body
finish
