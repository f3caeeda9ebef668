# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Processes that do with sockets what a test tells them, when it tells them: see actor.c. Sourced by
# a test, after lib.sh:
#
#	actor NAME NAMESPACE		starts one
#	tell NAME COMMANDS		has it done when it returns
#	asked NAME COMMANDS		the same, and what was answered is in $ANSWER

declare -A TOLD=() HEARD=()
ANSWER=""

actor()
{
	local told heard
	if [[ -n ${TOLD[$1]-} ]]; then
		told=${TOLD[$1]} heard=${HEARD[$1]}
		exec {told}>&- {heard}>&-
	fi
	rm -f "$TMP/$1.told" "$TMP/$1.heard"
	mkfifo "$TMP/$1.told" "$TMP/$1.heard"
	exec {told}<>"$TMP/$1.told" {heard}<>"$TMP/$1.heard"
	TOLD[$1]=$told HEARD[$1]=$heard
	start "$1" "$2" "$HERE/actor" "$TMP/$1.told" "$TMP/$1.heard"
}

asked()
{
	echo "$2" >&"${TOLD[$1]}"
	read -rt $((WAIT / 1000)) -u "${HEARD[$1]}" ANSWER || fatal "$1: no answer to: $2 ($(<"$TMP/$1"))"
}

tell()
{
	asked "$@"
	[[ $ANSWER == ok ]] || fatal "$1: $ANSWER: $2"
}

# It exits, with what it has open.
dismiss()
{
	echo exit >&"${TOLD[$1]}"
	ended "$1"
}

# meet ADDRESS PORT: cli connects to srv, each with the connection as its socket 1
meet()
{
	local v=4
	[[ $1 != *:* ]] || v=6
	tell srv "tcp$v 0; set 0 reuse 1; bind 0 $1 $2; listen 0"
	tell cli "tcp$v 1; set 1 nodelay 1; connect 1 $1 $2"
	tell srv "accept 1 0; set 1 nodelay 1"
}

# quiet: nothing passes any more
quiet() { local last="" same=0; busywait "$WAIT" same_as_last || fatal "it is never quiet"; }
same_as_last()
{
	local file now=""
	for file in "$SYS"/stats/total_{tcp,udp}_{snd,rcv}_packets; do
		now+="$(<"$file") "
	done
	[[ $now == "$last" ]] || same=0
	last=$now
	((++same > 3))
}

# The timers of TCP are quick, as a case is about them: see setup_pair
quick_timers()
{
	local i=1 ns
	for ns in "$CLI" "$SRV"; do
		ip -n "$ns" route change 10.9.0.0/24 dev eth0 proto kernel scope link \
			src "10.9.0.$i" rto_min 200ms || fatal "rto_min"
		ip -n "$ns" -6 route change fd00:9::/64 dev eth0 proto kernel metric 256 \
			rto_min 200ms || fatal "rto_min"
		i=$((i + 1))
	done
}

# nstat_of NAMESPACE NAME: a counter of the kernel's
nstat_of() { in_ns "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'; }
nstat_above() { (($(nstat_of "$1" "$2") > $3)); }

# lose NAMESPACE MATCH...: what matches is lost there, after its interface has counted it
lose()
{
	in_ns "$1" nft -f - <<-EOT || fatal "nft"
		table netdev loss {
			counter lost { }
			chain in {
				type filter hook ingress device eth0 priority 0;
				${*:2} counter name lost drop
			}
		}
	EOT
}

# How many packets and bytes of the network layer it has been.
lost()
{
	in_ns "$1" nft list counter netdev loss lost | sed -n 's/.*packets \([0-9]*\) bytes \([0-9]*\).*/\1 \2/p'
}
has_lost() { local n; read -r n _ < <(lost "$1"); ((n >= $2)); }

# lose_end NAMESPACE: from now on nothing is; LOST is what it has been
lose_end()
{
	in_ns "$1" nft delete chain netdev loss in
	read -ra LOST < <(lost "$1")
	in_ns "$1" nft delete table netdev loss
}

# without_lost PROTO TRUTH: of what an interface has received, LOST came no further
without_lost()
{
	local p b
	p=$(figure "$1rcvpacks" "$2")
	b=$(figure "$1rcvbytes" "$2")
	echo "${2%% "$1rcvpacks"*} $1rcvpacks=$((p - LOST[0])) $1rcvbytes=$((b - LOST[1] - L2 * LOST[0]))"
}

# no_connection NAMESPACE PORT: none is from or to this port
no_connection() { [[ -z $(in_ns "$1" ss -Htan "sport = :$2 or dport = :$2") ]]; }
