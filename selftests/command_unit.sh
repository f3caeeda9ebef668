#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# The unit tests of the command netatop, with the compiler's sanitizers, and under valgrind if it is
# there.

source "$(dirname "$0")/lib.sh"

TESTS=$HERE/../utils/netatop/tests
mapfile -t NAMES < <(make -s -C "$TESTS" list)

# passes COMMAND...: and says so itself, of at least one test
passes()
{
	"$@" >"$TMP/unit" 2>&1 && grep -q '^\[  PASSED  \] [1-9]' "$TMP/unit" && return
	grep -v '^\[ RUN\|^\[       OK' "$TMP/unit"
	return 1
}

plan $((1 + 2 * ${#NAMES[@]}))
check "there are such tests" test "${#NAMES[@]}" -ge 5
for name in "${NAMES[@]}"; do
	check "$name, with sanitizers" passes "$TESTS/$name"
	if command -v valgrind >/dev/null; then
		check "$name, with valgrind" passes valgrind -q --leak-check=full --error-exitcode=9 "$TESTS/$name.plain"
	else
		check "$name" passes "$TESTS/$name.plain"
	fi
done
finish
