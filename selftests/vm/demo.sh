#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make run` shows, as root: traffic of several kinds between two network namespaces, and who
# owns it, as the module and as atop tell it.
set -u
cd "$(dirname "$(readlink -f "$0")")/.." || exit
# shellcheck source=../lib.sh
source ./lib.sh
FINISHED=1	# no verdicts here; lib.sh still cleans up

title() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

NETATOP=$HERE/../utils/netatop/netatop

# A copy with a name of its own, for atop to show.
as() { mkdir -p "$TMP/bin"; cp "$TRAFFIC" "$TMP/bin/$1"; echo "$TMP/bin/$1"; }

# serve NAME OPTIONS..., and use NAME OPTIONS... for its client
serve() { start "$1" "$SRV" "$(as "$1")" "${@:2}" && says "$1" ready; }
use() { start "$1" "$CLI" "$(as "$1")" "${@:2}" && says "$1" held; }

books_sum() { local sum=0 file; for file in "$SYS"/stats/"$1"_*_bytes; do sum=$((sum + $(<"$file"))); done; echo "$sum"; }

load_module
setup_pair
title "netatop $(<"$SYS/version") on Linux $(uname -r)"
echo "loaded; conntrack=$(tun conntrack), one record for at most $(tun max_records) threads"

title "Traffic between two network namespaces"
start iperf3-server "$SRV" iperf3 -s
busywait "$WAIT" in_ns "$SRV" ss -Htln "sport = 5201" >/dev/null
serve chat-server tcp-server -H -e -N "$SRV4" 7001
serve udp-server udp-server -H "$SRV4" 7002
serve v6-server tcp-server -H "$SRV6" 7003
serve web-server tcp-server -H -n 50 -f "$SRV4" 7004
before=$(witness "$CLI")
echo "bulk       iperf3, 20 MB over TCP"
in_ns "$CLI" iperf3 -c "$SRV4" -n 20M >/dev/null || fatal "iperf3"
echo "chatty     1000 requests and answers of 100 bytes"
use chat-client tcp-client -H -N -r 1000 -w 100 "$SRV4" 7001
echo "UDP        4000 datagrams of 1000 bytes"
use udp-client udp-client -H -n 4000 -w 1000 "$SRV4" 7002
echo "IPv6       2 MB over TCP"
use v6-client tcp-client -H -n 2000000 -w 20000 "$SRV6" 7003
echo "short      50 processes that live for one connection"
in_ns "$CLI" "$TRAFFIC" spawn 50 tcp-client -n 2000 -w 500 "$SRV4" 7004 >/dev/null || fatal "spawn"
says web-server held
after=$(witness "$CLI")
tun gc 1

title "/proc/netatop"
cat /proc/netatop

title "atop -K -P PRN: who sent and received what"
printf '%-7s %-16s %11s %11s %11s %11s\n' pid name 'sent pkts' bytes 'rcvd pkts' bytes
ATOPACCT='' atop -K -P PRN 1 1 2>/dev/null | awk '
	$1 == "PRN" && $10 == "y" && $11 + $13 + $15 + $17 {
		printf "%-7s %-16s %11d %11d %11d %11d\n", $7, $8,
			$11 + $15, $12 + $16, $13 + $17, $14 + $18
	}'
echo "and $(stat exit_records) finished processes wait for a reader (netatopd) on the exit list"

title "netatop ps"
"$NETATOP" ps

title "netatop flows: the chat, in the client's namespace"
in_ns "$CLI" "$NETATOP" flows -p "${PID[chat-client]}"

title "netatop books"
"$NETATOP" books

title "Does every byte have an owner?"
owned=$(($(books_sum tasks) + $(books_sum exited) + $(books_sum retired)))
read -ra a <<<"$before"
read -ra b <<<"$after"
# both ends of the link are on this host, so what one sends the other receives
wire=$((2 * (b[1] - a[1] + b[3] - a[3])))
awk -v owned="$owned" -v wire="$wire" 'BEGIN {
	printf "%d bytes passed the interfaces of both namespaces,\n", wire
	printf "%d of them have an owner: %.3f %%\n", owned, 100 * owned / wire
}'

title "On a machine of your own"
cat <<-END
	make && make install && modprobe netatop     as root; or dkms, see README.md
	netatop                                      a live view; ? for help
	netatop doctor                               is anything missing?
	atop -K                                      then press n
END
