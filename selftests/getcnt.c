// SPDX-License-Identifier: GPL-2.0
/*
 * getcnt - issues one getsockopt command of the module and prints what came back
 *
 *	getcnt [options] probe|force-gc|empty-exit|exit|tgid ID|pid ID|NUMBER ID
 *
 *	-n N	repeat N times (0: until a signal), -u	give up all privileges first
 *	-l LEN	the length given, -p null|bad	the buffer given, -q	a bad length pointer
 *	-r	a raw socket, as atop opens it, -x	the bytes of the buffer, too
 *	-T	began=NS ended=NS first, by the monotonic clock
 *
 * SIGUSR1 interrupts a blocked command: errno=EINTR, or what was read until then.
 * Built for 64 and for 32 bits, as the layout differs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"
#include "netatop.h"

#define AT(field, at64, at32) \
	_Static_assert(offsetof(struct netpertask, field) == (sizeof(long) == 8 ? (at64) : (at32)), #field)

AT(id, 0, 0);
AT(btime, 8, 4);
AT(command, 16, 8);
AT(tcpsndpacks, 32, 24);
AT(tcpsndbytes, 40, 32);
AT(tcprcvpacks, 48, 40);
AT(tcprcvbytes, 56, 48);
AT(udpsndpacks, 64, 56);
AT(udpsndbytes, 72, 64);
AT(udprcvpacks, 80, 72);
AT(udprcvbytes, 88, 80);
_Static_assert(sizeof(struct netpertask) == (sizeof(long) == 8 ? 96 : 88), "size");
_Static_assert(NETATOP_PROBE == 15661 && NETATOP_FORCE_GC == 15662 && NETATOP_EMPTY_EXIT == 15663 &&
	       NETATOP_GETCNT_EXIT == 15664 && NETATOP_GETCNT_TGID == 15665 &&
	       NETATOP_GETCNT_PID == 15666, "numbers");
_Static_assert(ATOP_GETCNT_EXIT == NETATOP_GETCNT_EXIT && ATOP_GETCNT_TGID == NETATOP_GETCNT_TGID &&
	       ATOP_GETCNT_PID == NETATOP_GETCNT_PID, "both spellings");

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
	interrupted = sig;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int command(const char *name)
{
	static const struct { const char *name; int number; } commands[] = {
		{ "probe", NETATOP_PROBE }, { "force-gc", NETATOP_FORCE_GC },
		{ "empty-exit", NETATOP_EMPTY_EXIT }, { "exit", NETATOP_GETCNT_EXIT },
		{ "tgid", NETATOP_GETCNT_TGID }, { "pid", NETATOP_GETCNT_PID },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].number;
	return atoi(name);
}

static void print(int cmd, const struct netpertask *t)
{
	if (cmd < NETATOP_GETCNT_EXIT) {
		puts("ret=0");
		return;
	}
	printf("id=%d btime=%lu command=%.16s tcpsndpacks=%llu tcpsndbytes=%llu tcprcvpacks=%llu "
	       "tcprcvbytes=%llu udpsndpacks=%llu udpsndbytes=%llu udprcvpacks=%llu udprcvbytes=%llu\n",
	       t->id, t->btime, t->command, t->tcpsndpacks, t->tcpsndbytes, t->tcprcvpacks,
	       t->tcprcvbytes, t->udpsndpacks, t->udpsndbytes, t->udprcvpacks, t->udprcvbytes);
}

int main(int argc, char **argv)
{
	/* No SA_RESTART: a blocked call has to come back. */
	struct sigaction action = { .sa_handler = interrupt };
	union { struct netpertask task; unsigned char bytes[256]; } buf;
	int c, fd, ret, cmd, raw = 0, unprivileged = 0, hex = 0, bad_len = 0, seconds = time_limit();
	int times = 0;
	long len = sizeof(buf.task), repeat = 1;
	void *ptr = &buf;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt(argc, argv, "n:l:p:t:qruxT")) != -1) {
		switch (c) {
		case 'n': repeat = atol(optarg); break;
		case 'l': len = atol(optarg); break;
		case 'p': ptr = *optarg == 'n' ? NULL : (void *)8; break;
		case 't': seconds = atoi(optarg); break;
		case 'q': bad_len = 1; break;
		case 'r': raw = 1; break;
		case 'u': unprivileged = 1; break;
		case 'x': hex = 1; break;
		case 'T': times = 1; break;
		default: return 2;
		}
	}
	if (optind == argc)
		return 2;
	cmd = command(argv[optind]);
	sigaction(SIGUSR1, &action, NULL);
	alarm(seconds);

	if (unprivileged && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))) {
		perror("getcnt: setresuid");
		return 2;
	}
	fd = raw ? socket(AF_INET, SOCK_RAW, IPPROTO_RAW) : socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0) {
		perror("getcnt: socket");
		return 2;
	}

	for (long i = 0; (!repeat || i < repeat) && !interrupted; i++) {
		socklen_t optlen = len;
		long long began = now();

		/* What the kernel does not write must stay as it is; see -x. */
		memset(&buf, 0xa5, sizeof(buf));
		if (optind + 1 < argc)
			buf.task.id = atoi(argv[optind + 1]);
		ret = getsockopt(fd, SOL_IP, cmd, ptr, bad_len ? (void *)8 : (void *)&optlen);
		if (ret) {
			if (!repeat && errno == EINTR)
				break;
			printf("errno=%s\n", strerrorname_np(errno));
			return 1;
		}
		if (times)
			printf("began=%lld ended=%lld ", began, now());
		if (hex) {
			printf("len=%u bytes=", optlen);
			for (size_t j = 0; j < sizeof(buf); j++)
				printf("%02x", buf.bytes[j]);
			puts("");
		} else {
			print(cmd, &buf.task);
		}
	}
	return 0;
}
