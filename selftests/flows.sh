#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# netatop flows: conntrack's entries with the owner of each local end, on loopback, between
# namespaces, over IPv6, masqueraded, redirected, in a zone, with a helper; sockets without an entry;
# and all that conntrack -L says, it says, too.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft awk conntrack jq setpriv

NETATOP=$HERE/../utils/netatop/netatop
[[ -x $NETATOP ]] || fatal "netatop is not built"
modprobe -a nft_masq nft_redir nf_conntrack_ftp || skip_all "needs the modules"

# flows NAMESPACE FILTER OPTIONS...: a line for each, of what jq's filter makes of it
flows() { in_ns "$1" "$NETATOP" flows -j "${@:3}" >"$TMP/flows" && jq -r ".flows[] | $2" "$TMP/flows" || echo failed; }

# what conntrack -L says and what netatop says, in the same words, a line an entry
conntrack_says()
{
	local family
	for family in ipv4 ipv6; do
		in_ns "$1" conntrack -L -f "$family" -o id 2>/dev/null
	done | awk '$1 == "tcp" || $1 == "udp" {
		state = $1 == "tcp" ? $4 : ""
		delete f; n = 0
		for (i = 4; i <= NF; i++) {
			eq = index($i, "=")
			if (!eq) continue
			k = substr($i, 1, eq - 1)
			if (k in f) k = "r" k
			f[k] = substr($i, eq + 1)
		}
		print $1, state, f["src"], f["sport"], f["dst"], f["dport"], f["rsrc"], f["rsport"], f["rdst"], f["rdport"],
			f["packets"], f["bytes"], f["rpackets"], f["rbytes"], f["mark"], f["zone"] + 0, /ASSURED/ ? 1 : 0, f["id"]
	}' | sort
}
netatop_says()
{
	flows "$1" '[.l4proto, .state // "", (.orig, .reply | .src, .sport, .dst, .dport),
		.orig_packets, .orig_bytes, .reply_packets, .reply_bytes, .mark, .zone,
		(if .status | index("assured") then 1 else 0 end), .ct_id] | map(tostring) | join(" ")' | sort
}

agree()
{
	local says
	says=$(conntrack_says "$1")
	[[ -n $says ]] || fatal "conntrack has nothing"
	is "$(netatop_says "$1")" "$says" "$2: conntrack -L says the same, $(wc -l <<<"$says") entries"
}

OWNERS='[.owner_orig, .owner_reply | .kind, .tgid, .tid, .name] | map(tostring) | join(" ")'
owner() { echo "thread ${PID[$1]} ${PID[$1]} actor"; }
nobody="nobody null null null"

say_something() { tell cli "send 1 100"; tell srv "recv 1 100; send 1 50"; tell cli "recv 1 50"; }

dismissed()
{
	local ns
	dismiss cli
	dismiss srv
	for ns in "$CLI" "$SRV"; do in_ns "$ns" conntrack -F 2>/dev/null; done
}

loopback()
{
	local address=$1
	actor cli "$CLI"
	actor srv "$CLI"
	meet "$address" 5001
	say_something
	quiet
	is "$(flows "$CLI" "$OWNERS")" "$(owner cli) $(owner srv)" "loopback $address: the owner of both ends"
	is "$(flows "$SRV" "$OWNERS" -p "${PID[srv]}")" "$(owner cli) $(owner srv)" "loopback $address: -p finds the other namespace"
	is "$(flows "$SRV" .ct_id)" "" "loopback $address: other namespaces do not have it"
	agree "$CLI" "loopback $address"
	dismissed
}

between()
{
	local address=$1
	actor cli "$CLI"
	actor srv "$SRV"
	meet "$address" 5002
	say_something
	quiet
	is "$(flows "$CLI" "$OWNERS")" "$(owner cli) $nobody" "$address: where it begins"
	is "$(flows "$SRV" "$OWNERS")" "$nobody $(owner srv)" "$address: where it goes to"
	is "$(flows "$CLI" "$OWNERS" -a | sort)" "$(printf '%s\n' "$(owner cli) $nobody" "$nobody $(owner srv)" | sort)" "$address: -a has both"
	is "$(flows "$CLI" .netns -p "${PID[srv]}")" "$(stat_netns srv)" "$address: the number of the namespace"
	agree "$CLI" "$address, where it begins"
	agree "$SRV" "$address, where it goes to"
	dismissed
}
stat_netns() { command stat -Lc %i "/proc/${PID[$1]}/ns/net"; }

NAT='"\(.nat | join(",")) \(.orig.src) \(.orig.dst):\(.orig.dport) \(.reply.src):\(.reply.sport) \(.reply.dst)"'

masqueraded()
{
	ip -n "$CLI" addr add 10.99.0.1/32 dev lo
	in_ns "$CLI" nft "table ip n { chain post { type nat hook postrouting priority srcnat; oifname eth0 masquerade; }
	}" || fatal "nft"
	come_to_post "$CLI"
	in_ns "$CLI" conntrack -F >/dev/null 2>&1
	actor cli "$CLI"
	actor srv "$SRV"
	tell srv "tcp4 0; bind 0 $SRV4 5003; listen 0"
	tell cli "tcp4 1; bind 1 10.99.0.1 0; connect 1 $SRV4 5003"
	tell srv "accept 1 0"
	say_something
	quiet
	is "$(flows "$CLI" "$NAT")" "source 10.99.0.1 $SRV4:5003 $SRV4:5003 $CLI4" "masqueraded: both tuples"
	is "$(flows "$CLI" "$OWNERS")" "$(owner cli) $nobody" "masqueraded: its owner"
	is "$(flows "$SRV" "$OWNERS")" "$nobody $(owner srv)" "masqueraded: that of the other end"
	agree "$CLI" "masqueraded"
	is "$(in_ns "$CLI" "$NETATOP" flows | tail -n 1 | awk '{ print $1, $2, $4, $8, $9, $10, $11, $12 }' | sed 's/:[0-9]*(10.9.0.1:[0-9]*)/ as 10.9.0.1/')" \
		"tcp ESTABLISHED S 10.99.0.1 as $CLI4 ${PID[cli]}/actor -> $SRV4:5003 -" "masqueraded: the table"
	dismissed
	in_ns "$CLI" nft delete table ip n
}

redirected()
{
	in_ns "$CLI" nft "table ip n { chain out { type nat hook output priority -100; tcp dport 80 redirect to :5004; }
	}" || fatal "nft"
	actor cli "$CLI"
	actor srv "$CLI"
	tell srv "tcp4 0; bind 0 127.0.0.1 5004; listen 0"
	tell cli "tcp4 1; connect 1 $SRV4 80"
	tell srv "accept 1 0"
	say_something
	quiet
	is "$(flows "$CLI" "$NAT")" "destination $CLI4 $SRV4:80 127.0.0.1:5004 $CLI4" "redirected: both tuples"
	is "$(flows "$CLI" "$OWNERS")" "$(owner cli) $(owner srv)" "redirected: the owner of both ends"
	agree "$CLI" "redirected"
	dismissed
	in_ns "$CLI" nft delete table ip n
}

# The same tuple in two zones is two entries.
zoned()
{
	in_ns "$CLI" nft "table inet z { chain out { type filter hook output priority raw; th dport 5005 ct zone set 7; th sport 5005 ct zone set 7; }
		chain pre { type filter hook prerouting priority raw; th dport 5005 ct zone set 7; th sport 5005 ct zone set 7; }
		chain marks { type filter hook output priority 5; th dport 5005 ct mark set 99; }
	}" || fatal "nft"
	actor cli "$CLI"
	actor srv "$CLI"
	meet 127.0.0.1 5005
	say_something
	quiet
	is "$(flows "$CLI" '"\(.zone) \(.zone_direction) \(.mark)"')" "7 both 99" "in a zone: its number, and the mark"
	is "$(flows "$CLI" "$OWNERS")" "$(owner cli) $(owner srv)" "in a zone: the owner of both ends"
	agree "$CLI" "in a zone"
	dismissed
	in_ns "$CLI" nft delete table inet z
}

# The helper has the place of sockinfo, so the sockets know whose they are.
helped()
{
	in_ns "$CLI" nft 'table ip h { ct helper f { type "ftp" protocol tcp; }
		chain out { type filter hook output priority 0; tcp dport 21 ct helper set "f"; }
	}' || fatal "nft"
	actor cli "$CLI"
	actor srv "$CLI"
	meet 127.0.0.1 21
	say_something
	quiet
	is "$(flows "$CLI" "\"\\(.helper) \" + ($OWNERS)")" "ftp $(owner cli) $(owner srv)" "with a helper: one flow, the owner of both ends"
	agree "$CLI" "with a helper"
	dismissed
	in_ns "$CLI" nft delete table ip h
}

untracked()
{
	in_ns "$CLI" nft "table inet r { chain out { type filter hook output priority raw; notrack; }
		chain pre { type filter hook prerouting priority raw; notrack; }
	}" || fatal "nft"
	actor cli "$CLI"
	actor srv "$CLI"
	meet ::1 5006
	say_something
	quiet
	is "$(flows "$CLI" 'select(.l4proto == "tcp" and .l3proto == "ipv6") | [.ct_id, .l3proto, .sock.src, .sock.dst, .owner_sock.kind, .owner_sock.tgid] | map(tostring) | join(" ")' | sort)" \
		"$(printf '%s\n' "null ipv6 ::1 ::1 thread ${PID[cli]}" "null ipv6 ::1 ::1 thread ${PID[srv]}" | sort)" "without an entry: both sockets"
	is "$(flows "$CLI" .netns -p "${PID[srv]}")" "$(stat_netns srv)" "without an entry: the number of the namespace"
	tell srv "udp4 2; bind 2 127.0.0.1 5007"
	tell cli "udp4 2; to 2 127.0.0.1 5007 10"
	tell srv "recv 2 10; reply 2 10"
	is "$(flows "$CLI" 'select(.l4proto == "udp") | "\(.sock_cookie) \(.owner_sock.name)"' -p "${PID[srv]}")" \
		"$(cookie "$CLI" 5007) actor" "without an entry: a UDP socket, with the cookie that ss shows"
	is "$(flows "$SRV" .owner_sock.tgid)" "" "without an entry: other namespaces do not have them"
	dismissed
	in_ns "$CLI" nft delete table inet r
}
cookie() { printf '%d' "0x$(in_ns "$1" ss -Huane "sport = :$2" | sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p')"; }

# fails STATUS TEXT DESCRIPTION COMMAND...: the last line but a hint
fails()
{
	local said status
	said=$("${@:4}" 2>&1 >/dev/null)
	status=$?
	is "$status $(head -n 1 <<<"$said")" "$1 $2" "$3"
}

refused()
{
	fails 2 "netatop flows: 'x' is no process id" "a process id that is none" "$NETATOP" flows -p x
	fails 2 "netatop flows: what is 'x'?" "too many words" "$NETATOP" flows x
	fails 1 "netatop: there is no process 4194304 that has used TCP or UDP" "an unknown process" "$NETATOP" flows -p 4194304
	fails 1 "netatop: flows: not permitted; it needs CAP_NET_ADMIN in the initial user namespace, as root has it" \
		"without privileges" setpriv --reuid 65534 --clear-groups "$NETATOP" flows
	rmmod netatop
	fails 1 "netatop: the module is not loaded; load it with: modprobe netatop" "without the module" "$NETATOP" flows
}

plan $((2 * 4 + 2 * 6 + 5 + 3 + 3 + 2 + 4 + 5))
load_module exit_timeout=1
setup_pair
for ns in "$CLI" "$SRV"; do
	in_ns "$ns" sysctl -qw net.netfilter.nf_conntrack_acct=1
	conntrack_rule "$ns"
done
loopback 127.0.0.1
loopback ::1
between "$SRV4"
between "$SRV6"
masqueraded
redirected
zoned
helped
untracked
refused
finish
