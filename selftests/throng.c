// SPDX-License-Identifier: GPL-2.0
/*
 * throng - a great many processes that use the network
 *
 *	throng PROCESSES PORT
 *
 * Each sends one datagram of 9 bytes to this port of 127.0.0.1, and stays. Prints "ready" when all
 * have done so. They end with the first one, which stays 900 seconds at the most. They share their
 * memory and the socket, which makes them cheap.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

#define STACK 8192

static struct sockaddr_in to = { .sin_family = AF_INET };
static int out, sent, failed;

static int member(void *arg)
{
	(void)arg;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sendto(out, "netatop!", 9, 0, (struct sockaddr *)&to, sizeof(to)) != 9)
		failed = 1;
	__atomic_add_fetch(&sent, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	int processes = argc == 3 ? atoi(argv[1]) : 0;
	char *stacks;

	if (processes <= 0) {
		fprintf(stderr, "usage: throng PROCESSES PORT\n");
		return 2;
	}
	alarm(time_limit());
	to.sin_port = htons(atoi(argv[2]));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	out = socket(AF_INET, SOCK_DGRAM, 0);
	stacks = mmap(NULL, (size_t)processes * STACK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (out < 0 || stacks == MAP_FAILED) {
		perror("throng");
		return 1;
	}
	for (int i = 0; i < processes; i++)
		if (clone(member, stacks + (size_t)(i + 1) * STACK, CLONE_VM | SIGCHLD, NULL) < 0) {
			perror("throng: clone");
			return 1;
		}
	while (__atomic_load_n(&sent, __ATOMIC_SEQ_CST) < processes)
		usleep(1000);
	if (failed) {
		fprintf(stderr, "throng: a datagram was not sent\n");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
