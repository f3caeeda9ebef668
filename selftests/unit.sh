# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Unit tests of user space: each program is run with the compiler's sanitizers, and another build of it
# under valgrind, if it is there.

# passes COMMAND...: and says so itself, of at least one test
passes()
{
	"$@" >"$TMP/unit" 2>&1 && grep -q '^\[  PASSED  \] [1-9]' "$TMP/unit" && return
	grep -v '^\[ RUN\|^\[       OK' "$TMP/unit"
	return 1
}

# unit_tests DIRECTORY NAME...: two verdicts each
unit_tests()
{
	local dir=$1 name
	shift
	for name; do
		check "$name, with sanitizers" passes "$dir/$name"
		if command -v valgrind >/dev/null; then
			check "$name, with valgrind" passes valgrind -q --leak-check=full --error-exitcode=9 "$dir/$name.plain"
		else
			check "$name" passes "$dir/$name.plain"
		fi
	done
}
