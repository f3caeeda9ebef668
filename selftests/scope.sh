#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# netatop scope: what its rules choose is charged to nobody and booked as excluded, to the byte; all
# else is charged as ever. Rules come and go as a whole, others' rules stay as they are, also when
# many change rules at once, and flush leaves nothing behind.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk jq setpriv nsenter conntrack
NETATOP=$HERE/../utils/netatop/netatop
[[ -x $NETATOP ]] || fatal "netatop is not built"
NOBODY=65534
CGROUP=""	# the client is in this one
RUNNER=()	# what runs the client

scope() { in_ns "$CLI" "$NETATOP" scope "$@"; }
ruleset() { in_ns "$CLI" nft -s list ruleset; }
listed() { scope -j list 2>/dev/null | jq -r '.rules[] | "\(.id) \(.text)"'; }

# fails STATUS TEXT DESCRIPTION COMMAND...: its first line on stderr
fails()
{
	local said status
	said=$("${@:4}" 2>&1 >/dev/null)
	status=$?
	is "$status $(head -n 1 <<<"$said")" "$1 $2" "$3"
}

# --- what happens to a flow

excluded() { echo "$(stat "excluded_$1_snd_packets") $(stat "excluded_$1_snd_bytes") $(stat "excluded_$1_rcv_packets") $(stat "excluded_$1_rcv_bytes")"; }
both_said() { sums "$1" "" "$TMP/client" "$TMP/server" | sed 's/[a-z]*=//g'; }
minus()
{
	local a b
	read -ra a <<<"$1"
	read -ra b <<<"$2"
	echo "$((a[0] - b[0])) $((a[1] - b[1])) $((a[2] - b[2])) $((a[3] - b[3]))"
}

# begin NAME NAMESPACE COMMAND...: as start does, in $CGROUP
begin()
{
	if [[ -n $CGROUP ]]; then
		# ip netns exec has hidden the cgroups
		start "$1" "$2" nsenter --mount=/proc/1/ns/mnt bash -c "echo 0 >$CGROUP/cgroup.procs; exec \"\$@\"" - "${@:3}"
	else
		start "$@"
	fi
}

# fate PROTO ADDRESS PORT [SERVER'S NAMESPACE]: "excluded", "charged", or what is neither
fate()
{
	local proto=$1 before got_c got_s said_c said_s gone
	before=$(excluded "$proto")
	CGROUP="" begin server "${4-$CLI}" "$TRAFFIC" "$proto-server" -H "$2" "$3"
	says server ready
	begin client "$CLI" "${RUNNER[@]}" "$TRAFFIC" "$proto-client" -H -n 20 -w 90 "$2" "$3"
	says client held
	said_c=$(said client "$proto") said_s=$(said server "$proto")
	got_c=$(counted tgid "${PID[client]}" "$proto") got_s=$(counted tgid "${PID[server]}" "$proto")
	gone=$(minus "$(excluded "$proto")" "$before")
	if [[ "$got_c, $got_s, $gone" == "errno=ESRCH, errno=ESRCH, $(both_said "$proto")" ]]; then
		FATE=excluded
	elif [[ "$got_c, $got_s, $gone" == "$said_c, $said_s, 0 0 0 0" ]]; then
		FATE=charged
	elif [[ "$got_c, $got_s" == "$said_c, errno=ESRCH" ]]; then
		FATE="client charged"
	else
		FATE="client $got_c server $got_s excluded $gone"
	fi
	end client
	end server
}

# chosen EXPRESSION WHAT...: WHAT is "PROTO ADDRESS PORT FATE"; the rule is there meanwhile
chosen()
{
	local expression=$1 id words what
	read -ra words <<<"$expression"
	id=$(scope -j add "${words[@]}" | jq .id) || fatal "scope add $expression"
	for what in "${@:2}"; do
		read -ra words <<<"$what"
		fate "${words[@]:0:3}"
		is "$FATE" "${words[3]}" "$expression: ${words[0]} to ${words[1]} port ${words[2]} is ${words[3]}"
	done
	scope del "$id" || fatal "scope del $id"
}

choices()
{
	L2=0
	in_ns "$CLI" sysctl -qw net.ipv4.ip_local_port_range="40000 40999"
	chosen "port 5001" "tcp 127.0.0.1 5001 excluded" "udp ::1 5001 excluded" "tcp 127.0.0.1 5002 charged"
	chosen "destination-port 5000-5009 protocol udp" "udp 127.0.0.1 5009 excluded" "tcp 127.0.0.1 5009 charged" "udp 127.0.0.1 5010 charged"
	chosen "source-port 40000-40999" "udp 127.0.0.1 5001 excluded"
	chosen "not port 40000-40999" "tcp 127.0.0.1 5001 charged"
	chosen "address 127.0.0.0/8" "tcp 127.0.0.1 5001 excluded" "tcp ::1 5001 charged"
	chosen "not address 127.0.0.1" "tcp 127.0.0.1 5001 charged" "tcp ::1 5001 excluded"
	chosen "destination ::1" "udp ::1 5001 excluded" "udp 127.0.0.1 5001 charged"
	chosen "interface lo" "tcp 127.0.0.1 5001 excluded"
	chosen "interface eth*" "tcp 127.0.0.1 5001 charged"
	chosen "not interface eth0" "tcp ::1 5001 excluded"
	chosen "direction out" "tcp 127.0.0.1 5001 excluded"
	chosen "direction in" "tcp 127.0.0.1 5001 charged"
	RUNNER=(setpriv --reuid "$NOBODY" --clear-groups)
	chosen "user $NOBODY" "tcp 127.0.0.1 5001 excluded"
	chosen "not user $NOBODY" "tcp 127.0.0.1 5001 charged"
	RUNNER=()
	chosen "user $NOBODY" "udp 127.0.0.1 5001 charged"
	mkdir -p /sys/fs/cgroup/nta/inner /sys/fs/cgroup/nta/other || fatal "no cgroups"
	CGROUP=/sys/fs/cgroup/nta/inner
	chosen "cgroup /nta" "tcp 127.0.0.1 5001 excluded"
	chosen "cgroup $CGROUP" "udp ::1 5001 excluded"
	chosen "cgroup /nta/other" "tcp 127.0.0.1 5001 charged"
	CGROUP=""
	L2=14
}

# The first packet of what a helper expects is related, not new: PORT of FTP names port 5006.
expected()
{
	in_ns "$CLI" nft 'table ip h { ct helper f { type "ftp" protocol tcp; }
		counter related { }
		chain out { type filter hook output priority 0; tcp dport 21 ct helper set "f"; }
		chain late { type filter hook output priority 5; ct state related tcp dport 5006 counter name "related"; }
	}' || fatal nft
	start control "$CLI" "$TRAFFIC" tcp-server -H -N -r 1 127.0.0.1 21
	says control ready
	start ftp "$CLI" bash -c 'exec 5<>/dev/tcp/127.0.0.1/21; printf "USER x\r\n" >&5; printf "PORT 127,0,0,1,19,142\r\n" >&5; echo asked; exec sleep infinity'
	says ftp asked
	busywait "$WAIT" expects || fatal "nothing is expected"
	L2=0 chosen "destination-port 5006" "tcp 127.0.0.1 5006 excluded"
	is "$(in_ns "$CLI" nft list counter ip h related | awk '/packets/ { print $2 }')" 1 "and it was related"
	slay ftp control
	in_ns "$CLI" nft delete table ip h
}
expects() { in_ns "$CLI" conntrack -L expect 2>/dev/null | grep -q dport=5006; }

# Between two namespaces, each of which has an entry of its own.
ends()
{
	scope add port 5001 direction in >/dev/null
	in_ns "$SRV" "$NETATOP" scope add port 5001 interface eth0 direction in >/dev/null
	fate tcp "$SRV4" 5001 "$SRV"
	is "$FATE" "client charged" "rules of the server's namespace: its end is left out, the other one is charged"
	scope add port 5001 direction out >/dev/null
	fate udp "$SRV6" 5001 "$SRV"
	is "$FATE" excluded "rules of both: both ends are left out"
}

# --- the table

together()
{
	local i jobs=() before words
	before=$(ruleset)
	for i in {1..8}; do
		scope add port $((6000 + i)) >/dev/null 2>"$TMP/add$i" &
		jobs+=($!)
		in_ns "$CLI" nft "add chain inet others c$i; add rule inet others c$i counter; delete chain inet others c$i"
	done
	for i in {1..8}; do
		wait "${jobs[i - 1]}" || fatal "add $i: $(<"$TMP/add$i")"
	done
	is "$(listed | sed 's/^[0-9]* //' | sort)" "$(printf 'port %d\n' {6001..6008})" "eight at once, while others change rules: all are there"
	is "$(listed | cut -d' ' -f1 | sort -n | paste -sd ' ')" "1 2 3 4 5 6 7 8" "each with an id of its own"
	fails 1 "netatop: there is no rule 9, so nothing was deleted; netatop scope list shows them" \
		"del of one that is there and one that is not" scope del 3 9
	scope del 3 5
	is "$(listed | cut -d' ' -f1 | sort -n | paste -sd ' ')" "1 2 4 6 7 8" "del: these and no others"
	words=$(listed | sed -n 's/^2 //p')
	# shellcheck disable=SC2086 # words
	fails 1 "netatop: rule 2 says the same already" "the same rule twice" scope add $words
	scope flush >/dev/null
	is "$(ruleset)" "$before" "flush: the ruleset is what it was"
}

# What the kernel refuses in part is refused as a whole.
atomic()
{
	local before
	scope add port 5001 direction out >/dev/null
	in_ns "$CLI" nft "flush chain inet netatop in; delete chain inet netatop received" || fatal nft
	before=$(ruleset)
	fails 1 "netatop: nftables: No such file or directory; nothing was changed" "a chain is missing: refused" scope add port 5002
	is "$(ruleset)" "$before" "and nothing of it is there"
	scope flush >/dev/null
}

by_hand()
{
	scope add port 5001 >/dev/null
	in_ns "$CLI" nft 'add rule inet netatop sent th dport 5003 ct label set 127' || fatal nft
	L2=0 fate tcp 127.0.0.1 5003
	is "$FATE" excluded "a rule by hand in the same table"
	is "$(scope -j list | jq -c '[.label, .scope_label, .other_rules, (.rules | map(.flows))]')" '[127,127,1,[0]]' "list counts it"
	L2=0 fate udp 127.0.0.1 5001
	is "$(scope list | awk '$1 == 1 { print $2 }')" 1 "list counts flows, not packets"
	ruleset >"$TMP/saved"
	in_ns "$CLI" nft flush ruleset
	in_ns "$CLI" nft -f "$TMP/saved" || fatal "the ruleset is not read back"
	is "$(listed)" "1 port 5001" "a ruleset that nft has saved and read back"
	scope flush >/dev/null
	tun scope_label 101
	in_ns "$CLI" nft 'table inet mine { chain out { type filter hook output priority 10; ct state new,related th dport @quiet ct label set 101; }
		set quiet { type inet_service; elements = { 5004, 5005 }; }
	}' || fatal nft
	scope add port 5001 >/dev/null
	L2=0 fate tcp 127.0.0.1 5004
	is "$FATE" excluded "a table by hand, with a label of its own"
	L2=0 fate tcp 127.0.0.1 5001
	is "$FATE" excluded "and rules with the same label beside it"
	fails 1 "netatop: there are rules, and they set label 101; netatop scope flush takes them away" "another label" scope -l 5 add port 7
	scope flush >/dev/null
	is "$(tun scope_label)" 101 "flush: scope_label is what it was before"
	in_ns "$CLI" nft delete table inet mine
	tun scope_label off
}

labels()
{
	scope add port 5001 >/dev/null
	in_ns "$SRV" "$NETATOP" scope add port 5001 >/dev/null
	is "$(scope flush 2>&1 | head -n 1)" "netatop: network namespace $(command stat -Lc %i "/run/netns/$SRV") has rules, too; scope_label stays 127" \
		"flush, and another namespace has rules"
	is "$(tun scope_label)" 127 "scope_label stays"
	in_ns "$SRV" "$NETATOP" scope flush >/dev/null
	is "$(tun scope_label)" off "flush of the last one: it is off"
	is "$(scope flush)" "there are no rules" "flush again"
	scope -l 9 add port 5001 >/dev/null
	is "$(tun scope_label)" 9 "the label that was asked for"
	tun scope_label 10
	fails 0 "netatop: scope_label is 10, but the rules set label 9, so they have no effect; set it with: netatop tune scope_label=9" \
		"another scope_label: list says so" scope list
	fails 1 "netatop: the rules set label 9, but scope_label is 10; set it with: netatop tune scope_label=9" \
		"another scope_label: add is refused" scope add port 5002
	rmmod netatop
	fails 1 "netatop: the module is not loaded; load it with: modprobe netatop" "without the module: add" scope add port 5002
	is "$(listed)" "1 port 5001" "without the module: list"
	load_module
	fails 0 "netatop: scope_label is off, so nothing is left out; set it with: netatop tune scope_label=9" "after a reload: list" scope list
	scope add port 5002 >/dev/null
	is "$(tun scope_label)" 9 "after a reload: add sets it again"
	rmmod netatop
	is "$(scope flush)" "the rules are gone" "without the module: flush"
	load_module
}

refused()
{
	fails 2 "netatop scope: add, list, del or flush?" "no verb" scope
	fails 2 "netatop scope: there is no 'ad'; it is add, list, del or flush" "an unknown verb" scope ad
	fails 2 "netatop scope: which flows?" "add of nothing" scope add
	fails 2 "netatop scope: '0' is no port; it is a number from 1 to 65535, or two of them as 8000-8080" "a port that is none" scope add port 0
	fails 2 "netatop scope: there is no user 'nosuchuser'" "an unknown user" scope add user nosuchuser
	fails 2 "netatop scope: 'x' is no id of a rule" "an id that is none" scope del x
	fails 2 "netatop scope: a label is a number from 0 to 127, not '128'" "a label that is none" scope -l 128 add port 1
	fails 2 "netatop scope: flush takes no 'x'" "too many words" scope flush x
	fails 1 "netatop: the tunable scope_label: not permitted; it needs CAP_NET_ADMIN in the initial user namespace, as root has it" \
		"add without privileges" in_ns "$CLI" setpriv --reuid "$NOBODY" --clear-groups "$NETATOP" scope add port 1
	fails 1 "netatop: nftables: not permitted; it needs CAP_NET_ADMIN, as root has it" \
		"list without privileges" in_ns "$CLI" setpriv --reuid "$NOBODY" --clear-groups "$NETATOP" scope list
	in_ns "$CLI" nft add table inet netatop
	fails 1 "netatop: the table inet netatop was not made by this command; see it with: nft list table inet netatop" \
		"a table of that name that is another's" scope add port 1
	in_ns "$CLI" nft delete table inet netatop
}

# Others change their rules all the time; and two take ours away, while processes end that they look at.
busy()
{
	local i
	for i in {1..40}; do
		scope add port "$((6000 + i))" >/dev/null || fatal "scope add"
	done
	# Every second list is interrupted, but seldom twice: if others had still more of the CPU, they would starve it.
	start others "$CLI" nice -n -5 bash -c 'echo begins; while nft "add table ip busy; add chain ip busy c; delete table ip busy"; do :; done'
	says others begins
	for i in {1..80}; do
		in_ns "$CLI" nice -n 5 "$NETATOP" scope list >/dev/null || echo failed
	done >"$TMP/lists" 2>&1
	slay others
	is "$(sort -u "$TMP/lists")" "" "list, while others change their rules"
	scope flush >/dev/null
	start brief "$CLI" bash -c 'while :; do /bin/true; done'
	for i in {1..40}; do
		scope add port 6001 >/dev/null
		start first "$CLI" "$NETATOP" scope flush
		start second "$CLI" "$NETATOP" scope flush
		if ! ended first || ! ended second; then
			cat "$TMP/first" "$TMP/second"
			break
		fi
	done >"$TMP/flushes" 2>&1
	slay brief
	is "$(cat "$TMP/flushes")" "" "two flush at once"
}

# An interface may have a name that a shell would run.
completion()
{
	# shellcheck disable=SC2016 # it is one
	local name='`>ran`'
	ip -n "$CLI" link add "$name" type dummy || fatal "no such name"
	# shellcheck disable=SC2016 # the other bash's
	in_ns "$CLI" bash -c 'cd "$1" && source "$2" || exit
		COMP_WORDS=(netatop scope add interface "") COMP_CWORD=4
		_netatop netatop "" interface
		printf "%s\n" "${COMPREPLY[@]}"' - "$TMP" "$HERE/../utils/completion/netatop" >"$TMP/completed" 2>/dev/null
	is "$(grep -cxE 'lo|eth0' "$TMP/completed") $(grep -c ran "$TMP/completed")" "2 0" "the completion has interfaces, but none with such a name"
	check "and has run none" test ! -e "$TMP/ran"
	ip -n "$CLI" link delete "$name"
}

plan $((25 + 2 + 2 + 2 + 6 + 2 + 8 + 12 + 11 + 1 + 2 + 2))
modprobe nf_conntrack_ftp || skip_all "needs the module"
load_module
setup_pair
in_ns "$CLI" nft 'table inet others { chain in { type filter hook input priority 0; ct state new accept; }
	}
	table ip nat { chain post { type nat hook postrouting priority srcnat; }
	}' || fatal nft
before=$(ruleset)
choices
expected
ends
in_ns "$SRV" "$NETATOP" scope flush >/dev/null 2>&1
scope flush >/dev/null
is "$(ruleset)" "$before" "the ruleset is what it was"
books_balance "the books balance"
together
atomic
by_hand
labels
refused
busy
completion
is "$(ruleset) $(tun scope_label)" "$before off" "nothing is left behind"
finish
