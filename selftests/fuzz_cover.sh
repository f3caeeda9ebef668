#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# needs: kcov
# timeout: 600
# small: first
#
# Fuzzing that KCOV guides: netlink, getsockopt and packets. What reaches code that nothing before it has
# reached is kept and changed further, so it gets past checks that chance does not. The kernel log stays clean, a
# transfer beside it is exact, and the books balance. That it is guided is seen from what it keeps: inputs that
# went where the good ones, with which it begins, have not gone.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/fuzzing.sh"
need_tools ip nft objdump

value() { sed -n "s/.*\\b$1=\\([0-9]*\\).*/\\1/p" "$TMP/figures"; }

# door NAME COUNT
door()
{
	figures "$MODE: $1" "$CLI" nsenter --mount=/proc/1/ns/mnt "$HERE/fuzz_cover" "$1" $(($2 * ROUNDS)) "$SEED" "$TMP/blocks.$MODE.$1" "${TAP[@]}"
	check "$MODE: $1: it is guided" test "$(value kept)" -gt 0
}

body()
{
	targets
	door packet 1500
	# more than there is room for in one answer
	start throng "$CLI" "$HERE/throng" 200 9
	says throng ready
	door netlink 2500
	slay throng
	door sockopt 800
	targets_end
}

# What was reached by all of it, in the module as it is loaded
reached()
{
	local all functions
	all=$(objdump -r "$NETATOP_KO" | grep -c __sanitizer_cov_trace_pc)
	sort -u "$TMP"/blocks.* >"$TMP/all"
	grep '\[netatop\]' /proc/kallsyms | grep -i ' t ' | sort >"$TMP/symbols"
	functions=$(sort -m <(sed 's/$/ reached/' "$TMP/all") "$TMP/symbols" |
		awk '$2 != "reached" { name = $3; next } name != "" { print name }' | sort -u | wc -l)
	note "blocks: $(wc -l <"$TMP/all") of $all; functions: $functions of $(wc -l <"$TMP/symbols")"
}

plan $((2 * (2 * 3 + 2 + 2) + 3))
begin_fuzzing
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug || fatal "no debugfs"
[[ -e /sys/kernel/debug/kcov ]] || skip_all "needs a kernel with KCOV"
load_module
MODES="rule off"
for_each_mode body
reached
setup_pair
exact "afterwards" tcp "$SRV6" -n 30000
books_balance "afterwards: the books balance"
finish
