#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# A server that accepts and forks: the parent owns the listening socket, each child one
# connection. The child is charged with it; everything adds up to what the wire has carried.

source "$(dirname "$0")/lib.sh"
need_tools ip nft ethtool jq awk

served() { (($(grep -c ^proto=tcp "$TMP/server") == $1)); }

# Counters of several processes, added up
total()
{
	local pid
	for pid; do
		counted tgid "$pid" tcp
	done | awk '/snd/ {
		for (i = 1; i <= NF; i++) { split($i, kv, "="); name[i] = kv[1]; sum[i] += kv[2] }
	} END { for (i = 1; i <= 4; i++) printf "%s%s=%.0f", (i > 1 ? " " : ""), name[i], sum[i] }'
}

one()
{
	local addr=$1 before i pid got="" wanted="" children=()
	before=$(witness "$SRV")
	start_server server "$SRV" tcp-server -f -K -H -n 5 -a 2000 "$addr" 5001
	for i in 1 2 3 4 5; do
		in_ns "$CLI" "$TRAFFIC" tcp-client -n $((i * 10000)) "$addr" 5001 >/dev/null || not_ok "client $i"
	done
	busywait "$WAIT" served 5
	mapfile -t children < <(sed -n 's/^proto=tcp .* pid=\([0-9]*\) .*/\1/p' "$TMP/server")
	for pid in "${children[@]}"; do
		got+="$pid: $(counted tgid "$pid" tcp); "
		wanted+="$pid: $(sums tcp "$pid" "$TMP/server"); "
	done
	is "${#children[@]} children; $got" "5 children; $wanted" "$MODE: $addr, each child has its connection"
	is "$(total "${PID[server]}" "${children[@]}")" "$(wired "$before" "$(witness "$SRV")" tcp)" \
		"$MODE: $addr, parent and children together are the interface's"
	end server
}

body()
{
	one "$SRV4"
	one "$SRV6"
}

plan $((3 * (2 * 2 + 2)))
load_module
for_each_mode body
finish
