#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# harmless_guest.sh DIR "COLLECTION:TEST SECONDS"...: in the machine, runs each of these tests of the
# kernel without the module and with it. Where the verdicts differ, it does so again, up to three
# rounds in all. A difference is a line that was there more often each time with the module than it ever
# was without it, or less often; the rest is the test's own, and is said to vary.
set -u
dir=$1
shift
work=$(mktemp -d)
same=0 differ=0 skipped=0 failing=0 mark="netatop harmless $$"
echo "$mark" >/dev/kmsg

depends=$(modinfo -F depends "$NETATOP_KO" | tr , ' ')
# shellcheck disable=SC2086 # a list
[[ -z $depends ]] || modprobe -a $depends || exit 1

# Everything that a test can leave behind, and the next one would find.
tidy()
{
	local ns
	for ns in $(ip netns list | cut -d' ' -f1); do
		ip netns pids "$ns" | xargs -r kill -KILL 2>/dev/null
		ip netns del "$ns"
	done
	nft flush ruleset
}

# once NAME SECONDS FILE: what it has judged, and its status; numbers are times and ports, and namespaces have
# names that are made up
once()
{
	local status pid
	(cd "$dir/${1%%:*}" && exec setsid timeout -k 10 "$2" "./${1##*:}") >"$work/output" 2>&1 </dev/null &
	pid=$!
	{ wait "$pid"; } 2>/dev/null
	status=$?
	pkill -KILL -s "$pid"
	tidy
	{
		grep -aE '(^|[^[:alnum:]])(ok|not ok|OK|PASS|PASSED|FAIL|FAILED|ERROR|SKIP|XFAIL)([^[:alnum:]]|$)' \
			"$work/output" | sed -E 's/\x1b\[[0-9;]*m//g; s/ns[0-9]*-[[:alnum:]]{6,}/ns/g; s/[0-9]+/N/g; s/N +N/N N/g; s/ +/ /g'
		echo "status $status"
	} >"$3"
	cp "$work/output" "$3.output"
}

# verdict FILE: in a word
verdict()
{
	case $(tail -n 1 "$1") in
	"status 0") echo pass ;;
	"status 4") echo skip ;;
	"status 124" | "status 137") echo "too long" ;;
	"status "*) tail -n 1 "$1" ;;
	esac
}

both()
{
	once "$1" "$2" "$work/without.$3"
	insmod "$NETATOP_KO" || exit 1
	once "$1" "$2" "$work/with.$3"
	rmmod netatop || exit 1
}

# differing ROUNDS: the lines that are different, with how often they were there in each round
differing()
{
	local round files=()
	for ((round = 1; round <= $1; round++)); do
		files+=(side=0 round="$round" "$work/without.$round" side=1 round="$round" "$work/with.$round")
	done
	awk -v rounds="$1" '
		{ n[$0, side, round]++; lines[$0] }
		function range(line, side,   r, c)
		{
			for (r = 1; r <= rounds; r++) {
				c = n[line, side, r] + 0
				if (r == 1 || c < least[side]) least[side] = c
				if (r == 1 || c > most[side]) most[side] = c
			}
			return least[side] == most[side] ? most[side] : least[side] "-" most[side]
		}
		END {
			for (line in lines) {
				without = range(line, 0)
				with = range(line, 1)
				if (most[0] < least[1] || most[1] < least[0])
					printf "%s without, %s with: %s\n", without, with, line
			}
		}' "${files[@]}" | sort
}

# worse ROUNDS: it has passed each time without the module, and has not most of the times with it
worse()
{
	local round failed=0
	for ((round = 1; round <= $1; round++)); do
		[[ $(verdict "$work/without.$round") == pass ]] || return
		[[ $(verdict "$work/with.$round") == pass ]] || ((failed++))
	done
	((2 * failed > $1)) && echo "passes without, fails with"
}

# There is no other verdict of it than that it was there, and it does not count.
missing() { [[ ! -x $dir/${1%%:*}/${1##*:} ]]; }

printf '%-48s %-16s %-16s %s\n' test without with 'seconds, rounds'
for entry; do
	name=${entry% *} limit=${entry##* } began=$SECONDS
	printf "%-48s " "$name"
	if missing "$name"; then
		echo "was not built: DIFFERENT"
		((differ++))
		continue
	fi
	for round in 1 2 3; do
		both "$name" "$limit" "$round"
		without=$work/without.$round with=$work/with.$round
		cmp -s "$without" "$with" && break
	done
	printf "%-16s %-16s %s" "$(verdict "$without")" "$(verdict "$with")" "$((SECONDS - began)), $round"
	different=""
	cmp -s "$without" "$with" || different=$(differing "$round"; worse "$round")
	if [[ -n $different ]]; then
		echo " DIFFERENT"
		head -n 20 <<<"$different" | sed 's/^/#   /'
		tail -n 8 "$with.output" | sed 's/^/#   with: /'
		((differ++))
	elif ! cmp -s "$without" "$with"; then
		echo " varies"
		diff "$without" "$with" | head -n 20 | sed 's/^/#   /'
		((same++))
	elif [[ $(tail -n 1 "$with") == "status 4" ]]; then
		echo
		grep -am1 SKIP "$with.output" | sed 's/^/#   /'
		((skipped++))
	else
		echo
		if [[ $(tail -n 1 "$with") != "status 0" ]]; then
			grep -av "^$" "$with.output" | tail -n 3 | sed "s/^/#   /"
			((failing++))
		fi
		((same++))
	fi
done
complaints=$("$(dirname "$0")/../run.sh" --complained "$mark")
[[ -z $complaints ]] || head -n 40 <<<"$complaints" | sed 's/^#/# log:/'
echo "$same the same ($failing of them fail both ways), $differ differ, $skipped skipped both ways"
((2 * failing <= same)) || echo "most fail both ways, which shows nothing"
((differ == 0 && 2 * failing <= same)) && [[ -z $complaints ]]
