#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# A pid that is used again at once: two processes, two records, nothing of one in the other.

source "$(dirname "$0")/lib.sh"
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

body()
{
	local pid old new
	start_server server "$SRV" udp-server -n 2 -H "$SRV4" 5001
	start old "$CLI" "$TRAFFIC" udp-client -n 16 -w 100 "$SRV4" 5001
	pid=${PID[old]}
	ended old
	old=$(sums udp "$pid" "$TMP/old")
	start_as "$pid" new "$TRAFFIC" udp-client -S -H -n 48 -w 200 "$SRV4" 5001
	wait_state "$pid" T
	is "$("$GETCNT" tgid "$pid")" "errno=ESRCH" "$MODE: the new process starts with nothing"
	kill -CONT "$pid"
	says new held
	new=$(said new udp)
	is "$(counted tgid "$pid" udp)" "$new" "$MODE: the new process has its own traffic"
	end new
	"$GETCNT" -n 2 exit >"$TMP/records"
	is "$(grep "^id=$pid " "$TMP/records" | grep -o "udpsnd.*")" "$old"$'\n'"$new" "$MODE: two records with one id"
	end server
	"$GETCNT" exit >/dev/null
}

plan $((3 * (3 + 2)))
load_module
tun exit_timeout 3600
for_each_mode body
finish
