# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of the live view share: a terminal to drive it in, and processes to be seen. To
# be sourced after lib.sh.

need_tools ip nft ethtool tmux stty

NETATOP=$HERE/../utils/netatop/netatop
MESSAGES=100 SIZE=500
UNIT=netatop-test-$$.service
CGROUP=/sys/fs/cgroup/$UNIT

# --- the terminal

# view COLUMNS ROWS [VARIABLE=VALUE...] [OPTION...]: the view in a terminal of its own. Its shell
# has job control; what it saw before and after is in $TMP/{before,after,status}.
view()
{
	local columns=$1 rows=$2 variables=()
	shift 2
	while [[ ${1-} == [A-Z]*=* ]]; do
		variables+=("$1")
		shift
	done
	rm -f "$TMP"/{before,stopped,after,status}
	cat >"$TMP/session" <<-END
		set -m
		trap : INT	# or it would follow who dies by it
		stty -g >$TMP/before
		env ${variables[*]@Q} ${NETATOP@Q} ${*@Q}
		status=\$?
		if ((status == 148)); then	# SIGTSTP
			stty -g >$TMP/stopped
			read -r
			fg
			status=\$?
		fi
		stty -g >$TMP/after
		echo \$status >$TMP/status
		exec sleep infinity
	END
	terminal new-session -d -s view -x "$columns" -y "$rows" "exec bash $TMP/session"
}

terminal() { env -u TMUX LC_ALL=C.UTF-8 TERM=xterm-256color tmux -L "netatop-$$" -f /dev/null "$@"; }
close_view() { terminal kill-session -t view; }
press() { terminal send-keys -t view "$@"; }
resize() { terminal resize-window -t view -x "$1" -y "$2"; }
screen() { terminal capture-pane -p -t view; }
line() { screen | sed -n "$1p"; }
flag() { terminal display-message -p -t view "#{$1}"; }
process() { pgrep -P "$(flag pane_pid)" -x netatop; }

has() { screen | LC_ALL=C.UTF-8 grep -qE -- "$1"; }
lacks() { ! has "$1"; }
line_has() { line "$1" | LC_ALL=C.UTF-8 grep -qE -- "$2"; }

# shows DESCRIPTION FUNCTION...: sooner or later; else the screen is told
shows()
{
	local what=$1 row
	shift
	if busywait "$WAIT" "$@"; then
		ok "$what"
		return
	fi
	not_ok "$what"
	note "wanted: $*"
	screen | while IFS= read -r row; do note "screen: $row"; done
}

coloured() { terminal capture-pane -e -p -t view | grep -qE $'\033\[([0-9;]*;)?(3[0-7]|38;)'; }

# ended STATUS DESCRIPTION: it has ended, and left the terminal as it was
view_ended()
{
	busywait "$WAIT" test -s "$TMP/status"
	is "$(cat "$TMP/status")" "$1" "$2: status $1"
	is "$(cat "$TMP/after")" "$(cat "$TMP/before")" "$2: the terminal's settings are as before"
	is "$(flag alternate_on)$(flag cursor_flag)" 01 "$2: so are its screen and cursor"
	close_view
}

end_view()
{
	close_view 2>/dev/null
	terminal kill-server 2>/dev/null
	# a cgroup goes when nobody is in it
	end_all
	[[ ! -d $CGROUP ]] || busywait "$WAIT" rmdir "$CGROUP" 2>/dev/null
}
at_end end_view

# --- who is on the screen

# A server and a client that have talked and hold, in a unit; a pair that goes on and on; and one
# whose name is no good for a terminal.
people()
{
	local hostile=$TMP/$'h\033[2J\xff\n.x'
	mkdir "$CGROUP" || fatal "no cgroup $CGROUP"
	cp "$TRAFFIC" "$hostile"
	start_server server "$SRV" udp-server -H "$SRV4" 5001
	start_client client "$CLI" udp-client -H -n "$MESSAGES" -w "$SIZE" -k 1 "$SRV4" 5001
	echo "${PID[client]}" >"$CGROUP/cgroup.procs" || fatal "cgroup.procs"
	start_server busy-server "$SRV" tcp-server -e -N -H "$SRV4" 5002
	start busy "$CLI" "$TRAFFIC" tcp-client -N -H -r 100000000 -w 400 "$SRV4" 5002
	start_server hostile-server "$SRV" udp-server -H "$SRV4" 5003
	start hostile "$CLI" "$hostile" udp-client -H -n 3 -w 10 -k 1 "$SRV4" 5003
	says hostile held
	busywait "$WAIT" busy_is_counted || fatal "no traffic"
}

busy_is_counted() { [[ $(counted tgid "${PID[busy]}" tcp) =~ sndpacks=[1-9].*rcvpacks=[1-9] ]]; }

# The UDP packets of the client, as the detail line has them.
detail()
{
	[[ $(counted tgid "${PID[client]}" udp) =~ sndpacks=([0-9]+).*rcvpacks=([0-9]+) ]]
	echo "UDP snd [0-9.]+kB ${BASH_REMATCH[1]} rcv [0-9.]+k?B ${BASH_REMATCH[2]} packets"
}
