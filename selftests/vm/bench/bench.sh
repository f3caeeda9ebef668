#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make bench` does once `make deps` is done: tables of what netatop costs, in instructions.
# From the environment:
#
#	K=6.1 or K=6.12		only this kernel
#	PARTS="PART ..."	only these tables: message sample memory collector latency lines cpus
#	SIZES="FLOWS PROCESSES SOCKETS"	of the table latency
#	ROWS=REGEX		only these rows of the first
#	BASE=REVISION		compare what a message costs with the module of another revision instead
#
# All but the last two tables are of an emulated processor that counts its instructions, and the same on every
# machine. Lines of memory that move between two are counted, too, but two are never in step. The last one is
# measured by the clock, and says nothing unless the machine is idle: its first row, system calls that do not
# touch the network, is what two CPUs can do at all.
set -euo pipefail
# shellcheck source=selftests/vm/bench/host.sh
. "$(dirname "$(readlink -f "$0")")/host.sh"
# shellcheck source=selftests/vm/bench/tables.sh
. "$here/tables.sh"

# build_floor RELEASE: the modules that measure
build_floor()
{
	local dir=$repo/build/$1/floor
	mkdir -p "$dir"
	ln -sf "$here/floor.c" "$here/latency.c" "$here/Makefile" "$dir/"
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

heading() { printf "\n### %s\n\n" "$1"; }

# counted SCRIPT ARG...: in the machine that counts instructions; MEM is its memory
counted()
{
	"$vm/run.sh" --icount --kernel "$RELEASE" --mem "${MEM:-1536}" --timeout 3600 --idle 1200 \
		env FLOOR_KO="$repo/build/$RELEASE/floor/floor.ko" LATENCY_KO="$repo/build/$RELEASE/floor/latency.ko" \
		"vm/bench/$1.sh" "${@:2}"
}

message()
{
	heading "What a message costs: instructions"
	measure "$KO" none floor ct rule off on >"$1"
	message_table "$1"
}

sample()
{
	heading "What a sample costs: instructions"
	counted sample 100 1000 10000 >"$1"
	sample_table "$1"
	heading "What a walk by libnetatop over very many costs: instructions"
	MEM=6144 counted walks processes 100000 >"$1.walks"
	MEM=2048 counted walks flows 1000000 >>"$1.walks"
	walks_table "$1.walks"
}

memory()
{
	heading "Memory of the kernel that traffic takes, of 10,000"
	counted memory 10000 >"$1"
	memory_table "$1" 10000 "$KO"
}

collector()
{
	local sizes=(1000 100000 1000000)
	heading "The collector, loading and unloading: instructions"
	MEM=2048 counted collector flows "${sizes[@]}" >"$1"
	counted collector processes 10000 >>"$1"
	counted collector sockets 10000 >>"$1"
	collector_table "$1"
}

latency()
{
	local sizes stay=""
	read -ra sizes <<<"${SIZES:-1000000 50000 20000}"
	# there the kernel takes very long to end so many processes that share their memory
	[[ $RELEASE != 6.1.* ]] || ((sizes[1] <= 5000)) || stay=stay
	heading "The longest that interrupts and softirqs were off, in microseconds: ${sizes[0]} flows, ${sizes[1]} processes"
	MEM=6144 counted latency "${sizes[@]}" "$stay" >"$1" || { tail -n 3 "$1"; return 1; }
	if [[ $stay ]]; then
		echo "Exits are of 5000 processes."
		MEM=2048 counted latency 10000 5000 1000 | grep -E '^(exits|expire) ' >>"$1" || return 1
	fi
	latency_table "$1" || status=1
}

lines()
{
	heading "Lines of memory that move between two processors, for each message"
	rm -f "$1.moves"
	"$vm/run.sh" --smp 2 --kernel "$RELEASE" --plugin "$here/lines.so,out=$1.moves" --timeout 3600 --idle 1200 \
		vm/bench/lines.sh 1000 >"$1"
	lines_table "$1" "$1.moves"
}

cpus()
{
	heading "How much more two CPUs carry than one: the best of five rounds"
	"$vm/run.sh" --smp 2 --kernel "$RELEASE" --timeout 3600 --idle 1200 vm/bench/cpus.sh 5 >"$1"
	cpus_table "$1"
}

status=0
build_programs
for line in ${K:-6.1 6.12}; do
	build_module "$line"
	build_floor "$RELEASE"
	echo "## Linux $RELEASE"
	if [[ -n ${BASE-} ]]; then
		echo
		base_ko=$(build_base "$BASE" "$RELEASE")
		measure "$base_ko" rule off on >"$out/$RELEASE.base"
		measure "$KO" rule off on >"$out/$RELEASE.now"
		compare "$out/$RELEASE.base" "$out/$RELEASE.now"
	else
		for part in ${PARTS:-message sample memory collector latency lines cpus}; do
			"$part" "$out/$RELEASE.$part"
		done
	fi
	echo
done
exit "$status"
