#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# A pid that is used again at once: two processes, two records, nothing of one in the other,
# and each with its own start.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

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

# started PID: when it was, as atop computes it: boot time plus start since boot
started()
{
	local stat boot
	stat=$(<"/proc/$1/stat")
	read -ra stat <<<"${stat##*) }"
	boot=$(awk '/^btime/ { print $2 }' /proc/stat)
	echo $((boot + stat[19] / $(getconf CLK_TCK)))
}

# btime_is LINE STARTED WHAT: within the second that the two may round to
btime_is()
{
	local off
	off=$(($(figure btime "$1") - $2))
	check "$MODE: $3 ($off s off)" test "${off#-}" -le 1
}

body()
{
	local pid old new began_old began_new
	row "pid used again"
	start_server server "$SRV" udp-server -n 2 -H -O "$SRV4" 5001
	start_client old "$CLI" udp-client -H -n 16 -w 100 "$SRV4" 5001
	pid=${PID[old]}
	began_old=$(started "$pid")
	end old
	old=$(sums udp "$pid" "$TMP/old")
	start_as "$pid" new "$TRAFFIC" udp-client -S -H -n 48 -w 200 "$SRV4" 5001
	wait_state "$pid" T
	is "$("$GETCNT" tgid "$pid")" "errno=ESRCH" "$MODE: the new process starts with nothing"
	began_new=$(started "$pid")
	kill -CONT "$pid"
	says new held
	new=$(said new udp)
	is "$(counted tgid "$pid" udp)" "$new" "$MODE: the new process has its own traffic"
	btime_is "$("$GETCNT" tgid "$pid")" "$began_new" "the start of the new one, while it lives"
	"$GETCNT" exit >"$TMP/records"
	owes retired udp "$old"		# as it has been read
	owes new udp "$(said new udp)"
	says server held
	owes server udp "$(said server udp)"
	row_end
	end new
	"$GETCNT" exit >>"$TMP/records"
	is "$(grep "^id=$pid " "$TMP/records" | grep -o "udpsnd.*")" "$old"$'\n'"$new" "$MODE: two records with one id"
	btime_is "$(sed -n 1p "$TMP/records")" "$began_old" "the start of the old one, in its record"
	btime_is "$(sed -n 2p "$TMP/records")" "$began_new" "the start of the new one, in its record"
	end server
	"$GETCNT" exit >/dev/null
}

plan $((2 * (7 + 2)))
load_module
tun exit_timeout 3600
for_each_mode body
finish
