#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sample.sh PROCESSES...: what a sample of so many processes that use the network costs, in the machine
# that run.sh --icount starts. Prints, in instructions, PROCESSES GETSOCKOPT DUMP TABLE WALK: a call for
# each of them, as atop does; a dump by netlink that is received, no more, one message for each or as a
# table; a walk over all of them by libnetatop, which gives a program what the calls do, and more.
# shellcheck source=selftests/vm/bench/many.sh
. "$(dirname "$(readlink -f "$0")")/many.sh"

children() { cat "/proc/$FIRST/task/$FIRST/children"; }

load_module
for n; do
	setup_many
	start_many processes "$n"
	send_many "$n"
	stat_is processes "$n" || fatal "processes: $(stat processes)"
	calls=$(children | "$here/cost" getcnt 5) || fatal "getcnt"
	dump=$("$here/cost" dump 5) || fatal "dump"
	table=$("$here/cost" table 5) || fatal "table"
	walk=$("$here/cost" walk 5) || fatal "walk"
	read -r walk _ told <<<"$walk"
	[[ $told == "$n" ]] || fatal "a walk tells of $told processes, not $n"
	echo "$n ${calls% *} ${dump% *} ${table% *} $walk"
	end_many
	forget
	end_all
done
