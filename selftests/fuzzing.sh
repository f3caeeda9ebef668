# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What tests that send and ask odd things share. Sourced by a test, after lib.sh. FUZZ_SEED repeats a run,
# FUZZ_ROUNDS makes it longer.

SEED=${FUZZ_SEED:-$RANDOM$RANDOM}
ROUNDS=${FUZZ_ROUNDS:-1}
OWN4=198.51.100.1 PEER4=198.51.100.2 OWN6=fd00:a::1 PEER6=fd00:a::2
# shellcheck disable=SC2034 # used by the tests
TAP=(tap0 "$OWN4" "$PEER4" "$OWN6" "$PEER6" 5001)	# as the programs want it

begin_fuzzing()
{
	note "FUZZ_SEED=$SEED FUZZ_ROUNDS=$ROUNDS"
	modprobe tun || skip_all "needs tap devices"
}

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

# Who listens where the packets of the tap device go; and a transfer of which all is known goes on beside it.
targets()
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
	start_server server "$SRV" udp-server -H "$SRV4" 5003
	start client "$CLI" "$TRAFFIC" udp-client -H -r 100000000 -w 100 "$SRV4" 5003
}

# Before Linux 6.3 the kernel does not tell who reads, and the search has to find them.
both_received()
{
	local name
	"$GETCNT" force-gc >/dev/null
	for name in sink4 sink6; do
		[[ $(counted tgid "${PID[$name]}" udp) =~ rcvpacks=[1-9] ]] || return
	done
}

# Three verdicts: of what was sent some has come, and the transfer is exact.
targets_end()
{
	check "$MODE: both who read datagrams have received some" busywait "$WAIT" both_received
	kill -USR1 "${PID[client]}"
	says client held
	is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "$MODE: a client beside it is exact"
	is "$(counted tgid "${PID[server]}" udp)" "$(said server udp)" "$MODE: and so is its server"
	end client
	end server
	slay sink4 sink6 tcp4 tcp6
}
