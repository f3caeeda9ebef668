// SPDX-License-Identifier: GPL-2.0
/*
 * Processes and threads, living and finished, by generic netlink.
 */
#include "netlink_task.h"
#include "compat.h"
#include "exitlist.h"
#include "netlink_fill.h"
#include "netlink_wire.h"

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

/* The most processes that one request takes off the exit list. */
#define EXIT_BATCH	256

static int task_read(struct nlattr **attrs, struct nta_task_info *info)
{
	const struct nlattr *attr = attrs[NETATOP_A_TID] ?:
				    attrs[NETATOP_A_TGID];
	struct task_struct *tsk;
	struct pid *pid;
	int err;

	rcu_read_lock();
	pid = get_pid(find_pid_ns(nla_get_u32(attr), &init_pid_ns));
	rcu_read_unlock();
	if (!pid)
		return -ESRCH;
	if (attr == attrs[NETATOP_A_TGID]) {
		err = nta_task_read(pid, true, info);
		put_pid(pid);
		return err;
	}
	tsk = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!tsk)
		return -ESRCH;
	err = nta_thread_read(tsk, true, info);
	put_task_struct(tsk);
	return err;
}

static int task_get_one(struct genl_info *info)
{
	bool thread = info->attrs[NETATOP_A_TID];
	struct nta_task_info task;
	struct nta_msg msg = {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.time	= ktime_get_boottime_ns(),
	};
	int err;

	err = task_read(info->attrs, &task);
	if (err) {
		GENL_SET_ERR_MSG(info, "nothing is known of such a task");
		return err;
	}
	msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg.skb)
		return -ENOMEM;
	err = nta_netlink_put_task(&msg, NETATOP_CMD_TASK_GET, &task, thread);
	if (err) {
		kfree_skb(msg.skb);
		return err;
	}
	return nta_msg_send(msg.skb, info);
}

static const int walk_only[] = {
	NETATOP_A_THREADS,
	NETATOP_A_UID,
	NETATOP_A_CGROUP,
	NETATOP_A_NETNS_INO,
	NETATOP_A_NETNS_COOKIE,
	NETATOP_A_SINCE,
	NETATOP_A_TABLE,
};

/**
 * nta_netlink_task_get() - answer with one task, or with a page of them
 * @skb: the request
 * @info: of the request
 *
 * Return: 0 or an error.
 */
int nta_netlink_task_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	unsigned int i;

	if (attrs[NETATOP_A_CURSOR]) {
		if (attrs[NETATOP_A_TID]) {
			NL_SET_ERR_MSG_ATTR(info->extack, attrs[NETATOP_A_TID],
					    "a walk has no thread id");
			return -EINVAL;
		}
		return nta_walk_page(info, NETATOP_CMD_TASK_GET,
				     nta_netlink_task_fill(attrs));
	}
	if (!attrs[NETATOP_A_TGID] == !attrs[NETATOP_A_TID]) {
		GENL_SET_ERR_MSG(info,
				 "one of a process id, a thread id, a cursor is needed");
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(walk_only); i++) {
		struct nlattr *attr = attrs[walk_only[i]];

		if (attr) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "this is for walks: a cursor is missing");
			return -EINVAL;
		}
	}
	return task_get_one(info);
}

/**
 * nta_netlink_task_start() - begin a dump of tasks
 * @cb: the dump
 *
 * Return: 0 or an error.
 */
int nta_netlink_task_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = nta_dump_attrs(cb);

	if (attrs[NETATOP_A_TID]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[NETATOP_A_TID],
				    "a walk has no thread id");
		return -EINVAL;
	}
	return nta_walk_start(cb, NETATOP_CMD_TASK_GET);
}

/**
 * nta_netlink_task_dump() - go on with a dump of tasks
 * @skb: where to
 * @cb: the dump
 *
 * Return: as netlink wants it.
 */
int nta_netlink_task_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return nta_walk_dump(skb, cb, nta_netlink_task_fill(nta_dump_attrs(cb)));
}

/* Returns how many were put. */
static unsigned int exit_take(struct nta_msg *msg, struct nta_task **tasks,
			      unsigned int limit)
{
	struct nta_task_info info;
	unsigned int n;

	for (n = 0; n < limit; n++) {
		tasks[n] = nta_exitlist_get();
		if (!tasks[n])
			break;
		nta_task_final(tasks[n], &info);
		if (nta_netlink_put_task(msg, NETATOP_CMD_EXIT_READ, &info,
					 false)) {
			nta_exitlist_done(tasks[n], false);
			break;
		}
	}
	return n;
}

/* The same for those that are to stay on the list. */
static unsigned int exit_look(struct nta_msg *msg, unsigned int limit)
{
	struct nta_task_info info;
	struct nta_task *task;
	unsigned int n;
	u64 seq = 0;
	int err;

	for (n = 0; n < limit; n++) {
		task = nta_exitlist_look(seq);
		if (!task)
			break;
		nta_task_final(task, &info);
		seq = info.exit_seq;
		nta_task_put(task);
		err = nta_netlink_put_task(msg, NETATOP_CMD_EXIT_READ, &info,
					   false);
		if (err)
			break;
	}
	return n;
}

static int exit_send(struct nta_msg *msg, struct genl_info *info,
		     unsigned int count)
{
	if (!count) {
		GENL_SET_ERR_MSG(info, "no finished process is listed");
		kfree_skb(msg->skb);
		return -EAGAIN;
	}
	/* there is room: it has been reserved */
	nta_msg_done(msg);
	return nta_msg_send(msg->skb, info);
}

static int exit_hold(struct genl_info *info, unsigned int limit)
{
	struct nlattr *cookie = info->attrs[NETATOP_A_COOKIE];
	struct nlattr *seq = info->attrs[NETATOP_A_EXIT_SEQ];
	struct nta_msg msg;

	if (!cookie != !seq) {
		GENL_SET_ERR_MSG(info,
				 "what is to be taken off needs both place and cookie");
		return -EINVAL;
	}
	if (cookie && nla_get_u64(cookie) != nta_msg_cookie()) {
		NL_SET_ERR_MSG_ATTR(info->extack, cookie,
				    "the cookie is of another load of the module");
		return -ESTALE;
	}
	if (!nta_msg_page(&msg, info))
		return -ENOMEM;
	if (seq)
		nta_exitlist_drop(nla_get_u64(seq));
	return exit_send(&msg, info, exit_look(&msg, limit));
}

/**
 * nta_netlink_exit_read() - let a reader take finished processes
 * @skb: the request
 * @info: of the request
 *
 * Return: 0 or an error; -EAGAIN if there is none.
 */
int nta_netlink_exit_read(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[NETATOP_A_LIMIT];
	unsigned int limit = EXIT_BATCH;
	unsigned int i, count;
	struct nta_task **tasks;
	struct nta_msg msg;
	int err;

	if (attr)
		limit = min_t(u32, nla_get_u32(attr), EXIT_BATCH);
	if (info->attrs[NETATOP_A_HOLD])
		return exit_hold(info, limit);
	attr = info->attrs[NETATOP_A_EXIT_SEQ] ?: info->attrs[NETATOP_A_COOKIE];
	if (attr) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "this is for those that are held");
		return -EINVAL;
	}
	tasks = kmalloc_array(EXIT_BATCH, sizeof(*tasks), GFP_KERNEL);
	if (!tasks)
		return -ENOMEM;
	if (!nta_msg_page(&msg, info)) {
		kfree(tasks);
		return -ENOMEM;
	}
	count = exit_take(&msg, tasks, limit);
	err = exit_send(&msg, info, count);
	/* those that did not arrive wait for another reader */
	for (i = 0; i < count; i++)
		nta_exitlist_done(tasks[i], !err);
	kfree(tasks);
	return err;
}
