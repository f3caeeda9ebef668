// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the log of finished processes.
 *
 * Its front can be given back while it is read, and be zero from one look to the
 * next. So what seems to be damaged is looked at once more, behind what is gone.
 */
#include "logread.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* What is at the front of a log that has been trimmed. */
struct front {
	struct netatopd_header header;
	struct netatopd_trim trim;
};

_Static_assert(sizeof(struct front) ==
	       sizeof(struct netatopd_header) + sizeof(struct netatopd_trim), "no gap");

static int damaged(struct logread *log, __u64 offset, const char *reason)
{
	log->offset = offset;
	log->reason = log->failed ? "it cannot be read" : reason;
	return -EBADMSG;
}

/* Reads as much as there is. */
static size_t read_at(struct logread *log, void *to, size_t size, __u64 offset)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = pread(log->fd, (char *)to + len, size - len, offset + len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			log->failed = errno;
		if (n <= 0)
			break;
		len += n;
	}
	return len;
}

/* What is there at @offset, at least @want bytes of it; NULL: there are not. */
static const unsigned char *look(struct logread *log, __u64 offset, size_t want)
{
	if (offset >= log->at && offset - log->at <= log->len &&
	    want <= log->len - (offset - log->at))
		return log->buf + (offset - log->at);
	if (offset > INT64_MAX - sizeof(log->buf))
		return NULL;
	log->at = offset;
	log->len = read_at(log, log->buf, sizeof(log->buf), offset);
	return log->len >= want ? log->buf : NULL;
}

/* Not while it is being written: twice the same. */
static bool read_front(struct logread *log, struct front *front)
{
	struct front again;
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (read_at(log, front, sizeof(*front), 0) < sizeof(*front) ||
		    read_at(log, &again, sizeof(again), 0) < sizeof(again))
			return false;
		if (!memcmp(front, &again, sizeof(again)))
			return true;
	}
	return false;
}

/*
 * Goes on behind what is gone, if that is where the next record was, else leaves
 * @log as it is. Numbers of records wrap: what bounds them is the size of the file.
 */
static bool skip_hole(struct logread *log)
{
	const bool at_front = log->offset == sizeof(log->header);
	const struct netatopd_trim *trim;
	struct front front;
	struct stat st;

	if (!read_front(log, &front) || front.trim.zero || fstat(log->fd, &st))
		return false;
	trim = &front.trim;
	if (trim->first_offset <= log->offset || trim->first_offset < sizeof(front) ||
	    front.header.curseq - trim->first_seq > (__u64)st.st_size) {
		if (at_front)
			damaged(log, log->offset, "what is said to be missing is not at the front");
		return false;
	}
	if (trim->first_offset > (__u64)st.st_size) {
		damaged(log, trim->first_offset, "fewer records than the header says");
		return false;
	}
	log->trimmed = true;
	log->len = 0;
	log->offset = trim->first_offset;
	log->seq = trim->first_seq;
	log->header.curseq = front.header.curseq;
	log->kept = log->header.curseq - log->seq;
	return true;
}

/**
 * logread_begin() - begin to read a log
 * @log: set
 * @fd:	 the file, which is the caller's
 *
 * Return: 0, or -EBADMSG, and @log tells where and why.
 */
int logread_begin(struct logread *log, int fd)
{
	const struct netatopd_header *header = &log->header;
	size_t len;

	memset(log, 0, offsetof(struct logread, buf));
	log->fd = fd;
	/* before the records: those that it counts are there then */
	len = read_at(log, &log->header, sizeof(log->header), 0);
	if (len < sizeof(log->header))
		return damaged(log, len, "the header is cut short");
	if (header->magic != NETATOPD_MAGIC)
		return damaged(log, offsetof(struct netatopd_header, magic),
			       "this is no log of netatopd");
	if (header->hdrlen != sizeof(*header))
		return damaged(log, offsetof(struct netatopd_header, hdrlen),
			       "the header has another length");
	if (header->reclen != sizeof(log->task))
		return damaged(log, offsetof(struct netatopd_header, reclen),
			       "its records have another length");
	log->offset = sizeof(*header);
	log->kept = header->curseq;
	return 0;
}

/* Reads the record at log->offset, which is left as it is. */
static int read_record(struct logread *log, unsigned char *length)
{
	uLongf size = sizeof(log->task);
	const unsigned char *at;
	uLong used;
	int err;

	at = look(log, log->offset, 1);
	if (!at)
		return damaged(log, log->offset, "fewer records than the header says");
	*length = *at;
	if (!*length)
		return damaged(log, log->offset, "a record without a length");
	at = look(log, log->offset, 1 + *length);
	if (!at)
		return damaged(log, log->offset, "a record is cut short");
	used = *length;
	err = uncompress2((Bytef *)&log->task, &size, at + 1, &used);
	/* it wanted room for more */
	if (err == Z_BUF_ERROR || (err == Z_OK && size != sizeof(log->task)))
		return damaged(log, log->offset, "a record has another length");
	if (err == Z_MEM_ERROR)
		log->failed = ENOMEM;
	if (err != Z_OK)
		return damaged(log, log->offset, "a record cannot be uncompressed");
	if (used != *length)
		return damaged(log, log->offset, "a record has something behind it");
	return 0;
}

/**
 * logread_next() - read the next record
 * @log: the log; @log->task is set
 *
 * Return: 1; 0 at the end; -EBADMSG, and @log tells where and why.
 */
int logread_next(struct logread *log)
{
	unsigned char length;

	do {
		if (log->seq == log->header.curseq)
			return 0;
		if (!read_record(log, &length)) {
			log->task.command[sizeof(log->task.command) - 1] = '\0';
			log->offset += 1 + length;
			log->seq++;
			return 1;
		}
	} while (!log->failed && skip_hole(log));
	return -EBADMSG;
}
