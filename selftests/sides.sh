#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Flows without a place on a conntrack entry: connected before the module came, not tracked, or with
# a helper of conntrack's in that place. And a UDP server that one peer has made known: what its next
# peers send is its own at once.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft ethtool jq awk conntrack
MODES="rule off"

PORT=5000

# called tcp4: "TCP, IPv4"
called() { local name=${1^^}; echo "${name%?}, IPv${1: -1}"; }

# pair N tcp4|tcp6|udp4|udp6 [PORT]: cliN and srvN, who have each other at their socket 1
pair()
{
	local addr=$SRV4 port=${3-$((++PORT))}
	[[ $2 != *6 ]] || addr=$SRV6
	actor "cli$1" "$CLI"
	actor "srv$1" "$SRV"
	if [[ $2 == tcp* ]]; then
		tell "srv$1" "$2 0; set 0 reuse 1; bind 0 $addr $port; listen 0"
		tell "cli$1" "$2 1; connect 1 $addr $port"
		tell "srv$1" "accept 1 0"
	else
		tell "srv$1" "$2 1; bind 1 $addr $port"
		tell "cli$1" "$2 1; connect 1 $addr $port"
	fi
	tell "cli$1" "send 1 100"
	tell "srv$1" "recv 1 100"
}

# talk N tcp4|tcp6|udp4|udp6 "both ways"|"one way", and what it owes them
talk()
{
	local _ proto=${2%?}
	for _ in 1 2 3 4 5; do
		tell "cli$1" "send 1 1000"
		tell "srv$1" "recv 1 1000"
		[[ $3 == "both ways" ]] || continue
		tell "srv$1" "reply 1 700"
		tell "cli$1" "recv 1 700"
	done
	if [[ $proto == tcp ]]; then
		tell "cli$1" "drained 1"
		tell "srv$1" "drained 1"
	fi
	quiet
	[[ $3 == "both ways" ]] || tun gc 1	# finds who has only received
	owes "cli$1" "$proto" "$(on_wire "$CLI" "$proto")"
	owes "srv$1" "$proto" "$(on_wire "$SRV" "$proto")"
}

before_the_module()
{
	local kind way i=0 pairs=()
	rmmod netatop
	for kind in tcp4 tcp6 udp4 udp6; do
		for way in "both ways" "one way"; do
			pair "$i" "$kind"
			pairs[i++]="$kind $way"
		done
	done
	load_module exit_timeout=3600
	for i in "${!pairs[@]}"; do
		read -r kind way <<<"${pairs[i]}"
		row "connected before the module, $(called "$kind"), $way"
		talk "$i" "$kind" "$way"
		row_end
		slay "cli$i" "srv$i"
	done
}

not_tracked()
{
	local ns kind
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft -f - <<-EOT || fatal "nft"
			table inet n {
				chain in { type filter hook prerouting priority raw; notrack; }
				chain out { type filter hook output priority raw; notrack; }
			}
		EOT
	done
	for kind in tcp4 tcp6 udp4 udp6; do
		row "NOTRACK, $(called "$kind")"
		pair 0 "$kind"
		talk 0 "$kind" "both ways"
		row_end
		slay cli0 srv0
	done
	is "$(in_ns "$SRV" conntrack -f ipv6 -L 2>/dev/null | grep -cw "dport=$PORT")" 0 "$MODE: NOTRACK: there is no entry"
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft delete table inet n
	done
}

helped()
{
	local ns way
	for ns in "$CLI output" "$SRV prerouting"; do
		in_ns "${ns% *}" nft -f - <<-EOT || fatal "nft"
			table inet h {
				ct helper ftp { type "ftp" protocol tcp; }
				chain c { type filter hook ${ns#* } priority 0; tcp dport 21 ct helper set "ftp"; }
			}
		EOT
	done
	for way in "both ways" "one way"; do
		row "with a helper (ftp), $way"
		pair 0 tcp4 21
		talk 0 tcp4 "$way"
		row_end
		for ns in "$CLI" "$SRV"; do
			in_ns "$ns" conntrack -L -p tcp --dport 21 2>/dev/null | grep -o "helper=ftp" | sort -u
		done >"$TMP/helpers"
		is "$(xargs <"$TMP/helpers")" "helper=ftp helper=ftp" "$MODE: $way: both ends have the helper"
		slay cli0 srv0
	done
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft delete table inet h
	done
}

# peers udp4|udp6
peers()
{
	local addr=$SRV4 claimed
	[[ $1 == udp4 ]] || addr=$SRV6
	row "UDP server, its next peers, $(called "$1")"
	pair 0 "$1"
	tell srv0 "reply 1 100"
	tell cli0 "recv 1 100"
	claimed=$(stat claimed)
	tell cli0 "$1 2; $1 3; connect 2 $addr $PORT; connect 3 $addr $PORT"
	tell cli0 "send 2 100; send 3 100; send 2 100; send 3 100"
	tell srv0 "recv 1 100; recv 1 100; recv 1 100; recv 1 100"
	is "$(stat claimed) $(stat unowned_records)" "$claimed 0" "$MODE: $(called "$1"), none of it has waited"
	owes cli0 udp "$(on_wire "$CLI" udp)"
	owes srv0 udp "$(on_wire "$SRV" udp)"
	row_end
	slay cli0 srv0
}

body()
{
	before_the_module
	peers udp4
	peers udp6
	[[ $MODE == rule ]] || return
	not_tracked
	helped
}

plan $((2 * (8 + 4 + 2) + 4 + 1 + 2 * 2))
load_module
for_each_mode body
finish
