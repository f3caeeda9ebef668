#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The header, the spec in the kernel's netlink-spec form, and what the module itself says of its
# commands and policies are one interface: every name and number, every type and range.

source "$(dirname "$0")/lib.sh"
need_tools awk genl

HEADER=$HERE/../uapi/netatop_netlink.h
SPEC=$HERE/../uapi/netatop.yaml

# Lines of "NAME VALUE": every enumerator of the header but the limits.
header_names()
{
	awk '
	/^enum .*{$/ { next_value = 0; inside = 1; next }
	/^};/ { inside = 0 }
	inside && match($1, /^NETATOP_[A-Z0-9_]*/) {
		name = substr($1, RSTART, RLENGTH)
		if ($2 == "=") next_value = $3 + 0
		if (name !~ /_MAX$/) print name, next_value
		next_value++
	}' "$HEADER"
}

# The spec as lines of words, which is all that its few forms need:
#	attr SET NUMBER NAME TYPE [min=N] [max=N]	value ENUM NUMBER NAME
#	const NAME NUMBER		op NUMBER NAME		uses OP NAME		group NAME
spec_lines()
{
	awk '
	function flush() {
		if (attr) print "attr", set, number, attr, type range
		attr = ""
	}
	function up(s) { s = toupper(s); gsub(/-/, "_", s); return s }
	/^[a-z]/ { flush(); part = $1 }
	part == "definitions:" && /^    type:/ { kind = $2 }
	part == "definitions:" && /^    name:/ { what = $2; number = 0 }
	part == "definitions:" && /^    value:/ { const[what] = $2; print "const", what, $2 }
	part == "definitions:" && /^        name:/ { print "value", what, number++, up($2) }
	part == "attribute-sets:" && /^    name:/ { flush(); set = $2; number = 0 }
	part == "attribute-sets:" && /^        name:/ { flush(); number++; attr = up($2); type = range = "" }
	part == "attribute-sets:" && /^        type:/ { type = $2 }
	part == "attribute-sets:" && /^          (min|max|max-len):/ {
		range = range " " substr($1, 1, 3) "=" ($2 in const ? const[$2] : $2)
	}
	part == "operations:" && /^      name:/ { op = $2; print "op", ++ops, up(op) }
	part == "operations:" && /^        request:/ { asks = 1 }
	part == "operations:" && /^        reply:|^      [a-z]/ { asks = 0 }
	part == "operations:" && /^      (do|dump):/ { print "way", ops, substr($1, 1, length($1) - 1) }
	part == "operations:" && asks && /^            - / { print "uses", ops, up($2) }
	part == "mcast-groups:" && /^      name:/ { print "group", $2 }
	END { flush() }' "$SPEC"
}

# The same names as header_names gives them.
spec_names()
{
	awk '
	BEGIN {
		prefix["netatop"] = "NETATOP_A_"; prefix["task-state"] = "NETATOP_TASK_"
		prefix["owner-kind"] = "NETATOP_OWNER_"
		split("counter tuple owner book stats tunable", sets)
		for (i in sets) prefix[sets[i]] = "NETATOP_A_" toupper(sets[i]) "_"
	}
	$1 == "attr" || $1 == "value" { print prefix[$2] $4, $3 }
	$1 == "op" { print "NETATOP_CMD_" $3, $2 }' "$TMP/spec"
}

define() { awk -v name="$1" '$1 == "#define" && $2 == name { gsub(/"/, "", $3); print $3 }' "$HEADER"; }
const() { awk -v name="$1" '$1 == "const" && $2 == name { print $3 }' "$TMP/spec"; }

# Lines of "OP NUMBER TYPE RANGE": what each command takes, as the spec has it and as the module does.
spec_policies()
{
	awk '
	$1 == "attr" && $2 == "netatop" {
		number[$4] = $3; type[$4] = toupper($5)
		for (i = 6; i <= NF; i++) { split($i, kv, "="); limit[$4, kv[1]] = kv[2] }
	}
	$1 == "uses" && !($2 SUBSEP $3 in seen) {
		seen[$2, $3] = 1
		t = type[$3]
		top["U8"] = "255"; top["U32"] = "4294967295"; top["U64"] = "18446744073709551615"
		if (t == "BINARY")
			range = "max len:" limit[$3, "max"]
		else if (t == "FLAG")
			range = ""
		else
			range = "range:[" (($3, "min") in limit ? limit[$3, "min"] : 0) "," \
				(($3, "max") in limit ? limit[$3, "max"] : top[t]) "]"
		print $2, number[$3], t, range
	}' "$TMP/spec" | sed 's/ *$//' | sort
}

module_policies()
{
	awk '
	$3 == "op" { for (i = 6; i <= NF; i++) if (split($i, kv, "=") == 2) policy[$4, kv[2]] = 1 }
	match($0, /policy\[[0-9]+\]:attr\[[0-9]+\]/) {
		split(substr($0, RSTART, RLENGTH), at, /[][]/)
		rest = substr($0, RSTART + RLENGTH + 2)
		sub(/^type=/, "", rest)
		for (key in policy) {
			split(key, op, SUBSEP)
			if (op[2] == at[2]) print op[1], at[4], rest
		}
	}' "$TMP/policy" | sed 's/ *$//' | sort
}

# Lines of "OP do|dump", of those that can be asked.
module_ways() { awk '$3 == "op" { for (i = 6; i <= NF; i++) { split($i, kv, "="); print $4, kv[1] } }' "$TMP/policy" | sort; }
spec_ways() { awk '$1 == "way" { print $2, $3 }' "$TMP/spec" | sort; }

plan 11
load_module
spec_lines >"$TMP/spec"
header_names | sort >"$TMP/header.names"
spec_names | sort >"$TMP/spec.names"
genl ctrl policy name netatop >"$TMP/policy" || fatal "genl ctrl policy"
genl ctrl get name netatop >"$TMP/family" || fatal "genl ctrl get"

check "names are found in the header" test "$(wc -l <"$TMP/header.names")" -gt 80
is "$(comm -3 "$TMP/header.names" "$TMP/spec.names")" "" "header and spec: the same names with the same values"
is "$(const page-size) $(const cursor-size)" "$(define NETATOP_PAGE_SIZE) $(define NETATOP_CURSOR_SIZE)" "header and spec: the same sizes"
is "$(awk '$1 == "name:" { print $2; exit }' "$SPEC")" "$(define NETATOP_FAMILY_NAME)" "header and spec: the family's name"
is "$(awk '$1 == "group" { print $2 }' "$TMP/spec")" "$(define NETATOP_MCGRP_EXIT)" "header and spec: the group"
is "$(awk '/^Name:/ { print $2 }' "$TMP/family") $(awk '/Version:/ { print $4 }' "$TMP/family")" \
	"$(define NETATOP_FAMILY_NAME) $(printf '0x%x' "$(define NETATOP_FAMILY_VERSION)")" "module and header: name and version"
is "$(awk '/name:/ { print $NF }' "$TMP/family")" "$(define NETATOP_MCGRP_EXIT)" "module and header: the group"
check "the module tells its policies" test "$(module_policies | wc -l)" -gt 10
is "$(module_policies)" "$(spec_policies)" "module and spec: what each command takes, types and ranges"
is "$(module_ways)" "$(spec_ways)" "module and spec: which commands there are, and in which form"
used=$(awk '$1 == "-" && NF == 2 { print $2 }' "$SPEC" | sort -u)
known=$(awk '$1 == "attr" && $2 == "netatop" { name = tolower($4); gsub(/_/, "-", name); print name }' "$TMP/spec" | sort)
is "$(comm -3 <(echo "$used") <(echo "$known"))" $'\tpad' "spec: every attribute is used by a command, and is defined"
finish
