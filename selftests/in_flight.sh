#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# A process exits while the kernel still has its data to send. With exit_linger its record waits, and
# has all of it; without, the record comes at once, and what follows is retired. Nothing is lost.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft ethtool jq awk tc ss
MODES="rule off"

SIZE=4000000
PORT=5000

# Reads what is on the exit list into $TMP/records
read_records()
{
	: >"$TMP/records"
	while ! stat_is exit_records 0; do
		"$GETCNT" exit >>"$TMP/records"
	done
}

listed() { (($(stat exit_records) >= $1)); }

# in_flight ADDRESS LINGER NAME
in_flight()
{
	local pid unsent
	PORT=$((PORT + 1))
	forget
	tun exit_linger "$2"
	row "$3"
	actor cli "$CLI"
	actor srv "$SRV"
	in_ns "$CLI" tc qdisc add dev eth0 root tbf rate 20mbit burst 10000 limit 10000000 || fatal "tc"
	meet "$1" "$PORT"
	tell cli "set 1 sndbuf 8000000; send 1 $SIZE"
	tell srv "close 0"
	pid=${PID[cli]}
	dismiss cli
	if [[ $2 == 0 ]]; then
		busywait "$WAIT" listed 1 || fatal "no record"
		in_ns "$CLI" ss -Htn "dport = :$PORT" >"$TMP/connection"
		read -r _ _ unsent _ <"$TMP/connection"
		check "$MODE: $3: there is much to be sent" test "$unsent" -gt 500000
		read_records
		check "$MODE: $3: the record has some of it" grep -q "^id=$pid " "$TMP/records"
	fi
	tell srv "recv 1 $SIZE; eof 1; close 1"
	busywait "$WAIT" no_connection "$SRV" "$PORT" || fatal "never closed"
	quiet
	if [[ $2 != 0 ]]; then
		is "$(stat exit_records)" 0 "$MODE: $3: the record waits"
		tun exit_linger 1
		busywait "$WAIT" listed 1 || fatal "no record"
		read_records
		is "$(sed -n "s/^id=$pid .*\(tcpsndpacks.*tcprcvbytes=[0-9]*\).*/\1/p" "$TMP/records")" \
			"$(on_wire "$CLI" tcp)" "$MODE: $3: the record has all"
	fi
	# a record that has been read is retired
	owes retired tcp "$(on_wire "$CLI" tcp)"
	owes srv tcp "$(on_wire "$SRV" tcp)"
	row_end
	in_ns "$CLI" tc qdisc del dev eth0 root
	slay srv
	tun exit_linger 0
}

body()
{
	in_flight "$SRV4" 0 "exit with data in flight, no exit_linger"
	in_flight "$SRV6" 600 "exit with data in flight, exit_linger"
}

plan $((2 * (3 + 3 + 2)))
load_module
tun exit_timeout 3600
for_each_mode body
finish
