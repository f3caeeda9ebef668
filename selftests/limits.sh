#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
# debug: first
#
# Limits hold under a flood: what does not fit is counted as overflow and booked to nobody, no
# connection suffers, and the books balance. When there is room again, accounting goes on.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk

# flood COUNT: so many processes, all alive at the same time, one connection each
flood()
{
	start_server server "$SRV" tcp-server -n "$1" -H -a 100 "$SRV4" 5001
	start_client flood "$CLI" spawn "$1" tcp-client -B -H -n 3000 "$SRV4" 5001
	says server held
}

# One more process after the flood, when there is room
afterwards()
{
	start_server late_server "$SRV" udp-server -H "$SRV4" 5002
	start_client late "$CLI" udp-client -H -n 32 -w 100 "$SRV4" 5002
	is "$(counted tgid "${PID[late]}" udp)" "$(said late udp)" "$MODE: $1"
	end late
	end late_server
}

records()
{
	local before
	before=$(stat record_overflow)
	tun max_records 64
	flood 200
	is "$(grep -c '^proto=tcp .* received=100 ' "$TMP/flood")" 200 "$MODE: max_records: all 200 connections succeed"
	check "$MODE: max_records: no more than 64 ($(stat records))" test "$(stat records)" -le 64
	check "$MODE: max_records: but nearly as many" test "$(stat threads)" -ge 32
	check "$MODE: max_records: overflow is counted" test "$(stat record_overflow)" -gt "$before"
	books_balance "$MODE: max_records: the books balance under the flood"
	tun max_records 65536
	afterwards "max_records: raised, the next process is accounted"
	end flood
	end server
}

# The side table is for flows without a conntrack entry.
sockets()
{
	tun max_sockets 16
	flood 100
	is "$(grep -c '^proto=tcp .* received=100 ' "$TMP/flood")" 100 "$MODE: max_sockets: all 100 connections succeed"
	if [[ $MODE == off ]]; then
		check "off: max_sockets: no more than 16 ($(stat sockets))" test "$(stat sockets)" -le 16
		check "off: max_sockets: overflow is counted" test "$(stat socket_overflow)" -gt 0
	fi
	books_balance "$MODE: max_sockets: the books balance under the flood"
	end flood
	end server
	tun max_sockets 65536
	afterwards "max_sockets: raised, the next process is accounted"
}

# Fresh tables: sockets that have been closed are still held for a while.
body()
{
	rmmod netatop
	load_module exit_timeout=1 "conntrack=$(tunable_of_mode)"
	sockets
	records
}

plan $((3 * (6 + 3 + 2) + 2))
load_module
for_each_mode body
finish
