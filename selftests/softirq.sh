#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# What the kernel sends by itself, from timers and in answer to what arrives, while another process
# happens to run: retransmissions, delayed acknowledgements, probes, resets. It is the traffic of who
# has the connection, and of nobody else. What is sent when nobody has it any more is the finished
# owner's, as retired; and what never had a socket is nobody's.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft ethtool jq awk tc nstat
MODES="rule off"

PORT=5000

begin()
{
	row "$1"
	actor cli "$CLI"
	actor srv "$SRV"
	PORT=$((PORT + 1))
}

# Both have sent in their own names or are found, and nothing is under way.
settle()
{
	quiet
	tun gc 1
	owes cli tcp "$(on_wire "$CLI" tcp)"
	owes srv tcp "$(without_lost tcp "$(on_wire "$SRV" tcp)")"
	row_end
	slay cli srv
	LOST=(0 0)
}

retransmissions()
{
	begin "retransmissions, $1"
	meet "$2" "$PORT"
	tell cli "send 1 100"
	tell srv "recv 1 100; send 1 100"
	tell cli "recv 1 100"
	lose "$SRV" tcp dport "$PORT"
	tell cli "send 1 500; send 1 500; send 1 500"
	busywait "$WAIT" has_lost "$SRV" 5 || fatal "nothing is sent again"
	lose_end "$SRV"
	tell cli "drained 1"
	tell srv "recv 1 1500"
	settle
}

delayed_acks()
{
	local before
	begin "delayed acknowledgements"
	before=$(nstat_of "$SRV" TcpExtDelayedACKs)
	meet "$SRV4" "$PORT"
	for _ in 1 2 3 4; do
		tell srv "set 1 quickack 0"
		tell cli "send 1 100; drained 1"
	done
	check "$MODE: acknowledgements were delayed" nstat_above "$SRV" TcpExtDelayedACKs "$before"
	tell srv "recv 1 400"
	settle
}

# What the queue has no room for is sent when it has, by the softirq that makes it.
small_queue()
{
	begin "sent on by softirq (TSQ)"
	in_ns "$CLI" tc qdisc add dev eth0 root tbf rate 2mbit burst 3000 limit 1000000 || fatal "tc"
	meet "$SRV4" "$PORT"
	tell cli "set 1 sndbuf 1000000; send 1 300000"
	asked cli "queued 1"
	check "$MODE: most is sent after the call" test "$ANSWER" -gt 200000
	tell srv "recv 1 300000"
	tell cli "drained 1"
	settle
	in_ns "$CLI" tc qdisc del dev eth0 root
}

keepalives()
{
	local before
	begin "keepalives"
	before=$(nstat_of "$CLI" TcpExtTCPKeepAlive)
	meet "$SRV4" "$PORT"
	tell cli "set 1 keepidle 1; set 1 keepintvl 1; set 1 keepalive 1"
	busywait "$WAIT" nstat_above "$CLI" TcpExtTCPKeepAlive $((before + 1)) || fatal "none is sent"
	tell cli "set 1 keepalive 0"
	settle
}

zero_window()
{
	local before
	begin "probes of a closed window"
	before=$(nstat_of "$CLI" TcpExtTCPWinProbe)
	tell srv "tcp4 0; set 0 reuse 1; set 0 rcvbuf 4096; bind 0 $SRV4 $PORT; listen 0"
	tell cli "tcp4 1; connect 1 $SRV4 $PORT; send 1 40000"
	tell srv "accept 1 0"
	busywait "$WAIT" nstat_above "$CLI" TcpExtTCPWinProbe $((before + 1)) || fatal "none is sent"
	tell srv "recv 1 40000"
	tell cli "drained 1"
	settle
}

# The first reset is the process's own; the peer, who does not get it, is sent another.
unread()
{
	begin "reset on close with unread data"
	meet "$SRV4" "$PORT"
	tell cli "send 1 100; drained 1"
	lose "$CLI" tcp flags rst
	tell srv "close 1"
	busywait "$WAIT" has_lost "$CLI" 1 || fatal "no reset"
	tell cli "send 1 100"
	busywait "$WAIT" has_lost "$CLI" 2 || fatal "no other reset"
	lose_end "$CLI"
	busywait "$WAIT" no_connection "$CLI" "$PORT" || fatal "never reset"
	quiet
	owes cli tcp "$(without_lost tcp "$(on_wire "$CLI" tcp)")"
	owes srv tcp "$(on_wire "$SRV" tcp)"
	row_end
	slay cli srv
	LOST=(0 0)
}

# tcp_closed, udp_closed: whoever knocks has sent it, and who answers is nobody
tcp_closed()
{
	begin "closed port, TCP"
	asked cli "tcp4 1; connect 1 $SRV4 $PORT"
	is "$ANSWER" ECONNREFUSED "$MODE: refused"
	quiet
	owes cli tcp "$(on_wire "$CLI" tcp)"
	owes unowned tcp "$(on_wire "$SRV" tcp)"
	row_end
	slay cli srv
}

# The same socket asks twice, from two ports: requests of 60 bytes, and resets.
tcp_closed_again()
{
	begin "closed port, TCP, twice by one socket"
	asked cli "tcp4 1; connect 1 127.0.0.1 $PORT"
	asked cli "connect 1 127.0.0.1 $PORT"
	is "$ANSWER" ECONNREFUSED "$MODE: refused again"
	quiet
	owes cli tcp "tcpsndpacks=2 tcpsndbytes=120 tcprcvpacks=2 tcprcvbytes=80"
	owes unowned tcp "tcpsndpacks=2 tcpsndbytes=80 tcprcvpacks=2 tcprcvbytes=120"
	row_end
	slay cli srv
}

udp_closed()
{
	local sent
	begin "closed port, UDP"
	tell cli "udp4 1; connect 1 $SRV4 $PORT; send 1 100"
	quiet
	sent="udpsndpacks=1 udpsndbytes=$((100 + 28 + L2))"
	owes cli udp "$sent"
	owes unidentified udp "${sent//snd/rcv}"
	row_end
	slay cli srv
}

no_records()
{
	tun gc 1
	while ! stat_is exit_records 0; do
		"$GETCNT" exit >/dev/null
	done
}

# The last acknowledgement is lost, so that the FIN comes again, to a socket in TIME_WAIT.
# time_wait WHAT: the client stays, or is gone by then
time_wait()
{
	local who=cli
	no_records
	begin "TIME_WAIT, the process is $1"
	meet "$SRV4" "$PORT"
	tell cli "send 1 100; close 1"
	tell srv "recv 1 100; eof 1"
	busywait "$WAIT" half_closed "$CLI" "$PORT" || fatal "the FIN is not acknowledged"
	if [[ $1 == gone ]]; then
		who=retired
		dismiss cli
		tun gc 1
		"$GETCNT" exit >"$TMP/record"
		is "$(grep -o 'tcpsnd.*tcprcvbytes=[0-9]*' "$TMP/record")" "$(on_wire "$CLI" tcp)" \
			"$MODE: all but what comes later is in its record"
	fi
	lose "$SRV" tcp dport "$PORT"
	tell srv "close 1; close 0"
	busywait "$WAIT" has_lost "$SRV" 2 || fatal "no other FIN"
	lose_end "$SRV"
	busywait "$WAIT" no_connection "$SRV" "$PORT" || fatal "never closed"
	quiet
	owes "$who" tcp "$(on_wire "$CLI" tcp)"
	owes srv tcp "$(without_lost tcp "$(on_wire "$SRV" tcp)")"
	row_end
	[[ $1 == gone ]] || slay cli
	slay srv
	LOST=(0 0)
}
half_closed() { [[ -n $(in_ns "$1" ss -Htan state fin-wait-2 "dport = :$2") ]]; }

body()
{
	quick_timers
	start_bystander
	renice -n 19 "${PID[bystander]}" >/dev/null	# it has the time that is left over
	retransmissions "IPv4" "$SRV4"
	retransmissions "IPv6" "$SRV6"
	delayed_acks
	small_queue
	keepalives
	zero_window
	unread
	tcp_closed
	tcp_closed_again
	udp_closed
	time_wait alive
	time_wait gone
}

plan $((2 * (12 + 5 + 2)))
load_module
tun exit_timeout 3600
LOST=(0 0)
for_each_mode body
finish
