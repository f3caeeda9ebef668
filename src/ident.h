/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a reader wants to know of a task besides its counters: whose it is and
 * where it lives.
 */
#ifndef _NTA_IDENT_H
#define _NTA_IDENT_H

#include <linux/types.h>

struct task_struct;

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

void nta_ident_read(struct task_struct *tsk, struct nta_ident *ident);
void nta_ident_netns(struct task_struct *tsk, struct nta_ident *ident);

#endif /* _NTA_IDENT_H */
