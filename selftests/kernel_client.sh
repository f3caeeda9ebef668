#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
#
# A client and a server in the kernel: NVMe over TCP. What a program reads and writes is sent in its
# own context or by kernel threads, the target's answers by kernel threads. It all is theirs and the
# programs', nothing is anybody else's, and nothing is left without an owner once both have sent.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/cover.sh"
need_tools ip nft ethtool jq awk dd pgrep

CONFIG=$TMP/config
NVMET=$CONFIG/nvmet
NQN=netatop-test-$$
DEVICE=""

modprobe -a nvmet-tcp nvme-tcp || skip_all "needs nvmet-tcp and nvme-tcp"
modprobe null_blk nr_devices=1 gb=1 || skip_all "needs null_blk"

eval "lib_$(declare -f end_all)"
end_all()
{
	unplug
	lib_end_all
}

# The target listens in the namespace of who says so; so does the client connect.
plug()
{
	local sub=$NVMET/subsystems/$NQN port=$NVMET/ports/9
	# not below /sys, of which each namespace of the network has its own
	mkdir "$CONFIG"
	mount -t configfs none "$CONFIG" || fatal configfs
	mkdir "$sub" "$sub/namespaces/1" "$port" || fatal nvmet
	echo 1 >"$sub/attr_allow_any_host"
	echo -n /dev/nullb0 >"$sub/namespaces/1/device_path"
	echo 1 >"$sub/namespaces/1/enable"
	echo tcp >"$port/addr_trtype"
	echo ipv4 >"$port/addr_adrfam"
	echo "$SRV4" >"$port/addr_traddr"
	echo 4420 >"$port/addr_trsvcid"
	in_ns "$SRV" ln -s "$sub" "$port/subsystems/" || fatal "the target does not listen"
	start connector "$CLI" bash -c "exec 5<>/dev/nvme-fabrics
		echo -n transport=tcp,traddr=$SRV4,trsvcid=4420,nqn=$NQN,nr_io_queues=1,keep_alive_tmo=240 >&5
		read -r answer <&5; echo \$answer; exec sleep infinity"
	says connector instance=
	DEVICE=nvme$(sed -n 's/^instance=\([0-9]*\),.*/\1/p' "$TMP/connector")
	busywait "$WAIT" test -b "/dev/${DEVICE}n1" || fatal "no device"
}

unplug()
{
	local sub=$NVMET/subsystems/$NQN port=$NVMET/ports/9
	if [[ -n $DEVICE ]]; then
		slay reader writer
		echo 1 >"/sys/class/nvme/$DEVICE/delete_controller"
		DEVICE=""
	fi
	if [[ -d $NVMET ]]; then
		rm -f "$port/subsystems/$NQN"
		rmdir "$port" "$sub/namespaces/1" "$sub"
	fi
	umount "$CONFIG" 2>/dev/null
	rmdir "$CONFIG" 2>/dev/null
}

# hangs PID SYSCALL: it waits in it, for a pipe
hangs() { grep -q "^$2 " "/proc/$1/syscall" 2>/dev/null && in_state "$1" S; }

# Those that have anything; work queues are theirs.
threads_that_count()
{
	local pid
	for pid in $(pgrep -P 2 '^kworker'); do
		[[ $("$GETCNT" tgid "$pid") == *errno* ]] || printf '+%s' "$pid"
	done
}

# wire: what both ends have counted
wire()
{
	local what ends
	ends=("$(on_wire "$CLI" tcp)" "$(on_wire "$SRV" tcp)")
	for what in tcpsndpacks tcpsndbytes tcprcvpacks tcprcvbytes; do
		echo -n "$what=$(($(figure "$what" "${ends[0]}") + $(figure "$what" "${ends[1]}"))) "
	done
}

# Acknowledgements may be delayed; what comes more rarely does not come in a test.
quiet() { local before; before=$(wire); read -rt 0.3 -u "$TICK"; [[ $(wire) == "$before" ]]; }

body()
{
	local out in
	rm -f "$TMP/out" "$TMP/in"
	mkfifo "$TMP/out" "$TMP/in"
	exec {out}<>"$TMP/out" {in}<>"$TMP/in"
	start_bystander
	row "NVMe/TCP"
	plug
	head -c 65536 /dev/zero >&"$in"
	# both stay when they are done: one's output is read by nobody, the other's input goes on
	start reader "$CLI" dd if="/dev/${DEVICE}n1" iflag=direct of="$TMP/out" bs=4k
	start writer "$CLI" dd if="$TMP/in" of="/dev/${DEVICE}n1" oflag=direct bs=4k
	busywait "$WAIT" hangs "${PID[reader]}" 1 || fatal "the reader goes on"
	busywait "$WAIT" hangs "${PID[writer]}" 0 || fatal "the writer goes on"
	busywait "$WAIT" quiet || fatal "it never gets quiet"
	owes "connector+reader+writer$(threads_that_count)" tcp "$(wire)"
	nobody tunnel unowned unidentified
	row_end
	unplug
	slay connector bystander
	exec {out}>&- {in}>&-
}

plan $((2 * (1 + 2)))
# a new load for each: kernel threads do not end, and keep what they have
for mode in rule off; do
	load_module
	MODES=$mode for_each_mode body
done
finish
