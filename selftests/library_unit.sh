#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# The unit tests of libnetatop, with the compiler's sanitizers, and under valgrind if it is there.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/unit.sh"

TESTS=$HERE/../utils/lib/tests
NAMES=(test_parse test_damage test_requests test_walks test_events)

plan $((2 * ${#NAMES[@]}))
unit_tests "$TESTS" "${NAMES[@]}"
finish
