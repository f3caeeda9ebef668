// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events.  One socket is in the module's group and in that of the controller,
 * which tells when families come and go.  When it does, and when messages were
 * lost, the state is looked up; so it does not matter what exactly was told, and
 * how often.
 */
#include "handle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONTROLLER "nlctrl"
#define CONTROLLER_GROUP "notify"

/**
 * struct netatop_events - a listener
 * @nta:   handle, to look up families with, and for its text
 * @sock:  the socket that is polled
 * @id:	   of the module's family; 0: the module is not loaded
 * @check: look whether the module has come or gone
 * @err:   to be returned when all has been told
 * @at:	   where the next message is in @buf
 * @len:   how much is left from there
 * @buf:   what was received
 */
struct netatop_events {
	struct netatop *nta;
	struct mnl_socket *sock;
	uint16_t id;
	bool check;
	int err;
	size_t at;
	int len;
	char buf[NETATOP_PAGE_SIZE] __attribute__((aligned(8)));
};

/* What an event is told to. */
struct listener {
	netatop_event_cb cb;
	void *data;
};

static int join(struct netatop_events *events, uint32_t group)
{
	if (!mnl_socket_setsockopt(events->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return 0;
	/* It has gone again, which will be told. */
	if (errno == ENOENT || errno == EINVAL)
		return 0;
	if (errno == EPERM)
		return nta_fail(events->nta, -EPERM,
				"CAP_NET_ADMIN in the initial user namespace is needed");
	return -errno;
}

/* Sets @id to what is loaded now, and joins its group if it is usable. */
static int find_and_join(struct netatop_events *events)
{
	struct nta_family family;
	int err = nta_find_module(events->nta, &family);

	if (!err || err == -EPROTONOSUPPORT)
		events->id = family.id;
	return err ? err : join(events, family.group);
}

static int open_socket(struct netatop_events *events)
{
	struct nta_family controller;
	int err;

	events->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!events->sock)
		return -errno;
	if (mnl_socket_bind(events->sock, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	err = nta_find(events->nta, CONTROLLER, CONTROLLER_GROUP, &controller);
	return err ? err : join(events, controller.group);
}

NTA_PUBLIC int netatop_events_open(struct netatop_events **handle, unsigned int flags)
{
	struct netatop_events *events;
	int err;

	*handle = NULL;
	events = calloc(1, sizeof(*events));
	if (!events)
		return -ENOMEM;
	err = netatop_open(&events->nta, flags);
	if (!err)
		err = open_socket(events);
	/* only now, so that what comes or goes after this is told */
	if (!err)
		err = find_and_join(events);
	if (flags & NETATOP_OPEN_UNLOADED && (err == -ENODEV || err == -EPROTONOSUPPORT))
		err = 0;
	if (err) {
		netatop_events_close(events);
		return err;
	}
	*handle = events;
	return 0;
}

NTA_PUBLIC void netatop_events_close(struct netatop_events *events)
{
	if (!events)
		return;
	if (events->sock)
		mnl_socket_close(events->sock);
	netatop_close(events->nta);
	free(events);
}

NTA_PUBLIC int netatop_events_fd(const struct netatop_events *events)
{
	return mnl_socket_get_fd(events->sock);
}

NTA_PUBLIC int netatop_events_loaded(const struct netatop_events *events)
{
	return events->id != 0;
}

NTA_PUBLIC const char *netatop_events_error_text(const struct netatop_events *events)
{
	return netatop_error_text(events->nta);
}

NTA_PUBLIC int netatop_events_set_buffer(struct netatop_events *events, unsigned int bytes)
{
	int fd = mnl_socket_get_fd(events->sock);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)))
		return -errno;
	return 0;
}

static int tell(const struct listener *listener, uint32_t type)
{
	struct netatop_event event = { .type = type };

	return listener->cb(&event, listener->data);
}

/* If a callback ends it, the next call goes on from there. */
static int look(struct netatop_events *events, const struct listener *listener)
{
	uint16_t was = events->id;
	int err = find_and_join(events);

	if (err == -ENODEV) {
		events->id = 0;
		err = 0;
	} else if (err && err != -EPERM && err != -EPROTONOSUPPORT) {
		events->id = was;
		return err;
	}
	events->check = false;
	if (was == events->id)
		return 0;
	if (was && events->id) {
		/* It has been loaded anew; that comes next. */
		events->id = 0;
		events->check = true;
		return tell(listener, NETATOP_EVENT_UNLOADED);
	}
	if (err)
		events->err = err;
	return tell(listener, was ? NETATOP_EVENT_UNLOADED : NETATOP_EVENT_LOADED);
}

static int take_controller(struct netatop_events *events, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nta_family family;
	int err = nta_parse_family(nlh, NETATOP_FAMILY_NAME, NETATOP_MCGRP_EXIT, &family);

	if (!err && (genl->cmd == CTRL_CMD_NEWFAMILY || genl->cmd == CTRL_CMD_DELFAMILY))
		events->check = true;
	return err == -ENOENT ? 0 : err;
}

/* Returns what the callback says; what is wrong goes into @err. */
static int take(struct netatop_events *events, const struct nlmsghdr *nlh,
		const struct listener *listener)
{
	struct netatop_event event = { 0 };
	struct nta_head head;
	int err;

	if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		err = take_controller(events, nlh);
	} else {
		err = nta_parse_head(nlh, &head);
		if (!err && head.cmd == NETATOP_CMD_EXIT_NTF) {
			event.type = NETATOP_EVENT_EXIT;
			err = nta_parse_task(nlh, &event.task);
		} else if (!err && head.cmd == NETATOP_CMD_LATE_NTF) {
			event.type = NETATOP_EVENT_LATE;
			err = nta_parse_late(nlh, &event.counters);
		}
	}
	if (err)
		events->err = err;
	if (err || !event.type)
		return 0;
	event.cookie = head.cookie;
	event.time = head.time;
	return listener->cb(&event, listener->data);
}

static int take_next(struct netatop_events *events, const struct listener *listener)
{
	const struct nlmsghdr *nlh = (const void *)(events->buf + events->at);

	if (!mnl_nlmsg_ok(nlh, events->len)) {
		events->err = -EBADMSG;
		events->len = 0;
		return 0;
	}
	events->at += MNL_ALIGN(nlh->nlmsg_len);
	events->len -= MNL_ALIGN(nlh->nlmsg_len);
	return take(events, nlh, listener);
}

/* Sets @over when there is no more. */
static int receive(struct netatop_events *events, const struct listener *listener, bool *over)
{
	ssize_t len = nta_receive(events->sock, events->buf, sizeof(events->buf));
	int err = len;

	switch (len) {
	case -EAGAIN:
		*over = true;
		err = events->err;
		events->err = 0;
		return err;
	case -ENOBUFS:
		events->check = true;
		return tell(listener, NETATOP_EVENT_LOST);
	case -EMSGSIZE:
		events->err = -EBADMSG;
		return 0;
	}
	if (err < 0)
		return err;
	events->at = 0;
	events->len = len;
	return 0;
}

NTA_PUBLIC int netatop_events_read(struct netatop_events *events, netatop_event_cb cb, void *data)
{
	const struct listener listener = { .cb = cb, .data = data };
	int ret = nta_begin(events->nta);
	bool over = false;

	if (ret)
		return ret;
	while (!ret && !over) {
		if (events->check)
			ret = look(events, &listener);
		else if (events->len > 0)
			ret = take_next(events, &listener);
		else
			ret = receive(events, &listener, &over);
	}
	return nta_end(events->nta, ret);
}
