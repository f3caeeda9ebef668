// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a task is and where it lives.
 */
#include "ident.h"

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

static u64 ident_cgroup(struct task_struct *tsk)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(tsk));
#else
	return 0;
#endif
}

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
	task_lock(tsk);
	if (tsk->nsproxy) {
		ident->netns = tsk->nsproxy->net_ns->net_cookie;
		ident->netns_ino = tsk->nsproxy->net_ns->ns.inum;
	}
	task_unlock(tsk);
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
	struct pid *pid = task_pid(tsk);

	ident->uid = from_kuid_munged(&init_user_ns, __task_cred(tsk)->euid);
	ident->cgroup = ident_cgroup(tsk);
	if (pid)
		ident->ns_pid = pid_nr_ns(pid, ns_of_pid(pid));
	nta_ident_netns(tsk, ident);
}
