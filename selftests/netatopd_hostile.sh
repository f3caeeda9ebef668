#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# What other users and programs can do to netatopd, when it has no more rights than its service
# gives it: nothing. Not keep the log from getting shorter, not hold its memory, not be quicker
# with the semaphores, and not take the system's /run along when it gets full.

source "$(dirname "$0")/lib.sh"
need_tools ip jq perl setpriv

NETATOP=$HERE/../utils/netatop/netatop
NETATOPD=$HERE/../utils/netatopd/netatopd
LOG=/run/netatop.log
KEY=1541961
# shellcheck disable=SC2054 # the commas are setpriv's
BOUND=(setpriv --bounding-set=-all,+net_admin,+sys_ptrace --inh-caps=-all)
USER=(setpriv --reuid=1234 --clear-groups)

netatopd() { start "$1" "$SRV" "${BOUND[@]}" "$NETATOPD" -v "${@:2}"; says "$1" "netatopd: writes "; }
tells() { grep -qF -- "$2" "$TMP/$1"; }
told() { check "$3" busywait "$WAIT" tells "$1" "$2"; }
values() { perl -e 'my $id = semget(1541961, 0, 0) // die; print semctl($id, 0, 12, 0) + 0, " ", semctl($id, 1, 12, 0) + 0, "\n"'; }
values_are() { [[ $(values 2>/dev/null) == "$1" ]]; }
appended() { od -An -tu4 -j4 -N4 "$LOG" | tr -d ' '; }
tells_count() { [[ $(appended) == "$1" ]]; }
spawn() { in_ns "$CLI" "$TRAFFIC" spawn "$1" tcp-client -n 1 -w 50 "$SRV4" 5001 >"$TMP/spawn" 2>&1 || fatal "spawn: $(tail -n 1 "$TMP/spawn")"; }

# keep_open NAME COMMAND...: has the log open, has read nothing of it, and goes on as COMMAND
keep_open()
{
	# shellcheck disable=SC2016 # the inner one's
	start "$1" "$SRV" bash -c 'exec 7<"$1"; echo open; exec "${@:2}"' - "$LOG" "${@:2}"
	says "$1" open
}
blocks() { command stat -L -c %b "/proc/${PID[$1]}/fd/7"; }

# A reader, as far as the log and the semaphores tell, that has read everything.
# shellcheck disable=SC2016 # perl's
READER='$| = 1; my $id = semget(1541961, 0, 0) // die "semget: $!";
	semop($id, pack("s!3", 1, -1, 0x1000)) or die "semop: $!";
	open(my $log, "<", "/run/netatop.log") or die "log: $!"; print "reads\n";
	while (1) { 1 while sysread($log, my $data, 65536); select(undef, undef, undef, 0.1) }'

kept_open()
{
	netatopd daemon -s 16k
	start reader "$SRV" perl -e "$READER"
	says reader reads
	start stranger "$SRV" "${USER[@]}" sleep 10000
	keep_open nosy "${USER[@]}" sleep 10000
	# what su is while it waits for a password
	keep_open su setpriv --ruid=1234 --euid=0 --clear-groups sleep 10000
	cp "$(command -v sleep)" "$TMP/atop"
	keep_open setuid setpriv --ruid=1234 --euid=0 --clear-groups "$TMP/atop" 10000
	spawn 1600
	check "all are logged" busywait "$WAIT" tells_count 1600
	told daemon "grows: a reader has not read the first" "a set-user-ID atop is waited for"
	is "$(grep -c "given back" "$TMP/daemon")" 0 "nothing that it has not read is given back"
	slay setuid
	told daemon "1600 records that all have read are given back" "others who have the log open are not"
	is "$(grep -c CAP_SYS_PTRACE "$TMP/daemon")" 0 "and nothing is hidden from it"
	check "what is left is whole" "$NETATOP" exits --from-log
	slay reader nosy su stranger
	kill -HUP "${PID[daemon]}"
	told daemon "a new log is begun after 1600 records" "no reader is left: a new log"
	keep_open nosy "${USER[@]}" sleep 10000
	spawn 150
	check "there are records in it" busywait "$WAIT" tells_count 150
	check "that take more than a page" test "$(blocks nosy)" -gt 8
	kill -HUP "${PID[daemon]}"
	told daemon "a new log is begun after 150 records" "who is no reader does not keep a log"
	is "$(blocks nosy)" 8 "nor its memory"
	is "$(values) $(appended)" "1 100 0" "readers may begin again"
	slay nosy
	end daemon
}

# Makes the semaphores whenever nobody has them, again and again.
quicker()
{
	start thief "$SRV" "${USER[@]}" perl -e '$| = 1; print "waits\n"; while (1) { semget(1541961, 2, 01666) }'
	says thief waits
	ipcrm -S $KEY
	check "--clean is quick enough" "$NETATOPD" --clean
	is "$(values)" "0 100" "and leaves none to others"
	netatopd daemon
	is "$(values)" "1 100" "so netatopd has them without the right to take them"
	ipcrm -S $KEY
	told daemon "somebody else has made the semaphores 0x178749" "taken meanwhile: said"
	kill -STOP "${PID[thief]}"
	ipcrm -S $KEY
	check "free again: made anew" busywait "$WAIT" values_are "1 100"
	is "$(grep -c "somebody else has made" "$TMP/daemon")" 1 "it was said once"
	slay thief
	end daemon
}

# An older one knows nothing of a lock.
older()
{
	local pid
	cp "$(readlink -f "$(command -v perl)")" "$TMP/netatopd"
	# shellcheck disable=SC2016 # perl's
	start old "$SRV" "$TMP/netatopd" -e '$| = 1; my $id = semget(1541961, 0, 0) // die; semop($id, pack("s!3", 0, 1, 0x1000)) or die; print "runs\n"; sleep 10000'
	says old runs
	pid=$(od -An -td4 -j12 -N4 "$LOG")
	is "$("$NETATOPD" 2>&1; echo $?)" "netatopd: another netatopd is running, process ${PID[old]}
1" "an older netatopd is not disturbed"
	is "$(od -An -td4 -j12 -N4 "$LOG") $(values)" "$pid 1 100" "nor is its log"
	slay old
	netatopd daemon
	is "$(values)" "1 100" "after its end ours begins"
	end daemon
}

free_pages() { command stat -f -c %a /mnt; }
logged() { "$NETATOP" exits -j --from-log=/mnt/log 2>/dev/null | wc -l; }
logged_are() { [[ $(logged) == "$1" ]]; }

nearly_full()
{
	mount -t tmpfs -o size=1M nearly /mnt
	netatopd daemon -l /mnt/log
	# without a reader the log would be begun anew
	start reader "$SRV" perl -e "$READER"
	says reader reads
	spawn 1
	check "a file system with room" busywait "$WAIT" logged_are 1
	dd if=/dev/zero of=/mnt/fill bs=4k count=$(($(free_pages) - 10)) status=none
	spawn 2
	told daemon "finished processes stay on the module's list" "more than 95 % are taken: said"
	is "$(logged) $(free_pages) $(stat exit_records)" "1 10 2" "the rest is for others"
	rm /mnt/fill
	check "with room again all are logged" busywait "$WAIT" logged_are 3
	slay reader
	end daemon
	umount /mnt
}

stepped()
{
	netatopd daemon
	date -s "+2 hours" >/dev/null
	spawn 1
	check "the clock steps forward" busywait "$WAIT" tells_count 1
	date -s "-4 hours" >/dev/null
	spawn 1
	check "and back" busywait "$WAIT" tells_count 2
	date -s "+2 hours" >/dev/null
	end daemon
}

plan $((12 + 6 + 3 + 4 + 2))
[[ -x $NETATOPD ]] || fatal "netatopd is not built"
load_module
tun exit_timeout 600
setup_pair
start_server server "$SRV" tcp-server -n 100000 -a 30 -H "$SRV4" 5001
rm -rf "$LOG"
kept_open
quicker
older
nearly_full
stepped
finish
