/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The semaphores by which atop and netatopd know of each other.
 */
#ifndef _NETATOPD_SEMS_H
#define _NETATOPD_SEMS_H

#include <stdbool.h>

int sems_clean(void);
int sems_open(void);
int sems_raise(void);
int sems_check(void);
bool sems_begin_alone(void);
void sems_end_alone(void);

#endif /* _NETATOPD_SEMS_H */
