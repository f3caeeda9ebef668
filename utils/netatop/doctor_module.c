// SPDX-License-Identifier: GPL-2.0
/*
 * netatop doctor: the module.
 */
#include "doctor.h"
#include "books.h"
#include "common.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define LOADED		"/sys/module/netatop"

/* Inode number of the initial user namespace, the same in all kernels. */
#define INITIAL_USERNS	"user:[4026531837]"
#define CAP_NET_ADMIN	12

static bool has_capability(void)
{
	char line[256], ns[64] = "";
	bool has = false;
	uint64_t caps;
	FILE *file;

	if (readlink("/proc/self/ns/user", ns, sizeof(ns) - 1) > 0 && strcmp(ns, INITIAL_USERNS))
		return false;
	file = fopen("/proc/self/status", "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %" SCNx64, &caps) == 1)
			has = caps >> CAP_NET_ADMIN & 1;
	fclose(file);
	return has;
}

void check_capability(struct doctor *doctor)
{
	if (has_capability())
		found(doctor, FINE, "capability", NULL,
		      "CAP_NET_ADMIN in the initial user namespace");
	else
		found(doctor, PROBLEM, "capability",
		      "Run it as root, outside of containers.",
		      "CAP_NET_ADMIN in the initial user namespace is missing: the module does not answer");
}

/* What modinfo says of the module that is installed for the running kernel. */
static bool installed(const struct doctor *doctor, const char *field, char *buf, size_t size)
{
	char *argv[] = {
		"modinfo", "-k", (char *)doctor->uname.release, "-F", (char *)field, "netatop", NULL
	};

	if (!output_of(argv, buf, size))
		return false;
	buf[strcspn(buf, "\n")] = 0;
	return *buf;
}

/* Kernels that it is installed for, whether they run or not. */
static void other_kernels(char *buf, size_t size)
{
	static const char *const patterns[] = {
		"/lib/modules/*/updates/netatop.ko*", "/lib/modules/*/updates/dkms/netatop.ko*",
		"/lib/modules/*/extra/netatop.ko*",
	};
	size_t i, k, used = 0;
	glob_t paths;

	*buf = 0;
	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		if (glob(patterns[i], 0, NULL, &paths))
			continue;
		for (k = 0; k < paths.gl_pathc && used < size; k++) {
			const char *release = paths.gl_pathv[k] + strlen("/lib/modules/");

			used += snprintf(buf + used, size - used, "%s%.*s", used ? ", " : "",
					 (int)strcspn(release, "/"), release);
		}
		globfree(&paths);
	}
}

static void not_loaded(struct doctor *doctor)
{
	const char *release = doctor->uname.release;
	char buf[256], advice[320];

	if (installed(doctor, "filename", buf, sizeof(buf))) {
		found(doctor, PROBLEM, "module",
		      "Load it with: modprobe netatop; at each boot: echo netatop > /etc/modules-load.d/netatop.conf",
		      "it is installed for this kernel, and not loaded");
		return;
	}
	other_kernels(buf, sizeof(buf));
	if (*buf) {
		snprintf(advice, sizeof(advice),
			 "Build it for this kernel: dkms autoinstall, or install linux-headers-%s, then make and make install.",
			 release);
		found(doctor, PROBLEM, "module", advice,
		      "it is not installed for this kernel, %s, but for %s", release, buf);
		return;
	}
	found(doctor, PROBLEM, "module",
	      "Install it: with dkms, or make and make install in its sources.",
	      "it is neither loaded nor installed");
}

/* Loaded by hand, or another build is installed: not what comes after a boot. */
static void compare_installed(struct doctor *doctor)
{
	char on_disk[64], loaded[64];

	if (!installed(doctor, "srcversion", on_disk, sizeof(on_disk)))
		found(doctor, WARNING, "installed",
		      "Install it with make install or dkms, or it is missing after the next boot.",
		      "the module is loaded, but not installed for this kernel, %s",
		      doctor->uname.release);
	else if (first_line(LOADED "/srcversion", loaded, sizeof(loaded)) &&
		 strcmp(on_disk, loaded))
		found(doctor, WARNING, "installed",
		      "Replace the one that is loaded: rmmod netatop && modprobe netatop",
		      "the module that is loaded is another build than the one installed");
	else
		found(doctor, FINE, "installed", NULL, "for this kernel, %s",
		      doctor->uname.release);
}

void check_module(struct doctor *doctor)
{
	int err = netatop_open(&doctor->nta, 0);
	unsigned int version;

	if (err == -ENODEV && access(LOADED, F_OK)) {
		not_loaded(doctor);
		return;
	}
	if (err == -ENODEV || err == -EPROTONOSUPPORT) {
		version = err == -ENODEV ? 0 : version_of_module();
		found(doctor, PROBLEM, "module",
		      version > NETATOP_FAMILY_VERSION ?
		      "Install the programs of the same release as the module." :
		      "Replace it by the one of this release: rmmod netatop && modprobe netatop",
		      "the one that is loaded speaks version %u of the protocol, and this program version %u",
		      version, NETATOP_FAMILY_VERSION);
		return;
	}
	if (!err)
		err = netatop_get_books(doctor->nta, &doctor->books);
	doctor->answers = !err;
	if (err == -EPERM)
		found(doctor, FINE, "module", NULL, "it is loaded; it answers to root only");
	else if (err)
		found(doctor, PROBLEM, "module", NULL, "it is loaded, and does not answer: %s",
		      strerror(-err));
	else
		found(doctor, FINE, "module", NULL, "version %s is loaded and answers",
		      doctor->books.version);
	compare_installed(doctor);
}

void check_books(struct doctor *doctor)
{
	struct balance balance;
	int err;

	if (!doctor->answers)
		return;
	err = books_read(doctor->nta, &balance);
	if (err)
		found(doctor, PROBLEM, "books", NULL, "they cannot be read: %s", strerror(-err));
	else if (balance.balanced)
		found(doctor, FINE, "books", NULL, "every packet is booked");
	else
		found(doctor, PROBLEM, "books",
		      "Look at netatop books; if it stays so, it is a fault of the module: report it.",
		      "they do not balance");
}

static void check_overflow(struct doctor *doctor, uint64_t overflow, const char *what,
			   const char *tunable)
{
	char advice[256];

	snprintf(advice, sizeof(advice), "Raise it, at once: netatop tune %s=NUMBER; for each load: options netatop %s=NUMBER in /etc/modprobe.d/netatop.conf",
		 tunable, tunable);
	if (overflow)
		found(doctor, WARNING, tunable, advice,
		      "%" PRIu64 " times there was no room for %s", overflow, what);
	else
		found(doctor, FINE, tunable, NULL, "there was always room for %s", what);
}

void check_room(struct doctor *doctor)
{
	if (!doctor->answers)
		return;
	check_overflow(doctor, doctor->books.stats.record_overflow,
		       "processes, threads and unowned sockets", "max_records");
	check_overflow(doctor, doctor->books.stats.socket_overflow,
		       "sockets outside of connection tracking", "max_sockets");
}

/* Some is always nobody's: what comes for closed ports. */
#define MUCH		0.05
#define ENOUGH_TO_JUDGE	10000

void check_owners(struct doctor *doctor)
{
	uint64_t all = 0, nobody = 0;
	uint32_t i;

	if (!doctor->answers)
		return;
	for (i = 0; i < doctor->books.count; i++) {
		const struct netatop_book *book = &doctor->books.book[i];

		if (!strcmp(book->name, "total"))
			all = counter_packets(&book->counters);
		if (!strcmp(book->name, "unidentified"))
			nobody = counter_packets(&book->counters);
	}
	if (all >= ENOUGH_TO_JUDGE && nobody > MUCH * all)
		found(doctor, WARNING, "owners",
		      "\"Unowned packets\" in netatop(4) says why there can be none.",
		      "%.1f %% of %" PRIu64 " packets have no owner", 100.0 * nobody / all, all);
	else
		found(doctor, FINE, "owners", NULL,
		      "%" PRIu64 " of %" PRIu64 " packets have none", nobody, all);
}
