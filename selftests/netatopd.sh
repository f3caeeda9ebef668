#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 800
#
# netatopd, from the module into atop: each process that lived for a moment is in the log, and in
# what atop and atopsar show, with its exact counters; whatever kills the daemon loses none; a long
# log is shortened under the readers, and none of them misses one.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/atop.sh"
need_tools ip nft jq atop atopsar awk

into_atop()
{
	local size
	netatopd daemon
	is "$("$NETATOP" -j doctor | jq -r '.checks[] | select(.check == "netatopd") | .status')" ok "the doctor finds it"
	begin_atop atop 2
	start recorder "$SRV" atop -K -w "$TMP/raw" 10000 3
	busywait "$WAIT" test -s "$TMP/raw" || fatal "atop records nothing"
	spawn one 300
	check "300 processes are in the log, with all they did" busywait "$WAIT" is_logged "$TMP/one"
	is "$(stat exit_records)" 0 "none is left on the list"
	sample atop
	check "atop has ended" ended atop
	is "$(shown "$TMP/atop")" "$(spawned "$TMP/one")" "atop shows each of them, with its exact counters"
	record
	for size in 200000 120000 60000; do
		in_ns "$CLI" "$TRAFFIC" spawn 1 tcp-client -n "$size" -w 500 "$SRV4" 5001 >>"$TMP/big" || fatal "spawn: $(tail -n 1 "$TMP/big")"
	done
	busywait "$WAIT" is_logged "$TMP/one" "$TMP/big" || fatal "the big ones are not logged"
	record
	check "and the one that records" ended recorder
	atop -r "$TMP/raw" -P PRN >"$TMP/replay" 2>&1
	is "$(shown "$TMP/replay")" "$(spawned "$TMP/one" "$TMP/big")" "so does its raw log"
	atopsar -N -r "$TMP/raw" >"$TMP/sar" 2>&1
	is "$(tops "$TMP/sar")" "$(shares "$TMP/big")" "atopsar has those that did most, with their share"
}

# One sample more in the raw log.
record()
{
	local before
	busywait "$WAIT" is_paused recorder || fatal "the recorder is busy"
	before=$(size_of raw)
	kill -USR1 "${PID[recorder]}"
	busywait "$WAIT" has_grown raw "$before" || fatal "the recorder takes no sample"
}
size_of() { command stat -c %s "$TMP/$1"; }
has_grown() { (($(size_of "$1") > $2)); }

# "id share" of the last interval of atopsar -N
tops() { awk '{ for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+$/ && $(i + 1) == "traffic") print $i, $(i + 2) }' "$1" | tail -n 3; }
# The same as it must be: their part of all bytes, half of which are the server's.
shares()
{
	awk -v server="${PID[server]}" -v l2="$L2" '
	/^proto=tcp/ {
		for (i = 1; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] }
		id[n++] = f["pid"]
		all += did[f["pid"]] = f["snd_bytes"] + f["rcv_bytes"] + l2 * (f["snd_packets"] + f["rcv_packets"])
	}
	END {
		print server, "50%"
		for (i = 0; i < 2; i++) printf "%d %.0f%%\n", id[i], 50 * did[id[i]] / all
	}' "$1"
}

# Whenever it is killed: what it had not taken off is told again, what it had logged is not doubled.
killed()
{
	local times=0 cycles=${CYCLES:-20} bad=0 failed=0 missing=0 more=0
	while ((times < cycles)); do
		# as a longer log takes longer to read
		if ((times)); then end daemon; rm -f "$LOG"; netatopd daemon; fi
		kill_often $((cycles - times < 100 ? cycles - times : 100))
		((times += 100))
	done
	is "$bad $(head -n 3 "$TMP/parsed")" "0 " "killed $cycles times: each log that is left is whole"
	is "$failed" 0 "killed: all of the processes have been there"
	is "$missing" 0 "killed: each is in the log once, with all it did"
	is "$more" 0 "killed: and nothing else is"
}

# kill_often TIMES
kill_often()
{
	local i
	start spawner "$CLI" "$TRAFFIC" spawn $(($1 * 30)) tcp-client -n 100 -w 300 "$SRV4" 5001
	for ((i = 0; i < $1; i++)); do
		busywait "$WAIT" has_lines spawner $((i * 30 + 10)) || fatal "the spawner is stuck"
		kill -KILL "${PID[daemon]}"
		wait "${PID[daemon]}" 2>/dev/null
		"$NETATOP" exits --from-log >/dev/null 2>>"$TMP/parsed" || ((bad++))
		netatopd daemon
	done
	ended spawner || ((failed++))
	busywait "$WAIT" is_logged "$TMP/spawner" || ((missing++))
	(($("$NETATOP" exits -j --from-log | wc -l) == $1 * 30)) || ((more++))
}
has_lines() { (($(grep -c '^proto=tcp' "$TMP/$1") >= $2)); }

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

# atop pairs a record with its accounting by the start of the process, which a step of the clock moves.
# (One that lives across it is two to atop, with or without netatop.)
stepped()
{
	begin_atop atop 3
	date -s "+2 hours" >/dev/null
	spawn step1 30
	sample atop
	date -s "-4 hours" >/dev/null
	spawn step2 30
	sample atop
	date -s "+2 hours" >/dev/null
	check "the clock steps: atop has ended" ended atop
	is "$(shown "$TMP/atop")" "$(spawned "$TMP"/{step1,step2})" "the clock steps: atop shows all"
	busywait "$WAIT" tells_count 0 || fatal "no new log is begun"
}

plan $((8 + 4 + 11 + 2))
prepare_netatopd exit_timeout=600
into_atop
stepped
killed
shortened
rm -rf "$LOG" /run/netatopd
finish
