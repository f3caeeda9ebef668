// SPDX-License-Identifier: GPL-2.0
/*
 * netatopd's log where there is no memory and no file to be had: that says nothing about the log.
 */
#include "test.h"

#include "../../netatopd/log.h"
#include "../../netatopd/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
#include <zlib.h>

#define RECORDS	3

/* Which call fails, and with what. */
static enum { NONE, OPEN, MALLOC, PREAD, UNCOMPRESS } failing;
static int failure;

static char directory[] = "/tmp/test_log_writer.XXXXXX", path[64];
static struct netpertask tasks[RECORDS];

int __real_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, ...);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
ssize_t __real_pread(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t offset);
int __real_uncompress2(Bytef *to, uLongf *to_size, const Bytef *from, uLong *size);
int __wrap_uncompress2(Bytef *to, uLongf *to_size, const Bytef *from, uLong *size);

int __wrap_open(const char *name, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (failing == OPEN) {
		errno = failure;
		return -1;
	}
	return __real_open(name, flags, mode);
}

void *__wrap_malloc(size_t size)
{
	if (failing == MALLOC) {
		errno = failure;
		return NULL;
	}
	return __real_malloc(size);
}

ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t offset)
{
	if (failing == PREAD) {
		errno = failure;
		return -1;
	}
	return __real_pread(fd, buf, size, offset);
}

int __wrap_uncompress2(Bytef *to, uLongf *to_size, const Bytef *from, uLong *size)
{
	return failing == UNCOMPRESS ? Z_MEM_ERROR : __real_uncompress2(to, to_size, from, size);
}

void say(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static struct log closed(void) { return (struct log){ .path = path, .max_size = 1 << 20, .fd = -1 }; }

/* Begins a log with all records. */
static struct log begin(void)
{
	struct log log = closed();

	unlink(path);
	assert_int_equal(log_open(&log), 0);
	assert_int_equal(log_append(&log, tasks, RECORDS), 0);
	return log;
}

static void assert_whole(struct log *log)
{
	int i;

	assert_int_equal(log->curseq, RECORDS);
	for (i = 0; i < RECORDS; i++)
		assert_true(log_has(log, &tasks[i]));
}

static const struct { int call, failure; } passing[] = {
	{ OPEN, EMFILE }, { OPEN, ENFILE }, { OPEN, ENOMEM },
	{ MALLOC, ENOMEM }, { PREAD, ENOMEM }, { UNCOMPRESS, ENOMEM },
};

static void test_open(void **state)
{
	struct log log;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(passing) / sizeof(*passing); i++) {
		log = begin();
		close(log.fd);
		log = closed();
		failing = passing[i].call;
		failure = passing[i].failure;
		assert_int_equal(log_open(&log), -failure);
		assert_int_equal(log.fd, -1);
		failing = NONE;
		assert_int_equal(log_open(&log), 0);
		assert_whole(&log);
		close(log.fd);
	}
}

static void test_check(void **state)
{
	struct log log = begin();

	(void)state;
	failing = PREAD;
	failure = ENOMEM;
	assert_int_equal(log_check(&log), -ENOMEM);
	failing = NONE;
	assert_int_equal(log_check(&log), 0);
	assert_int_equal(log.curseq, RECORDS);
	close(log.fd);
}

/* A log that cannot be read is not one to go on with. */
static void test_broken(void **state)
{
	struct log log = begin();

	(void)state;
	close(log.fd);
	log = closed();
	failing = PREAD;
	failure = EIO;
	assert_int_equal(log_open(&log), 0);
	failing = NONE;
	assert_int_equal(log.curseq, 0);
	close(log.fd);
}

static int set_up(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < RECORDS; i++)
		tasks[i] = (struct netpertask){ .id = 1000 + i, .btime = 1700000000 + i };
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/log", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	failing = NONE;
	unlink(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
