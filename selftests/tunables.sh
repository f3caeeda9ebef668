#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Tunables: /sys/kernel/netatop/NAME and /sys/module/netatop/parameters/NAME are two doors to one
# value. A bad value is refused with the right errno and changes nothing, whichever the door.

source "$(dirname "$0")/lib.sh"
need_tools ip awk

PAR=/sys/module/netatop/parameters

# name, default, least, most
TABLE="gc_interval 15 1 3600
exit_timeout 15 1 3600
exit_linger 0 0 600
unowned_timeout 120 1 86400
max_records 65536 64 1048576
max_sockets 65536 16 1048576
frame_overhead 0 0 256"

BAD="Invalid argument"
RANGE="Numerical result out of range"

# refused FILE VALUE: with which error
refused()
{
	local out
	if out=$( { printf '%s\n' "$2" >"$1"; } 2>&1); then
		echo "accepted"
	else
		echo "${out##*: }"
	fi
}

both() { echo "$(<"$SYS/$1") $(<"$PAR/$1")"; }

one()
{
	local name=$1 default=$2 least=$3 most=$4 door value got="" wanted=""
	is "$(both "$name")" "$default $default" "$name: $default by default"
	tun "$name" "$most"
	is "$(both "$name")" "$most $most" "$name: set through /sys/kernel"
	echo "$least" >"$PAR/$name"
	is "$(both "$name")" "$least $least" "$name: set as a parameter"
	for door in "$SYS" "$PAR"; do
		for value in "" " " abc -1 1.5 "$most $most" "${most}s" 0x10; do
			got+="[$value] $(refused "$door/$name" "$value"), "
			wanted+="[$value] $BAD, "
		done
		for value in $((most + 1)) 4294967297 18446744073709551617 99999999999999999999999; do
			got+="[$value] $(refused "$door/$name" "$value"), "
			wanted+="[$value] $RANGE, "
		done
		((least == 0)) && continue
		got+="[$((least - 1))] $(refused "$door/$name" $((least - 1))), "
		wanted+="[$((least - 1))] $RANGE, "
	done
	is "$got" "$wanted" "$name: bad values are refused"
	is "$(both "$name")" "$least $least" "$name: and change nothing"
	tun "$name" "$default"
}

words()
{
	local door value got="" wanted=""
	is "$(both conntrack)" "auto auto" "conntrack: auto by default"
	tun conntrack on
	is "$(both conntrack)" "on on" "conntrack: set through /sys/kernel"
	echo auto >"$PAR/conntrack"
	is "$(both conntrack)" "auto auto" "conntrack: set as a parameter"
	for door in "$SYS" "$PAR"; do
		for value in "" off 0 1 On autox; do
			got+="$(refused "$door/conntrack" "$value"), "
			wanted+="$BAD, "
		done
	done
	is "$got" "$wanted" "conntrack: bad values are refused"
	is "$(both conntrack)" "auto auto" "conntrack: and change nothing"
}

label()
{
	local door value got="" wanted=""
	is "$(both scope_label)" "off off" "scope_label: off by default"
	tun scope_label 127
	is "$(both scope_label)" "127 127" "scope_label: set through /sys/kernel"
	echo 0 >"$PAR/scope_label"
	is "$(both scope_label)" "0 0" "scope_label: set as a parameter"
	for door in "$SYS" "$PAR"; do
		for value in "" on -2 1x offf; do
			got+="[$value] $(refused "$door/scope_label" "$value"), "
			wanted+="[$value] $BAD, "
		done
		for value in 128 4294967295 4294967296 99999999999999999999999; do
			got+="[$value] $(refused "$door/scope_label" "$value"), "
			wanted+="[$value] $RANGE, "
		done
	done
	is "$got" "$wanted" "scope_label: bad values are refused"
	is "$(both scope_label)" "0 0" "scope_label: and change nothing"
	tun scope_label -1
	is "$(both scope_label)" "off off" "scope_label: -1 is off"
	tun scope_label 5
	tun scope_label off
	is "$(both scope_label)" "off off" "scope_label: off is off"
}

# A process with one message of 100 bytes, held
held()
{
	start_server server "$SRV" udp-server -H "$SRV4" 5001
	start_client client "$CLI" udp-client -H -r 10 -w 100 "$SRV4" 5001
}

effects()
{
	local runs
	runs=$(stat gc_runs)
	echo 1 >"$SYS/gc"
	check "gc: writing 1 collects" test "$(stat gc_runs)" -gt "$runs"
	is "$(refused "$SYS/gc" 0) $(refused "$SYS/gc" x) $(refused "$SYS/gc" "")" "$RANGE $BAD $BAD" "gc: other values are refused"
	is "$(find "$SYS" -maxdepth 1 -type f -printf '%m %f\n' | sort | paste -sd ' ')" \
		"200 gc 444 version 644 conntrack 644 exit_linger 644 exit_timeout 644 frame_overhead 644 gc_interval 644 max_records 644 max_sockets 644 scope_label 644 unowned_timeout" \
		"who may read and write what"
	is "$(find "$SYS/stats" ! -type d ! -perm 444)" "" "and nobody writes counters"
	is "$(<"$SYS/version")" "$(modinfo -F version "$NETATOP_KO")" "version is the module's"

	tun frame_overhead 4
	held
	L2=18
	is "$(counted tgid "${PID[client]}" udp)" "$(said client udp)" "frame_overhead: 4 more bytes a frame"
	L2=14
	tun frame_overhead 0
	end client
	end server

	tun exit_timeout 1
	tun gc_interval 1
	check "exit_timeout: a record nobody reads goes" busywait "$WAIT" gone
	is "$(stat tasks_udp_snd_packets) $(stat retired_udp_snd_packets)" "0 20" "and what it held is retired"
	books_balance "the books balance"
}

# On its way to the list it is neither here nor there.
gone() { stat_is retired_udp_snd_packets 20 && stat_is exit_records 0 && stat_is processes 0; }

parameters()
{
	rmmod netatop
	load_module gc_interval=7 conntrack=on max_records=1000
	is "$(both gc_interval), $(both conntrack), $(both max_records)" "7 7, on on, 1000 1000" "parameters at load"
	rmmod netatop
	is "$(insmod "$NETATOP_KO" gc_interval=0 2>&1 | sed 's/.*: //')$(insmod "$NETATOP_KO" conntrack=maybe 2>&1 | sed 's/.*: //')" \
		"Numerical result out of rangeInvalid parameters" "a bad parameter at load is refused"
	check "and the module is not there" test ! -d "$SYS"
}

plan $((7 * 5 + 5 + 7 + 9 + 3))
load_module
while read -r line; do
	# shellcheck disable=SC2086 # four words
	one $line
done <<<"$TABLE"
words
label
setup_pair
effects
parameters
finish
