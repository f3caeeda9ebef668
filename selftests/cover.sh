# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Rows of the table of coverage. A row is one case: what its processes truly sent and got, what the
# module says of them, and what it gave to anybody else. Sourced by a test, after lib.sh:
#
#	row "a case"			begins it
#	...				traffic; who is asked about has to live
#	owes NAME PROTO TRUTH		for each process of the case; TRUTH as getcnt says it
#	row_end [WHY]			one verdict for all of them, and the line of the table
#
# The verdict: each has its truth within one in a thousand, packets and bytes, both directions; no
# stranger has anything; the books balance. With WHY the case is one that cannot reach this: its
# shares are shown with the reason, strangers and books are tested as ever.

COVER_OF=(tcpsndpacks tcpsndbytes tcprcvpacks tcprcvbytes udpsndpacks udpsndbytes udprcvpacks udprcvbytes)
COVER_STAT=(tcp_snd_packets tcp_snd_bytes tcp_rcv_packets tcp_rcv_bytes udp_snd_packets udp_snd_bytes udp_rcv_packets udp_rcv_bytes)

# The terms of the books, eight figures each, in COVER[term.i]: read while nothing moves from one to
# another, as what has ended before does, or it would be seen twice or not at all.
cover_read() { busywait "$WAIT" cover_read_once "$1"; }

cover_read_once()
{
	local term i left moved=0
	for i in {0..7}; do
		read -r left <"$SYS/stats/total_${COVER_STAT[i]}"
		for term in tasks exited retired tunnel unowned unidentified excluded; do
			read -r "COVER[$1.$term.$i]" <"$SYS/stats/${term}_${COVER_STAT[i]}"
			left=$((left - COVER[$1.$term.$i]))
		done
		((left == 0)) || moved=1
	done
	return "$moved"
}

declare -A COVER WIRE

# What is nobody's is told from what is unidentified: it does not age during a test.
PARAMETERS+=(unowned_timeout=86400)

row()
{
	local ns
	ROW=$1
	ROW_PARTIES=() ROW_TRUTH=()
	WIRE=()
	for ns in "$CLI" "$SRV"; do
		[[ -z $ns ]] || WIRE[$ns]=$(witness "$ns")
	done
	cover_read before
}

# on_wire NAMESPACE PROTO: what its eth0 has counted since the row began, all of this protocol
on_wire() { wired "${WIRE[$1]}" "$(witness "$1")" "$2"; }

# owes NAME PROTO TRUTH...: NAME is of start(), or a number: a tgid, or several joined by +, or a
# term of the books (tunnel, retired, unowned, unidentified; ended is exited and retired). Figures
# that TRUTH does not name are 0; a party can be given one TRUTH for each protocol.
owes()
{
	ROW_PARTIES+=("$1 $2")
	ROW_TRUTH+=("${*:3}")
}

# Nothing of TCP is under way: all has been acknowledged, and so has each FIN.
is_acknowledged()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		ss -HtanN "$ns" | awk '
			$1 != "LISTEN" && $1 != "TIME-WAIT" && ($1 != "ESTAB" || $2 || $3) { busy = 1 }
			END { exit busy }' || return
	done
}

until_acknowledged() { busywait "$WAIT" is_acknowledged || fatal "something stays under way"; }

# figure NAME TEXT: NAME=... in a line of getcnt, else 0
figure()
{
	if [[ " $2" =~ [^a-z]$1=([0-9]+) ]]; then echo "${BASH_REMATCH[1]}"; else echo 0; fi
}

# figures TEXT: all eight, in FIGURES, without a fork
figures()
{
	local i
	FIGURES=(0 0 0 0 0 0 0 0)
	for i in {0..7}; do
		if [[ " $1" =~ [^a-z]${COVER_OF[i]}=([0-9]+) ]]; then
			FIGURES[i]=${BASH_REMATCH[1]}
		fi
	done
}

# What the module has for a party: eight figures, and whether they are a task's.
cover_party()
{
	local i name sum=(0 0 0 0 0 0 0 0)
	case $1 in
	ended)
		for i in {0..7}; do
			echo "$((${COVER[after.exited.$i]} - ${COVER[before.exited.$i]} +
				${COVER[after.retired.$i]} - ${COVER[before.retired.$i]}))"
		done
		;;
	tunnel | retired | unowned | unidentified)
		for i in {0..7}; do
			echo "$((${COVER[after.$1.$i]} - ${COVER[before.$1.$i]}))"
		done
		;;
	*)
		for name in ${1//+/ }; do
			figures "$("$GETCNT" tgid "${PID[$name]:-$name}")"
			for i in {0..7}; do
				((sum[i] += FIGURES[i], 1))
			done
		done
		printf "%s\n" "${sum[@]}"
		;;
	esac
}

# What the terms of all tasks have grown by is the parties', or there is a stranger.
cover_tasks()
{
	local i term sum
	for i in {0..7}; do
		sum=0
		for term in tasks exited retired; do
			sum=$((sum + ${COVER[after.$term.$i]} - ${COVER[before.$term.$i]}))
		done
		echo "$sum"
	done
}

# A party whose row has ended: what it has is no stranger's in a row that follows, if it lives.
cover_known()
{
	local party proto i figures
	declare -gA KNOWN=()
	for party in "${ROW_PARTIES[@]}"; do
		read -r party proto <<<"$party"
		[[ -z ${KNOWN[$party]-} && ! $party =~ ^(tunnel|unowned|unidentified)$ ]] || continue
		mapfile -t figures < <(cover_party "$party")
		KNOWN[$party]=1
		for i in {0..7}; do
			SURPLUS[i]=$((SURPLUS[i] - figures[i]))
		done
	done
}

# share GOT TRUE: per cent, in tenths
share() { if (($2)); then echo "$((1000 * $1 / $2))"; else echo -; fi; }
tenths() { if [[ $1 == - ]]; then echo -; else echo "$(($1 / 10)).$(($1 % 10))"; fi; }

# row_end [WHY]
row_end()
{
	local why=${1-} i k party proto figures got true wrong="" stranger=0
	local -a SURPLUS=() sum_got=(0 0 0 0) sum_true=(0 0 0 0) shares=()
	busywait "$WAIT" balanced || wrong+="the books: $BOOKS; "
	cover_read after
	mapfile -t SURPLUS < <(cover_tasks)
	cover_known
	for i in {0..7}; do
		((SURPLUS[i] == 0)) || wrong+="strangers ${COVER_OF[i]}=${SURPLUS[i]}; "
		((i % 2 == 0)) || stranger=$((stranger + (SURPLUS[i] < 0 ? -SURPLUS[i] : SURPLUS[i])))
	done
	for ((k = 0; k < ${#ROW_PARTIES[@]}; k++)); do
		read -r party proto <<<"${ROW_PARTIES[k]}"
		mapfile -t figures < <(cover_party "$party")
		figures "${ROW_TRUTH[k]}"
		for i in {0..7}; do
			[[ ${COVER_OF[i]} == "$proto"* ]] || continue
			got=${figures[i]}
			true=${FIGURES[i]}
			((sum_true[i % 4] += true, sum_got[i % 4] += got < true ? got : true, 1))
			if [[ -z $why ]] && ((got > true ? (got - true) * 1000 > true : (true - got) * 1000 > true)); then
				wrong+="$party ${COVER_OF[i]}=$got, in truth $true; "
			fi
		done
	done
	for i in {0..3}; do
		shares+=("$(share "${sum_got[i]}" "${sum_true[i]}")")
	done
	((sum_true[1] + sum_true[3])) || wrong+="no traffic; "
	if [[ -z $wrong ]]; then ok "$MODE: $ROW"; else not_ok "$MODE: $ROW"; note "$wrong"; fi
	# case | mode | sent: packets bytes | received: packets bytes | bytes of strangers | why
	echo "# row|$ROW|$MODE|$(tenths "${shares[0]}") $(tenths "${shares[1]}")|$(tenths "${shares[2]}") $(tenths "${shares[3]}")|$stranger|$why"
}

# talk SERVER CLIENT [OPTIONS...]: "ADDRESS PORT" where they listen and whom they call; TCP and UDP,
# a few small messages, or what the options ask of the TCP client. CLI and SRV are where they are.
talk()
{
	local server client
	read -ra server <<<"$1"
	read -ra client <<<"$2"
	shift 2
	(($#)) || set -- -N -r 20 -w 100
	start_server tserver "$SRV" tcp-server -H -e -N "${server[@]}"
	start_server userver "$SRV" udp-server -H "${server[@]}"
	start_client tclient "$CLI" tcp-client -H -O "$@" "${client[@]}"
	start_client uclient "$CLI" udp-client -H -O -r 20 -w 100 "${client[@]}"
	says tserver held
	says userver held
}

# told: those have what they say, and nothing else
told()
{
	local name
	for name in tclient tserver; do
		owes "$name" tcp "$(said "$name" tcp)"
		owes "$name" udp ""
	done
	for name in uclient userver; do
		owes "$name" udp "$(said "$name" udp)"
		owes "$name" tcp ""
	done
}

# nobody TERM...: of the books, has anything
nobody()
{
	local term
	for term; do
		owes "$term" tcp ""
		owes "$term" udp ""
	done
}

hang_up()
{
	local name
	for name in tclient tserver uclient userver; do
		end "$name"
	done
}

# Does the kernel tell who reads from a UDP socket
tells_readers() { grep -qw __tracepoint_sock_recv_length /proc/kallsyms; }

# One that has nothing to do with it, is known to the module, and runs whenever nobody else does.
start_bystander()
{
	start bystander "$CLI" nice -n 19 bash -c 'echo >/dev/udp/127.0.0.1/9; echo ready; while :; do :; done'
	says bystander ready
}
