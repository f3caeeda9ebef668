#!/bin/busybox sh
# shellcheck shell=dash disable=SC2154 # job: from the kernel command line
# SPDX-License-Identifier: GPL-2.0
# /init of the initramfs: the host's root, read-only over 9p, with a tmpfs on top of it.
# `job` comes from the kernel command line.
bb=/bin/busybox
fail() { echo "netatop init: $*" >/dev/kmsg; exec $bb reboot -f; }

$bb mount -t devtmpfs dev /dev
$bb mount -t proc proc /proc
for module in /modules/*.ko; do
	[ -e "$module" ] || continue
	$bb insmod "$module" || fail "$module"
done
# cache=loose: programs are mapped, and nobody changes a file under a running test.
$bb mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro root /lower || fail 9p
$bb mount -t tmpfs -o mode=755 upper /upper
$bb mkdir /upper/data /upper/work
$bb mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work root /root || fail overlay
$bb umount /proc
$bb mount --move /dev /root/dev
exec $bb switch_root /root /bin/bash "$job"
