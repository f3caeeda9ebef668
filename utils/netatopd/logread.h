/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the log of finished processes. The file is not to be trusted, and can
 * change under the reader.
 */
#ifndef _NETATOPD_LOGREAD_H
#define _NETATOPD_LOGREAD_H

#include <netatop.h>
#include <netatopd.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct logread - a log that is being read
 * @fd:	     the file
 * @header:  its header, as it was when reading began, or when a hole was found
 * @task:    the record that was read
 * @seq:     number of records before the next one
 * @offset:  of the next record, or of what is wrong
 * @reason:  what is wrong
 * @failed:  why it cannot be read at all, as an error number; 0: it can
 * @trimmed: records are missing at its front
 * @kept:    how many are not
 * @at:	     offset of what is in @buf
 * @len:     how much that is
 */
struct logread {
	int fd;
	struct netatopd_header header;
	struct netpertask task;
	__u32 seq;
	__u64 offset;
	const char *reason;
	int failed;
	bool trimmed;
	__u32 kept;
	__u64 at;
	size_t len;
	unsigned char buf[65536];
};

int logread_begin(struct logread *log, int fd);
int logread_next(struct logread *log);

#endif /* _NETATOPD_LOGREAD_H */
