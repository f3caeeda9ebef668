#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Containers: processes in pid, user and network namespaces of their own. From the host they are
# seen with the host's process ids; a veth pair between two of them counts each side once.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk unshare nsenter
MODES="rule off"

# host_pid NAME: the child of the unshare that start() started, once it is there, in PID[NAME.1]
host_pid()
{
	local child
	busywait "$WAIT" pgrep -P "${PID[$1]}" >/dev/null || fatal "$1 has no child"
	child=$(pgrep -P "${PID[$1]}")
	printf %s "$child"
}

# one PROTO CASE UNSHARE-OPTIONS: both ends in containers, on the network of the pair
one()
{
	local proto=$1 server client echo=()
	[[ $proto == udp ]] || echo=(-e -N)
	row "$2"
	start server "$SRV" unshare "${@:3}" --fork "$TRAFFIC" "$proto-server" -H "${echo[@]}" "$SRV4" 5001
	says server ready
	start client "$CLI" unshare "${@:3}" --fork "$TRAFFIC" "$proto-client" -H -O "${echo[@]:1}" -r 40 -w 300 "$SRV4" 5001
	says client held
	server=$(host_pid server) client=$(host_pid client)
	is "$(awk '/^NSpid:/ { print NF, $NF }' "/proc/$client/status")" "3 1" "$MODE: $2: it is process 1 there"
	owes "$client" "$proto" "$(on_wire "$CLI" "$proto")"
	owes "$server" "$proto" "$(on_wire "$SRV" "$proto")"
	row_end
	# by its own number where it lives, with the privilege of the host
	is "$(nsenter -t "$client" -p -- "$GETCNT" tgid 1 | grep -o "${proto}snd.*")" \
		"$("$GETCNT" tgid "$client" | grep -o "${proto}snd.*")" "$MODE: $2: in its pid namespace it is number 1"
	kill "$client" "$server"
	ended client
	ended server
}

# A namespace of the network that belongs to the container's own user namespace
rootless()
{
	local pid near far
	[[ -p $TMP/go ]] || mkfifo "$TMP/go"
	start client "$CLI" unshare -U -r -n -p --fork bash -c "echo up; read -r _ <'$TMP/go'
		exec '$TRAFFIC' udp-client -H -O -r 40 -w 300 10.10.0.2 5001"
	says client up
	pid=$(host_pid client)
	ip -n "$SRV" link add eth1 type veth peer name eth1 netns "/proc/$pid/ns/net"
	nsenter -t "$pid" -n -- ip link set lo up
	nsenter -t "$pid" -n -- ip link set eth1 arp off addrgenmode none address 02:00:00:00:00:10 up
	nsenter -t "$pid" -n -- ip addr add 10.10.0.1/24 dev eth1
	ip -n "$SRV" link set eth1 arp off addrgenmode none address 02:00:00:00:00:10 up
	ip -n "$SRV" addr add 10.10.0.2/24 dev eth1
	[[ $MODE != rule ]] || nsenter -t "$pid" -n -- nft "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in ct state new accept"
	row "rootless container"
	start_server server "$SRV" udp-server -H 10.10.0.2 5001
	echo go >"$TMP/go"
	says client held
	says server held
	near=$(link "$(ip -n "$SRV" -j -s link show eth1)" 0) far=$(link "$(ip -n "$SRV" -j -s link show eth1)" 1)
	owes "$pid" udp "$near"
	owes server udp "$far"
	row_end
	is "$(nsenter -t "$pid" -U -- "$GETCNT" tgid "$pid")" "errno=EPERM" "$MODE: its own root is told nothing"
	kill "$pid"
	ended client
	end server
}

# link JSON FAR: what eth1 has carried, as its peer (0) or as itself (1) sees it
link()
{
	jq -r --argjson far "$2" '.[0].stats64 | if $far == 1 then . else {tx: .rx, rx: .tx} end |
		"udpsndpacks=\(.tx.packets) udpsndbytes=\(.tx.bytes) udprcvpacks=\(.rx.packets) udprcvbytes=\(.rx.bytes)"' <<<"$1"
}

body()
{
	one tcp "container, TCP" -U -r -p
	one udp "container, UDP" -U -r -p
	rootless
}

plan $((2 * (2 * 3 + 2 + 2)))
load_module
for_each_mode body
finish
