#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make run` shows, as root: the module loads, and what it offers to a reader.
set -eu

uname -r
modinfo -F depends "$NETATOP_KO" | tr , "\n" | xargs -r modprobe -a
insmod "$NETATOP_KO"
modinfo -F version "$NETATOP_KO"
cat /proc/netatop
rmmod netatop
