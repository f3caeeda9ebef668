#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
#
# The watchdog of a service manager: netatopd says when it is ready, and twice in the time that it is
# given that it is alive; not when it hangs. Killed for that, the next one has all that finished.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/atop.sh"
need_tools ip jq perl awk

told() { check "$3" busywait "$WAIT" tells "$1" "$2"; }

# What a service manager hears, a line a message; "silence" when a whole watchdog's time has none.
# shellcheck disable=SC2016 # perl's
MANAGER='use IO::Socket::UNIX; use IO::Select; $| = 1; my ($path, $seconds) = @ARGV;
	my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "socket: $!";
	my $wait = IO::Select->new($s); print "listens\n";
	while (1) {
		if ($wait->can_read($seconds)) { $s->recv(my $text, 4096); print "$text\n"; } else { print "silence\n"; }
	}'

# watched USEC: a netatopd that is given so much time
watched() { start daemon "$SRV" env NOTIFY_SOCKET="$TMP/notify" WATCHDOG_USEC="$1" "$NETATOPD" -v; says daemon "netatopd: writes $LOG"; }

# The period of its timer, in ns: the interval that the kernel has for it.
period()
{
	cat "/proc/${PID[daemon]}/fdinfo/"* | sed -n 's/^it_interval: (\([0-9]*\), \([0-9]*\))$/\1 \2/p' |
		awk '{ print $1 * 1000000000 + $2 }'
}
heard() { (($(grep -c "^$1" "$TMP/manager") >= $2)); }
# Nothing but silence since the line FROM
is_silent() { tail -n "+$1" "$TMP/manager" | grep -q '^silence'; }
pings_since() { tail -n "+$1" "$TMP/manager" | grep -c WATCHDOG=1; }

plan $((3 + 4 + 7 + 2))
prepare_netatopd exit_timeout=600

netatopd daemon
is "$(period)" 1000000000 "no watchdog: it looks around each second"
end daemon
start manager "$SRV" perl -e "$MANAGER" "$TMP/notify" 2
says manager listens
watched 30000000
is "$(period)" 1000000000 "30 s: no less often"
end daemon
watched 300000
is "$(period)" 150000000 "0.3 s: twice in that time"
end daemon

: >"$TMP/manager"
watched 2000000
check "it says when it is ready" busywait "$WAIT" heard READY=1 1
is "$(period)" 1000000000 "2 s: a ping each second"
check "pings come" busywait "$WAIT" heard WATCHDOG=1 4
spawn busy 30
check "and while it has something to do" busywait "$WAIT" heard WATCHDOG=1 8

kill -STOP "${PID[daemon]}"
wait_state "${PID[daemon]}" T
# what it had sent before has been heard when there is nothing more
lines=$(wc -l <"$TMP/manager")
check "it hangs: silence" busywait "$WAIT" is_silent $((lines + 1))
lines=$(wc -l <"$TMP/manager")
spawn hung 30
check "whatever there is to do" busywait "$WAIT" is_silent $((lines + 1))
is "$(pings_since $((lines + 1)))" 0 "not a ping"
# as systemd does
kill -ABRT "${PID[daemon]}"
kill -CONT "${PID[daemon]}"
wait "${PID[daemon]}" 2>/dev/null
is "$?" 134 "it ends by SIGABRT"
check "the log is whole" "$NETATOP" exits --from-log
watched 2000000
told daemon "30 finished processes had waited for a netatopd" "the next one says how many have waited"
check "and has all of them" busywait "$WAIT" is_logged "$TMP"/{busy,hung}
end daemon
check "at its end it says so" busywait "$WAIT" heard STOPPING=1 1
check "the log is whole still" "$NETATOP" exits --from-log
rm -rf "$LOG" /run/netatopd
finish
