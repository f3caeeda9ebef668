# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Processes that do what they are told, see puppet.c. When tell comes back it has been done; nothing
# else happens, so what is sent before and after a step can be told apart exactly.

PUPPET=$HERE/puppet
declare -A TELL=() HEAR=()	# of each puppet: where it reads, where it answers
TOLD=()				# the numbers of the last answer

puppet_strings()
{
	local in out
	rm -f "$TMP/$1.in" "$TMP/$1.out"
	mkfifo "$TMP/$1.in" "$TMP/$1.out" || fatal "mkfifo"
	exec {in}<>"$TMP/$1.in" {out}<>"$TMP/$1.out"
	TELL[$1]=$in HEAR[$1]=$out
}

# puppet NAME NAMESPACE
puppet()
{
	puppet_strings "$1"
	start "$1" "$2" "$PUPPET" "$TMP/$1"
}

# tell NAME WORD...
tell()
{
	tell_later "$@"
	told "$1"
}

# tell_later NAME WORD...: does not wait; told NAME does
tell_later() { echo "${@:2}" >&"${TELL[$1]}"; }

told()
{
	local answer
	read -rt $((WAIT / 1000)) -u "${HEAR[$1]}" answer || fatal "$1 does not answer"
	[[ $answer == ok* ]] || fatal "$1: $answer"
	read -ra TOLD <<<"${answer#ok}"
}

# forked NAME CHILD: it has all sockets of NAME
forked()
{
	puppet_strings "$2"
	tell "$1" fork "$2"
	# shellcheck disable=SC2034 # of lib.sh
	PID[$2]=${TOLD[0]}
}

# dismiss NAME...
dismiss()
{
	local name in out
	slay "$@"
	for name; do
		in=${TELL[$name]} out=${HEAR[$name]}
		exec {in}>&- {out}>&-
		unset "TELL[$name]" "HEAR[$name]"
	done
}
