#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The live view of netatop, driven in a terminal: what is on the screen at 80x24 and 200x50, and
# while the window changes; what its keys do; the end of a process; the module gone and back under
# it.

source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/terminal.sh"

small_screen()
{
	view 80 24
	shows "80x24: rates of all" line_has 1 '^netatop  snd +[0-9.]+[kM]?B/s .*rcv +[0-9.]+[kM]?B/s .*2 of 6 active$'
	shows "80x24: the balance" line_has 2 '^owner known of [0-9.]+% of [0-9.]+[kMG]?B, now [0-9.]+%; no owner '
	shows "80x24: titles" line_has 4 '^     PID USER     NAME           SND/s      RCV/s      HISTORY  PKT/s TCP% TOTAL$'
	shows "80x24: who sends most comes first" \
		line_has 5 "^ +(${PID[busy]}|${PID[busy-server]}) root     traffic +[0-9.]+[kM]? [█▏▎▍▌▋▊▉]+ +[0-9.]+[kM]? [█▏▎▍▌▋▊▉]+ +[▁▂▃▄▅▆▇█]+ +[0-9.]+[kM]? +100 +[0-9.]+[kM]?"
	shows "80x24: a history grows" line_has 5 '[▁▂▃▄▅▆▇█]{3} '
	shows "80x24: an idle one has no rate" has "^ +${PID[client]} root     traffic +0 +0 +0 +0 +[0-9.]+k$"
	shows "80x24: a name cannot write to the screen" has "^ +${PID[hostile]} root     h�\[2J��\.x "
	shows "80x24: keys" line_has 24 '^ \? help  q quit  t threads  f flows .* b bits$'
	check "80x24: colours" coloured
}

keys()
{
	press / "${PID[client]}" Enter
	shows "filter: by number" line_has 6 '^ *$'
	shows "filter: it is told" line_has 3 "filter: ${PID[client]}"
	shows "details: name, user and unit" line_has 22 "^${PID[client]} traffic  user root  unit ${UNIT:0:40}"
	shows "details: what it has sent and received, exactly" line_has 23 "$(detail)"
	press Escape
	shows "filter: off" has "^ +${PID[hostile]} "
	press b
	shows "rates in bits" line_has 1 'snd +[0-9.]+[kM]?b/s'
	press b '?'
	shows "help" has 'flows of the selected process'
	press x
	shows "back from help" line_has 1 'snd +[0-9.]+[kM]?B/s'
	press S S S S
	shows "sorted by another key" line_has 3 '^by pid'
	press r Home
	shows "reversed" line_has 3 '^by pid reversed'
	press r S s s s s s
	press p
	shows "paused" line_has 3 '^PAUSED'
	press p
	shows "goes on" lacks PAUSED
}

# The page of threads, then that of flows of the one process that the filter leaves.
pages()
{
	local port
	press / "${PID[busy]}" Enter t
	shows "threads: the page" line_has 3 "^threads of ${PID[busy]} traffic"
	shows "threads: the one it has, and its rate" line_has 5 "^ +${PID[busy]} root     traffic +[1-9][0-9.]*[kM]? "
	press f
	port=$(in_ns "$CLI" ss -Htn state established "dport = 5002" | awk '{ sub(/.*:/, "", $3); print $3 }')
	shows "flows: the page" line_has 3 "^flows of ${PID[busy]} traffic  1"
	shows "flows: the connection, and who has both ends of it" \
		line_has 5 "^ tcp  $CLI4:$port +$SRV4:5002 +${PID[busy]} traffic +(-|${PID[busy-server]} traffic)"
	press Escape Escape
	shows "back" has "^ +${PID[hostile]} "
}

sizes()
{
	resize 200 50
	shows "200x50: all columns" line_has 4 'HISTORY +PKT/s SPK/s RPK/s TCP% TCP/s UDP/s TOTAL T-SND T-RCV UNIT$'
	shows "200x50: the unit has its column" has "^ +${PID[client]} root .* $UNIT$"
	shows "200x50: its last line" line_has 50 'help  q quit'
	resize 32 6
	shows "32x6: as much as there is room for" line_has 1 '^     PID NAME +SND/s RCV/s *$'
	resize 80 24
	shows "80x24 again" line_has 24 '^ \? help'
	shows "80x24 again: nothing is left of before" line_has 4 'PKT/s TCP% TOTAL$'
}

# What has ended stays a while, and its record is still there for others.
fading()
{
	local records
	tun exit_timeout 3600
	records=$(stat exit_records)
	start_server brief-server "$SRV" udp-server -H "$SRV4" 5004
	start_client brief "$CLI" udp-client -H -n 7 -w 10 -k 1 "$SRV4" 5004
	shows "a new process" has "^ +${PID[brief]} root"
	local pid=${PID[brief]}
	end brief
	shows "ended: it is marked" has "^x +$pid root"
	shows "ended: it goes after a while" lacks "$pid root"
	is "$(stat exit_records)" "$((records + 1))" "ended: its record was left to others"
	tun exit_timeout 15
}

# Nothing that it does keeps the module; it says that it is gone, and goes on when it is back.
reload()
{
	view 80 24
	shows "a view" line_has 5 "traffic +[1-9]"
	check "rmmod under it" rmmod netatop
	shows "unloaded: it says so" line_has 3 '^the module is not loaded \(modprobe netatop\); waiting for it'
	load_module
	shows "loaded: it goes on" line_has 3 '^by rate'
	shows "loaded: rates" line_has 5 "^ +(${PID[busy]}|${PID[busy-server]}) root     traffic +[1-9]"
	close_view
}

plan 42
load_module
setup_pair
people
small_screen
keys
pages
sizes
fading
close_view
reload
books_balance "the books balance"
finish
