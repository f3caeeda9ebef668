#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs a command as root in a virtual machine that has this machine's files (changes are thrown
# away) and another kernel. The command starts in selftests/; its output and exit status become
# ours. 124: it took too long; 125: the machine died or, tried three times, did not come up.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
repo=${here%/selftests/vm}

usage()
{
	cat >&2 <<-END
	usage: run.sh [--kernel 6.1|6.12|debug|small|kcsan|RELEASE] [--smp N] [--mem MB] [--ko FILE]
	              [--append PARAMETERS] [--timeout SEC] [--idle SEC] [--icount]
	              [--monitor PIPE]	(of qemu: PIPE.in, PIPE.out; what it logs goes to PIPE.log)
	              [--plugin FILE[,ARG=VALUE...]]	(of qemu)
	              --shell | COMMAND [ARG...]
	END
	exit 2
}

kernel=6.12 smp=1 mem='' timeout=600 idle=0 mode=run icount=no ko='' parameters='' monitor='' plugin=''
come_up=300
while (($#)); do
	case $1 in
	--shell) mode=shell; shift; continue ;;
	--icount) icount=yes; shift; continue ;;
	--kernel) kernel=${2-} ;;
	--smp) smp=${2-} ;;
	--mem) mem=${2-} ;;
	--ko) ko=$(readlink -f "${2-}") ;;
	--append) parameters=${2-} ;;
	--monitor) monitor=${2-} ;;
	--plugin) plugin=${2-} ;;
	--timeout) timeout=${2-} ;;
	--idle) idle=${2-} ;;
	-*) usage ;;
	*) break ;;
	esac
	shift 2 || usage
done
[[ $mode == shell || $# -gt 0 ]] || usage
((idle)) || idle=$timeout

release=$("$here/kernels.sh" release "$kernel")
# KASAN's shadow, kmemleak's and lockdep's notes.
[[ -n $mem ]] || case $release in *-netatop-small) mem=2048 ;; *-netatop-*) mem=4096 ;; *) mem=1536 ;; esac
root=$("$here/kernels.sh" root "$release")
root=${root%/}
dir=$repo/build/vm
name=$release-smp$smp
console=$dir/$name.console
mkdir -p "$dir"
if [[ -z $ko && -e $repo/build/$release/src/netatop.ko ]]; then
	ko=$repo/build/$release/src/netatop.ko
fi

# Two machines at once would make each other miss their deadlines.
exec {lock}>"$dir/lock"
if ! flock -n "$lock"; then
	echo "run.sh: waiting for another machine to end" >&2
	flock "$lock"
fi

"$here/initramfs.sh" "$release" "$dir/$release.initramfs"
# A copy: the next build may come while this machine runs.
if [[ -n $ko ]]; then
	mkdir -p "$dir/$name"
	cp "$ko" "$dir/$name/netatop.ko"
	ko=$dir/$name/netatop.ko
fi
token=end-$RANDOM$RANDOM$RANDOM
modules=$root/lib/modules/$release
command=("$@")
term=${TERM-}
read -r rows cols < <(stty size 2>/dev/null </dev/tty) || true
{
	declare -p repo release modules ko mode token command term rows cols
	echo ". ${here@Q}/guest.sh"
} >"$dir/$name.job"

# A hypervisor inside another without these flags hangs the guest instead of refusing.
if grep -Eqw 'vmx|svm' /proc/cpuinfo && [[ -w /dev/kvm ]]; then
	accel=(-accel kvm -cpu host)
else
	accel=(-accel tcg -cpu 'qemu64,+rdrand')
fi
# One instruction takes a nanosecond, and all that is random is the same in every run.
if [[ $icount == yes ]]; then
	come_up=$((come_up * 3))
	# shellcheck disable=SC2054 # the commas are for qemu
	accel=(-accel tcg,thread=single -cpu "qemu64,+rdrand" -icount shift=0 -rtc base=2026-01-01,clock=vm -seed 1)
	counted=(tsc=reliable nokaslr nowatchdog)
fi
append=(console=ttyS0 loglevel=5 log_buf_len=8M panic=-1 oops=panic "job=$dir/$name.job")
# Of a machine that hangs: what all processors do, by a panic at qemu's command `nmi`.
append+=(unknown_nmi_panic panic_print=0x40)
append+=(rcupdate.rcu_cpu_stall_timeout=60 ${counted[@]+"${counted[@]}"})
# An emulator translates code once for each address that it is found at: with a new place for the
# libraries in each process, starting programs would take most of the time.
[[ ${accel[1]} == kvm ]] || append+=(norandmaps)
# A machine with PCI and ACPI is too slow for a kernel that watches itself.
bus=pci machine=pc
if [[ $release == *-netatop-* ]]; then
	bus=device machine=microvm,acpi=off,rtc=on come_up=900
	append+=(tsc=reliable reboot=t)
fi
# What the kernel itself has of data races is none of ours. Many accesses are watched, and long, as an emulated
# processor gets little done meanwhile.
case $release in
*-netatop-debug | *-netatop-small) append+=(panic_on_warn=1 kmemleak=on) ;;
*-netatop-kcsan) append+=(kcsan.skip_watch=150 kcsan.udelay_task=300 kcsan.udelay_interrupt=100) ;;
esac
append+=("$parameters")
# shellcheck disable=SC2054 # the commas are for qemu
qemu=(
	qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -nic none
	-machine "$machine" "${accel[@]}" -smp "$smp" -m "$mem"
	-kernel "$root/boot/vmlinuz-$release" -initrd "$dir/$release.initramfs"
	-append "${append[*]}" -serial "file:$console"
	-fsdev "local,id=root,path=/,security_model=passthrough,readonly=on,multidevs=remap"
	-device "virtio-9p-$bus,fsdev=root,mount_tag=root"
	-device "virtio-serial-$bus"
)
[[ -z $plugin ]] || qemu+=(-plugin "$plugin")

if [[ $mode == shell ]]; then
	exec "${qemu[@]}" -chardev stdio,id=out,signal=off -device virtconsole,chardev=out
fi

if [[ -n $monitor ]]; then
	qemu+=(-D "$monitor.log")
else
	monitor=$dir/$name.monitor
	rm -f "$monitor".{in,out}
	mkfifo "$monitor".{in,out}
fi
qemu+=(-monitor "pipe:$monitor")

# start: what the guest prints can then be read from $out. Not a stdio device: the end of its input would close
# the port towards the guest.
start()
{
	: >"$console"
	exec {out}< <(exec "${qemu[@]}" -chardev file,id=out,path=/dev/stdout -device virtserialport,chardev=out </dev/null)
	pid=$!
	trap 'kill -KILL $pid 2>/dev/null || true' EXIT
}

# give_up WHY: a machine that hangs first tells its console what its processors are at
give_up()
{
	local in
	if kill -0 "$pid" 2>/dev/null; then
		exec {in}<>"$monitor.in"
		echo nmi >&"$in"
		timeout 30 tail --pid="$pid" -f /dev/null || true
		exec {in}>&-
		kill -KILL "$pid" 2>/dev/null || true
	fi
	wait "$pid" || true
	{
		echo "# run.sh: $1; the end of $console:"
		tail -n 150 "$console" | sed 's/^/# /'
		echo "# run.sh: so it ended"
	} >&2
}

# The guest's first line is the token. What does not get that far has not loaded the module: a second and a third
# try are fair.
come_up=$((come_up * ${SLOW:-1}))
for try in 1 2 3; do
	start
	if IFS= read -r -t "$come_up" line <&"$out"; then
		[[ $line != "$token" ]] || break
		why="said something else first"
	else
		(($? > 128)) && why="did not come up within $come_up s" || why="died before it came up"
	fi
	give_up "try $try: the machine $why"
	exec {out}<&-
	mv "$console" "$console.$try"
	((try < 3)) || exit 125
done

# A line that holds the token ends the output; what stands before it lacked its newline.
deadline=$((SECONDS + timeout))
status=125
while ((left = deadline - SECONDS, left > 0)); do
	if IFS= read -r -t "$((left < idle ? left : idle))" line <&"$out"; then
		if [[ $line == *"$token "* ]]; then
			printf %s "${line%%"$token "*}"
			exit "${line##* }"
		fi
		printf '%s\n' "$line"
		continue
	elif (($? > 128)); then
		status=124
	fi
	[[ -z $line ]] || printf '%s\n' "$line"
	break
done
((left > 0)) || status=124
if ((status == 124)); then
	give_up "killed: no end within $timeout s, or silent for $idle s"
else
	give_up "the machine died"
fi
exit "$status"
