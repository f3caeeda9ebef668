#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# netatopd as systemd starts it: with the rights that are left to it, and in its sandbox, it reads the
# module, writes the log, sees how far others have read it, and ends when it is told to. When it hangs
# systemd kills it and starts the next one, and nothing is lost.

source "$(dirname "$0")/lib.sh"
need_tools ip jq nsenter unshare /lib/systemd/systemd

NETATOP=/usr/local/sbin/netatop
UNIT=/etc/systemd/system/netatopd.service

# In the namespaces of that systemd.
inside() { nsenter -t "$SYSTEMD" -p -m "$@"; }
is_up() { inside systemctl show -P Version >/dev/null 2>&1; }
property() { inside systemctl show -P "$1" netatopd.service; }
logged() { inside "$NETATOP" exits -j --from-log 2>/dev/null | jq -r .tgid | xargs; }
has_finished() { [[ $(logged) == "$1" ]]; }
status_of() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$DAEMON/status"; }
says_in_journal() { inside journalctl -q --no-pager -u netatopd | grep -q "$1"; }
spawn() { in_ns "$CLI" "$TRAFFIC" spawn "$1" tcp-client -n 100 -w 300 "$SRV4" 5001 >"$TMP/spawn" 2>&1 || fatal "spawn: $(tail -n 1 "$TMP/spawn")"; }
appended() { inside od -An -tu4 -j4 -N4 /run/netatop.log | tr -d ' '; }
tells_count() { [[ $(appended) == "$1" ]]; }

is_another() { [[ $(pgrep -x netatopd) =~ ^[0-9]+$ && $(pgrep -x netatopd) != "$DAEMON" ]]; }

# A systemd that has nothing to do but this. When it comes up it empties /tmp, which is therefore its own.
begin()
{
	mkdir -p "${UNIT%/*}"
	make -s -C "$HERE/../utils" install PREFIX=/usr/local >"$TMP/make" 2>&1 || fatal "install: $(tail -n 3 "$TMP/make")"
	ldconfig
	sed -i "s/^ExecStart=.*/& -v -s 16k/; s/^WatchdogSec=.*/WatchdogSec=$((20 * ${SLOW:-1}))/" "$UNIT"
	start systemd "$SRV" unshare -pfm --mount-proc --cgroup bash -c '
		mount -t tmpfs run /run
		mount -t tmpfs tmp /tmp
		mount -t cgroup2 cgroup /sys/fs/cgroup
		container=lxc exec /lib/systemd/systemd --system --log-target=null --unit=sysinit.target'
	busywait $((2 * WAIT)) pgrep -x systemd >/dev/null || fatal "no systemd: $(tail -n 3 "$TMP/systemd")"
	SYSTEMD=$(pgrep -x systemd)
	busywait $((4 * WAIT)) is_up || fatal "systemd does not come up"
}

plan 15
load_module
tun exit_timeout 600
setup_pair
start_server server "$SRV" tcp-server -n 100000 -a 30 -H "$SRV4" 5001
begin
check "it starts, and says when it is ready" inside systemctl --job-mode=ignore-dependencies start netatopd.service
is "$(property ActiveState) $(property StatusText)" "active Writing finished processes to the log" "it runs"
DAEMON=$(pgrep -x netatopd)
is "$(status_of CapBnd) $(status_of CapEff) $(status_of NoNewPrivs) $(status_of Seccomp)" "0000000000081000 0000000000081000 1 2" "with CAP_NET_ADMIN and CAP_SYS_PTRACE, and no more"
in_ns "$CLI" "$TRAFFIC" udp-client -n 1 -w 50 127.0.0.1 9 >"$TMP/one" 2>&1
last=$(sed -n 's/^traffic\[\([0-9]*\)\].*/\1/p' "$TMP/one")
check "a finished process is in the log" busywait "$WAIT" has_finished "$last"
check "the journal says what it does" busywait "$WAIT" says_in_journal "netatopd\[[0-9]*\]: writes /run/netatop.log"

# A reader, as far as the log and the semaphores tell, that has read everything.
# shellcheck disable=SC2016 # perl's
start reader "$SRV" nsenter -t "$SYSTEMD" -p -m perl -e '$| = 1; my $id = semget(1541961, 0, 0) // die "semget: $!";
	semop($id, pack("s!3", 1, -1, 0x1000)) or die "semop: $!";
	open(my $log, "<", "/run/netatop.log") or die "log: $!"; print "reads\n";
	while (1) { 1 while sysread($log, my $data, 65536); select(undef, undef, undef, 0.1) }'
says reader reads
spawn 600
check "600 more are logged" busywait "$WAIT" tells_count 601
check "how far others have read is seen" busywait "$WAIT" says_in_journal "records that all have read are given back"
is "$(inside journalctl -q --no-pager -u netatopd | grep -c "CAP_SYS_PTRACE")" 0 "nothing is hidden from it"

kill -STOP "$DAEMON"
wait_state "$DAEMON" T
spawn 20
check "it hangs: systemd notices, and starts another" busywait $((4 * WAIT)) is_another
check "which has what finished meanwhile" busywait "$WAIT" tells_count 621
is "$(property NRestarts)" 1 "and it has done so once"
check "and how many have waited" busywait "$WAIT" says_in_journal "20 finished processes had waited for a netatopd"
check "the log is whole" inside "$NETATOP" exits --from-log
slay reader
check "it stops" inside systemctl --job-mode=ignore-dependencies stop netatopd.service
is "$(property ActiveState) $(property Result) $(cat /sys/module/netatop/initstate)" "inactive success live" "and leaves the module where it was"
kill -KILL "$SYSTEMD"
finish
