#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# profile_guest.sh VARIANT BENCH-ARG...: in the machine of profile.sh. Prints the kernel's symbols and
# READY, and then sends messages without end, between sockets of one network namespace.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=selftests/lib.sh
. "$here/../../lib.sh"
FINISHED=1
VARIANT=$1
shift
setup_pair
case $VARIANT in
none | ct) ;;
*) load_module gc_interval=1 ;;
esac
case $VARIANT in
ct | rule)
	conntrack_rule "$CLI"
	# room for connections that are made without end
	sysctl -qw net.netfilter.nf_conntrack_max=100000 || fatal "sysctl"
	;;
on) tun conntrack on ;;
esac
# takes a while
cat /proc/kallsyms
start bench "$CLI" "$here/bench" -w 3200 -p -b 1000 -r 1000 "$@"
says bench measuring
echo READY
wait "${PID[bench]}"
