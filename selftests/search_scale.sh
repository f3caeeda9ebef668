#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# The search for owners among 10,000 processes with 100 open files each: the one that has the socket
# is found, nobody else is charged, and for a socket that nobody has open it does not search on and
# on. That it holds no lock for long, the kernel's log says.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool awk
MODES="off"

PROCESSES=10000 FILES=100

searched() { (($(stat searches) > $1)); }
ran() { (($(stat gc_runs) >= $1)); }
received() { figure udprcvpacks "$("$GETCNT" tgid "$1")"; }

body()
{
	local files searches runs
	sysctl -qw kernel.pid_max=65536 kernel.threads-max=65536
	start crowd "$CLI" "$HERE/crowd" "$PROCESSES" "$FILES"
	says crowd ready
	row "UDP sink among 10,000 processes"
	start sink "$SRV" "$HERE/sink" udp "$SRV4" 6001
	says sink ready
	start first "$CLI" "$HERE/sink" udp-send "$SRV4" 6001 100 200
	says first sent
	files=$(stat searched_files) searches=$(stat searches)
	tun gc 1
	is "$(received "${PID[sink]}")" 100 "the sink is found"
	is "$(stat searches)" $((searches + 1)) "by one search"
	files=$(($(stat searched_files) - files))
	check "which has looked at $files files" test "$files" -ge $((PROCESSES * FILES))
	owes sink udp "$(on_wire "$SRV" udp)"
	owes first udp "$(on_wire "$CLI" udp)"
	row_end

	searches=$(stat searches)
	tun gc 1
	is "$(stat searches)" "$searches" "where nothing is wanted, nothing is searched"
	slay sink first crowd

	# connected, and not accepted: no process has it open
	start server "$SRV" "$HERE/sink" tcp "$SRV4" 6002
	says server ready
	kill -STOP "${PID[server]}"
	wait_state "${PID[server]}" T
	start client "$CLI" "$HERE/sink" tcp-send "$SRV4" 6002 100
	says client sent
	searches=$(stat searches) runs=$(stat gc_runs)
	tun gc_interval 1
	busywait "$WAIT" ran $((runs + 15)) || fatal "the collector does not run"
	check "for a socket that nobody has, rarely" test $((2 * ($(stat searches) - searches))) -lt 15
	check "but it is not given up" test "$(stat searches)" -gt "$searches"
	tun gc_interval 3600
	slay server client
}

plan $((1 * (4 + 3 + 2)))
load_module
tun gc_interval 3600
for_each_mode body
finish
