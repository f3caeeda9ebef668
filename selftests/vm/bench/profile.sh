#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# profile.sh BASE VARIANT BENCH-ARG...: where the instructions of a message go. Prints each function that
# takes more or fewer of them in one variant of guest.sh (none, ct, rule, off, on) than in another. K=6.1
# or K=6.12 (the default) chooses the kernel. For example:
#
#	profile.sh ct rule tcp 127.0.0.1 127.0.0.1
#
# The emulator logs each instruction until the log has LOG_MB megabytes (100), some 20,000 instructions each.
# The last message is logged in part: of connections, which take many, it needs 1000.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
LOG_BYTES=$((${LOG_MB:-100} * 1000000))
# shellcheck source=selftests/vm/bench/host.sh
. "$here/host.sh"

variants=("$1" "$2")
shift 2
work=$(mktemp -d)
machine=
trap '[[ -z $machine ]] || kill "$machine" 2>/dev/null; rm -rf "$work"' EXIT

wait_for() { until "$@"; do read -rt 0.1 -u "$tick" || kill -0 "$machine" || exit 1; done; }
is_ready() { grep -q '^READY$' "$work/$1.out"; }
is_logged() { (($(stat -c %s "$work/mon.log" 2>/dev/null || echo 0) > LOG_BYTES)); }

# trace VARIANT BENCH-ARG...
trace()
{
	rm -f "$work"/mon.*
	mkfifo "$work/mon.in" "$work/mon.out"
	cat "$work/mon.out" >/dev/null &
	: >"$work/$1.out"
	"$vm/run.sh" --icount --kernel "$RELEASE" --ko "$KO" --monitor "$work/mon" --timeout 600 \
		vm/bench/profile_guest.sh "$@" >"$work/$1.out" 2>"$work/$1.err" &
	machine=$!
	exec {monitor}>"$work/mon.in"
	wait_for is_ready "$1"
	echo "singlestep on" >&"$monitor"
	echo "log exec,nochain" >&"$monitor"
	wait_for is_logged
	printf '%s\n' "log none" quit >&"$monitor"
	exec {monitor}>&-
	wait "$machine" || true
	machine=
	# A symbol sorts before what was executed at its address.
	{
		awk '$2 ~ /^[tTwW]$/ { print $1, "S", $3 }' "$work/$1.out"
		grep -aoE '\[[0-9a-f]+/[0-9a-f]{16}/' "$work/mon.log" | cut -d / -f 2 | sort | uniq -c |
			awk '{ print $2, "X", $1 }'
	} | sort | awk '
		$2 == "S" { name = $3; start = $1; next }
		{ n[name] += $3 }
		name == "__x64_sys_sendto" && $1 == start { messages = $3 }
		END { for (name in n) if (messages) print name, n[name] / messages }' | sort >"$work/$1"
	[[ -s $work/$1 ]] || { cat "$work/$1.err" >&2; exit 1; }
}

exec {tick}<> <(:)
build_programs
build_module "${K:-6.12}"
for variant in "${variants[@]}"; do
	trace "$variant" "$@"
done
echo "# Linux $RELEASE: $*"
printf '%-32s %8s %8s %8s\n' function "${variants[@]}" more
join -a 1 -a 2 -e 0 -o 0,1.2,2.2 "$work/${variants[0]}" "$work/${variants[1]}" |
	awk '{ d = $3 - $2; if (d > 2 || d < -2) printf "%-32s %8.0f %8.0f %+8.0f\n", $1, $2, $3, d }' | sort -k 4,4n
