#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# netatop exits --from-log: all that a log of netatopd has, and no more; each kind of damage is refused,
# with what it is and where, and nothing is shown; a log that is written or trimmed meanwhile is whole.

source "$(dirname "$0")/lib.sh"

NETATOP=$HERE/../utils/netatop/netatop
COMPLETION=$HERE/../utils/completion/netatop
LOG=$TMP/log

# log [OPTION...]: writes one; AT has where its records begin, and the end
log()
{
	local at
	at=$("$HERE/makelog" "$@" "$LOG") || fatal "makelog $*"
	mapfile -t AT <<<"$at"
}
# patch OFFSET BYTES
patch() { printf '%b' "$2" | dd of="$LOG" bs=1 seek="$1" conv=notrunc status=none; }
from_log() { "$NETATOP" exits "$@" --from-log="$LOG"; }

# records FIRST END: as they must be shown in JSON
records()
{
	awk -v i="$1" -v end="$2" 'BEGIN {
		split("tcp_snd_packets tcp_snd_bytes tcp_rcv_packets tcp_rcv_bytes udp_snd_packets udp_snd_bytes udp_rcv_packets udp_rcv_bytes", name)
		for (; i < end; i++) {
			printf "{\"event\":\"exit\",\"tgid\":%d,\"name\":\"process %d\",\"btime\":%d", 1000 + i, i, 1700000000 + i
			for (j = 0; j < 8; j++) printf ",\"%s\":%d", name[j + 1], (i + 1) * 1000 + j
			print "}"
		}
	}'
}

# shows FIRST END DESCRIPTION [OPTION...]
shows() { is "$(from_log -j "${@:4}" 2>&1; echo "$?")" "$(records "$1" "$2"; echo 0)" "$3"; }

# refused OFFSET REASON: both ways to show it
refused()
{
	local json
	json=$(from_log -j 2>&1; echo "$?")
	is "$(from_log 2>&1; echo "$?") $json" "netatop: $LOG is damaged at offset $1: $2
1 netatop: $LOG is damaged at offset $1: $2
1" "refused: ${3:-$2}"
}

whole_ones()
{
	log -n 1000
	shows 0 1000 "all records are shown, in JSON"
	shows 2 3 "only one process" -p 1002
	shows 0 7 "so many" -n 7
	is "$(from_log | tail -n 1)" "2023-11-14    1999 -        process 999        4000012     1.00M     1.00M     1.00M     1.00M" "in a table"
	is "$(from_log | wc -l)" 1001 "all of them"
	is "$(from_log -j >/dev/full 2>"$TMP/err"; echo "$? $(<"$TMP/err")")" "1 netatop: write: No space left on device" "what cannot be written is an error"
	log -n 0
	shows 0 0 "an empty one"
	truncate -s 16 "$LOG"
	shows 0 0 "nothing but a header"
	log
	patch 4 '\x07'
	shows 0 7 "what is behind the last record that counts is not read"
	patch "${AT[7]}" 'trash that is being written'
	shows 0 7 "whatever it is"
	log -e name
	is "$(from_log | tail -n 1 | awk '{ print $4, $5 }')" $'\xef\xbf\xbd[2Ja\xef\xbf\xbdb\xef\xbf\xbdqrstuvw 40012' "a name with control characters, in a table"
	is "$(from_log -j | tail -n 1 | jq -c .name)" $'"\\u001b[2Ja\\nb\xef\xbf\xbdqrstuvw"' "and in JSON"
	log -e edge
	is "$(from_log -j | tail -n 1 | jq -c '[.tgid, .btime, .udp_rcv_bytes]')" '[-1,"18446744073709551615","18446744073709551615"]' "numbers as large as they can be"
	is "$(from_log | tail -n 1 | awk '{ print $5, $6, $7, $8, $9 }')" "18446744073709551616 18.4E 18.4E 18.4E 18.4E" "and in a table"
}

trimmed()
{
	log -n 1000 -t 700
	is "$(from_log -j 2>"$TMP/err"; cat "$TMP/err")" "$(records 700 1000
		echo "netatop: $LOG begins with record 701; netatopd has given back what all readers have read")" "trimmed: what is left"
	is "$(from_log -j 2>&1 >/dev/full | tail -n 1)" "netatop: write: No space left on device" "trimmed: what cannot be written is an error"
	log -n 1000 -t 1000
	is "$(from_log -j 2>/dev/null; echo $?)" 0 "trimmed: none is left"
	log -n 10 -t 3
	is "$(from_log -j 2>/dev/null)" "$(records 3 10)" "trimmed: by less than a page"
	# curseq wraps: ten records, the third of them is number 0
	patch 4 '\x07\x00\x00\x00'
	patch 32 '\x00\x00\x00\x00'
	is "$(from_log -j 2>/dev/null)" "$(records 3 10)" "trimmed: the next records' numbers"
	patch 4 '\x02\x00\x00\x00'
	patch 32 '\xfb\xff\xff\xff'
	is "$(from_log -j 2>/dev/null)" "$(records 3 10)" "trimmed: numbers that have wrapped"
	log -t 5
	patch 32 '\x0b'
	refused 16 "what is said to be missing is not at the front" "more missing than there were"
	log -t 5
	patch 24 '\x10\x00'
	refused 16 "what is said to be missing is not at the front" "nothing is missing"
	log -t 5
	patch 24 '\x00\x20'
	refused 8192 "fewer records than the header says" "the first one is behind the end"
	log -t 5
	patch 31 '\xff'
	refused "$(printf %u $((0xff00000000000000 + AT[5])))" "fewer records than the header says" "it is where no file has an offset"
	log -t 5
	truncate -s 39 "$LOG"
	refused 16 "a record without a length" "cut short in what is said to be missing"
	log -t 5
	patch "${AT[7]}" '\x00'
	refused "${AT[7]}" "a record without a length" "a trimmed one that is damaged behind the hole"
}

damaged()
{
	local i
	for i in 0 1 15; do
		log
		truncate -s "$i" "$LOG"
		refused "$i" "the header is cut short" "$i bytes of a header"
	done
	log; patch 3 '\xff'; refused 0 "this is no log of netatopd"
	log; patch 8 '\x18'; refused 8 "the header has another length"
	log; patch 10 '\x5c'; refused 10 "its records have another length"
	log; patch 4 '\x0b'; refused "${AT[10]}" "fewer records than the header says"
	log; patch 7 '\xff'; refused "${AT[10]}" "fewer records than the header says" "far fewer records than the header says"
	log; truncate -s "${AT[4]}" "$LOG"; refused "${AT[4]}" "fewer records than the header says" "cut short between two"
	log; truncate -s $((AT[4] + 1)) "$LOG"; refused "${AT[4]}" "a record is cut short" "cut short behind a length"
	log; truncate -s $((AT[10] - 1)) "$LOG"; refused "${AT[9]}" "a record is cut short"
	log; patch "${AT[9]}" '\xff'; refused "${AT[9]}" "a record is cut short" "a length that is longer than the file"
	log; patch "${AT[0]}" '\xff'; refused "${AT[0]}" "a record has something behind it" "a length that is longer than the record"
	log; patch "${AT[3]}" '\x05'; refused "${AT[3]}" "a record cannot be uncompressed" "a length that is shorter than the record"
	log; patch "${AT[3]}" '\x00'; refused "${AT[3]}" "a record without a length"
	log; patch $((AT[3] + 1)) '\xff'; refused "${AT[3]}" "a record cannot be uncompressed" "a record that is changed"
	log; patch $((AT[4] - 1)) '\xff'; refused "${AT[3]}" "a record cannot be uncompressed" "a checksum that is wrong"
	log -e trash; refused "${AT[9]}" "a record cannot be uncompressed"
	log -e long; refused "${AT[9]}" "a record has another length" "a record that is too long"
	log -e short; refused "${AT[9]}" "a record has another length" "a record that is too short"
	log -e behind; refused "${AT[9]}" "a record has something behind it"
	log -n 3000; patch "${AT[2500]}" '\x00'; refused "${AT[2500]}" "a record without a length" "far behind the begin"
}

# said STATUS TEXT ARGUMENT...: and nothing on stdout
said()
{
	local status
	timeout $((WAIT / 1000)) "$NETATOP" exits "${@:3}" >"$TMP/out" 2>"$TMP/err"
	status=$?
	is "$status $(head -n 1 "$TMP/err") $(wc -c <"$TMP/out")" "$1 $2 0" "netatop exits ${*:3}"
}

other_files()
{
	mkfifo "$TMP/fifo"
	said 1 "netatop: $TMP/none: No such file or directory; netatopd writes it, see netatop doctor" --from-log="$TMP/none"
	said 1 "netatop: $TMP: it is no file" --from-log="$TMP"
	said 1 "netatop: $TMP/fifo: it is no file" --from-log="$TMP/fifo"
	said 1 "netatop: /dev/zero: it is no file" --from-log=/dev/zero
	said 1 "netatop: /proc/self/mem is damaged at offset 0: it cannot be read" --from-log=/proc/self/mem
	said 2 "netatop exits: a log is not listened to: --from-log goes with neither -f, -i nor --take" --from-log -f
	said 2 "netatop exits: a log is not listened to: --from-log goes with neither -f, -i nor --take" -i 1 --from-log
	said 2 "netatop exits: a log is not listened to: --from-log goes with neither -f, -i nor --take" --take --from-log
	said 2 "netatop exits: a log does not have users: -u does not go with --from-log" --from-log -u root
	said 2 "netatop exits: $LOG is one argument too many" --from-log "$LOG"
}

# Whatever its writer is at: records in order, some may be given back meanwhile.
in_motion()
{
	local i bad=0
	[[ -d /dev/shm && -w /dev/shm ]] && LOG=$(mktemp /dev/shm/netatop-test.XXXXXX)
	: >"$TMP/writer"
	"$HERE/makelog" -l "$LOG" >"$TMP/writer" 2>&1 &
	PID[writer]=$!
	says writer ready
	for i in {1..60}; do
		from_log -j -n 5000 >"$TMP/out" 2>"$TMP/err" || { ((bad++)); cp "$TMP/err" "$TMP/first"; }
		jq -r .tgid "$TMP/out" | awk 'NR > 1 && $1 <= last { exit 1 } { last = $1 } END { exit !NR }' ||
			{ ((bad++)); cp "$TMP/out" "$TMP/first"; }
	done
	is "$bad $(head -n 3 "$TMP/first" 2>&1 | cut -c 1-200)" "0 head: cannot open '$TMP/first' for reading: No such file or directory" "appended to and trimmed while it is read $i times: always whole"
	check "and its writer was there all the time" kill -0 "${PID[writer]}"
	slay writer
	from_log -j >"$TMP/out" 2>/dev/null
	is "$?" 0 "its writer was killed: it is whole"
	check "and has some records" test -s "$TMP/out"
	rm -f "$LOG"
}

# completes WORD...: what the completion has for the last of them, a line each
completes()
{
	(
		COMP_WORDS=(netatop "$@")
		COMP_CWORD=$#
		PATH=$HERE/../utils/netatop:$PATH
		# shellcheck source=/dev/null
		source "$COMPLETION"
		COMPREPLY=()
		_netatop netatop "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf '%s\n' "${COMPREPLY[@]}"
	)
}

completed()
{
	: >"$TMP/some log"
	mkdir "$TMP/files"
	: >"$TMP/files/a file"
	is "$(completes exits --fr)" "--from-log" "the completion has the option"
	is "$(completes exits --from-log = "$TMP/some"; cd "$TMP/files" && completes exits --from-log =)" "$TMP/some log
a file" "and files"
}

[[ -x $NETATOP && -x $HERE/makelog ]] || fatal "netatop or makelog is not built"
export TZ=UTC
plan $((14 + 12 + 22 + 10 + 4 + 2))
whole_ones
trimmed
damaged
other_files
in_motion
completed
finish
