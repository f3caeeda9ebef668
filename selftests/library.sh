#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# libnetatop against the module: every figure is that of the other doors, handles work at the same
# time in threads, exits come as they happen, and a program with open handles, in the middle of a
# walk, does not keep the module from being unloaded, is told, and goes on after a reload.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/files.sh"
need_tools ip nft awk unshare conntrack

LIB=$HERE/libuser

# What getcnt prints of a task, out of our lines.
as_getcnt() { sed 's/ tgid=.*//'; }

# field NAME: its value in each line
field() { sed -n "s/^\(.* \)\?$1=\([^ ]*\).*/\2/p"; }

# asked_one_by_one tgid|pid FILE: by getsockopt, what FILE says of all
asked_one_by_one()
{
	local id
	while read -r id; do
		"$GETCNT" "$1" "$id"
	done < <(field id <"$2")
}

traffic()
{
	start_server server "$SRV" tcp-server -t 1 -K -H -n 5 -a 3000 "$SRV4" 5001
	start_server server6 "$SRV" tcp-server -H "$SRV6" 5002
	start_server udp-server "$SRV" udp-server -H "$SRV4" 5003
	start_client client "$CLI" tcp-client -t 5 -K -H -n 20000 -w 500 "$SRV4" 5001
	start_client client6 "$CLI" tcp-client -H -n 100 -w 70 "$SRV6" 5002
	start_client udp "$CLI" udp-client -H -r 40 -w 200 "$SRV4" 5003
	says server held
	says server6 held
	says udp-server held
}

tasks()
{
	local id start
	"$LIB" tasks >"$TMP/tasks"
	is "$(wc -l <"$TMP/tasks")" 6 "all processes are told of"
	is "$(as_getcnt <"$TMP/tasks")" "$(asked_one_by_one tgid "$TMP/tasks")" "each as getsockopt says it"
	is "$(stat processes)" 6 "and there are no others"
	"$LIB" threads >"$TMP/threads"
	is "$(wc -l <"$TMP/threads")" "$(stat threads)" "all threads are told of"
	is "$(as_getcnt <"$TMP/threads")" "$(asked_one_by_one pid "$TMP/threads")" "each as getsockopt says it"
	is "$("$LIB" threads "tgid=${PID[client]}" | wc -l)" 5 "the threads of one process"
	id=$("$LIB" threads "tgid=${PID[client]}" | head -n 1 | field id)
	is "$("$LIB" thread "$id" | as_getcnt)" "$("$GETCNT" pid "$id")" "one thread"
	is "$("$LIB" task "${PID[udp]}" | as_getcnt)" "$("$GETCNT" tgid "${PID[udp]}")" "one process"
	is "$("$LIB" task "$$")" "errno=ESRCH text=nothing is known of such a task" "one that has not used the network"
	is "$("$LIB" task 0)" "errno=ERANGE text=integer out of range" "and one that cannot be"
	start=$(awk '{ print $22 }' "/proc/${PID[client]}/stat")
	is "$("$LIB" task "${PID[client]}" | awk -v FS='[ =]' '{ for (i = 1; i < NF; i++) if ($i == "start") printf "%d", $(i + 1) / 10000000 }')" \
		"$start" "its start is that of /proc"
	is "$("$LIB" task "${PID[client]}" | field netns_ino)" "$(netns_ino "$CLI")" "its network namespace is that of /proc"
	is "$("$LIB" tasks uid=0 | wc -l) $("$LIB" tasks uid=1 | wc -l) $("$LIB" tasks "tgid=${PID[udp]}" | wc -l)" "6 0 1" "filters"
	is "$("$LIB" tasks since=$((1 << 62)) | wc -l) $("$LIB" tasks since=1 | wc -l)" "0 6" "by the last activity"
}

netns_ino() { in_ns "$1" readlink /proc/self/ns/net | tr -dc '0-9'; }

# flow V ADDRESS PORT: a connection on loopback, as conntrack and the library have it
flow()
{
	local ports id
	start_server "local$1" "$CLI" tcp-server -H "$2" "$3"
	start_client "near$1" "$CLI" tcp-client -H -n 10 -w 70 "$2" "$3"
	says "local$1" held
	read -r ports id < <(in_ns "$CLI" conntrack -L -f "ipv$1" -p tcp --dport "$3" -o id 2>/dev/null |
		sed -n 's/.*\(sport=[0-9]* dport=[0-9]*\) src.* id=\([0-9]*\).*/\1 \2/p' | sed 's/sport=\([0-9]*\) dport=/\1-/')
	is "$("$LIB" flows "tgid=${PID[near$1]}" | sed 's/ netns_cookie=[0-9]*//')" \
		"l4proto=6 present=0x65 netns_ino=$(netns_ino "$CLI") ct_id=$id zone=0 orig=$2:${ports%-*}-$2:$3 reply=$2:$3-$2:${ports%-*} owner_orig=1:${PID[near$1]}:traffic owner_reply=1:${PID[local$1]}:traffic" \
		"a connection and who has its ends, IPv$1"
	is "$("$LIB" flows "tgid=${PID[local$1]}")" "$("$LIB" flows "tgid=${PID[near$1]}")" "by either of them"
	slay "near$1" "local$1"
}

flows()
{
	flow 4 127.0.0.1 5011
	flow 6 ::1 5012
	is "$("$LIB" flows "tgid=${PID[client6]}" | grep -o 'owner_.*')" \
		"owner_orig=1:${PID[client6]}:traffic owner_reply=0:0:" "one end is somewhere else"
	is "$("$LIB" flows uid=0)" "errno=EINVAL text=Unsupported attribute" "a filter that is for tasks"
}

books_told()
{
	"$LIB" books | awk -F '[ =]' '$1 == "book" { for (i = 3; i < NF; i += 2) print $2, $i, $(i + 1) }' | as_in_files
}

figures()
{
	books_balance "the books balance"
	is "$(books_told)" "$(books_of_files)" "the books are those of the files"
	is "$("$LIB" books | grep ^version=)" \
		"version=$(<"$SYS/version") processes=$(stat processes) threads=$(stat threads) attached=$(stat attached) sockets=$(stat sockets) records=$(stat records) exit_records=$(stat exit_records) icmp_snd_packets=$(stat icmp_snd_packets)" \
		"and the other figures"
	is "$("$LIB" tunables | sort)" "$(tunables_of_files)" "the tunables are those of the files"
}

# The example of the documentation.
example()
{
	"$HERE/../utils/examples/busiest" >"$TMP/busiest"
	is "$(awk '{ print $2, $1, $3 }' "$TMP/busiest")" "$(awk -v FS='[ =]' '{
		for (i = 1; i < NF; i++) f[$i] = $(i + 1)
		printf "%.0f %d %s\n", f["tcpsndbytes"] + f["tcprcvbytes"] + f["udpsndbytes"] + f["udprcvbytes"], f["id"], f["command"]
	}' "$TMP/tasks" | sort -s -k 1,1nr)" "the example prints all, the busiest first"
}

in_parallel()
{
	start_server load-server "$SRV" tcp-server -e -N "$SRV4" 5004
	start load "$CLI" "$TRAFFIC" tcp-client -N -r 100000000 -w 400 "$SRV4" 5004
	"$LIB" parallel 4 50 >"$TMP/parallel"
	is "$? $(cut -d ' ' -f 2 "$TMP/parallel" | sort | uniq -c | xargs)" "0 4 shrunk=0" "four threads walk at the same time, under traffic"
	is "$(awk -F '[= ]' '$2 < 300' "$TMP/parallel")" "" "each was told of all, each time"
	check "and there is traffic still" kill -0 "${PID[load]}"
	slay load load-server
}

heard() { (($(grep -c "^event=$2 " "$TMP/$1") >= $3)); }

exits()
{
	local told
	forget
	start listener "$CLI" "$LIB" listen
	says listener "listening loaded=1"
	start_server server "$SRV" udp-server -H "$SRV4" 5005
	start_client client "$CLI" udp-client -H -r 10 -w 100 "$SRV4" 5005
	told=$("$LIB" task "${PID[client]}" | as_getcnt)
	end client
	end server
	check "both exits are heard of" busywait "$WAIT" heard listener exit 2
	is "$(grep -o "${told%% *} .*" "$TMP/listener" | as_getcnt)" "$told" "with what was sent"
	"$LIB" exits 1 >"$TMP/first"
	"$LIB" exits >"$TMP/others"
	is "$(cat "$TMP/first" "$TMP/others")" "$(sed -n 's/^event=exit cookie=[^ ]* //p' "$TMP/listener")" "they are taken, one and the rest"
	is "$(wc -l <"$TMP/first") $(wc -l <"$TMP/others")" "1 1" "one, then one"
	is "$("$LIB" exits)" "errno=EAGAIN text=no finished process is listed" "then there is none"
	slay listener
}

forbidden()
{
	local cmd
	for cmd in tasks "task 1" flows books tunables exits; do
		# shellcheck disable=SC2086 # words
		is "$("$LIB" -u $cmd) $(unshare -Ur "$LIB" $cmd)" \
			"errno=EPERM text=CAP_NET_ADMIN in the initial user namespace is needed errno=EPERM text=CAP_NET_ADMIN in the initial user namespace is needed" "$cmd: for root only"
	done
	is "$("$LIB" -u listen)" "errno=EPERM text=" "and so is listening"
}

unloading()
{
	local cookie
	# more than fit in a page
	start throng "$CLI" "$HERE/throng" 500 9
	says throng ready
	start listener "$CLI" "$LIB" listen
	says listener "listening loaded=1"
	start paused "$CLI" "$LIB" pause
	says paused paused
	start same "$CLI" "$LIB" pause
	says same paused
	check "a listener and walks that wait do not keep the module" rmmod netatop
	check "the listener says so" busywait "$WAIT" heard listener unloaded 1
	is "$(grep '^event=unloaded' "$TMP/listener" | field books)" ENODEV "and that there are no books"
	kill -USR1 "${PID[paused]}"
	ended paused 2>/dev/null >&2
	is "$(tail -n 1 "$TMP/paused")" "errno=ENODEV text=the module netatop is not loaded" "a walk ends there"
	is "$("$LIB" tasks)" "errno=ENODEV text=" "nothing can be opened"
	start late "$CLI" "$LIB" listen
	says late "listening loaded=0"
	load_module
	check "the listener says that it is back" busywait "$WAIT" heard listener loaded 1
	check "as does one that began without" busywait "$WAIT" heard late loaded 1
	is "$(grep '^event=loaded' "$TMP/listener" | field books)" "$(<"$SYS/version")" "with books"
	cookie=$(grep '^event=loaded' "$TMP/listener" | sed 's/.*cookie=//')
	check "of another load" test "$cookie" != 0
	kill -USR1 "${PID[same]}"
	ended same 2>/dev/null >&2
	is "$(tail -n 1 "$TMP/same")" "errno=ESTALE text=the cursor is of another load of the module" "a walk over a reload cannot go on"
	in_ns "$CLI" "$TRAFFIC" udp-client -n 1 127.0.0.1 9 >/dev/null 2>&1
	check "exits of the new load are heard of" busywait "$WAIT" heard listener exit 1
	is "$(grep '^event=exit' "$TMP/late" | sed 's/ id=.*//' | sort -u)" "event=exit cookie=$cookie" "by both, and the cookie is that of the answers"
	slay listener late throng
}

plan $((14 + 6 + 4 + 1 + 3 + 5 + 7 + 12))
load_module
setup_pair
conntrack_rule "$CLI"
entries_stay "$CLI"
conntrack_rule "$SRV"
# None expires while two figures are compared.
tun exit_timeout 600
traffic
tasks
example
flows
# what has ended is on its way from one term of the books to another
busywait "$WAIT" stat_is processes 6 || fatal "what has ended stays"
figures
in_parallel
end_all
setup_pair
exits
forbidden
unloading
finish
