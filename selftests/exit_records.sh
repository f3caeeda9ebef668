#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
#
# Every process that finishes leaves one record, with what it sent and received to the byte:
# 500 that come and go, 1000 that are all alive at once and end at once. A reader takes them as
# netatopd does, with GETCNT_EXIT in a loop; what atop relies on is FORCE_GC, then EMPTY_EXIT,
# then everything has been read.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk sort comm

# What a reader was given, as spawned() has what the programs printed.
recorded() { sed -n 's/^\(id=[0-9]*\) .*\(tcpsndpacks=.*tcprcvbytes=[0-9]*\).*/\1 \2/p' "$1"; }

# all_recorded FILE COUNT DESCRIPTION
all_recorded()
{
	spawned "$TMP/spawn" >"$TMP/wanted"
	recorded "$TMP/reader" | sort >"$TMP/got"
	is "$(wc -l <"$TMP/wanted") $(cut -d ' ' -f 1 "$TMP/got" | uniq | wc -l) $(wc -l <"$TMP/got")" "$1 $1 $1" "$2: one record each"
	is "$(comm -3 "$TMP/wanted" "$TMP/got" | head -n 4)" "" "$2: with the exact packets and bytes"
}

read_all() { (($(recorded "$TMP/reader" | wc -l) >= $1)); }

all_spawned()
{
	local count=$1 what="$MODE: $2" options=("${@:3}") status=0
	undisturbed come_and_go server spawn
	is "$status" 0 "$what: all connections succeed"
	all_recorded "$count" "$what"
}

come_and_go()
{
	local server
	start reader "$CLI" "$GETCNT" -n 0 exit
	start_server server "$SRV" tcp-server -n "$count" -a 30 "$SRV4" 5001
	server=${PID[server]}
	start spawn "$CLI" "$TRAFFIC" spawn "$count" tcp-client "${options[@]}" "$SRV4" 5001
	ended spawn || status=1
	ended server
	busywait "$WAIT" read_all $((count + 1))
	kill -USR1 "${PID[reader]}"
	ended reader
	sed -i "/^id=$server /d" "$TMP/reader"
}

# As atop does at each sample.
sampled()
{
	local round missing=0
	rm -f "$TMP"/spawn.?
	start reader "$CLI" "$GETCNT" -n 0 exit
	start_server server "$SRV" tcp-server -H -n 60 -a 30 "$SRV4" 5001
	for round in 1 2 3; do
		in_ns "$CLI" "$TRAFFIC" spawn 20 tcp-client -j 5 -n 100 "$SRV4" 5001 >>"$TMP/spawn.$round"
		"$GETCNT" force-gc >/dev/null
		"$GETCNT" empty-exit >/dev/null
		(($(recorded "$TMP/reader" | wc -l) == 20 * round)) || missing=$round
	done
	cat "$TMP"/spawn.? >"$TMP/spawn"
	is "$missing" 0 "$MODE: after FORCE_GC and EMPTY_EXIT the reader has them all"
	kill -USR1 "${PID[reader]}"
	ended reader
	all_recorded 60 "$MODE: sampled"
	end server
}

body()
{
	all_spawned 500 "500 processes, 10 at a time" -j 10 -n 1500 -w 300
	all_spawned 1000 "1000 processes at once" -B -n 700 -w 700
	sampled
	is "$(stat late_packets)" 0 "$MODE: no packet came after its process had been read"
}

plan $((3 * (3 + 3 + 3 + 1 + 2)))
load_module
tun exit_timeout 120
for_each_mode body
finish
