#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make check` does once `make deps` is done: every test on every kernel. From the environment:
# T=NAME[,NAME...] only these tests, K=6.1 or K=6.12 only this kernel, HOST=1 no machine of our own.
# K=debug, K=small, K=kcsan: on the kernel that looks for faults, on that in small, or on that which looks for data
# races. They are slow; there without T only those tests whose header says "debug: first" and so on, and with ALL=1 all.
# SLOW=N: the machine is N times slower than usual. STRESS, CHURN, CYCLES, FUZZ_ROUNDS and FUZZ_SEED are
# for tests; on our own kernels they do less, if these do not say how much.
# The last line says how many passed and failed; a skip is a failure.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit
repo=${PWD%/selftests}
unset MAKEFLAGS MFLAGS MAKELEVEL
log=$(mktemp) || exit
trap 'rm -f "$log"' EXIT
passed=0 failed=0 failures=()

header()
{
	sed -n "1,15{/^# $2:/{s///; s/^[[:space:]]*\\([^[:space:]]*\\).*/\\1/p; q}}" "$1.sh" 2>/dev/null
}

# group LABEL COMMAND... -- TEST...: a test whose verdict is missing has failed
group()
{
	local label=$1 command=() ok status number name missing=0
	shift
	while [[ $1 != -- ]]; do
		command+=("$1")
		shift
	done
	shift
	(($#)) || return
	echo "# $label"
	"${command[@]}" ./run.sh "${mode[@]}" "$@" 2>&1 | tee "$log"
	status=$?
	ok=$(grep -E '^ok [0-9]+ ' "$log" | grep -cv '# SKIP')
	# One more than tests where memory leaks are looked for.
	number=$(sed -nE '0,/^1\.\./s/^1\.\.([0-9]+)$/\1/p' "$log")
	number=${number:-$#}
	[[ $label != *-netatop-@(debug|small)* ]] || number=$(($# + 1))
	# a verdict, and what the test says of it
	mapfile -t -O ${#failures[@]} failures < <(awk -v label="$label" '
		{ line = $0 }
		/^# not ok / { sub(/^# not ok [0-9]+/, "#   " label ":"); print }
		/^not ok / || /^ok .*# SKIP/ { sub(/^(not )?ok [0-9]+/, "# " label ":"); print }
		line !~ /^# # / { bad = line ~ /^# not ok / }
		line ~ /^# # / && line !~ /^# # (row\||passed: )/ && bad && bad++ <= 5 { sub(/^# #/, "#     "); print }' "$log")
	for name; do
		grep -qE "^(not )?ok [0-9]+ $name( |\$)" "$log" && continue
		failures+=("# $label: $name: no verdict")
		missing=1
	done
	# why the machine was given up
	((!missing)) || mapfile -t -O ${#failures[@]} failures < <(sed -n '/^# run\.sh: .*; the end of /,/^# run\.sh: so/p' "$log")
	if ((status != 0 && ok == number)); then
		echo "# $label: all passed, then exit=$status"
		((failed++))
	fi
	((passed += ok, failed += number - ok))
}

# own LINE: a kernel that we have built
own() { [[ $1 == @(debug|small|kcsan) ]]; }

# on_kernel LINE CPUS TEST...: PARAMETERS are the kernel's
on_kernel()
{
	local line=$1 cpus=$2 total=120 longest=0 slow=${SLOW:-1} name limit release settings=()
	shift 2
	(($#)) || return
	! own "$line" || slow=$((slow * DEBUG_SLOW)) settings=("PACE=$DEBUG_SLOW")
	for name in STRESS CHURN CYCLES FUZZ_ROUNDS FUZZ_SEED; do
		[[ -z ${!name-} ]] || settings+=("$name=${!name}")
	done
	for name; do
		limit=$(header "$name" timeout)
		limit=$((${limit:-600} * slow))
		((total += limit + 15, longest = longest > limit ? longest : limit))
	done
	if ! release=$(vm/kernels.sh release "$line") || ! vm/build.sh "$release" >&2; then
		echo "# $line: no module to test"
		((failed += $#))
		return
	fi
	group "kernel $release, cpus: $cpus" \
		vm/run.sh --kernel "$release" --smp "$cpus" --timeout "$total" --idle $((longest + 60)) \
		--append "${PARAMETERS-}" env SLOW="$slow" "${settings[@]}" -- "$@"
}

DEBUG_SLOW=8
static=() one=() two=() all=() kunit=()
# Of which kernel only the tests that are its first.
first=""
if own "${K-}"; then
	[[ -n ${T-}${ALL-} ]] || first=$K
	# as many as fit into the time that these tests have
	STRESS=${STRESS:-100} CHURN=${CHURN:-6} CYCLES=${CYCLES:-5}
fi
IFS=", " read -ra names <<<"${T-}"
((${#names[@]})) || mapfile -t names < <(make -s list)
for name in "${names[@]}"; do
	name=$(basename "$name" .sh)
	if [[ $(header "$name" host) == yes ]]; then
		[[ -n $first ]] || static+=("$name")
	elif [[ $(header "$name" needs) == kcov && ${K-} != small ]]; then
		[[ -z ${T-} ]] || { echo "# $name needs K=small"; ((failed++)); }
	elif [[ -n $(header "$name" needs) && ${K-} != @(debug|small) ]]; then
		[[ -z ${T-} ]] || { echo "# $name needs K=debug or K=small"; ((failed++)); }
	elif [[ $(header "$name" part) == harmless && -z ${T-}${ALL-} ]]; then
		continue
	elif [[ -n $first && $(header "$name" "$first") != first ]]; then
		continue
	elif [[ $(header "$name" needs) == kunit ]]; then
		kunit+=("$name")
	else
		all+=("$name")
		if [[ $(header "$name" cpus) == 2 || ${K-} == kcsan ]]; then two+=("$name"); else one+=("$name"); fi
	fi
done

if ! make -s >&2; then
	echo "# the tests' own programs do not build"
	((failed++))
fi
mode=(--host)
group "static" env -- "${static[@]}"
mode=()
if [[ -n ${HOST-} ]]; then
	if make -C "$repo" module >&2; then
		group "this machine, $(uname -r)" env NETATOP_KO="$repo/src/netatop.ko" -- "${all[@]}"
	else
		((failed += ${#all[@]}))
	fi
else
	for line in ${K:-6.1 6.12}; do
		on_kernel "$line" 1 "${one[@]}"
		on_kernel "$line" 2 "${two[@]}"
		PARAMETERS=kunit.enable=1 on_kernel "$line" 1 "${kunit[@]}"
	done
fi

# Once more, where they are not lost in all the rest.
((!${#failures[@]})) || printf '%s\n' "# --- failed" "${failures[@]}"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
