#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# The unit tests of the command netatop, with the compiler's sanitizers, and under valgrind if it is
# there.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/unit.sh"

TESTS=$HERE/../utils/netatop/tests
mapfile -t NAMES < <(make -s -C "$TESTS" list)

plan $((1 + 2 * ${#NAMES[@]}))
check "there are such tests" test "${#NAMES[@]}" -ge 5
unit_tests "$TESTS" "${NAMES[@]}"
finish
