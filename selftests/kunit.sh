#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# needs: kunit
# debug: first
# small: first
#
# The tests inside the module, src/test_*.c: they run when it is loaded, before anything of it is
# set up, and KUnit tells of each suite in debugfs. One verdict for each suite: all cases that
# the sources have were run, and passed.

source "$(dirname "$0")/lib.sh"

SRC=$HERE/../src
KUNIT=/sys/kernel/debug/kunit

# suite FILE: SUITE is its name, CASES how many it has. Without a program: on a kernel that watches
# itself each takes seconds.
suite()
{
	local line
	SUITE="" CASES=0
	while IFS= read -r line; do
		[[ $line == $'\tKUNIT_CASE('* ]] && CASES=$((CASES + 1))
		[[ $line =~ ^$'\t'\.name$'\t'+=\ \"(.*)\",$ ]] && SUITE=${BASH_REMATCH[1]}
	done <"$1"
}

# verdict FILE
verdict()
{
	local line lines passed=0 end=""
	suite "$1"
	if [[ ! -r $KUNIT/$SUITE/results ]]; then
		not_ok "$SUITE: was not run"
		return
	fi
	mapfile -t lines <"$KUNIT/$SUITE/results"
	for line in "${lines[@]}"; do
		[[ $line =~ ^'    ok '[0-9]+' '[a-z0-9_]+$ ]] && passed=$((passed + 1))
		end=$line
	done
	if [[ $end == "ok 1 $SUITE" ]] && ((passed == CASES && passed > 0)); then
		ok "$SUITE: $passed cases"
	else
		not_ok "$SUITE: $passed of $CASES cases passed"
		printf '# %s\n' "${lines[@]}"
	fi
}

SOURCES=("$SRC"/test_*.c)
plan $((${#SOURCES[@]} + 2))
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug || fatal "no debugfs"
[[ -d $KUNIT ]] || skip_all "needs a kernel with KUnit, and kunit.enable=1"
load_module
SUITES=("$KUNIT"/netatop_*)
is "${#SUITES[@]}" "${#SOURCES[@]}" "every suite is run"
for file in "${SOURCES[@]}"; do
	verdict "$file"
done
# What the tests did is not in the module's books. Others may have begun to fill these since.
is "$(cat "$SYS"/stats/{record_overflow,socket_overflow,claimed,late_packets,exit_records})" $'0\n0\n0\n0\n0' "nothing is left of it"
finish
