#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# A pid that is used again at once: two processes, two records, nothing of one in the other, and each
# with the time that it was started at, as /proc/PID/stat has it.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft awk

# start_as PID NAME COMMAND...: ns_last_pid says which pid the next fork gets, unless another
# process forks in between; then try again.
start_as()
{
	local pid=$1 _
	for _ in {1..100}; do
		echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
		start "$2" "$CLI" "${@:3}"
		((PID[$2] == pid)) && return
		slay "$2"
	done
	fatal "pid $pid is not given again"
}

# started PID: seconds since 1970, as atop finds out
started()
{
	local boot ticks
	boot=$(awk '$1 == "btime" { print $2 }' /proc/stat)
	ticks=$(sed 's/.*) //' "/proc/$1/stat" | awk '{ print $20 }')
	echo $((boot + ticks / $(getconf CLK_TCK)))
}

# same_time BTIME STARTED DESCRIPTION: each of the two rounds down a sum of two times
same_time() { check "$3 ($1, $2)" test $(($1 - $2)) -ge -1 -a $(($1 - $2)) -le 1; }

older_than() { (($(date +%s) >= $1 + $2)); }

body()
{
	local pid old new old_start new_start
	start_server server "$SRV" udp-server -n 2 -H "$SRV4" 5001
	start_client old "$CLI" udp-client -H -n 16 -w 100 "$SRV4" 5001
	pid=${PID[old]}
	old_start=$(started "$pid")
	busywait "$WAIT" older_than "$old_start" 3 || fatal "time stands still"
	end old
	old=$(sums udp "$pid" "$TMP/old")
	start_as "$pid" new "$TRAFFIC" udp-client -S -H -n 48 -w 200 "$SRV4" 5001
	wait_state "$pid" T
	is "$("$GETCNT" tgid "$pid")" "errno=ESRCH" "$MODE: the new process starts with nothing"
	kill -CONT "$pid"
	says new held
	new=$(said new udp)
	new_start=$(started "$pid")
	same_time "$(figure btime "$("$GETCNT" tgid "$pid")")" "$new_start" "$MODE: the new process has its time of start"
	is "$(counted tgid "$pid" udp)" "$new" "$MODE: the new process has its own traffic"
	end new
	"$GETCNT" -n 2 exit >"$TMP/records"
	is "$(grep "^id=$pid " "$TMP/records" | grep -o "udpsnd.*")" "$old"$'\n'"$new" "$MODE: two records with one id"
	same_time "$(figure btime "$(grep -m 1 "^id=$pid " "$TMP/records")")" "$old_start" "$MODE: the old process has its own"
	check "$MODE: they are told apart by it" test $((new_start - old_start)) -ge 2
	end server
	"$GETCNT" exit >/dev/null
}

plan $((3 * (3 + 3 + 2)))
load_module
tun exit_timeout 3600
for_each_mode body
finish
