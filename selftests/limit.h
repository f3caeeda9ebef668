/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdlib.h>

/*
 * Seconds after which a program ends itself by alarm(), so that none outlives its test; SLOW says how
 * many times slower than usual the machine is.
 */
static inline unsigned int time_limit(void)
{
	const char *slow = getenv("SLOW");
	int factor = slow ? atoi(slow) : 1;

	return 900 * (factor > 0 ? factor : 1);
}

#endif
