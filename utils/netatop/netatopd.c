// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon netatopd: does it run?
 */
#include "netatopd.h"

#include <sys/sem.h>

/**
 * netatopd_runs() - does netatopd run
 *
 * Return: whether it does, as far as this user may know.
 */
bool netatopd_runs(void)
{
	/* the first of them is 1 while it runs */
	int id = semget(NETATOPD_SEMKEY, 0, 0);

	return id >= 0 && semctl(id, 0, GETVAL) > 0;
}
