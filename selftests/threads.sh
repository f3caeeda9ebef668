#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# Threads: each is charged with its own traffic, the process with the sum, and what a thread has
# sent stays with the process when the thread ends.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk

# per_thread NAME PROTO: each thread that printed a line, as the module has it and as it said
per_thread()
{
	local tid count=0 got="" wanted=""
	while read -r tid; do
		count=$((count + 1))
		got+="$tid: $(counted pid "$tid" "$2"); "
		wanted+="$tid: $(sums "$2" "tid=$tid" "$TMP/$1"); "
	done < <(sed -n 's/^proto=.* tid=\([0-9]*\) .*/\1/p' "$TMP/$1")
	is "$count threads; $got" "5 threads; $wanted" "$3"
}

thread_is_gone() { [[ $("$GETCNT" pid "$1") == errno=ESRCH ]]; }

tcp()
{
	start_server server "$SRV" tcp-server -t 1 -K -H -n 5 -a 3000 "$SRV4" 5001
	start_client client "$CLI" tcp-client -t 5 -K -H -N -n 20000 -w 500 "$SRV4" 5001
	says server held
	per_thread client tcp "$MODE: tcp, each of 5 client threads"
	per_thread server tcp "$MODE: tcp, each of 5 server threads"
	is "$(counted tgid "${PID[client]}" tcp)" "$(said client tcp)" "$MODE: tcp, the client is the sum of its threads"
	is "$(counted tgid "${PID[server]}" tcp)" "$(said server tcp)" "$MODE: tcp, the server is the sum of its threads"
	is "$("$GETCNT" pid "${PID[client]}")" "errno=ESRCH" "$MODE: tcp, its first thread has done nothing"
	end client
	end server
}

udp()
{
	start_server server "$SRV" udp-server -n 5 -H "$SRV4" 5001
	start_client client "$CLI" udp-client -t 5 -K -H -r 40 -w 200 "$SRV4" 5001
	says server held
	per_thread client udp "$MODE: udp, each of 5 client threads"
	is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "$MODE: udp, the client is the sum of its threads"
	is "$(counted tgid "${PID[server]}" udp)" "$(said server udp)" "$MODE: udp, the server of the five"
	end client
	end server
}

# Threads that have ended before anybody asks; one of them asked for by its id.
finished()
{
	local tid
	start_server server "$SRV" tcp-server -t 1 -H -n 5 -a 3000 "$SRV4" 5001
	start_client client "$CLI" tcp-client -t 5 -H -n 20000 "$SRV4" 5001
	says server held
	is "$(counted tgid "${PID[client]}" tcp)" "$(said client tcp)" "$MODE: finished threads stay in the client's sum"
	is "$(counted tgid "${PID[server]}" tcp)" "$(said server tcp)" "$MODE: finished threads stay in the server's sum"
	tid=$(sed -n 's/^proto=.* tid=\([0-9]*\) .*/\1/p' "$TMP/client" | head -n 1)
	"$GETCNT" force-gc >/dev/null
	check "$MODE: a finished thread is not found any more" busywait "$WAIT" thread_is_gone "$tid"
	is "$(counted tgid "${PID[client]}" tcp)" "$(said client tcp)" "$MODE: and its process has lost nothing"
	end client
	end server
}

body() { tcp; udp; finished; }

plan $((3 * (5 + 3 + 4 + 2)))
load_module
for_each_mode body
finish
