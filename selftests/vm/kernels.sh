#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Finds, and fetches, the kernels the tests boot. LINE is 6.1 or 6.12, or a whole release, or `debug`,
# `small` or `kcsan` for those of debug_kernel.sh.
#
#   kernels.sh release LINE    the newest release that has both an image and headers here
#   kernels.sh root RELEASE    the directory that holds its boot/ and lib/modules/
#   kernels.sh headers RELEASE the directory to build modules in
#   kernels.sh fetch LINE      make `release LINE` succeed
#
# An image is never installed: that would change what this machine boots. It is unpacked in a cache, and
# so are headers that would bring one.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/netatop/kernels
die() { echo "kernels.sh: $*" >&2; exit 1; }

# A release's name starts with its line and a dot, so that 6.1 does not match 6.12.
of_line() { [[ $2 == "$1" || $2 == "$1".*-amd64 ]]; }

root_of()
{
	if [[ -r /boot/vmlinuz-$1 && -d /lib/modules/$1/kernel ]]; then
		echo /
	elif [[ -e $cache/$1/boot/vmlinuz-$1 ]]; then
		echo "$cache/$1"
	else
		return 1
	fi
}

headers_of()
{
	local dir
	for dir in "/usr/src/linux-headers-$1" "$cache/$1/usr/src/linux-headers-$1"; do
		[[ -e $dir/Makefile ]] && echo "$dir" && return
	done
	return 1
}

images()
{
	local path
	for path in /boot/vmlinuz-* "$cache"/*/boot/vmlinuz-*; do
		path=${path##*/vmlinuz-}
		if of_line "$1" "$path" && root_of "$path" >/dev/null; then
			echo "$path"
		fi
	done | sort -rVu
}

release_of()
{
	local release
	for release in $(images "$1"); do
		if headers_of "$release" >/dev/null; then
			echo "$release"
			return
		fi
	done
	return 1
}

# Flavours (cloud, rt) have another word before the architecture.
offered()
{
	local name
	for name in $(apt-cache search --names-only "^linux-image-${1//./\\.}[.0-9a-z+~-]*amd64\$" | cut -d' ' -f1); do
		name=${name#linux-image-}
		if of_line "$1" "$name" && ! [[ $name =~ -(cloud|rt)- ]]; then
			echo "$name"
		fi
	done | sort -V | tail -n1
}

need_root()
{
	((EUID == 0)) || die "as root: apt-get install $*"
}

install_headers()
{
	headers_of "$1" >/dev/null && return
	need_root "linux-headers-$1"
	if apt-get -s --no-install-recommends install "linux-headers-$1" | grep -q '^Inst linux-image'; then
		unpack_headers "$1"
		return
	fi
	DEBIAN_FRONTEND=noninteractive apt-get -qqy --no-install-recommends install "linux-headers-$1" >&2
}

# download DIRECTORY PACKAGE...
download() { (cd "$1" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "${@:2}" >&2); }

# The package of the headers names the two others that it is made of; they find each other from /usr.
unpack_headers()
{
	local release=$1 work=$cache/.unpack.$$ deb others
	rm -rf "$work"
	mkdir -p "$work"
	download "$work" "linux-headers-$release" || return
	others=$(dpkg-deb -f "$work"/*.deb Depends | tr , '\n' | grep -oE 'linux-(headers-[^ ]*-common|kbuild-[^ ]*)')
	mapfile -t others <<<"$others"
	download "$work" "${others[@]}" || return
	DEBIAN_FRONTEND=noninteractive apt-get -qqy --no-install-recommends install gcc-12 pahole >&2 || return
	mkdir -p "$cache/$release"
	for deb in "$work"/*.deb; do
		dpkg-deb -x "$deb" "$work/root" || return
	done
	sed -i "s|/usr/src/|$cache/$release/usr/src/|" "$work/root/usr/src/linux-headers-$release/Makefile"
	cp -a "$work/root/usr" "$cache/$release/"
	rm -rf "$work"
}

unpack_image()
{
	local release=$1 work=$cache/.unpack.$$
	root_of "$release" >/dev/null && return
	rm -rf "$work"
	mkdir -p "$work/deb"
	if ! download "$work/deb" "linux-image-$release" ||
		! dpkg-deb -x "$work"/deb/*.deb "$work/root"; then
		rm -rf "$work"
		return 1
	fi
	[[ -d $work/root/lib ]] || ln -s usr/lib "$work/root/lib"
	depmod -b "$work/root" "$release"
	mv "$work/root" "$cache/$release"
	rm -rf "$work"
}

fetch_release()
{
	unpack_image "$1" && install_headers "$1"
}

fetch()
{
	local release
	release_of "$1" >/dev/null && return
	mkdir -p "$cache"
	exec {lock}>"$cache/.lock"
	flock "$lock"
	# An image that is here already wants its own headers; the archive may have dropped them since.
	for release in $(images "$1"); do
		install_headers "$release" && return
	done
	release=$(offered "$1")
	if [[ -z $release ]] || ! fetch_release "$release"; then
		need_root "linux-image-$1 (after apt-get update)"
		apt-get -qq update >&2
		release=$(offered "$1")
		[[ -n $release ]] || die "no package of a $1 kernel is offered here"
		fetch_release "$release" || die "cannot get $release"
	fi
}

debug=$(dirname "$(readlink -f "$0")")/debug_kernel.sh
case ${2-} in
debug | small | kcsan | *-netatop-*) export FLAVOUR=${2##*-} ;;
esac
case "${FLAVOUR:+own} ${1-}" in
"own fetch") exec "$debug" build ;;
"own release" | "own root") exec "$debug" "$1" ;;
esac

case ${1-} in
release) release_of "$2" || die "no $2 kernel with headers here: run 'make deps'" ;;
root) root_of "$2" || die "no image of $2 here: run 'make deps'" ;;
headers) headers_of "$2" || die "no headers of $2 here: run 'make deps'" ;;
fetch) fetch "$2" ;;
*) die "usage: kernels.sh release|root|headers|fetch ..." ;;
esac
