#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make bench` does once `make deps` is done: tables of what netatop costs, in instructions.
# From the environment:
#
#	K=6.1 or K=6.12		only this kernel
#	BASE=REVISION		compare with the module of another revision instead
#	ROWS=REGEX		only these rows
set -euo pipefail
# shellcheck source=selftests/vm/bench/host.sh
. "$(dirname "$(readlink -f "$0")")/host.sh"

# build_floor RELEASE
build_floor()
{
	local dir=$repo/build/$1/floor
	mkdir -p "$dir"
	ln -sf "$here/floor.c" "$here/Makefile" "$dir/"
	quietly make -C "$("$vm/kernels.sh" headers "$1")" M="$dir" modules
}

# build_base REVISION RELEASE: prints where the module is
build_base()
{
	local commit dir
	commit=$(git -C "$repo" rev-parse --verify "$1^{commit}")
	dir=$out/$commit
	if [[ ! -d $dir ]]; then
		mkdir -p "$dir.new"
		git -C "$repo" archive "$commit" src uapi selftests/vm | tar -x -C "$dir.new"
		mv "$dir.new" "$dir"
	fi
	quietly "$dir/selftests/vm/build.sh" "$2"
	echo "$dir/build/$2/src/netatop.ko"
}

# Of each line: ROW VARIANT LEAST MEDIAN.
table()
{
	awk '
	!($1 in seen) { seen[$1] = 1; row[++n] = $1 }
	{ cost[$1, $2] = $3 }
	function over(r, variant, than) { return sprintf("%+d", cost[r, variant] - cost[r, than]) }
	END {
		print "| message | no module | two empty hooks | conntrack | netatop, conntrack on | to the hooks | netatop, conntrack off | netatop, conntrack=on |"
		print "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
		for (i = 1; i <= n; i++) {
			r = row[i]
			floor = cost[r, "floor"] - cost[r, "none"]
			printf "| %s | %d | %s | %d | %s | %s | %s | %s |\n", r,
				cost[r, "none"], over(r, "floor", "none"), cost[r, "ct"],
				over(r, "rule", "ct"),
				(floor > 0 ? sprintf("%.1f", (cost[r, "rule"] - cost[r, "ct"]) / floor) : "-"),
				over(r, "off", "none"), over(r, "on", "none")
		}
	}' "$1"
}

# compare BASE NOW: the rows that moved
compare()
{
	awk '
	NR == FNR { base[$1, $2] = $3; next }
	($1, $2) in base && $3 != base[$1, $2] {
		printf "%-32s %-5s %7d -> %7d %+6d\n", $1, $2, base[$1, $2], $3, $3 - base[$1, $2]
		moved++
	}
	END { printf "%d of %d figures moved\n", moved, FNR }' "$1" "$2"
}

build_programs
for line in ${K:-6.1 6.12}; do
	build_module "$line"
	build_floor "$RELEASE"
	echo "## Linux $RELEASE"
	echo
	if [[ -n ${BASE-} ]]; then
		base_ko=$(build_base "$BASE" "$RELEASE")
		measure "$base_ko" rule off on >"$out/$RELEASE.base"
		measure "$KO" rule off on >"$out/$RELEASE.now"
		compare "$out/$RELEASE.base" "$out/$RELEASE.now"
	else
		measure "$KO" none floor ct rule off on >"$out/$RELEASE"
		table "$out/$RELEASE"
	fi
	echo
done
