// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink door: its commands, who may use them, and what the group
 * "exit" is told.  See uapi/netatop_netlink.h.
 */
#include "netlink.h"
#include "compat.h"
#include "exitlist.h"
#include "gc.h"
#include "netlink_books.h"
#include "netlink_flow.h"
#include "netlink_task.h"
#include "netlink_wire.h"
#include "stats.h"

#include <linux/file.h>
#include <linux/rtnetlink.h>
#include <linux/threads.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <net/sock.h>

enum {
	GROUP_EXIT,
};

static const struct genl_multicast_group nta_netlink_groups[] = {
	[GROUP_EXIT] = {
		.name	= NETATOP_MCGRP_EXIT,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* Linux 6.1 wants it to be writable. */
static struct netlink_range_validation id_range __ro_after_init = {
	.min	= 1,
	.max	= PID_MAX_LIMIT,
};

#define CURSOR_POLICY	{ .type = NLA_BINARY, .len = NETATOP_CURSOR_SIZE }
#define ID_POLICY	NLA_POLICY_FULL_RANGE(NLA_U32, &id_range)

static const struct nla_policy task_policy[NETATOP_A_TABLE + 1] = {
	[NETATOP_A_CURSOR]		= CURSOR_POLICY,
	[NETATOP_A_TGID]		= ID_POLICY,
	[NETATOP_A_TID]			= ID_POLICY,
	[NETATOP_A_UID]			= { .type = NLA_U32 },
	[NETATOP_A_CGROUP]		= NLA_POLICY_MIN(NLA_U64, 1),
	[NETATOP_A_NETNS_INO]		= NLA_POLICY_MIN(NLA_U32, 1),
	[NETATOP_A_NETNS_COOKIE]	= NLA_POLICY_MIN(NLA_U64, 1),
	[NETATOP_A_THREADS]		= { .type = NLA_FLAG },
	[NETATOP_A_SINCE]		= { .type = NLA_U64 },
	[NETATOP_A_TABLE]		= { .type = NLA_FLAG },
};

static const struct nla_policy flow_policy[NETATOP_A_L4PROTO + 1] = {
	[NETATOP_A_CURSOR]		= CURSOR_POLICY,
	[NETATOP_A_TGID]		= ID_POLICY,
	[NETATOP_A_NETNS_INO]		= NLA_POLICY_MIN(NLA_U32, 1),
	[NETATOP_A_NETNS_COOKIE]	= NLA_POLICY_MIN(NLA_U64, 1),
	[NETATOP_A_L4PROTO]		= NLA_POLICY_RANGE(NLA_U8, IPPROTO_TCP,
							   IPPROTO_UDP),
};

static const struct nla_policy exit_policy[NETATOP_A_EXIT_SEQ + 1] = {
	[NETATOP_A_COOKIE]		= { .type = NLA_U64 },
	[NETATOP_A_LIMIT]		= NLA_POLICY_MIN(NLA_U32, 1),
	[NETATOP_A_HOLD]		= { .type = NLA_FLAG },
	[NETATOP_A_EXIT_SEQ]		= { .type = NLA_U64 },
};

/* GENL_ADMIN_PERM asks in the initial user namespace. */
static const struct genl_ops nta_netlink_ops[] = {
	{
		.cmd		= NETATOP_CMD_TASK_GET,
		.flags		= GENL_ADMIN_PERM,
		.policy		= task_policy,
		.maxattr	= ARRAY_SIZE(task_policy) - 1,
		.doit		= nta_netlink_task_get,
		.start		= nta_netlink_task_start,
		.dumpit		= nta_netlink_task_dump,
		.done		= nta_walk_finish,
	},
	{
		.cmd		= NETATOP_CMD_FLOW_GET,
		.flags		= GENL_ADMIN_PERM,
		.policy		= flow_policy,
		.maxattr	= ARRAY_SIZE(flow_policy) - 1,
		.doit		= nta_netlink_flow_get,
		.start		= nta_netlink_flow_start,
		.dumpit		= nta_netlink_flow_dump,
		.done		= nta_walk_finish,
	},
	{
		.cmd		= NETATOP_CMD_BOOKS_GET,
		.flags		= GENL_ADMIN_PERM,
		.doit		= nta_netlink_books_get,
	},
	{
		.cmd		= NETATOP_CMD_TUNABLE_GET,
		.flags		= GENL_ADMIN_PERM,
		.start		= nta_dump_start,
		.dumpit		= nta_netlink_tunable_dump,
	},
	{
		.cmd		= NETATOP_CMD_EXIT_READ,
		.flags		= GENL_ADMIN_PERM,
		.policy		= exit_policy,
		.maxattr	= ARRAY_SIZE(exit_policy) - 1,
		.doit		= nta_netlink_exit_read,
	},
};

/*
 * A namespace of another user namespace has its own root, whom the right to
 * join is asked of there.  What is told is not his to know.  The kernel knows
 * whether anybody has joined, but not where: so all others are sent it.
 */
static bool net_listens(const struct net *net)
{
	return net->user_ns == &init_user_ns &&
	       genl_has_listeners(&nta_netlink_family, (struct net *)net,
				  GROUP_EXIT) > 0;
}

static bool anybody_listens(void)
{
	struct net *net;
	bool found = false;

	rcu_read_lock();
	for_each_net_rcu(net) {
		found = net_listens(net);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

/*
 * Who joins just as the family comes may not have been asked for the right to,
 * see netlink_register().
 */
static int member_refused(struct sock *sk, struct sk_buff *skb, void *data)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);

	return !sock || !sock->file ||
	       !file_ns_capable(sock->file, &init_user_ns, CAP_NET_ADMIN);
}

/*
 * NULL tells that something was lost.  For each namespace the kernel looks at
 * every socket that has joined any group, of whom there can be very many.
 */
static void tell_group(struct sk_buff *skb)
{
	struct sk_buff *copy;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net) {
		if (!net_listens(net))
			continue;
		copy = skb ? skb_clone(skb, GFP_KERNEL) : NULL;
		if (copy)
			nta_netlink_multicast(&nta_netlink_family, net, copy,
					      GROUP_EXIT, member_refused);
		else
			genl_set_err(&nta_netlink_family, net, 0, GROUP_EXIT,
				     -ENOBUFS);
		cond_resched();
	}
	up_read(&net_rwsem);
	consume_skb(skb);
}

static struct sk_buff *ntf_new(void)
{
	return genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
}

/*
 * Notices of processes that have been listed since the last datagram.  They go
 * out together: each is sent once for every namespace.  The exit list's
 * notification serialises all that is done here.
 */
static struct sk_buff *exited_skb;

static void tell_exited(void)
{
	if (exited_skb)
		tell_group(exited_skb);
	exited_skb = NULL;
}

static bool put_exited(const struct nta_task_info *info)
{
	struct nta_msg msg = {
		.skb	= exited_skb,
		.time	= ktime_get_boottime_ns(),
	};

	return exited_skb &&
	       !nta_netlink_put_task(&msg, NETATOP_CMD_EXIT_NTF, info, false);
}

static void nta_netlink_exited(const struct nta_task *task)
{
	struct nta_task_info info;

	if (!task) {
		tell_exited();
		return;
	}
	nta_task_final(task, &info);
	if (put_exited(&info))
		return;
	tell_exited();
	if (!anybody_listens())
		return;
	exited_skb = ntf_new();
	if (!put_exited(&info)) {
		kfree_skb(exited_skb);
		exited_skb = NULL;
		tell_group(NULL);
	}
}

/* What the group has been told of; the collector's own. */
static struct nta_counters late_told;

static void nta_netlink_late(void)
{
	struct nta_msg msg = { .time = ktime_get_boottime_ns() };
	struct nta_counters late, now;
	void *hdr;

	nta_stats_term(NTA_LATE, &now);
	late = now;
	nta_counters_sub(&late, &late_told);
	if (!memchr_inv(&late, 0, sizeof(late)) || !anybody_listens())
		return;
	/* what cannot be told now is told with what comes next */
	msg.skb = ntf_new();
	if (!msg.skb)
		return;
	hdr = nta_msg_begin(&msg, NETATOP_CMD_LATE_NTF);
	if (!hdr || nta_msg_counters(msg.skb, NETATOP_A_COUNTERS, &late)) {
		kfree_skb(msg.skb);
		return;
	}
	nta_msg_end(&msg, hdr);
	tell_group(msg.skb);
	late_told = now;
}

/*
 * As long as there is no family, anybody may join what will be its group, and
 * nobody asks him for the right to.  When a family goes, the members of its
 * groups have to leave.  So this one takes the number of the group and goes,
 * before there is anything to wait for.
 */
static struct genl_family nta_netlink_broom __ro_after_init = {
	.name		= "netatop_init",
	.version	= NETATOP_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.netnsok	= true,
	.mcgrps		= nta_netlink_groups,
	.n_mcgrps	= ARRAY_SIZE(nta_netlink_groups),
};

/* How often others may come back before nobody is told of exits. */
#define REGISTER_TRIES	16

static int __init netlink_register(void)
{
	unsigned int tries, group;
	int err;

	for (tries = 0; tries < REGISTER_TRIES; tries++) {
		err = genl_register_family(&nta_netlink_broom);
		if (err)
			return err;
		group = nta_netlink_broom.mcgrp_offset;
		genl_unregister_family(&nta_netlink_broom);
		if (netlink_has_listeners(init_net.genl_sock,
					  group + GROUP_EXIT))
			continue;
		err = genl_register_family(&nta_netlink_family);
		if (err || nta_netlink_family.mcgrp_offset == group)
			return err;
		/* another family has got that number */
		genl_unregister_family(&nta_netlink_family);
	}
	pr_warn("no notices of exits: others join before they could be asked for the right to\n");
	nta_netlink_family.n_mcgrps = 0;
	return genl_register_family(&nta_netlink_family);
}

/**
 * nta_netlink_init() - make the door
 *
 * Dumps are refused until nta_netlink_open().
 *
 * Return: 0 or an error of generic netlink.
 */
int __init nta_netlink_init(void)
{
	int err;

	nta_msg_init();
	nta_netlink_family.ops = nta_netlink_ops;
	nta_netlink_family.n_ops = ARRAY_SIZE(nta_netlink_ops);
	nta_netlink_family.mcgrps = nta_netlink_groups;
	nta_netlink_family.n_mcgrps = ARRAY_SIZE(nta_netlink_groups);
	err = netlink_register();
	if (err)
		return err;
	if (!nta_netlink_family.n_mcgrps)
		return 0;
	nta_exitlist_set_notify(nta_netlink_exited);
	nta_gc_set_notify(nta_netlink_late);
	return 0;
}

/**
 * nta_netlink_open() - open the door to dumps, too
 *
 * A dump goes on whenever its reader likes, and only the module's reference
 * count waits for it: not to be called before the module is sure to stay.
 */
void nta_netlink_open(void)
{
	nta_dump_open();
}

/**
 * nta_netlink_exit() - close the door
 *
 * On return no command is running and no notice is being sent.
 */
void nta_netlink_exit(void)
{
	nta_gc_set_notify(NULL);
	nta_exitlist_set_notify(NULL);
	/* the function was taken away in the middle of several */
	tell_exited();
	genl_unregister_family(&nta_netlink_family);
}
