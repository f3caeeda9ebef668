#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# collector.sh WHAT NUMBER...: what the collector costs, and loading and unloading the module, with
# so many flows (entries of conntrack), processes, threads or sockets, in the machine that run.sh
# --icount starts. Prints a line for each number:
#
#	WHAT NUMBER GC GC-CHANGED LOAD LOAD-NS UNLOAD UNLOAD-NS
#
# GC: instructions of FORCE_GC when nothing has changed; GC-CHANGED: when one in a hundred has sent a
# packet. LOAD and UNLOAD: instructions; -NS: with all that they wait for.
# shellcheck source=selftests/vm/bench/many.sh
. "$(dirname "$(readlink -f "$0")")/many.sh"
WHAT=$1
shift

# the file system of the machine is slow
KO=/run/netatop.ko
strip -d -o "$KO" "$NETATOP_KO" || fatal "strip"

changed()
{
	local i cost least=""
	for i in 1 2 3; do
		send_many $((NUMBER / 100))
		cost=$("$here/cost" gc 1) || fatal "gc"
		cost=${cost% *}
		[[ -n $least ]] && ((least < cost)) || least=$cost
	done
	echo "$least"
}

# For comparison: a module that has hooks and nothing else.
if [[ $WHAT == flows ]]; then
	load=$("$here/cost" load "$FLOOR_KO") || fatal "load floor"
	unload=$("$here/cost" unload floor) || fatal "unload floor"
	echo "empty-module 0 - - $load $unload"
fi

for NUMBER; do
	load_module
	setup_many
	if [[ $WHAT == flows ]]; then
		conntrack_room "$NUMBER"
		conntrack_rule "$CLI"
	fi
	tun max_sockets 1000000
	start_many "$WHAT" "$NUMBER"
	send_many "$NUMBER"
	[[ $WHAT != flows ]] || (($(ct_count "$CLI") >= NUMBER)) || fatal "entries: $(ct_count "$CLI")"
	gc=$("$here/cost" gc 3) || fatal "gc"
	changed=$(changed)
	unload=$("$here/cost" unload netatop) || fatal "unload"
	load=$("$here/cost" load "$KO") || fatal "load"
	echo "$WHAT $NUMBER ${gc% *} $changed $load $unload"
	end_many
	end_all
done
