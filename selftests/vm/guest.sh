# shellcheck shell=bash
# shellcheck disable=SC2154 # the job file sets them
# SPDX-License-Identifier: GPL-2.0
# Process 1 of the guest. The job file that the host writes has set repo, release, modules, mode,
# token and command, and sources this.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C TERM=${term:-dumb} KERNEL_RELEASE=$release NETATOP_KO=$ko

# Before /tmp is covered: the cache of kernels may be below it.
if [[ $modules != /lib/modules/$release ]]; then
	mkdir -p "/lib/modules/$release"
	mount --bind "$modules" "/lib/modules/$release"
fi
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t debugfs debug /sys/kernel/debug
mount -t tracefs trace /sys/kernel/tracing
mount -t cgroup2 cgroup /sys/fs/cgroup
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=755 run /run
[[ $repo == /tmp/* ]] || mount -t tmpfs -o mode=1777 tmp /tmp
# Tests run its programs as other users, too, who must get there wherever it is; the host's stays shut.
dir=$repo
while [[ -n $dir ]]; do
	chmod a+x "$dir"
	dir=${dir%/*}
done
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr
echo netatop >/proc/sys/kernel/hostname
ip link set lo up
cd "$repo/selftests" || exit

if [[ $mode == shell ]]; then
	if [[ -n $ko ]]; then
		modinfo -F depends "$ko" | tr , "\n" | xargs -r modprobe -a
		insmod "$ko"
	fi
	[[ -z ${rows-} ]] || stty rows "$rows" cols "$cols" </dev/hvc0
	setsid -cw bash -l </dev/hvc0 >/dev/hvc0 2>&1
	echo b >/proc/sysrq-trigger
fi

# A pipe in between: the port may be opened only once, and programs do open /dev/stdout.
exec 3> >(exec cat >/dev/vport*p1)
echo "$token" >&3
setsid -w "${command[@]}" </dev/null >&3 2>&1 3>&-
# On the same way as the output, so that it comes after all of it. The host ends the machine.
echo "$token $?" >&3
exec sleep infinity
