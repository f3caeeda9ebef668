#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# A thread that is not the first one execs: it becomes the process, under the process's id and
# with a new name. The process is the same one before and after, so its counters go on.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk

one()
{
	local proto=$1 record pid
	start_server server "$SRV" "$proto-server" -n 3 -H "$SRV4" 5001
	# the first thread, another thread, and the program it execs: three clients, one process
	start_client client "$CLI" exec-thread "$TMP/after-exec" "$proto-client" -H -n 64 -w 40 "$SRV4" 5001
	says server held
	pid=${PID[client]}
	is "$(grep -c "^proto=.* pid=$pid " "$TMP/client")" 3 "$MODE: $proto, three clients in one process"
	is "$(counted tgid "$pid" "$proto")" "$(said client "$proto")" "$MODE: $proto, after exec the process has all three"
	is "$("$GETCNT" tgid "$pid" | grep -o 'command=[^ ]*')" "command=after-exec" "$MODE: $proto, and its new name"
	record=$(said client "$proto")
	end client
	end server
	"$GETCNT" -n 2 exit >"$TMP/records"
	is "$(grep -c "^id=$pid .* command=after-exec .*$record" "$TMP/records")" 1 "$MODE: $proto, one exit record with it all"
}

body() { one tcp; one udp; }

plan $((3 * (2 * 4 + 2)))
load_module
tun exit_timeout 3600
ln -s "$TRAFFIC" "$TMP/after-exec"
for_each_mode body
finish
