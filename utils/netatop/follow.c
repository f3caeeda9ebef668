// SPDX-License-Identifier: GPL-2.0
/*
 * Following what happens.
 */
#include "follow.h"
#include "common.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Many processes can finish at once. */
#define BUFFER	(8 << 20)

/**
 * follow_open() - begin to listen
 * @follow: set
 * @cb:	    is told of each event
 * @data:   for @cb
 *
 * Return: DONE, or FAILED, and it has been said why.
 */
int follow_open(struct follow *follow, netatop_event_cb cb, void *data)
{
	int err = netatop_events_open(&follow->events, 0);

	follow->cb = cb;
	follow->data = data;
	if (err)
		return explain(err, NULL, err == -EPROTONOSUPPORT ? version_of_module() : 0,
			       "listening to exits");
	/* with less there are just more that can be missed */
	netatop_events_set_buffer(follow->events, BUFFER);
	return DONE;
}

static int on_event(const struct netatop_event *event, void *data)
{
	const struct follow *follow = data;

	switch (event->type) {
	case NETATOP_EVENT_UNLOADED:
		complain("the module has been unloaded; waiting until it is back");
		break;
	case NETATOP_EVENT_LOADED:
		complain("the module is back; all counters began at zero");
		break;
	case NETATOP_EVENT_LOST:
		complain("too much happened at once: some that finished are missing here");
		break;
	}
	return follow->cb(event, follow->data);
}

/**
 * follow_now() - be told what has happened, without waiting
 * @follow: the listener
 *
 * Return: 0; what the callback returned; an error of the library, and it has
 * been said.
 */
int follow_now(struct follow *follow)
{
	int err = netatop_events_read(follow->events, on_event, follow);

	if (err == -EBADMSG) {
		complain("%s", netatop_events_error_text(follow->events));
		return 0;
	}
	if (err < 0)
		explain(err, netatop_events_error_text(follow->events),
			err == -EPROTONOSUPPORT ? version_of_module() : 0,
			"listening to exits");
	return err;
}

/* For poll(): whole milliseconds, and not too early. */
static int milliseconds(double seconds)
{
	if (seconds <= 0)
		return 0;
	return seconds > 1000000 ? 1000000000 : (int)ceil(seconds * 1000);
}

/**
 * follow_until() - be told what happens, until a time
 * @follow: the listener
 * @until:  as of now_seconds(); INFINITY: for ever
 * @loaded: longer, if the module is not there then: until it is
 *
 * Return: 0 the time has come; FOLLOW_UNREAD; what the callback returned; an
 * error of the library or of poll(), and it has been said.
 */
int follow_until(struct follow *follow, double until, bool loaded)
{
	struct pollfd pfd[] = {
		{ .fd = netatop_events_fd(follow->events), .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int err;

	/* what has been heard is told first: a callback may have ended that */
	while (!(err = follow_now(follow))) {
		bool wait = loaded && !netatop_events_loaded(follow->events);
		double left = until - now_seconds();

		if (left <= 0 && !wait)
			return 0;
		if (poll(pfd, 2, wait || isinf(left) ? -1 : milliseconds(left)) < 0 &&
		    errno != EINTR) {
			complain("poll: %s", strerror(errno));
			return -errno;
		}
		/* a socket whose other end is closed tells of no error */
		if (pfd[1].revents & (POLLERR | POLLHUP))
			return FOLLOW_UNREAD;
	}
	return err;
}

/**
 * follow_close() - listen no more
 * @follow: the listener
 */
void follow_close(struct follow *follow)
{
	netatop_events_close(follow->events);
	follow->events = NULL;
}
