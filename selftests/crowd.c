// SPDX-License-Identifier: GPL-2.0
/*
 * crowd - many processes with many open files
 *
 *	crowd PROCESSES FILES
 *
 * They share the memory of the first one, so that they fit into a small machine, but each has a
 * table of files of its own. Says "ready" when all are there; they go with the first one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define STACK 8192

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

__attribute__((noreturn))
static int one(void *arg)
{
	(void)arg;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int processes = argc == 3 ? atoi(argv[1]) : 0;
	int files = argc == 3 ? atoi(argv[2]) : 0;
	struct rlimit limit = { files + 64, files + 64 };
	char *stacks;
	int i;

	if (processes <= 0 || files <= 0) {
		fprintf(stderr, "usage: crowd PROCESSES FILES\n");
		return 2;
	}
	alarm(300);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
	for (i = 3; i < files; i++)
		if (dup(STDIN_FILENO) < 0)
			die("dup");
	stacks = mmap(NULL, (size_t)processes * STACK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stacks == MAP_FAILED)
		die("mmap");
	for (i = 0; i < processes; i++)
		if (clone(one, stacks + (size_t)(i + 1) * STACK, CLONE_VM | SIGCHLD, NULL) < 0)
			die("clone");
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
