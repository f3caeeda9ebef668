#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
#
# netatopd, from the module into atop: each process that lived for a moment is in the log, and in
# what atop and atopsar show, with its exact counters; whatever kills the daemon loses none; a long
# log is shortened under the readers, and none of them misses one.

source "$(dirname "$0")/lib.sh"
need_tools ip nft jq atop atopsar awk

NETATOP=$HERE/../utils/netatop/netatop
NETATOPD=$HERE/../utils/netatopd/netatopd
LOG=/run/netatop.log

# netatopd NAME [OPTION...]
netatopd() { start "$1" "$SRV" "$NETATOPD" -v "${@:2}"; says "$1" "netatopd: writes $LOG"; }
tells() { grep -q -- "$2" "$TMP/$1"; }

# "id and counters" by id, of what has been logged
COUNTERS='"tcpsndpacks=\(.tcp_snd_packets) tcpsndbytes=\(.tcp_snd_bytes) tcprcvpacks=\(.tcp_rcv_packets) tcprcvbytes=\(.tcp_rcv_bytes)"'
logged() { "$NETATOP" exits -j --from-log | jq -r "\"id=\\(.tgid) \" + $COUNTERS" | sort; }

# The same, as the processes themselves have counted.
spawned()
{
	awk -v l2="$L2" '/^proto=tcp role=client/ {
		for (i = 1; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] }
		printf "id=%d tcpsndpacks=%d tcpsndbytes=%d tcprcvpacks=%d tcprcvbytes=%d\n", f["pid"], f["snd_packets"],
		       f["snd_bytes"] + l2 * f["snd_packets"], f["rcv_packets"], f["rcv_bytes"] + l2 * f["rcv_packets"]
	}' "$@" | sort
}
# The same, as atop shows it: of those that were seen to exit, what they did in all samples. The
# server is not among them.
shown()
{
	awk '
	$1 == "PRN" {
		n[$7]
		for (i = 11; i <= 14; i++) sum[$7, i] += $i
		if ($9 == "E") exited[$7] = 1
	}
	END {
		for (id in n) if (exited[id] && sum[id, 11])
			printf "id=%d tcpsndpacks=%d tcpsndbytes=%d tcprcvpacks=%d tcprcvbytes=%d\n", id, sum[id, 11], sum[id, 12], sum[id, 13], sum[id, 14]
	}' "$1" | sort
}

# spawn NAME COUNT: so many processes, each with a connection of its own
spawn()
{
	in_ns "$CLI" "$TRAFFIC" spawn "$2" tcp-client -n 100 -w 300 "$SRV4" 5001 >"$TMP/$1" 2>&1 || fatal "spawn: $(tail -n 1 "$TMP/$1")"
}
is_logged() { [[ $(logged) == "$(spawned "$@")" ]]; }
sampled() { (($(grep -c "^$1" "$TMP/$2") >= $3)); }

# sample NAME: one sample of an atop that takes them when it is told to. atop pairs what it finds in
# the log with the accounting records of the same sample, so nobody is to exit while it takes one.
sample()
{
	local before
	before=$(grep -c '^SEP' "$TMP/$1")
	kill -USR1 "${PID[$1]}"
	busywait "$WAIT" sampled SEP "$1" $((before + 1)) || fatal "$1 takes no sample"
}
begin_atop() { start "$1" "$SRV" atop -K -P PRN 10000 "$2"; busywait "$WAIT" sampled SEP "$1" 1 || fatal "$1 does not begin"; }

into_atop()
{
	netatopd daemon
	is "$("$NETATOP" -j doctor | jq -r '.checks[] | select(.check == "netatopd") | .status')" ok "the doctor finds it"
	begin_atop atop 2
	start recorder "$SRV" atop -K -w "$TMP/raw" 10000 2
	busywait "$WAIT" test -s "$TMP/raw" || fatal "atop records nothing"
	spawn one 300
	check "300 processes are in the log, with all they did" busywait "$WAIT" is_logged "$TMP/one"
	is "$(stat exit_records)" 0 "none is left on the list"
	sample atop
	check "atop has ended" ended atop
	kill -USR1 "${PID[recorder]}"
	check "and the one that records" ended recorder
	is "$(shown "$TMP/atop")" "$(spawned "$TMP/one")" "atop shows each of them, with its exact counters"
	atop -r "$TMP/raw" -P PRN >"$TMP/replay" 2>&1
	is "$(shown "$TMP/replay")" "$(spawned "$TMP/one")" "so does its raw log"
	atopsar -N -r "$TMP/raw" | grep -o '[0-9]* traffic' | sort -u >"$TMP/sar"
	check "atopsar has some of them among the three that did most" shares_ids "$TMP/sar" "$TMP/one"
}

# Whenever it is killed: what it had not taken off is told again, what it had logged is not doubled.
killed()
{
	local i bad=0 cycles=${CYCLES:-20}
	start spawner "$CLI" "$TRAFFIC" spawn $((cycles * 30)) tcp-client -n 100 -w 300 "$SRV4" 5001
	for ((i = 0; i < cycles; i++)); do
		busywait "$WAIT" has_lines spawner $((i * 30 + 10)) || fatal "the spawner is stuck"
		kill -KILL "${PID[daemon]}"
		wait "${PID[daemon]}" 2>/dev/null
		"$NETATOP" exits --from-log >/dev/null 2>>"$TMP/parsed" || ((bad++))
		netatopd daemon
	done
	is "$bad $(head -n 3 "$TMP/parsed")" "0 " "killed $cycles times: each log that is left is whole"
	check "killed: all of the processes have been there" ended spawner
	check "killed: each is in the log once, with all it did" busywait "$WAIT" is_logged "$TMP/spawner"
	is "$("$NETATOP" exits -j --from-log | wc -l)" "$((cycles * 30))" "killed: and nothing else is"
}
# curseq of the log
appended() { od -An -tu4 -j4 -N4 "$LOG" | tr -d ' '; }
tells_count() { [[ $(appended) == "$1" ]]; }
has_lines() { (($(grep -c '^proto=tcp' "$TMP/$1") >= $2)); }

shares_ids() { [[ -n $(comm -12 <(cut -d ' ' -f 1 "$1" | sort) <(spawned "$2" | sed 's/^id=\([0-9]*\).*/\1/' | sort)) ]]; }

# A log that is longer than it may be, with two readers, each at a pace of its own.
shortened()
{
	end daemon
	rm -f "$LOG"
	netatopd daemon -s 16k
	begin_atop quick 5
	begin_atop slow 3
	spawn many1 250
	sample quick
	spawn many2 250
	sample quick
	sample slow
	check "shortened: the front of the log has been given back" busywait "$WAIT" tells daemon "records that all have read are given back"
	spawn many3 250
	sample quick
	spawn many4 50
	check "shortened: all have been logged" busywait "$WAIT" tells_count 800
	"$NETATOP" exits --from-log -j 2>"$TMP/left" | jq -r .tgid | sort >"$TMP/kept"
	check "shortened: what is left is shown" test "$(wc -l <"$TMP/kept")" -gt 0 -a "$(wc -l <"$TMP/kept")" -lt 800
	is "$(cat "$TMP/left")" "netatop: $LOG begins with record $((801 - $(wc -l <"$TMP/kept"))); netatopd has given back what all readers have read" "shortened: and it is told what is not"
	kill -KILL "${PID[daemon]}"
	wait "${PID[daemon]}" 2>/dev/null
	netatopd daemon -s 16k
	check "shortened: the next netatopd goes on with it" tells daemon "goes on with $LOG, which has 800 records"
	sample quick
	sample slow
	check "shortened: one atop has ended" ended quick
	check "shortened: and the other" ended slow
	is "$(shown "$TMP/quick")" "$(spawned "$TMP"/many?)" "shortened: the quick one has missed none"
	is "$(shown "$TMP/slow")" "$(spawned "$TMP"/many?)" "shortened: nor has the slow one"
	check "no reader is left: a new log is begun" busywait "$WAIT" tells daemon "a new log is begun after 800 records"
	is "$(logged)" "" "it is empty"
}

plan $((8 + 4 + 11))
[[ -x $NETATOPD ]] || fatal "netatopd is not built"
rm -rf "$LOG" /run/netatopd
load_module
setup_pair
start_server server "$SRV" tcp-server -n 100000 -a 30 -H "$SRV4" 5001
into_atop
killed
shortened
rm -rf "$LOG" /run/netatopd
finish
