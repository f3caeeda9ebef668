// SPDX-License-Identifier: GPL-2.0
/*
 * The conntrack label of flows that are left out.
 */
#include "scope_label.h"
#include "common.h"
#include "netns.h"
#include "scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#define TUNABLE	"/sys/kernel/netatop/scope_label"

static int take_label(const struct netatop_tunable *tunable, void *data)
{
	int *label = data;
	uint64_t number;

	if (strcmp(tunable->name, "scope_label"))
		return 0;
	*label = LABEL_OFF;
	if (parse_number(tunable->text, 0, SCOPE_LABELS - 1, &number))
		*label = number;
	return 0;
}

/**
 * label_get() - read the tunable scope_label
 * @label:  set to the label, LABEL_OFF, or LABEL_UNKNOWN
 * @needed: say why, if it cannot be read
 *
 * Return: 0, or FAILED.
 */
int label_get(int *label, bool needed)
{
	struct netatop *nta;
	int err;

	*label = LABEL_UNKNOWN;
	if (needed) {
		nta = open_module();
		if (!nta)
			return FAILED;
	} else if (netatop_open(&nta, 0)) {
		return FAILED;
	}
	err = netatop_walk_tunables(nta, take_label, label);
	if (err && needed)
		explain(err, netatop_error_text(nta), netatop_family_version(nta),
			"the tunable scope_label");
	netatop_close(nta);
	if (err)
		return FAILED;
	if (*label == LABEL_UNKNOWN && needed) {
		complain("the module is too old: it has no tunable scope_label");
		return FAILED;
	}
	return 0;
}

/**
 * label_set() - write the tunable scope_label
 * @label: the label, or LABEL_OFF
 *
 * Return: 0, or FAILED: it has been said why.
 */
int label_set(int label)
{
	int fd = open(TUNABLE, O_WRONLY | O_CLOEXEC);
	char text[16];
	int err = 0;

	snprintf(text, sizeof(text), label == LABEL_OFF ? "off" : "%d", label);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	if (!err)
		return 0;
	complain(TUNABLE ": %s", strerror(err));
	return FAILED;
}

/**
 * label_name() - does a label have a name, so that others may use it
 * @label: the label
 * @buf:   set to the name
 * @size:  of @buf
 *
 * Return: whether it has.
 */
bool label_name(unsigned int label, char *buf, size_t size)
{
	static const char *const files[] = {
		"/etc/connlabel.conf", "/etc/xtables/connlabel.conf",
		"/etc/nftables/connlabel.conf",
	};
	char line[512], name[512];
	bool found = false;
	unsigned int bit;
	FILE *file;
	size_t i;

	for (i = 0; !found && i < sizeof(files) / sizeof(*files); i++) {
		file = fopen(files[i], "re");
		if (!file)
			continue;
		while (!found && fgets(line, sizeof(line), file))
			found = sscanf(line, "%u %511s", &bit, name) == 2 && bit == label;
		fclose(file);
	}
	if (found)
		snprintf(buf, size, "%s", name);
	return found;
}

struct look {
	unsigned int label;
	struct label_users *users;
};

static int look_for_table(const struct netns *ns, void *data)
{
	struct scope_state state = { 0 };
	const struct look *look = data;
	struct mnl_socket *nl;
	int err;

	nl = scope_socket();
	if (!nl)
		return -errno;
	err = scope_read_table(nl, &state);
	mnl_socket_close(nl);
	if (!err && state.ours && state.label == look->label) {
		look->users->ino = ns->ino;
		look->users->was_off |= state.was_off;
	}
	return err;
}

/**
 * label_users() - which network namespaces have a table that sets a label
 * @label: the label
 * @users: where it is put
 *
 * Return: 0, or a negative error number.
 */
int label_users(unsigned int label, struct label_users *users)
{
	struct look look = { label, users };

	memset(users, 0, sizeof(*users));
	return netns_all(look_for_table, &look);
}
