# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# For tests with two CPUs; sourced after lib.sh, before the module is loaded and anything is sent. The kernel patches
# its own code when the first user of a netfilter hook or a tracepoint comes and the last one goes, and emulators of
# several processors have been seen to run the old bytes still, and to hang. That is not what is tested: somebody
# else is there all the time.

# keep_hooks: those of netfilter
keep_hooks()
{
	local hook OTHER
	setup_ns OTHER
	in_ns "$OTHER" nft "add table inet t" || fatal "nft"
	for hook in prerouting input output postrouting; do
		in_ns "$OTHER" nft "add chain inet t $hook { type filter hook $hook priority 0; }" || fatal "nft"
	done
}

# trace NAME: an instance of tracing, which is off. It goes with the test. Without the names of who is
# traced, for which the scheduler would be patched.
trace()
{
	local tracing=/sys/kernel/tracing record
	record=$(<"$tracing/options/record-cmd") || fatal "no tracefs"
	echo 0 >"$tracing/options/record-cmd"
	mkdir -p "$tracing/instances/$1" || fatal "no $1"
	echo "$record" >"$tracing/options/record-cmd"
	KEPT+=("$tracing/instances/$1")
	echo 0 >"$tracing/instances/$1/tracing_on"
}

# keep_tracepoints: those that the module looks at. Two others, as one and two are called in different ways.
keep_tracepoints()
{
	local instance event
	for instance in netatop-keep-{1,2}; do
		trace "$instance"
		instance=/sys/kernel/tracing/instances/$instance
		for event in sched/sched_process_exit tcp/tcp_rcv_space_adjust sock/sock_recv_length; do
			# the last one since 6.3
			[[ ! -d $instance/events/$event && $event == sock/* ]] || echo 1 >"$instance/events/$event/enable" ||
				fatal "no tracepoint $event"
		done
	done
}
