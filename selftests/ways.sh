#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# The ways to send and receive that are not send(2) and recv(2): without a copy, by a ring whose
# work another thread may do, in the SYN, over several subflows.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk ss
MODES="rule off"

WAYS=$HERE/ways

# talk WAY [ADDRESS]: both ends, until they hold
talk()
{
	start server "$SRV" "$WAYS" server "$1" "${2-$SRV4}" 5001
	says server ready
	start client "$CLI" "$WAYS" client "$1" "${2-$SRV4}" 5001
	says client held
	says server held
	until_acknowledged
}

both_owe()
{
	owes client "$1" "$(on_wire "$CLI" "$1")"
	owes server "$1" "$(on_wire "$SRV" "$1")"
}

# one WAY CASE
one()
{
	local proto=tcp
	[[ $1 != udp-* ]] || proto=udp
	row "$2"
	talk "$1"
	both_owe "$proto"
	row_end
	[[ $1 != sqpoll ]] || sqpoll
	slay client server
}

# The thread of the ring sends, and so it is the one that owns.
sqpoll()
{
	local name tid line
	for name in client server; do
		tid=$(sed -n 's/^sqpoll=//p' "$TMP/$name")
		line=$("$GETCNT" pid "$tid")
		check "$MODE: the ring's thread has what it sent, $name" \
			test "$(figure tcpsndpacks "$line")" -ge 40
	done
}

body()
{
	in_ns "$CLI" sysctl -qw net.ipv4.tcp_fastopen=519
	in_ns "$SRV" sysctl -qw net.ipv4.tcp_fastopen=519
	one sendfile "sendfile"
	one splice "splice"
	one zerocopy "MSG_ZEROCOPY, TCP"
	one udp-zerocopy "MSG_ZEROCOPY, UDP"
	one uring "io_uring, TCP"
	one udp-uring "io_uring, UDP"
	one sqpoll "io_uring, SQPOLL"
	one udp-mmsg "sendmmsg, recvmmsg"
	one fastopen "TCP Fast Open"
}

plan $((2 * (9 + 2 + 2)))
load_module
for_each_mode body
finish
