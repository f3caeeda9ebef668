#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# A connected socket goes from one process to another, over a UNIX socket or by fork. What was sent
# before is the first one's, with its answers; from the first packet of the second one on it is his.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk ss
MODES="rule off"

PASS=$HERE/pass

quiet()
{
	[[ $(figure "$1sndpacks" "$(on_wire "$CLI" "$1")") == "$(figure "$1rcvpacks" "$(on_wire "$SRV" "$1")")" ]] &&
	[[ $(figure "$1sndpacks" "$(on_wire "$SRV" "$1")") == "$(figure "$1rcvpacks" "$(on_wire "$CLI" "$1")")" ]] &&
	[[ -z $(in_ns "$CLI" ss -Htn state established | awk '$2 != 0') ]] &&
	[[ $1 == udp || $(received "${PID[sink]}" tcp) == "$(figure tcprcvpacks "$(on_wire "$SRV" tcp)")" ]]
}

received() { figure "$2rcvpacks" "$("$GETCNT" tgid "$1")"; }

# minus A B: what getcnt says, less what it said before
minus()
{
	awk -v a="$1" -v b="$2" 'BEGIN {
		n = split(a, x, /[ =]/); split(b, y, /[ =]/)
		for (i = 1; i < n; i += 2) printf "%s%s=%d", (i > 1 ? " " : ""), x[i], x[i + 1] - y[i + 1]
	}'
}

# one PROTO ADDRESS CASE give|fork
one()
{
	local proto=$1 addr=$2 what="$3" first second
	port=$((port + 1))
	row "$what"
	start sink "$SRV" "$HERE/sink" "$proto-reader" "$addr" "$port"
	says sink ready
	if [[ $4 == give ]]; then
		start taker "$CLI" "$PASS" take "$TMP/unix.$port" 30
		says taker ready
		start giver "$CLI" "$PASS" give "$TMP/unix.$port" "$proto" "$addr" "$port" 20
		second=${PID[taker]}
	else
		start giver "$CLI" "$PASS" fork "$proto" "$addr" "$port" 20
	fi
	says giver sent
	[[ $proto == udp ]] || says sink accepted
	busywait "$WAIT" quiet "$proto" || fatal "the network does not become quiet"
	first=$(on_wire "$CLI" "$proto")
	if [[ $4 == give ]]; then
		kill -USR1 "${PID[giver]}"
		says taker sent
	else
		second=$(sed -n 's/^child=//p' "$TMP/giver")
		kill -USR1 "$second"
		busywait "$WAIT" sent_twice || fatal "the child does not send"
	fi
	busywait "$WAIT" quiet "$proto" || fatal "the network does not become quiet"
	tun gc 1	# for the sink, where the kernel does not tell who reads
	owes giver "$proto" "$first"
	owes "$second" "$proto" "$(minus "$(on_wire "$CLI" "$proto")" "$first")"
	owes sink "$proto" "$(on_wire "$SRV" "$proto")"
	row_end
	kill "$second"
	slay giver sink
	[[ $4 != give ]] || slay taker
}

sent_twice() { (($(grep -c '^sent' "$TMP/giver") == 2)); }

body()
{
	one udp "$SRV4" "socket passed over a UNIX socket, UDP" give
	one tcp "$SRV4" "socket passed over a UNIX socket, TCP" give
	one tcp "$SRV6" "socket passed over a UNIX socket, TCP, IPv6" give
	one udp "$SRV6" "socket shared by fork, UDP, IPv6" fork
	one tcp "$SRV4" "socket shared by fork, TCP" fork
}

port=7200
plan $((2 * (5 + 2)))
load_module
for_each_mode body
finish
