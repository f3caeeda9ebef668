// SPDX-License-Identifier: GPL-2.0
/*
 * What one netatopd leaves to the next, and that there is only one.
 */
#include "state.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the file, as a text of this length with zeros in front. */
#define FORMAT	"%016" PRIx64 " %016" PRIx64 "\n"
#define LENGTH	34

/**
 * state_open() - be the only one, and read what the one before has left
 * @state: set
 * @path:  of the file
 *
 * Return: 0, or a negative error number, and it has been said.
 */
int state_open(struct state *state, const char *path)
{
	char text[LENGTH + 1] = "";
	struct stat st;
	int err;

	state->cookie = 0;
	state->seq = 0;
	state->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (state->fd < 0) {
		err = -errno;
		say(LOG_ERR, "%s: %s", path, strerror(errno));
		return err;
	}
	if (fstat(state->fd, &st) || st.st_uid != geteuid() || !S_ISREG(st.st_mode)) {
		say(LOG_ERR, "%s is not a file of this user; remove it", path);
		return -EPERM;
	}
	if (flock(state->fd, LOCK_EX | LOCK_NB)) {
		err = -errno;
		if (err == -EWOULDBLOCK)
			say(LOG_ERR, "another netatopd is running");
		else
			say(LOG_ERR, "%s: %s", path, strerror(errno));
		return err;
	}
	if (pread(state->fd, text, LENGTH, 0) == LENGTH &&
	    sscanf(text, "%16" SCNx64 " %16" SCNx64, &state->cookie, &state->seq) != 2)
		state->cookie = 0;
	return 0;
}

/**
 * state_store() - for the next one
 * @state:  updated
 * @cookie: load of the module
 * @seq:    place of the last one that was stored
 */
void state_store(struct state *state, uint64_t cookie, uint64_t seq)
{
	char text[LENGTH + 1];

	state->cookie = cookie;
	state->seq = seq;
	snprintf(text, sizeof(text), FORMAT, cookie, seq);
	/* without it, some may be said to have been missed that were not */
	if (pwrite(state->fd, text, LENGTH, 0) != LENGTH)
		say(LOG_DEBUG, "state: %s", strerror(errno));
}
