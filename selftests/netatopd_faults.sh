#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# What can go wrong around netatopd: the log, the semaphores, the disk, the module, signals, a second
# one. It says what it found, goes on, and what finished meanwhile is in the log.

source "$(dirname "$0")/lib.sh"
need_tools ip jq perl setpriv valgrind

NETATOP=$HERE/../utils/netatop/netatop
NETATOPD=$HERE/../utils/netatopd/netatopd
LOG=/run/netatop.log
KEY=1541961

netatopd() { start "$1" "$SRV" "$NETATOPD" -v "${@:2}"; says "$1" "netatopd: writes $LOG"; }
tells() { grep -qF -- "$2" "$TMP/$1"; }
told() { check "$3" busywait "$WAIT" tells "$1" "$2"; }

# A process that sends one datagram, to nobody, and ends; its id is in $LAST.
finish_one()
{
	in_ns "$CLI" "$TRAFFIC" udp-client -n 1 -w 50 127.0.0.1 9 >"$TMP/one" 2>&1
	LAST=$(sed -n 's/^traffic\[\([0-9]*\)\].*/\1/p' "$TMP/one")
}
logged() { "$NETATOP" exits -j --from-log 2>/dev/null | jq -r .tgid | xargs; }
is_last() { [[ " $(logged)" == *" $LAST" ]]; }
# Whoever has finished last is at the end of the log.
works() { finish_one; check "$1" busywait "$WAIT" is_last; }

values() { perl -e 'my $id = semget(1541961, 0, 0) // die; print semctl($id, 0, 12, 0) + 0, " ", semctl($id, 1, 12, 0) + 0, "\n"'; }

values_are() { [[ $(values) == "$1" ]]; }

foreign_logs()
{
	local what
	ln -s "$TMP/victim" "$LOG"
	echo precious >"$TMP/victim"
	netatopd daemon
	told daemon "it is a symbolic link; a new one is begun" "a symbolic link: said"
	works "a symbolic link: a log in its place"
	is "$(cat "$TMP/victim")" precious "a symbolic link: is not followed"
	end daemon

	echo "this is no log at all" >"$LOG"
	netatopd daemon
	told daemon "cannot be gone on with: this is no log of netatopd, at offset 0" "no log: said"
	works "no log: one in its place"
	end daemon
	printf '\xff\xff' | dd of="$LOG" bs=1 seek=17 conv=notrunc status=none
	netatopd daemon
	told daemon "a record cannot be uncompressed, at offset 16" "a damaged one: said"
	works "a damaged one: one in its place"
	end daemon
	chown 1234 "$LOG"
	netatopd daemon
	told daemon "it is another user's" "another user's: said"
	works "another user's: one in its place"
	end daemon
	chmod 666 "$LOG"
	netatopd daemon
	told daemon "others may write to it" "one that others may write to: said"
	end daemon
	rm "$LOG"; mkdir "$LOG"
	netatopd daemon
	works "a directory: a log in its place"
	is "$(command stat -c '%a %u %h' "$LOG")" "644 0 1" "it is root's, and all may read it"
	rm -rf "$LOG".*
}

over_or_writes() { is_over few || tells few "netatopd: writes"; }

# Where it does not get as far as it needs to, the log stays.
few_files()
{
	local n before refused=0
	netatopd daemon
	works "before"
	end daemon
	before=$(logged)
	# shellcheck disable=SC2016 # the other bash's
	for n in {4..40}; do
		start few "$SRV" bash -c 'ulimit -n "$1"; exec "$2"' - "$n" "$NETATOPD"
		busywait "$WAIT" over_or_writes || fatal "with $n files: $(tail -n 3 "$TMP/few")"
		if tells few "netatopd: writes"; then
			end few
			break
		fi
		slay few
		tells few "$LOG: Too many open files" && ((refused++))
		[[ $(logged) == "$before" ]] || break
	done
	is "$(logged)" "$before" "with too few files to open, the log stays as it was"
	check "also when it is the log that cannot be opened" test "$refused" -gt 0
	rm "$LOG"
}

# While it runs.
taken_away()
{
	works "before"
	rm "$LOG"
	works "deleted: a new one"
	told daemon "it was deleted; a new one is begun" "deleted: said"
	truncate -s 20 "$LOG"
	works "cut short: a new one"
	told daemon "it was cut short; a new one is begun" "cut short: said"
	# on one file system: else it would be deleted first
	echo else >"$LOG.else"; mv "$LOG.else" "$LOG"
	works "another in its place: a new one"
	told daemon "something else has taken its place" "another in its place: said"
	dd if=/dev/zero of="$LOG" bs=4 count=4 conv=notrunc status=none
	works "its header overwritten: a new one"
	told daemon "its header was overwritten" "its header overwritten: said"
	: >"$LOG"; truncate -s 1M "$LOG"
	works "emptied and made longer: a new one"
	chown 1234 "$LOG"
	works "given to another user: a new one"
	told daemon "it is another user's; a new one is begun" "given to another user: said"
	chmod 666 "$LOG"
	works "others may write to it: a new one"
	told daemon "others may write to it; a new one is begun" "others may write to it: said"
	is "$(command stat -c '%a %u %h' "$LOG")" "644 0 1" "it is root's again"
	is "$("$NETATOP" exits -j --from-log >/dev/null; echo $?)" 0 "and it is whole"
}

# Deleted, and no room for another.
no_room()
{
	mount -t tmpfs -o size=64k,nr_inodes=4 few /mnt
	mkdir /mnt/log.new
	touch /mnt/log.new/foreign
	start daemon "$SRV" "$NETATOPD" -v -l /mnt/log
	says daemon "netatopd: writes /mnt/log"
	rm -r /mnt/log.new.*
	# as long as somebody has it open it takes the place of another
	exec 7</mnt/log
	touch /mnt/fill1 /mnt/fill2
	rm /mnt/log
	finish_one
	told daemon "No space left on device; finished processes stay on the module's list" "deleted, no room for another: said"
	check "it tries again" busywait "$WAIT" has_woken $(($(wakings) + 3))
	is "$(grep -c "it was deleted" "$TMP/daemon")" 1 "which is said once"
	exec 7<&-
	rm /mnt/fill?
	check "room again: all are logged" busywait "$WAIT" ends_with "$LAST"
	end daemon
	umount /mnt
}
wakings() { awk '/^voluntary/ { print $2 }' "/proc/${PID[daemon]}/status"; }
has_woken() { (($(wakings) >= $1)); }

signals()
{
	local i
	for ((i = 0; i < 2000; i++)); do kill -HUP "${PID[daemon]}"; done
	works "2000 SIGHUPs"
	"$NETATOPD" >"$TMP/second" 2>&1
	is "$? $(cat "$TMP/second")" "1 netatopd: another netatopd is running" "a second one is refused"
	setpriv --reuid=1234 --clear-groups "$NETATOPD" >"$TMP/user" 2>&1
	check "nor may another user" test "$?" = 1 -a -s "$TMP/user"
	perl -e 'my $id = semget(1541961, 0, 0) // die; semctl($id, 0, 16, 0); semctl($id, 1, 16, 103)'
	check "wrong values while it runs: set right" busywait "$WAIT" values_are "1 100"
	told daemon "the semaphore that tells of a netatopd was 0; set to 1" "wrong values while it runs: said"
	works "the first one goes on"
	is "$(values)" "1 100" "the semaphores say that it runs"
	end daemon
	is "$(values)" "0 100" "and that it has ended"
}

SETS=/proc/sys/kernel/sem

semaphores_in_the_way()
{
	perl -e 'my $id = semget(1541961, 0, 0) // die; semctl($id, 0, 16, 7); semctl($id, 1, 16, 250)'
	netatopd daemon
	is "$(values)" "1 100" "wrong values are set right"
	told daemon "the semaphore of readers was 250" "which is said"
	end daemon
	# an atop is counted before it opens the log: it is not to be forgotten
	perl -e 'my $id = semget(1541961, 0, 0) // die; semctl($id, 1, 16, 99)'
	netatopd daemon
	is "$(values)" "1 99" "a reader that has not opened the log yet stays counted"
	end daemon
	ipcrm -S $KEY
	# another user has made them before
	setpriv --reuid=1234 --clear-groups perl -e 'semget(1541961, 2, 01666) // die'
	netatopd daemon
	told daemon "took away semaphores that another user" "those of another user are taken away"
	is "$(values) $(ipcs -s | awk '$1 == "0x00178749" { print $3, $4 }')" "1 100 root 600" "and made anew"
	ipcrm -S $KEY
	told daemon "the semaphores are gone, and made anew" "gone while it runs: made anew"
	works "and it goes on"
	sets=$(<$SETS)
	for_now $SETS "${sets%[[:space:]]*} 0"
	ipcrm -S $KEY
	told daemon "all sets of semaphores are in use" "gone, and no others to be had: said"
	check "gone, and no others to be had: it tries again" busywait "$WAIT" has_woken $(($(wakings) + 3))
	as_before $SETS
	check "to be had again: made anew" busywait "$WAIT" values_are "1 100"
	is "$(grep -c "all sets of semaphores" "$TMP/daemon") $(grep -c "made anew" "$TMP/daemon")" "1 2" "each was said once"
	end daemon
	ipcrm -S $KEY
	setpriv --reuid=1234 --clear-groups perl -e 'semget(1541961, 2, 01666) // die'
	setpriv --bounding-set=-all,+net_admin --inh-caps=-all "$NETATOPD" >"$TMP/bounded" 2>&1
	is "$? $(tail -n 1 "$TMP/bounded")" "1 netatopd: somebody else has made the semaphores 0x178749: Operation not permitted; take them away with: ipcrm -S 0x178749" \
		"without the right to, it says what to do"
	is "$("$NETATOPD" --clean 2>&1; echo $?)" "netatopd: took away semaphores that another user or program had made
0" "--clean takes them away"
	is "$(values)" "0 100" "and makes ours"
}

full_disk()
{
	local first
	# a reader that has read nothing: without one the log would be begun anew
	# shellcheck disable=SC2016 # perl's
	local reader='my $id = semget(1541961, 0, 0) // die; semop($id, pack("s!3", 1, -1, 0x1000)) or die; open(my $log, "<", "/mnt/log") or die; $| = 1; print "reads\n"; sleep 10000'
	mount -t tmpfs -o size=64k full /mnt
	start daemon "$SRV" "$NETATOPD" -v -l /mnt/log
	says daemon "netatopd: writes /mnt/log"
	finish_one
	first=$LAST
	check "the log is elsewhere" busywait "$WAIT" ends_with "$first"
	start reader "$SRV" perl -e "$reader"
	says reader reads
	dd if=/dev/zero of=/mnt/fill bs=4k status=none 2>/dev/null
	for _ in {1..120}; do finish_one; done
	told daemon "No space left on device; finished processes stay on the module's list" "a full disk: said"
	check "a full disk: they are on the list" some_listed
	check "a full disk: the log is whole" "$NETATOP" exits -j --from-log=/mnt/log
	rm /mnt/fill
	told daemon "/mnt/log is written again" "room again: said"
	check "room again: all are logged" busywait "$WAIT" ends_with "$LAST"
	is "$("$NETATOP" exits -j --from-log=/mnt/log | wc -l)" 121 "none is missing"
	slay reader
	end daemon
	umount /mnt
}
ends_with() { [[ $("$NETATOP" exits -j --from-log=/mnt/log 2>/dev/null | tail -n 1 | jq -r .tgid) == "$1" ]]; }
some_listed() { (($(stat exit_records) > 0)); }

# Gone by while nobody was there to read them.
away()
{
	tun exit_timeout 600
	finish_one; finish_one; finish_one
	busywait "$WAIT" stat_is exit_records 3 || fatal "they are not on the list"
	tun exit_timeout 1
	busywait "$WAIT" stat_is exit_records 0 || fatal "they stay on the list"
	tun exit_timeout 600
	finish_one
	netatopd daemon
	told daemon "3 finished processes have left the list meanwhile, and are not in the log" "the journal says how many went by"
	check "the one that had not is there" busywait "$WAIT" is_last
	check "rmmod is not held up" rmmod netatop
	told daemon "the module has been unloaded; waiting until it is back" "unloaded: said"
	load_module
	told daemon "the module is back" "loaded: said"
	works "it goes on with the new one"
	end daemon
	rmmod netatop
	netatopd daemon
	told daemon "the module is not loaded; waiting for it (modprobe netatop)" "it begins without the module"
	load_module
	works "and goes on when it is there"
	end daemon
}

background()
{
	in_ns "$SRV" "$NETATOPD" --daemon
	is "$?" 0 "in the background: begins"
	check "in the background: its id is in a file" kill -0 "$(cat /run/netatopd.pid)"
	works "in the background: works"
	is "$(od -An -td4 -j12 -N4 "$LOG" | tr -d ' ')" "$(cat /run/netatopd.pid)" "its id is in the header of the log"
	kill -TERM "$(cat /run/netatopd.pid)"
	check "in the background: ends" busywait "$WAIT" test ! -e /run/netatopd.pid
	in_ns "$SRV" "$NETATOPD" --daemon <&- >&-
	is "$?" 0 "in the background, without standard input and output: begins"
	kill -TERM "$(cat /run/netatopd.pid)"
	check "and ends" busywait "$WAIT" test ! -e /run/netatopd.pid
	# shellcheck disable=SC2016 # the other bash's
	start silent "$SRV" bash -c 'exec "$1" <&- >&- 2>&-' - "$NETATOPD"
	check "without them: begins" busywait "$WAIT" values_are "1 100"
	works "without them: works"
	end silent
	is "$(wc -l </run/netatopd/state) $(grep -c netatopd: /run/netatopd/state)" "1 0" "and what it says is in no file of its own"
	is "$("$NETATOPD" --frob 2>&1; echo $?)" "netatopd: there is no option --frob
Try: netatopd --help
2" "an unknown option"
	is "$("$NETATOPD" -s 5 2>&1; echo $?)" "netatopd: a size is 16k to 1024G, not 5
Try: netatopd --help
2" "a size that is too small"
	is "$("$NETATOPD" -d -l exits.log 2>&1; echo $?) $("$NETATOPD" -d -p ./pid 2>&1; echo $?)" \
"netatopd: in the background a path begins with /: exits.log
Try: netatopd --help
2 netatopd: in the background a path begins with /: ./pid
Try: netatopd --help
2" "a path that would mean another file"
	is "$("$NETATOPD" -V)" "netatopd $(<"$SYS/version")" "its version"
}

# All of its ways once more, from the begin to the end.
memory()
{
	start daemon "$SRV" valgrind -q --leak-check=full --error-exitcode=9 "$NETATOPD" -v
	busywait $((4 * WAIT)) tells daemon "netatopd: writes $LOG" || fatal "valgrind: $(tail -n 3 "$TMP/daemon")"
	works "valgrind: works"
	rm "$LOG"
	works "valgrind: a new log"
	kill -HUP "${PID[daemon]}"
	kill -TERM "${PID[daemon]}"
	check "valgrind: nothing to complain of" ended daemon
}

plan $((12 + 3 + 16 + 8 + 4 + 14 + 7 + 8 + 14 + 3))
[[ -x $NETATOPD ]] || fatal "netatopd is not built"
rm -rf "$LOG" /run/netatopd
load_module
tun exit_timeout 600
setup_pair
few_files
foreign_logs
taken_away
signals
no_room
semaphores_in_the_way
full_disk
away
background
memory
rm -rf "$LOG" /run/netatopd
finish
