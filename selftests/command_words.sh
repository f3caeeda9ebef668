#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# What the command netatop says without a module: help, the text and the exit status of each mistake
# in its arguments; its manual page and completion know all that its help knows; what is installed.

source "$(dirname "$0")/lib.sh"

UTILS=$HERE/../utils
NETATOP=$UTILS/netatop/netatop
MAN=$HERE/../man/netatop.8
COMPLETION=$UTILS/completion/netatop

commands() { "$NETATOP" help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p'; }
options() { "$NETATOP" "$1" --help | sed -n 's/^ *\(-[a-zA-Z], \)\?\(--[a-z-]*\).*/\2/p'; }

# refused STATUS TEXT ARGUMENT...
refused()
{
	local status
	"$NETATOP" "${@:3}" >"$TMP/out" 2>"$TMP/err"
	status=$?
	is "$status $(head -n 1 "$TMP/err") $(wc -c <"$TMP/out")" "$1 $2 0" "netatop ${*:3}: $2"
}

mistakes()
{
	local name
	refused 2 "netatop: there is no command nonsense; netatop --help lists them" nonsense
	refused 2 "netatop: there is no command nonsense; netatop --help lists them" help nonsense
	refused 2 "netatop: there is no option -x; see netatop --help" -x ps
	refused 2 "netatop ps: there is no option -x" ps -x
	refused 2 "netatop ps: there is no option --nonsense" ps --nonsense
	refused 2 "netatop ps: --json=1: there is no value to it" ps --json=1
	refused 2 "netatop ps: -i needs a value" ps -i
	refused 2 "netatop ps: --interval needs a value" ps --interval
	refused 2 "netatop ps: extra is one argument too many" ps extra
	refused 2 "netatop ps: an interval is 0.01 to 86400 seconds, not 0" ps -i 0
	refused 2 "netatop ps: an interval is 0.01 to 86400 seconds, not 1s" ps -i 1s
	refused 2 "netatop ps: a count is 1 or more, not 0" ps -i 1 -n 0
	refused 2 "netatop ps: -n is of intervals: -i is missing" ps -n 1
	refused 2 "netatop ps: 0 is no process id" ps -p 0
	refused 2 "netatop ps: 4194305 is no process id" ps -p 4194305
	refused 2 "netatop ps: there is no user nobody-is-called-so" ps -u nobody-is-called-so
	refused 2 "netatop ps: there is no key size; they are: bytes packets snd rcv tcp udp pid name user start" ps --sort size
	refused 2 "netatop exits: -f is without end, and -i is not: only one of them" exits -f -i 1
	refused 2 "netatop exits: --take takes all: -p and -u would lose those that are not shown" exits --take -p 1
	refused 2 "netatop exits: a count is 1 or more, not -1" exits -n -1
	refused 2 "netatop exits: an interval is 0.01 to 86400 seconds, not " exits -i ""
	refused 2 "netatop exits: x is no process id" exits -p x
	for name in books doctor version; do
		refused 2 "netatop $name: extra is one argument too many" "$name" extra
	done
	refused 2 "netatop tune: there is no option -q" tune -q
}

# Where there is none, it says so; this is a machine without, or the module answers.
absent()
{
	local name
	for name in ps books tune "exits -i 0.01" "ps -i 0.01 -n 1"; do
		if [[ -d /sys/module/netatop ]]; then
			ok "netatop $name: there is a module here"
		else
			# shellcheck disable=SC2086 # words
			refused 1 "netatop: the module is not loaded; load it with: modprobe netatop" $name
		fi
	done
}

# manual COMMAND: its section in COMMANDS, and the options that all have
manual()
{
	awk -v name="$1" '
	/^\.SH/ { commands = /COMMANDS/; options = /OPTIONS/; mine = 0 }
	/^\.SS/ { mine = commands && $2 == name }
	mine || options' "$MAN" | sed 's/\\-/-/g'
}

documented()
{
	local name option missing="" completed="" known
	for name in $(commands); do
		grep -q "^\.SS $name$" "$MAN" || missing+=" $name"
		known=$(completes "$name" -)
		for option in $(options "$name"); do
			manual "$name" | grep -q -- "$option\b" || missing+=" $name:$option"
			grep -qx -- "$option" <<<"$known" || completed+=" $name:$option"
		done
	done
	is "$missing" "" "the manual page has all commands and their options"
	is "$completed" "" "so has the completion"
	is "$(completes "" | sort | xargs)" "$({ commands; echo help; } | sort | xargs)" "the completion has the commands"
	is "$(completes -j p)" "ps" "and what they begin with, also behind an option"
	is "$(completes ps --sort p | sort | xargs)" "packets pid" "and the keys to sort by"
	is "$(completes ps -u roo)" "root" "and users"
}

# completes WORD...: what the completion has for the last of them, a line each
completes()
{
	(
		COMP_WORDS=(netatop "$@")
		COMP_CWORD=$#
		PATH=$UTILS/netatop:$PATH
		# shellcheck source=/dev/null
		source "$COMPLETION"
		COMPREPLY=()
		_netatop netatop "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf '%s\n' "${COMPREPLY[@]}"
	)
}

helps()
{
	local name bad=""
	for name in $(commands); do
		[[ $("$NETATOP" "$name" --help | head -n 1) == "Usage: netatop $name "* ]] || bad+=" $name"
		[[ $("$NETATOP" help "$name") == "$("$NETATOP" "$name" --help)" ]] || bad+=" help:$name"
		[[ $("$NETATOP" "$name" -h) == "$("$NETATOP" "$name" --help)" ]] || bad+=" -h:$name"
		(($("$NETATOP" "$name" --help | wc -L) <= 90)) || bad+=" wide:$name"
	done
	is "$bad" "" "each command has help, by each way to ask for it"
	is "$("$NETATOP" --version)" "netatop $(sed -n 's/.*NTA_VERSION[^"]*"\([^"]*\)".*/\1/p' "$HERE/../src/version.h")" "--version"
	is "$("$NETATOP" -j version | jq -r .program)" "$("$NETATOP" --version | cut -d ' ' -f 2)" "the version in JSON"
	"$NETATOP" help >/dev/full 2>"$TMP/err"
	is "$? $(<"$TMP/err")" "1 netatop: write: No space left on device" "what cannot be written is an error"
}

installs()
{
	local root=$TMP/root
	make -s -C "$UTILS" install DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib >"$TMP/make" 2>&1 || fatal "install: $(tail -n 3 "$TMP/make")"
	is "$(cd "$root" && find . -name netatop -type f | sort | xargs)" "./usr/sbin/netatop ./usr/share/bash-completion/completions/netatop" "the program and its completion are installed"
	is "$(readelf -d "$root/usr/sbin/netatop" | grep -c 'RUNPATH\|RPATH')" 0 "without a way into these sources"
	is "$(LD_LIBRARY_PATH=$root/usr/lib "$root/usr/sbin/netatop" --version)" "$("$NETATOP" --version)" "it runs"
	make -s -C "$UTILS" uninstall DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib >"$TMP/make" 2>&1
	is "$(cd "$root" && find . ! -type d)" "" "and is taken away again"
}

[[ -x $NETATOP ]] || fatal "netatop is not built"
plan $((26 + 5 + 6 + 4 + 4))
mistakes
absent
documented
helps
installs
finish
