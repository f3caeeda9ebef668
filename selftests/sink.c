// SPDX-License-Identifier: GPL-2.0
/*
 * sink - a socket whose owner never sends, and somebody who sends to it
 *
 *	sink udp ADDR PORT		receives datagrams for ever
 *	sink udp-many ADDR PORT		the same, its socket is the thousandth open file
 *	sink udp-shared ADDR PORT	the same, with a child that has the socket, too
 *	sink tcp ADDR PORT		accepts a connection and leaves it alone
 *	sink udp-send ADDR PORT COUNT SIZE
 *	sink tcp-send ADDR PORT SIZE	in one write, then stays connected
 *
 * Each prints "ready" when the other side may begin, or "sent" when it has, and stays until it is
 * killed, after 300 seconds at the latest.  A shared one prints "child=PID" first.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

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
	fd = socket(ai->ai_family, type, 0);
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

	say("ready");
	while (recv(fd, buf, sizeof(buf), 0) >= 0)
		;
	die("recv");
}

static void share(int fd)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (!child) {
		alarm(300);
		for (;;)
			pause();
	}
	printf("child=%d\n", child);
	receive(fd);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 3 ? argv[1] : "";
	char *buf;
	int fd, i;

	alarm(300);
	if (!strcmp(mode, "udp")) {
		receive(open_socket(argv[2], argv[3], SOCK_DGRAM, 1));
	} else if (!strcmp(mode, "udp-many")) {
		do {
			fd = dup(STDIN_FILENO);
		} while (fd >= 0 && fd < 998);
		if (fd < 0)
			die("dup");
		receive(open_socket(argv[2], argv[3], SOCK_DGRAM, 1));
	} else if (!strcmp(mode, "udp-shared")) {
		share(open_socket(argv[2], argv[3], SOCK_DGRAM, 1));
	} else if (!strcmp(mode, "tcp")) {
		fd = open_socket(argv[2], argv[3], SOCK_STREAM, 1);
		if (listen(fd, 1))
			die("listen");
		say("ready");
		if (accept(fd, NULL, NULL) < 0)
			die("accept");
		say("accepted");
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
