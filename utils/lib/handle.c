// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opening and closing a handle, and what it can say of itself.
 */
#include "handle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A page takes about twice its size of the receive buffer. */
#define ROOM (4 * NETATOP_PAGE_SIZE)

int nta_begin(struct netatop *nta)
{
	if (nta->busy)
		return -EBUSY;
	nta->busy = true;
	nta->text[0] = '\0';
	return 0;
}

int nta_end(struct netatop *nta, int ret)
{
	nta->busy = false;
	if (ret == -EBADMSG && !nta->text[0])
		nta_fail(nta, ret, "the answer makes no sense");
	return ret;
}

int nta_fail(struct netatop *nta, int err, const char *text)
{
	snprintf(nta->text, sizeof(nta->text), "%s", text);
	return err;
}

/* Never less than the system gives by itself. */
static void make_room(int fd)
{
	socklen_t len = sizeof(int);
	int has = 0, wanted = ROOM;

	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &has, &len) || has >= wanted)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
}

static int open_socket(struct netatop *nta)
{
	int on = 1;

	nta->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nta->sock)
		return -errno;
	if (mnl_socket_bind(nta->sock, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	/* Texts with errors, and errors without the request. */
	if (mnl_socket_setsockopt(nta->sock, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    mnl_socket_setsockopt(nta->sock, NETLINK_CAP_ACK, &on, sizeof(on)))
		return -errno;
	make_room(mnl_socket_get_fd(nta->sock));
	return 0;
}

NTA_PUBLIC int netatop_open(struct netatop **handle, unsigned int flags)
{
	struct nta_family family;
	struct netatop *nta;
	int err;

	*handle = NULL;
	if (flags & ~NETATOP_OPEN_UNLOADED)
		return -EINVAL;
	nta = calloc(1, sizeof(*nta));
	if (!nta)
		return -ENOMEM;
	err = open_socket(nta);
	if (!err)
		err = nta_find_module(nta, &family);
	if (!err)
		nta->id = family.id;
	if (flags & NETATOP_OPEN_UNLOADED && (err == -ENODEV || err == -EPROTONOSUPPORT))
		err = 0;
	if (err) {
		netatop_close(nta);
		return err;
	}
	nta->text[0] = '\0';
	*handle = nta;
	return 0;
}

NTA_PUBLIC void netatop_close(struct netatop *nta)
{
	if (!nta)
		return;
	if (nta->sock)
		mnl_socket_close(nta->sock);
	free(nta->taken);
	free(nta);
}

NTA_PUBLIC const char *netatop_error_text(const struct netatop *nta)
{
	return nta->text;
}

NTA_PUBLIC unsigned int netatop_family_version(const struct netatop *nta)
{
	return nta->version;
}

NTA_PUBLIC uint64_t netatop_load_cookie(const struct netatop *nta)
{
	return nta->head.cookie;
}

NTA_PUBLIC uint64_t netatop_walk_time(const struct netatop *nta)
{
	return nta->head.time;
}
