/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exit list: finished processes, until they are read or time out.
 */
#ifndef _NTA_EXITLIST_H
#define _NTA_EXITLIST_H

#include "task.h"

void nta_exitlist_exit(void);
void nta_exitlist_set_notify(void (*notify)(const struct nta_task *task));
void nta_exitlist_add(struct list_head *tasks);
unsigned long nta_exitlist_expire(void);
struct nta_task *nta_exitlist_get(void);
struct nta_task *nta_exitlist_look(u64 seq);
void nta_exitlist_drop(u64 seq);
struct nta_task *nta_exitlist_wait(void);
void nta_exitlist_done(struct nta_task *task, bool delivered);
int nta_exitlist_wait_empty(void);
void nta_exitlist_sum(struct nta_counters *sum);
unsigned int nta_exitlist_count(void);

#endif /* _NTA_EXITLIST_H */
