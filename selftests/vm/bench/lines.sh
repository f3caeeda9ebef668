#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lines.sh MS: messages on two processors, in a machine whose emulator counts what moves between them.
# Prints, in the order of the windows that lines.c reports, HOW VARIANT CALLS, behind it what functions of
# netatop are where, and a line "end".
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=selftests/lib.sh
. "$here/../../lib.sh"
# shellcheck disable=SC2034 # of lib.sh: there is no plan to keep
FINISHED=1

for variant in none ct rule off; do
	setup_ns CLI
	case $variant in rule | off) load_module ;; esac
	case $variant in ct | rule) conntrack_rule "$CLI" ;; esac
	for how in udp tcp threads shared; do
		calls=$(in_ns "$CLI" "$here/scale" -m "$how" "$1") || fatal "scale $how"
		echo "$how $variant $calls"
		awk '$2 ~ /^[tT]$/ && $4 == "[netatop]" { print $1, "S", $3 }' /proc/kallsyms
		echo "end"
	done
	end_all
	[[ ! -d /sys/module/netatop ]] || rmmod netatop
done
