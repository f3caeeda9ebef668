#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# MPTCP: the packets are those of subflows, sockets that no process has open. Who sends is seen; who
# only reads is found by the addresses of his own socket, which are those of the first subflow.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk ss nstat
MODES="rule off"

WAYS=$HERE/ways

# one WAY CASE [WHY]
one()
{
	row "$2"
	start server "$SRV" "$WAYS" server "$1" "$SRV4" 5001
	says server ready
	start client "$CLI" "$WAYS" client "$1" "$SRV4" 5001
	[[ $1 != mptcp-join* ]] || the_other_one
	says client held
	says server held
	until_acknowledged
	tun gc 1
	owes client tcp "$(on_wire "$CLI" tcp)"
	owes server tcp "$(on_wire "$SRV" tcp)"
	row_end "${@:3}"
	[[ $1 != mptcp-join* ]] || check "$MODE: $2: both carry data" both_carry
	[[ $1 != mptcp-join-read ]] || unowned
	slay client server
}

# The first subflow becomes the spare one.
the_other_one()
{
	wait_state "${PID[client]}" T
	ip -n "$CLI" mptcp endpoint change id 1 backup || fatal "backup"
	kill -CONT "${PID[client]}"
}

both_carry()
{
	local peer
	for peer in "$CLI4" 10.9.0.3; do
		ss -HtinN "$SRV" dst "$peer" | grep -q 'bytes_received:[1-9]' || return
	done
}

# What the server lacks waits for it: it would have it, were it to close.
unowned()
{
	local i got what truth
	read -ra truth <<<"$(on_wire "$SRV" tcp)"
	for i in {0..3}; do
		what=${COVER_OF[i]}
		got=$(figure "$what" "$("$GETCNT" tgid "${PID[server]}")")
		is "$((got + $(stat "unowned_${COVER_STAT[i]}")))" "${truth[i]#*=}" \
			"$MODE: the rest is unowned, $what"
	done
}

body()
{
	local ns
	one mptcp "MPTCP"
	one mptcp-read "MPTCP, the server only reads"
	for ns in "$CLI" "$SRV"; do
		ip -n "$ns" mptcp limits set subflow 2 add_addr_accepted 2
	done
	ip -n "$CLI" addr add 10.9.0.3/24 dev eth0
	ip -n "$CLI" mptcp endpoint add "$CLI4" id 1 dev eth0 subflow
	ip -n "$CLI" mptcp endpoint add 10.9.0.3 dev eth0 subflow
	one mptcp-join "MPTCP, two subflows"
	ip -n "$CLI" mptcp endpoint change id 1 nobackup
	one mptcp-join-read "MPTCP, two subflows, the server only reads" \
		"only the first subflow can be told from the open file"
	check "$MODE: it was MPTCP" test "$(mptcp_is "$SRV" MPTcpExtMPCapableACKRX)" = 4
	check "$MODE: two had a second subflow" test "$(mptcp_is "$SRV" MPTcpExtMPJoinAckRx)" = 2
}

mptcp_is() { in_ns "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'; }

plan $((2 * (4 + 2 + 4 + 2 + 2)))
load_module
for_each_mode body
finish
