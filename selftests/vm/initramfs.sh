#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# initramfs.sh RELEASE OUT: an initramfs that knows just enough to reach the host's root over 9p.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
release=$1 out=$2
root=$("$here/kernels.sh" root "$release")

if [[ $out -nt $here/init.sh && $out -nt $0 && $out -nt $root/lib/modules/$release/modules.dep ]]; then
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,modules,dev,proc,lower,upper,root}
cp "$(command -v busybox)" "$work/bin/busybox"
cp "$here/init.sh" "$work/init"
chmod 755 "$work/init"

# The guest inserts the files by number; decompressing them here spares it the decompressor.
# Kernels of our own have them all built in.
needed=(virtio_pci virtio_console 9pnet_virtio 9p overlay)
[[ $release != *-netatop-* ]] || needed=()
declare -A seen=()
number=100
for module in "${needed[@]}"; do
	while read -r verb path _; do
		[[ $verb == insmod && -z ${seen[$path]-} ]] || continue
		seen[$path]=1
		case $path in
		*.xz) xz -dc "$path" ;;
		*) cat "$path" ;;
		esac >"$work/modules/$((number++)).ko"
	done < <(modprobe -C /dev/null -d "$root" -S "$release" --show-depends "$module")
done

(cd "$work" && find . | cpio --quiet -o -H newc) >"$out.new"
mv "$out.new" "$out"
