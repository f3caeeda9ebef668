// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "ends.h"

#include <err.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

struct end end_a, end_b;
int is_udp, segment, listener = -1;

void end_init(struct end *end, const char *addr, const char *netns, int port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *res;
	char path[300];

	if (getaddrinfo(addr, NULL, &hints, &res))
		errx(1, "%s: no address", addr);
	end->len = res->ai_addrlen;
	memcpy(&end->addr, res->ai_addr, end->len);
	freeaddrinfo(res);

	end->port = port;
	end->ns = -1;
	if (!netns)
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	end->ns = open(path, O_RDONLY | O_CLOEXEC);
	if (end->ns < 0)
		err(1, "%s", path);
}

/* The port is at the same place for IPv4 and IPv6. */
const struct sockaddr *end_at(struct end *end, int port)
{
	((struct sockaddr_in *)&end->addr)->sin_port = htons(port);
	return (struct sockaddr *)&end->addr;
}

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		err(1, "setsockopt %d", name);
}

int end_open(struct end *end, int port)
{
	int fd;

	if (end->ns >= 0 && setns(end->ns, CLONE_NEWNET))
		err(1, "setns");
	fd = socket(end->addr.ss_family, is_udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd < 0)
		err(1, "socket");
	if (!is_udp)
		set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, end_at(end, port), end->len))
		err(1, "bind");
	if (is_udp && segment) {
		set(fd, SOL_UDP, UDP_SEGMENT, segment);
		set(fd, SOL_UDP, UDP_GRO, 1);
	}
	return fd;
}

void listener_open(void)
{
	listener = end_open(&end_b, end_b.port);
	if (!is_udp && listen(listener, 128))
		err(1, "listen");
}

/* UDP: both are connected. */
void pair_open(struct pair *pair)
{
	int port = end_a.port++;

	if (is_udp) {
		pair->b = end_open(&end_b, ++end_b.port);
		pair->a = end_open(&end_a, port);
		if (connect(pair->b, end_at(&end_a, port), end_a.len) ||
		    connect(pair->a, end_at(&end_b, end_b.port), end_b.len))
			err(1, "connect");
		return;
	}
	pair->a = end_open(&end_a, port);
	set(pair->a, IPPROTO_TCP, TCP_NODELAY, 1);
	if (connect(pair->a, end_at(&end_b, end_b.port), end_b.len))
		err(1, "connect");
	pair->b = accept(listener, NULL, NULL);
	if (pair->b < 0)
		err(1, "accept");
	set(pair->b, IPPROTO_TCP, TCP_NODELAY, 1);
}
