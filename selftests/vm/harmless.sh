#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make harmless` does: the kernel's own tests of netfilter and networking that harmless.list
# names, without the module and with it, in a virtual machine, and where their verdicts differ. From
# the environment: K=6.1 or K=6.12 only this kernel, T=NAME[,NAME...] only these tests of the list.
#
# They come with Debian's source package of that kernel, and are built in a cache.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
here=$PWD
cache=${XDG_CACHE_HOME:-$HOME/.cache}/netatop/harmless
unset MAKEFLAGS MFLAGS MAKELEVEL

collections()
{
	awk -v line="$1" '$1 == line { sub(/:.*/, "", $2); print $2 }' harmless.list | sort -u
}

# Not all of their programs can be built here; a test that lacks its own fails both ways.
build()
{
	local line=$1 dir=$2 archive=/usr/src/linux-source-$1.tar.xz tree
	[[ -r $archive ]] || { echo "harmless.sh: no $archive: run 'make deps HARMLESS=1'" >&2; return 1; }
	[[ $dir/built -nt $archive && $dir/built -nt harmless.list ]] && return
	mkdir -p "$dir"
	exec {lock}>"$dir/.lock"
	flock "$lock"
	tree=$dir/linux-source-$line
	if [[ ! -e $dir/unpacked || $archive -nt $dir/unpacked ]]; then
		rm -rf "$tree"
		tar -C "$dir" -xJf "$archive"
		touch "$dir/unpacked"
	fi
	echo "# building the tests of linux-source-$line; what fails is in $dir/log" >&2
	make -s -C "$tree" headers >"$dir/log" 2>&1
	make -i -j"$(nproc)" -C "$tree/tools/testing/selftests" install INSTALL_PATH="$dir/install" \
		TARGETS="$(collections "$line" | tr '\n' ' ')" >>"$dir/log" 2>&1 || true
	touch "$dir/built"
	exec {lock}>&-
}

# chosen LINE: COLLECTION:TEST SECONDS of those that T names, or all
chosen()
{
	awk -v line="$1" -v names="${T-}" '
		BEGIN { n = split(names, name, /[ ,]+/) }
		$1 != line { next }
		{
			ok = n == 0
			for (i in name) {
				test = $2
				sub(/.*:/, "", test)
				ok = ok || name[i] == test || name[i] ".sh" == test
			}
			if (ok) print $2, $3 ? $3 : 240
		}' harmless.list
}

status=0 ran=0
for line in ${K:-6.1 6.12}; do
	dir=$cache/$line
	build "$line" "$dir"
	mapfile -t tests < <(chosen "$line")
	((${#tests[@]})) || continue
	ran=$((ran + ${#tests[@]}))
	release=$(./kernels.sh release "$line")
	./build.sh "$release" >&2
	total=600 longest=0
	for test in "${tests[@]}"; do
		limit=${test#* }
		((total += 6 * (limit + 30), longest = limit > longest ? limit : longest))
	done
	echo "# kernel $release, tests of linux-source-$line"
	./run.sh --kernel "$release" --smp 1 --mem 2048 --timeout "$total" --idle $((6 * (longest + 30))) \
		"$here/harmless_guest.sh" "$dir/install" "${tests[@]}" || status=1
done
((ran)) || { echo "harmless.sh: none of the tests that harmless.list has for ${K:-6.1 and 6.12} is named ${T-}" >&2; exit 1; }
exit "$status"
