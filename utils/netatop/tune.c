// SPDX-License-Identifier: GPL-2.0
/*
 * netatop tune: the tunables of the module, in /sys/kernel/netatop.
 */
#include "common.h"
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char usage_tune[] =
	"[-j] [NAME[=VALUE]...]\n\n"
	"Shows all tunables, or those that are named, and sets those that have a VALUE,\n"
	"until the module is unloaded.  netatop(4) says what they mean.\n\n"
	"  -j, --json  JSON\n";

#define DIRECTORY	"/sys/kernel/netatop/"
#define MOST		64

struct tunables {
	struct netatop_tunable tunable[MOST];
	size_t count;
};

static int collect(const struct netatop_tunable *tunable, void *data)
{
	struct tunables *all = data;

	if (all->count < MOST)
		all->tunable[all->count++] = *tunable;
	return 0;
}

static int read_tunables(struct tunables *all)
{
	struct netatop *nta = open_module();
	int err;

	if (!nta)
		return -1;
	all->count = 0;
	err = netatop_walk_tunables(nta, collect, all);
	if (err)
		explain(err, netatop_error_text(nta), netatop_family_version(nta),
			"the tunables");
	netatop_close(nta);
	return err;
}

static const struct netatop_tunable *find(const struct tunables *all, const char *name,
					  size_t length)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (strlen(all->tunable[i].name) == length &&
		    !memcmp(all->tunable[i].name, name, length))
			return &all->tunable[i];
	return NULL;
}

/* What it can be set to. */
static const char *range(const struct netatop_tunable *tunable, char *buf, size_t size)
{
	if (!strcmp(tunable->name, "conntrack"))
		return "auto or on";
	if (!strcmp(tunable->name, "scope_label"))
		snprintf(buf, size, "off, or 0 to %" PRId64, tunable->highest);
	else
		snprintf(buf, size, "%" PRId64 " to %" PRId64, tunable->lowest, tunable->highest);
	return buf;
}

static int set(const struct netatop_tunable *tunable, const char *value)
{
	char path[sizeof(DIRECTORY) + NETATOP_NAME_SIZE], buf[64];
	char clean[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), DIRECTORY "%s", tunable->name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, *value ? value : "\n", *value ? strlen(value) : 1) < 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	if (!err)
		return 0;
	if (err == ERANGE || err == EINVAL)
		complain("%s cannot be set to '%s': it takes %s", tunable->name,
			 clean_text(value, clean, sizeof(clean)), range(tunable, buf, sizeof(buf)));
	else
		complain("%s: %s", path, strerror(err));
	return -1;
}

static json_t *json_tunable(const struct netatop_tunable *tunable)
{
	json_t *object = json_object();

	json_put_text(object, "name", tunable->name);
	json_put(object, "value", json_integer(tunable->value));
	json_put_text(object, "text", tunable->text);
	json_put(object, "lowest", json_integer(tunable->lowest));
	json_put(object, "highest", json_integer(tunable->highest));
	return object;
}

static void show(const struct tunables *all, char **names, int count, bool json)
{
	json_t *array = json ? json_array() : NULL;
	char buf[64];
	size_t i;
	int k;

	for (i = 0; i < all->count; i++) {
		const struct netatop_tunable *tunable = &all->tunable[i];
		size_t length = strlen(tunable->name);

		for (k = 0; k < count; k++)
			if (strcspn(names[k], "=") == length &&
			    !memcmp(names[k], tunable->name, length))
				break;
		if (count && k == count)
			continue;
		if (json)
			json_array_append_new(array, json_tunable(tunable));
		else
			printf("%-16s %-10s  %s\n", tunable->name, tunable->text,
			       range(tunable, buf, sizeof(buf)));
	}
	if (json) {
		json_t *object = json_object();

		json_put(object, "tunables", array);
		json_print(object);
	}
}

int cmd_tune(int argc, char **argv, const struct options *opt)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	bool json = opt->json, changed = false;
	static struct tunables all;
	int c, i, status = DONE;

	while ((c = getopt_long(argc, argv, ":j", longs, NULL)) != -1) {
		if (c != 'j')
			return option_error("tune", c, argv);
		json = true;
	}
	if (read_tunables(&all))
		return FAILED;
	/* all names are known before anything is set */
	for (i = optind; i < argc; i++)
		if (!find(&all, argv[i], strcspn(argv[i], "=")))
			return usage_error("tune", "there is no tunable %.*s",
					   (int)strcspn(argv[i], "="), argv[i]);
	for (i = optind; i < argc; i++) {
		size_t length = strcspn(argv[i], "=");

		if (!argv[i][length])
			continue;
		changed = true;
		if (set(find(&all, argv[i], length), argv[i] + length + 1))
			status = FAILED;
	}
	if (changed && read_tunables(&all))
		return FAILED;
	show(&all, argv + optind, argc - optind, json);
	return status;
}
