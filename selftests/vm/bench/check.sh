#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make bench-check` does once `make deps` is done: compares what a message costs with netatop,
# more than without, with the figures that are kept in `expected`, and fails where one is more than 3 %
# higher. The difference to a machine without the module says little of the kernel, so what is kept
# outlives its updates. The kernel's allocator can be in a state in which each message of a whole run takes
# its slow path, 280 instructions; so if anything is higher all is measured once more, and the lower one is compared.
# From the environment:
#
#	K=6.1 or K=6.12		only this kernel
#	UPDATE=1		write what was measured to `expected` instead
#
# The lines of `expected`: LINE ROW VARIANT INSTRUCTIONS; guest.sh says what the variants are.
set -euo pipefail
# shellcheck source=selftests/vm/bench/host.sh
. "$(dirname "$(readlink -f "$0")")/host.sh"
kept=$here/expected
now=$out/expected
ROWS='^(udp|tcp)-loopback-v4$'
PERCENT=3

# differences LINE: of lines ROW VARIANT INSTRUCTIONS, of one measurement or of several
differences()
{
	awk -v line="$1" '
	!(($1, $2) in cost) || $3 < cost[$1, $2] { cost[$1, $2] = $3 }
	!seen[$1, $2]++ && ($2 == "rule" || $2 == "off") { name[++n] = $1; variant[n] = $2 }
	END {
		for (i = 1; i <= n; i++) {
			than = variant[i] == "rule" ? "ct" : "none"
			print line, name[i], variant[i], cost[name[i], variant[i]] - cost[name[i], than]
		}
	}'
}

# measure_lines [again]: all of them; again: besides what was measured before
measure_lines()
{
	local line
	: >"$now"
	for line in "${lines[@]}"; do
		build_module "$line"
		[[ ${1-} == again ]] || : >"$out/$RELEASE.check"
		measure "$KO" none ct rule off >>"$out/$RELEASE.check"
		differences "$line" <"$out/$RELEASE.check" >>"$now"
	done
}

# verdicts: of all that is kept
verdicts()
{
	awk -v percent="$PERCENT" -v lines=" ${lines[*]} " '
	function verdict(ok, name, figures)
	{
		if (ok) passed++; else failed++
		printf "%s %d %s # %s\n", ok ? "ok" : "not ok", passed + failed, name, figures
	}
	{ name = $1 " " $2 " " $3 }
	FILENAME == ARGV[1] {
		if (index(lines, " " $1 " ")) kept[name] = $4
		next
	}
	name in kept {
		verdict($4 * 100 <= kept[name] * (100 + percent), name, $4 " instructions, kept: " kept[name])
		delete kept[name]
		next
	}
	{ verdict(0, name, $4 " instructions, none are kept") }
	END {
		for (name in kept) verdict(0, name, "not measured, kept: " kept[name])
		printf "%d passed, %d failed\n", passed, failed
		exit failed || !passed
	}' "$kept" "$now"
}

build_programs
read -ra lines <<<"${K:-6.1 6.12}"
measure_lines
if [[ -n ${UPDATE-} ]]; then
	# those of a kernel that was not measured stay
	awk 'NR == FNR { measured[$1] = 1; print; next } !($1 in measured)' "$now" "$kept" | sort >"$kept.new"
	mv "$kept.new" "$kept"
	cat "$kept"
	exit
fi

if ! verdicts >"$out/verdicts"; then
	measure_lines again
	verdicts >"$out/verdicts" || failed=1
fi
cat "$out/verdicts"
exit "${failed:-0}"
