#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# part: harmless
# timeout: 1200
#
# Helpers that rules assign, wherever they may, at the first, a middle and the last priority: nobody
# can tell from sessions, entries, expectations and events of conntrack that the module is loaded,
# which keeps its state where a helper would keep its own.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/outside.sh"
need_tools ip nft iptables iptables-save conntrack ethtool awk

# Behind these only the module itself, SYN proxy and the confirmation of the entry follow.
LAST_IN=2147483644 LAST_POST=2147483645

# chain HOOK PRIORITY PORT
chain()
{
	echo "chain $1_$3 { type filter hook $1 priority $2; tcp dport $3 ct helper set \"ftp\"; }"
}

helper_chains()
{
	rules SRV "table inet h {
		ct helper ftp { type \"ftp\" protocol tcp; }
		$(chain prerouting -199 2101)
		$(chain prerouting 0 2102)
		$(chain prerouting 2147483647 2103)
		$(chain input -100 2104)
		$(chain input 0 2105)
		$(chain input "$LAST_IN" 2106)
		chain related { type filter hook input priority 0;
			ct state related ct helper \"ftp\" counter; ct state new counter; }
	}"
	rules CLI "table inet h {
		ct helper ftp { type \"ftp\" protocol tcp; }
		$(chain output -199 2107)
		$(chain output 0 2108)
		$(chain output 2147483647 2109)
		$(chain postrouting -100 2110)
		$(chain postrouting 0 2111)
		$(chain postrouting "$LAST_POST" 2112)
		chain related { type filter hook output priority 10;
			ct state related ct helper \"ftp\" counter; ct state new counter; }
	}"
}

# chains [late]: the module, if there is one, comes before the rules or after them. It makes a difference to
# who is the last of those with the same priority.
chains()
{
	local port
	setup_pair
	helper_chains
	if [[ ${1-} == late && -d /sys/module/netatop ]]; then
		rmmod netatop || fatal "rmmod"
		load_module
	fi
	observe CLI SRV
	for port in {2101..2112}; do
		ftp "$SRV4" "$port" "$SRV4" "$port" PASV
	done
	for port in 2103 2106 2109 2112; do
		ftp "$SRV4" "$port" "$SRV4" "$port" PORT
		ftp "$SRV6" "$port" "$SRV6" "$port" EPSV EPRT
	done
	observed CLI SRV
}

# xt_ct IPTABLES PORT: in both namespaces
xt_ct()
{
	in_ns "$SRV" "$1" -t raw -A PREROUTING -p tcp --syn --dport "$2" -j CT --helper ftp || fatal "$1"
	in_ns "$CLI" "$1" -t raw -A OUTPUT -p tcp --syn --dport "$2" -j CT --helper ftp || fatal "$1"
	in_ns "$SRV" "$1" -A INPUT -p tcp --syn -m conntrack --ctstate RELATED -m helper --helper ftp || fatal "$1"
}

# What else makes room for a helper: a connection is expected by a rule, not by a helper.
xtables()
{
	local role
	setup_pair
	xt_ct iptables-nft 2120
	xt_ct iptables-legacy 2121
	rules SRV 'table inet e {
		ct expectation next { protocol tcp; dport 5002; timeout 1h; size 8; l3proto ip; }
		chain in { type filter hook input priority 0;
			tcp dport 5001 ct expectation set "next"; ct state related counter; }
	}'
	observe CLI SRV
	ftp "$SRV4" 2120 "$SRV4" 2120 PASV PORT
	ftp "$SRV4" 2121 "$SRV4" 2121 PASV PORT
	for port in 5001 5002; do
		start_server server "$SRV" tcp-server -e "$SRV4" "$port"
		in_ns "$CLI" "$TRAFFIC" tcp-client -r 3 "$SRV4" "$port" >/dev/null || echo "port $port: failed" >>"$SEEN"
		ended server
	done
	observed CLI SRV
	for role in CLI SRV; do
		show "$role: iptables-nft" in_ns "${!role}" iptables-nft-save -c
		show "$role: iptables-legacy" in_ns "${!role}" iptables-legacy-save -c
	done
}

plan 13
[[ -d /sys/module/netatop ]] && rmmod netatop
modprobe -a nf_conntrack_netlink nf_conntrack_ftp xt_CT xt_helper nft_ct || fatal "no conntrack"

for order in early late; do
	same "a helper set in each chain that can, at several priorities; the module is $order" chains "$order"
	always 24 '^ipv[46] .* dport=21[01][0-9] .*helper=ftp' "each control connection has its helper"
	always 24 '^transfer: 5000 bytes' "and each session its transfer"
	always 2 'ct state related ct helper "ftp" counter packets 8 ' "each passive transfer was expected"
done

same "a helper set by xt_CT, an expectation by nftables" xtables
always 4 '^transfer: 5000 bytes' "each session has its transfer"
always 2 '^\[2:120\] -A INPUT .*RELATED' "each transfer was expected"
# It goes the other way, from the server to the client.
always 1 '^ *\[NEW\] T proto=6 src=10\.9\.0\.2 dst=10\.9\.0\.1 .*dport=5002 .*class=0' "and there is the expectation"
always 0 ': failed$' "and each connection is made"
finish
