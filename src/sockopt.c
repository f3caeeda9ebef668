// SPDX-License-Identifier: GPL-2.0
/*
 * The getsockopt door, for atop and netatopd.  See uapi/netatop.h.
 */
#include "sockopt.h"
#include "exitlist.h"
#include "gc.h"
#include "task.h"

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/netfilter.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <netatop.h>

/* The layout of a 32-bit program. */
struct nta_pertask32 {
	compat_pid_t	id;
	compat_ulong_t	btime;
	char		command[16];
	compat_u64	counter[NTA_COUNTERS];
};

union nta_pertask {
	struct netpertask	native;
	struct nta_pertask32	compat;
};

static unsigned int pertask_fill(union nta_pertask *buf,
				 const struct nta_task_info *info)
{
	u64 btime = nta_task_btime(info->start);
	const u64 *count = info->counters.v;

	/* no byte of the stack goes out with the padding */
	memset(buf, 0, sizeof(*buf));
	if (in_compat_syscall()) {
		buf->compat.id = info->id;
		buf->compat.btime = btime;
		strscpy(buf->compat.command, info->comm,
			sizeof(buf->compat.command));
		memcpy(buf->compat.counter, count,
		       sizeof(buf->compat.counter));
		return sizeof(buf->compat);
	}
	buf->native.id = info->id;
	buf->native.btime = btime;
	strscpy(buf->native.command, info->comm, sizeof(buf->native.command));
	buf->native.tcpsndpacks = count[NTA_TCP_SND];
	buf->native.tcpsndbytes = count[NTA_TCP_SND + 1];
	buf->native.tcprcvpacks = count[NTA_TCP_RCV];
	buf->native.tcprcvbytes = count[NTA_TCP_RCV + 1];
	buf->native.udpsndpacks = count[NTA_UDP_SND];
	buf->native.udpsndbytes = count[NTA_UDP_SND + 1];
	buf->native.udprcvpacks = count[NTA_UDP_RCV];
	buf->native.udprcvbytes = count[NTA_UDP_RCV + 1];
	return sizeof(buf->native);
}

static int pertask_copy(void __user *user, int *len,
			const struct nta_task_info *info)
{
	union nta_pertask buf;
	int size = pertask_fill(&buf, info);

	size = min(*len, size);
	if (copy_to_user(user, &buf, size))
		return -EFAULT;
	*len = size;
	return 0;
}

/* The task that the caller names, with a reference. */
static struct pid *get_pid_named(void __user *user, pid_t *id)
{
	struct pid *pid;

	if (copy_from_user(id, user, sizeof(*id)))
		return ERR_PTR(-EFAULT);
	pid = *id > 0 ? find_get_pid(*id) : NULL;
	return pid ?: ERR_PTR(-ESRCH);
}

static int getcnt_tgid(void __user *user, int *len)
{
	struct nta_task_info info;
	struct pid *pid;
	pid_t id;
	int err;

	pid = get_pid_named(user, &id);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	err = nta_task_read(pid, false, &info);
	put_pid(pid);
	if (err)
		return err;
	info.id = id;
	return pertask_copy(user, len, &info);
}

static int getcnt_pid(void __user *user, int *len)
{
	struct nta_task_info info;
	struct task_struct *tsk;
	struct pid *pid;
	pid_t id;
	int err;

	pid = get_pid_named(user, &id);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	tsk = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!tsk)
		return -ESRCH;
	err = nta_thread_read(tsk, false, &info);
	put_task_struct(tsk);
	if (err)
		return err;
	info.id = id;
	return pertask_copy(user, len, &info);
}

static int getcnt_exit(void __user *user, int *len)
{
	struct nta_task_info info;
	struct nta_task *task;
	int err;

	task = nta_exitlist_wait();
	if (IS_ERR(task))
		return PTR_ERR(task);
	nta_task_final(task, &info);
	err = pertask_copy(user, len, &info);
	nta_exitlist_done(task, !err);
	return err;
}

static int nta_getsockopt(struct sock *sk, int cmd, void __user *user, int *len)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;

	switch (cmd) {
	case NETATOP_PROBE:
		return 0;
	case NETATOP_FORCE_GC:
		return nta_gc_force();
	case NETATOP_EMPTY_EXIT:
		return nta_exitlist_wait_empty();
	}

	/* signed: a program can have passed anything */
	if (*len < (int)sizeof(pid_t))
		return -EINVAL;

	switch (cmd) {
	case NETATOP_GETCNT_EXIT:
		return getcnt_exit(user, len);
	case NETATOP_GETCNT_TGID:
		return getcnt_tgid(user, len);
	case NETATOP_GETCNT_PID:
		return getcnt_pid(user, len);
	}
	return -ENOPROTOOPT;
}

/* Not read-only after init: the list that it is on is written to. */
static struct nf_sockopt_ops nta_sockopt_ops = {
	.pf		= PF_INET,
	.get_optmin	= NETATOP_BASE_CTL,
	.get_optmax	= NETATOP_GETCNT_PID + 1,
	.get		= nta_getsockopt,
	.owner		= THIS_MODULE,
};

/**
 * nta_sockopt_init() - open the door
 *
 * Return: 0, or -EBUSY if another module answers to these numbers.
 */
int nta_sockopt_init(void)
{
	BUILD_BUG_ON(sizeof(struct netpertask) != 96);
	BUILD_BUG_ON(offsetof(struct netpertask, btime) != 8);
	BUILD_BUG_ON(offsetof(struct netpertask, command) != 16);
	BUILD_BUG_ON(offsetof(struct netpertask, tcpsndpacks) != 32);
	BUILD_BUG_ON(offsetof(struct netpertask, udprcvbytes) != 88);
	BUILD_BUG_ON(sizeof(struct nta_pertask32) != 88);
	BUILD_BUG_ON(offsetof(struct nta_pertask32, counter) != 24);

	return nf_register_sockopt(&nta_sockopt_ops);
}

/**
 * nta_sockopt_exit() - close the door
 */
void nta_sockopt_exit(void)
{
	nf_unregister_sockopt(&nta_sockopt_ops);
}
