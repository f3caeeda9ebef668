#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# What the kernel sends by itself, in timers and softirqs, while a process that has nothing to do
# with it is on the CPU: it is the flow owner's, and the bystander has nothing of it.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk ss tc
MODES="rule off"

STREAM=$HERE/stream
SINK=$HERE/sink

# snmp NAMESPACE FILE NAME: a counter of /proc/net/snmp or netstat
# shellcheck disable=SC2016 # it is for awk
snmp()
{
	in_ns "$1" awk -v name="$3" '{
		if (!($1 in seen)) { seen[$1] = 1; for (i = 2; i <= NF; i++) at[$1, i] = $i; next }
		for (i = 2; i <= NF; i++) if (at[$1, i] == name) print $i
	}' "/proc/net/$2"
}

# grown NAMESPACE FILE NAME FROM BY
grown() { (($(snmp "$1" "$2" "$3") >= $4 + $5)); }

# wait_for NAMESPACE FILE NAME BY COMMAND...: until the counter has grown since before the command
wait_for()
{
	local from
	from=$(snmp "$1" "$2" "$3")
	"${@:5}"
	check "$MODE: $ROW: it happens ($3)" busywait "$WAIT" grown "$1" "$2" "$3" "$from" "$4"
}

# Nothing is under way, and what has left one interface has come to the other.
quiet()
{
	[[ $(figure tcpsndpacks "$(on_wire "$CLI" tcp)") == "$(figure tcprcvpacks "$(on_wire "$SRV" tcp)")" ]] &&
	[[ $(figure tcpsndpacks "$(on_wire "$SRV" tcp)") == "$(figure tcprcvpacks "$(on_wire "$CLI" tcp)")" ]] &&
	[[ -z $(in_ns "$CLI" ss -Htn "dport = :$port" | awk '$1 == "ESTAB" && $3 != 0') ]]
}

# What the server's rule drops is on its interface and is never delivered.
drop()
{
	in_ns "$SRV" nft "add table inet d; add counter inet d c; add chain inet d p { type filter hook prerouting priority -500; }; add rule inet d p tcp dport $port $* counter name c drop" || fatal "nft"
}

undrop()
{
	in_ns "$SRV" nft flush chain inet d p	# or another one is dropped and not counted
	DROPPED=$(in_ns "$SRV" nft list counter inet d c |
		sed -n 's/.*packets \([0-9]*\) bytes \([0-9]*\).*/\1 \2/p')
	in_ns "$SRV" nft delete table inet d
}

# what the server's interface has, without what was dropped
delivered()
{
	awk -v line="$(on_wire "$SRV" tcp)" -v l2="$L2" -v dropped="$DROPPED" 'BEGIN {
		split(line, f, /[ =]/); split(dropped, d, " ")
		printf "tcpsndpacks=%d tcpsndbytes=%d tcprcvpacks=%d tcprcvbytes=%d", f[2], f[4], f[6] - d[1], f[8] - d[2] - d[1] * l2
	}'
}

# begin CASE SINK-MODE
begin()
{
	port=$((port + 1))
	DROPPED="0 0"
	row "$1"
	start sink "$SRV" "$SINK" "$2" "$SRV4" "$port"
	says sink ready
}

client()
{
	start client "$CLI" "$STREAM" "$1" "$SRV4" "$port" "$2"
	says client sent
	says sink accepted
}

owe()
{
	busywait "$WAIT" quiet || fatal "$ROW: the network does not become quiet"
	tun gc 1
	owes client tcp "$(on_wire "$CLI" tcp)"
	owes sink tcp "$(delivered)"
	row_end
	slay client sink
}

retransmissions()
{
	begin retransmissions tcp-reader
	drop tcp flags '&' psh == psh
	wait_for "$CLI" snmp RetransSegs 2 client write 500
	undrop
	owe
}

delayed_acks()
{
	begin "delayed ACKs" tcp	# who reads acknowledges at once
	wait_for "$SRV" netstat DelayedACKs 1 trickle
	owe
}

# Small messages, one after the other: the first ones are acknowledged at once, later ones are not.
trickle()
{
	start client "$CLI" bash -c "exec 3<>/dev/tcp/$SRV4/$port
		for i in {1..40}; do printf xxxxxxxxxx >&3; done; echo sent; read -r _ <'$TMP/never'"
	says client sent
	says sink accepted
}

keepalives()
{
	begin keepalives tcp-reader
	wait_for "$CLI" netstat TCPKeepAlive 2 client keepalive 500
	kill -USR1 "${PID[client]}"	# it closes, or the next one comes while we count
	says client closed
	owe
}

# The receiver's window is closed, the sender probes it; until the receiver reads.
window_probes()
{
	begin "zero-window probes" tcp
	wait_for "$CLI" netstat TCPWinProbe 2 client write 20000
	kill -USR1 "${PID[sink]}"
	owe
}

# A slow link: most is sent when the device has room again.
slow_link()
{
	begin "TSQ on a slow link" tcp-reader
	in_ns "$CLI" tc qdisc add dev eth0 root tbf rate 1mbit burst 4000 latency 1s || fatal "tc"
	client write 60000
	owe
	in_ns "$CLI" tc qdisc del dev eth0 root
}

# The client has closed first; the server repeats its FIN, as the last ACK does not come.
time_wait()
{
	begin "replies in TIME_WAIT" tcp-reader
	client write 500
	busywait "$WAIT" quiet || fatal "$ROW: the network does not become quiet"
	drop 'tcp flags & (fin | syn | rst | psh | ack) == ack'
	wait_for "$SRV" snmp RetransSegs 2 kill -USR1 "${PID[client]}"
	undrop
	busywait "$WAIT" closed || fatal "$ROW: the server stays in LAST-ACK"
	owe
}

closed() { ! in_ns "$SRV" ss -Htan "sport = :$port" | grep -qv LISTEN; }

# Nobody listens: the answer is nobody's, and the question's sender has both.
closed_port()
{
	row "RST from a closed port"
	port=$((port + 1))
	start client "$CLI" bash -c ": 3<>/dev/tcp/$SRV4/$port; echo sent; read -r _ <'$TMP/never'"
	says client sent
	busywait "$WAIT" quiet || fatal "$ROW: the network does not become quiet"
	owes client tcp "$(on_wire "$CLI" tcp)"
	owes unowned tcp "$(on_wire "$SRV" tcp)"
	row_end
	slay client
}

body()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		# what setup_pair forbids: quick retransmissions are the subject here
		ip -n "$ns" route change 10.9.0.0/24 dev eth0 proto kernel scope link \
			src "$([[ $ns == "$CLI" ]] && echo "$CLI4" || echo "$SRV4")" rto_min 200ms
		in_ns "$ns" sysctl -qw net.ipv4.tcp_rmem="4096 8192 8192"
	done
	start_bystander
	retransmissions
	delayed_acks
	keepalives
	window_probes
	slow_link
	time_wait
	closed_port
	is "$(figure udprcvpacks "$("$GETCNT" tgid "${PID[bystander]}")")" 0 "$MODE: the bystander has received nothing"
	is "$(figure tcpsndpacks "$("$GETCNT" tgid "${PID[bystander]}")")" 0 "$MODE: the bystander has no TCP"
	slay bystander
}

port=7300
plan $((2 * (7 + 5 + 2 + 2)))
load_module
mkfifo "$TMP/never"
for_each_mode body
finish
