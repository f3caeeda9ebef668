#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# deps.sh [LINE...]: installs what the build and the tests need and is not there yet, and fetches
# the kernels of these lines (6.1 and 6.12 when none is named; none at all with HOST=1). For the lines
# debug, small and kcsan it builds one. With HARMLESS=1 also what `make harmless` builds and runs.
set -euo pipefail
cd "$(dirname "$0")"

packages=(
	gcc gcc-multilib make sparse shellcheck mandoc
	qemu-system-x86 systemd busybox-static cpio kmod xz-utils util-linux procps
	iproute2 iputils-ping nftables iptables conntrack ipvsadm wireguard-tools ethtool iperf3
	jq curl atop
	libnetfilter-queue-dev
	liburing-dev
	libmnl-dev libcmocka-dev valgrind pkg-config
	libjansson-dev libnftnl-dev libnetfilter-conntrack-dev libncurses-dev tmux
	libsystemd-dev zlib1g-dev
)

[[ " $* " != *" "@(debug|small|kcsan)" "* ]] || packages+=(linux-source-6.1 flex bison bc libelf-dev rsync)
# Tests of the kernel, and what they need.
if [[ -n ${HARMLESS-} ]]; then
	packages+=(linux-source-6.1 linux-source-6.12 socat netcat-openbsd tcpdump libcap-dev libnuma-dev
		rsync libelf-dev libssl-dev clang)
fi

have() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

missing=()
for package in "${packages[@]}"; do
	have "$package" || missing+=("$package")
done

if ((${#missing[@]})); then
	if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
		echo "missing packages; as root: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	apt-get -qq update >&2
	DEBIAN_FRONTEND=noninteractive apt-get -qqy --no-install-recommends install "${missing[@]}" >&2
fi

[[ -z ${HOST-} ]] || exit 0
(($#)) || set -- 6.1 6.12
for line; do
	./kernels.sh fetch "$line"
done
