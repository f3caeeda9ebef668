// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_text COUNT SEED - text that nobody would write, to the tunables by either of their doors
 *
 * A write that is refused changes nothing; one that is accepted can be read again; and the two doors say
 * the same, always. All is as before in the end. Says "tries=N accepted=N refused=N".
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "fuzz.h"
#include "limit.h"

#define SYSFS "/sys/kernel/netatop"
#define PARAMETERS "/sys/module/netatop/parameters"
#define MAX 32

static struct {
	char name[256];
	char first[64];
} tunables[MAX];
static int count;

__attribute__((noreturn))
static void die(const char *what, const char *name)
{
	fprintf(stderr, "fuzz_text: %s: %s (errno %d)\n", name, what, errno);
	exit(1);
}

static int open_one(const char *dir, const char *name, int flags)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags);
	if (fd < 0)
		die("open", path);
	return fd;
}

static void get(const char *dir, const char *name, char value[64])
{
	int fd = open_one(dir, name, O_RDONLY);
	ssize_t len = read(fd, value, 63);

	if (len <= 0)
		die("read", name);
	value[len] = 0;
	close(fd);
}

static void find(void)
{
	DIR *dir = opendir(PARAMETERS);
	struct dirent *entry;

	if (!dir)
		die("opendir", PARAMETERS);
	while ((entry = readdir(dir)) && count < MAX) {
		if (*entry->d_name == '.')
			continue;
		snprintf(tunables[count].name, sizeof(tunables[count].name), "%s", entry->d_name);
		get(SYSFS, entry->d_name, tunables[count].first);
		count++;
	}
	closedir(dir);
	if (count < 5)
		die("too few tunables", PARAMETERS);
}

static size_t any_text(char *text, size_t size)
{
	static const char *const words[] = {
		"", "\n", "0", "1", "-1", "on", "off", "auto", "ON", "on\n\n", " 5", "5 ", "0x10", "010", "1e3", "+7",
		"4294967295", "4294967296", "18446744073709551615", "18446744073709551616", "99999999999999999999",
		"2147483647", "2147483648", "60", "64", "100", "1000", "65536", "1048576", "5\n6", "5,6", "%s%n", "n", "y",
	};
	size_t len = 0, i;

	switch (fuzz_below(4)) {
	case 0:
		len = fuzz_below(64) ? fuzz_below(24) : fuzz_below(size);
		for (i = 0; i < len; i++)
			text[i] = fuzz_next();
		return len;
	case 1:
		return snprintf(text, size, "%lld\n", (long long)(int32_t)fuzz_next() >> fuzz_below(32));
	default:
		strcpy(text, fuzz_one_of(words));
		len = strlen(text);
	}
	/* with an odd byte in it, at times a NUL */
	if (!fuzz_below(3)) {
		i = fuzz_below(len + 1);
		text[i] = fuzz_below(2) ? 0 : (char)fuzz_next();
		len = i == len ? len + 1 : len;
	}
	return len;
}

int main(int argc, char **argv)
{
	static char text[8192];
	long tries, accepted = 0, refused = 0;
	int i;

	if (argc != 3)
		return 2;
	fuzz_seed(argv[2]);
	alarm(time_limit());
	find();
	for (tries = 0; tries < atol(argv[1]); tries++) {
		const char *dir = fuzz_below(2) ? SYSFS : PARAMETERS, *name = tunables[i = fuzz_below(count)].name;
		char before[64], after[64], other[64];
		size_t len = any_text(text, sizeof(text));
		int fd = open_one(dir, name, O_WRONLY);
		ssize_t ret;

		get(SYSFS, name, before);
		ret = fuzz_below(16) ? write(fd, text, len) : pwrite(fd, text, len, fuzz_below(5000));
		close(fd);
		get(SYSFS, name, after);
		get(PARAMETERS, name, other);
		if (strcmp(after, other))
			die("the two doors do not agree", name);
		if (ret < 0 && strcmp(before, after))
			die("a refused value was taken", name);
		if (ret < 0)
			refused++;
		else
			accepted++;
	}
	for (i = 0; i < count; i++) {
		int fd = open_one(SYSFS, tunables[i].name, O_WRONLY);

		if (write(fd, tunables[i].first, strlen(tunables[i].first)) < 0)
			die("cannot be set back", tunables[i].name);
		close(fd);
	}
	printf("tries=%ld accepted=%ld refused=%ld\n", tries, accepted, refused);
	return !accepted || !refused;
}
