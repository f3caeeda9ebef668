#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Rules that assign conntrack's ftp helper, in each chain that can: the module, which keeps its
# state where a helper would keep its own, must leave the room to the rule. And where a helper
# sits, the flow is accounted all the same.

source "$(dirname "$0")/lib.sh"
need_tools ip nft ethtool conntrack awk

# helper_rule NAMESPACE HOOK
helper_rule()
{
	in_ns "$1" nft -f - <<-EOT || fatal "nft"
		table inet h {
			ct helper ftp { type "ftp" protocol tcp; }
			chain c {
				type filter hook $2 priority 0;
				tcp dport 21 ct helper set "ftp"
			}
		}
	EOT
}

helpers() { in_ns "$1" conntrack -L -p tcp --dport 21 2>/dev/null | grep -o 'helper=[a-z]*'; }

control()
{
	start_server server "$SRV" tcp-server -e -N -H "$SRV4" 21
	start_client client "$CLI" tcp-client -N -H -r 20 -w 60 "$SRV4" 21
	says server held
}

one()
{
	local hook=$1 ns
	setup_pair
	case $hook in
	prerouting | input) ns=$SRV ;;
	*) ns=$CLI ;;
	esac
	helper_rule "$ns" "$hook"
	control
	is "$(helpers "$ns")" "helper=ftp" "$hook: without the module the flow has its helper"
	end client
	end server
	in_ns "$ns" conntrack -F >/dev/null 2>&1

	load_module
	control
	is "$(helpers "$ns")" "helper=ftp" "$hook: with the module, too"
	is "$(counted tgid "${PID[client]}" tcp)" "$(said client tcp)" "$hook: the client is accounted"
	is "$(counted tgid "${PID[server]}" tcp)" "$(said server tcp)" "$hook: the server is accounted"
	books_balance "$hook: the books balance"
	end client
	end server
	check "$hook: the module can go" rmmod netatop
	is "$(helpers "$ns")" "helper=ftp" "$hook: and leaves the helper alone"
	end_all
}

plan $((4 * 7))
[[ -d /sys/module/netatop ]] && rmmod netatop
for hook in prerouting input output postrouting; do
	one "$hook"
done
finish
