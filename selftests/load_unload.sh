#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
# debug: first
# kcsan: first
#
# The module comes and goes CYCLES (10) times while flows are alive. No flow loses or delays a packet: TCP
# retransmits nothing (its timer would wait 5 s), every datagram is answered. After each load the
# module knows the owners of the flows it finds, from what it left on their conntrack entries.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/patching.sh"
need_tools ip nft ethtool awk

FLOWS=(tcp udp tcp6)

# The three clients and their servers are charged with what they send now.
charged()
{
	local name
	for name in "${FLOWS[@]}"; do
		[[ $(counted tgid "${PID[$name]}" "${name%6}") =~ sndpacks=[1-9].*rcvpacks=[1-9] ]] || return 1
		[[ $(counted tgid "${PID[$name-server]}" "${name%6}") =~ sndpacks=[1-9].*rcvpacks=[1-9] ]] || return 1
	done
}

unharmed() { [[ $(grep -h ^proto= "$TMP"/{tcp,udp,tcp6}{,-server} | grep -c " retrans=0$") == 6 ]]; }

body()
{
	local i cycles=${CYCLES:-10} readopted=0 refused=0 unknown=0 name
	keep_hooks
	start_server tcp-server "$SRV" tcp-server -e -N -H "$SRV4" 5001
	start_server tcp6-server "$SRV" tcp-server -e -N -H "$SRV6" 5001
	start_server udp-server "$SRV" udp-server -H "$SRV4" 5001
	start tcp "$CLI" "$TRAFFIC" tcp-client -N -H -r 100000000 -w 400 "$SRV4" 5001
	start tcp6 "$CLI" "$TRAFFIC" tcp-client -N -H -r 100000000 -w 400 "$SRV6" 5001
	start udp "$CLI" "$TRAFFIC" udp-client -H -r 100000000 -w 400 "$SRV4" 5001
	busywait "$WAIT" charged || fatal "no traffic"
	for ((i = 0; i < cycles; i++)); do
		rmmod netatop || refused=$((refused + 1))
		load_module "conntrack=$(tunable_of_mode)"
		busywait "$WAIT" charged || unknown=$((unknown + 1))
		readopted=$((readopted + $(stat readopted)))
	done
	is "$refused" 0 "$MODE: rmmod under traffic, $cycles times"
	is "$unknown" 0 "$MODE: after each load all owners are charged again"
	if [[ $MODE == rule ]]; then
		check "$MODE: all 3 flows are adopted each time ($readopted)" test "$readopted" -ge $((3 * cycles))
	fi
	for name in "${FLOWS[@]}"; do
		kill -USR1 "${PID[$name]}"
	done
	for name in "${FLOWS[@]}"; do
		says "$name" held
		says "$name-server" held
	done
	check "$MODE: no packet was lost or late" unharmed
	for name in "${FLOWS[@]}"; do
		end "$name"
		end "$name-server"
	done
}

plan $((3 * (3 + 2) + 1))
keep_tracepoints
load_module
for_each_mode body
finish
