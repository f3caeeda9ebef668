#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host: yes
#
# libnetatop as it is installed: just the functions of the header are visible, and documented; a
# program is built with pkg-config against what was installed, shared and static; it needs libmnl
# alone; nothing is left when it is taken away.

source "$(dirname "$0")/lib.sh"
need_tools_here() { local tool; for tool; do command -v "$tool" >/dev/null || fatal "needs $tool"; done; }
need_tools_here pkg-config nm readelf gcc g++

UTILS=$HERE/../utils
ROOT=$TMP/root
LIBDIR=/usr/lib/somewhere
SO=$ROOT$LIBDIR/libnetatop.so

# Of what was installed, as if the root were ours.
pc()
{
	PKG_CONFIG_PATH=$ROOT$LIBDIR/pkgconfig PKG_CONFIG_SYSROOT_DIR=$ROOT \
		PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 pkg-config "$@" libnetatop
}

declared() { sed -n 's/^[a-z].*[ *]\(netatop_[a-z_]*\)(.*/\1/p' "$UTILS/lib/libnetatop.h" | sort; }
exported() { nm -D --defined-only "$1" | sed -n 's/.* T \(.*\)@@LIBNETATOP_.*/\1/p' | sort; }
exported_at_all() { nm -D --defined-only "$1" | sed -n 's/.* [^A] \([^@]*\).*/\1/p' | sort; }
in_archive() { nm -g --defined-only "$1" | sed -n 's/.* [TDBRC] //p' | sort; }
in_script() { sed -n '/global:/,/local:/s/^[[:space:]]*\([a-z_]*\);.*/\1/p' "$UTILS/lib/libnetatop.map" | sort; }
documented() { sed -n 's/^ \* \(netatop_[a-z_]*\)() - .*/\1/p' "$UTILS/lib/libnetatop.h" | sort; }
in_manual() { grep -o 'netatop_[a-z_]*(' "$HERE/../man/libnetatop.3" | tr -d '(' | sort -u; }
installed() { (cd "$ROOT" && find . ! -type d | sort); }

# built FLAGS...: the example, against what was installed
built()
{
	# shellcheck disable=SC2046 # words
	gcc -std=gnu11 -Wall -Wextra -Werror -o "$TMP/busiest" "$ROOT/usr/share/doc/libnetatop/examples/busiest.c" $(pc --cflags) "$@"
}

# Here is no module, or it is forbidden: in both cases it says so.
runs() { LD_LIBRARY_PATH=$ROOT$LIBDIR "$TMP/busiest" 2>&1 | grep -qE '^busiest: (No such device|Operation not permitted)$|^ *[0-9]+ +[0-9]+ '; }

plan 19
make -s -C "$UTILS" install DESTDIR="$ROOT" PREFIX=/usr LIBDIR="$LIBDIR" >"$TMP/make" 2>&1 || fatal "install: $(tail -n 3 "$TMP/make")"
is "$(installed | grep -E 'libnetatop|netatop_netlink' | xargs)" \
	"./usr/include/libnetatop.h ./usr/include/netatop_netlink.h .$LIBDIR/libnetatop.a .$LIBDIR/libnetatop.so .$LIBDIR/libnetatop.so.1 .$LIBDIR/libnetatop.so.1.0.0 .$LIBDIR/pkgconfig/libnetatop.pc ./usr/share/doc/libnetatop/examples/busiest.c" "what is installed"
check "the header declares functions" test "$(declared | wc -l)" -ge 20
is "$(exported "$SO")" "$(declared)" "the shared library exports what the header declares"
is "$(exported_at_all "$SO")" "$(declared)" "and nothing else"
is "$(in_script)" "$(declared)" "the version script names the same"
is "$(in_archive "$ROOT$LIBDIR/libnetatop.a")" "$(declared)" "so does the static library"
is "$(documented)" "$(declared)" "each is documented in the header"
is "$(in_manual)" "$(declared)" "and in the manual page"
is "$(readelf -d "$SO" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | sort | xargs)" "libc.so.6 libmnl.so.0" "it needs libmnl alone"
is "$(readelf -d "$SO" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" libnetatop.so.1 "its name has its version"
is "$(nm -D "$SO" | grep -cE ' U (printf|puts|fprintf|vprintf|perror|putchar|fputs|fwrite|syslog|stdout|stderr|exit|abort|signal|sigaction)@')" 0 "it prints nothing and ends nothing"
is "$(nm "$ROOT$LIBDIR/libnetatop.a" | grep -E ' [bBcCdDgGsS] ')" "" "it has no variables"
# shellcheck disable=SC2046 # words
check "the example is built with pkg-config" built $(pc --libs)
check "and runs" runs
# shellcheck disable=SC2046 # words
check "the same, static" built -Wl,-Bstatic $(pc --libs) -Wl,-Bdynamic $(pkg-config --libs libmnl)
is "$(readelf -d "$TMP/busiest" | grep -c 'NEEDED.*libnetatop')" 0 "without the shared one"
sed -n '/^\.EX/,/^\.EE/{/^\.E/d; s/\\-/-/g; s/\\e/\\/g; p}' "$HERE/../man/libnetatop.3" >"$TMP/manual.c"
# shellcheck disable=SC2046 # words
check "the example in the manual page is built" gcc -Wall -Wextra -Werror -o "$TMP/manual" "$TMP/manual.c" $(pc --cflags --libs)
echo '#include <libnetatop.h>
int main() { netatop_filter f = netatop_filter(); netatop *n; return netatop_open(&n, 0) + netatop_walk_tasks(n, &f, nullptr, nullptr); }' >"$TMP/plus.cc"
# shellcheck disable=SC2046 # words
check "C++ can use it" g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -o "$TMP/plus" "$TMP/plus.cc" $(pc --cflags --libs)
make -s -C "$UTILS" uninstall DESTDIR="$ROOT" PREFIX=/usr LIBDIR="$LIBDIR" >"$TMP/make" 2>&1
is "$(installed)" "" "nothing is left when it is taken away"
finish
