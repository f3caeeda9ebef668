// SPDX-License-Identifier: GPL-2.0
/*
 * stream - sends a stream to a server, and may leave it
 *
 *	stream write|keepalive ADDR PORT BYTES
 *
 * "keepalive" asks for a probe each second. Prints "sent" when all has been handed to the kernel. On
 * SIGUSR1 it closes the connection and prints "closed". It stays until SIGTERM, 300 seconds at most.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 1000

static char buf[CHUNK];

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long least(long a, long b)
{
	return a < b ? a : b;
}

static void by_write(int fd, long left)
{
	ssize_t n;

	for (; left; left -= n) {
		n = write(fd, buf, least(left, CHUNK));
		if (n <= 0)
			die("write");
	}
}

static void keep_alive(int fd)
{
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof(one)))
		die("SO_KEEPALIVE");
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *ai;
	sigset_t set;
	int fd, sig;

	if (argc != 5 || (strcmp(argv[1], "write") && strcmp(argv[1], "keepalive")) ||
	    getaddrinfo(argv[2], argv[3], &hints, &ai)) {
		fprintf(stderr, "usage: stream write|keepalive ADDR PORT BYTES\n");
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarm(300);

	fd = socket(ai->ai_family, SOCK_STREAM, IPPROTO_TCP);
	if (fd < 0 || connect(fd, ai->ai_addr, ai->ai_addrlen))
		die("connect");
	if (!strcmp(argv[1], "keepalive"))
		keep_alive(fd);
	by_write(fd, atol(argv[4]));
	puts("sent");
	fflush(stdout);
	while (!sigwait(&set, &sig) && sig != SIGTERM) {
		close(fd);
		puts("closed");
		fflush(stdout);
	}
	return 0;
}
