// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path for packets of any kind, where the hooks have not booked them
 * yet: larger ones, those of softirqs, sockets that have to be looked up.
 *
 * All of it runs under rcu_read_lock(), and returns NF_ACCEPT, so that a hook
 * can end with it.
 */
#include "any.h"
#include "key.h"
#include "owner.h"
#include "recent.h"
#include "slot.h"
#include "slow.h"

/*
 * An ACK or what is sent again, in a softirq on behalf of whoever has the
 * connection; a request is not among it.
 */
static bool sends_for_owner(const struct nta_packet *pkt)
{
	return (!in_task() || in_softirq()) && !nta_way_is_udp(pkt->way) &&
	       !nta_packet_opens(pkt);
}

/* Whose entry it is, if there is no more to be done than to book the packet. */
static struct nta_record *out_listed(const struct nta_packet *pkt,
				     const struct nf_conn *ct, int dir)
{
	const struct nta_sockinfo *info = nta_sockinfo_find(ct);
	const struct sock *sk = pkt->skb->sk;
	struct nta_record *rec;

	if (!info)
		return NULL;
	rec = nta_record_resolve(READ_ONCE(info->slot[dir]));
	if (!rec || (READ_ONCE(rec->tsk) != current && !sends_for_owner(pkt)))
		return NULL;
	if (nta_way_is_udp(pkt->way) &&
	    (!sk || !nta_sockinfo_is_of(info, dir, sk)))
		return NULL;
	return rec;
}

/* Who has the UDP socket of a packet without an entry, the same. */
static struct nta_record *in_unlisted(const struct nta_packet *pkt,
				      const struct nf_hook_state *state)
{
	const struct sock *sk;

	if (!nta_way_is_udp(pkt->way) || pkt->more || pkt->part)
		return NULL;
	sk = nta_owner_udp_receiver(pkt, state);
	return sk && nta_owner_is_plain_udp(sk) ? nta_recent_find(sk) : NULL;
}

/**
 * nta_any_out() - book a packet that is being sent
 * @skb: the packet, in LOCAL_OUT
 * @state: of the hook
 *
 * Return: NF_ACCEPT.
 */
unsigned int nta_any_out(struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nta_record *rec;
	struct nta_packet pkt;
	struct nf_conn *ct;

	if (!nta_packet_parse(&pkt, skb, state->pf == NFPROTO_IPV6, true))
		return NF_ACCEPT;
	ct = nf_ct_get(skb, &ctinfo);
	rec = NULL;
	if (ct)
		rec = out_listed(&pkt, ct, CTINFO2DIR(ctinfo));
	else if (sends_for_owner(&pkt) && state->sk && sk_fullsock(state->sk) &&
		 sk_is_tcp(state->sk) && !netif_is_l3_master(state->out))
		rec = nta_recent_find(state->sk);
	if (rec && !nta_owner_is_transformed(skb, pkt.v6)) {
		nta_packet_weigh(&pkt, state->out, state->sk);
		nta_book(rec, &pkt);
	} else {
		nta_slow_out(&pkt, state);
	}
	return NF_ACCEPT;
}

/**
 * nta_any_in() - book a packet that has been received
 * @skb: the packet, in LOCAL_IN
 * @state: of the hook
 *
 * Return: NF_ACCEPT.
 */
unsigned int nta_any_in(struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nta_sockinfo *info;
	struct nta_record *rec;
	struct nta_packet pkt;
	struct nf_conn *ct;
	int dir;

	if (!nta_packet_parse(&pkt, skb, state->pf == NFPROTO_IPV6, false))
		return NF_ACCEPT;
	nta_packet_weigh(&pkt, state->in, NULL);
	ct = nf_ct_get(skb, &ctinfo);
	dir = !CTINFO2DIR(ctinfo);
	info = ct ? nta_sockinfo_find(ct) : NULL;
	rec = NULL;
	if (!ct)
		rec = in_unlisted(&pkt, state);
	else if (info && (nta_way_is_udp(pkt.way) ?
			  nta_sockinfo_is_fresh(info, dir) :
			  !nta_packet_opens(&pkt)))
		rec = nta_record_resolve(READ_ONCE(info->slot[dir]));
	if (rec)
		nta_book(rec, &pkt);
	else
		nta_slow_in(&pkt, state, ct, dir);
	return NF_ACCEPT;
}

/**
 * nta_any_in_tcp() - book a TCP packet whose connection is to be looked up
 * @skb: the packet, in LOCAL_IN, with its headers in a row: one that has no
 *	 conntrack entry, and on loopback not its socket, either
 * @state: of the hook
 *
 * Return: NF_ACCEPT.
 */
unsigned int nta_any_in_tcp(struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct nta_sock_key key;
	struct nta_record *rec;
	struct nta_sock *sock;
	u64 handle = NTA_NOBODY;

	if (nta_packet_may_open(skb) || !nta_packet_is_plain(skb, NTA_TCP_RCV))
		return nta_any_in(skb, state);
	nta_key_tcp(skb, state->pf == NFPROTO_IPV6, false,
		    &tcp_hdr(skb)->source, state->net, &key);
	sock = nta_sock_find(&key);
	if (sock)
		handle = READ_ONCE(sock->slot);
	rec = nta_record_resolve(handle);
	if (!rec)
		return nta_any_in(skb, state);
	nta_book_plain(rec, skb, state->in, NTA_TCP_RCV);
	nta_recent_note(skb->sk, handle);
	return NF_ACCEPT;
}
