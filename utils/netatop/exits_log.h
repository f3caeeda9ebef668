/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finished processes as netatopd has logged them.
 */
#ifndef _NETATOP_EXITS_LOG_H
#define _NETATOP_EXITS_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct exits_log - what is to be shown of a log
 * @path:  the log
 * @json:  as JSON
 * @pid:   only this process, 0: all
 * @count: so many at the most, 0: all
 */
struct exits_log {
	const char *path;
	bool json;
	pid_t pid;
	uint64_t count;
};

int exits_from_log(const struct exits_log *what);

#endif /* _NETATOP_EXITS_LOG_H */
