# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every test here shares. A test sources this, says plan N, calls load_module, and ends with
# finish; each property is one ok/not ok line. Nothing is left behind, however the test ends.
#
# The network of a test, made by setup_pair: no neighbour discovery, no router or multicast
# noise, so that the interface's counters hold the test's own packets and nothing else.
#
#	+---------- CLI ----------+                +---------- SRV ----------+
#	| eth0  10.9.0.1/24       | ---- veth ---- | eth0  10.9.0.2/24       |
#	|       fd00:9::1/64      |                |       fd00:9::2/64      |
#	+-------------------------+                +-------------------------+

set -u
export LC_ALL=C

HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
NETATOP_KO=${NETATOP_KO:-$HERE/../src/netatop.ko}
SYS=/sys/kernel/netatop
# ms: the one limit of all waiting; far above what is ever needed. SLOW: how many times slower than
# usual this machine is.
WAIT=$((120000 * ${SLOW:-1}))
# Longer than any machine stands still: until TCP sends again what is on its way.
PATIENT=(rto_min 20s)
TRAFFIC=$HERE/traffic
GETCNT=$HERE/getcnt

# shellcheck disable=SC2034 # used by the tests
CLI4=10.9.0.1 SRV4=10.9.0.2 CLI6=fd00:9::1 SRV6=fd00:9::2
CLI="" SRV="" MODE=""
L2=14			# link header of a frame; 0 on loopback

TMP=$(mktemp -d /tmp/netatop-test.XXXXXX)
exec {TICK}<> <(:)	# reading it takes as long as read's timeout, without a fork
NAMESPACES=() AT_END=()
KEPT=()			# directories of tracefs, see patching.sh
declare -A WAS=()	# what for_now() replaced, by path
declare -A PID=()	# of what start() started, by name
PLANNED=0 PASSED=0 FAILED=0 FINISHED=0 LOADED=0 VERDICT=""

# --- verdicts

plan() { PLANNED=$1; printf 'KTAP version 1\n1..%d\n' "$1"; }
ok() { PASSED=$((PASSED + 1)); echo "ok $((PASSED + FAILED)) $*"; }
not_ok() { FAILED=$((FAILED + 1)); echo "not ok $((PASSED + FAILED)) $*"; }
note() { echo "# $*"; }
fatal() { echo "Bail out! $*"; exit 1; }
skip_all() { echo "1..0 # SKIP $*"; FINISHED=1 VERDICT=4; exit 4; }

# is GOT WANTED DESCRIPTION: the two are the same text
is()
{
	if [[ $1 == "$2" ]]; then
		ok "$3"
	else
		not_ok "$3"
		note "got:    $1"
		note "wanted: $2"
	fi
}

# check DESCRIPTION COMMAND...: the command succeeds
check()
{
	local what=$1
	shift
	if "$@" >"$TMP/.out" 2>&1; then
		ok "$what"
	else
		not_ok "$what"
		note "failed: $* ($(head -c 300 "$TMP/.out"))"
	fi
}

# near GOT WANTED DESCRIPTION: within one in a thousand
near()
{
	local off=$(($1 > $2 ? $1 - $2 : $2 - $1))
	if (($2 > 0 && off * 1000 <= $2)); then
		ok "$3"
	else
		not_ok "$3"
		note "got: $1, wanted: $2 within 0.1 %"
	fi
}

finish()
{
	FINISHED=1 VERDICT=1
	note "passed: $PASSED, failed: $FAILED, planned: $PLANNED"
	((FAILED == 0 && PASSED == PLANNED && PLANNED > 0)) && VERDICT=0
	exit "$VERDICT"
}

# --- start, end, waiting

need_tools()
{
	local tool
	[[ $(id -u) == 0 ]] || skip_all "needs root"
	for tool; do
		command -v "$tool" >/dev/null || skip_all "needs $tool"
	done
}

# at_end FUNCTION: called before all else is cleaned up, however the test ends
at_end() { AT_END+=("$1"); }
# for_now FILE VALUE, as_before FILE: a setting of the kernel, which the end of the test puts back
for_now() { [[ -v WAS[$1] ]] || WAS[$1]=$(<"$1"); echo "$2" >"$1"; }
as_before() { echo "${WAS[$1]}" >"$1"; }

cleanup()
{
	local status=${VERDICT:-$?} it
	trap - EXIT INT TERM
	for it in "${AT_END[@]}"; do "$it"; done
	for it in "${!WAS[@]}"; do as_before "$it"; done
	end_all
	((LOADED)) && [[ -d /sys/module/netatop ]] && rmmod netatop
	((!${#KEPT[@]})) || rmdir "${KEPT[@]}"
	! mountpoint -q "$TMP/v1" || umount "$TMP/v1"
	rm -rf "$TMP"
	((FINISHED || status)) || { echo "Bail out! ended before its plan"; status=1; }
	exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# atop 2.8 ends with SIGSEGV if a process ends between atop's open() and read() of /proc/PID/cgroup, with
# netatop or without. It does not look there when process 1 has a hierarchy of version 1 as well.
spare_atop()
{
	mkdir "$TMP/v1"
	mount -t cgroup -o none,name=netatop-test none "$TMP/v1" || fatal "no cgroup hierarchy"
	[[ $(head -n 1 /proc/1/cgroup) == *name=netatop-test* ]] || fatal "/proc/1/cgroup has no such hierarchy"
}

# Processes first: a namespace lives as long as they do.
end_all()
{
	local ns
	slay "${!PID[@]}"
	for ns in "${NAMESPACES[@]}"; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	NAMESPACES=()
}

# busywait MS COMMAND...: until the command succeeds; fails when the time is over
busywait()
{
	local end=$((${EPOCHREALTIME/./} + $1 * 1000))
	shift
	until "$@"; do
		((${EPOCHREALTIME/./} > end)) && return 1
		read -rt 0.02 -u "$TICK"
	done
	return 0
}

# load_module [PARAMETER=VALUE...]: behind those that the test always has
PARAMETERS=()
load_module()
{
	local dep
	[[ -r $NETATOP_KO ]] || fatal "no module $NETATOP_KO"
	[[ -x $TRAFFIC && -x $GETCNT ]] || fatal "the programs are not built"
	[[ -d /sys/module/netatop ]] && rmmod netatop
	for dep in $(modinfo -F depends "$NETATOP_KO" | tr , ' '); do
		modprobe "$dep" || fatal "modprobe $dep"
	done
	LOADED=1
	insmod "$NETATOP_KO" "${PARAMETERS[@]}" "$@" || fatal "insmod $NETATOP_KO $*"
}

# --- network

# setup_ns VARIABLE...: a new namespace each, its name in the variable
setup_ns()
{
	local var name
	for var; do
		name=${var,,}-$$-$RANDOM
		ip netns add "$name" || fatal "ip netns add $name"
		NAMESPACES+=("$name")
		ip -n "$name" -batch - <<-END || fatal "no loopback"
			link set lo up
			route change local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 ${PATIENT[*]}
			route del local ::1 dev lo table local
			route add local ::1 dev lo table local proto kernel ${PATIENT[*]}
		END
		printf -v "$var" %s "$name"
	done
}

# Link both ends with one address and without ARP, so that no one has to ask for it. No tail loss
# probes and a long retransmission timer: on a slow machine they would fire without a loss. And no
# more under way than the 256 packets a veth can queue.
setup_pair()
{
	local i=1 ns
	setup_ns CLI SRV
	ip link add eth0 netns "$CLI" address 02:00:00:00:00:09 type veth \
		peer name eth0 netns "$SRV" address 02:00:00:00:00:09 || fatal "no veth"
	for ns in "$CLI" "$SRV"; do
		ip -n "$ns" -batch - <<-END || fatal "no network"
			link set eth0 arp off addrgenmode none
			link set eth0 up
			addr add 10.9.0.$i/24 dev eth0
			addr add fd00:9::$i/64 dev eth0 nodad
			route change 10.9.0.0/24 dev eth0 proto kernel scope link src 10.9.0.$i ${PATIENT[*]}
			route change fd00:9::/64 dev eth0 proto kernel metric 256 ${PATIENT[*]}
		END
		in_ns "$ns" sysctl -qw net.ipv4.tcp_early_retrans=0 \
			net.ipv4.tcp_wmem="4096 65536 262144"
		i=$((i + 1))
	done
	offload tso off tx-udp-segmentation off gso on gro off
}

in_ns() { ip netns exec "$@"; }

offload()
{
	local ns
	for ns in "$CLI" "$SRV"; do
		in_ns "$ns" ethtool -K eth0 "$@" >/dev/null || fatal "ethtool -K $*"
	done
}

# What an interface has counted for a protocol, as getcnt would say it: take its counters with
# witness before and after, then ask wired. With GRO a veth counts without the link header.
witness()
{
	ip -n "$1" -s link show eth0 | awk '
		$1 == "RX:" { getline; rx = $2 " " $1 }
		$1 == "TX:" { getline; print $2, $1, rx }'
}

# wired BEFORE AFTER PROTO
wired()
{
	local b a l2=0
	read -ra b <<<"$1"
	read -ra a <<<"$2"
	in_ns "$SRV" ethtool -k eth0 | grep -q '^generic-receive-offload: on' && l2=$L2
	echo "$3sndpacks=$((a[0] - b[0])) $3sndbytes=$((a[1] - b[1] + l2 * (a[0] - b[0])))" \
		"$3rcvpacks=$((a[2] - b[2])) $3rcvbytes=$((a[3] - b[3] + l2 * (a[2] - b[2])))"
}

# entries_stay NS: much longer than the 10 s to 30 s after a close or a question, which a slow machine needs
entries_stay()
{
	in_ns "$1" sysctl -qw net.netfilter.nf_conntrack_{udp_timeout,udp_timeout_stream}=3600 \
		net.netfilter.nf_conntrack_tcp_timeout_{time_wait,close,close_wait,last_ack,fin_wait}=3600
}

ct_count() { in_ns "$1" cat /proc/sys/net/netfilter/nf_conntrack_count; }

conntrack_rule()
{
	in_ns "$1" nft "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in ct state new accept" || fatal "nft"
}

# for_each_mode FUNCTION...: the whole test in each of MODES, each with two more verdicts
#   rule  conntrack is on because a rule asks for it
#   off   no rule, no conntrack: the module must not switch it on
#   on    no rule, the module takes conntrack everywhere
for_each_mode()
{
	local ns used
	for MODE in ${MODES:-rule off on}; do
		forget
		setup_pair
		tun conntrack "$(tunable_of_mode)"
		[[ $MODE != rule ]] || { conntrack_rule "$CLI"; conntrack_rule "$SRV"; }
		[[ $MODE == off ]] || { entries_stay "$CLI"; entries_stay "$SRV"; }
		"$@"
		used=no
		for ns in "$CLI" "$SRV"; do
			(($(ct_count "$ns") > 0)) && used=yes
		done
		if [[ $MODE == off ]]; then
			is "$used" no "$MODE: conntrack stays off"
		else
			is "$used" yes "$MODE: conntrack is on"
		fi
		books_balance "$MODE: the books balance"
		end_all
		tun conntrack auto
	done
}

tunable_of_mode() { if [[ $MODE == on ]]; then echo on; else echo auto; fi; }

# --- programs

# start NAME NAMESPACE COMMAND...: in the background; output in $TMP/NAME, pid in PID[NAME]
start()
{
	local name=$1
	: >"$TMP/$name"
	ip netns exec "${@:2}" >"$TMP/$name" 2>&1 &
	PID[$name]=$!
}

says() { busywait "$WAIT" grep -q "^$2" "$TMP/$1" || fatal "$1 never said $2: $(tail -n 3 "$TMP/$1")"; }

# start_server NAME NAMESPACE OPTIONS...; a client holds when it has done its traffic
start_server() { start "$1" "$2" "$TRAFFIC" "${@:3}" && says "$1" ready; }
start_client() { start "$1" "$2" "$TRAFFIC" "${@:3}" && says "$1" held; }

# ended NAME: waits for its end; the program's own status
ended()
{
	local status
	wait "${PID[$1]}"
	status=$?
	unset "PID[$1]"
	((status == 0)) || note "$1: status $status: $(tail -n 3 "$TMP/$1")"
	return "$status"
}

is_over() { ! kill -0 "${PID[$1]}" 2>/dev/null; }

# slay NAME...: kill and wait at once, or bash reports each death
slay()
{
	local name
	for name; do
		kill -KILL "${PID[$name]}" 2>/dev/null
		wait "${PID[$name]}" 2>/dev/null
		unset "PID[$name]"
	done
}

end() { kill -TERM "${PID[$1]}" && ended "$1"; }

in_state() { local line; read -r line 2>/dev/null <"/proc/$1/stat" && [[ $line == *") $2 "* ]]; }
wait_state() { busywait "$WAIT" in_state "$1" "$2" || fatal "process $1 never came to state $2"; }

# blocked PID: it sleeps in getsockopt (55; 365 in a 32-bit program)
blocked() { local line; read -r line 2>/dev/null <"/proc/$1/syscall" && [[ $line =~ ^(55|365)\  ]] && in_state "$1" S; }

# fields NAME...: their values in each line of standard input, which has words NAME=VALUE
fields()
{
	awk -v names="$*" '
	BEGIN { n = split(names, want, " ") }
	{
		delete f
		for (i = 1; i <= NF; i++) { eq = index($i, "="); f[substr($i, 1, eq - 1)] = substr($i, eq + 1) }
		for (i = 1; i <= n; i++) printf "%s%s", f[want[i]], i < n ? " " : "\n"
	}'
}

# --- the module's figures

stat() { cat "$SYS/stats/$1"; }
stat_is() { [[ $(stat "$1") == "$2" ]]; }
tun() { if (($# > 1)); then echo "$2" >"$SYS/$1" || fatal "tunable $1=$2"; else cat "$SYS/$1"; fi; }

# sums PROTO ID FILE...: what the programs say, of the pid (or tid=N) ID, "" for all; as getcnt says it
sums()
{
	awk -v proto="$1" -v id="$2" -v l2="$L2" '
	{
		delete f
		for (i = 1; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] }
		if (f["proto"] != proto || (id ~ /^[0-9]/ && f["pid"] != id) ||
		    (id ~ /^tid=/ && "tid=" f["tid"] != id))
			next
		sp += f["snd_packets"]; sb += f["snd_bytes"] + l2 * f["snd_packets"]
		rp += f["rcv_packets"]; rb += f["rcv_bytes"] + l2 * f["rcv_packets"]
		retrans += f["retrans"]
	}
	END {
		printf "%ssndpacks=%.0f %ssndbytes=%.0f %srcvpacks=%.0f %srcvbytes=%.0f", proto, sp, proto, sb, proto, rp, proto, rb
		if (retrans) printf " with %d retransmissions", retrans
	}' "${@:3}"
}

# said NAME PROTO: of the program that start() started
said() { sums "$2" "${PID[$1]}" "$TMP/$1"; }

# counted tgid|pid ID PROTO: the same, as the module has it
counted()
{
	local line
	line=$("$GETCNT" "$1" "$2")
	[[ $line =~ $3sndpacks=.*$3rcvbytes=[0-9]+ ]] && line=${BASH_REMATCH[0]}
	echo "$line"
}

# undisturbed FUNCTION NAME...: what starts these; once more if one has sent anything twice, of which
# nobody can tell all, as he whose SYN is not answered within a second does
undisturbed()
{
	local try name names=("${@:2}")
	for try in {1..5}; do
		"$1"
		cat "${names[@]/#/$TMP/}" | grep -q " retrans=[1-9]" || return 0
		note "$1, try $try: sent twice"
		for name in "${names[@]}"; do [[ ! -v PID[$name] ]] || end "$name"; done
	done
	fatal "$1: sent twice each time"
}

# exact WHAT PROTO ADDRESS [OPTION...]: a client with these options and its server, counted to the byte
exact()
{
	local what=$1 proto=$2 opts=("${@:3}")
	undisturbed exact_pair client server
	is "$(counted tgid "${PID[client]}" "$proto")" "$(said client "$proto")" "$what: a client is exact"
	is "$(counted tgid "${PID[server]}" "$proto")" "$(said server "$proto")" "$what: a server is exact"
	end client
	end server
}
exact_pair()
{
	start_server server "$SRV" "$proto-server" -H -a 100 "${opts[0]}" 5003
	start_client client "$CLI" "$proto-client" -H "${opts[@]:1}" "${opts[0]}" 5003
	says server held
}

# What came before has ended, and its records have gone.
forget()
{
	local timeout
	timeout=$(tun exit_timeout)
	tun exit_timeout 1
	busywait "$WAIT" stat_is processes 0 || fatal "processes that have ended stay known"
	busywait "$WAIT" stat_is exit_records 0 || fatal "the exit list stays as it is"
	tun exit_timeout "$timeout"
}

attaches()
{
	local before
	before=$(stat attached)
	in_ns "$1" "$TRAFFIC" udp-client -n 1 127.0.0.1 9 >/dev/null 2>&1
	(($(stat attached) > before))
}
no_sockets() { tun gc 1; stat_is sockets 0; }

# come_to_post NAMESPACE: rules have come to POST_ROUTING there, and the module comes when it meets a
# flow. Those before that are in the table of sockets; they are gone when this returns.
come_to_post()
{
	local timeout
	busywait "$WAIT" attaches "$1" || fatal "the module does not come to POST_ROUTING"
	timeout=$(tun unowned_timeout)
	tun unowned_timeout 1
	forget
	busywait "$WAIT" no_sockets || fatal "sockets stay known"
	tun unowned_timeout "$timeout"
}

# The eight sums of the books that are wrong, or that there has been no traffic at all.
books()
{
	grep -H . "$SYS"/stats/*_{tcp,udp}_* | awk -F '[/:]' '
	{
		term = what = $(NF - 1)
		sub(/_.*/, "", term); sub(/^[a-z]*_/, "", what)
		if (term == "total") { total[what] = $NF; all += $NF } else sum[what] += $NF
		terms[what] = terms[what] " " term "=" $NF
	}
	END {
		for (what in total)
			if (total[what] != sum[what]) print what ":" terms[what]
		if (!all) print "no traffic"
	}'
}

balanced() { BOOKS=$(books); [[ -z $BOOKS ]]; }

# Exact when it is quiet, so wait for that; a moment later a record may time out.
books_balance()
{
	busywait "$WAIT" balanced
	is "$BOOKS" "" "$1"
}

# spawned FILE...: "id and counters" of processes that traffic has spawned, as they themselves have counted
spawned()
{
	awk -v l2="$L2" '/^proto=tcp role=client/ {
		for (i = 1; i <= NF; i++) { split($i, kv, "="); f[kv[1]] = kv[2] }
		printf "id=%d tcpsndpacks=%d tcpsndbytes=%d tcprcvpacks=%d tcprcvbytes=%d\n", f["pid"], f["snd_packets"],
		       f["snd_bytes"] + l2 * f["snd_packets"], f["rcv_packets"], f["rcv_bytes"] + l2 * f["rcv_packets"]
	}' "$@" | sort
}
