#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# latency.sh FLOWS PROCESSES SOCKETS [stay]: for how long interrupts and softirqs are off, with so many entries of
# conntrack, processes and sockets that only receive, in the machine that run.sh --icount starts. Prints
# what latency.c tells after each phase, its name before each line. With stay, the processes do not exit.
# shellcheck source=selftests/vm/bench/many.sh
. "$(dirname "$(readlink -f "$0")")/many.sh"
LATENCY=/sys/kernel/debug/latency
FLOWS=$1 PROCESSES=$2 SOCKETS=$3
PEERS=50000 CONNECTIONS=32768
WAIT=3600000

# phase NAME COMMAND...
phase()
{
	echo start >"$LATENCY"
	"${@:2}" >/dev/null || fatal "$1"
	echo stop >"$LATENCY"
	sed "s/^/$1 /" "$LATENCY"
}

# control KIND: netatop's place is taken by latency.c. Again if another interrupt has made it longer.
control()
{
	local try told ns
	for ((try = 0; try < 3; try++)); do
		told=$(phase "control-$1" eval "echo $1 150 >$LATENCY")
		ns=$(awk -v kind="$1" '$2 == kind && $3 == "netatop" { print $4 }' <<<"$told")
		((ns > 160000)) || break
	done
	echo "$told"
}

collect() { tun gc 1; }
changed() { send_many "$1"; tun gc 1; }
children() { cat "/proc/$FIRST/task/$FIRST/children"; }
read_all() { cat /proc/netatop "$SYS"/stats/*; }
ask_each() { children | "$here/cost" getcnt 1; }
stand() { start "$1" "$CLI" "$here/many" "$1" "$2"; says "$1" ready; }

search() { tun gc 1; tun gc 1; }

# More sockets than two walks look for, and all peers, are left: they have been quiet since the first pass.
age()
{
	tun unowned_timeout 1
	busywait "$WAIT" collected unowned_records
	tun unowned_timeout 180
}
collected() { tun gc 1; stat_is "$1" 0; }

exits()
{
	end_many
	busywait "$WAIT" stat_is processes 0
}

expire()
{
	tun exit_timeout 1
	busywait "$WAIT" collected exit_records
}

load()
{
	load_module max_records=262144 max_sockets=1000000 gc_interval=3600
}

insmod "$LATENCY_KO" || fatal "insmod $LATENCY_KO"
for kind in irqs bh softirq; do
	control "$kind"
done
phase idle sleep 0.5

setup_many
conntrack_room $((FLOWS > 200000 ? FLOWS : 200000))
conntrack_rule "$CLI"
phase load load
start_many flows "$FLOWS"
phase new-flows send_many "$FLOWS"
(($(ct_count "$CLI") >= FLOWS)) || fatal "entries: $(ct_count "$CLI")"
phase collect-flows collect
phase collect-flows-changed changed $((FLOWS / 100))
phase dump-flows "$here/cost" dump-flows 1
end_many
phase read-flows read_all

start_many processes "$PROCESSES"
phase new-processes send_many "$PROCESSES"
(($(stat processes) >= PROCESSES)) || fatal "processes: $(stat processes)"
phase collect-processes collect
phase collect-processes-changed changed $((PROCESSES / 100))
phase getsockopt ask_each
phase dump-processes "$here/cost" dump 1
phase dump-table "$here/cost" table 1
phase read-processes read_all
phase new-sockets stand receivers "$SOCKETS"
(($(stat unowned_records) >= SOCKETS)) || fatal "sockets without an owner: $(stat unowned_records)"
phase search search
# there is no room for the socket that they all send to: each has a record of its own
tun max_sockets 16
phase many-peers stand peers "$PEERS"
(($(stat unowned_records) >= PEERS)) || fatal "peers without an owner: $(stat unowned_records)"
tun max_sockets 1000000
# most of what they have to look through, one by one, is empty
phase connections stand connections "$CONNECTIONS"
slay receivers peers connections
phase age age
(($(stat unowned_records) == 0)) || fatal "sockets without an owner: $(stat unowned_records)"

phase unload rmmod netatop
# the machine ends, and with it all that is left
trap - EXIT
[[ ${4-} != stay ]] || exit 0
phase load-again load
send_many "$PROCESSES"
# as soon as a quarter has exited, each that follows pushes one out
tun max_records $((PROCESSES / 4))
phase exits exits
phase expire expire
phase unload-again rmmod netatop
