#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every file in /sys/kernel/netatop has an entry in sysfs-docs, every entry a file, and each entry
# the fields that the kernel's Documentation/ABI asks for.

source "$(dirname "$0")/lib.sh"
need_tools awk

DOC=$HERE/../sysfs-docs/testing/sysfs-kernel-netatop

# An entry starts at What: and has the other fields before the next one.
fields_missing()
{
	awk '
	function verdict() {
		if (what && !(date && contact && description)) print what
		date = contact = description = 0
	}
	/^What:/ { if (!others) what = what " " $2; else { verdict(); what = $2 } others = 0; next }
	/^[A-Z][A-Za-z]*:/ { others = 1 }
	/^Date:/ { date = 1 }
	/^Contact:/ { contact = 1 }
	/^Description:/ { description = 1 }
	END { verdict() }' "$1"
}

plan 4
load_module
check "the document is there" test -r "$DOC"
find "$SYS" -type f | sort >"$TMP/files"
sed -n 's/^What:[[:space:]]*//p' "$DOC" | sort >"$TMP/documented"
is "$(comm -23 "$TMP/files" "$TMP/documented")" "" "every file is documented"
is "$(comm -13 "$TMP/files" "$TMP/documented")" "" "every entry is a file, documented once"
is "$(fields_missing "$DOC")" "" "every entry has Date, Contact and Description"
finish
