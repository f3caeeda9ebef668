// SPDX-License-Identifier: GPL-2.0
/*
 * Who has the log open, and how far they have read, by /proc.
 *
 * Everybody may open the log, but only root can be a reader that is waited for:
 * the semaphores are for nobody else. Otherwise any user could keep the log from
 * ever getting shorter.
 */
#include "readers.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What keeps a process from being looked at, other than that it has gone. */
static bool is_refused(int err)
{
	return err != ENOENT && err != ESRCH;
}

/* An atop that is set-user-ID root reads for the user who has started it. */
static bool runs_atop(const char *pid)
{
	char path[64], name[PATH_MAX];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/exe", pid);
	n = readlink(path, name, sizeof(name) - 1);
	if (n < 0)
		return is_refused(errno);
	name[n] = '\0';
	base = strrchr(name, '/');
	return !strncmp(base ? base + 1 : name, "atop", 4);
}

/*
 * The real user tells who has started it: that of su, which waits for a password with
 * all files of its caller open, is not root.
 */
static bool can_read(const char *pid, struct readers *readers)
{
	unsigned int real = 0, effective = 0, saved = 0;
	char path[64], line[256];
	FILE *status;
	int found = 0;

	snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	status = fopen(path, "re");
	if (!status) {
		readers->hidden |= is_refused(errno);
		return false;
	}
	while (!found && fgets(line, sizeof(line), status))
		found = sscanf(line, "Uid: %u %u %u", &real, &effective, &saved) == 3;
	fclose(status);
	if (!found)
		return false;
	return !real || ((!effective || !saved) && runs_atop(pid));
}

/*
 * Files of the same number are on other file systems, too. Asked is what is known
 * already: a server that is down would never answer.
 */
static bool is_log(const char *pid, const char *fd, const struct stat *log)
{
	char path[64];
	struct statx st;

	snprintf(path, sizeof(path), "/proc/%.20s/fd/%.20s", pid, fd);
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_INO, &st))
		return is_refused(errno);
	return st.stx_ino == log->st_ino && st.stx_dev_major == major(log->st_dev) &&
	       st.stx_dev_minor == minor(log->st_dev);
}

static void look_at_file(const char *pid, const char *fd, const struct stat *log,
			 struct readers *readers)
{
	unsigned long long pos = 0, ino = 0;
	char path[64], line[256];
	FILE *info;

	snprintf(path, sizeof(path), "/proc/%.20s/fdinfo/%.20s", pid, fd);
	info = fopen(path, "re");
	if (!info) {
		readers->hidden |= is_refused(errno);
		return;
	}
	while (!ino && fgets(line, sizeof(line), info))
		if (sscanf(line, "pos: %llu", &pos) != 1)
			sscanf(line, "ino: %llu", &ino);
	fclose(info);
	if (ino != log->st_ino || !is_log(pid, fd, log))
		return;
	readers->count++;
	if (pos < readers->least)
		readers->least = pos;
}

static void look_at(const char *pid, const struct stat *log, struct readers *readers)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	if (!can_read(pid, readers))
		return;
	/* unlike fd, it needs no more than CAP_SYS_PTRACE */
	snprintf(path, sizeof(path), "/proc/%.20s/fdinfo", pid);
	dir = opendir(path);
	if (!dir) {
		readers->hidden |= is_refused(errno);
		return;
	}
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			look_at_file(pid, entry->d_name, log, readers);
	closedir(dir);
}

/**
 * readers_find() - find all readers that have a file open
 * @fd:	     the file
 * @readers: set
 */
void readers_find(int fd, struct readers *readers)
{
	struct dirent *entry;
	struct stat log;
	DIR *proc;

	*readers = (struct readers){ .least = UINT64_MAX };
	proc = opendir("/proc");
	if (!proc || fstat(fd, &log)) {
		readers->hidden = true;
		if (proc)
			closedir(proc);
		return;
	}
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)*entry->d_name) && atoi(entry->d_name) != getpid())
			look_at(entry->d_name, &log, readers);
	closedir(proc);
}
