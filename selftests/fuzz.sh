#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
# debug: first
#
# What nobody would send, write or ask: getsockopt, by 64 and by 32 bits; text for the tunables; packets,
# by a tap device with headers for offloads that do not fit, and by raw sockets, to and from ports that
# are in use. (netlink_life does the same to netlink.) The kernel log stays clean, a damaged packet has
# no effect on what is counted of others, and the books balance. FUZZ_SEED repeats a run, FUZZ_ROUNDS
# makes it longer.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/fuzzing.sh"
need_tools ip nft nsenter

body()
{
	targets
	figures "$MODE: packets" "$CLI" "$HERE/fuzz_packet" $((5000 * ROUNDS)) "$SEED" "${TAP[@]}"
	targets_end
}

plan $((3 * (1 + 3 + 2) + 2 + 2 + 3))
begin_fuzzing
load_module
for_each_mode body
setup_pair
figures "getsockopt" "$CLI" "$HERE/fuzz_sockopt" $((20000 * ROUNDS)) "$SEED"
figures "getsockopt, 32 bits" "$CLI" "$HERE/fuzz_sockopt32" $((20000 * ROUNDS)) "$SEED"
before=$(grep -H . "$SYS"/* 2>/dev/null)
# not in another namespace, which has no /sys of ours
figures "tunables" "$CLI" nsenter --mount=/proc/1/ns/mnt "$HERE/fuzz_text" $((3000 * ROUNDS)) "$SEED"
is "$(grep -H . "$SYS"/* 2>/dev/null)" "$before" "tunables: all is as before"
exact "afterwards" tcp "$SRV6" -n 30000
books_balance "afterwards: the books balance"
finish
