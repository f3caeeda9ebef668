/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a reader wants to know of a task besides its counters: whose it is and
 * where it lives.
 */
#ifndef _NTA_IDENT_H
#define _NTA_IDENT_H

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>

/**
 * struct nta_ident - whose a process or thread is
 * @cgroup: id of its cgroup in the default hierarchy, 0 if there is none
 * @netns: cookie of its network namespace, 0 if it has left it
 * @netns_ino: inode number of that
 * @uid: effective user id, in the initial user namespace
 * @ns_pid: its number in its own pid namespace, 0 if it has been reaped
 */
struct nta_ident {
	u64	cgroup;
	u64	netns;
	u32	netns_ino;
	u32	uid;
	u32	ns_pid;
};

static inline u64 nta_ident_cgroup(struct task_struct *tsk)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(tsk));
#else
	return 0;
#endif
}

/*
 * For who reads a great many, else as those without underscores.  What the task
 * has given up is as in @old.
 */
static __always_inline void __nta_ident_netns(struct task_struct *tsk,
					      struct nta_ident *ident,
					      const struct nta_ident *old)
{
	const struct net *net;

	task_lock(tsk);
	if (likely(tsk->nsproxy)) {
		net = tsk->nsproxy->net_ns;
		ident->netns = net->net_cookie;
		ident->netns_ino = net->ns.inum;
	} else {
		ident->netns = old->netns;
		ident->netns_ino = old->netns_ino;
	}
	task_unlock(tsk);
}

static __always_inline void __nta_ident_read(struct task_struct *tsk,
					     struct nta_ident *ident,
					     const struct nta_ident *old)
{
	const struct pid *pid = task_pid(tsk);

	/* as the initial user namespace has it, which maps each to itself */
	ident->uid = __kuid_val(__task_cred(tsk)->euid);
	ident->cgroup = nta_ident_cgroup(tsk);
	ident->ns_pid = likely(pid) ? pid->numbers[pid->level].nr : old->ns_pid;
	__nta_ident_netns(tsk, ident, old);
}

void nta_ident_read(struct task_struct *tsk, struct nta_ident *ident);
void nta_ident_netns(struct task_struct *tsk, struct nta_ident *ident);

#endif /* _NTA_IDENT_H */
