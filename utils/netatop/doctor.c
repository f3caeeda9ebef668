// SPDX-License-Identifier: GPL-2.0
/*
 * netatop doctor: is all that is needed there, and what is to be done if not.
 */
#include "doctor.h"
#include "common.h"
#include "json.h"

#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char usage_doctor[] =
	"[-j]\n\n"
	"Checks the module, its books and tables, connection tracking, netatopd and atop,\n"
	"and says what to do.  Ends with 1 if there is a problem.\n\n"
	"  -j, --json  JSON\n";

/**
 * found() - tell of a finding
 * @doctor: where it is counted
 * @level:  how bad it is
 * @check:  what was checked, in one word
 * @advice: what to do, or NULL
 * @format: what was found
 */
void found(struct doctor *doctor, enum level level, const char *check, const char *advice,
	   const char *format, ...)
{
	static const char *const words[] = { "ok", "warning", "problem" };
	char text[512], clean[CLEAN_SIZE(sizeof(text))];
	json_t *object;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	doctor->count[level]++;
	if (doctor->checks) {
		object = json_object();
		json_put_text(object, "check", check);
		json_put_text(object, "status", words[level]);
		json_put_text(object, "text", text);
		if (advice)
			json_put_text(object, "advice", advice);
		json_array_append_new(doctor->checks, object);
		return;
	}
	printf("%-8s %s: %s\n", words[level], check, clean_text(text, clean, sizeof(clean)));
	if (advice)
		printf("         %s\n", advice);
}

/**
 * first_line() - read the first line of a file
 * @path: of the file
 * @buf:  where to put it, without the newline
 * @size: of @buf
 *
 * Return: whether there is one.
 */
bool first_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read;

	if (!file)
		return false;
	read = fgets(buf, size, file);
	fclose(file);
	if (read)
		buf[strcspn(buf, "\n")] = 0;
	return read;
}

/* As much as there is room for; the rest is read, too, so that it can end. */
static void read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;
	char rest[512];
	ssize_t n;

	for (;;) {
		bool room = used + 1 < size;

		n = read(fd, room ? buf + used : rest, room ? size - used - 1 : sizeof(rest));
		if (n <= 0)
			break;
		if (room)
			used += n;
	}
	buf[used] = 0;
}

/**
 * output_of() - run a program
 * @argv: its name, looked for in PATH, and its arguments
 * @buf:  where to put what it prints, also to stderr
 * @size: of @buf
 *
 * Return: whether it could be run, and ended with 0.
 */
bool output_of(char *const argv[], char *buf, size_t size)
{
	static char *const environment[] = {
		"LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		NULL
	};
	posix_spawn_file_actions_t actions;
	int pipes[2], status = -1;
	pid_t pid;
	int err;

	*buf = 0;
	if (pipe2(pipes, O_CLOEXEC))
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDERR_FILENO);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	if (!err) {
		read_all(pipes[0], buf, size);
		waitpid(pid, &status, 0);
	}
	close(pipes[0]);
	return !err && WIFEXITED(status) && !WEXITSTATUS(status);
}

static void print_sum(const struct doctor *doctor)
{
	json_t *object;

	if (!doctor->checks) {
		printf("\nproblems: %u, warnings: %u\n", doctor->count[PROBLEM],
		       doctor->count[WARNING]);
		return;
	}
	object = json_object();
	json_put(object, "checks", doctor->checks);
	json_put_u64(object, "problems", doctor->count[PROBLEM]);
	json_put_u64(object, "warnings", doctor->count[WARNING]);
	json_print(object);
}

int cmd_doctor(int argc, char **argv, const struct options *opt)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	static void (*const checks[])(struct doctor *doctor) = {
		check_capability, check_module, check_books, check_room, check_owners,
		check_conntrack, check_netatopd, check_atop,
	};
	bool json = opt->json;
	struct doctor doctor = { };
	size_t i;
	int c;

	while ((c = getopt_long(argc, argv, ":j", longs, NULL)) != -1) {
		if (c != 'j')
			return option_error("doctor", c, argv);
		json = true;
	}
	if (optind < argc)
		return usage_error("doctor", "%s is one argument too many", argv[optind]);
	if (json)
		doctor.checks = json_array();
	uname(&doctor.uname);
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](&doctor);
	print_sum(&doctor);
	netatop_close(doctor.nta);
	return doctor.count[PROBLEM] ? FAILED : DONE;
}
