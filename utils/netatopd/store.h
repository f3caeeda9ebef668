/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the module into the log.
 */
#ifndef _NETATOPD_STORE_H
#define _NETATOPD_STORE_H

#include "log.h"
#include "state.h"

#include <libnetatop.h>

/* The most that are asked for at once. */
#define STORE_BATCH	256

/**
 * struct store - the way from the module into the log
 * @nta:	the module
 * @log:	the log
 * @state:	how far it has come
 * @done:	place of the last one that is in the log, 0: of none
 * @fresh:	the list has not been read to its end since this program began
 * @waited:	how many were on the list when it began, and are in the log now
 * @more:	there may be more on the list: look again at once
 * @failing:	the error that keeps it from going on, 0: none
 * @task:	those that are being stored
 * @seq:	their places
 * @count:	how many
 * @first:	place of the first of them
 * @last:	of the last
 */
struct store {
	struct netatop *nta;
	struct log log;
	struct state state;
	uint64_t done;
	bool fresh;
	unsigned int waited;
	bool more;
	int failing;
	struct netpertask task[STORE_BATCH];
	uint64_t seq[STORE_BATCH];
	size_t count;
	uint64_t first;
	uint64_t last;
};

int store_all(struct store *store);
void store_tidy(struct store *store, bool left);

#endif /* _NETATOPD_STORE_H */
