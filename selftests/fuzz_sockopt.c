// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_sockopt COUNT SEED - getsockopt and setsockopt as nobody would call them
 *
 * Commands and their neighbours, on sockets of all kinds, with lengths and pointers of all kinds. What is
 * asked for properly is checked: the answer is this process's, and not a byte is written behind it. The
 * commands that wait are interrupted. Says "tries=N accepted=N refused=N". Also built for 32 bits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "netatop.h"
#include "fuzz.h"
#include "fuzz_sockets.h"

#define GUARD 0xa5

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "fuzz_sockopt: %s (errno %d)\n", what, errno);
	exit(1);
}

static void *any_pointer(void)
{
	switch (fuzz_below(9)) {
	case 0: return NULL;
	case 1: return (void *)8;
	case 2: return (void *)-(intptr_t)(1 + fuzz_below(2 * PAGE));
	case 3: return (void *)(uintptr_t)(0xffff888000000000ull | fuzz_next());
	case 4: return page + PAGE + fuzz_below(PAGE);
	case 5: return page + PAGE - fuzz_below(200);
	case 6: return fixed + fuzz_below(PAGE);
	default: return page + fuzz_below(PAGE / 2);
	}
}

static socklen_t any_length(void)
{
	static const int odd[] = { 0, 1, 3, 4, 5, 95, 96, 97, 103, 104, 105, -1, INT_MIN, INT_MAX, PAGE, 65536 };

	return fuzz_below(3) ? fuzz_one_of(odd) : (int)fuzz_next();
}

/* Those that wait or collect are slow, so they come less often. */
static int any_command(void)
{
	switch (fuzz_below(64)) {
	case 0: return NETATOP_FORCE_GC;
	case 1: return NETATOP_EMPTY_EXIT;
	case 2: return NETATOP_GETCNT_EXIT;
	case 3: return fuzz_next();
	case 4: return NETATOP_BASE_CTL - 1;
	case 5: return NETATOP_BASE_CTL + 6;
	case 6: return NETATOP_PROBE;
	default: return fuzz_below(2) ? NETATOP_GETCNT_TGID : NETATOP_GETCNT_PID;
	}
}

/* What is asked for as it should be. */
static void check_answer(int fd)
{
	socklen_t want = sizeof(pid_t) + fuzz_below(2 * sizeof(struct netpertask)), len = want;
	struct netpertask *t = (void *)page;
	size_t i;

	memset(page, GUARD, PAGE);
	t->id = getpid();
	if (getsockopt(fd, SOL_IP, NETATOP_GETCNT_TGID, t, &len))
		die("a proper request is refused");
	if (len > want || len > sizeof(*t) || t->id != getpid())
		die("a wrong answer");
	for (i = len; i < PAGE; i++)
		if (page[i] != GUARD)
			die("bytes behind the answer");
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	long tries, accepted = 0, refused = 0;

	if (argc != 3)
		return 2;
	fuzz_seed(argv[2]);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (open_sockets() || mprotect(fixed, 2 * PAGE, PROT_READ) ||
	    sendto(fds[1], "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1)
		die("set-up");
	interrupt_each(3000);
	for (tries = 0; tries < atol(argv[1]); tries++) {
		int fd = fuzz_one_of(fds), level = fuzz_below(16) ? SOL_IP : (int)fuzz_below(300), ret;
		socklen_t len = any_length(), *lenp = &len;
		int cmd = any_command();

		if (!fuzz_below(8))
			lenp = any_pointer();
		if (!fuzz_below(16))
			ret = setsockopt(fd, SOL_IP, cmd, any_pointer(), len);
		else
			ret = getsockopt(fd, level, cmd, any_pointer(), lenp);
		if (ret)
			refused++;
		else
			accepted++;
		if (!fuzz_below(16))
			check_answer(fds[fuzz_below(3)]);
	}
	printf("tries=%ld accepted=%ld refused=%ld\n", tries, accepted, refused);
	return !accepted || !refused;
}
