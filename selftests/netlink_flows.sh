#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# debug: first
#
# Flows by generic netlink: both ends of a connection have their owner's name, on loopback, between
# namespaces, over IPv6, and with translated addresses; ids are those that conntrack shows; where
# there is no entry, the socket is told of.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft awk conntrack

NL=$HERE/nl

flows() { "$NL" page flow "$@" >"$TMP/flows" || echo failed; grep '^cmd=2 ' "$TMP/flows"; }
ino() { local link; link=$(readlink "/proc/${PID[$1]}/ns/net"); link=${link#*[}; echo "${link%]}"; }
tuples() { fields l3proto l4proto tuple_orig.src tuple_orig.dst tuple_orig.dport tuple_reply.src tuple_reply.dst tuple_reply.sport; }
owners() { fields owner_orig.kind owner_orig.tgid owner_orig.tid owner_orig.name owner_reply.kind owner_reply.tgid owner_reply.tid owner_reply.name; }
owner() { echo "1 ${PID[$1]} ${PID[$1]} actor"; }
nobody="0   "

loopback()
{
	actor cli "$CLI"
	actor srv "$CLI"
	meet 127.0.0.1 5001
	tell cli "send 1 100"; tell srv "recv 1 100; send 1 50"; tell cli "recv 1 50"
	is "$(flows "netns_ino=$(ino cli)" | tuples)" "2 6 127.0.0.1 127.0.0.1 5001 127.0.0.1 127.0.0.1 5001" "loopback: one flow"
	is "$(flows "tgid=${PID[srv]}" | owners)" "$(owner cli) $(owner srv)" "loopback: both ends have their owner"
	is "$(flows "tgid=${PID[srv]}" | fields ct_id)" "$(ids "$CLI")" "loopback: its id is conntrack's"
	dismiss cli; dismiss srv
	in_ns "$CLI" conntrack -F 2>/dev/null
}

ids() { in_ns "$1" conntrack -L -o id 2>/dev/null | sed -n 's/.* id=\([0-9]*\).*/\1/p' | sort -n | paste -sd ' '; }

between()
{
	local address=$1 l3=$2 source=$3 name="$1"
	actor cli "$CLI"
	actor srv "$SRV"
	meet "$address" 5002
	tell cli "send 1 100"; tell srv "recv 1 100"
	is "$(flows "netns_ino=$(ino cli)" | tuples)" "$l3 6 $source $address 5002 $address $source 5002" "$name: the flow where it begins"
	is "$(flows "netns_ino=$(ino cli)" | owners)" "$(owner cli) $nobody" "$name: there its beginning has an owner"
	is "$(flows "netns_ino=$(ino srv)" | owners)" "$nobody $(owner srv)" "$name: where it goes to, its end"
	is "$(flows "tgid=${PID[cli]}" l4proto=6 | wc -l) $(flows "tgid=${PID[cli]}" l4proto=17 | wc -l)" "1 0" "$name: filters"
	is "$(flows l4proto=6 | fields ct_id | sort -n | paste -sd ' ')" \
		"$(sorted "$(ids "$CLI") $(ids "$SRV")")" "$name: all that conntrack lists"
	dismiss cli; dismiss srv
	in_ns "$CLI" conntrack -F 2>/dev/null; in_ns "$SRV" conntrack -F 2>/dev/null
}
sorted() { tr ' ' '\n' <<<"$1" | sort -n | paste -sd ' '; }

translated()
{
	in_ns "$CLI" nft "add table ip n; add chain ip n out { type nat hook output priority -100; }; add rule ip n out ip daddr 10.9.0.77 tcp dport 80 dnat to $SRV4:5003"
	in_ns "$SRV" nft "add table ip n; add chain ip n in { type nat hook input priority 100; }; add rule ip n in tcp dport 5003 snat to 10.9.0.88"
	come_to_post "$CLI"
	in_ns "$CLI" conntrack -F 2>/dev/null
	actor cli "$CLI"
	actor srv "$SRV"
	tell srv "tcp4 0; bind 0 $SRV4 5003; listen 0"
	tell cli "tcp4 1; connect 1 10.9.0.77 80"
	tell srv "accept 1 0"
	tell cli "send 1 100"; tell srv "recv 1 100"
	is "$(flows "tgid=${PID[cli]}" | tuples)" "2 6 $CLI4 10.9.0.77 80 $SRV4 $CLI4 5003" "translated: the sender's entry"
	is "$(flows "tgid=${PID[cli]}" | owners)" "$(owner cli) $nobody" "translated: its owner"
	is "$(flows "tgid=${PID[srv]}" | tuples)" "2 6 $CLI4 $SRV4 5003 $SRV4 10.9.0.88 5003" "translated: the receiver's entry"
	is "$(flows "tgid=${PID[srv]}" | owners)" "$nobody $(owner srv)" "translated: its owner"
	dismiss cli; dismiss srv
	in_ns "$CLI" nft delete table ip n; in_ns "$SRV" nft delete table ip n
	in_ns "$CLI" conntrack -F 2>/dev/null; in_ns "$SRV" conntrack -F 2>/dev/null
}

# Where an owner is not known: not yet, or not any more.
states()
{
	actor cli "$CLI"
	actor srv "$SRV"
	tell srv "tcp4 0; bind 0 $SRV4 5004; listen 0"
	tell cli "tcp4 1; connect 1 $SRV4 5004"
	is "$(flows l4proto=6 "netns_ino=$(ino srv)" | fields owner_reply.kind owner_reply.tgid)" "2 " "not accepted yet: unowned"
	is "$(flows "tgid=${PID[srv]}" | wc -l)" 0 "not accepted yet: the server does not have it"
	dismiss cli; dismiss srv
	"$GETCNT" force-gc >/dev/null
	busywait "$WAIT" stat_is processes 0
	is "$(flows l4proto=6 | fields owner_orig.kind owner_orig.tgid | sort | paste -sd ',')" "0 ,3 " "its owner has finished"
	in_ns "$CLI" conntrack -F 2>/dev/null; in_ns "$SRV" conntrack -F 2>/dev/null
}

# Without an entry.
sockets()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" nft "add table inet r; add chain inet r out { type filter hook output priority -300; }; add rule inet r out notrack
			add chain inet r in { type filter hook prerouting priority -300; }; add rule inet r in notrack"
	done
	actor cli "$CLI"
	actor srv "$SRV"
	meet "$SRV6" 5005
	tell cli "send 1 100"; tell srv "recv 1 100; send 1 10"; tell cli "recv 1 10"
	is "$(flows "tgid=${PID[srv]}" l4proto=6 | fields ct_id l3proto tuple_sock.src tuple_sock.sport tuple_sock.dst owner_sock.kind owner_sock.tgid owner_sock.name)" \
		" 10 $SRV6 5005 $CLI6 1 ${PID[srv]} actor" "without an entry: a connection"
	tell srv "udp4 2; bind 2 $SRV4 5006"
	tell cli "udp4 2; to 2 $SRV4 5006 10"
	tell srv "recv 2 10; reply 2 10"
	is "$(flows "tgid=${PID[srv]}" l4proto=17 | fields l3proto tuple_sock.src sock_cookie owner_sock.tgid)" \
		"  $(cookie "$SRV" 5006) ${PID[srv]}" "without an entry: a UDP socket, with the cookie that ss shows"
	is "$("$NL" dump flow l4proto=17 | fields sock_cookie owner_sock.tgid | sort)" "$(flows l4proto=17 | fields sock_cookie owner_sock.tgid | sort)" \
		"a dump tells what pages tell"
	dismiss cli; dismiss srv
}
cookie() { printf '%d' "0x$(in_ns "$1" ss -Huane "sport = :$2" | sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p')"; }

# More than one page of them, in a table that is not moved: each once.
many()
{
	local ns i all=""
	for ns in "$CLI" "$SRV"; do in_ns "$ns" nft delete table inet r; done
	actor cli "$CLI"
	tell cli "udp4 0"
	for i in {1..500}; do
		all+="to 0 $SRV4 $((6000 + i)) 10; "
		((i % 10)) || { tell cli "${all%; }"; all=""; }
	done
	is "$(flows "tgid=${PID[cli]}" | fields ct_id | sort -n | uniq | wc -l) $(flows "tgid=${PID[cli]}" | wc -l)" "500 500" "500 flows: each once, by page"
	is "$("$NL" dump flow "tgid=${PID[cli]}" | fields intr ct_id | sort | uniq -c | awk '{ print $1, $2 }' | sort -u)" "1 0" "500 flows: each once, by dump"
	is "$(flows "tgid=${PID[cli]}" | fields ct_id | sort -n | paste -sd ' ')" "$(ids "$CLI")" "500 flows: those that conntrack lists"
	moved
	dismiss cli
}

# The table of conntrack is made anew in the middle of a walk, which is told.
moved()
{
	local cursor
	cursor=$("$NL" one flow | fields cursor | tail -n 1)
	start half "$CLI" "$NL" half flow
	says half half
	is "$(grep -c 'intr=1' "$TMP/half")" 0 "a dump that nothing disturbs is not flagged"
	echo $((2 * $(<"$HASHSIZE"))) >"$HASHSIZE" || fatal "hashsize"
	check "a table that has moved: a page is flagged" test "$("$NL" get flow "cursor=$cursor" | fields intr | sort -u | tail -n 1)" = 1
	kill -USR1 "${PID[half]}"
	check "a table that has moved: a dump ends all the same" ended half
	check "a table that has moved: and is flagged" grep -q 'intr=1' "$TMP/half"
	is "$("$NL" page flow | fields intr | sort -u)" 0 "and the walk that is begun again is not"
}
HASHSIZE=/sys/module/nf_conntrack/parameters/hashsize

plan $((3 + 2 * 5 + 4 + 3 + 3 + 3 + 5))
load_module exit_timeout=1
setup_pair
conntrack_rule "$CLI"
conntrack_rule "$SRV"
entries_stay "$CLI"
entries_stay "$SRV"
loopback
between "$SRV4" 2 "$CLI4"
between "$SRV6" 10 "$CLI6"
translated
states
sockets
many
finish
