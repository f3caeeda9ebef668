#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# The house of the sources. The list of objects in src/Makefile goes from the lowest floor to the
# highest; a file includes its own header and those of files before it in that list, so nothing
# is circular. Kernel versions are compat.h's business alone, and no file grows out of hand.

source "$(dirname "$0")/lib.sh"

SRC=$HERE/../src
# shellcheck disable=SC2016 # sed's
mapfile -t FLOORS < <(sed -n 's/^netatop-\(y\|$(CONFIG_[A-Z_]*)\)[ \t]*[+:]*=[ \t]*\([a-z_]*\)\.o$/\2/p' "$SRC/Makefile")
# Not what a build has left there.
mapfile -t FILES < <(printf '%s\n' "$SRC"/*.[ch] | grep -v '\.mod\.c$')

# floor NAME: its place in the list. A header without a source is as high as what it includes.
floor()
{
	local i header high=0
	for i in "${!FLOORS[@]}"; do
		[[ ${FLOORS[i]} == "$1" ]] && { echo $((i + 1)); return; }
	done
	for header in $(includes "$SRC/$1.h"); do
		i=$(floor "$header")
		((i > high)) && high=$i
	done
	echo "$high"
}

includes() { sed -n 's/^#include "\([a-z_]*\)\.h"/\1/p' "$1"; }

# A uapi header stands below all.
climbing()
{
	local file name header own
	for file in "${FILES[@]}"; do
		name=$(basename "${file%.[ch]}")
		own=$(floor "$name")
		[[ $own != 0 && ($file == *.c || -e ${file%.h}.c) ]] || continue
		for header in $(includes "$file"); do
			[[ -e $SRC/$header.h && $(floor "$header") -ge $own ]] || continue
			[[ $header == "$name" || (! -e $SRC/$header.c && $(floor "$header") == "$own") ]] && continue
			echo "${file##*/} includes $header.h"
		done
	done
}

unlisted()
{
	local file
	for file in "${FILES[@]}"; do
		[[ $file == *.h || " ${FLOORS[*]} " == *" $(basename "$file" .c) "* ]] || echo "${file##*/}"
	done
}

# A header that several sources of one subject share counts as their own.
own_header_first()
{
	local file name
	for file in "${FILES[@]}"; do
		name=$(basename "$file" .c)
		[[ $file == *.c && -e $SRC/$name.h ]] || continue
		[[ $(includes "$file" | head -n 1) =~ ^${name}(_.*)?$ ]] || echo "${file##*/}"
	done
}

long() { wc -l "${FILES[@]}" | awk '$2 != "total" && $1 > 500 { print $2, $1 }'; }

plan 7
check "the list of objects is read" test "${#FLOORS[@]}" -ge 5
is "$(unlisted)" "" "every source is in it"
is "$(climbing)" "" "includes go down only"
is "$(own_header_first)" "" "a source includes its own header first"
is "$(long)" "" "no file has more than 500 lines"
is "$(grep -ln 'LINUX_VERSION_CODE\|KERNEL_VERSION' "${FILES[@]}" | grep -v 'compat\.h$')" "" "kernel versions are known to compat.h only"
is "$(grep -nw 'BUG\|BUG_ON' "${FILES[@]}")" "" "no BUG_ON"
finish
