// SPDX-License-Identifier: GPL-2.0
/*
 * reuse - two processes that take turns with short-lived sockets on one port
 *
 *	reuse ADDR PORT TURNS PORTS
 *
 * In each turn one of them opens a socket, a third process sends a datagram of 100 bytes there from
 * a new socket of its own, is answered, and both sockets are closed: the next ones are likely to
 * get their memory. The third uses so many PORTS, one after the other; where that is fewer than there
 * are turns, a turn begins in another tick of the kernel's clock than the one before. Prints
 * "pids=FIRST,SECOND,CLIENT" and, when all is over, "done"; they stay until they are killed,
 * 900 seconds at most.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"

static struct addrinfo *ai;
static int turns;

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "reuse: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int client_socket(int port)
{
	struct sockaddr_storage own;
	int fd = socket(ai->ai_family, SOCK_DGRAM, 0);

	memcpy(&own, ai->ai_addr, ai->ai_addrlen);
	if (ai->ai_family == AF_INET6)
		((struct sockaddr_in6 *)&own)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&own)->sin_port = htons(port);
	if (fd < 0 || bind(fd, (void *)&own, ai->ai_addrlen))
		die("bind");
	return fd;
}

static void token(int fd, int give)
{
	char byte = 0;

	if ((give ? write(fd, &byte, 1) : read(fd, &byte, 1)) != 1)
		die("token");
}

static void serve(int go, int ready)
{
	struct sockaddr_storage peer;
	char buf[100];
	socklen_t len;
	int fd, i;

	for (i = 0; i < turns / 2; i++) {
		token(go, 0);
		len = sizeof(peer);
		fd = socket(ai->ai_family, SOCK_DGRAM, 0);
		if (fd < 0 || bind(fd, ai->ai_addr, ai->ai_addrlen))
			die("bind");
		token(ready, 1);
		if (recvfrom(fd, buf, sizeof(buf), 0, (void *)&peer, &len) != sizeof(buf))
			die("recvfrom");
		/* closed before the other side can ask for the next turn */
		if (sendto(fd, buf, sizeof(buf), 0, (void *)&peer, len) != sizeof(buf) || close(fd))
			die("sendto");
		token(ready, 1);
	}
	for (;;)
		pause();
}

static pid_t start(int *go, int *ready)
{
	int to[2], from[2];
	pid_t pid;

	if (pipe(to) || pipe(from))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(to[0], from[1]);
	}
	*go = to[1];
	*ready = from[0];
	return pid;
}

/* This clock is set at each tick. */
static void next_tick(void)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &begin);
	do {
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	} while (now.tv_sec == begin.tv_sec && now.tv_nsec == begin.tv_nsec);
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM,
	};
	int go[2], ready[2], ports, fd, i;
	pid_t pid[2];
	char buf[100] = "";

	if (argc != 5 || getaddrinfo(argv[1], argv[2], &hints, &ai)) {
		fprintf(stderr, "usage: reuse ADDR PORT TURNS PORTS\n");
		return 2;
	}
	alarm(time_limit());
	turns = atoi(argv[3]);
	ports = atoi(argv[4]);
	if (turns < 1 || ports < 1) {
		fprintf(stderr, "reuse: TURNS and PORTS are at least 1\n");
		return 2;
	}
	for (i = 0; i < 2; i++)
		pid[i] = start(&go[i], &ready[i]);
	printf("pids=%d,%d,%d\n", pid[0], pid[1], getpid());
	fflush(stdout);
	for (i = 0; i < turns; i++) {
		if (i >= ports)
			next_tick();
		token(go[i % 2], 1);
		token(ready[i % 2], 0);
		fd = client_socket(20000 + i % ports);
		if (sendto(fd, buf, sizeof(buf), 0, ai->ai_addr, ai->ai_addrlen) < 0 ||
		    recv(fd, buf, sizeof(buf), 0) < 0)
			die("sendto");
		close(fd);
		token(ready[i % 2], 0);
	}
	puts("done");
	fflush(stdout);
	for (;;)
		pause();
}
