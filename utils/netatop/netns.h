/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network namespaces of the system.
 */
#ifndef _NETATOP_NETNS_H
#define _NETATOP_NETNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct netns - a network namespace
 * @ino:    inode number of its file
 * @cookie: what SO_NETNS_COOKIE returns for its sockets
 * @own:    it is the one that this program was started in
 */
struct netns {
	uint32_t ino;
	uint64_t cookie;
	bool own;
};

typedef int (*netns_cb)(const struct netns *ns, void *data);

int netns_own(netns_cb cb, void *data);
int netns_all(netns_cb cb, void *data);

#endif /* _NETATOP_NETNS_H */
