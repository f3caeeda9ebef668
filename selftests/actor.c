// SPDX-License-Identifier: GPL-2.0
/*
 * actor - does with sockets what it is told, so that a test says who does what, and when
 *
 *	actor COMMANDS ANSWERS		two FIFOs
 *
 * It reads lines of commands, with semicolons between, and writes one word for each line: "ok", the
 * name of an error (what follows in the line is left out), or the number that was asked for. What
 * it does by itself is nothing. N is the number of a socket, 0 to 99:
 *
 *	tcp4 N, tcp6 N, udp4 N, udp6 N		a new socket
 *	set N OPTION VALUE			see options[]
 *	bind N ADDR PORT, connect N ADDR PORT
 *	listen N, accept N LISTENER
 *	send N SIZE				all of it in one call
 *	to N ADDR PORT SIZE			a datagram
 *	recv N SIZE				until there is so much of a stream; one datagram
 *	eof N					until the other side has closed
 *	reply N SIZE				to whom the last datagram came from
 *	shut N, close N				shut: for writing
 *	queued N				how many bytes are not acknowledged
 *	drained N				until there are none
 *	exit
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"

#define SOCKETS	100
#define BUFFER	(8 << 20)

static int sockets[SOCKETS];
static char *buf;
static long answer;
static struct sockaddr_storage from;	/* whom the last datagram came from */
static socklen_t from_len;

static const struct { const char *name; int level, option; } options[] = {
	{ "reuse", SOL_SOCKET, SO_REUSEADDR },
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
	{ "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUFFORCE },
	{ "keepidle", IPPROTO_TCP, TCP_KEEPIDLE },
	{ "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL },
	{ "nodelay", IPPROTO_TCP, TCP_NODELAY },
	{ "quickack", IPPROTO_TCP, TCP_QUICKACK },
	{ "linger", SOL_SOCKET, SO_LINGER },
};

static int set_option(int fd, const char *name, int value)
{
	struct linger linger = { .l_onoff = 1, .l_linger = value };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strcmp(name, options[i].name))
			continue;
		if (options[i].option == SO_LINGER && options[i].level == SOL_SOCKET)
			return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		return setsockopt(fd, options[i].level, options[i].option, &value, sizeof(value));
	}
	errno = ENOPROTOOPT;
	return -1;
}

static int with_address(const char *verb, int fd, const char *addr, const char *port, long size)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai;
	int ret;

	errno = EDESTADDRREQ;
	if (getaddrinfo(addr, port, &hints, &ai))
		return -1;
	if (*verb == 'b')
		ret = bind(fd, ai->ai_addr, ai->ai_addrlen);
	else if (*verb == 'c')
		ret = connect(fd, ai->ai_addr, ai->ai_addrlen);
	else
		ret = sendto(fd, buf, size, 0, ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(ai);
	return ret;
}

static int receive(int fd, long size)
{
	long got = 0, n;

	while (got < size) {
		from_len = sizeof(from);
		n = recvfrom(fd, buf, size - got, 0, (struct sockaddr *)&from, &from_len);
		if (n <= 0) {
			errno = n ? errno : ENODATA;
			return -1;
		}
		got += n;
	}
	return 0;
}

static int until_eof(int fd)
{
	long n;

	do {
		n = recv(fd, buf, BUFFER, 0);
	} while (n > 0);
	return n;
}

static int unacknowledged(int fd)
{
	int n = -1;

	return ioctl(fd, SIOCOUTQ, &n) ? -1 : n;
}

static int until_drained(int fd)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	int n;

	while ((n = unacknowledged(fd)) > 0)
		nanosleep(&ms, NULL);
	return n;
}

static int new_socket(const char *what)
{
	return socket(what[3] == '6' ? AF_INET6 : AF_INET,
		      *what == 't' ? SOCK_STREAM : SOCK_DGRAM, 0);
}

static int closed(int *fd)
{
	int ret = close(*fd);

	*fd = -1;
	return ret;
}

/* Less than 0 is an error, with errno set. */
static long run(char *command)
{
	char *word[5] = { "", "", "", "", "" }, *rest = command;
	int n, *fd;

	for (n = 0; n < 5; n++) {
		char *next = strtok_r(n ? NULL : command, " ", &rest);

		if (!next)
			break;
		word[n] = next;
	}
	n = atoi(word[1]);
	errno = EINVAL;
	if (n < 0 || n >= SOCKETS)
		return -1;
	fd = &sockets[n];

	if (!strcmp(word[0], "tcp4") || !strcmp(word[0], "tcp6") ||
	    !strcmp(word[0], "udp4") || !strcmp(word[0], "udp6"))
		return *fd = new_socket(word[0]);
	if (!strcmp(word[0], "set"))
		return set_option(*fd, word[2], atoi(word[3]));
	if (!strcmp(word[0], "bind") || !strcmp(word[0], "connect") || !strcmp(word[0], "to"))
		return with_address(word[0], *fd, word[2], word[3], atol(word[4]));
	if (!strcmp(word[0], "listen"))
		return listen(*fd, 16);
	if (!strcmp(word[0], "accept"))
		return *fd = accept(sockets[atoi(word[2]) % SOCKETS], NULL, NULL);
	if (!strcmp(word[0], "send"))
		return send(*fd, buf, atol(word[2]), MSG_NOSIGNAL) == atol(word[2]) ? 0 : -1;
	if (!strcmp(word[0], "reply"))
		return sendto(*fd, buf, atol(word[2]), 0, (struct sockaddr *)&from, from_len);
	if (!strcmp(word[0], "recv"))
		return receive(*fd, atol(word[2]));
	if (!strcmp(word[0], "eof"))
		return until_eof(*fd);
	if (!strcmp(word[0], "shut"))
		return shutdown(*fd, SHUT_WR);
	if (!strcmp(word[0], "close"))
		return closed(fd);
	if (!strcmp(word[0], "queued"))
		return answer = unacknowledged(*fd);
	if (!strcmp(word[0], "drained"))
		return until_drained(*fd);
	if (!strcmp(word[0], "exit"))
		exit(0);
	return -1;
}

int main(int argc, char **argv)
{
	FILE *commands, *answers;
	char line[1024], *part, *rest;

	alarm(time_limit());
	/* open both ways: neither waits for the other end, and none of them ever ends */
	commands = argc == 3 ? fopen(argv[1], "r+") : NULL;
	answers = commands ? fopen(argv[2], "r+") : NULL;
	buf = calloc(1, BUFFER);
	if (!answers || !buf) {
		perror("actor");
		return 2;
	}
	while (fgets(line, sizeof(line), commands)) {
		long ret = 0;

		answer = -1;
		line[strcspn(line, "\n")] = '\0';
		for (part = strtok_r(line, ";", &rest); part && ret >= 0;
		     part = strtok_r(NULL, ";", &rest))
			ret = run(part);
		if (ret < 0)
			fprintf(answers, "%s\n", strerrorname_np(errno));
		else if (answer >= 0)
			fprintf(answers, "%ld\n", answer);
		else
			fputs("ok\n", answers);
		fflush(answers);
	}
	return 1;
}
