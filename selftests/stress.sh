#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 2
# timeout: 1800
# debug: first
# kcsan: first
#
# Everything at once. STRESS processes (400) with a short connection each, while FORCE_GC is called 50
# times a second, atop and our own readers run, limits go to their smallest and back, conntrack comes
# and goes and is flushed, rules and helpers change, namespaces are made and destroyed, threads exec,
# sockets change hands, memory runs short and a CPU is taken away; then the same while the module itself comes and goes.
# No connection fails. Afterwards the books balance, and what is counted is exact again.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/patching.sh"
need_tools ip nft conntrack atop

COUNT=${STRESS:-400}
PACE=${PACE:-1}
NETATOP=$HERE/../utils/netatop/netatop
CPU1=/sys/devices/system/cpu/cpu1/online

# --- each of these is done again and again, as long as the others do theirs

collect() { "$GETCNT" force-gc >/dev/null; }

# Books need not balance at a moment when limits change; and the module may just be gone.
look()
{
	local of
	for of in "ps -t -j" "flows -a -j"; do
		# shellcheck disable=SC2086 # words
		"$NETATOP" $of || [[ -n $COMES_AND_GOES ]] || return
	done
	"$NETATOP" books
	return 0
} >/dev/null 2>&1

limits()
{
	echo 64 >"$SYS/max_records" && echo 16 >"$SYS/max_sockets" && pace 500 &&
	echo 65536 >"$SYS/max_records" && echo 65536 >"$SYS/max_sockets" && pace 1000
} 2>/dev/null

switch_conntrack() { echo on >"$SYS/conntrack" && pace 500 && echo auto >"$SYS/conntrack" && pace 500; } 2>/dev/null

flush()
{
	in_ns "$CLI" conntrack -F && in_ns "$SRV" conntrack -D -p tcp
	in_ns "$SRV" conntrack -D -p udp
	return 0
} >/dev/null 2>&1

# The helper is on the flows of the test, so its module lets go of their entries when it goes.
rules()
{
	local module
	modprobe nf_nat_ftp
	in_ns "$SRV" nft -f - <<-END || return
		table inet s {
			ct helper ftp { type "ftp" protocol tcp; }
			chain pre { type filter hook prerouting priority 0; tcp dport 5001 ct helper set "ftp"; }
			chain nat { type nat hook postrouting priority 100; udp dport 9 masquerade; }
		}
	END
	pace 300
	in_ns "$SRV" nft flush ruleset || return
	conntrack_rule "$SRV"
	for module in nf_nat_ftp nf_conntrack_ftp nft_masq; do
		busywait 10000 rmmod "$module" && echo "$module" >>"$TMP/unloaded"
	done
	return 0
} >/dev/null 2>&1

namespace()
{
	local ns=stress-$$-$BASHPID
	ip netns add "$ns" && ip -n "$ns" link set lo up || return
	in_ns "$ns" "$TRAFFIC" udp-client -n 20 127.0.0.1 9
	in_ns "$ns" "$TRAFFIC" tcp-client -n 1 127.0.0.1 9
	((RANDOM % 2)) && conntrack_rule "$ns"
	in_ns "$ns" "$TRAFFIC" udp-client -n 20 ::1 9
	ip netns del "$ns"
} >/dev/null 2>&1

threads()
{
	in_ns "$CLI" "$TRAFFIC" exec-thread "$TMP/after-exec" udp-client -n 5 "$SRV4" 5002 >/dev/null 2>&1
}

# A socket is used, goes to another process, and is used there.
hand_over()
{
	local take give status
	: >"$TMP/take"
	rm -f "$TMP/pass"
	ip netns exec "$CLI" "$HERE/pass" take "$TMP/pass" 5 >"$TMP/take" 2>&1 &
	take=$!
	busywait "$WAIT" grep -q ready "$TMP/take"
	ip netns exec "$CLI" "$HERE/pass" give "$TMP/pass" udp "$SRV4" 5004 5 >"$TMP/give" 2>&1 &
	give=$!
	busywait "$WAIT" grep -q sent "$TMP/give" && kill -USR1 "$give" && busywait "$WAIT" grep -q sent "$TMP/take"
	status=$?
	kill -KILL "$take" "$give"
	wait "$take" "$give"
	return "$status"
} 2>/dev/null

unplug() { echo 0 >"$CPU1" && pace 300 && echo 1 >"$CPU1" && pace 700; }

# Nothing but the module's own end keeps it from beginning anew.
come_and_go()
{
	rmmod netatop || return
	insmod "$NETATOP_KO" || echo "status $?" >>"$TMP/stays-away"
	pace 300
} >/dev/null 2>&1

# The kernel is told to keep back nearly all that is free, so that it takes pages back at once or as soon as a little
# more is filled; where that cannot be seen, until little is left. To fill all memory, page by page, takes minutes on
# a slow machine, and so do programs that are run between two steps.
meminfo()
{
	local name value _
	while read -r name value _; do
		[[ $name != "$1:" ]] || break
	done </proc/meminfo
	REPLY=$value
}
reclaimed()
{
	local name value
	REPLY=0
	while read -r name value; do
		[[ $name != pgsteal_@(kswapd|direct) ]] || REPLY=$((REPLY + value))
	done </proc/vmstat
}
pressure()
{
	local before bottom left size=0
	reclaimed
	before=$REPLY
	meminfo MemFree
	bottom=$((REPLY > 262144 + LEAST ? REPLY - 262144 : LEAST))
	echo "$bottom" >"$MIN_FREE"
	while meminfo MemFree; left=$((REPLY - bottom)); reclaimed; ((left > 65536 && REPLY <= before)); do
		fallocate -o "${size}KiB" -l 16MiB "$TMP/memory/fill" || break
		size=$((size + 16384))
	done
	echo "$LEAST" >"$MIN_FREE"
	rm -f "$TMP/memory/fill"
	((left <= 65536 || REPLY > before))
} 2>/dev/null

# --- and this is how

# pace MS: as many times longer as PACE says. On a kernel of our own, what is to be done after each round (grace
# periods, the end of a namespace) would pile up. SLOW is about limits, and says nothing of that.
pace()
{
	local ms=$(($1 * PACE))
	printf -v ms '%d.%03d' $((ms / 1000)) $((ms % 1000))
	read -rt "$ms" -u "$TICK"
	true
}

# again MS NAME: NAME, with a pause after it, until all are told to stop
again()
{
	(
		trap - EXIT
		rounds=0 tries=0
		while [[ ! -e $TMP/stop ]]; do
			"$2" && rounds=$((rounds + 1)) && : >"$TMP/done.$2"
			tries=$((tries + 1))
			pace "$1"
		done
		echo "$rounds $tries" >"$TMP/rounds.$2"
	) &
	AGAIN+=("$!")
	NAMES+=("$2")
}

# Each has done something, or this has been no test of it.
stop_all()
{
	local name rounds tries idle=""
	for name in "${NAMES[@]}"; do
		busywait "$WAIT" test -e "$TMP/done.$name"
		rm -f "$TMP/done.$name"
	done
	touch "$TMP/stop"
	wait "${AGAIN[@]}"
	rm "$TMP/stop"
	for name in "${NAMES[@]}"; do
		read -r rounds tries <"$TMP/rounds.$name"
		note "$name: $rounds of $tries times"
		((rounds)) || idle+=" $name"
		rm "$TMP/rounds.$name"
	done
	is "$idle" "" "$1: all of them took part"
	AGAIN=() NAMES=()
	echo 1 >"$CPU1"
	slay others sink
}

# many WHAT: the processes; none of their connections fails
many()
{
	start_server server "$SRV" tcp-server -n "$COUNT" -a 30 "$SRV4" 5001
	start spawn "$CLI" "$TRAFFIC" spawn "$COUNT" tcp-client -j 16 -n 2000 -w 400 "$SRV4" 5001
	check "$1: no connection fails" ended spawn
	check "$1: nor does the server" ended server
	is "$(grep -c '^proto=tcp role=client.* received=30 ' "$TMP/spawn")" "$COUNT" "$1: all $COUNT processes had their answer"
}

exact_again()
{
	exact "$1, afterwards" tcp "$SRV6" -n 30000
	books_balance "$1: the books balance"
}

settle() { echo 65536 >"$SYS/max_records"; echo 65536 >"$SYS/max_sockets"; echo auto >"$SYS/conntrack"; forget; }

together()
{
	start sink "$SRV" "$HERE/sink" udp-reader "$SRV4" 5004
	says sink ready
	start_server others "$SRV" udp-server -H -n 100000000 -T $((900 * ${SLOW:-1})) "$SRV4" 5002
	again 300 look
	again 500 flush
	again 100 rules
	again 100 namespace
	again 100 threads
	again 100 hand_over
	[[ ! -e $CPU1 ]] || again 1000 unplug
	meminfo MemTotal
	((REPLY > 8 << 20)) || again 2000 pressure
}

# Those that go on again and again first, or they would go on after it.
undo()
{
	local ns
	if ((${#AGAIN[@]})); then
		kill -KILL "${AGAIN[@]}"
		wait "${AGAIN[@]}"
	fi 2>/dev/null
	[[ ! -e $CPU1 ]] || echo 1 >"$CPU1"
	umount -l "$TMP/memory"
	for ns in "/run/netns/stress-$$-"*; do
		[[ ! -e $ns ]] || ip netns del "${ns##*/}"
	done
}

plan 18
keep_tracepoints
load_module
spare_atop
setup_pair
conntrack_rule "$CLI"
conntrack_rule "$SRV"
ln -s "$TRAFFIC" "$TMP/after-exec"
AGAIN=() NAMES=() COMES_AND_GOES=""
MIN_FREE=/proc/sys/vm/min_free_kbytes
LEAST=$(<"$MIN_FREE")
mkdir "$TMP/memory"
at_end undo
mount -t tmpfs -o size=100% tmpfs "$TMP/memory" || fatal "no tmpfs"
for_now /proc/sys/vm/watermark_scale_factor 1000
for_now "$MIN_FREE" "$LEAST"

together
again 20 collect
again 500 limits
again 500 switch_conntrack
start reader "$CLI" "$GETCNT" -n 0 -t $((900 * ${SLOW:-1})) exit
start atop "$CLI" env ATOPACCT= atop -K -P PRN "$PACE"
many "all at once"
stop_all "all at once"
if kill -0 "${PID[atop]}"; then ok "all at once: atop has gone on"; slay atop; else not_ok "all at once: atop has gone on"; ended atop; fi
check "all at once: a reader of exits has gone on" kill -0 "${PID[reader]}"
slay reader
is "$(sort -u "$TMP/unloaded" | xargs)" "nf_conntrack_ftp nf_nat_ftp nft_masq" "all at once: helper and NAT modules were unloaded"
settle
exact_again "all at once"

COMES_AND_GOES=yes
together
again 20 come_and_go
many "load and unload"
stop_all "load and unload"
is "$(cat "$TMP/stays-away" 2>/dev/null)" "" "load and unload: it could be loaded each time"
[[ -d /sys/module/netatop ]] || insmod "$NETATOP_KO" || fatal "insmod"
settle
exact_again "load and unload"
finish
