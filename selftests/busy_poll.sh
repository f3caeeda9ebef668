#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
# cpus: 2
#
# Packets that are received, and answered, in the context of somebody else: of a process that polls
# for its own, of the thread of a device, of whoever the other CPU runs, of ksoftirqd.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/patching.sh"
source "$(dirname "$0")/puppet.sh"
need_tools ip nft ethtool jq awk taskset pgrep
MODES="rule off"

TRACE=/sys/kernel/tracing/instances/netatop-test
CORE=/proc/sys/net/core
[[ -d ${TRACE%/*} ]] || skip_all "needs tracefs"

datagrams() { echo "udp$1packs=$2 udp$1bytes=$(($2 * ($3 + 28 + L2)))"; }

# flows small|bulk [ROUND]: back and forth, or many packets at a time
flows()
{
	local tcp=(-r 60 -w 200) udp=(-r 60 -w 200) r=${2-} port=$((5001 + ${2:-0}))
	[[ $1 != bulk ]] || { tcp=(-n 40000 -w 1000); udp=(-n 160 -w 1000); }
	start_server "tcp-server$r" "$SRV" tcp-server -H -e -N "$SRV4" "$port"
	start_server "udp-server$r" "$SRV" udp-server -H -O "$SRV4" "$port"
	start_client "tcp-client$r" "$CLI" tcp-client -H -O -N "${tcp[@]}" "$SRV4" "$port"
	start_client "udp-client$r" "$CLI" udp-client -H -O "${udp[@]}" "$SRV4" "$port"
	says "tcp-server$r" proto
	says "udp-server$r" held
}

ENDS="tcp-server tcp-client udp-server udp-client"

flows_owe()
{
	local name
	for name in $ENDS; do
		owes "$name${1-}" "${name%-*}" "$(said "$name${1-}" "${name%-*}")"
	done
}

flows_end()
{
	local name
	for name in $ENDS; do
		slay "$name${1-}"
	done
}

# Once, while nothing is sent, and neither with the names of who is traced nor by set_event_pid: patching.sh says why.
trace_packets()
{
	trace netatop-test
	echo 1 >"$TRACE/events/net/netif_receive_skb/enable" || fatal "no trace"
}

# watch PID...: from now on, packets that are received while one of these runs are noted
watch()
{
	local filter
	filter=$(printf ' || common_pid == %s' "$@")
	echo "${filter# || }" >"$TRACE/events/net/netif_receive_skb/filter" || fatal "no filter"
	echo >"$TRACE/trace" || fatal "no trace"
	(($(received) == 0)) || fatal "the trace before is still there"
	echo 1 >"$TRACE/tracing_on" || fatal "no trace"
}

received() { grep -c " netif_receive_skb: dev=eth0" "$TRACE/trace"; }

# received_by LEAST CASE
received_by()
{
	check "$MODE: $2: others have received" test "$(received)" -ge "$1"
	echo 0 >"$TRACE/tracing_on" || fatal "tracing goes on"
}

# polls CASE USEC: one that has its first datagram, and the other CPU, polls for its second while
# others talk
polls()
{
	row "$1"
	puppet poller "$SRV"
	taskset -pc 1 "${PID[poller]}" >/dev/null || fatal "taskset"
	tell poller socket 0 udp "$SRV4"
	tell poller bind 0 "$SRV4" 6001
	tell poller set 0 busypoll "$2"
	puppet feeder "$CLI"
	tell feeder socket 0 udp "$CLI4"
	tell feeder connect 0 "$SRV4" 6001
	tell feeder send 0 1 100
	tell poller get 0 1
	watch "${PID[poller]}"
	tell_later poller get 0 1
	flows small
	tell feeder send 0 1 100
	told poller
	tun gc 1
	flows_owe
	owes poller udp "$(datagrams rcv 2 100)"
	owes feeder udp "$(datagrams snd 2 100)"
	row_end
	received_by 60 "$1"
	flows_end
	dismiss poller feeder
}

# works LEAST CASE FLOWS PID...: others do the receiving. How much of it the kernel gives them is
# not for us to say, so more flows come until it is enough.
works()
{
	local i round=0
	row "$2"
	watch "${@:4}"
	while
		flows "$3" $((++round))
		flows_owe "$round"
		((round < 10 && $(received) < $1))
	do :; done
	row_end
	received_by "$1" "$2"
	for ((i = 1; i <= round; i++)); do
		flows_end "$i"
	done
}

switch()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" sh -c "echo $2 >/sys/class/net/eth0/$1" || fatal "$1"
	done
}

body()
{
	local threads
	taskset -pc 0 "$$" >/dev/null
	start_bystander
	offload gro on
	polls "SO_BUSY_POLL" 100000000
	for_now "$CORE/busy_read" 200
	polls "net.core.busy_read" 100000000
	as_before "$CORE/busy_read"
	switch threaded 1
	mapfile -t threads < <(pgrep "^napi/eth0-")
	works 60 "threaded NAPI" small "${threads[@]}"
	switch threaded 0
	offload gro off
	taskset -pc 1 "${PID[bystander]}" >/dev/null
	switch queues/rx-0/rps_cpus 2
	works 60 "RPS" small "${PID[bystander]}"
	for_now "$CORE/netdev_budget" 1
	for_now "$CORE/dev_weight" 1
	works 20 "ksoftirqd" bulk "$(pgrep "^ksoftirqd/1$")"
	as_before "$CORE/netdev_budget"
	as_before "$CORE/dev_weight"
	slay bystander
}

plan $((2 * (2 * 5 + 2)))
trace_packets
keep_tracepoints
load_module
for_each_mode body
finish
