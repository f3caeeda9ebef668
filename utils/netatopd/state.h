/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one netatopd leaves to the next, and that there is only one.
 */
#ifndef _NETATOPD_STATE_H
#define _NETATOPD_STATE_H

#include <stdint.h>

/**
 * struct state - how far the exit list has been read
 * @fd:	    the file, which is locked while netatopd runs
 * @cookie: load of the module, 0: not known
 * @seq:    place of the last finished process that was stored
 */
struct state {
	int fd;
	uint64_t cookie;
	uint64_t seq;
};

int state_open(struct state *state, const char *path);
void state_store(struct state *state, uint64_t cookie, uint64_t seq);

#endif /* _NETATOPD_STATE_H */
