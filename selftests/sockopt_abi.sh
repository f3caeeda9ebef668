#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# small: first
#
# The getsockopt interface that atop, atopsar and netatopd speak: numbers, layout for 64 and 32
# bits, lengths, every errno, and who waits for whom.

source "$(dirname "$0")/lib.sh"
need_tools ip unshare awk

COMMANDS=(probe force-gc empty-exit exit "tgid 1" "pid 1")

# each OPTIONS: what every command answers, joined
each()
{
	local cmd out=()
	for cmd in "${COMMANDS[@]}"; do
		# shellcheck disable=SC2086 # a command and its id
		out+=("$("$@" $cmd 2>&1)")
	done
	echo "${out[*]}"
}

six() { echo "errno=$1 errno=$1 errno=$1 errno=$1 errno=$1 errno=$1"; }

# a process that finishes with traffic of its own
finished() { in_ns "$CLI" "$TRAFFIC" udp-client -n 1 127.0.0.1 9 >/dev/null 2>&1; }

# What a process in /proc says of its start, in seconds since the epoch.
started()
{
	local stat
	stat=$(cat "/proc/$1/stat")
	read -ra stat <<<"${stat##*) }"
	echo $(($(awk '/^btime/ { print $2 }' /proc/stat) + stat[19] / $(getconf CLK_TCK)))
}

errnos()
{
	is "$(each "$GETCNT" -u)" "$(six EPERM)" "an ordinary user: EPERM"
	is "$(each unshare -Urn "$GETCNT")" "$(six EPERM)" "root of a user namespace: EPERM"
	is "$("$GETCNT" probe) $("$GETCNT" -r probe) $("$GETCNT" -p null -l 0 probe)" "ret=0 ret=0 ret=0" "PROBE"
	is "$(in_ns "$CLI" "$GETCNT" probe)" "ret=0" "PROBE in another network namespace"
	is "$("$GETCNT" -p null -l 0 force-gc)" "ret=0" "FORCE_GC without a buffer"
	is "$("$GETCNT" -p null -l 0 empty-exit)" "ret=0" "EMPTY_EXIT, nothing listed: returns at once"
	for len in 0 3 -1; do
		is "$("$GETCNT" -l $len tgid $$) $("$GETCNT" -l $len pid $$) $("$GETCNT" -l $len exit)" \
			"errno=EINVAL errno=EINVAL errno=EINVAL" "GETCNT, length $len: EINVAL"
	done
	is "$("$GETCNT" -p null tgid $$) $("$GETCNT" -p bad pid $$)" "errno=EFAULT errno=EFAULT" "GETCNT, bad buffer: EFAULT"
	is "$(each "$GETCNT" -q)" "$(six EFAULT)" "a bad pointer to the length: EFAULT"
	for id in $$ 0 -1 4194303; do
		is "$("$GETCNT" tgid -- "$id") $("$GETCNT" pid -- "$id")" "errno=ESRCH errno=ESRCH" "nothing known of $id: ESRCH"
	done
	is "$("$GETCNT" 15660) $("$GETCNT" 15667)" "errno=ENOPROTOOPT errno=ENOPROTOOPT" "the numbers next to ours are not taken"
}

layout()
{
	local pid line hex part len wide=96
	start_server server "$SRV" udp-server -H "$SRV4" 5001
	start_client client "$CLI" udp-client -H -n 100 -w 70 "$SRV4" 5001
	pid=${PID[client]}
	line=$("$GETCNT" tgid "$pid")
	is "${line/ btime=+([0-9])/}" "id=$pid command=traffic tcpsndpacks=0 tcpsndbytes=0 tcprcvpacks=0 tcprcvbytes=0 $(said client udp)" \
		"GETCNT_TGID: every field"
	[[ $line =~ btime=([0-9]+) ]] && off=$((BASH_REMATCH[1] - $(started "$pid")))
	check "btime is boot time and start ticks (off by ${off:=none})" test "${off#-}" -le 1
	is "$("$GETCNT" pid "$pid")" "$line" "GETCNT_PID of the only thread: the same"
	is "$("$GETCNT"32 tgid "$pid")" "$line" "a 32-bit program: the same"
	is "$("$GETCNT"32 probe) $("$GETCNT"32 -x tgid "$pid" | cut -d ' ' -f 1)" "ret=0 len=88" "its structure is 88 bytes"

	hex=$("$GETCNT" -x -l 200 tgid "$pid")
	is "${hex% *}" "len=96" "a longer buffer gets the structure"
	hex=${hex#*bytes=}
	is "${hex:8:8}" "00000000" "padding is zero"
	is "${hex:2*wide}" "$(printf 'a5%.0s' {97..256})" "nothing is written behind the structure"
	for len in 4 17 95; do
		part=$("$GETCNT" -x -l $len tgid "$pid")
		is "$part" "len=$len bytes=${hex:0:2*len}$(printf 'a5%.0s' $(seq $((len + 1)) 256))" "a buffer of $len gets $len bytes"
	done
	end client
	end server
}

# started in the background and asleep in the kernel
waiting()
{
	start "$1" "$CLI" "$GETCNT" "${@:2}"
	busywait "$WAIT" blocked "${PID[$1]}" || fatal "$* does not wait"
}

settled() { [[ -s $TMP/$1 ]] || blocked "${PID[$1]}"; }

# had_his_time TOOK WAITER READER: the waiter did not go on before the reader came back, unless that took too long (half
# of what he has, as jiffies may lag behind the clock)
had_his_time()
{
	local took over back
	took=$(fields began <<<"$1")
	over=$(fields ended <"$2")
	back=$(fields began <"$3")
	[[ $took && $over && $back ]] && ((over > took && (over >= back || over - took > 500000000)))
}

readers()
{
	local took
	forget
	tun exit_timeout 3600

	waiting reader exit
	is "$(rmmod netatop 2>&1 >/dev/null | grep -c 'in use')" 1 "rmmod is refused while a reader waits"
	kill -USR1 "${PID[reader]}"; ended reader
	is "$(cat "$TMP/reader")" "errno=EINTR" "GETCNT_EXIT: a signal interrupts it"
	waiting reader exit
	kill -KILL "${PID[reader]}"; ended reader >/dev/null 2>&1
	is "$?" 137 "GETCNT_EXIT: can be killed"

	for _ in 1 2 3; do finished; done
	busywait "$WAIT" stat_is exit_records 3
	is "$("$GETCNT" -p bad exit) $(stat exit_records)" "errno=EFAULT 3" "a reader with a bad buffer takes nothing"
	waiting waiter empty-exit
	kill -USR1 "${PID[waiter]}"; ended waiter
	is "$(cat "$TMP/waiter")" "errno=EINTR" "EMPTY_EXIT: a signal interrupts it"
	waiting waiter empty-exit
	kill -KILL "${PID[waiter]}"; ended waiter >/dev/null 2>&1
	is "$?" 137 "EMPTY_EXIT: can be killed"

	# A reader who has taken the last one may still be writing it to its log: he has a second.
	waiting waiter -T empty-exit
	"$GETCNT" -n 2 exit >/dev/null
	check "EMPTY_EXIT waits while one is listed" busywait "$WAIT" blocked "${PID[waiter]}"
	took=$("$GETCNT" -T exit)
	start late "$CLI" "$GETCNT" -T empty-exit
	busywait "$WAIT" settled late || fatal "EMPTY_EXIT is not called"
	waiting reader -T exit
	# the second stays, so nobody can find the list empty any more
	finished; finished
	busywait "$WAIT" stat_is exit_records 1
	check "a reader who finds nothing lets EMPTY_EXIT go on" ended waiter
	check "and one that is called meanwhile" ended late
	check "a reader who waited gets the next one" ended reader
	check "and it is a whole record" grep -q " id=[0-9].* command=traffic .*udpsndpacks=1 " "$TMP/reader"
	check "EMPTY_EXIT waits until the reader comes back" had_his_time "$took" "$TMP/waiter" "$TMP/reader"
	check "so does one that is called meanwhile" had_his_time "$took" "$TMP/late" "$TMP/reader"

	is "$(stat exit_records)" 1 "one is listed"
	tun exit_timeout 1
	is "$("$GETCNT" empty-exit)" "ret=0" "EMPTY_EXIT ends without a reader, too"
}

plan $((6 + 3 + 2 + 4 + 1 + 5 + 6 + 15 + 2))
shopt -s extglob
load_module
setup_pair
errnos
layout
readers
books_balance "the books balance"
end_all
rmmod netatop
is "$(each "$GETCNT")" "$(six ENOPROTOOPT)" "without the module: ENOPROTOOPT"
finish
