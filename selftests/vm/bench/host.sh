# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What bench.sh and check.sh share: building, and starting machines that measure.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
repo=${here%/selftests/vm/bench}
vm=$repo/selftests/vm
out=$repo/build/bench
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$out"

quietly() { "$@" >"$out/log" 2>&1 || { tail -n 20 "$out/log" >&2; return 1; }; }

build_programs()
{
	quietly make -C "$repo/selftests" traffic getcnt
	quietly make -C "$here"
}

# build_module LINE: sets RELEASE and KO
build_module()
{
	RELEASE=$("$vm/kernels.sh" release "$1")
	# shellcheck disable=SC2034 # of those who source this
	KO=$repo/build/$RELEASE/src/netatop.ko
	quietly "$vm/build.sh" "$RELEASE"
}

# measure KO VARIANT...: of a message
measure()
{
	"$vm/run.sh" --icount --kernel "$RELEASE" --ko "$1" --timeout 3600 --idle 600 \
		env FLOOR_KO="$repo/build/$RELEASE/floor/floor.ko" ROWS="${ROWS-}" \
		vm/bench/guest.sh "${@:2}"
}
