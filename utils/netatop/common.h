/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the subcommands of netatop share.
 */
#ifndef _NETATOP_COMMON_H
#define _NETATOP_COMMON_H

#include <libnetatop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* How a command ends. */
enum {
	DONE	= 0,
	FAILED	= 1,	/* it could not be done, or something is wrong */
	USAGE	= 2,	/* it was not understood */
};

/* What can be said before the subcommand. */
struct options {
	bool json;
};

/**
 * struct command - a subcommand
 * @name:    its name
 * @run:     does it; argv[0] is the name
 * @summary: in one line
 * @usage:   what follows the name, and its options, for --help
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv, const struct options *opt);
	const char *summary;
	const char *usage;
};

int cmd_books(int argc, char **argv, const struct options *opt);
int cmd_doctor(int argc, char **argv, const struct options *opt);
int cmd_exits(int argc, char **argv, const struct options *opt);
int cmd_flows(int argc, char **argv, const struct options *opt);
int cmd_ps(int argc, char **argv, const struct options *opt);
int cmd_scope(int argc, char **argv, const struct options *opt);
int cmd_top(int argc, char **argv, const struct options *opt);
int cmd_tune(int argc, char **argv, const struct options *opt);
int cmd_version(int argc, char **argv, const struct options *opt);

extern const char usage_books[], usage_doctor[], usage_exits[], usage_flows[], usage_ps[];
extern const char usage_scope[], usage_top[], usage_tune[], usage_version[];

extern const struct command commands[];
extern const size_t command_count;

const struct command *command_find(const char *name);

/* Errors go to stderr, with the name of the program in front. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage_error(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int option_error(const char *command, int c, char **argv);
int explain(int err, const char *text, unsigned int version, const char *what);
struct netatop *open_module(void);
unsigned int version_of_module(void);
int flush_output(int status);

/* The highest process id. */
#define PID_MOST	4194304

/* Arguments; false if they are not what they should be. */
bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *value);
bool parse_seconds(const char *text, double *value);
bool parse_user(const char *text, uid_t *uid);

/*
 * Names.  A task can be called anything: what goes to a terminal or a file has
 * control characters, those that turn text around and what is not UTF-8 replaced.
 */
#define CLEAN_SIZE(n)	(3 * (n) + 1)
char *clean_text(const char *text, char *buf, size_t size);
char *valid_text(const char *text, char *buf, size_t size);
bool starts(const char *text, const char *with);
bool ends(const char *text, const char *with);
const char *user_name(uid_t uid);

/* Containers and systemd units: unit.c */
bool task_unit(const struct netatop_task *task, char *buf, size_t size);
bool process_unit(pid_t tgid, char *buf, size_t size);
bool unit_of_cgroup(const char *path, char *buf, size_t size);

/* Figures. */
uint64_t counter_bytes(const struct netatop_counters *c);
uint64_t counter_packets(const struct netatop_counters *c);
void counters_sub(struct netatop_counters *from, const struct netatop_counters *what);
char *format_bytes(uint64_t bytes, char *buf, size_t size);
double now_seconds(void);

#endif /* _NETATOP_COMMON_H */
