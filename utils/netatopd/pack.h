/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compression of records in the log.
 */
#ifndef _NETATOPD_PACK_H
#define _NETATOPD_PACK_H

#include <stddef.h>

struct netpertask;

int pack(unsigned char *out, size_t size, const struct netpertask *task);

#endif /* _NETATOPD_PACK_H */
