#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Packets that wait for the verdict of a queue daemon: they are sent on in the daemon's context, and
# belong to who sent them nevertheless. Where only the first packet of a flow is queued, as a
# firewall asks for, the next one tells whose it is. Where all are, the open file does, so the
# sockets stay open until the collector has been there.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk

VERDICT=$HERE/verdict
modprobe nfnetlink_queue || skip_all "needs nfnetlink_queue"

# queued EXPRESSION: what it matches waits for the daemon, in the sender's namespace
queued()
{
	in_ns "$CLI" nft "add table inet q; add chain inet q out { type filter hook output priority 0; }; add rule inet q out $1 queue num 0" || fatal "nft"
	start daemon "$CLI" "$VERDICT" 0
	says daemon ready
}

unqueued()
{
	in_ns "$CLI" nft delete table inet q
	end daemon
	check "$1: the daemon had packets to pass" grep -q "^passed=[1-9]" "$TMP/daemon"
}

# one PROTO ADDRESS WHAT
one()
{
	local what="$MODE: $3, $1, $2" echo=()
	[[ $1 == udp ]] || echo=(-e -N)
	row "NFQUEUE, $3, $1, $(family "$2")"
	start_server server "$SRV" "$1-server" -H "${echo[@]}" "$2" 5001
	start_client client "$CLI" "$1-client" -H -O -r 50 -w 100 "$2" 5001
	says server held
	tun gc 1
	is "$(counted tgid "${PID[client]}" "$1")" "$(said client "$1")" "$what: the sender has all"
	is "$("$GETCNT" tgid "${PID[daemon]}")" errno=ESRCH "$what: the daemon has none"
	owes client "$1" "$(on_wire "$CLI" "$1")"
	owes server "$1" "$(on_wire "$SRV" "$1")"
	row_end
	end client
	end server
}

family() { if [[ $1 == *:* ]]; then echo IPv6; else echo IPv4; fi; }

body()
{
	local addr
	queued 'meta l4proto { tcp, udp }'
	for addr in "$SRV4" "$SRV6"; do
		one tcp "$addr" "all queued"
		one udp "$addr" "all queued"
	done
	unqueued "$MODE: all queued"
	[[ $MODE == off ]] && return	# the next rule would switch conntrack on
	queued 'ct state new'
	one tcp "$SRV4" "first queued"
	one udp "$SRV6" "first queued"
	unqueued "$MODE: first queued"
}

plan $((2 * (4 * 3 + 1 + 2) + 2 * 3 + 1))
MODES="rule off"
load_module
for_each_mode body
finish
