/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ends of the benchmark's flows: sockets at two addresses, which may be in two network
 * namespaces.
 */
#ifndef ENDS_H
#define ENDS_H

#include <sys/socket.h>

struct pair {
	int a, b;
};

struct end {
	struct sockaddr_storage addr;
	socklen_t len;
	int ns;		/* its network namespace, -1 for our own */
	int port;	/* the next one, of the listener at B */
};

extern struct end end_a, end_b;
extern int is_udp, segment, listener;

void end_init(struct end *end, const char *addr, const char *netns, int port);
const struct sockaddr *end_at(struct end *end, int port);
int end_open(struct end *end, int port);
void listener_open(void);
void pair_open(struct pair *pair);

#endif
