#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 800
#
# TCP and UDP inside a tunnel are the processes', by what they say themselves. The outer packets are
# nobody's: where they are UDP they are booked as tunnel, all that passed eth0; where they are not,
# they are not counted.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk wg
MODES="rule off"

ENCAP=$HERE/encap
ESP=(enc "ecb(cipher_null)" "" auth "hmac(sha256)" "0x$(printf "%064d" 9)")

modprobe -a vxlan geneve wireguard ipip sit fou l2tp_eth l2tp_netlink l2tp_ppp esp4 xfrm_user ||
	skip_all "needs the modules of the tunnels"

# both ARGUMENTS...: ip, at each end; OWN and PEER are the last parts of their addresses
both()
{
	local words
	words=("${@//OWN/1}")
	ip -n "$CLI" "${words[@]//PEER/2}" || fatal "ip ${*//OWN/1}"
	words=("${@//OWN/2}")
	ip -n "$SRV" "${words[@]//PEER/1}" || fatal "ip ${*//OWN/2}"
}

# open_ends: the devices tun0 are there; no neighbour discovery, no noise, as on eth0. With GRO a tunnel
# passes some packets round its queue, where they overtake the others, and TCP sends again.
open_ends()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" ethtool -K tun0 gro off || fatal "ethtool"
	done
	both link set tun0 mtu 1400 addrgenmode none
	both link set tun0 up
	both addr add 10.8.0.OWN/24 dev tun0
	both addr add fd00:8::OWN/64 dev tun0 nodad
	both route change 10.8.0.0/24 dev tun0 proto kernel scope link "${PATIENT[@]}"
	both -6 route change fd00:8::/64 dev tun0 proto kernel metric 256 "${PATIENT[@]}"
}

# The same with a link layer; a tunnel drops what bears its own address.
open_ether()
{
	both link set tun0 address 02:00:00:00:08:0OWN arp off
	open_ends
	both neigh add 10.8.0.PEER lladdr 02:00:00:00:08:0PEER dev tun0 nud permanent
	both neigh add fd00:8::PEER lladdr 02:00:00:00:08:0PEER dev tun0 nud permanent
}

# outer [NAME...]: what both ends of eth0 have counted, without what these say
outer()
{
	local what sum name text=("$(on_wire "$CLI" udp)" "$(on_wire "$SRV" udp)")
	for name; do
		text+=("$(said "$name" udp)")
	done
	for what in udpsndpacks udpsndbytes udprcvpacks udprcvbytes; do
		sum=$(($(figure "$what" "${text[0]}") + $(figure "$what" "${text[1]}")))
		for name in "${text[@]:2}"; do
			sum=$((sum - $(figure "$what" "$name")))
		done
		echo -n "$what=$sum "
	done
}

# one CASE udp|other LINK ADDRESS [OPTIONS...]: what the outer packets are, the length of the link
# header of the inner ones, what the TCP client does
one()
{
	local L2=$3 outer=""
	row "$1"
	talk "$4 5001" "$4 5001" "${@:5}"
	told
	nobody unowned unidentified
	[[ $2 != udp ]] || outer=$(L2=14 outer)
	owes tunnel udp "$outer"
	row_end
	hang_up
}

devices()
{
	both link add tun0 type vxlan id 1 local 10.9.0.OWN remote 10.9.0.PEER dstport 4789
	open_ether
	one "vxlan" udp 14 10.8.0.2
	one "vxlan, large segments" udp 14 10.8.0.2 -n 100000 -w 50000
	offload gro on
	one "vxlan, merged on receipt" udp 14 10.8.0.2 -n 100000 -w 50000
	offload gro off
	both link del tun0

	ip -n "$CLI" link add tun0 type geneve id 1 remote "$SRV4"
	ip -n "$SRV" link add tun0 type geneve id 1 remote "$CLI4"
	open_ether
	one "geneve, IPv6 inside" udp 14 fd00:8::2
	both link del tun0

	both l2tp add tunnel tunnel_id 1 peer_tunnel_id 1 encap udp local 10.9.0.OWN \
		remote 10.9.0.PEER udp_sport 1701 udp_dport 1701
	both l2tp add session name tun0 tunnel_id 1 session_id 1 peer_session_id 1
	open_ether
	one "L2TP" udp 14 10.8.0.2
	both l2tp del tunnel tunnel_id 1

	both link add tun0 type wireguard
	wire_guards
	open_ends
	one "WireGuard" udp 0 10.8.0.2
	both link del tun0

	both link add tun0 type ipip local 10.9.0.OWN remote 10.9.0.PEER
	open_ends
	one "IP in IP" other 0 10.8.0.2
	both link del tun0

	both link add tun0 type sit local 10.9.0.OWN remote 10.9.0.PEER
	open_ends
	one "sit" other 0 fd00:8::2
	both link del tun0

	both fou add port 5555 ipproto 4
	both link add tun0 type ipip local 10.9.0.OWN remote 10.9.0.PEER \
		encap fou encap-sport 5555 encap-dport 5555
	open_ends
	one "FOU" udp 0 10.8.0.2
	one "FOU, large segments" udp 0 10.8.0.2 -n 100000 -w 50000
	both link del tun0

	both fou add port 5556 gue
	both link add tun0 type ipip local 10.9.0.OWN remote 10.9.0.PEER \
		encap gue encap-sport auto encap-dport 5556
	open_ends
	one "GUE" udp 0 10.8.0.2
	both link del tun0
}

wire_guards()
{
	local key
	umask 077
	key=$(wg genkey | tee "$TMP/key.cli" | wg pubkey)
	wg genkey >"$TMP/key.srv"
	in_ns "$SRV" wg set tun0 private-key "$TMP/key.srv" listen-port 51820 \
		peer "$key" allowed-ips 10.8.0.0/24,fd00:8::/64 endpoint "$CLI4:51820" || fatal wg
	key=$(wg pubkey <"$TMP/key.srv")
	in_ns "$CLI" wg set tun0 private-key "$TMP/key.cli" listen-port 51820 \
		peer "$key" allowed-ips 10.8.0.0/24,fd00:8::/64 endpoint "$SRV4:51820" || fatal wg
}

# esp MODE [ENCAP...]: between the addresses of eth0, but for the daemons' own messages
esp()
{
	local ns way from to
	for ns in "$CLI" "$SRV"; do
		for way in "1 2" "2 1"; do
			read -r from to <<<"$way"
			ip -n "$ns" xfrm state add src "10.9.0.$from" dst "10.9.0.$to" \
				proto esp spi "0x$from" mode transport "${ESP[@]}" "$@" || fatal "xfrm state"
		done
	done
	for way in "out OWN PEER" "in PEER OWN"; do
		read -r way from to <<<"$way"
		both xfrm policy add src "10.9.0.$from" dst "10.9.0.$to" dir "$way" priority 2 \
			tmpl proto esp mode transport
		both xfrm policy add src "10.9.0.$from" dst "10.9.0.$to" proto udp dport 4500 \
			dir "$way" priority 1
	done
}

no_esp() { both xfrm policy flush; both xfrm state flush; }

# asked N: so many rounds are over
asked() { [[ $(grep -c '^asked$' "$TMP/asker") == "$1" ]]; }

ask()
{
	kill -USR1 "${PID[asker]}"
	busywait "$WAIT" asked "$1" || fatal "no answer to the daemon: $(tail -n 3 "$TMP/asker")"
}

# The daemons' sockets get the ESP, too; they talk before and behind it, and from the same ports.
# esp_in_udp NAME [AFTER]: they are sockets like others for so many messages
esp_in_udp()
{
	esp encap espinudp 4500 4500 0.0.0.0
	row "$1"
	start answerer "$SRV" "$ENCAP" answer "$SRV4" "${@:2}"
	start asker "$CLI" "$ENCAP" ask "$CLI4" "$SRV4" 10 200 "${@:2}"
	says answerer ready
	says asker ready
	ask 1
	talk "$SRV4 5001" "$SRV4 5001"
	ask 2
	told
	owes asker udp "$(said asker udp)"
	owes answerer udp "$(said answerer udp)"
	nobody unowned unidentified
	owes tunnel udp "$(outer asker answerer)"
	row_end
	hang_up
	slay asker answerer
	no_esp
}

# Anybody can make his socket one for packets, without any that come. What he sends is still his, as is what he is
# given: what is too short for ESP, and all of L2TP, even where it is the kernel's tunnel.
# of_anybody NAME SIZE OPTION...
of_anybody()
{
	row "$1"
	start answerer "$SRV" "$ENCAP" "${@:3}" answer "$SRV4"
	start asker "$CLI" "$ENCAP" "${@:3}" ask "$CLI4" "$SRV4" 10 "$2"
	says answerer ready
	says asker ready
	ask 1
	owes asker udp "$(said asker udp)"
	owes answerer udp "$(said answerer udp)"
	nobody unowned unidentified tunnel
	row_end
	slay asker answerer
}

# Conntrack has an entry of the outer packets, which is still on what was inside. Behind one SID, two connections have
# owners of their own.
segments()
{
	local sid=fd00:9::5100 inner=fd00:99::1 name
	in_ns "$SRV" sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.eth0.seg6_enabled=1
	ip -n "$SRV" addr add "$inner/128" dev lo
	ip -n "$SRV" route add "$sid/128" encap seg6local action End.DT6 table local dev eth0 || fatal "no SRv6"
	ip -n "$CLI" neigh add "$sid" lladdr "$(in_ns "$SRV" cat /sys/class/net/eth0/address)" dev eth0
	ip -n "$CLI" route add "$sid/128" dev eth0
	ip -n "$CLI" route add "$inner/128" encap seg6 mode encap segs "$sid" dev eth0 "${PATIENT[@]}" || fatal "no SRv6"
	for name in first second; do
		start_server "server-$name" "$SRV" tcp-server -H "$inner" 5003
		start_client "client-$name" "$CLI" tcp-client -H -n 20000 "$inner" 5003
		says "server-$name" held
		slay "client-$name"
	done
	for name in first second; do
		is "$(rcv_of "$(counted tgid "${PID[server-$name]}" tcp)")" "$(rcv_of "$(said "server-$name" tcp)")" "$MODE: SRv6: the $name server"
	done
	slay server-first server-second
}
rcv_of() { grep -o "rcvpacks.*" <<<"$1"; }

body()
{
	devices
	esp
	one "ESP" other 14 "$SRV4"
	no_esp
	esp_in_udp "ESP in UDP"
	esp_in_udp "ESP in UDP, on a socket that was one like others" 10
	of_anybody "anybody's socket for ESP" 8 -b 65
	of_anybody "anybody's socket for L2TP" 200 -l -b 65
	of_anybody "anybody's socket for ESP, then for L2TP" 200 -L
	of_anybody "anybody's tunnel of PPPoL2TP" 200 -t -b 65
	segments
}

plan $((2 * (14 + 2 + 4 + 2)))
load_module
for_each_mode body
finish
