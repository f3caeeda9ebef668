// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: each TCP or UDP packet that a local socket sends or is
 * given is booked once, in one record or one term of the books.
 *
 * All hooks run under rcu_read_lock(), and all return NF_ACCEPT.
 */
#include "hooks.h"
#include "owner.h"
#include "slot.h"
#include "slow.h"

#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

/*
 * Are an entry's ports still those of the socket that its slot is about?  For
 * TCP that is so until a connection begins.
 */
static __always_inline bool sends_as_seen(const struct nta_packet *pkt,
					  const struct nta_sockinfo *info,
					  int dir)
{
	const struct sock *sk = pkt->skb->sk;

	return !nta_way_is_udp(pkt->way) ||
	       (sk && nta_sockinfo_is_of(info, dir, sk));
}

/* The same for what is received: a request may be for a new connection. */
static __always_inline bool is_for_seen(const struct nta_packet *pkt,
					const struct nta_sockinfo *info,
					int dir)
{
	return nta_way_is_udp(pkt->way) ? nta_sockinfo_is_fresh(info, dir) :
					  !nta_packet_opens(pkt);
}

static __always_inline void out(struct nta_packet *pkt,
				const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);
	struct nta_sockinfo *info;
	struct nta_record *rec;

	if (likely(ct)) {
		info = nta_sockinfo_find(ct);
		if (likely(info) && likely(!nta_owner_is_transformed(pkt))) {
			int dir = CTINFO2DIR(ctinfo);

			rec = nta_record_resolve(READ_ONCE(info->slot[dir]));
			/*
			 * The usual case.  Whether it is a system call or an
			 * interrupt that sends, it is the owner's time.
			 */
			if (likely(rec && READ_ONCE(rec->tsk) == current &&
				   sends_as_seen(pkt, info, dir))) {
				nta_packet_weigh(pkt, state->out, state->sk);
				nta_book(rec, pkt);
				return;
			}
		}
	}
	nta_slow_out(pkt, state);
}

static __always_inline void in(struct nta_packet *pkt,
			       const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);
	int dir = !CTINFO2DIR(ctinfo);
	struct nta_sockinfo *info;
	struct nta_record *rec;

	nta_packet_weigh(pkt, state->in, NULL);
	if (likely(ct)) {
		info = nta_sockinfo_find(ct);
		if (likely(info)) {
			rec = nta_record_resolve(READ_ONCE(info->slot[dir]));
			if (likely(rec && is_for_seen(pkt, info, dir))) {
				nta_book(rec, pkt);
				return;
			}
		}
	}
	nta_slow_in(pkt, state, ct, dir);
}

static unsigned int nta_hook4_out(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct nta_packet pkt;

	if (nta_packet_parse4(&pkt, skb, true))
		out(&pkt, state);
	return NF_ACCEPT;
}

static unsigned int nta_hook6_out(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct nta_packet pkt;

	if (nta_packet_parse6(&pkt, skb, true))
		out(&pkt, state);
	return NF_ACCEPT;
}

static unsigned int nta_hook4_in(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct nta_packet pkt;

	if (nta_packet_parse4(&pkt, skb, false))
		in(&pkt, state);
	return NF_ACCEPT;
}

static unsigned int nta_hook6_in(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct nta_packet pkt;

	if (nta_packet_parse6(&pkt, skb, false))
		in(&pkt, state);
	return NF_ACCEPT;
}

/* After everybody who may want to assign a helper, before confirmation. */
static unsigned int nta_hook_post(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (unlikely(ct && !nf_ct_is_confirmed(ct)))
		nta_slow_attach(skb, state, ct, CTINFO2DIR(ctinfo));
	return NF_ACCEPT;
}

/*
 * Last in LOCAL_OUT, where translation and filters have had their say; just
 * before confirmation elsewhere, which for IPv6 is not the very last hook.
 */
static const struct nf_hook_ops nta_hook_ops[] = {
	{
		.hook		= nta_hook4_out,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= INT_MAX,
	},
	{
		.hook		= nta_hook_post,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= INT_MAX - 1,
	},
	{
		.hook		= nta_hook4_in,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= INT_MAX - 2,
	},
	{
		.hook		= nta_hook6_out,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= INT_MAX,
	},
	{
		.hook		= nta_hook_post,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= INT_MAX - 1,
	},
	{
		.hook		= nta_hook6_in,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= INT_MAX - 2,
	},
};

/**
 * nta_hooks_register() - begin to see the packets of a network namespace
 * @net: the namespace
 *
 * Process context.
 *
 * Return: 0 or an error of netfilter, and nothing has been registered.
 */
int nta_hooks_register(struct net *net)
{
	return nf_register_net_hooks(net, nta_hook_ops,
				     ARRAY_SIZE(nta_hook_ops));
}

/**
 * nta_hooks_unregister() - see the packets of a network namespace no more
 * @net: the namespace
 *
 * Process context.  Hooks that are running are not waited for.
 */
void nta_hooks_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, nta_hook_ops, ARRAY_SIZE(nta_hook_ops));
}
