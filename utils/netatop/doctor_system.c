// SPDX-License-Identifier: GPL-2.0
/*
 * netatop doctor: what is around the module.
 */
#include "doctor.h"
#include "common.h"
#include "netatopd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONNTRACK	"/proc/sys/net/netfilter/nf_conntrack_"

/* Per cent of the table; where it is full, connections are refused. */
#define FULL	95
#define TIGHT	80

static bool read_figure(const char *path, uint64_t *value)
{
	char line[64];

	return first_line(path, line, sizeof(line)) && parse_number(line, 0, UINT64_MAX, value);
}

void check_conntrack(struct doctor *doctor)
{
	uint64_t count, max, share;
	char advice[128];

	if (!read_figure(CONNTRACK "count", &count) || !read_figure(CONNTRACK "max", &max)) {
		found(doctor, FINE, "conntrack", NULL,
		      "connection tracking is not there; the module has a table of its own");
		return;
	}
	if (!max) {
		found(doctor, FINE, "conntrack", NULL, "%" PRIu64 " entries, without a limit", count);
		return;
	}
	share = count * 100 / max;
	snprintf(advice, sizeof(advice), "Raise it: sysctl -w net.netfilter.nf_conntrack_max=%" PRIu64,
		 2 * (count > max ? count : max));
	found(doctor, share >= FULL ? PROBLEM : share >= TIGHT ? WARNING : FINE, "conntrack",
	      share >= TIGHT ? advice : NULL,
	      "%" PRIu64 " of %" PRIu64 " entries are in use in this network namespace, %" PRIu64 " %%%s",
	      count, max, share, share >= FULL ? ": new connections are dropped" : "");
}

void check_netatopd(struct doctor *doctor)
{
	bool log = !access(NETATOPD_LOG, R_OK);

	if (netatopd_runs() && log)
		found(doctor, FINE, "netatopd", NULL, "it is running");
	else if (netatopd_runs())
		found(doctor, WARNING, "netatopd", "Restart it: systemctl restart netatopd",
		      "it is running, and its log %s is missing", NETATOPD_LOG);
	else
		found(doctor, WARNING, "netatopd",
		      "Start it if you use atop: systemctl enable --now netatopd",
		      "it is not running: atop does not show what finished processes sent and received");
}

/* An option of LOGOPTS in a file that a shell reads. */
static bool logs_with(const char *path, char option, bool *exists)
{
	bool has = false;
	char line[512];
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (!starts(line, "LOGOPTS="))
			continue;
		*exists = true;
		has = strchr(line, option);
	}
	fclose(file);
	return has;
}

void check_atop(struct doctor *doctor)
{
	static const char *const files[] = { "/etc/default/atop", "/etc/sysconfig/atop" };
	char *version_argv[] = { "atop", "-V", NULL }, *help_argv[] = { "atop", "-h", NULL };
	char version[256], usage[8192], *words, advice[128];
	size_t i;

	if (!output_of(version_argv, version, sizeof(version))) {
		found(doctor, FINE, "atop", NULL, "it is not installed");
		return;
	}
	words = starts(version, "Version: ") ? version + strlen("Version: ") : version;
	words[strcspn(words, " \n")] = 0;
	output_of(help_argv, usage, sizeof(usage));
	/* before there was this option, it always looked for the module */
	if (!strstr(usage, " -K ")) {
		found(doctor, FINE, "atop", NULL, "version %s looks for the module by itself", words);
		return;
	}
	found(doctor, FINE, "atop", NULL,
	      "version %s looks for the module if it is started as: atop -K", words);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		bool exists = false;

		if (logs_with(files[i], 'K', &exists) || !exists)
			continue;
		snprintf(advice, sizeof(advice), "Write LOGOPTS=\"-K\" there: %s", files[i]);
		found(doctor, WARNING, "atop log", advice,
		      "atop's log in the background is without the network use of processes");
	}
}
