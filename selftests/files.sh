# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What /sys/kernel/netatop says, to compare with what the other doors do. Sourced by a test, after lib.sh.

# What the files say, a line each: "TERM FIGURE VALUE" of the books, "NAME VALUE" of the tunables
books_of_files()
{
	local term proto way what
	for term in total tasks exited retired unowned unidentified tunnel excluded; do
		for proto in tcp udp; do
			for way in snd rcv; do
				for what in packets bytes; do
					echo "$term ${proto}_${way}_$what $(stat "${term}_${proto}_${way}_$what")"
				done
			done
		done
	done | sort
}

# Lines "TERM FIGURE VALUE" with figures named as in struct netpertask: with the names of the files
as_in_files()
{
	sed -E 's/ (tcp|udp)(snd|rcv)packs / \1_\2_packets /; s/ (tcp|udp)(snd|rcv)bytes / \1_\2_bytes /' | sort
}

tunables_of_files()
{
	local file
	for file in "$SYS"/*; do
		[[ -d $file || $file == */gc || $file == */version ]] || echo "${file##*/} $(<"$file")"
	done | sort
}
