// SPDX-License-Identifier: GPL-2.0
/*
 * ftp - both ends of an FTP session with one transfer, as far as a conntrack helper reads it
 *
 *	ftp serve ADDR PORT COUNT	COUNT sessions, one after the other
 *	ftp get ADDR PORT COMMAND	COMMAND is PASV, EPSV, PORT or EPRT
 *
 * Each prints the lines that came, and the transfers. The server prints "ready" first, and uses port
 * 20 for the connections that it makes. Ends after 900 seconds at the latest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

#define TRANSFER 5000

union addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "ftp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static socklen_t length(const union addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) : sizeof(addr->in6);
}

static union addr address(const char *text, int port)
{
	union addr addr = { .in.sin_family = AF_INET };

	errno = EINVAL;
	if (inet_pton(AF_INET, text, &addr.in.sin_addr) != 1) {
		addr.sa.sa_family = AF_INET6;
		if (inet_pton(AF_INET6, text, &addr.in6.sin6_addr) != 1)
			die(text);
	}
	addr.in.sin_port = htons(port);		/* at the same place in both */
	return addr;
}

static const char *name(const union addr *addr)
{
	static char text[INET6_ADDRSTRLEN];
	const void *from = &addr->in.sin_addr;

	if (addr->sa.sa_family == AF_INET6)
		from = &addr->in6.sin6_addr;
	return inet_ntop(addr->sa.sa_family, from, text, sizeof(text));
}

static union addr own(int fd)
{
	union addr addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, &addr.sa, &len))
		die("getsockname");
	return addr;
}

static int bound(const union addr *addr)
{
	int fd = socket(addr->sa.sa_family, SOCK_STREAM, 0), one = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &addr->sa, length(addr)))
		die("bind");
	return fd;
}

static int listener(union addr addr, int port)
{
	int fd;

	addr.in.sin_port = htons(port);
	fd = bound(&addr);
	if (listen(fd, 10))
		die("listen");
	return fd;
}

static int accepted(int fd)
{
	int conn = accept(fd, NULL, NULL);

	if (conn < 0)
		die("accept");
	return conn;
}

/* One line, without its end; false at the end of the session. */
static int hear(int fd, char *line, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && recv(fd, line + n, 1, 0) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	line[strcspn(line, "\r")] = '\0';
	if (n)
		printf("heard: %s\n", line);
	return n > 0;
}

__attribute__((format(printf, 2, 3)))
static void say(int fd, const char *fmt, ...)
{
	char line[200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	memcpy(line + n, "\r\n", 2);
	if (send(fd, line, n + 2, MSG_NOSIGNAL) != n + 2)
		die("send");
}

static void transfer(int fd)
{
	char data[TRANSFER] = "";

	if (send(fd, data, sizeof(data), MSG_NOSIGNAL) != sizeof(data))
		die("transfer");
	close(fd);
}

static void receive(int fd)
{
	union addr peer;
	socklen_t len = sizeof(peer);
	char data[TRANSFER];
	ssize_t n;
	long sum = 0;

	if (getpeername(fd, &peer.sa, &len))
		die("getpeername");
	while ((n = recv(fd, data, sizeof(data), 0)) > 0)
		sum += n;
	printf("transfer: %ld bytes from %s, result %zd\n", sum, name(&peer), n);
	close(fd);
}

/* The command that names the address of a listener, or the answer that does. */
static void tell(int control, int fd, const char *command)
{
	union addr addr = own(fd);
	const unsigned char *ip = (void *)&addr.in.sin_addr;
	int port = ntohs(addr.in.sin_port);

	if (!strcmp(command, "PASV"))
		say(control, "227 Entering Passive Mode (%d,%d,%d,%d,%d,%d).", ip[0], ip[1], ip[2],
		    ip[3], port >> 8, port & 255);
	else if (!strcmp(command, "EPSV"))
		say(control, "229 Entering Extended Passive Mode (|||%d|)", port);
	else if (!strcmp(command, "PORT"))
		say(control, "PORT %d,%d,%d,%d,%d,%d", ip[0], ip[1], ip[2], ip[3], port >> 8,
		    port & 255);
	else
		say(control, "EPRT |%d|%s|%d|", addr.sa.sa_family == AF_INET ? 1 : 2, name(&addr), port);
}

/* What was told, in a line that was heard. */
static union addr told(const char *line, const union addr *peer)
{
	int a, b, c, d, high, low, port;
	char text[INET6_ADDRSTRLEN];
	const char *paren = strchr(line, '(');

	if (paren)
		line = paren + 1;
	else
		line += 5;
	if (sscanf(line, "%d,%d,%d,%d,%d,%d", &a, &b, &c, &d, &high, &low) == 6) {
		snprintf(text, sizeof(text), "%d.%d.%d.%d", a & 255, b & 255, c & 255, d & 255);
		return address(text, high << 8 | low);
	}
	if (sscanf(line, "|||%d|", &port) == 1)
		return address(name(peer), port);
	errno = EBADMSG;
	if (sscanf(line, "|%*d|%45[^|]|%d|", text, &port) != 2)
		die(line);
	return address(text, port);
}

static void join(int fd, const union addr *addr)
{
	if (connect(fd, &addr->sa, length(addr)))
		die("connect");
}

static void session(int control)
{
	union addr here = own(control), there;
	char line[200];
	int fd, data;

	say(control, "220 ready");
	while (hear(control, line, sizeof(line))) {
		if (!strcmp(line, "PASV") || !strcmp(line, "EPSV")) {
			fd = listener(here, 0);
			tell(control, fd, line);
			data = accepted(fd);
			close(fd);
		} else if (!strncmp(line, "PORT ", 5) || !strncmp(line, "EPRT ", 5)) {
			there = told(line, NULL);
			here.in.sin_port = htons(20);
			data = bound(&here);
			join(data, &there);
			say(control, "200 connected");
		} else if (!strncmp(line, "USER ", 5)) {
			say(control, "230 welcome");
			continue;
		} else {
			say(control, "221 bye");
			break;
		}
		transfer(data);
		say(control, "226 done");
	}
	close(control);
}

static void get(const union addr *server, const char *command)
{
	int control = socket(server->sa.sa_family, SOCK_STREAM, 0), fd, active;
	union addr there;
	char line[200];

	if (control < 0)
		die("socket");
	join(control, server);
	hear(control, line, sizeof(line));
	/* a helper looks for commands behind the end of a line */
	say(control, "USER anonymous");
	hear(control, line, sizeof(line));
	active = !strcmp(command, "PORT") || !strcmp(command, "EPRT");
	if (active) {
		fd = listener(own(control), 0);
		tell(control, fd, command);
		hear(control, line, sizeof(line));
		receive(accepted(fd));
	} else {
		say(control, "%s", command);
		hear(control, line, sizeof(line));
		there = told(line, server);
		fd = socket(there.sa.sa_family, SOCK_STREAM, 0);
		join(fd, &there);
		receive(fd);
	}
	hear(control, line, sizeof(line));
	say(control, "QUIT");
	while (hear(control, line, sizeof(line)))
		;
}

int main(int argc, char **argv)
{
	union addr addr;
	int fd, i;

	alarm(time_limit());
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 5 && !strcmp(argv[1], "serve")) {
		addr = address(argv[2], atoi(argv[3]));
		fd = listener(addr, atoi(argv[3]));
		puts("ready");
		for (i = 0; i < atoi(argv[4]); i++)
			session(accepted(fd));
	} else if (argc == 5 && !strcmp(argv[1], "get")) {
		addr = address(argv[2], atoi(argv[3]));
		get(&addr, argv[4]);
	} else {
		fprintf(stderr, "ftp: bad arguments\n");
		return 2;
	}
	return 0;
}
