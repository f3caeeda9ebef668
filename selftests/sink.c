// SPDX-License-Identifier: GPL-2.0
/*
 * sink - a socket whose owner never sends, and somebody who sends to it
 *
 *	sink udp ADDR PORT		lets datagrams pile up
 *	sink udp-many ADDR PORT		the same, its socket is the thousandth open file
 *	sink udp-shared ADDR PORT	the same, with a child that has the socket, too
 *	sink udp-reader ADDR PORT	reads datagrams
 *	sink tcp ADDR PORT		accepts a connection and leaves it alone until SIGUSR1
 *	sink tcp-reader ADDR PORT	reads what it brings, until its end
 *	sink mptcp-reader ADDR PORT	the same for MPTCP
 *	sink udp-send ADDR PORT COUNT SIZE
 *	sink tcp-send ADDR PORT SIZE	in one write, then stays connected
 *	sink mptcp-send ADDR PORT SIZE
 *
 * Each prints "ready" when the other side may begin, or "sent" when it has, and stays until it is
 * killed, after 900 seconds at the latest.  A shared one prints "child=PID" first.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int protocol;

static int open_socket(const char *addr, const char *port, int type, int passive)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = type,
	};
	struct addrinfo *ai;
	int fd;

	if (getaddrinfo(addr, port, &hints, &ai))
		die("address");
	fd = socket(ai->ai_family, type, protocol);
	if (fd < 0)
		die("socket");
	if (passive ? bind(fd, ai->ai_addr, ai->ai_addrlen) :
		      connect(fd, ai->ai_addr, ai->ai_addrlen))
		die(passive ? "bind" : "connect");
	freeaddrinfo(ai);
	return fd;
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static void receive(int fd)
{
	char buf[2048];

	while (recv(fd, buf, sizeof(buf), 0) > 0)
		;
}

static void share(void)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (!child) {
		alarm(time_limit());
		for (;;)
			pause();
	}
	printf("child=%d\n", child);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 3 ? argv[1] : "";
	int fd, i, sig;
	sigset_t set;
	char *buf;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarm(time_limit());
	if (!strncmp(mode, "mptcp-", 6)) {
		protocol = IPPROTO_MPTCP;
		mode += 2;
	}
	if (!strcmp(mode, "udp") || !strcmp(mode, "udp-many") || !strcmp(mode, "udp-shared") ||
	    !strcmp(mode, "udp-reader")) {
		if (!strcmp(mode, "udp-many")) {
			do {
				fd = dup(STDIN_FILENO);
			} while (fd >= 0 && fd < 998);
			if (fd < 0)
				die("dup");
		}
		fd = open_socket(argv[2], argv[3], SOCK_DGRAM, 1);
		if (!strcmp(mode, "udp-shared"))
			share();
		say("ready");
		if (!strcmp(mode, "udp-reader"))
			receive(fd);
	} else if (!strcmp(mode, "tcp") || !strcmp(mode, "tcp-reader")) {
		fd = open_socket(argv[2], argv[3], SOCK_STREAM, 1);
		if (listen(fd, 1))
			die("listen");
		say("ready");
		fd = accept(fd, NULL, NULL);
		if (fd < 0)
			die("accept");
		say("accepted");
		if (!strcmp(mode, "tcp"))
			sigwait(&set, &sig);
		receive(fd);
		close(fd);
	} else if (!strcmp(mode, "udp-send") && argc == 6) {
		fd = open_socket(argv[2], argv[3], SOCK_DGRAM, 0);
		buf = calloc(1, atoi(argv[5]));
		for (i = 0; i < atoi(argv[4]); i++)
			if (send(fd, buf, atoi(argv[5]), 0) != atoi(argv[5]))
				die("send");
		say("sent");
	} else if (!strcmp(mode, "tcp-send") && argc == 5) {
		fd = open_socket(argv[2], argv[3], SOCK_STREAM, 0);
		buf = calloc(1, atoi(argv[4]));
		if (write(fd, buf, atoi(argv[4])) != atoi(argv[4]))
			die("write");
		say("sent");
	} else {
		fprintf(stderr, "sink: bad arguments\n");
		return 2;
	}
	for (;;)
		pause();
}
