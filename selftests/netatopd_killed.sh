#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 800
#
# atop samples while netatopd is killed, is dead, hangs, and is back: a sample always comes, at most
# what finished in the gap is missing in atop, and netatopd says how many those are. And wherever
# between two of its writes it dies, the log is whole and none is missing or there twice.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/atop.sh"
need_tools ip jq atop awk perl

told() { check "$3" busywait "$WAIT" tells "$1" "$2"; }
has_started() { kill -USR1 "${PID[$1]}"; busywait "$WAIT" asks_module "$1" || fatal "$1 takes no sample"; }
asks_module() { blocked "${PID[$1]}"; }

# The command of the documentation. All that lived for a moment comes and goes between two of its
# samples, so it is held meanwhile: on a slow machine 300 take longer than two seconds.
real_command()
{
	netatopd daemon
	start atop "$SRV" atop -K -P PRN 2 5
	busywait "$WAIT" sampled SEP atop 1 || fatal "atop does not begin"
	hold atop
	spawn real 300
	kill -CONT "${PID[atop]}"
	check "atop -K -P PRN 2 5 ends" ended atop
	is "$(grep -c '^SEP' "$TMP/atop")" 5 "with five samples"
	is "$(shown "$TMP/atop")" "$(spawned "$TMP/real")" "300 between two of them are shown, with their exact counters"
	check "the last reader has left: a new log" busywait "$WAIT" tells_count 0
}

# A sample while there is none.
dead()
{
	begin_atop atop 4
	spawn before 60
	sample atop
	slay daemon
	is "$(values)" "0 99" "killed: the semaphores say so, and that atop is a reader"
	spawn gap 40
	busywait "$WAIT" stat_is exit_records 40 || fatal "the gap is not on the list"
	sample atop
	ok "dead: atop takes a sample"
	netatopd daemon
	told daemon "40 finished processes had waited for a netatopd" "back: it says how many are in the gap"
	check "back: all have been logged" busywait "$WAIT" is_logged "$TMP"/{before,gap}
	spawn after 60
	sample atop
	check "back: atop has ended" ended atop
	is "$(shown "$TMP/atop")" "$(spawned "$TMP"/{before,after})" "back: none is missing in atop but those of the gap"
	is "$(grep -c 'have left the list' "$TMP/daemon")" 0 "and in the log none is"
}

# Killed and back between two samples, and in the middle of one.
between_and_within()
{
	begin_atop atop 3
	spawn before2 30
	slay daemon
	spawn gap2 30
	netatopd daemon
	sample atop
	kill -STOP "${PID[daemon]}"
	spawn gap3 30
	busywait "$WAIT" stat_is exit_records 30 || fatal "the gap is not on the list"
	has_started atop
	slay daemon
	netatopd daemon
	check "killed within a sample: atop waits for the next netatopd" ended atop
	is "$(shown "$TMP/atop")" "$(spawned "$TMP"/{before2,gap2,gap3})" "killed between two samples, and within one: none is missing"
}

# It lives, but does nothing: its time is over when exit_timeout is.
hangs()
{
	begin_atop atop 3
	kill -STOP "${PID[daemon]}"
	spawn lost 20
	busywait "$WAIT" stat_is exit_records 20 || fatal "they are not on the list"
	tun exit_timeout 3
	sample atop
	ok "hangs: atop takes a sample"
	check "hangs: after exit_timeout their time is over" busywait "$WAIT" stat_is exit_records 0
	slay daemon
	tun exit_timeout 600
	spawn later 20
	netatopd daemon
	told daemon "20 finished processes have left the list meanwhile, and are not in the log" "hung: the next one says how many are lost"
	sample atop
	check "hung: atop has ended" ended atop
	is "$(shown "$TMP/atop")" "$(spawned "$TMP/later")" "hung: and no others are"
	end daemon
}

# dies N [OPTION...]: a netatopd that does, before its Nth change
dies()
{
	start mortal "$SRV" env LD_PRELOAD="$HERE/dieat.so" DIE_AT="$1" "$NETATOPD" -v "${@:2}"
	busywait "$WAIT" is_dead "$@" || fatal "it does not die at $1: $(tail -n 1 "$TMP/mortal")"
	slay mortal
	cat "$TMP/mortal" >>"$TMP/told"
	"$NETATOP" exits --from-log >/dev/null 2>>"$TMP/torn" || echo "at $1" >>"$TMP/torn"
}
is_dead()
{
	kill -0 "${PID[mortal]}" 2>/dev/null || return 0
	[[ ! $(ps -o stat= "${PID[mortal]}") =~ Z ]] || return 0
	"$EACH" "$@"
	return 1
}
# Something to log, and a second for the timer.
finish_some() { spawn some 2; cat "$TMP/some" >>"$TMP/all"; }
leave() { finish_some; kill -HUP "${PID[mortal]}" 2>/dev/null; }

# With a reader, so that it is one log all the time.
at_each_write()
{
	local i last
	rm -rf "$LOG" /run/netatopd
	: >"$TMP/torn"
	netatopd daemon
	# shellcheck disable=SC2016 # perl's
	start reader "$SRV" perl -e '$| = 1; my $id = semget(1541961, 0, 0) // die; semop($id, pack("s!3", 1, -1, 0x1000)) or die; print "reads\n"; sleep 10000'
	says reader reads
	slay daemon
	EACH=finish_some
	for ((i = 1; i <= 45; i++)); do dies "$i"; done
	is "$(head -n 3 "$TMP/torn")" "" "dies before each of its changes: the log is whole"
	netatopd daemon
	check "and each process is in it once" busywait "$WAIT" is_logged "$TMP/all"
	last=$(grep -c 'are in the log already' "$TMP/told")
	check "some were logged, but still on the list" test "$last" -gt 0
	slay reader daemon
	is "$(values)" "0 100" "the semaphores are as they should be"
	EACH=leave
	for ((i = 1; i <= 40; i++)); do dies "$i" -s 16k; done
	is "$(head -n 3 "$TMP/torn")" "" "dies when it begins a new log: that is whole, too"
	is "$(values)" "0 100" "and readers may begin"
	# as one does that dies in between
	: >"$LOG.new"
	netatopd daemon
	is "$(echo "$LOG"*)" "$LOG" "nothing is left behind"
	spawn last 5
	check "the next one goes on" busywait "$WAIT" ends_with "$TMP/last"
	end daemon
}
ends_with() { [[ $(logged) == *"$(spawned "$1" | tail -n 1)"* ]]; }

plan $((4 + 7 + 2 + 5 + 8))
prepare_netatopd exit_timeout=600
real_command
dead
between_and_within
hangs
at_each_write
rm -rf "$LOG" /run/netatopd
finish
