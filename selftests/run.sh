#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh [--host] [TEST...]: runs tests of this directory, all that this machine can run if none
# is named, and reports in KTAP. As root. NETATOP_KO names the module, else ../src/netatop.ko.
#
# A test passes if it exits with 0, lets the module be unloaded, and leaves no complaint in the
# kernel's log. Exit 4 is a skip. It may say in its first 15 lines:
#	# timeout: N	seconds until it is ended (300)
#	# cpus: 2	needs that many
#	# needs: debug	needs a kernel that looks for faults (make check-debug); kunit: one with KUnit;
#			kcov: one with KCOV (make check-small)
#	# log: allocations	makes allocations of the kernel fail, too, which it tells with a trace
#	# part: harmless	is run by make harmless, not by make check
#	# host: yes	needs neither root nor the module: --host runs these, and nothing else
set -u
cd "$(dirname "$(readlink -f "$0")")" || exit
export NETATOP_KO=${NETATOP_KO:-$(readlink -f ../src/netatop.ko)}

complaints='WARNING|BUG|KASAN|UBSAN|Oops|general protection|suspicious RCU|rcu.*stall'
complaints+='|lockdep is turned off|locking correctness validator|trying to register non-static key'
complaints+='|refcount_t|list_(add|del) corruption|unable to handle|Call Trace'
complaints+='|unregister_netdevice: waiting'

# complained MARK EXPECTED: since that was written to the log. If the log is so long that the mark is gone, all of
# it counts. A race between others is theirs: neither of the two functions on top, on neither side, is ours.
complained()
{
	local log
	log=$(dmesg) || { echo "# the log cannot be read"; return 0; }
	log=$(awk -v mark="$1" -v expected="$2" '
		index($0, mark) { n = 0; next } { line[n++] = $0 }
		function ours(i,   top)
		{
			if (line[i] ~ /\[netatop\]/) return 1
			for (i++; i < n && line[i] !~ /==========|KCSAN:/; i++) {
				if (line[i] ~ /(read|write).* to 0x.* by /) top = 2
				else if (top-- > 0 && line[i] ~ /\[netatop\]/) return 1
			}
			return 0
		}
		END {
			for (i = 0; i < n; i++) {
				if (line[i] ~ /KCSAN:/ && !ours(i)) continue
				if (expected == "allocations" && line[i] ~ /vmalloc error|page allocation failure/)
					traces++
				else if (traces && line[i] ~ /Call Trace/)
					traces--
				else
					print "# " line[i]
			}
		}' <<<"$log") || { echo "# the log cannot be looked through"; return 0; }
	grep -E "$complaints" <<<"$log"
}

# For others that look.
if [[ ${1-} == --complained ]]; then
	complained "$2" ""
	exit
fi

host=
if [[ ${1-} == --host ]]; then
	host=yes
	shift
fi

header()
{
	sed -n "1,15{/^# $2:/{s///; s/^[[:space:]]*\\([^[:space:]]*\\).*/\\1/p; q}}" "$1.sh" 2>/dev/null
}

KMEMLEAK=/sys/kernel/debug/kmemleak

runs_here()
{
	local cpus needs
	cpus=$(header "$1" cpus)
	needs=$(header "$1" needs)
	[[ $(header "$1" host) == "$host" ]] && ((${cpus:-1} <= $(nproc))) &&
		[[ -z $needs || ($needs == debug && -e $KMEMLEAK) || -e /sys/kernel/debug/$needs ]]
}

tests=()
for name; do
	tests+=("$(basename "$name" .sh)")
done
if ((!$#)); then
	for name in $(make -s list); do
		runs_here "${name%.sh}" && tests+=("${name%.sh}")
	done
fi

output=$(mktemp) || exit
trap 'rm -f "$output"' EXIT

# run NAME SECONDS. What a test leaves behind may hold the pipe open for ever, so the end of the
# output is a line of ours and not the end of the file.
run()
{
	local reader end="end.$RANDOM$RANDOM$RANDOM" to pid status
	exec {to}> >(exec sed -u "/$end\$/{s///; /./s/^/# /p; Q}; w $output
		s/^/# /")
	reader=$!
	setsid timeout -k $((10 * ${SLOW:-1})) "$2" "./$1.sh" >&"$to" 2>&1 </dev/null {to}>&- &
	pid=$!
	# Not told by the shell that it was killed: the verdict says so.
	{ wait "$pid"; } 2>/dev/null
	status=$?
	pkill -KILL -s "$pid"
	echo "$end" >&"$to"
	exec {to}>&-
	wait "$reader"
	return "$status"
}

unload()
{
	[[ -n $host || ! -d /sys/module/netatop ]] || rmmod netatop
}

# kmemleak takes two scans to be sure, of what is five seconds old. A module of the kernel's own loses memory
# to show that it would be seen; whatever has been lost before is seen by then, too. What may only be on its
# way is looked for again.
no_leaks()
{
	local control leaks="" _
	modprobe kmemleak-test &
	control=$!
	wait "$control" || return
	for _ in {1..5}; do
		echo scan >"$KMEMLEAK" || return
		leaks=$(awk -v RS='unreferenced object ' -v control="comm \"modprobe\", pid $control," '
			NR == 1 { next }
			index($0, control) { shown = 1; next }
			{ printf "%s", $0 }
			END { if (!shown) print "not even what kmemleak-test has lost is found" }' "$KMEMLEAK") || return
		[[ -n $leaks ]] || return 0
	done
	head -n 60 <<<"$leaks" | sed 's/^/# /'
	return 1
}

pass=0 fail=0 skip=0 number=0 why=""
kmemleak=0
[[ -n $host || ! -w $KMEMLEAK ]] || kmemleak=1
echo "TAP version 13"
echo "1..$((${#tests[@]} + kmemleak))"
for name in "${tests[@]}"; do
	mark="netatop selftest $name $$.$((++number))"
	[[ -n $host ]] || echo "$mark" >/dev/kmsg
	limit=$(header "$name" timeout)
	limit=$((${limit:-600} * ${SLOW:-1}))
	began=$SECONDS
	run "$name" "$limit"
	status=$?
	took=$((SECONDS - began))

	why=
	if ((status == 124 || status == 137)) && ((took >= limit)); then
		why="TIMEOUT after $limit s"
	elif ((status != 0 && status != 4)); then
		why="exit=$status"
	fi
	unload 2>&1 | sed 's/^/# /'
	((PIPESTATUS[0] == 0)) || why+="${why:+, }rmmod"
	if [[ -z $host ]] && complained "$mark" "$(header "$name" log)"; then
		why+="${why:+, }log"
	fi

	echo "# $name took $took s"
	if [[ -n $why ]]; then
		((fail++))
		echo "not ok $number $name # $why"
	elif ((status == 4)); then
		((skip++))
		echo "ok $number $name # SKIP $(grep -om1 'SKIP .*' "$output" | cut -c6-)"
	else
		((pass++))
		echo "ok $number $name"
	fi
done
if [[ $(uname -r) == *-netatop-kcsan ]] && ! grep -q '^setup_watchpoints: [1-9]' /sys/kernel/debug/kcsan; then
	echo "# KCSAN has watched nothing"
	((fail++))
elif [[ -r /sys/kernel/debug/kcsan ]]; then
	awk -F ': ' '$1 == "setup_watchpoints" { watched = $2 } $1 == "data_races" { races = $2 }
		END { print "# KCSAN has watched " watched " accesses; races, those of others among them: " races }' \
		/sys/kernel/debug/kcsan
fi
if ((kmemleak)); then
	if no_leaks; then
		((pass++))
		echo "ok $((number + 1)) kmemleak"
	else
		((fail++))
		echo "not ok $((number + 1)) kmemleak"
	fi
fi
# What the log has had to say since the last test.
if [[ -z $host && $why != *log* ]] && complained "$mark" "$(header "$name" log)"; then
	echo "# the kernel has complained after the last test"
	((fail++))
fi
echo "# totals: pass:$pass fail:$fail skip:$skip"
((fail == 0 && pass + skip > 0))
