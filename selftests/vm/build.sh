#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# build.sh RELEASE [DIR [MAKE-ARG...]]: builds the module for this kernel in DIR/src, by default
# below build/RELEASE. The sources are linked there, so that kernels do not share objects.
set -euo pipefail
repo=$(readlink -f "$(dirname "$0")/../..")
release=$1
dir=${2:-$repo/build/$release}
shift "$(($# > 1 ? 2 : 1))"
[[ $dir != *=* ]] || { echo "build.sh: $dir: a directory comes before what is for make" >&2; exit 1; }

if [[ $release == *-netatop-* ]]; then
	FLAVOUR=${release##*-} exec "$(dirname "$(readlink -f "$0")")/debug_kernel.sh" module "$dir/src"
fi

mkdir -p "$dir/src"
exec {lock}>"$dir/.lock"
flock "$lock"

ln -sfn "$repo/uapi" "$dir/uapi"
for link in "$dir"/src/*; do
	[[ ! -L $link || (-e $link && $link != *.mod.c) ]] || rm "$link"
done
# what a build in src/ itself has generated there is another kernel's
for source in "$repo"/src/*.[ch] "$repo"/src/{Kbuild,Makefile}; do
	link=$dir/src/${source##*/}
	[[ ! -e $source || $source == *.mod.c || $link -ef $source ]] || ln -sf "$source" "$link"
done

# What the caller's make was told (K, T) is not for the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL
headers=$("$repo/selftests/vm/kernels.sh" headers "$release")
exec make --no-print-directory -j"$(nproc)" -C "$headers" M="$dir/src" "$@" modules
