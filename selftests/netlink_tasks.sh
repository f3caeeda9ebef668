#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Processes and threads by generic netlink: each of them once and as getsockopt tells of it, to the
# byte, by page and by dump; what each filter lets through; and what a walk over ten thousand costs
# against as many calls (printed, not judged).

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/actor.sh"
need_tools ip nft awk setpriv

NL=$HERE/nl
CROWD=10000
CGROUP=/sys/fs/cgroup/netatop-test-$$

tasks() { "$NL" page task "$@" | grep '^cmd=1 '; }
# The same, which is to be so in both forms; what it says has no time then.
both_forms() { local line; line=$(tasks "$@" | without_time); [[ $(tasks table "$@" | without_time) == "$line" ]] && echo "$line" || echo "not the same"; }
tgids() { both_forms "$@" | fields tgid | sort -n | paste -sd ' '; }
sorted() { printf '%s\n' "$@" | sort -n | paste -sd ' '; }
without_time() { sed 's/ time=[0-9]*//'; }
unknown() { echo "errno=ESRCH text=nothing is known of such a task offset=0"; }

# Start in clock ticks, as /proc has it.
started()
{
	local stat
	stat=$(<"/proc/$1/stat")
	read -ra stat <<<"${stat##*) }"
	echo "${stat[19]}"
}

one_task()
{
	local p=${PID[client]} line start first last
	line=$(tasks "tgid=$p")
	read -r start first last <<<"$(fields start first last <<<"$line")"
	is "$(fields tgid name state uid ns_pid <<<"$line")" "$p traffic 0 1234 $p" "tgid, name, state, uid, pid in its namespace"
	is "$((start / (1000000000 / $(getconf CLK_TCK))))" "$(started "$p")" "start is that in /proc"
	check "it was known after its start, and active after that" test "0 -lt $start -a $start -le $first -a $first -le $last"
	is "net:[$(fields netns_ino <<<"$line")]" "$(readlink "/proc/$p/ns/net")" "netns_ino is that of /proc/PID/ns/net"
	is "$(fields cgroup <<<"$line")" "$(command stat -c %i "$CGROUP")" "cgroup is its directory's inode number"
	is "$(fields counters.udpsndpacks counters.udpsndbytes counters.udprcvpacks counters.udprcvbytes <<<"$line")" \
		"$(said client udp | sed 's/[a-z]*=//g')" "counters are what it sent and received"
	is "$("$NL" get task "tgid=$p" | without_time)" "$(without_time <<<"$line")" "get: the same"
	is "$("$NL" get task "tid=$p" | fields tgid tid tid_start)" "$p $p $start" "get of its thread"
	is "$("$NL" get task tgid=1), $("$NL" get task tid=4194304)" "$(unknown), $(unknown)" "get of what is not known"
}

filters()
{
	local p=${PID[client]} s=${PID[server]} t=${PID[threads]} here ino cookie cgroup
	read -r ino cookie cgroup <<<"$(tasks "tgid=$p" | fields netns_ino netns_cookie cgroup)"
	here=$(sorted "$p" "${PID[cli]}" "$t")
	is "$(tgids)" "$(sorted "$p" "$s" "$t" "${PID[cli]}" "${PID[srv]}")" "no filter: all"
	is "$(tgids uid=1234), $(tgids uid=1235)" "$p, " "uid"
	is "$(tgids "tgid=$s"), $(tgids tgid=1)" "$s, " "tgid"
	is "$(tgids "netns_ino=$ino"), $(tgids netns_ino=1)" "$here, " "netns_ino"
	is "$(tgids "netns_cookie=$cookie"), $(tgids netns_cookie=999999)" "$here, " "netns_cookie"
	is "$(tgids "cgroup=$cgroup"), $(tgids cgroup=999999)" "$p, " "cgroup"
	is "$(tgids "cgroup=$cgroup" "tgid=$s"), $(tgids "netns_ino=$ino" uid=1234)" ", $p" "all of them must hold"
	is "$(tasks threads "tgid=$t" | fields tid | sort -n | paste -sd ' ')" "$(sums_tids)" "threads of one process"
	is "$(tasks threads uid=1234 | fields tgid tid)" "$p $p" "threads of a user"
}

# Threads that have used the network: the ones that say so.
sums_tids() { sed -n 's/.* tid=\([0-9]*\).*/\1/p' "$TMP/threads" | sort -n | paste -sd ' '; }

since()
{
	local time both
	both=$(sorted "${PID[cli]}" "${PID[srv]}")
	time=$(tasks | fields time | head -n 1)
	is "$(tgids "since=$time")" "" "since the last walk: nobody has done anything"
	tell cli "to 0 $SRV4 5005 70"
	tell srv "recv 0 70"
	is "$(tgids "since=$time")" "$both" "since: those whose counters have changed"
	is "$(tgids "since=$time"), $(tasks threads "since=$time" | fields tgid | sort -n | paste -sd ' ')" "$both, $both" \
		"since: also when another reader has been told"
	time=$(tasks | fields time | head -n 1)
	tell cli "to 0 $SRV4 5005 70"
	tell srv "recv 0 70"
	echo 1 >"$SYS/gc"
	is "$(tgids "since=$time")" "$both" "since: also when the collector has seen it first"
}

# The same for all, by each way that there is.
identical()
{
	is "$("$NL" same | tail -n 1)" "same=$(stat processes) differs=0" "$1: each process is as getsockopt tells"
	is "$("$NL" same threads | tail -n 1)" "same=$(stat threads) differs=0" "$1: each thread is as getsockopt tells"
	is "$("$NL" dump task | fields tgid start counters.udpsndbytes last | md5sum)" \
		"$(tasks | fields tgid start counters.udpsndbytes last | md5sum)" "$1: a dump tells what pages tell"
	is "$("$NL" dump task threads | fields tgid tid tid_start | md5sum)" "$(tasks threads | fields tgid tid tid_start | md5sum)" \
		"$1: and of threads"
	is "$(tasks | fields tgid | sort | uniq -d | wc -l)" 0 "$1: each once"
	is "$(tasks table | without_time | md5sum)" "$(tasks | without_time | md5sum)" "$1: the rows of a table tell what messages tell"
	is "$(tasks table threads | without_time | md5sum)" "$(tasks threads | without_time | md5sum)" "$1: and of threads"
	is "$("$NL" dump task table | without_time | md5sum)" "$(tasks | without_time | md5sum)" "$1: and those of a dump"
}

few()
{
	mkdir "$CGROUP"
	start_server server "$SRV" udp-server -H -n 2 "$SRV4" 5001
	start client "$CLI" setpriv --reuid=1234 --clear-groups "$TRAFFIC" udp-client -H -n 100 -w 70 "$SRV4" 5001
	says client held
	echo "${PID[client]}" >"$CGROUP/cgroup.procs"
	start_server others "$SRV" udp-server -H -n 4 "$SRV6" 5003
	start_client threads "$CLI" udp-client -H -K -t 4 -n 10 -w 20 "$SRV6" 5003
	slay others
	actor cli "$CLI"
	actor srv "$SRV"
	tell srv "udp4 0; bind 0 $SRV4 5005"
	tell cli "udp4 0; to 0 $SRV4 5005 70"
	tell srv "recv 0 70; reply 0 70"
	tell cli "recv 0 70"
	forget_others
	one_task
	filters
	since
	identical "few"
	slay client server threads cli srv
	rmdir "$CGROUP"
}

# What was killed has gone to the exit list and from there.
forget_others() { busywait "$WAIT" stat_is processes 5 || fatal "processes: $(stat processes)"; }

many()
{
	forget
	start throng "$CLI" "$HERE/throng" "$CROWD" 9
	says throng ready
	is "$(stat processes)" "$CROWD" "$CROWD processes have sent something"
	identical "$CROWD"
	is "$(tasks | fields counters.udpsndpacks counters.udpsndbytes | sort | uniq -c | awk '{ $1 = $1 } 1')" "$CROWD 1 $((9 + 8 + 20))" \
		"each has sent its packet"
	note "$CROWD processes, a walk against as many calls: $("$NL" bench | tail -n 1)"
	slay throng
}

plan $((9 + 9 + 4 + 8 + 1 + 8 + 1 + 1))
load_module "max_records=65536" exit_timeout=1
setup_pair
few
many
forget
books_balance "the books balance"
finish
