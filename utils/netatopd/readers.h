/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has the log open, and how far they have read.
 */
#ifndef _NETATOPD_READERS_H
#define _NETATOPD_READERS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct readers - all readers that have a file open, but for this process
 * @count:  how many open files there are
 * @least:  how far the last of them has read; UINT64_MAX if there is none
 * @hidden: there may be others: this process may not look everywhere
 */
struct readers {
	unsigned int count;
	uint64_t least;
	bool hidden;
};

void readers_find(int fd, struct readers *readers);

#endif /* _NETATOPD_READERS_H */
