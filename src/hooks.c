// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: each TCP or UDP packet that a local socket sends or is
 * given is booked once, in one record or one term of the books.
 *
 * All hooks run under rcu_read_lock(), and all return NF_ACCEPT.
 */
#include "hooks.h"
#include "any.h"
#include "attach.h"
#include "owner.h"
#include "recent.h"
#include "slot.h"
#include "slow.h"

#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

/*
 * The usual packet, below: one frame, of a flow whose entry knows its owner.
 * All that it takes is in registers, and the way is a constant, so that a hook
 * needs no stack.  What these do not book, they have done nothing to.
 */
static __always_inline bool out_usual(struct sk_buff *skb,
				      const struct nf_hook_state *state,
				      enum nta_way way, bool v6)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct nta_sockinfo *info;
	const struct sock *sk = skb->sk;
	struct nta_record *rec;

	info = nta_sockinfo_peek(ct);
	if (unlikely(!info || nta_owner_is_transformed(skb, v6)))
		return false;
	rec = nta_record_resolve(READ_ONCE(info->slot[CTINFO2DIR(ctinfo)]));
	/*
	 * Whether it is a system call or an interrupt that sends, it is the
	 * owner's time.  An entry is only ports: for UDP, are they still those
	 * of the socket that the slot is about?
	 */
	if (unlikely(!rec || READ_ONCE(rec->tsk) != current ||
		     !nta_packet_is_plain(skb, way)))
		return false;
	if (nta_way_is_udp(way) &&
	    unlikely(!sk || !nta_sockinfo_is_of(info, CTINFO2DIR(ctinfo), sk)))
		return false;
	nta_book_plain(rec, skb, state->out, way);
	return true;
}

static __always_inline bool in_usual(struct sk_buff *skb,
				     const struct nf_hook_state *state,
				     enum nta_way way)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct nta_sockinfo *info;
	struct nta_record *rec;

	info = nta_sockinfo_peek(ct);
	if (unlikely(!info))
		return false;
	rec = nta_record_resolve(READ_ONCE(info->slot[!CTINFO2DIR(ctinfo)]));
	if (unlikely(!rec || !nta_packet_is_plain(skb, way)))
		return false;
	/* a request may be for a new connection */
	if (nta_way_is_udp(way) ?
	    unlikely(!nta_sockinfo_is_fresh(info, !CTINFO2DIR(ctinfo))) :
	    unlikely(nta_packet_may_open(skb)))
		return false;
	nta_book_plain(rec, skb, state->in, way);
	return true;
}

/* The same without an entry: of a socket that has been met a moment ago. */
static __always_inline bool out_recent(struct sk_buff *skb,
				       const struct nf_hook_state *state,
				       enum nta_way way, bool v6)
{
	const struct sock *sk = state->sk;
	struct nta_record *rec;

	if (unlikely(!sk || !sk_fullsock(sk) ||
		     nta_owner_is_transformed(skb, v6)))
		return false;
	/* not a request, which begins a connection; not what comes again (VRF) */
	if (nta_way_is_udp(way) ?
	    !nta_owner_is_plain_udp(sk) :
	    !sk_is_tcp(sk) || READ_ONCE(sk->sk_state) == TCP_SYN_SENT)
		return false;
	if (unlikely(netif_is_l3_master(state->out)))
		return false;
	rec = nta_recent_find(sk);
	if (unlikely(!rec || READ_ONCE(rec->tsk) != current ||
		     !nta_packet_is_plain(skb, way)))
		return false;
	nta_book_plain(rec, skb, state->out, way);
	return true;
}

static __always_inline bool in_recent(struct sk_buff *skb,
				      const struct nf_hook_state *state,
				      enum nta_way way)
{
	const struct sock *sk = skb->sk;
	struct nta_record *rec;

	/* early demux */
	if (!sk || unlikely(!sk_fullsock(sk)))
		return false;
	if (nta_way_is_udp(way) ?
	    !nta_owner_is_plain_udp(sk) :
	    !sk_is_tcp(sk) || nta_packet_may_open(skb))
		return false;
	rec = nta_recent_find(sk);
	if (unlikely(!rec || !nta_packet_is_plain(skb, way)))
		return false;
	nta_book_plain(rec, skb, state->in, way);
	return true;
}

static __always_inline bool out_booked(struct sk_buff *skb,
				       const struct nf_hook_state *state,
				       enum nta_way way, bool v6)
{
	return likely(skb_nfct(skb)) ? out_usual(skb, state, way, v6) :
				       out_recent(skb, state, way, v6);
}

static __always_inline bool in_booked(struct sk_buff *skb,
				      const struct nf_hook_state *state,
				      enum nta_way way)
{
	return likely(skb_nfct(skb)) ? in_usual(skb, state, way) :
				       in_recent(skb, state, way);
}

static __always_inline unsigned int hook_out(struct sk_buff *skb,
					     const struct nf_hook_state *state,
					     u8 proto, bool v6)
{
	switch (proto) {
	case IPPROTO_TCP:
		if (out_booked(skb, state, NTA_TCP_SND, v6))
			return NF_ACCEPT;
		break;
	case IPPROTO_UDP:
		if (out_booked(skb, state, NTA_UDP_SND, v6))
			return NF_ACCEPT;
		break;
	}
	return nta_any_out(skb, state);
}

static __always_inline unsigned int hook_in(struct sk_buff *skb,
					    const struct nf_hook_state *state,
					    u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		if (in_booked(skb, state, NTA_TCP_RCV))
			return NF_ACCEPT;
		if (!skb_nfct(skb))
			return nta_any_in_tcp(skb, state);
		break;
	case IPPROTO_UDP:
		if (in_booked(skb, state, NTA_UDP_RCV))
			return NF_ACCEPT;
		break;
	}
	return nta_any_in(skb, state);
}

static unsigned int nta_hook4_out(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return hook_out(skb, state, ip_hdr(skb)->protocol, false);
}

static unsigned int nta_hook4_in(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return hook_in(skb, state, ip_hdr(skb)->protocol);
}

static unsigned int nta_hook6_out(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return hook_out(skb, state, ipv6_hdr(skb)->nexthdr, true);
}

static unsigned int nta_hook6_in(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return hook_in(skb, state, ipv6_hdr(skb)->nexthdr);
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
		.hook		= nta_hook6_in,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= INT_MAX - 2,
	},
};

static const struct nf_hook_ops nta_post_ops[] = {
	{
		.hook		= nta_hook_post,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= INT_MAX - 1,
	},
	{
		.hook		= nta_hook_post,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= INT_MAX - 1,
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

/**
 * nta_hooks_need_post() - does a namespace need our hook in POST_ROUTING
 * @net: the namespace
 *
 * Return: whether others have hooks there, or ours is there already.
 */
bool nta_hooks_need_post(const struct net *net)
{
	bool need;

	rcu_read_lock();
	need = !nta_attach_is_last(net, NFPROTO_IPV4) ||
	       !nta_attach_is_last(net, NFPROTO_IPV6);
	rcu_read_unlock();
	return need;
}

/**
 * nta_hooks_register_post() - have a hook in POST_ROUTING, too
 * @net: the namespace
 *
 * Process context.
 *
 * Return: 0 or an error of netfilter, and nothing has been registered.
 */
int nta_hooks_register_post(struct net *net)
{
	return nf_register_net_hooks(net, nta_post_ops,
				     ARRAY_SIZE(nta_post_ops));
}

/**
 * nta_hooks_unregister_post() - undo nta_hooks_register_post()
 * @net: the namespace
 *
 * Process context.  Hooks that are running are not waited for.
 */
void nta_hooks_unregister_post(struct net *net)
{
	nf_unregister_net_hooks(net, nta_post_ops, ARRAY_SIZE(nta_post_ops));
}
