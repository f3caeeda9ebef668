# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What an outsider sees of a scenario, as text, without the module and with it. A scenario is a
# function that makes its namespaces, drives its traffic and shows what came of it. The name of a
# namespace is that of its variable there.
#
#	+------- CLI -------+        +--------- RTR ---------+        +------- SRV -------+
#	| eth0 10.7.1.1/24  | ------ | leg1 10.7.1.254       |        |                   |
#	|      fd00:7:1::1  |        |      10.7.2.254  leg2 | ------ | eth0 10.7.2.1/24  |
#	+-------------------+        +-----------------------+        +-------------------+

# shellcheck disable=SC2034 # used by the tests
FRAG=$HERE/frag FTP=$HERE/ftp
FAR4=10.7.2.1 FAR6=fd00:7:2::1 NEAR4=10.7.1.1 NEAR6=fd00:7:1::1
RTR=""
SEEN=""		# where a scenario is shown
ROUNDS=0

# same DESCRIPTION SCENARIO...: both ways in most of up to five rounds, or in the first. What depends on time alone
# (an acknowledgement of its own or on the next packet) can differ once; what the module changes differs
# again. The text without the module stays in $TMP/without, that of all rounds with it in $TMP/rounds.
same()
{
	local what=$1 round equal=0 began=$SECONDS
	shift
	: >"$TMP/rounds"
	for round in {1..5}; do
		ROUNDS=$round
		without "$@"
		with "$@"
		cat "$TMP/with" >>"$TMP/rounds"
		cmp -s "$TMP/without" "$TMP/with" && equal=$((equal + 1))
		if ((2 * equal > round)); then
			note "$((SECONDS - began)) s"
			ok "$what"
			return
		fi
		note "$what: different in round $round:"
		diff "$TMP/without" "$TMP/with" | head -n 30 | sed 's/^/# /'
	done
	not_ok "$what"
}

without()
{
	SEEN=$TMP/without
	: >"$SEEN"
	"$@"
	end_all
}

with()
{
	SEEN=$TMP/with
	: >"$SEEN"
	load_module
	"$@"
	(($(stat total_tcp_snd_packets) + $(stat total_udp_snd_packets))) ||
		fatal "the module has seen no traffic"
	end_all
	rmmod netatop || fatal "rmmod"
}

# always COUNT PATTERN DESCRIPTION: so many lines have PATTERN, without the module, or the scenario is not what it is
# meant to be, and in every round with it
always() { is "$(grep -cE -e "$2" "$TMP/without") $(grep -cE -e "$2" "$TMP/rounds")" "$1 $(($1 * ROUNDS))" "$3"; }

# show TITLE COMMAND...: what it prints
show()
{
	{
		echo "== $1"
		"${@:2}" 2>&1
	} | plain >>"$SEEN"
}

# Without what is different each time: times to go, ports that the kernel has chosen, the
# acknowledgements of TCP.
plain()
{
	sed -E '
		s/((tcp|udp|icmp|icmpv6|unknown) +[0-9]+) [0-9]+ /\1 T /
		s/^( *\[.*\] +|)[0-9]+ proto=/\1T proto=/
		s/(sport|dport)=(3[2-9]|[4-6][0-9])[0-9]{3}/\1=P/g
		/ tcp /s/ (packets|bytes)=[0-9]+//g
		/^# (Generated|Completed) /d
		s/ use=[0-9]+//
		s/^(:.*) \[[0-9:]*\]/\1/
		s/(,[0-9]+){2}(\)|$)/,P\2/; s/\|[0-9]+\|(\)|$)/|P|\1/'
}

# --- what there is to see

# netlink_sockets PID: groups of each one, and what waits in it
netlink_sockets()
{
	readlink "/proc/$1/fd/"* | awk '
		FNR == NR { if (sub(/^socket:\[/, "") && sub(/\]$/, "")) mine[$0]; next }
		$10 in mine { print $4, $5 }' - "/proc/$1/net/netlink"
}

subscribed() { netlink_sockets "$1" | grep -qv '^00000000 '; }

# It has read all that was sent to it, and waits for more.
drained() { in_state "$1" S && ! netlink_sockets "$1" | grep -q ' [1-9]'; }

# observe ROLE...: all events of conntrack, from now on
observe()
{
	local role name
	for role; do
		entries_stay "${!role}"
		start "events-$role" "${!role}" conntrack -E -o extended
		start "expect-$role" "${!role}" conntrack -E expect
		for name in "events-$role" "expect-$role"; do
			busywait "$WAIT" subscribed "${PID[$name]}" || fatal "conntrack -E"
		done
	done
}

# What ends by -F ends in any order. When a FIN is acknowledged depends on time.
events()
{
	grep -v DESTROY "$1" | grep -vE ' (CLOSE_WAIT|LAST_ACK) '
	grep DESTROY "$1" | plain | sort
}

entries()
{
	in_ns "$1" conntrack -L -f ipv4 -o extended 2>/dev/null | plain | sort
	in_ns "$1" conntrack -L -f ipv6 -o extended 2>/dev/null | plain | sort
	in_ns "$1" conntrack -L expect 2>/dev/null | plain | sort
	echo "count $(ct_count "$1")"
}

# The sums over all CPUs of what tells of trouble, or of helpers.
ct_statistics()
{
	in_ns "$1" cat /proc/net/stat/nf_conntrack | awk '
		function hex(text,  i, n) {
			for (i = 1; i <= length(text); i++)
				n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
			return n
		}
		NR == 1 { split($0, name); next }
		{ for (i = 1; i <= NF; i++) sum[i] += hex($i) }
		END {
			for (i in name)
				if (name[i] ~ /^(invalid|insert_failed|drop|early_drop|icmp_error|expect_.*)$/)
					print name[i], sum[i]
		}' | sort
}

# observed ROLE...: ends observe, and shows it with the tables of conntrack and of nftables
observed()
{
	local role name
	for role; do
		for name in "events-$role" "expect-$role"; do
			busywait "$WAIT" drained "${PID[$name]}" || fatal "conntrack -E goes on"
			slay "$name"
		done
		show "$role: events" events "$TMP/events-$role"
		show "$role: events of expectations" events "$TMP/expect-$role"
		conntrack_seen "$role"
	done
}

conntrack_seen()
{
	local role
	for role; do
		show "$role: entries" entries "${!role}"
		show "$role: statistics" ct_statistics "${!role}"
		show "$role: nft" in_ns "${!role}" nft list ruleset
	done
}

# Packets and bytes of each interface.
interfaces()
{
	ip -n "$1" -j -s link show | jq -c '.[] | [.ifname, .stats64]'
}

# counters NAMESPACE PATTERN: of IP, TCP and UDP
counters() { in_ns "$1" nstat -asz | awk -v pattern="$2" '$1 ~ pattern { print $1, $2 }'; }

# --- networks

# leg NAMESPACE NUMBER
leg()
{
	local ns dev
	ip link add eth0 netns "$1" address 02:00:00:00:00:07 type veth \
		peer name "leg$2" netns "$RTR" address 02:00:00:00:00:07 || fatal "no veth"
	for ns in "$1" "$RTR"; do
		dev=eth0
		[[ $ns != "$RTR" ]] || dev=leg$2
		# A router joins a group where there is multicast, and tells of it when it likes.
		ip -n "$ns" link set "$dev" arp off multicast off addrgenmode none
		ip -n "$ns" link set "$dev" up
	done
	ip -n "$1" addr add "10.7.$2.1/24" dev eth0
	ip -n "$1" addr add "fd00:7:$2::1/64" dev eth0 nodad
	ip -n "$RTR" addr add "10.7.$2.254/24" dev "leg$2"
	ip -n "$RTR" addr add "fd00:7:$2::254/64" dev "leg$2" nodad
	ip -n "$1" route add default via "10.7.$2.254" "${PATIENT[@]}"
	ip -n "$1" -6 route add default via "fd00:7:$2::254" "${PATIENT[@]}"
	in_ns "$1" sysctl -qw net.ipv4.tcp_early_retrans=0
}

setup_path()
{
	setup_ns CLI RTR SRV
	leg "$CLI" 1
	leg "$SRV" 2
	in_ns "$RTR" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# --- traffic

# rules ROLE TEXT
rules() { in_ns "${!1}" nft -f - <<<"$2" || fatal "nft: $2"; }

# client_says TITLE COMMAND...: a client's words and its status
client_says() { show "$1" in_ns "$CLI" "${@:2}"; }

# ftp SERVER-ADDRESS PORT CALLED-ADDRESS PORT COMMAND...: a session for each command
ftp()
{
	local command
	start ftp "$SRV" "$FTP" serve "$1" "$2" $(($# - 4))
	says ftp ready
	for command in "${@:5}"; do
		client_says "ftp client, $3 port $4, $command" "$FTP" get "$3" "$4" "$command"
	done
	ended ftp
	show "ftp server, port $2" cat "$TMP/ftp"
}
