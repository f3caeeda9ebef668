# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# netatopd and atop, for the tests that look at what atop shows of finished processes.

NETATOP=$HERE/../utils/netatop/netatop
NETATOPD=$HERE/../utils/netatopd/netatopd
LOG=/run/netatop.log

# netatopd NAME [OPTION...]
netatopd() { start "$1" "$SRV" "$NETATOPD" -v "${@:2}"; says "$1" "netatopd: writes $LOG"; }
tells() { grep -q -- "$2" "$TMP/$1"; }

# "id and counters" by id, of what has been logged
COUNTERS='"tcpsndpacks=\(.tcp_snd_packets) tcpsndbytes=\(.tcp_snd_bytes) tcprcvpacks=\(.tcp_rcv_packets) tcprcvbytes=\(.tcp_rcv_bytes)"'
logged() { "$NETATOP" exits -j --from-log | jq -r "\"id=\\(.tgid) \" + $COUNTERS" | sort; }

# The same as spawned() has it, as atop shows it: of those that were seen to exit, what they did in all samples. The
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
# curseq of the log
appended() { od -An -tu4 -j4 -N4 "$LOG" | tr -d ' '; }
tells_count() { [[ $(appended) == "$1" ]]; }

# What the two semaphores have
values() { perl -e 'my $id = semget(1541961, 0, 0) // die; print semctl($id, 0, 12, 0) + 0, " ", semctl($id, 1, 12, 0) + 0, "\n"'; }

# It waits for its next sample (34: pause).
is_paused() { grep -q '^34 ' "/proc/${PID[$1]}/syscall" 2>/dev/null; }

# hold NAME: stops an atop where it waits for its next sample, whenever that is due
hold() { busywait "$WAIT" is_held "$1" || fatal "$1 never waits"; }
is_held()
{
	is_paused "$1" || return
	kill -STOP "${PID[$1]}"
	wait_state "${PID[$1]}" T
	is_paused "$1" && return
	kill -CONT "${PID[$1]}"
	return 1
}

# prepare_netatopd [PARAMETER...]: the module, a server for those that are spawned, and no log
prepare_netatopd()
{
	[[ -x $NETATOPD ]] || fatal "netatopd is not built"
	rm -rf "$LOG" /run/netatopd
	load_module "$@"
	setup_pair
	spare_atop
	start_server server "$SRV" tcp-server -n 100000 -a 30 -H "$SRV4" 5001
}
