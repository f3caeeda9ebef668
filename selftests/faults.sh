#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# needs: debug
# timeout: 1800
# debug: first
# log: allocations
#
# Every allocation of the module fails in turn: when it is loaded, when a datagram or a connection goes
# and comes, when it is asked for something, when a tunable is set; then a fifth of those of the
# kernel's workers, the collector among them. Each failure is survived, what could not be accounted is
# in the books and told as overflow, and afterwards all is exact.

source "$(dirname "$0")/lib.sh"
need_tools ip nft

FAILNTH=$HERE/failnth
NETATOP=$HERE/../utils/netatop/netatop
DEBUG=/sys/kernel/debug
NA=198.51.100	# of the tap device

# All kinds of allocation, and not a line in the log for each.
faults()
{
	local what
	for what in failslab fail_page_alloc; do
		# none of this shell's own meanwhile
		echo 0 >"$DEBUG/$what/probability"
		echo N >"$DEBUG/$what/ignore-gfp-wait"
		echo 0 >"$DEBUG/$what/verbose"
		echo -1 >"$DEBUG/$what/times"
		echo "$1" >"$DEBUG/$what/task-filter"
	done
	echo N >"$DEBUG/fail_page_alloc/ignore-gfp-highmem"
	echo 0 >"$DEBUG/fail_page_alloc/min-order"
	for what in failslab fail_page_alloc; do
		echo "$2" >"$DEBUG/$what/probability"
	done
}

# in_turn WHAT LEAST THING...: at least so many allocations have failed, and without a failure it works
in_turn()
{
	local what=$1 least=$2 steps refused status
	shift 2
	in_ns "$CLI" "$FAILNTH" "$@" >"$TMP/steps" 2>&1
	status=$?
	read -r steps refused <"$TMP/steps"
	note "$what: $steps $refused"
	if ((status == 0)) && [[ $steps =~ ^steps=[0-9]+$ ]] && ((${steps#steps=} >= least)); then
		ok "$what: each allocation has failed"
	else
		not_ok "$what: each allocation has failed (status $status)"
	fi
}

# booked FIGURE... -- in_turn ...: and these are where it is to be seen
booked()
{
	local figure figures=() before=() i same=""
	while [[ $1 != -- ]]; do
		figures+=("$1")
		before+=("$(stat "$1")")
		shift
	done
	"${@:2}"
	for i in "${!figures[@]}"; do
		figure=${figures[i]}
		(($(stat "$figure") > before[i])) || same+=" $figure"
	done
	is "$same" "" "$3: ${figures[*]} have risen"
}

# What the collector and the workers of the kernel allocate, while there is work for them: the search for
# owners, and notices of exits, which somebody waits for. All of its passes are its own.
workers()
{
	local pid times runs left
	start listener "$CLI" "$NETATOP" exits -f
	says listener STARTED
	runs=$(stat gc_runs)
	for pid in $(pgrep '^kworker'); do
		echo 1 >"/proc/$pid/make-it-fail"
	done
	faults Y 20
	# each failure is one less
	echo 1000000 >"$DEBUG/failslab/times"
	for ((times = 0; times < 40 || $(stat gc_runs) < runs + 5; times++)); do
		in_ns "$CLI" "$TRAFFIC" tcp-client -n 1 127.0.0.1 9 >/dev/null 2>&1
		in_ns "$CLI" "$TRAFFIC" udp-client -n 5 127.0.0.1 9 >/dev/null 2>&1
	done
	left=$(<"$DEBUG/failslab/times")
	faults N 0
	note "workers: $times rounds, $(($(stat gc_runs) - runs)) passes of the collector"
	check "$MODE: allocations of workers have failed ($((1000000 - left)))" test "$left" -lt 1000000
	check "$MODE: who listens has gone on" kill -0 "${PID[listener]}"
	slay listener
}

body()
{
	local FULL=attach_failed
	[[ $MODE != off ]] || FULL=socket_overflow
	booked record_overflow "$FULL" -- in_turn "$MODE: a datagram" 5 udp 127.0.0.1 5001
	booked record_overflow -- in_turn "$MODE: a connection" 10 tcp 127.0.0.1 5002
	ip -n "$CLI" tuntap add dev tap0 mode tap || fatal "no tap device"
	ip -n "$CLI" link set tap0 address 02:00:00:00:00:09 up
	ip -n "$CLI" addr add "$NA.1/24" dev tap0
	start sink "$CLI" "$HERE/sink" udp-reader "$NA.1" 5004
	says sink ready
	in_turn "$MODE: a datagram that comes in" 2 tap tap0 "$NA.1" 5004
	in_turn "$MODE: a datagram from each of many threads" 1600 threads "$NA.1" 5004
	slay sink
	workers
	exact "$MODE: UDP afterwards" udp "$SRV4" -n 640 -w 100
	exact "$MODE: TCP afterwards" tcp "$SRV4" -n 640 -w 100
}

listed() { (($(stat exit_records))); }

asked()
{
	local id
	start_server server "$SRV" udp-server -H "$SRV4" 5002
	start_client client "$CLI" udp-client -H -n 32 -w 100 "$SRV4" 5002
	id=${PID[client]}
	# FORCE_GC, a process, a thread: see netatop.h
	in_turn "getsockopt 15662" 0 getsockopt 15662 0
	in_turn "getsockopt 15665" 0 getsockopt 15665 "$id"
	in_turn "getsockopt 15666" 0 getsockopt 15666 "$id"
	# see netatop_netlink.h; each needs at least a message to ask with and one to answer with
	in_turn "a task" 2 netlink 1 "$id"
	in_turn "a page of tasks" 2 netlink 1 page
	in_turn "a dump of tasks" 3 netlink 1 dump
	in_turn "a page of flows" 2 netlink 2 page
	in_turn "a dump of flows" 3 netlink 2 dump
	in_turn "books" 2 netlink 3 plain
	in_turn "a dump of tunables" 3 netlink 4 dump
	in_turn "conntrack=on" 3 write "$SYS/conntrack" on auto
	# one at least, which stays
	tun exit_timeout 3600
	in_ns "$CLI" "$TRAFFIC" udp-client -n 1 127.0.0.1 9 >/dev/null 2>&1
	busywait "$WAIT" listed || fatal "no exit is listed"
	in_turn "exits" 3 netlink 5 hold
	end client
	end server
}

plan $((3 * (6 + 2 + 4 + 2) + 12 + 1 + 3))
[[ -w $DEBUG/failslab/probability ]] || skip_all "needs CONFIG_FAULT_INJECTION"
modprobe tun || skip_all "needs tap devices"
load_module
faults N 0
for_each_mode body
setup_pair
asked
rmmod netatop
in_turn "load" 50 load "$NETATOP_KO"
load_module
exact "reloaded" udp "$SRV4" -n 640 -w 100
books_balance "reloaded: the books balance"
finish
