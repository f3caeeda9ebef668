// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a task is and where it lives.
 */
#include "ident.h"

/**
 * nta_ident_netns() - read where a task has its network
 * @tsk: the task
 * @ident: its @netns and @netns_ino are set; they stay as they are where the
 *	   task has left its namespaces
 *
 * Process context; takes the lock of the task.
 */
void nta_ident_netns(struct task_struct *tsk, struct nta_ident *ident)
{
	__nta_ident_netns(tsk, ident, ident);
}

/**
 * nta_ident_read() - read whose a task is
 * @tsk: the task
 * @ident: set; what the task has given up stays as it is
 *
 * RCU read side, process context; takes the lock of the task.
 */
void nta_ident_read(struct task_struct *tsk, struct nta_ident *ident)
{
	__nta_ident_read(tsk, ident, ident);
}
