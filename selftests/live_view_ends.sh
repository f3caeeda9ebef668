#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The live view of netatop and its terminal: it is left as it was, however the view ends; without
# colours, without UTF-8, without a cursor. And what it prints where there is no terminal.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/terminal.sh"
need_tools jq

endings()
{
	local name
	for name in TERM:143 INT:130 HUP:129 SEGV:139; do
		view 80 24
		busywait "$WAIT" line_has 4 NAME || fatal "no view"
		kill "-${name%:*}" "$(process)"
		view_ended "${name#*:}" "SIG${name%:*}"
	done
	view 80 24
	busywait "$WAIT" line_has 4 NAME || fatal "no view"
	press C-c
	view_ended 130 "Ctrl-C"
}

stopped_and_back()
{
	view 80 24
	busywait "$WAIT" line_has 4 NAME || fatal "no view"
	press C-z
	busywait "$WAIT" test -s "$TMP/stopped"
	is "$(cat "$TMP/stopped")" "$(cat "$TMP/before")" "Ctrl-Z: the terminal's settings are as before"
	is "$(flag alternate_on)$(flag cursor_flag)" 01 "Ctrl-Z: so are its screen and cursor"
	press Enter
	shows "fg: the view is back" line_has 4 '^     PID USER'
	local pid
	pid=$(process)
	close_view
	check "the terminal has gone: it ends" busywait "$WAIT" test ! -e "/proc/$pid"
}

# no_colour VARIABLE: all is there, but no colour
no_colour()
{
	view 80 24 "$1"
	shows "$1: the screen" line_has 4 '^     PID USER     NAME           SND/s      RCV/s'
	shows "$1: rates" line_has 5 'traffic +[1-9]'
	if coloured; then not_ok "$1: no colours"; else ok "$1: no colours"; fi
	press q
	view_ended 0 "$1"
}

ascii_locale()
{
	view 80 24 LC_ALL=C
	shows "no UTF-8: bars and histories" line_has 5 'traffic +[0-9.]+[kM]? [-=]+ +[0-9.]+[kM]? [-=]+ +[-.:=+*%#]+ '
	if has '[^ -~]'; then not_ok "no UTF-8: ASCII alone"; else ok "no UTF-8: ASCII alone"; fi
	press q
	view_ended 0 "no UTF-8"
	view 80 24 TERM=dumb
	busywait "$WAIT" test -s "$TMP/status"
	shows "a terminal that cannot: it says so" has 'dumb cannot move its cursor'
	is "$(cat "$TMP/status")" 1 "a terminal that cannot: status 1"
	close_view
}

# Where there is no terminal.
piped()
{
	local json
	kill -STOP "${PID[busy]}"	# so that the figures stay as they are
	wait_state "${PID[busy]}" T
	LC_ALL=C.UTF-8 "$NETATOP" >"$TMP/table" 2>"$TMP/errors"
	is "$?$(cat "$TMP/errors")" 0 "piped: done"
	check "piped: titles" grep -qE '^     PID USER +NAME +SND/s RCV/s PKT/s SPK/s RPK/s TCP% TCP/s UDP/s TOTAL T-SND T-RCV UNIT$' "$TMP/table"
	check "piped: a process and its unit" grep -qE "^ +${PID[client]} root +traffic +0 +0 .* $UNIT$" "$TMP/table"
	check "piped: the balance" grep -qE '^owner known of 100% of [0-9.]+[kM]B, now ' "$TMP/table"
	check "piped: no control characters, and UTF-8" no_control "$TMP/table"
	json=$("$NETATOP" -j top -i 0.2 -f "${PID[client]}")
	is "$(jq -r '.processes[] | "udpsndpacks=\(.udp_snd_packets) udpsndbytes=\(.udp_snd_bytes) udprcvpacks=\(.udp_rcv_packets) udprcvbytes=\(.udp_rcv_bytes) \(.unit) \(.per_second.snd_packets)"' <<<"$json")" \
		"$(counted tgid "${PID[client]}" udp) $UNIT 0" "piped, JSON: exactly what getsockopt says"
	is "$(jq '.interval >= 200000000 and .interval < 3600000000000' <<<"$json")" true "piped, JSON: the interval"
	kill -CONT "${PID[busy]}"
	is "$("$NETATOP" -j top --sort rcv | jq -c --arg busy "${PID[busy]}" '[.processes[] | select(.tgid == ($busy | tonumber)) | .per_second.snd_packets > 0, .per_second.tcp_rcv_bytes > 0]')" \
		"[true,true]" "piped, JSON: rates"
}

no_control()
{
	! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$1" && iconv -f UTF-8 -t UTF-8 "$1" >"$TMP/utf8"
}

# refused STATUS TEXT ARGUMENT...
refused()
{
	local status=$1 text=$2
	shift 2
	"$NETATOP" "$@" >"$TMP/out" 2>"$TMP/errors"
	is "$? $(head -n 1 "$TMP/errors")" "$status $text" "refused: $*"
}

refusals()
{
	refused 2 "netatop top: an interval is 0.1 to 86400 seconds, not 0" top -i 0
	refused 2 "netatop top: there is no key size" top --sort size
	refused 2 "netatop top: there is no option -x" top -x
	refused 2 "netatop top: all is one argument too many" top all
	rmmod netatop
	refused 1 "netatop: the module is not loaded; load it with: modprobe netatop" top
	load_module
}

plan 51
load_module
setup_pair
people
endings
stopped_and_back
no_colour TERM=vt100
no_colour NO_COLOR=1
ascii_locale
piped
refusals
finish
