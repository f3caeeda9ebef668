#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# 10000 processes with 100 open files each, and a UDP socket that only receives among them: the
# search finds whose it is. For a connection that nobody has accepted, and that nobody has open
# therefore, it does not go on and on. Among millions of files, too, it finds the owner, and the module
# can be unloaded meanwhile. run.sh sees to it that nothing stalls.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft ethtool jq awk
MODES="rule off"

TRACING=/sys/kernel/tracing
# a kernel that looks for faults gets fewer
PROCESSES=$((10000 / ${SLOW:-1}))
FILES=100

# A walk looks once at each process that has fewer than 1000 files: how often it has looked.
watch()
{
	{ unwatch; } 2>/dev/null
	echo "p:walk iterate_fd" >>"$TRACING/kprobe_events" || fatal "no kprobe"
	echo 1 >"$TRACING/events/kprobes/walk/enable" || fatal "no kprobe"
}
unwatch() { echo 0 >"$TRACING/events/kprobes/walk/enable"; echo "-:walk" >>"$TRACING/kprobe_events"; }
looked() { awk '$1 == "walk" { print $2 }' "$TRACING/kprobe_profile"; }
walks() { echo $((($(looked) - $1) / PROCESSES)); }

has_run() { (($(stat gc_runs) >= $1)); }

# The longest time that a lock on a table of files was held, where the kernel can tell.
timed()
{
	grep -qw function_graph "$TRACING/available_tracers" || { tun gc 1; return; }
	echo iterate_fd >"$TRACING/set_ftrace_filter"
	echo function_graph >"$TRACING/current_tracer"
	tun gc 1
	awk '/iterate_fd\(/ { for (i = 2; i <= NF; i++) if ($i == "us" && $(i - 1) > max) max = $(i - 1); n++ }
	     END { printf "# %d tables of files, the longest %s us\n", n, max }' "$TRACING/trace"
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
}

body()
{
	local before runs began
	tun gc_interval 3600
	row "receives only, among $PROCESSES processes"
	start crowd "$CLI" "$HERE/crowd" $((PROCESSES / 2)) "$FILES"
	says crowd ready
	start sink "$SRV" "$HERE/sink" udp "$SRV4" 6001
	says sink ready
	start crowd2 "$CLI" "$HERE/crowd" $((PROCESSES / 2)) "$FILES"
	says crowd2 ready
	start sender "$CLI" "$HERE/sink" udp-send "$SRV4" 6001 50 200
	says sender sent
	watch
	before=$(looked)
	began=$EPOCHREALTIME
	tun gc 1
	found
	note "one walk: $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms"
	is "$(walks "$before")" 1 "$MODE: one walk over all"
	owes sender udp "$(on_wire "$CLI" udp)"
	owes sink udp "$(on_wire "$SRV" udp)"
	row_end

	actor cli "$CLI"
	actor srv "$SRV"
	tell srv "tcp4 0; bind 0 $SRV4 5001; listen 0"
	tell cli "tcp4 1; connect 1 $SRV4 5001; send 1 100; drained 1"
	check "$MODE: nobody has what is sent to it" test "$(stat unowned_tcp_rcv_packets)" -gt 0
	before=$(looked)
	tun gc_interval 1
	runs=$(stat gc_runs)
	# due again after 1 s, 2, 4, 8, 16; if it went on and on, there would be one in every second run
	busywait "$WAIT" has_run $((runs + 24)) || fatal "the collector does not run"
	before=$(walks "$before")
	check "$MODE: looked for, but ever less often ($before walks)" test "$before" -ge 1 -a "$before" -le 6
	tun gc_interval 3600
	unwatch
	timed
	check "$MODE: it is still nobody's" test "$(stat unowned_tcp_rcv_packets)" -gt 0
	slay crowd crowd2

	# Whoever shares his table of files with others does not have it looked through for each of them.
	start crowd "$CLI" "$HERE/crowd" 1000 1000 shared
	says crowd ready
	SEARCHED=$(stat searched_files)
	busywait "$WAIT" searches || fatal "it is not looked for"
	check "$MODE: 1000 processes with one table of 1000 files ($(($(stat searched_files) - SEARCHED)) looked at)" \
		test "$(stat searched_files)" -lt $((SEARCHED + 100000))
	slay crowd

	row "receives only, behind a great many open files"
	to_be_found
	tun gc 1
	found
	owes sender udp "$(on_wire "$CLI" udp)"
	owes sink udp "$(on_wire "$SRV" udp)"
	row_end
	slay crowd
}

# A receiver, behind a great many files
to_be_found()
{
	start crowd "$CLI" "$HERE/crowd" 2 "$((1000000 / ${SLOW:-1}))"
	says crowd ready
	start sink "$SRV" "$HERE/sink" udp "$SRV4" 6002
	says sink ready
	start sender "$CLI" "$HERE/sink" udp-send "$SRV4" 6002 50 200
	says sender sent
}

# Who forces a search does not wait for it longer than two seconds.
found() { busywait "$WAIT" stat_is unowned_udp_rcv_packets 0 || fatal "the owner is not found"; }
looks() { (($(stat searched_files) > SEARCHED)); }

# One that is forced looks again for what was looked for a second ago.
searches() { "$GETCNT" force-gc >/dev/null; looks; }

plan $((2 * (6 + 2 + 1) + 1))
[[ -w $TRACING/kprobe_events ]] || skip_all "needs kprobe events"
(($(</proc/sys/kernel/threads-max) > PROCESSES + 1000)) || skip_all "needs room for $PROCESSES processes"
load_module
for_each_mode body
setup_pair
tun gc_interval 3600
to_be_found
SEARCHED=$(stat searched_files)
tun gc_interval 1
busywait "$WAIT" looks || fatal "it is not looked for"
check "the module goes while a search is under way" rmmod netatop
finish
