// SPDX-License-Identifier: GPL-2.0
/*
 * The network namespaces of the system: those that a process is in, and those
 * that ip netns has given a name.
 */
#include "netns.h"
#include "common.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/nsfs.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

#define NAMED	"/run/netns"
#define OWN	"/proc/thread-self/ns/net"

/* A walk: what is known so far. */
struct walk {
	netns_cb cb;
	void *data;
	int home;		/* file of the own one */
	uint32_t home_ino;
	uint32_t *seen;
	size_t count, room;
};

static int describe(struct netns *ns, uint32_t ino, bool own)
{
	socklen_t length = sizeof(ns->cookie);
	int err = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &ns->cookie, &length))
		err = -errno;
	close(fd);
	ns->ino = ino;
	ns->own = own;
	return err;
}

static bool remember(struct walk *walk, uint32_t ino)
{
	size_t i;

	for (i = 0; i < walk->count; i++)
		if (walk->seen[i] == ino)
			return false;
	if (walk->count == walk->room) {
		size_t room = walk->room ? 2 * walk->room : 64;
		uint32_t *grown = realloc(walk->seen, room * sizeof(*grown));

		if (!grown) {
			complain("out of memory");
			exit(FAILED);
		}
		walk->seen = grown;
		walk->room = room;
	}
	walk->seen[walk->count++] = ino;
	return true;
}

/* Go there, call, and come back. One that ends meanwhile is none. */
static int visit(struct walk *walk, const char *path)
{
	struct netns ns;
	struct statfs fs;
	struct stat st;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = errno == EACCES || errno == EPERM ? -errno : 0;
		/* EACCES is also said of a process that has just ended */
		return err && !lstat(path, &st) ? err : 0;
	}
	if (fstatfs(fd, &fs) || fs.f_type != NSFS_MAGIC || fstat(fd, &st) ||
	    ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET || !remember(walk, st.st_ino))
		goto out;
	if (setns(fd, CLONE_NEWNET)) {
		err = -errno;
		goto out;
	}
	err = describe(&ns, st.st_ino, st.st_ino == walk->home_ino);
	if (!err)
		err = walk->cb(&ns, walk->data);
	if (setns(walk->home, CLONE_NEWNET)) {
		complain("cannot come back to the own network namespace: %s", strerror(errno));
		exit(FAILED);
	}
out:
	close(fd);
	return err;
}

static int visit_directory(struct walk *walk, const char *name, const char *format)
{
	bool numbers = strstr(format, "%d");
	struct dirent *entry;
	char path[512];
	int err = 0;
	DIR *dir;

	dir = opendir(name);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || (numbers && !isdigit((unsigned char)*entry->d_name)))
			continue;
		if (numbers)
			snprintf(path, sizeof(path), format, atoi(entry->d_name));
		else
			snprintf(path, sizeof(path), format, entry->d_name);
		err = visit(walk, path);
	}
	closedir(dir);
	return err;
}

static int own_ino(int *fd, uint32_t *ino)
{
	struct stat st;

	*fd = open(OWN, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return -errno;
	if (fstat(*fd, &st)) {
		int err = -errno;

		close(*fd);
		return err;
	}
	*ino = st.st_ino;
	return 0;
}

/**
 * netns_own() - call for the own network namespace
 * @cb:	  what is called
 * @data: for @cb
 *
 * Return: what @cb returned, or a negative error number.
 */
int netns_own(netns_cb cb, void *data)
{
	struct netns ns;
	uint32_t ino;
	int fd, err;

	err = own_ino(&fd, &ino);
	if (err)
		return err;
	close(fd);
	err = describe(&ns, ino, true);
	return err ? err : cb(&ns, data);
}

/**
 * netns_all() - call for each network namespace, from within it
 * @cb:	  what is called; sockets that it opens stay in that namespace
 * @data: for @cb
 *
 * The own one is the first.  Each is called for once.
 *
 * Return: 0, what @cb returned that ended the walk, or a negative error number.
 */
int netns_all(netns_cb cb, void *data)
{
	struct walk walk = { .cb = cb, .data = data };
	int err;

	err = own_ino(&walk.home, &walk.home_ino);
	if (err)
		return err;
	err = visit(&walk, OWN);
	if (!err)
		err = visit_directory(&walk, "/proc", "/proc/%d/ns/net");
	if (!err)
		err = visit_directory(&walk, NAMED, NAMED "/%s");
	close(walk.home);
	free(walk.seen);
	return err;
}
