/* SPDX-License-Identifier: GPL-2.0 */
/* Where a store tells lines.c that it is to count, and 8 bytes behind it that it is to stop. */
#ifndef MARK_H
#define MARK_H

#define MARK 0x4e5441000000UL

#endif
