#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Rules choose what is left out: a flow whose conntrack entry has the label scope_label is charged
# to nobody and booked as excluded; all else is charged as ever, and the books balance. The rules
# are written by hand, at usual priorities.
#
#	port 5001	left out by a rule in the client's output and the server's input chain
#	port 5002	accounted
#	port 5003	left out by a rule in the client's postrouting chain, which is too late for the
#			first packet of the flow

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk

LABEL=101

# set_labels LABEL: in both namespaces; numbers are the labels' names where no file names them
set_labels()
{
	local label=$1
	in_ns "$CLI" nft -f - <<-END || fatal "nft"
	table inet s {
		chain out {
			type filter hook output priority 0;
			ct state new th dport 5001 ct label set $label
		}
		chain post {
			type filter hook postrouting priority 0;
			ct state new th dport 5003 ct label set $label
		}
	}
	END
	in_ns "$SRV" nft -f - <<-END || fatal "nft"
	table inet s {
		chain in {
			type filter hook input priority 0;
			ct state new th dport { 5001, 5003 } ct label set $label
		}
	}
	END
}

excluded() { echo "$(stat "excluded_$1_snd_packets") $(stat "excluded_$1_snd_bytes") $(stat "excluded_$1_rcv_packets") $(stat "excluded_$1_rcv_bytes")"; }

# What both programs together have seen, as excluded says it
both_said() { sums "$1" "" "$TMP/client" "$TMP/server" | sed 's/[a-z]*=//g'; }

minus()
{
	local a b
	read -ra a <<<"$1"
	read -ra b <<<"$2"
	echo "$((a[0] - b[0])) $((a[1] - b[1])) $((a[2] - b[2])) $((a[3] - b[3]))"
}

# flow PROTO ADDRESS PORT: one flow, both programs held at its end
flow()
{
	start_server server "$SRV" "$1-server" -H "$2" "$3"
	start_client client "$CLI" "$1-client" -H -n 300 -w 90 "$2" "$3"
}

flow_ends() { end client; end server; }

left_out()
{
	local proto=$1 address=$2 before what="$1 to $2"
	before=$(excluded "$proto")
	flow "$proto" "$address" 5001
	is "$(counted tgid "${PID[client]}" "$proto") $(counted tgid "${PID[server]}" "$proto")" "errno=ESRCH errno=ESRCH" \
		"$what, labelled: neither end is charged"
	is "$(minus "$(excluded "$proto")" "$before")" "$(both_said "$proto")" "$what, labelled: every packet and byte is excluded"
	flow_ends

	before=$(excluded "$proto")
	flow "$proto" "$address" 5002
	is "$(counted tgid "${PID[client]}" "$proto"), $(counted tgid "${PID[server]}" "$proto")" \
		"$(said client "$proto"), $(said server "$proto")" "$what, not labelled: both ends are charged"
	is "$(minus "$(excluded "$proto")" "$before")" "0 0 0 0" "$what, not labelled: nothing is excluded"
	flow_ends
}

# The client's first packet is its own; all others of the flow are excluded, the server's, too.
late_label()
{
	local before got total
	before=$(excluded udp)
	flow udp "$SRV4" 5003
	read -ra got <<<"$(minus "$(excluded udp)" "$before")"
	read -ra total <<<"$(both_said udp)"
	is "$(counted tgid "${PID[client]}" udp)" "udpsndpacks=1 udpsndbytes=$((90 + 8 + 20 + L2)) udprcvpacks=0 udprcvbytes=0" \
		"label set in postrouting: the first packet is charged"
	is "${got[*]}" "$((total[0] - 1)) $((total[1] - 90 - 8 - 20 - L2)) ${total[2]} ${total[3]}" \
		"label set in postrouting: the others are excluded"
	flow_ends
}

# One flow whose sender says more when it is told to. What was decided of it stays; a reload finds
# its label, as it would decide anew.
goes_on()
{
	start_server server "$SRV" udp-server -H -n 9 "$SRV4" 5001
	in_ns "$CLI" bash -c "exec 5<>/dev/udp/$SRV4/5001; echo ready; while read -r line; do echo \"\$line\" >&5; done" \
		<"$TMP/fifo" >"$TMP/sender" 2>&1 &
	PID[sender]=$!
	exec {TO}>"$TMP/fifo"
	says sender ready
	forget
	before=$(excluded udp)
	echo one >&"$TO"
	busywait "$WAIT" more_excluded 1 || fatal "the label is not seen: $before, $(excluded udp)"
	tun scope_label off
	echo two >&"$TO"
	check "switched off: the flow stays excluded" busywait "$WAIT" more_excluded 2
	is "$("$GETCNT" tgid "${PID[server]}")" "errno=ESRCH" "and its server is not charged"
	flow_of_its_own
	rmmod netatop
	load_module scope_label=$LABEL
	before="0 0 0 0"
	echo three >&"$TO"
	check "a reload finds the label of a flow that goes on" busywait "$WAIT" more_excluded 1
	is "$(stat total_udp_snd_packets) $(stat total_udp_rcv_packets)" "2 2" "and charges nobody"
	exec {TO}>&-
	slay sender server
}

# A message and its answer, sent and received.
more_excluded() { [[ $(minus "$(excluded udp)" "$before") == "$((2 * $1)) "[0-9]*" $((2 * $1)) "* ]]; }

flow_of_its_own()
{
	start client "$CLI" "$TRAFFIC" udp-client -H -n 10 -w 90 "$SRV4" 5001
	says client held
	is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "switched off: another flow is charged"
	end client
}

# Root of another user namespace has rules of his own, but not a say in what is left out.
stranger()
{
	before=$(excluded udp)
	start stranger "$CLI" unshare -Urn bash -c "
		ip link set lo up
		nft 'table inet s { chain out { type filter hook output priority 0; ct label set $LABEL; }; }' || exit
		exec 5<>/dev/udp/127.0.0.1/9
		echo x >&5
		echo sent
		exec sleep infinity"
	says stranger sent
	is "$(counted tgid "${PID[stranger]}" udp)" "udpsndpacks=1 udpsndbytes=30 udprcvpacks=0 udprcvbytes=0" \
		"a label in another user namespace: the packet is charged"
	is "$(excluded udp)" "$before" "a label in another user namespace: nothing is excluded"
	slay stranger
}

plan $((4 * 4 + 2 + 5 + 1 + 1 + 2))
load_module "scope_label=$LABEL"
setup_pair
mkfifo "$TMP/fifo"
set_labels "$LABEL"
before=$(in_ns "$CLI" nft list ruleset)
for address in "$SRV4" "$SRV6"; do
	left_out tcp "$address"
	left_out udp "$address"
done
late_label
is "$(in_ns "$CLI" nft list ruleset)" "$before" "the rules are as they were"
stranger
books_balance "the books balance"
goes_on
finish
