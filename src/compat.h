/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that the module is built for, and nothing
 * else; no other file looks at the version.
 */
#ifndef _NTA_COMPAT_H
#define _NTA_COMPAT_H

#include <linux/version.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/udp.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "netatop needs Linux 6.1 or later"
#endif

/* The exit probe runs with preemption off and takes a spinlock. */
#ifdef CONFIG_PREEMPT_RT
#error "netatop does not support PREEMPT_RT"
#endif

/*
 * May hooks of others be looked at?  NAT's are freed without a grace period
 * before they had a struct rcu_head, in the course of 6.1 and 6.12.
 */
static inline bool nta_may_read_hook_ops(void)
{
#ifdef NTA_HOOK_OPS_RCU
	return true;
#else
	return false;
#endif
}

/* A namespace can have a UDP table of its own since 6.2. */
static inline struct udp_table *nta_udp_table(const struct net *net)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}

/* A dump has the whole struct genl_info since 6.6. */
static inline struct nlattr **nta_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/*
 * Takes @skb.  Since 6.8 each who has joined can be passed over: where
 * @refuses() returns other than 0; before, all are told.
 */
static inline void
nta_netlink_multicast(const struct genl_family *family, struct net *net,
		      struct sk_buff *skb, unsigned int group,
		      int (*refuses)(struct sock *sk, struct sk_buff *skb,
				     void *data))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	genlmsg_multicast_netns_filtered(family, net, skb, 0, group, GFP_KERNEL,
					 refuses, NULL);
#else
	genlmsg_multicast_netns(family, net, skb, 0, group, GFP_KERNEL);
#endif
}

#endif /* _NTA_COMPAT_H */
