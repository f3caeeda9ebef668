# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For those in the machine who measure what netatop costs with a great many processes, threads,
# sockets or flows.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=selftests/lib.sh
. "$here/../../lib.sh"
# shellcheck disable=SC2034 # of lib.sh: there is no plan to keep
FINISHED=1

# setup_many: a namespace from which datagrams go to a device that drops them
setup_many()
{
	sysctl -qw kernel.pid_max=200000 kernel.threads-max=200000 || fatal "sysctl"
	modprobe dummy numdummies=0 || fatal "no dummy"
	setup_ns CLI
	ip -n "$CLI" link add eth0 type dummy || fatal "no dummy"
	ip -n "$CLI" link set eth0 addrgenmode none up
	ip -n "$CLI" addr add 10.0.0.1/24 dev eth0
	# not a neighbour for each address
	ip -n "$CLI" route add 10.128.0.0/9 via 10.0.0.2
}

answers()
{
	local line=""
	read -ru "${MANY[0]}" line
	[[ $line == "$1" ]] || fatal "many: ${line:-has ended}, not $1"
}

# start_many WHAT NUMBER
start_many()
{
	coproc MANY { exec ip netns exec "$CLI" "$here/many" "$@"; }
	FIRST=$MANY_PID
	answers ready
}

# send_many NUMBER: the first so many send a datagram each
send_many()
{
	echo "$1" >&"${MANY[1]}"
	answers sent
}

end_many()
{
	local in=${MANY[1]}
	exec {in}>&-
	wait "$FIRST"
}

# conntrack_room ENTRIES: there is room for so many, and they stay
conntrack_room()
{
	modprobe nf_conntrack || fatal "no conntrack"
	echo "$1" >/sys/module/nf_conntrack/parameters/hashsize || fatal "hashsize"
	sysctl -qw net.netfilter.nf_conntrack_max=$((2 * $1)) || fatal "nf_conntrack_max"
	in_ns "$CLI" sysctl -qw net.netfilter.nf_conntrack_udp_timeout=86400 || fatal "timeout"
}
