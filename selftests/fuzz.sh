#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# debug: first
#
# What nobody would send, write or ask: getsockopt, by 64 and by 32 bits; text for the tunables; packets,
# by a tap device with headers for offloads that do not fit, and by raw sockets, to and from ports that
# are in use. (netlink_life does the same to netlink.) The kernel log stays clean, a damaged packet has
# no effect on what is counted of others, and the books balance. FUZZ_SEED repeats a run, FUZZ_ROUNDS
# makes it longer.

source "$(dirname "$0")/lib.sh"
need_tools ip nft nsenter

SEED=${FUZZ_SEED:-$RANDOM$RANDOM}
ROUNDS=${FUZZ_ROUNDS:-1}
OWN4=198.51.100.1 PEER4=198.51.100.2 OWN6=fd00:a::1 PEER6=fd00:a::2

# figures NAME NAMESPACE COMMAND...: it succeeds, and says how often it has tried what
figures()
{
	local what=$1
	shift
	if in_ns "$@" >"$TMP/figures" 2>&1; then
		ok "$what"
		note "$(<"$TMP/figures")"
	else
		not_ok "$what"
		note "seed $SEED: $(tail -n 3 "$TMP/figures")"
	fi
}

tap()
{
	ip -n "$CLI" tuntap add dev tap0 mode tap vnet_hdr || fatal "no tap device"
	ip -n "$CLI" link set tap0 address 02:00:00:00:00:09 mtu 9000 up || fatal "no tap device"
	ip -n "$CLI" addr add "$OWN4/24" dev tap0
	ip -n "$CLI" addr add "$OWN6/64" dev tap0 nodad
	ip -n "$CLI" neigh add "$PEER4" lladdr 02:00:00:00:00:08 dev tap0
	ip -n "$CLI" neigh add "$PEER6" lladdr 02:00:00:00:00:08 dev tap0
	# there is no way back, or one that is not symmetric: not what is looked for here
	in_ns "$CLI" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tap0.rp_filter=0
}

body()
{
	local name
	tap
	start sink4 "$CLI" "$HERE/sink" udp-reader "$OWN4" 5001
	start sink6 "$CLI" "$HERE/sink" udp-reader "$OWN6" 5001
	start tcp4 "$CLI" "$HERE/sink" tcp-reader "$OWN4" 5001
	start tcp6 "$CLI" "$HERE/sink" tcp-reader "$OWN6" 5001
	for name in sink4 sink6 tcp4 tcp6; do
		says "$name" ready
	done
	# a transfer of which all is known goes on beside it
	start_server server "$SRV" udp-server -H "$SRV4" 5003
	start client "$CLI" "$TRAFFIC" udp-client -H -r 100000000 -w 100 "$SRV4" 5003
	figures "$MODE: packets" "$CLI" "$HERE/fuzz_packet" $((5000 * ROUNDS)) "$SEED" tap0 "$OWN4" "$PEER4" "$OWN6" "$PEER6" 5001
	kill -USR1 "${PID[client]}"
	says client held
	is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "$MODE: a client beside it is exact"
	is "$(counted tgid "${PID[server]}" udp)" "$(said server udp)" "$MODE: and so is its server"
	end client
	end server
	slay sink4 sink6 tcp4 tcp6
}

plan $((3 * (3 + 2) + 2 + 2 + 3))
note "FUZZ_SEED=$SEED FUZZ_ROUNDS=$ROUNDS"
modprobe tun || skip_all "needs tap devices"
load_module
for_each_mode body
setup_pair
figures "getsockopt" "$CLI" "$HERE/fuzz_sockopt" $((20000 * ROUNDS)) "$SEED"
figures "getsockopt, 32 bits" "$CLI" "$HERE/fuzz_sockopt32" $((20000 * ROUNDS)) "$SEED"
before=$(grep -H . "$SYS"/* 2>/dev/null)
# not in another namespace, which has no /sys of ours
figures "tunables" "$CLI" nsenter --mount=/proc/1/ns/mnt "$HERE/fuzz_text" $((3000 * ROUNDS)) "$SEED"
is "$(grep -H . "$SYS"/* 2>/dev/null)" "$before" "tunables: all is as before"
exact "afterwards" tcp "$SRV6" -n 30000
books_balance "afterwards: the books balance"
finish
