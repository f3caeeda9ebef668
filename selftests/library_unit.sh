#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# The unit tests of libnetatop, with the compiler's sanitizers, and under valgrind if it is there.

source "$(dirname "$0")/lib.sh"

TESTS=$HERE/../utils/lib/tests
NAMES=(parse damage requests walks events)

# passes COMMAND...: and says so itself, of at least one test
passes()
{
	"$@" >"$TMP/unit" 2>&1 && grep -q '^\[  PASSED  \] [1-9]' "$TMP/unit" && return
	grep -v '^\[ RUN\|^\[       OK' "$TMP/unit"
	return 1
}

plan $((2 * ${#NAMES[@]}))
for name in "${NAMES[@]}"; do
	check "$name, with sanitizers" passes "$TESTS/test_$name"
	if command -v valgrind >/dev/null; then
		check "$name, with valgrind" passes valgrind -q --leak-check=full --error-exitcode=9 "$TESTS/test_$name.plain"
	else
		check "$name" passes "$TESTS/test_$name.plain"
	fi
done
finish
