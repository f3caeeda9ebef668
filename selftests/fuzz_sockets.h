/* SPDX-License-Identifier: GPL-2.0 */
/* What odd calls of getsockopt need: sockets of all kinds, memory of all kinds, and an end to those that wait. */
#ifndef FUZZ_SOCKETS_H
#define FUZZ_SOCKETS_H

#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>

#define PAGE 4096

static int fds[5];
static unsigned char *page;	/* and behind it, one that is not there */
static unsigned char *fixed;	/* two pages; the caller makes them such that can be read only */

static void wake(int sig)
{
	(void)sig;
}

/* 0, or -1 and errno */
static int open_sockets(void)
{
	fds[0] = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
	fds[2] = socket(AF_INET, SOCK_STREAM, 0);
	fds[3] = socket(AF_INET6, SOCK_DGRAM, 0);
	fds[4] = socket(AF_UNIX, SOCK_DGRAM, 0);
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fixed = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return fds[0] < 0 || page == MAP_FAILED || fixed == MAP_FAILED || munmap(page + PAGE, PAGE) ? -1 : 0;
}

/* Commands that wait are interrupted, again and again. setitimer() is alarm()'s timer. */
static void interrupt_each(long usec)
{
	struct itimerval tick = { .it_interval.tv_usec = usec, .it_value.tv_usec = usec };
	struct sigaction action = { .sa_handler = wake };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &tick, NULL);
}

#endif
