#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# debug: first
#
# Who may speak to the family, what it refuses and how it says so; the books; exits, as they happen
# and from the list; unloading while there are readers; and messages that nobody would send.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/actor.sh"
source "$(dirname "$0")/files.sh"
need_tools ip nft awk unshare

NL=$HERE/nl


# refused DESCRIPTION ERRNO TEXT COMMAND...
refused() { is "$("${@:4}" | sed 's/ offset=.*//')" "errno=$2 text=$3" "$1: $2, $3"; }

may()
{
	local cmd name
	for cmd in "page task" "dump task" "page flow" "dump flow" "get books" "dump tunable" "get exit"; do
		# shellcheck disable=SC2086 # words
		is "$("$NL" -u $cmd) $(unshare -Ur "$NL" $cmd) $(unshare -Urn "$NL" $cmd)" \
			"errno=EPERM text= offset=0 errno=EPERM text= offset=0 errno=EPERM text= offset=0" "$cmd: neither a user nor root of a user namespace"
	done
	is "$("$NL" -u listen) $(unshare -Ur "$NL" listen)" "errno=EPERM text= offset=0 errno=EPERM text= offset=0" "nor may they listen"
	name=$(in_ns "$CLI" "$NL" get books | fields version)
	is "$name" "$(<"$SYS/version")" "root may, in any network namespace"
}

refusals()
{
	local cursor other
	refused "no id" EINVAL "one of a process id, a thread id, a cursor is needed" "$NL" get task
	refused "two ids" EINVAL "one of a process id, a thread id, a cursor is needed" "$NL" get task tgid=1 tid=1
	refused "table without a walk" EINVAL "this is for walks: a cursor is missing" "$NL" get task tgid=1 table
	refused "filter without a walk" EINVAL "this is for walks: a cursor is missing" "$NL" get task tgid=1 uid=0
	refused "thread id in a walk" EINVAL "a walk has no thread id" "$NL" one task tid=1
	refused "no cursor" EINVAL "a cursor is needed" "$NL" get flow
	refused "half a cursor" EINVAL "not a cursor" "$NL" get task cursor=0011
	refused "a long cursor" ERANGE "Attribute failed policy validation" "$NL" get task "cursor=$(printf '00%.0s' {1..65})"
	refused "another load's cursor" ESTALE "the cursor is of another load of the module" "$NL" get task "cursor=$(printf '00%.0s' {1..56})"
	cursor=$("$NL" one flow | fields cursor | tail -n 1)
	other=${cursor:0:32}01000000${cursor:40}
	refused "another command's cursor" ESTALE "the cursor is of another command" "$NL" get task "cursor=$cursor"
	refused "and the other way round" ESTALE "the cursor is of another command" "$NL" get flow "cursor=$other"
	refused "process 0" ERANGE "integer out of range" "$NL" get task tgid=0
	refused "process 4194305" ERANGE "integer out of range" "$NL" get task tgid=4194305
	refused "namespace 0" ERANGE "integer out of range" "$NL" one task netns_ino=0
	refused "a protocol that is not ours" ERANGE "integer out of range" "$NL" one flow l4proto=1
	refused "take none" ERANGE "integer out of range" "$NL" get exit limit=0
	refused "an attribute of another command" EINVAL "Unsupported attribute" "$NL" get exit tgid=1
	refused "an attribute that is an answer's" EINVAL "Unsupported attribute" "$NL" one task name=00
	refused "an unknown attribute" EINVAL "Unknown attribute type" "$NL" one task 99:00000000
	refused "an attribute where none is taken" EINVAL "Unknown attribute type" "$NL" get books tgid=1
	refused "too short a number" EINVAL "invalid attribute length" "$NL" get task 6:0000
	refused "nothing to read" EAGAIN "no finished process is listed" "$NL" get exit
	refused "a command that is not there" EOPNOTSUPP "" "$NL" get 99
	refused "a dump of what has none" EOPNOTSUPP "" "$NL" dump books
	refused "what is only dumped" EOPNOTSUPP "" "$NL" get tunable
	refused "what is only sent" EOPNOTSUPP "" "$NL" get 7
	is "$("$NL" dump task cursor | fields errno)" EINVAL "a cursor in a dump"
	is "$("$NL" dump task tid=1 | fields errno)" EINVAL "a thread id in a dump"
}

# The same words as the files have
books_told()
{
	"$NL" get books | awk '{
		for (i = 1; i <= NF; i++) {
			split($i, kv, "=")
			if (kv[1] == "book.name") term = kv[2]
			if (sub(/^book\.counters\./, "", kv[1])) print term, kv[1], kv[2]
		}
	}' | as_in_files
}
stats_told() { "$NL" get books | tr ' ' '\n' | sed -n 's/^stats\.\([^=]*\)=/\1 /p' | sort; }
stats_of_files() { for file in "$SYS"/stats/*; do [[ $file == *_[tu][cd]p_* ]] || echo "${file##*/} $(<"$file")"; done | sort; }
tunables_told() { "$NL" dump tunable | fields tunable.name tunable.text | sort; }

figures()
{
	tun exit_timeout 600
	start_server server "$SRV" tcp-server "$SRV4" 5001
	start_client client "$CLI" tcp-client -H -n 100 -w 70 "$SRV4" 5001
	end client; ended server
	# Neither is on its way from one term to another, and neither will be while all is read.
	busywait "$WAIT" stat_is exit_records 2 || fatal "exit_records: $(stat exit_records)"
	books_balance "the books balance"
	is "$(books_told)" "$(books_of_files)" "books: each term is that of the files"
	is "$(stats_told | grep -v '^gc_runs\|^searche')" "$(stats_of_files | grep -v '^gc_runs\|^searche')" "counts are those of the files"
	tun exit_linger 3; tun conntrack on; tun scope_label 7
	is "$(tunables_told)" "$(tunables_of_files)" "tunables are those of the files"
	is "$("$NL" dump tunable | fields tunable.name tunable.value tunable.lowest tunable.highest | grep -E 'linger|conntrack|label' | paste -sd ,)" \
		"exit_linger 3 0 600,conntrack 1 0 1,scope_label 7 -1 127" "with their limits"
	tun exit_linger 0; tun conntrack auto; tun scope_label off
}

counts() { fields tgid state name counters.udpsndpacks counters.udpsndbytes; }
datagram() { in_ns "$CLI" "$TRAFFIC" udp-client -n 1 127.0.0.1 9 >/dev/null 2>&1; }
heard() { (($(grep -c "^cmd=$2 " "$TMP/$1") >= $3)); }

exits()
{
	local told
	forget
	tun exit_timeout 600
	start listener "$CLI" "$NL" listen
	says listener listening
	start second "$SRV" "$NL" listen
	says second listening
	start stranger "$CLI" unshare -Urn "$NL" listen
	says stranger listening
	for _ in 1 2 3; do datagram; done
	check "three exits are heard" busywait "$WAIT" heard listener 7 3
	check "in another namespace, too" busywait "$WAIT" heard second 7 3
	told=$(grep '^cmd=7 ' "$TMP/listener" | counts)
	is "$(sort -u <<<"${told//[0-9]* 2 traffic/2 traffic}" | cut -d ' ' -f 1,2)" "2 traffic" "they have finished, and have their names"
	is "$("$NL" get exit limit=1 | counts)" "$(head -n 1 <<<"$told")" "EXIT_READ takes the first"
	is "$(stat exit_records)" 2 "and leaves the others"
	is "$("$NL" get exit | counts)" "$(tail -n 2 <<<"$told")" "EXIT_READ takes all"
	refused "then there is nothing" EAGAIN "no finished process is listed" "$NL" get exit
	datagram
	check "and another" busywait "$WAIT" heard listener 7 4
	is "$("$GETCNT" exit | fields id)" "$(grep '^cmd=7 ' "$TMP/listener" | tail -n 1 | fields tgid)" "getsockopt takes it as well"
	start waiter "$CLI" "$GETCNT" empty-exit
	check "EMPTY_EXIT does not wait where all has been read" ended waiter
	start_server many "$SRV" tcp-server -n 41 -a 30 "$SRV4" 5003
	in_ns "$CLI" "$TRAFFIC" spawn 40 tcp-client -B -n 100 -w 30 "$SRV4" 5003 >"$TMP/spawn" 2>&1 || fatal "spawn: $(tail -n 1 "$TMP/spawn")"
	check "of 40 that finish together, all are heard" busywait "$WAIT" heard listener 7 44
	is "$(grep '^cmd=7 ' "$TMP/listener" | fields tgid | sort -u | wc -l)" 44 "each once"
	is "$(wc -l <"$TMP/stranger")" 1 "root of a user namespace hears nothing in his own"
	slay many
	forget
	slay listener second stranger
}

# Told of, and left on the list until the reader says that it has stored them.
held()
{
	local told seq cookie
	forget
	tun exit_timeout 600
	for _ in 1 2 3; do datagram; done
	busywait "$WAIT" stat_is exit_records 3
	start waiter "$CLI" "$GETCNT" empty-exit
	busywait "$WAIT" blocked "${PID[waiter]}" || fatal "nobody waits for an empty list"
	told=$("$NL" get exit hold)
	mapfile -t seq < <(fields exit_seq <<<"$told")
	cookie=$(fields cookie <<<"$told" | tail -n 1)
	is "${#seq[@]} $((seq[1] - seq[0])) $((seq[2] - seq[1]))" "3 1 1" "held: all three, one behind the other"
	is "$("$NL" get exit hold | counts) $(stat exit_records)" "$(counts <<<"$told") 3" "held: they are still there"
	refused "held: a place without a load" EINVAL "what is to be taken off needs both place and cookie" "$NL" get exit hold "exit_seq=${seq[2]}"
	refused "held: a load without a place" EINVAL "what is to be taken off needs both place and cookie" "$NL" get exit hold "cookie=$cookie"
	refused "held: another load" ESTALE "the cookie is of another load of the module" "$NL" get exit hold "exit_seq=${seq[2]}" cookie=7
	refused "a place of what is not held" EINVAL "this is for those that are held" "$NL" get exit "exit_seq=${seq[2]}"
	check "held: who waits for an empty list still does" kill -0 "${PID[waiter]}"
	is "$("$NL" get exit hold "exit_seq=${seq[1]}" "cookie=$cookie" | counts) $(stat exit_records)" "$(tail -n 1 <<<"$told" | counts) 1" "held: two are taken off, and the third is told"
	refused "held: then the third" EAGAIN "no finished process is listed" "$NL" get exit hold "exit_seq=${seq[2]}" "cookie=$cookie"
	is "$(stat exit_records)" 0 "held: all are off"
	check "held: and the waiter goes on" ended waiter
	refused "held: a place that was not reached yet takes nothing" EAGAIN "no finished process is listed" "$NL" get exit hold exit_seq=1000000 "cookie=$cookie"
	books_balance "held: the books balance"
	tun exit_timeout 1
	datagram
	busywait "$WAIT" stat_is exit_records 1
	"$NL" get exit hold >/dev/null
	check "held: what nobody takes off times out" busywait "$WAIT" stat_is exit_records 0
}

# A server that dies with a connection: what its peer still sends is nobody's.
late()
{
	start listener "$CLI" "$NL" listen
	says listener listening
	actor cli "$CLI"
	actor srv "$SRV"
	tell srv "udp4 0; bind 0 $SRV4 5005"
	meet "$SRV4" 5006
	tell cli "send 1 100"; tell srv "recv 1 100"
	tell cli "send 1 100"
	in_ns "$CLI" nft "add table ip d; add chain ip d in { type filter hook input priority -200; }; add rule ip d in tcp sport 5006 drop"
	dismiss srv
	"$GETCNT" force-gc >/dev/null
	busywait "$WAIT" stat_is processes 1
	in_ns "$CLI" nft delete table ip d
	tell cli "send 1 100"
	busywait "$WAIT" some_late || note "no packet is late"
	echo 1 >"$SYS/gc"
	check "late packets are told of" busywait "$WAIT" heard listener 8 1
	is "$(grep '^cmd=8 ' "$TMP/listener" | fields counters.tcpsndpacks counters.tcprcvpacks |
		awk '{ n += $1 + $2 } END { print n }')" "$(stat late_packets)" "as many as there were"
	slay listener
	dismiss cli
}
some_late() { (($(stat late_packets) > 0)); }

unloading()
{
	local cookie before
	forget
	start throng "$CLI" "$HERE/throng" 300 9
	says throng ready
	cookie=$("$NL" get books | fields cookie)
	before=$("$NL" one task | fields cursor | tail -n 1)
	check "a walk by pages has stopped half-way" test -n "$before"
	start listener "$CLI" "$NL" listen
	says listener listening
	start half "$CLI" "$NL" half task
	says half half
	is "$(rmmod netatop 2>&1 >/dev/null | grep -c 'in use')" 1 "a dump that has stopped half-way keeps the module"
	slay half
	check "a listener and a walk by pages do not" rmmod netatop
	check "the listener still sits there" kill -0 "${PID[listener]}"
	is "$("$NL" get books)" "errno=ENOENT text= offset=0" "nobody answers"
	load_module
	check "after a reload the cookie is another" test "$("$NL" get books | fields cookie)" != "$cookie"
	refused "the walk cannot go on" ESTALE "the cursor is of another load of the module" "$NL" get task "cursor=$before"
	slay listener throng
}

# Who has joined all groups that nobody had yet, and was not asked for any right. What he is not sent is not on its
# way to him any more when the next exit has been heard.
lurking()
{
	rmmod netatop || fatal "rmmod"
	start lurker "$CLI" "$NL" -u lurk
	says lurker lurking
	check "without the module anybody joins ($(head -n 1 "$TMP/lurker"))" grep -q "^lurking in [1-9]" "$TMP/lurker"
	load_module
	start listener "$CLI" "$NL" listen
	says listener listening
	datagram
	check "then exits are heard" busywait "$WAIT" heard listener 7 1
	datagram
	busywait "$WAIT" heard listener 7 2 || fatal "the second is not heard"
	is "$(tail -n +2 "$TMP/lurker")" "" "but not by who had joined before"
	check "who sits there still" kill -0 "${PID[lurker]}"
	slay listener lurker
}

fuzzed()
{
	local seed=${FUZZ_SEED:-$RANDOM} seconds=$((10 * ${FUZZ_ROUNDS:-1}))
	start throng "$CLI" "$HERE/throng" 200 9
	says throng ready
	check "$seconds seconds of messages that make no sense (seed $seed)" "$NL" fuzz "$seconds" "$seed"
	note "$(tail -n 1 "$TMP/.out")"
	slay throng
	is "$("$NL" get books | fields version)" "$(<"$SYS/version")" "sense is still answered"
}

plan $((9 + 30 + 5 + 11 + 14 + 2 + 7 + 4 + 2 + 1))
load_module
setup_pair
may
refusals
figures
exits
held
late
unloading
lurking
fuzzed
forget
books_balance "the books balance at the end"
finish
