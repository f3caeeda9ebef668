#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# harmless_guest.sh DIR "COLLECTION:TEST SECONDS"...: in the machine, runs each of these tests of the
# kernel without the module and with it. Where the verdicts differ, it does so again, up to three
# rounds in all: what is different each time is a difference.
set -u
dir=$1
shift
work=$(mktemp -d)
same=0 differ=0 skipped=0

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
			"$work/output" | sed -E 's/\x1b\[[0-9;]*m//g; s/ns[0-9]+-[[:alnum:]]+/ns/g; s/[0-9]+/N/g; s/N +N/N N/g; s/ +/ /g'
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
	once "$1" "$2" "$work/without"
	insmod "$NETATOP_KO" || exit 1
	once "$1" "$2" "$work/with"
	rmmod netatop || exit 1
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
		both "$name" "$limit"
		cmp -s "$work/without" "$work/with" && break
	done
	printf "%-16s %-16s %s" "$(verdict "$work/without")" "$(verdict "$work/with")" \
		"$((SECONDS - began)), $round"
	if ! cmp -s "$work/without" "$work/with"; then
		echo " DIFFERENT"
		diff "$work/without" "$work/with" | head -n 20 | sed 's/^/#   /'
		tail -n 8 "$work/with.output" | sed 's/^/#   with: /'
		((differ++))
	elif [[ $(tail -n 1 "$work/with") == "status 4" ]]; then
		echo
		grep -am1 SKIP "$work/with.output" | sed 's/^/#   /'
		((skipped++))
	else
		echo
		[[ $(tail -n 1 "$work/with") == "status 0" ]] ||
			grep -av "^$" "$work/with.output" | tail -n 3 | sed "s/^/#   /"
		((same++))
	fi
done
dmesg | grep -E 'BUG:|WARNING:|Oops|Call Trace' | sed 's/^/# log: /'
echo "$same the same, $differ differ, $skipped skipped both ways"
((differ == 0))
