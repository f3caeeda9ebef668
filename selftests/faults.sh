#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# needs: debug
# timeout: 900
# debug: first
# log: allocations
#
# Every allocation of the module fails in turn: when it is loaded, when a datagram or a connection goes
# and comes, when it is asked for something, when a tunable is set; then a fifth of those of the
# kernel's workers, the collector among them. Each failure is survived, what could not be accounted is
# in the books, and afterwards all is exact.

source "$(dirname "$0")/lib.sh"
need_tools ip nft

FAILNTH=$HERE/failnth
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

# in_turn WHAT LEAST THING...: at least so many allocations have failed
in_turn()
{
	local what=$1 least=$2 steps refused
	shift 2
	in_ns "$CLI" "$FAILNTH" "$@" >"$TMP/steps" 2>&1
	read -r steps refused <"$TMP/steps"
	note "$what: $steps $refused"
	if [[ $steps =~ ^steps=[0-9]+$ ]] && ((${steps#steps=} >= least)); then
		ok "$what: each allocation has failed"
	else
		not_ok "$what: each allocation has failed"
	fi
}

# What the collector and the workers of the kernel allocate, while there is work for them.
workers()
{
	local pid times
	for pid in $(pgrep '^kworker'); do
		echo 1 >"/proc/$pid/make-it-fail"
	done
	faults Y 20
	for times in {1..40}; do
		in_ns "$CLI" "$TRAFFIC" tcp-client -n 1 127.0.0.1 9 >/dev/null 2>&1
		in_ns "$CLI" "$TRAFFIC" udp-client -n 5 127.0.0.1 9 >/dev/null 2>&1
		echo 1 >"$SYS/gc"
	done
	faults N 0
	note "workers: $times rounds"
}

body()
{
	in_turn "$MODE: a datagram" 5 udp 127.0.0.1 5001
	in_turn "$MODE: a connection" 10 tcp 127.0.0.1 5002
	ip -n "$CLI" tuntap add dev tap0 mode tap || fatal "no tap device"
	ip -n "$CLI" link set tap0 address 02:00:00:00:00:09 up
	ip -n "$CLI" addr add "$NA.1/24" dev tap0
	start sink "$CLI" "$HERE/sink" udp-reader "$NA.1" 5004
	says sink ready
	in_turn "$MODE: a datagram that comes in" 2 tap tap0 "$NA.1" 5004
	slay sink
	workers
	exact "$MODE: UDP afterwards" udp "$SRV4" -n 640 -w 100
	exact "$MODE: TCP afterwards" tcp "$SRV4" -n 640 -w 100
}

asked()
{
	local n
	# FORCE_GC, a process, a thread: see netatop.h
	for n in 15662 15665 15666; do
		in_turn "getsockopt $n" 0 getsockopt "$n" $$
	done
	for n in 1 2 3; do
		in_turn "netlink command $n" 1 netlink "$n"
	done
	in_turn "conntrack=on" 3 write "$SYS/conntrack" on auto
	in_turn "netlink command 5" 1 netlink 5
}

plan $((3 * (3 + 4 + 2) + 8 + 1 + 3))
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
