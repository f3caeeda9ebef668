#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make lint` does: every checker over everything; any word of theirs about our files fails.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit
status=0
complain()
{
	echo "lint: $*"
	status=1
}

mapfile -t scripts < <(grep -rlE --exclude-dir=build "^#!/bin/bash|^#!/bin/busybox|^# shellcheck shell=" \
	.ci selftests utils 2>/dev/null)
shellcheck -x "${scripts[@]}" || complain "shellcheck"

# The kernel's own headers are no matter of ours; modpost names no source file.
ours='((^|/)(src|uapi)/[^/ ]*\.[chS]:[0-9].*(warning|error)|WARNING: modpost|ERROR: modpost)'
for line in ${K:-6.1 6.12}; do
	release=$(selftests/vm/kernels.sh release "$line") || { complain "no $line kernel"; continue; }
	dir=$PWD/build/lint/$release
	rm -rf "$dir"
	mkdir -p "$dir"
	selftests/vm/build.sh "$release" "$dir" W=1 C=2 >"$dir/log" 2>&1 ||
		{ tail -n 20 "$dir/log"; complain "the module does not build for $release"; }
	grep -E "$ours" "$dir/log" && complain "warnings on $release"
done

for page in man/*.[1-9]; do
	[[ ! -e $page ]] || mandoc -T lint -W warning "$page" || complain "$page"
done

# Two kernels at once in compat.h; macros that make tables; what it takes for BUG(); bits that are no
# masks; a jiffy that is compared to see whether it is over.
kernel=LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_ARG_REUSE,COMPLEX_MACRO,BIT_MACRO,AVOID_BUG
kernel+=,MULTISTATEMENT_MACRO_USE_DO_WHILE,JIFFIES_COMPARISON,UNCOMMENTED_DEFINITION,FUNCTION_ARGUMENTS
user=PREFER_DEFINED_ATTRIBUTE_MACRO,SPLIT_STRING,STATIC_CONST_CHAR_ARRAY,EMBEDDED_FUNCTION_NAME
user+=,QUOTED_WHITESPACE_BEFORE_NEWLINE,PREFER_ALIGNED,CONSTANT_CONVERSION
checkpatch=$(compgen -G '/usr/src/linux-*/scripts/checkpatch.pl' | tail -n1)
if [[ -n $checkpatch ]]; then
	"$checkpatch" --no-tree --strict --terse --quiet --ignore "$kernel" -f src/*.[ch] uapi/*.h ||
		complain "checkpatch"
	# What is not for user space, or not for text that is shown.
	"$checkpatch" --no-tree --terse --quiet --ignore "$user" -f utils/*/*.[ch] || complain "checkpatch"
	# User space has other names for some things.
	"$checkpatch" --no-tree --strict --terse --quiet -f --ignore PREFER_KERNEL_TYPES,BIT_MACRO,CAMELCASE,PREFER_DEFINED_ATTRIBUTE_MACRO \
		utils/lib/*.[ch] utils/examples/*.c || complain "checkpatch"
fi

((status)) || echo "lint: clean"
exit "$status"
