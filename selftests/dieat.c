// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into netatopd: kills it right before the Nth call, N being DIE_AT, that changes what
 * others or the next netatopd will find.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void count(void)
{
	static long left;
	const char *at = left ? NULL : getenv("DIE_AT");

	if (at)
		left = atol(at);
	if (--left == 0)
		kill(getpid(), SIGKILL);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	count();
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

int ftruncate(int fd, off_t size)
{
	count();
	return syscall(SYS_ftruncate, fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
	count();
	return syscall(SYS_fallocate, fd, mode, offset, size);
}

int rename(const char *from, const char *to)
{
	count();
	return syscall(SYS_rename, from, to);
}

int unlink(const char *path)
{
	count();
	return syscall(SYS_unlink, path);
}

int semop(int id, struct sembuf *ops, size_t n)
{
	count();
	return syscall(SYS_semop, id, ops, n);
}

/* Requests to the module, which take off the list what is in the log. */
ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
	       socklen_t len)
{
	count();
	return syscall(SYS_sendto, fd, data, size, flags, to, len);
}
