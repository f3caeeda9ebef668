// SPDX-License-Identifier: GPL-2.0
/*
 * netatop - which process and thread owns the network's traffic
 */
#include "common.h"

#include "../netatopd/stdfds.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

const struct command commands[] = {
	{ "top", cmd_top, "live view of who uses the network; also without COMMAND", usage_top },
	{ "ps", cmd_ps, "processes or threads and their traffic", usage_ps },
	{ "exits", cmd_exits, "processes that have finished", usage_exits },
	{ "flows", cmd_flows, "connections and who has their ends", usage_flows },
	{ "books", cmd_books, "where all traffic is booked, and whether it adds up", usage_books },
	{ "scope", cmd_scope, "chooses what is left out of accounting", usage_scope },
	{ "tune", cmd_tune, "shows and sets the tunables of the module", usage_tune },
	{ "doctor", cmd_doctor, "checks all that is needed, and says what to do", usage_doctor },
	{ "version", cmd_version, "versions of this program and the module", usage_version },
};
const size_t command_count = sizeof(commands) / sizeof(*commands);

const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < command_count; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_help(void)
{
	size_t i;

	puts("Usage: netatop [-j] [COMMAND [OPTION...]]\n\nCommands, each with --help:");
	for (i = 0; i < command_count; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].summary);
	puts("\n  -j, --json     JSON instead of tables\n"
	     "  -h, --help     this\n"
	     "  -V, --version  the version\n\n"
	     "See netatop(8).");
}

static int help(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help();
		return DONE;
	}
	command = command_find(argv[1]);
	if (!command) {
		complain("there is no command %s; netatop --help lists them", argv[1]);
		return USAGE;
	}
	printf("Usage: netatop %s %s", command->name, command->usage);
	return DONE;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "version", no_argument, NULL, 'V' },
		{ }
	};
	const struct command *command;
	struct options opt = { };
	int c, i;

	if (!stdfds_open()) {
		complain("/dev/null: %s", strerror(errno));
		return FAILED;
	}
	setlocale(LC_CTYPE, "");
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:hjV", longs, NULL)) != -1) {
		switch (c) {
		case 'h':
			print_help();
			return flush_output(DONE);
		case 'j':
			opt.json = true;
			break;
		case 'V':
			puts("netatop " NETATOP_VERSION);
			return flush_output(DONE);
		default:
			complain("there is no option %s; see netatop --help", argv[optind - 1]);
			return USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	optind = 0;	/* getopt begins anew */
	if (!argc)
		return flush_output(cmd_top(1, (char *[]){ "top", NULL }, &opt));
	if (!strcmp(argv[0], "help"))
		return flush_output(help(argc, argv));
	command = command_find(argv[0]);
	if (!command) {
		complain("there is no command %s; netatop --help lists them", argv[0]);
		return USAGE;
	}
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return flush_output(help(2, (char *[]){ argv[0], argv[0], NULL }));
	return flush_output(command->run(argc, argv, &opt));
}
