/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of finished processes, as its only writer has it.
 */
#ifndef _NETATOPD_LOG_H
#define _NETATOPD_LOG_H

#include <netatop.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Records that are remembered from a log that was there before. */
#define LOG_TAIL	1024

/**
 * struct log - the log
 * @path:	  its name
 * @fd:		  the file, -1: there is none
 * @dev:	  file system of it
 * @ino:	  its number there
 * @end:	  where the next record goes
 * @first_offset: of the first record
 * @first_seq:	  number of records before that
 * @curseq:	  number of records that were appended
 * @lost:	  it could not be begun anew, which has been said
 * @max_size:	  bytes of the file system that it is to take at most
 * @tail:	  the last records of a log that was there before, a ring
 * @tail_count:   how many
 * @tail_next:	  where the next one goes
 */
struct log {
	const char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	uint64_t end;
	uint64_t first_offset;
	uint32_t first_seq;
	uint32_t curseq;
	bool lost;
	uint64_t max_size;
	struct netpertask tail[LOG_TAIL];
	size_t tail_count;
	size_t tail_next;
};

int log_open(struct log *log);
int log_check(struct log *log);
int log_append(struct log *log, const struct netpertask *tasks, size_t count);
bool log_has(const struct log *log, const struct netpertask *task);
int log_renew(struct log *log);
uint64_t log_size(const struct log *log);
int log_trim(struct log *log, uint64_t read);

#endif /* _NETATOPD_LOG_H */
