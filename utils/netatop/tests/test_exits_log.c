// SPDX-License-Identifier: GPL-2.0
/*
 * Showing a log of netatopd, whatever its records say.
 */
#include "test.h"

#include "../../netatopd/logread.h"
#include "exits_log.h"

#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>
#include <zlib.h>

#define RECORDS	2000

static char path[64], output[64];
static int log_fd, output_fd;

static void put(const void *data, size_t size)
{
	assert_int_equal(write(log_fd, data, size), size);
}

/* Numbers that are as good as any, and names of such bytes as are no text. */
static void fill(struct netpertask *task, int number)
{
	unsigned char *bytes = (unsigned char *)task;
	size_t i;

	for (i = 0; i < sizeof(*task); i++)
		bytes[i] = rand();
	if (number % 3 == 0)
		task->btime = number % 2 ? 1700000000UL : 1UL << 63;
	if (number % 4 == 0)
		task->tcpsndbytes = UINT64_MAX;
	/* cut short within a character */
	if (number % 5 == 0)
		memcpy(task->command, "a name of 13\xf0\x9f\x98\x80", sizeof(task->command));
	if (number % 7 == 0)
		memset(task->command, number, sizeof(task->command));
}

static int make_log(void **state)
{
	const struct netatopd_header header = {
		.magic = NETATOPD_MAGIC,
		.curseq = RECORDS,
		.hdrlen = sizeof(header),
		.reclen = sizeof(struct netpertask),
	};
	int i;

	(void)state;
	srand(2026);
	log_fd = memfd_create("log", MFD_CLOEXEC);
	output_fd = memfd_create("output", MFD_CLOEXEC);
	assert_true(log_fd >= 0 && output_fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", log_fd);
	snprintf(output, sizeof(output), "/proc/self/fd/%d", output_fd);
	put(&header, sizeof(header));
	for (i = 0; i < RECORDS; i++) {
		struct netpertask task;
		unsigned char out[256];
		uLongf length = sizeof(out) - 1;

		fill(&task, i);
		assert_int_equal(compress(out + 1, &length, (Bytef *)&task, sizeof(task)), Z_OK);
		out[0] = length;
		put(out, 1 + length);
	}
	return 0;
}

/* What is printed of the log. */
static FILE *shown(const struct exits_log *what)
{
	int status, saved = dup(STDOUT_FILENO);
	FILE *file;

	assert_int_equal(ftruncate(output_fd, 0), 0);
	assert_int_equal(lseek(output_fd, 0, SEEK_SET), 0);
	fflush(stdout);
	assert_true(saved >= 0 && dup2(output_fd, STDOUT_FILENO) >= 0);
	status = exits_from_log(what);
	fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	assert_int_equal(status, DONE);
	file = fopen(output, "r");
	assert_non_null(file);
	return file;
}

static void in_a_table(void **state)
{
	static char line[1024];
	wchar_t wide[1024];
	int count = 0;
	FILE *file;
	size_t n, i;

	(void)state;
	file = shown(&(struct exits_log){ .path = path });
	while (fgets(line, sizeof(line), file)) {
		assert_int_equal(line[strlen(line) - 1], '\n');
		line[strlen(line) - 1] = '\0';
		n = mbstowcs(wide, line, sizeof(wide) / sizeof(*wide));
		assert_int_not_equal(n, (size_t)-1);
		for (i = 0; i < n; i++)
			assert_false(iswcntrl(wide[i]));
		if (count && count % 4 == 1)
			assert_non_null(strstr(line, "18.4E"));
		count++;
	}
	fclose(file);
	assert_int_equal(count, 1 + RECORDS);
}

static void number_is(const json_t *object, const char *name, uint64_t value)
{
	const json_t *is = json_object_get(object, name);
	char text[24];

	if (value <= INT64_MAX) {
		assert_int_equal(json_integer_value(is), value);
		return;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	assert_string_equal(json_string_value(is), text);
}

static void in_json(void **state)
{
	static const char *const names[] = {
		"tcp_snd_packets", "tcp_snd_bytes", "tcp_rcv_packets", "tcp_rcv_bytes",
		"udp_snd_packets", "udp_snd_bytes", "udp_rcv_packets", "udp_rcv_bytes",
	};
	static char line[2048];
	static struct logread log;
	FILE *file;
	size_t i;

	(void)state;
	assert_int_equal(logread_begin(&log, log_fd), 0);
	file = shown(&(struct exits_log){ .path = path, .json = true });
	while (fgets(line, sizeof(line), file)) {
		const unsigned long long *counters = &log.task.tcpsndpacks;
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(object);
		assert_int_equal(logread_next(&log), 1);
		assert_int_equal(json_integer_value(json_object_get(object, "tgid")), log.task.id);
		number_is(object, "btime", log.task.btime);
		for (i = 0; i < sizeof(names) / sizeof(*names); i++)
			number_is(object, names[i], counters[i]);
		assert_non_null(json_string_value(json_object_get(object, "name")));
		json_decref(object);
	}
	fclose(file);
	assert_int_equal(logread_next(&log), 0);
}

static void only_some(void **state)
{
	static char line[1024];
	int count = 0;
	FILE *file;

	(void)state;
	file = shown(&(struct exits_log){ .path = path, .json = true, .count = 17 });
	while (fgets(line, sizeof(line), file))
		count++;
	fclose(file);
	assert_int_equal(count, 17);
	file = shown(&(struct exits_log){ .path = path, .json = true, .pid = PID_MOST + 1 });
	assert_null(fgets(line, sizeof(line), file));
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_table),
		cmocka_unit_test(in_json),
		cmocka_unit_test(only_some),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, make_log, NULL);
}
