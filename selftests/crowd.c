// SPDX-License-Identifier: GPL-2.0
/*
 * crowd - a great many processes with a great many open files
 *
 *	crowd PROCESSES FILES [shared]
 *
 * Prints "ready" when they are all there. They do nothing, and end with the first one, which stays
 * 900 seconds at the most. Each is a process with a table of files of its own, or all share one;
 * half of it are sockets. They share their memory, which makes them cheap.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

#define STACK	4096

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int stay(void *arg)
{
	(void)arg;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	long processes = argc > 2 ? atol(argv[1]) : 0, files = argc > 2 ? atol(argv[2]) : 0;
	int shared = argc > 3 ? CLONE_FILES : 0;
	int null = open("/dev/null", O_RDWR), sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct rlimit limit;
	char *stacks;

	alarm(time_limit());
	getrlimit(RLIMIT_NOFILE, &limit);
	/* some more have been inherited */
	if (files + 64 > (long)limit.rlim_cur) {
		limit.rlim_cur = limit.rlim_max = files + 64;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			die("so many files");
	}
	/* their status is nobody's concern */
	signal(SIGCHLD, SIG_IGN);
	if (null < 0 || sock < 0)
		die("files");
	/* these two and the first three are open, too */
	for (long i = 5; i < files; i++)
		if (dup(i % 2 ? null : sock) < 0)
			die("dup");
	stacks = mmap(NULL, processes * STACK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stacks == MAP_FAILED)
		die("mmap");
	for (long i = 0; i < processes; i++)
		if (clone(stay, stacks + (i + 1) * STACK, CLONE_VM | shared | SIGCHLD, NULL) < 0)
			die("clone");
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
