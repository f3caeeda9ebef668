#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A 6.1 kernel that looks for faults: Debian's source, kernel.config and debug.config, and in
# its tree our Kconfig and src/, as they would be upstream. With FLAVOUR=kcsan it is one that looks for data
# races. Each takes half an hour to build. With FLAVOUR=small it is the first with TCP, UDP, conntrack and nftables
# and little else, and takes some minutes. They are kept in the cache, by what they are made of.
#
#   debug_kernel.sh build            makes sure that it is there
#   debug_kernel.sh release          its release
#   debug_kernel.sh root             the directory that holds its boot/ and lib/modules/
#   debug_kernel.sh module DIR       builds the module for it, in its tree, and puts it into DIR
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
repo=${here%/selftests/vm}
source=/usr/src/linux-source-6.1.tar.xz
flavour=${FLAVOUR:-debug}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/netatop/$flavour
steps=1		# to count up when the steps below change what comes out

die() { echo "debug_kernel.sh: $*" >&2; exit 1; }

# The machine is in kernel.config first, and then the network.
fragments()
{
	case $flavour in
	small)
		sed '/^# The network/Q' "$here/kernel.config"
		cat "$here/debug.config" "$here/small.config"
		;;
	*) cat "$here/kernel.config" "$here/$flavour.config" ;;
	esac
}

[[ -r $source ]] || die "no $source: run 'make deps K=$flavour'"
key=$({
	echo "$steps"
	dpkg-query -W -f='${Package} ${Version}\n' linux-source-6.1 gcc-12
	fragments
} | sha256sum | cut -c1-16)
dir=$cache/$key
tree=$dir/tree

# What the caller's make was told is not for the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL

kmake() { make -s -j"$(nproc)" -C "$tree" KBUILD_BUILD_HOST=netatop KBUILD_BUILD_USER=netatop "$@"; }

# Our Kconfig and src/ in the tree. A file that is as it was is left alone, or all is built anew.
put_in()
{
	mkdir -p "$tree/net/netatop"
	rsync -rc --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' --exclude='.*' --exclude=modules.order \
		--exclude=Module.symvers "$repo/Kconfig" "$repo/src" "$repo/uapi" "$tree/net/netatop/"
}

# Every line of the fragments must have been taken.
configure()
{
	local lost
	fragments >"$dir/all.config"
	kmake KCONFIG_ALLCONFIG="$dir/all.config" allnoconfig >"$dir/configure.log" 2>&1 || die "$(tail -n 3 "$dir/configure.log")"
	lost=$(awk -F= '
		/^CONFIG_.*=/ && NR == FNR { want[$1] = $2; next }
		/^CONFIG_.*=/ { got[$1] = $2 }
		END { for (name in want) if (want[name] != "n" && want[name] != got[name]) print name }
	' "$dir/all.config" "$tree/.config")
	[[ -z $lost ]] || die "this kernel has no ${lost//$'\n'/, }"
}

build()
{
	local lasts="some minutes"
	[[ ! -e $dir/done ]] || return 0
	[[ $flavour == small ]] || lasts="half an hour"
	echo "debug_kernel.sh: building a $flavour kernel, once; it takes $lasts" >&2
	mkdir -p "$tree"
	[[ -e $tree/Makefile ]] || tar -C "$tree" --strip-components=1 -xf "$source"
	grep -q netatop "$tree/net/Kconfig" || sed -i '/^source "net\/netfilter\/Kconfig"/a source "net/netatop/Kconfig"' "$tree/net/Kconfig"
	grep -q netatop "$tree/net/Makefile" || echo "obj-\$(CONFIG_NETATOP) += netatop/src/" >>"$tree/net/Makefile"
	put_in
	configure
	kmake bzImage modules >&2
	kmake INSTALL_MOD_PATH="$dir" INSTALL_MOD_STRIP=1 modules_install >&2
	mkdir -p "$dir/boot"
	cp "$tree/arch/x86/boot/bzImage" "$dir/boot/vmlinuz-$(<"$tree/include/config/kernel.release")"
	# Each run brings its own.
	find "$dir/lib/modules" -name 'netatop.ko*' -delete
	depmod -b "$dir" "$(<"$tree/include/config/kernel.release")"
	touch "$dir/done"
	# Those before it are of no use any more.
	find "$cache" -mindepth 1 -maxdepth 1 -type d ! -name "$key" -exec rm -rf {} +
}

locked()
{
	mkdir -p "$cache"
	exec {lock}>"$cache/.lock"
	flock "$lock"
	"$@"
}

module()
{
	build
	put_in
	kmake modules >&2
	mkdir -p "$1"
	cp "$tree/net/netatop/src/netatop.ko" "$1/netatop.ko"
}

case ${1-} in
build) locked build ;;
module) locked module "${2:?}" ;;
release) [[ -e $dir/done ]] && cat "$tree/include/config/kernel.release" ;;
root) [[ -e $dir/done ]] && echo "$dir" ;;
*) die "usage: debug_kernel.sh build|release|root|module DIR" ;;
esac
