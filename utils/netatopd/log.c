// SPDX-License-Identifier: GPL-2.0
/*
 * The log of finished processes, as its only writer has it.
 *
 * Whatever stops the writer, what is there up to curseq is whole: records are
 * written first, and counted then.
 */
#include "log.h"
#include "logread.h"
#include "pack.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <netatopd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A page that has the header is never given back. */
#define FRONT	4096

/* That much of the file system is left to others: 1/20. */
#define ROOM		20

/* The most that one record can take. */
#define RECORD_MAX	256

static int write_all(int fd, const void *data, size_t size, uint64_t offset)
{
	const char *at = data;
	ssize_t n;

	while (size) {
		n = pwrite(fd, at, size, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		size -= n;
		offset += n;
	}
	return 0;
}

static struct netatopd_header make_header(uint32_t curseq)
{
	return (struct netatopd_header){
		.magic = NETATOPD_MAGIC,
		.curseq = curseq,
		.hdrlen = sizeof(struct netatopd_header),
		.reclen = sizeof(struct netpertask),
		.pid = getpid(),
	};
}

static int write_header(int fd, uint32_t curseq)
{
	const struct netatopd_header header = make_header(curseq);

	return write_all(fd, &header, sizeof(header), 0);
}

static int take_file(struct log *log, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (log->fd >= 0)
		close(log->fd);
	log->fd = fd;
	log->dev = st.st_dev;
	log->ino = st.st_ino;
	return 0;
}

/* What has nothing to do with the file, and passes. */
static bool passes(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOMEM || err == EINTR;
}

/* Why a call failed, or NULL and *@err: that says nothing about the file */
static const char *why_not(int *err)
{
	*err = passes(errno) ? -errno : 0;
	return *err ? NULL : strerror(errno);
}

/* Something else with this name: it makes room, and is kept if it is a directory. */
static int put_aside(const char *path)
{
	char name[4096];

	if (!unlink(path) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (snprintf(name, sizeof(name), "%s.%d", path, (int)getpid()) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	return rename(path, name) ? -errno : 0;
}

/* A log begins under this name: a reader never finds one without a header. */
static int name_at_first(const struct log *log, char *name, int size)
{
	return snprintf(name, size, "%s.new", log->path) < size ? 0 : -ENAMETOOLONG;
}

static int create(struct log *log)
{
	char name[4096];
	int fd, err;

	err = name_at_first(log, name, sizeof(name));
	if (!err)
		err = put_aside(name);
	if (err)
		return err;
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = fchmod(fd, 0644) ? -errno : write_header(fd, 0);
	if (!err && rename(name, log->path))
		err = -errno;
	if (!err)
		err = take_file(log, fd);
	if (err) {
		close(fd);
		unlink(name);
		return err;
	}
	log->end = sizeof(struct netatopd_header);
	log->first_offset = log->end;
	log->first_seq = 0;
	log->curseq = 0;
	return 0;
}

static const char *is_anothers(const struct stat *st)
{
	if (st->st_uid != geteuid())
		return "it is another user's";
	if (st->st_mode & 022)
		return "others may write to it";
	return NULL;
}

/* What keeps a file from being gone on with; NULL: nothing */
static const char *is_strange(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is no file";
	if (st.st_nlink != 1)
		return "it has other names";
	return is_anothers(&st);
}

static const char *read_existing(struct log *log, int fd, int *err)
{
	static char why[160];
	struct logread *read = malloc(sizeof(*read));
	int ret;

	if (!read) {
		*err = -ENOMEM;
		return NULL;
	}
	log->tail_count = 0;
	log->tail_next = 0;
	ret = logread_begin(read, fd);
	while (!ret && (ret = logread_next(read)) == 1) {
		log->tail[log->tail_next] = read->task;
		log->tail_next = (log->tail_next + 1) % LOG_TAIL;
		log->tail_count += log->tail_count < LOG_TAIL;
		ret = 0;
	}
	if (ret && passes(read->failed))
		*err = -read->failed;
	else if (ret)
		snprintf(why, sizeof(why), "%s, at offset %llu", read->reason,
			 (unsigned long long)read->offset);
	log->end = read->offset;
	log->curseq = read->header.curseq;
	free(read);
	return ret && !*err ? why : NULL;
}

/* Where records begin in a log that has been trimmed. */
static void read_trim(struct log *log, int fd)
{
	struct netatopd_trim trim;

	log->first_offset = sizeof(struct netatopd_header);
	log->first_seq = 0;
	if (pread(fd, &trim, sizeof(trim), log->first_offset) != sizeof(trim) || trim.zero ||
	    log->curseq == 0)
		return;
	log->first_offset = trim.first_offset;
	log->first_seq = trim.first_seq;
}

/* Returns NULL if it is gone on with, or if *@err: it cannot be now, and has to stay as it is. */
static const char *adopt(struct log *log, int *err)
{
	int fd = open(log->path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const char *why;

	*err = 0;
	if (fd < 0)
		return errno == ELOOP ? "it is a symbolic link" : why_not(err);
	why = is_strange(fd);
	if (!why)
		why = read_existing(log, fd, err);
	if (!why && !*err) {
		read_trim(log, fd);
		/* what was being written is not whole */
		if (ftruncate(fd, log->end) || write_header(fd, log->curseq) || take_file(log, fd))
			why = why_not(err);
	}
	if (why || *err)
		close(fd);
	return why;
}

/* What cannot be done now is tried again each second, and is not to be told of each time. */
static int begin_anew(struct log *log)
{
	int err = put_aside(log->path);

	if (!err)
		err = create(log);
	log->lost = err;
	if (err && log->fd >= 0) {
		close(log->fd);
		log->fd = -1;
	}
	return err;
}

/**
 * log_open() - go on with the log that is there, or begin one
 * @log: with @path and @max_size; @fd is -1
 *
 * Return: 0, or a negative error number.
 */
int log_open(struct log *log)
{
	char name[4096];
	const char *why;
	struct stat st;
	int err;

	if (lstat(log->path, &st)) {
		if (errno != ENOENT)
			return -errno;
		return begin_anew(log);
	}
	why = adopt(log, &err);
	if (!why && !err) {
		/* of one that was killed when it began the next log */
		if (!name_at_first(log, name, sizeof(name)))
			unlink(name);
		log->lost = false;
		say(LOG_INFO, "goes on with %s, which has %u records", log->path, log->curseq);
		return 0;
	}
	log->tail_count = 0;
	log->tail_next = 0;
	if (err)
		return err;
	if (!log->lost)
		say(LOG_WARNING, "%s cannot be gone on with: %s; a new one is begun", log->path, why);
	return begin_anew(log);
}

static const char *has_no_header(int fd, uint32_t curseq, int *err)
{
	const struct netatopd_header wanted = make_header(curseq);
	struct netatopd_header found;
	ssize_t n = pread(fd, &found, sizeof(found), 0);

	if (n < 0)
		return why_not(err);
	return n < (ssize_t)sizeof(found) || memcmp(&found, &wanted, sizeof(found)) ?
	       "its header was overwritten" : NULL;
}

/* What others have done to it; NULL: nothing, or *@err: that cannot be seen now */
static const char *is_harmed(const struct log *log, int *err)
{
	const char *why;
	struct stat st;

	*err = 0;
	if (lstat(log->path, &st))
		return errno == ENOENT ? "it was deleted" : why_not(err);
	if (st.st_dev != log->dev || st.st_ino != log->ino)
		return "something else has taken its place";
	why = is_anothers(&st);
	if (why)
		return why;
	if ((uint64_t)st.st_size < log->end)
		return "it was cut short";
	why = has_no_header(log->fd, log->curseq, err);
	if (why || *err)
		return why;
	return (uint64_t)st.st_size > log->end && ftruncate(log->fd, log->end) ? why_not(err) : NULL;
}

/**
 * log_check() - is it still there as it was written
 * @log: the log; it is begun anew if not
 *
 * Return: 0, or a negative error number.
 */
int log_check(struct log *log)
{
	const char *why;
	int err;

	if (log->fd < 0)
		return log_open(log);
	why = is_harmed(log, &err);
	if (!why)
		return err;
	say(LOG_WARNING, "%s: %s; a new one is begun, and readers may miss what they had not read",
	    log->path, why);
	return begin_anew(log);
}

/* Others need what is there, too: /run is the system's. */
static bool is_full(int fd)
{
	struct statvfs fs;

	return !fstatvfs(fd, &fs) && fs.f_blocks && fs.f_bavail < fs.f_blocks / ROOM;
}

/**
 * log_append() - append records
 * @log:   the log
 * @tasks: the records
 * @count: how many
 *
 * All of them or none.
 *
 * Return: 0; -ENOSPC the file system is full, or nearly so; another negative error
 * number.
 */
int log_append(struct log *log, const struct netpertask *tasks, size_t count)
{
	uint32_t curseq = log->curseq + count;
	unsigned char *buf;
	size_t size = 0, i;
	int err;

	if (is_full(log->fd))
		return -ENOSPC;
	buf = malloc(count * RECORD_MAX);
	if (!buf)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		int length = pack(buf + size + 1, RECORD_MAX - 1, &tasks[i]);

		if (length < 0) {
			free(buf);
			return length;
		}
		buf[size] = length;
		size += 1 + length;
	}
	err = write_all(log->fd, buf, size, log->end);
	free(buf);
	if (!err)
		err = write_all(log->fd, &curseq, sizeof(curseq),
				offsetof(struct netatopd_header, curseq));
	if (err) {
		if (ftruncate(log->fd, log->end))
			say(LOG_ERR, "%s: %s", log->path, strerror(errno));
		return err;
	}
	log->end += size;
	log->curseq = curseq;
	return 0;
}

/**
 * log_has() - is a record among the last ones of the log that was there
 * @log:  the log
 * @task: the record; no two processes have the same id, start and counters
 *
 * Return: whether it is.
 */
bool log_has(const struct log *log, const struct netpertask *task)
{
	size_t i;

	for (i = 0; i < log->tail_count; i++)
		if (!memcmp(&log->tail[i], task, sizeof(*task)))
			return true;
	return false;
}

/**
 * log_renew() - begin a new log
 * @log: the log, which has no readers
 *
 * Who has the old one open still, and is no reader, is not to keep its memory. Its
 * front stays, and says where it goes on: at its end.
 *
 * Return: 0, or a negative error number.
 */
int log_renew(struct log *log)
{
	/* of whole pages: others would be emptied, but not given back */
	uint64_t end = (log->end | (FRONT - 1)) + 1;
	const struct netatopd_trim trim = {
		.first_offset = log->end,
		.first_seq = log->curseq,
	};
	int old, err;

	if (log->end == sizeof(struct netatopd_header))
		return 0;
	say(LOG_DEBUG, "no reader is left; a new log is begun after %u records", log->curseq);
	old = fcntl(log->fd, F_DUPFD_CLOEXEC, 0);
	if (old < 0)
		return -errno;
	err = create(log);
	if (!err && end > FRONT &&
	    (write_all(old, &trim, sizeof(trim), sizeof(struct netatopd_header)) ||
	     fallocate(old, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FRONT, end - FRONT)))
		say(LOG_DEBUG, "%s, which has been replaced: %s", log->path, strerror(errno));
	close(old);
	return err;
}

/**
 * log_size() - what the log takes of the file system
 * @log: the log
 *
 * Return: bytes.
 */
uint64_t log_size(const struct log *log)
{
	struct stat st;

	return fstat(log->fd, &st) ? 0 : st.st_blocks * 512ULL;
}

/**
 * log_trim() - give back what all readers have read
 * @log:  the log
 * @read: how far the last of them has read
 *
 * Return: 0, or a negative error number.
 */
int log_trim(struct log *log, uint64_t read)
{
	struct netatopd_trim trim = {
		.first_offset = log->first_offset,
		.first_seq = log->first_seq,
	};
	uint64_t until = read < log->end ? read : log->end;
	unsigned char length;
	int err;

	while (trim.first_offset < until) {
		if (pread(log->fd, &length, 1, trim.first_offset) != 1 || !length)
			return -EIO;
		if (trim.first_offset + 1 + length > until)
			break;
		trim.first_offset += 1 + length;
		trim.first_seq++;
	}
	if (trim.first_offset < 2 * FRONT || trim.first_offset == log->first_offset)
		return 0;
	err = write_all(log->fd, &trim, sizeof(trim), sizeof(struct netatopd_header));
	if (err)
		return err;
	say(LOG_DEBUG, "%u records that all have read are given back",
	    trim.first_seq - log->first_seq);
	log->first_offset = trim.first_offset;
	log->first_seq = trim.first_seq;
	if (fallocate(log->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FRONT,
		      (trim.first_offset & ~(uint64_t)(FRONT - 1)) - FRONT))
		return -errno;
	return 0;
}
