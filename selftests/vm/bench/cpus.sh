#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus.sh ROUNDS: how much more two CPUs carry than one, without netatop and with it, in a machine that
# has two CPUs. Prints HOW VARIANT ONE BOTH for each round; scale.c and guest.sh say what these are.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=selftests/lib.sh
. "$here/../../lib.sh"
# shellcheck disable=SC2034 # of lib.sh: there is no plan to keep
FINISHED=1

# Variants take turns, so that what else goes on here meets them all.
for ((round = 0; round < $1; round++)); do
	for variant in none ct rule off; do
		setup_ns CLI
		case $variant in rule | off) load_module ;; esac
		case $variant in ct | rule) conntrack_rule "$CLI" ;; esac
		for how in nothing udp tcp threads shared; do
			figures=$(in_ns "$CLI" "$here/scale" "$how" 100) || fatal "scale $how"
			echo "$how $variant $figures"
		done
		end_all
		[[ ! -d /sys/module/netatop ]] || rmmod netatop
	done
done
