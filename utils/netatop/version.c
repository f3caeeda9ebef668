// SPDX-License-Identifier: GPL-2.0
/*
 * netatop version: of the program, the module, and what they speak.
 */
#include "common.h"
#include "json.h"

#include <getopt.h>

const char usage_version[] =
	"[-j]\n\n"
	"Shows the versions of this program, of the module, if it is loaded and this user\n"
	"may know, and of the protocol that each of them speaks.\n\n"
	"  -j, --json  JSON\n";

int cmd_version(int argc, char **argv, const struct options *opt)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	struct netatop_books books = { };
	unsigned int protocol = 0;
	bool json = opt->json;
	struct netatop *nta;
	json_t *object;
	int c;

	while ((c = getopt_long(argc, argv, ":j", longs, NULL)) != -1) {
		if (c != 'j')
			return option_error("version", c, argv);
		json = true;
	}
	if (optind < argc)
		return usage_error("version", "%s is one argument too many", argv[optind]);
	if (!netatop_open(&nta, NETATOP_OPEN_UNLOADED)) {
		if (netatop_get_books(nta, &books))
			*books.version = 0;
		protocol = netatop_family_version(nta);
		netatop_close(nta);
	}
	if (!json) {
		printf("netatop %s, protocol %u\n", NETATOP_VERSION, NETATOP_FAMILY_VERSION);
		if (*books.version)
			printf("module %s, protocol %u\n", books.version, protocol);
		else if (protocol)
			printf("module loaded, protocol %u; its version is for root only\n", protocol);
		else
			printf("module not loaded\n");
		return DONE;
	}
	object = json_object();
	json_put_text(object, "program", NETATOP_VERSION);
	json_put_u64(object, "program_protocol", NETATOP_FAMILY_VERSION);
	json_put(object, "module", *books.version ? json_string(books.version) : json_null());
	json_put(object, "module_protocol", protocol ? json_integer(protocol) : json_null());
	json_print(object);
	return DONE;
}
