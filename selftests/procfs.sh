#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# /proc/netatop: the lines that existing scripts read, in their order; the same figures as in
# /sys/kernel/netatop/stats; and (unident: N) that tells the truth.

source "$(dirname "$0")/lib.sh"
need_tools ip nft awk ping

# field NAME, unident NAME: of a line of /proc/netatop
field() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" /proc/netatop; }
unident() { sed -n "s/^$1: .*(unident: *\([0-9]*\))$/\1/p" /proc/netatop; }

format()
{
	local wanted
	wanted="tcpsndpacks: N (unident: N)
tcprcvpacks: N (unident: N)
udpsndpacks: N (unident: N)
udprcvpacks: N (unident: N)
icmpsndpacks: N
icmprcvpacks: N
#sockinfo: N (overflow: N)
#taskinfo: N (overflow: N)
#taskexit: N
modversion: $(<"$SYS/version")"
	is "$(grep . /proc/netatop | head -n 10 | sed '/^modversion/!s/[0-9]\+/N/g'| sed '/^modversion/!s/[0-9]\+/N/g' | tr -s ' ')" "$wanted" "$1: the lines, in their order"
	is "$(command stat -c '%a %s' /proc/netatop)" "444 0" "$1: a file for all to read"
}

same()
{
	local p d got="" wanted=""
	for p in tcp udp; do
		for d in snd rcv; do
			got+="$p$d $(field "$p${d}packs") $(unident "$p${d}packs"), "
			wanted+="$p$d $(stat "total_${p}_${d}_packets") $(($(stat "unidentified_${p}_${d}_packets") + $(stat "unowned_${p}_${d}_packets"))), "
		done
	done
	for d in snd rcv; do
		got+="icmp$d $(field "icmp${d}packs"), "
		wanted+="icmp$d $(stat "icmp_${d}_packets"), "
	done
	got+="$(field '#taskinfo') $(field '#taskexit')"
	wanted+="$(stat processes) $(stat exit_records)"
	is "$got" "$wanted" "$1: the figures of stats"
}

no_unowned() { echo 1 >"$SYS/gc"; stat_is unowned_records 0; }

plan 14
load_module
tun exit_timeout 3600
setup_pair
conntrack_rule "$CLI"
conntrack_rule "$SRV"
format "no traffic"
same "no traffic"

start_server server "$SRV" tcp-server -H "$SRV4" 5001
start_client client "$CLI" tcp-client -H -n 100000 "$SRV4" 5001
in_ns "$CLI" "$TRAFFIC" udp-client -n 1 "$SRV4" 9 >/dev/null 2>&1	# refused: a process and ICMP
in_ns "$CLI" ping -q -c 3 -i 0.01 "$SRV4" >/dev/null
says server held
busywait "$WAIT" stat_is exit_records 1
format "traffic"
same "traffic"
is "$(field '#taskinfo') $(field '#taskexit')" "2 1" "two processes live, one finished"
check "flows are counted ($(field '#sockinfo'))" test "$(field '#sockinfo')" -ge 2
is "$(field '#sockinfo')" "$("$HERE/nl" page flow | grep -c '^cmd=2 ')" "of both namespaces, as many as netlink tells of"
is "$(field icmpsndpacks) $(field icmprcvpacks)" "7 7" "3 echo requests, 3 replies, 1 port unreachable"
is "$(unident tcpsndpacks) $(unident tcprcvpacks)" "0 0" "every TCP packet has found its process"

tun unowned_timeout 1
# A closed port: the host itself answers the SYN with a reset, no process has to do with it.
for _ in 1 2 3 4 5; do
	in_ns "$CLI" "$TRAFFIC" tcp-client "$SRV4" 9 >/dev/null 2>&1
done
busywait "$WAIT" no_unowned
is "$(unident tcprcvpacks) $(unident tcpsndpacks)" "5 5" "5 SYNs to a closed port and their 5 resets are unidentified"
is "$(unident udpsndpacks) $(unident udprcvpacks)" "0 1" "and so is the datagram to a closed port"
end client
end server
books_balance "the books balance"
finish
