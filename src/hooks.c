// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: each TCP or UDP packet that a local socket sends or is
 * given is booked once, in one record or one term of the books.
 *
 * All hooks run under rcu_read_lock(), and all return NF_ACCEPT.
 */
#include "hooks.h"
#include "owner.h"
#include "stats.h"
#include "task.h"

#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>

static __always_inline void book(struct nta_record *rec,
				 const struct nta_packet *pkt)
{
	nta_stats_book(NTA_TOTAL, pkt->way, &pkt->weight);
	nta_live_book(&rec->live, pkt->way, &pkt->weight);
}

static void book_term(enum nta_term term, const struct nta_packet *pkt)
{
	nta_stats_book(NTA_TOTAL, pkt->way, &pkt->weight);
	nta_stats_book(term, pkt->way, &pkt->weight);
}

/* The last task that sends has the slot, and all that waited there for it. */
static void slot_own(u64 *slot, struct nta_record *mine)
{
	u64 handle = nta_record_handle(mine);
	u64 old;

	if (READ_ONCE(*slot) == handle)
		return;
	old = xchg(slot, handle);
	if (old != NTA_NOBODY)
		nta_thread_claim(mine, old);
}

/*
 * The record that a slot leads to, a new unowned one if it leads nowhere; by
 * @want the search for owners will know the socket.
 */
static struct nta_record *slot_record(u64 *slot, u64 want)
{
	u64 old = READ_ONCE(*slot);
	struct nta_record *rec = nta_record_resolve(old);
	u64 handle;

	if (rec)
		return rec;
	rec = nta_record_alloc(NTA_RECORD_UNOWNED, want, &handle);
	if (!rec)
		return NULL;
	if (cmpxchg(slot, old, handle) == old)
		return rec;
	/* another packet of the flow was faster, or its owner was */
	nta_record_discard(rec);
	return nta_record_resolve(READ_ONCE(*slot));
}

static void book_slot(u64 *slot, const struct nta_sock_key *key,
		      const struct nta_packet *pkt)
{
	struct nta_record *rec = NULL;

	if (slot) {
		rec = nta_record_resolve(READ_ONCE(*slot));
		if (!rec)
			rec = slot_record(slot, key ? nta_sock_hash(key) : 0);
	}

	if (rec)
		book(rec, pkt);
	else
		book_term(NTA_UNIDENTIFIED, pkt);
}

static void book_late(const struct nta_packet *pkt)
{
	book_term(NTA_RETIRED, pkt);
	this_cpu_add(nta_stats.event[NTA_LATE_PACKETS], pkt->weight.packets);
}

/*
 * An empty slot on a conntrack entry: the socket may be known from before the
 * entry was there.
 */
static void slot_ask(u64 *slot, const struct nta_sock *sock)
{
	u64 old = READ_ONCE(*slot);
	u64 handle = READ_ONCE(sock->slot);

	if (!nta_record_resolve(old) && nta_record_resolve(handle))
		cmpxchg(slot, old, handle);
}

static bool is_transformed(const struct nta_packet *pkt)
{
	/* the packet inside has been counted before */
	if (pkt->v6)
		return IP6CB(pkt->skb)->flags & IP6SKB_XFRM_TRANSFORMED;
	return IPCB(pkt->skb)->flags & IPSKB_XFRM_TRANSFORMED;
}

/* Will nta_hook_post() give the entry its sockinfo? */
static bool will_attach(const struct nf_conn *ct)
{
	return ct && !nf_ct_is_confirmed(ct) && !nf_ct_is_template(ct) &&
	       !nfct_help(ct);
}

static void out_own(struct nta_packet *pkt, const struct nf_hook_state *state,
		    struct nta_record *mine, u64 *slot, bool keep)
{
	struct nta_sock_key key;
	struct nta_sock *sock;

	if (slot)
		slot_own(slot, mine);
	/* else there can be nothing in the table to claim */
	if (!keep && !nta_sock_count())
		return;
	if (!nta_owner_key_out(pkt, state, &key))
		return;
	sock = keep ? nta_sock_get(&key, true) : nta_sock_find(&key);
	if (!sock)
		return;
	nta_sock_settle(sock);
	slot_own(&sock->slot, mine);
}

static noinline void out_slow(struct nta_packet *pkt,
			      const struct nf_hook_state *state)
{
	bool udp = nta_way_is_udp(pkt->way);
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);
	struct nta_sockinfo *info = NULL;
	struct nta_record *mine;
	struct nta_sock_key key;
	struct nta_sock *sock;
	bool keep, known = false;
	u64 *slot = NULL;

	/* it comes again, with the real device */
	if (!ct && ctinfo == IP_CT_UNTRACKED && netif_is_l3_master(state->out))
		return;
	nta_packet_weigh(pkt, state->out, state->sk);
	if (is_transformed(pkt) || nta_owner_is_tunnel(state->sk, udp)) {
		book_term(NTA_TUNNEL, pkt);
		return;
	}

	if (ct)
		info = nta_sockinfo_find(ct);
	if (info)
		slot = &info->slot[CTINFO2DIR(ctinfo)];

	if (nta_owner_is_current(state, udp)) {
		mine = nta_thread_learn();
		if (!mine) {
			book_term(NTA_UNIDENTIFIED, pkt);
			return;
		}
		/*
		 * Outside conntrack the table of sockets is all there is.
		 * With an entry, it is for a UDP server, whose next peers
		 * will have entries of their own.
		 */
		if (slot)
			keep = udp && CTINFO2DIR(ctinfo) == IP_CT_DIR_REPLY;
		else
			keep = !will_attach(ct);
		out_own(pkt, state, mine, slot, keep);
		book(mine, pkt);
		return;
	}

	if (!slot || !nta_record_resolve(READ_ONCE(*slot))) {
		known = nta_owner_key_out(pkt, state, &key);
		if (!known)
			sock = NULL;
		else if (slot || !state->sk)
			sock = nta_sock_find(&key);
		else
			sock = nta_sock_get(&key, false);
		if (slot && sock)
			slot_ask(slot, sock);
		else if (sock)
			slot = &sock->slot;
	}
	if (slot && READ_ONCE(*slot) != NTA_NOBODY &&
	    !nta_record_resolve(READ_ONCE(*slot)) &&
	    nta_owner_is_gone(pkt, state))
		book_late(pkt);
	else
		book_slot(slot, known ? &key : NULL, pkt);
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
		if (likely(info) && likely(!is_transformed(pkt))) {
			u64 *slot = &info->slot[CTINFO2DIR(ctinfo)];

			rec = nta_record_resolve(READ_ONCE(*slot));
			/*
			 * The usual case.  Whether it is a system call or an
			 * interrupt that sends, it is the owner's time.
			 */
			if (likely(rec && READ_ONCE(rec->tsk) == current)) {
				nta_packet_weigh(pkt, state->out, state->sk);
				book(rec, pkt);
				return;
			}
		}
	}
	out_slow(pkt, state);
}

static noinline void in_slow_udp(struct nta_packet *pkt,
				 const struct nf_hook_state *state,
				 struct nf_conn *ct, int dir)
{
	struct sock *sk = nta_owner_udp_receiver(pkt, state);
	struct nta_sockinfo *info = NULL;
	struct nta_sock_key key;
	struct nta_sock *sock;
	u64 *slot = NULL;

	if (!sk) {
		book_term(NTA_UNIDENTIFIED, pkt);
		return;
	}
	if (nta_owner_is_tunnel(sk, true)) {
		book_term(NTA_TUNNEL, pkt);
		return;
	}
	if (ct)
		info = nta_sockinfo_find(ct) ?: nta_sockinfo_attach(ct);
	if (info)
		slot = &info->slot[dir];

	/* what waits for an owner waits at the socket, for all its peers */
	nta_owner_key_udp(sk, state->net, &key);
	sock = nta_sock_get(&key, false);
	book_slot(sock ? &sock->slot : slot, &key, pkt);
	if (sock && slot)
		slot_ask(slot, sock);
}

/* A new connection between the same ports: the old one's owner has no part. */
static void slot_renew(u64 *slot, const struct nta_packet *pkt)
{
	u64 old = READ_ONCE(*slot);
	struct nta_record *rec = nta_record_resolve(old);
	const struct tcphdr *th;
	struct tcphdr buf;

	/* an unowned record has this request already: it is repeated */
	if (rec && READ_ONCE(rec->state) == NTA_RECORD_UNOWNED)
		return;
	th = skb_header_pointer(pkt->skb, pkt->l4, sizeof(buf), &buf);
	if (th && th->syn && !th->ack)
		cmpxchg(slot, old, NTA_NOBODY);
}

static noinline void in_slow_tcp(struct nta_packet *pkt,
				 const struct nf_hook_state *state,
				 struct nf_conn *ct, int dir)
{
	struct nta_sockinfo *info = NULL;
	struct nta_sock_key key;
	struct nta_sock *sock;
	u64 *slot = NULL;
	bool known;

	if (ct)
		info = nta_sockinfo_find(ct) ?: nta_sockinfo_attach(ct);
	if (info)
		slot = &info->slot[dir];

	known = nta_owner_key_in(pkt, state->net, &key);
	if (known) {
		if (slot) {
			sock = nta_sock_find(&key);
			if (sock)
				slot_ask(slot, sock);
		} else {
			sock = nta_sock_get(&key, false);
			if (sock) {
				slot = &sock->slot;
				slot_renew(slot, pkt);
			}
		}
	}
	if (slot && READ_ONCE(*slot) != NTA_NOBODY &&
	    !nta_record_resolve(READ_ONCE(*slot)) &&
	    nta_owner_is_gone(pkt, state))
		book_late(pkt);
	else
		book_slot(slot, known ? &key : NULL, pkt);
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
			if (likely(rec)) {
				book(rec, pkt);
				return;
			}
		}
	}
	if (nta_way_is_udp(pkt->way))
		in_slow_udp(pkt, state, ct, dir);
	else
		in_slow_tcp(pkt, state, ct, dir);
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

static noinline void post_attach(struct sk_buff *skb, struct nf_conn *ct,
				 int dir,
				 const struct nf_hook_state *state)
{
	struct nta_packet pkt = {
		.skb	= skb,
		.v6	= state->pf == NFPROTO_IPV6,
	};
	bool udp = nf_ct_protonum(ct) == IPPROTO_UDP;
	struct nta_sockinfo *info;
	struct nta_record *mine;

	/*
	 * A packet that came in by a device is being forwarded: its flow is
	 * left alone, so that it can still be offloaded.
	 */
	if (skb->skb_iif || (!udp && nf_ct_protonum(ct) != IPPROTO_TCP))
		return;
	if (is_transformed(&pkt) || nta_owner_is_tunnel(state->sk, udp))
		return;
	info = nta_sockinfo_attach(ct);
	if (!info || !nta_owner_is_current(state, udp) ||
	    nta_owner_gives_verdicts())
		return;
	mine = nta_thread_learn();
	if (mine)
		slot_own(&info->slot[dir], mine);
}

/* After everybody who may want to assign a helper, before confirmation. */
static unsigned int nta_hook_post(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (unlikely(ct && !nf_ct_is_confirmed(ct)))
		post_attach(skb, ct, CTINFO2DIR(ctinfo), state);
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
