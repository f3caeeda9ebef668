#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# The command netatop against the module: ps tells of each task what getsockopt tells, to the byte and
# whatever it is called, and intervals lose nothing of those that come and go; exits, books, tune and
# doctor; who may; and what each of them says when the module goes and comes back.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/files.sh"
need_tools ip nft awk jq setpriv unshare perl conntrack

NETATOP=$HERE/../utils/netatop/netatop
EPERM="not permitted; it needs CAP_NET_ADMIN in the initial user namespace, as root has it"

# refused STATUS TEXT COMMAND...: what it says on stderr, and nothing else
refused()
{
	local status
	"${@:3}" >"$TMP/out" 2>"$TMP/err"
	status=$?
	is "$status $(<"$TMP/err") $(wc -c <"$TMP/out")" "$1 $2 0" "${3##*/} ${*:4}: $2"
}

COUNTERS='"tcpsndpacks=\(.tcp_snd_packets) tcpsndbytes=\(.tcp_snd_bytes) tcprcvpacks=\(.tcp_rcv_packets) tcprcvbytes=\(.tcp_rcv_bytes) " +
	"udpsndpacks=\(.udp_snd_packets) udpsndbytes=\(.udp_snd_bytes) udprcvpacks=\(.udp_rcv_packets) udprcvbytes=\(.udp_rcv_bytes)"'

# as_getcnt tgid|tid: JSON of ps in the words of getcnt, by id
as_getcnt() { jq -r "(.processes // .threads)[] | \"id=\\(.$1) btime=\\(.btime) command=\\(.name) \" + $COUNTERS" | sort; }

# one_by_one tgid|pid ID...
one_by_one() { local id; for id in "${@:2}"; do "$GETCNT" "$1" "$id"; done | sort; }
ids() { jq -r "(.processes // .threads)[].$1" "$2"; }

# between BEFORE NOW AFTER: the lines that are not, figure by figure
between()
{
	awk '
	{
		for (i = 4; i <= NF; i++) {
			split($i, kv, "=")
			if (FILENAME == ARGV[1]) least[$1 kv[1]] = kv[2]
			else if (FILENAME == ARGV[3]) most[$1 kv[1]] = kv[2]
			else now[$1 kv[1]] = kv[2]
		}
	}
	END {
		for (k in now) if (now[k] + 0 < least[k] + 0 || now[k] + 0 > most[k] + 0) print k, least[k], now[k], most[k]
		if (!length(now)) print "nothing"
	}' "$@"
}

ps_is_getsockopt()
{
	local quiet id ids
	start throng "$CLI" "$HERE/throng" 60 9
	says throng ready
	start_server server "$SRV" tcp-server -t 1 -K -H -n 5 -a 3000 "$SRV4" 5001
	start_client client "$CLI" tcp-client -t 5 -K -H -n 2000 -w 500 "$SRV4" 5001
	says server held
	start_server load-server "$SRV" udp-server -H "$SRV4" 5003
	start load "$CLI" "$TRAFFIC" udp-client -H -r 100000000 -w 400 "$SRV4" 5003
	busywait "$WAIT" moves || fatal "no load"
	for id in "${PID[load]}" "${PID[load-server]}"; do "$GETCNT" tgid "$id"; done >"$TMP/least"
	"$NETATOP" -j ps >"$TMP/ps"
	for id in "${PID[load]}" "${PID[load-server]}"; do "$GETCNT" tgid "$id"; done >"$TMP/most"
	as_getcnt tgid <"$TMP/ps" >"$TMP/lines"
	quiet=$(grep -v "^id=\(${PID[load]}\|${PID[load-server]}\) " "$TMP/lines")
	is "$(wc -l <"$TMP/lines")" 64 "under load: all processes"
	mapfile -t ids < <(cut -d ' ' -f 1 <<<"$quiet")
	is "$quiet" "$(one_by_one tgid "${ids[@]#id=}")" "under load: each as getsockopt tells"
	grep "^id=\(${PID[load]}\|${PID[load-server]}\) " "$TMP/lines" >"$TMP/now"
	is "$(between "$TMP/least" "$TMP/now" "$TMP/most")" "" "under load: those that move are between two calls"
	check "the books balance, under load" "$NETATOP" books
	slay load load-server
	busywait "$WAIT" stat_is processes 62 || fatal "processes: $(stat processes)"
	"$NETATOP" ps -t -j >"$TMP/threads"
	# shellcheck disable=SC2046 # words
	is "$(as_getcnt tid <"$TMP/threads")" "$(one_by_one pid $(ids tid "$TMP/threads"))" "each thread, too"
	is "$(jq -r '.threads | length' "$TMP/threads")" "$(stat threads)" "all threads"
	is "$("$NETATOP" ps -jtp "${PID[client]}" | jq -r '.threads | length')" 5 "those of one process"
	is "$("$NETATOP" ps | awk 'NR > 1 { print $1 }' | sort -n | xargs)" "$("$NETATOP" -j ps | ids tgid - | sort -n | xargs)" "the table has the same"
	slay throng
}
moves() { [[ $(counted tgid "${PID[load-server]}" udp) =~ sndpacks=[1-9] ]]; }

choices()
{
	local all
	start_server user-server "$SRV" udp-server -H "$SRV4" 5004
	cp "$TRAFFIC" "$TMP/$STRANGE"
	start user "$CLI" "$TMP/$STRANGE" udp-client -H -n 3 -w 70 "$SRV4" 5004
	says user held
	forget_throng
	is "$("$NETATOP" ps -jp "${PID[client]}" | ids tgid -)" "${PID[client]}" "-p"
	is "$("$NETATOP" ps -ju 0 | jq '.processes | length'), $("$NETATOP" ps -ju 12345 | jq '.processes | length')" "$(stat processes), 0" "-u"
	refused 1 "netatop: there is no process $$, or it has not used TCP or UDP" "$NETATOP" ps -p $$
	all=$("$NETATOP" -j ps)
	is "$("$NETATOP" ps --sort udp -j | ids tgid - | head -n 2 | xargs)" "${PID[user-server]} ${PID[user]}" "--sort udp, those that are equal by number"
	is "$("$NETATOP" ps --sort pid -j | ids tgid - | xargs)" "$(ids tgid - <<<"$all" | sort -n | xargs)" "--sort pid"
	is "$(ids tgid - <<<"$all" | xargs)" "$(jq -r '.processes | sort_by(-(.tcp_snd_bytes + .tcp_rcv_bytes + .udp_snd_bytes + .udp_rcv_bytes), .tgid)[].tgid' <<<"$all" | xargs)" \
		"without --sort, by bytes"
}
forget_throng() { busywait "$WAIT" stat_is processes 4 || fatal "processes: $(stat processes)"; }

# The name of a program: control characters, what is not UTF-8, and half a character.
STRANGE=$'\xff\e[2J"\\\xc3\xa4\xe2\x82'

names()
{
	"$NETATOP" ps -jp "${PID[user]}" >"$TMP/ps"
	is "$(jq -r '.processes[0].name | @json' "$TMP/ps")" '"�\u001b[2J\"\\ä��"' "JSON of whatever it is called"
	check "is UTF-8" iconv -f UTF-8 -t UTF-8 "$TMP/ps"
	is "$(LC_ALL=C.UTF-8 "$NETATOP" ps -p "${PID[user]}" | tail -n 1 | awk '{ print $3 }')" '��[2J"\ä��' "a table has no control characters"
}

unit_of() { "$NETATOP" ps -jp "$1" | jq -r '.processes[0].unit'; }

units()
{
	local dir=/sys/fs/cgroup/netatop-test.slice pid=${PID[user]}
	mkdir -p "$dir/test-$$.service"
	is "$(unit_of "$pid")" null "no unit"
	echo "$pid" >"$dir/test-$$.service/cgroup.procs"
	is "$(unit_of "$pid")" "test-$$.service" "a service"
	is "$("$NETATOP" ps -p "$pid" | tail -n 1 | awk '{ print $NF }')" "test-$$.service" "in the table, too"
	"$HERE/makelog" -n 1 -p "$pid" "$TMP/log" >/dev/null || fatal makelog
	is "$("$NETATOP" exits -p "$pid" --from-log="$TMP/log" | tail -n 1 | awk '{ print $2, $NF ~ /service/ }')" "$pid 0" \
		"one of a log that had the same id was in none that is known"
	start listener "$CLI" "$NETATOP" exits -f -p "$pid"
	says listener STARTED
	is "$("$NETATOP" exits -i 0.01)" "$(head -n 1 "$TMP/listener")" "exits: nothing for a moment"
	slay user
	rmdir "$dir/test-$$.service" "$dir"
	check "exits: a process, with the unit it was in" busywait "$WAIT" grep -q "^[0-9:]* *$pid root .* test-$$.service$" "$TMP/listener"
	slay listener
}

# What each process did in all intervals, in the words of getcnt.
all_intervals()
{
	jq -sr "[.[].processes[]?] | group_by(.tgid)[] | (reduce .[] as \$p ({}; . as \$sum | \$p | with_entries(select(.key | test(\"_(packets|bytes)$\"))) |
		with_entries(.value += (\$sum[.key] // 0)))) + {tgid: .[0].tgid} | \"id=\\(.tgid) \" + $COUNTERS" "$TMP/intervals" | sed 's/ udp.*//' | sort
}
told_of_all() { [[ $(all_intervals 2>/dev/null | grep -v "^id=${PID[server]} ") == "$(spawned "$TMP/spawn")" ]]; }
has_lines() { (($(wc -l <"$TMP/$1") >= $2)); }

intervals()
{
	start_server server "$SRV" tcp-server -n 60 -a 30 -H "$SRV4" 5001
	start intervals "$CLI" "$NETATOP" ps -j -i 0.2
	start follower "$CLI" "$NETATOP" exits -jf
	busywait "$WAIT" has_lines intervals 1
	start spawn "$CLI" "$TRAFFIC" spawn 60 tcp-client -j 5 -n 100 -w 300 "$SRV4" 5001
	check "60 processes come and go" ended spawn
	check "each is told of in intervals" busywait "$WAIT" told_of_all
	is "$(all_intervals | grep -v "^id=${PID[server]} ")" "$(spawned "$TMP/spawn")" "intervals add up to all that each did"
	is "$(jq -s 'map(.interval >= 200000000) | all' "$TMP/intervals")" true "they are as long as asked"
	busywait "$WAIT" has_lines follower 60
	is "$(jq -r "\"id=\\(.tgid) \" + $COUNTERS" "$TMP/follower" | sed 's/ udp.*//' | sort)" "$(spawned "$TMP/spawn")" "exits -f tells of each once, with all it did"
	is "$(jq -r '.event + " " + .state' "$TMP/follower" | sort | uniq -c | xargs)" "60 exit finished" "as finished"
	is "$(stat exit_records)" 60 "and leaves all of them on the list"
	is "$("$NETATOP" ps -i 0.01 -n 3 | grep -c '^ *PID')" 3 "-n"
	slay intervals follower
}

taking()
{
	is "$("$NETATOP" exits -i 0.01 2>&1 >/dev/null)" "netatop: 60 processes wait on the exit list; netatop exits --take takes them" "exits says what is on the list"
	"$NETATOP" exits --take -n 1 -j >"$TMP/taken"
	is "$(wc -l <"$TMP/taken") $(stat exit_records)" "1 59" "--take -n 1 takes one"
	"$NETATOP" -j exits --take >>"$TMP/taken"
	is "$? $(jq -r "\"id=\\(.tgid) \" + $COUNTERS" "$TMP/taken" | sed 's/ udp.*//' | sort)" "0 $(spawned "$TMP/spawn")" "--take takes all, with all they did"
	is "$("$NETATOP" exits --take | wc -l) $(stat exit_records)" "1 0" "then there is none"
	start taker "$CLI" "$NETATOP" exits --take -f
	says taker STARTED
	in_ns "$CLI" "$TRAFFIC" udp-client -n 1 "$SRV4" 9 >/dev/null 2>&1
	check "--take -f takes what comes" busywait "$WAIT" has_lines taker 2
	check "off the list" busywait "$WAIT" stat_is exit_records 0
	slay taker
	start head "$CLI" bash -c "'$NETATOP' exits -f | head -n 1"
	check "exits -f ends when nobody reads it" ended head
}

# shellcheck disable=SC2016 # for jq
BOOKS='({total} + .terms) | to_entries[] | .key as $term | .value | to_entries[] | "\($term) \(.key) \(.value)"'

books_and_tune()
{
	is "$("$NETATOP" -j books | jq -r '[.balanced, .exact, (.difference | map(. == 0) | all)] | map(tostring) | join(" ")')" "true true true" "the books balance"
	is "$("$NETATOP" -j books | jq -r "$BOOKS" | sort)" "$(books_of_files)" "they are those of the files"
	is "$("$NETATOP" books | awk '$1 == "total" { print NF }')" 9 "the table has all figures"
	COOKED=books LD_PRELOAD=$HERE/cooked.so "$NETATOP" books >"$TMP/out" 2>"$TMP/err"
	is "$? $(<"$TMP/err") $(awk '$1 == "difference" { $1 = $1; print }' "$TMP/out")" "1 netatop: the books do not balance difference 0 0 0 0 1 0 0 0" "where they do not, it says so"
	is "$(COOKED=books LD_PRELOAD=$HERE/cooked.so "$NETATOP" -j books | jq .balanced) ${PIPESTATUS[0]}" "false 0" "in JSON"
	is "$("$NETATOP" -j tune | jq -r '.tunables[] | "\(.name) \(.text)"' | sort)" "$(tunables_of_files)" "the tunables are those of the files"
	is "$("$NETATOP" tune exit_timeout=30 gc_interval | awk '{ print $1, $2 }' | xargs) $(tun exit_timeout)" "gc_interval $(tun gc_interval) exit_timeout 30 30" "one is set, one is shown"
	refused 2 "netatop tune: there is no tunable nonsense
Try: netatop tune --help" "$NETATOP" tune exit_timeout=31 nonsense=1
	is "$(tun exit_timeout)" 30 "then nothing was set"
	refuse_value exit_timeout=0 "1 to 3600"
	refuse_value exit_timeout=3601 "1 to 3600"
	refuse_value exit_timeout=1.5 "1 to 3600"
	refuse_value exit_timeout= "1 to 3600"
	refuse_value conntrack=off "auto or on"
	refuse_value scope_label=128 "off, or 0 to 127"
	is "$(tun exit_timeout)" 30 "what is refused changes nothing"
}
refuse_value()
{
	"$NETATOP" tune "$1" >"$TMP/out" 2>"$TMP/err"
	is "$? $(<"$TMP/err")" "1 netatop: ${1%%=*} cannot be set to '${1#*=}': it takes $2" "tune $1: refused"
}

# finding CHECK [COMMAND...]: status of a check, and of the whole
finding()
{
	"${@:2}" "$NETATOP" -j doctor >"$TMP/doctor"
	echo "$? $(jq -r ".checks[] | select(.check == \"$1\") | .status" "$TMP/doctor" | xargs) $(jq .problems "$TMP/doctor")"
}

doctor()
{
	local max count
	is "$(finding module)" "0 ok 0" "doctor: the module answers"
	is "$(jq -r '.checks[] | select(.status == "ok" and .advice != null) | .check' "$TMP/doctor")" "" "no advice where nothing is wrong"
	is "$(jq -r '.checks[] | select(.status != "ok" and .advice == null) | .check' "$TMP/doctor")" "" "and some where something is"
	is "$("$NETATOP" doctor | tail -n 1)" "problems: 0, warnings: $(jq .warnings "$TMP/doctor")" "the table says how many"
	is "$(finding books)$(finding books env COOKED=books LD_PRELOAD="$HERE/cooked.so")" "0 ok 01 problem 1" "doctor: the books"
	is "$(finding capability setpriv --reuid=1234 --clear-groups) $(finding capability unshare -Ur)" "1 problem 1 1 problem 1" "doctor: the capability"
	is "$(finding module env COOKED=old LD_PRELOAD="$HERE/cooked.so")" "1 problem 1" "doctor: a module of another protocol"
	is "$(finding netatopd)" "0 warning 0" "doctor: no netatopd"
	touch /run/netatop.log
	semaphore 1
	is "$(finding netatopd)" "0 ok 0" "doctor: netatopd"
	is "$("$NETATOP" exits --take 2>&1 >/dev/null)" "netatop: netatopd is running: what is taken here is missing there, and in atop" "exits --take warns of it"
	semaphore 0
	is "$(finding netatopd)" "0 warning 0" "doctor: it has ended"
	semaphore
	rm -f /run/netatop.log
	max=$(sysctl -n net.netfilter.nf_conntrack_max)
	is "$(finding conntrack)" "0 ok 0" "doctor: conntrack has room"
	# Entries that are about to time out would make room.
	in_ns "$CLI" conntrack -F 2>/dev/null
	in_ns "$CLI" ping -c 1 -W 1 "$SRV4" >/dev/null
	count=$(ct_count "$CLI")
	sysctl -qw net.netfilter.nf_conntrack_max="$count"
	is "$(finding conntrack in_ns "$CLI")" "1 problem 1" "doctor: its table is full"
	is "$(jq -r '.checks[] | select(.check == "conntrack") | .advice' "$TMP/doctor")" "Raise it: sysctl -w net.netfilter.nf_conntrack_max=$((2 * count))" "and what to do"
	sysctl -qw net.netfilter.nf_conntrack_max="$max"
}

# semaphore [VALUE]: that of netatopd, as it would have it; without a value it is taken away
semaphore()
{
	perl -e '
		my $id = semget(1541961, 2, 01600) // die "semget: $!\n";
		if (@ARGV) { semctl($id, 0, 16, $ARGV[0]) // die "SETVAL: $!\n" } else { semctl($id, 0, 0, 0) // die "RMID: $!\n" }
	' "$@" || fatal "no semaphore"
}

forbidden()
{
	local as what cmd
	for as in "setpriv --reuid=1234 --clear-groups" "unshare -Ur"; do
		for cmd in "the processes:ps" "the processes:ps -t" "listening to exits:exits" "listening to exits:exits -f" "the exit list:exits --take" \
			"the books:books" "the tunables:tune" "the tunables:tune gc_interval=5" "listening to exits:ps -i 1"; do
			what=${cmd%%:*}
			# shellcheck disable=SC2086 # words
			"${as%% *}" ${as#* } "$NETATOP" ${cmd#*:} >"$TMP/out" 2>"$TMP/err"
			is "$? $(<"$TMP/err")" "1 netatop: $what: $EPERM" "${cmd#*:}: not for ${as%% *}"
		done
	done
	# another version of the protocol, on either side
	COOKED=new LD_PRELOAD=$HERE/cooked.so refused 1 \
		"netatop: the module speaks version 9 of its protocol, and this program version 1; install a program of the same release" "$NETATOP" ps
	COOKED=old LD_PRELOAD=$HERE/cooked.so refused 1 \
		"netatop: the module speaks version 0 of its protocol, and this program version 1; install a module of the same release" "$NETATOP" books
	is "$("$NETATOP" version | xargs)" "netatop $(<"$SYS/version"), protocol 1 module $(<"$SYS/version"), protocol 1" "version"
}

GONE="netatop: the module has been unloaded; waiting until it is back"
BACK="netatop: the module is back; all counters began at zero"

reloading()
{
	local name
	start intervals "$CLI" "$NETATOP" ps -j -i 0.1
	start table "$CLI" "$NETATOP" ps -i 0.1
	start follower "$CLI" "$NETATOP" exits -jf
	start taker "$CLI" "$NETATOP" exits --take -jf
	busywait "$WAIT" has_lines intervals 3
	busywait "$WAIT" has_lines table 3
	check "rmmod is done at once, whoever waits" rmmod netatop
	for name in intervals table follower taker; do
		check "$name: says so" busywait "$WAIT" grep -qxF "$GONE" "$TMP/$name"
	done
	for name in ps "ps -i 1" exits "exits --take" books tune; do
		# shellcheck disable=SC2086 # words
		refused 1 "netatop: the module is not loaded; load it with: modprobe netatop" "$NETATOP" $name
	done
	is "$(finding module)" "1 problem 1" "doctor: no module"
	is "$("$NETATOP" -j version | jq -c '[.module, .module_protocol]')" "[null,null]" "version: no module"
	load_module
	for name in intervals table follower taker; do
		check "$name: and that it is back" busywait "$WAIT" grep -qxF "$BACK" "$TMP/$name"
	done
	: >"$TMP/spawn"
	in_ns "$CLI" "$TRAFFIC" udp-client -n 1 -w 50 "$SRV4" 9 >/dev/null 2>&1
	check "exits -f goes on" busywait "$WAIT" grep -q '"event":"exit"' "$TMP/follower"
	check "exits --take -f, too" busywait "$WAIT" grep -q '"event":"exit"' "$TMP/taker"
	check "ps -i, too, with what was done since" busywait "$WAIT" grep -q '"udp_snd_packets":1,"udp_snd_bytes":92,' "$TMP/intervals"
	is "$(sed -n '/^{"event":"unloaded"}$/,$p' "$TMP/follower" | jq -Rr 'fromjson? | .event' | xargs)" "unloaded loaded exit" "JSON has it all"
	for name in intervals table follower taker; do
		check "$name: is still there" kill -0 "${PID[$name]}"
	done
	slay intervals table follower taker
}

# Two users whose names are not in the order of their numbers, which 64 divides.
users()
{
	local uid
	# shellcheck disable=SC2016 # perl's
	for uid in 99968 100032; do
		start "user$uid" "$CLI" setpriv --reuid "$uid" --clear-groups perl -MIO::Socket::INET -e '$| = 1;
			my $udp = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1:9") or die;
			$udp->send("x"); print "held\n"; sleep 10000'
		says "user$uid" held
	done
	is "$("$NETATOP" ps --sort user | awk '$2 ~ /^(99968|100032)$/ { print $1 }' | xargs)" "${PID[user100032]} ${PID[user99968]}" "--sort user, by name"
	slay user99968 user100032
}

# Nobody reads: the other end of a socket, which is no broken pipe; and no standard output at all.
unread()
{
	# shellcheck disable=SC2016 # perl's
	start unread "$CLI" perl -MSocket -e 'socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0) or die;
		open(STDOUT, ">&", $ours) or die; exec @ARGV' "$NETATOP" exits -jf -p 1
	check "exits -f ends when the other end of its socket is closed" busywait "$WAIT" is_over unread
	slay unread
	"$NETATOP" ps >&- 2>"$TMP/err"
	is "$? $(<"$TMP/err")" "1 netatop: write: Bad file descriptor" "a standard output that is closed"
}

[[ -x $NETATOP && -e $HERE/cooked.so ]] || fatal "netatop is not built"
plan $((9 + 6 + 3 + 6 + 8 + 7 + 16 + 16 + 21 + 23 + 2))
load_module
setup_pair
conntrack_rule "$CLI"
# None expires while it is looked at.
tun exit_timeout 600
ps_is_getsockopt
slay server client
tun exit_timeout 1
start_server server "$SRV" tcp-server -t 1 -K -H -n 5 -a 3000 "$SRV4" 5002
start_client client "$CLI" tcp-client -t 5 -K -H -n 20 -w 500 "$SRV4" 5002
choices
users
names
units
unread
slay server client user-server
forget
tun exit_timeout 600
intervals
taking
books_and_tune
doctor
forbidden
end_all
setup_pair
reloading
finish
