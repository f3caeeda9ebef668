#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# needs: kcov
# timeout: 1200
# small: first
#
# Fuzzing that KCOV guides: netlink, getsockopt and packets. What reaches code that nothing before it has
# reached is kept and changed further, so it gets past checks that chance does not. The kernel log stays clean, a
# transfer beside it is exact, and the books balance. That it is guided is seen from what it keeps: inputs that
# are made of such that were not there in the beginning. FUZZ_SEED does not repeat a run to the letter: time and
# other traffic take part.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/fuzzing.sh"
need_tools ip nft nsenter

value() { sed -n "s/.*\\b$1=\\([0-9]*\\).*/\\1/p" "$TMP/figures"; }

# door NAME COUNT: not in the mount namespace of CLI, which has no debugfs
door()
{
	local deep
	figures "$MODE: $1" "$CLI" nsenter --mount=/proc/1/ns/mnt "$HERE/fuzz_cover" "$1" $(($2 * ROUNDS)) "$SEED" "$TMP/blocks.$MODE.$1" "${TAP[@]}"
	deep=$(value deep)
	DEEP=$((DEEP + ${deep:-0}))
}

body()
{
	targets
	door packet 1000
	# more than there is room for in one answer
	start throng "$CLI" "$HERE/throng" 200 9
	says throng ready
	door netlink 1500
	slay throng
	door sockopt 500
	targets_end
}

# What was reached by all of it
reached()
{
	sort -u "$TMP"/blocks.* >"$TMP/all"
	grep '\[netatop\]' /proc/kallsyms | grep -i ' t ' | sort >"$TMP/symbols"
	note "blocks: $(wc -l <"$TMP/all"); functions: $(sort -m <(sed 's/$/ reached/' "$TMP/all") "$TMP/symbols" |
		awk '$2 != "reached" { name = $3; next } name != "" { print name }' | sort -u | wc -l)"
}

# on is as rule to the doors; and there is time for both others only where it is meant to take long
MODES=rule COUNT=1
((ROUNDS == 1)) || MODES="rule off" COUNT=2
plan $((COUNT * (3 + 3 + 2) + 1 + 3))
begin_fuzzing
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug || fatal "no debugfs"
[[ -e /sys/kernel/debug/kcov ]] || skip_all "needs a kernel with KCOV"
# A walk over flows looks at each chain of the table: with fewer, more of what is traced is something else.
HASH=/sys/module/nf_conntrack/parameters/hashsize
modprobe nf_conntrack || skip_all "needs conntrack"
for_now "$HASH" 1024
load_module
DEEP=0
for_each_mode body
reached
check "it is guided" test "$DEEP" -gt 0
setup_pair
exact "afterwards" tcp "$SRV6" -n 30000
books_balance "afterwards: the books balance"
finish
