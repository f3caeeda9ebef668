// SPDX-License-Identifier: GPL-2.0
/*
 * Packets being sent whose slot does not tell at once whose they are.
 */
#include "slow.h"
#include "attach.h"
#include "key.h"
#include "owner.h"
#include "recent.h"
#include "slot.h"
#include "task.h"

#include <linux/tcp.h>

/*
 * Is a packet's entry one that sockinfo belongs on?  A packet that came in by a
 * device is being forwarded: its flow is left alone, so that it can still be
 * offloaded.
 */
static bool may_attach(const struct nta_packet *pkt)
{
	return !pkt->skb->skb_iif &&
	       !nta_owner_is_transformed(pkt->skb, pkt->v6) &&
	       nta_owner_carries(pkt->sk) == NTA_CARRIES_DATA;
}

/* The first request for a connection, not one that is sent again. */
static bool sends_request(const struct nta_packet *pkt)
{
	const struct sock *sk = pkt->sk;

	return !nta_way_is_udp(pkt->way) && sk && sk_fullsock(sk) &&
	       sk_is_tcp(sk) && !tcp_sk(sk)->total_retrans &&
	       nta_packet_opens(pkt);
}

/*
 * The running task sends, and has the slot.  Outside conntrack the table of
 * sockets is all there is.  With an entry, it is for a UDP server, whose next
 * peers will have entries of their own, and for a socket that a daemon shares
 * with a tunnel.
 */
static void out_own(struct nta_packet *pkt, const struct nf_hook_state *state,
		    u64 *slot, bool reply, bool later)
{
	struct nta_record *mine = nta_thread_learn();
	struct nta_sock_key key;
	struct nta_sock *sock;
	bool keep;

	if (!mine) {
		nta_book_term(NTA_UNIDENTIFIED, pkt);
		return;
	}
	nta_book(mine, pkt);

	if (slot)
		nta_slot_own(slot, mine);
	if (slot)
		keep = reply && nta_way_is_udp(pkt->way);
	else
		keep = !later ||
		       nta_owner_carries(pkt->sk) != NTA_CARRIES_DATA;
	/* else there can be nothing in the table to claim */
	if (!keep && !nta_sock_count())
		return;
	if (!nta_key_out(pkt, state, &key))
		return;
	sock = keep ? nta_sock_get(&key, true) : nta_sock_find(&key);
	if (!sock)
		return;
	nta_sock_settle(sock);
	nta_slot_own(&sock->slot, mine);
	if (!slot)
		nta_recent_note(pkt->sk, nta_record_handle(mine));
}

/* The running task does not send it: who has sent before, or will. */
static void out_other(struct nta_packet *pkt,
		      const struct nf_hook_state *state, u64 *slot)
{
	struct nta_sock_key key;
	struct nta_sock *sock = NULL;
	u64 *entry = slot;
	bool known = false;
	u64 handle;

	if (!slot || !nta_record_resolve(READ_ONCE(*slot))) {
		known = nta_key_out(pkt, state, &key);
		sock = known ? nta_sock_find(&key) : NULL;
		if (known && !sock && !slot) {
			if (!nta_way_is_udp(pkt->way) &&
			    nta_slot_book_invalid(pkt, state, &key, &handle))
				return;
			if (pkt->sk)
				sock = nta_sock_get(&key, false);
		}
		if (slot && sock)
			nta_slot_ask(slot, sock);
		else if (sock)
			slot = &sock->slot;
	}
	if (slot && nta_slot_is_stale(slot) && nta_owner_is_gone(pkt, state)) {
		nta_book_late(pkt);
		return;
	}
	/* what waits for an owner waits at the socket, if it is UDP */
	if (entry && known && nta_way_is_udp(pkt->way) && pkt->sk &&
	    !nta_record_resolve(READ_ONCE(*entry))) {
		sock = sock ?: nta_sock_get(&key, false);
		if (sock)
			slot = &sock->slot;
	}
	handle = nta_slot_book(slot, known ? &key : NULL, pkt);
	if (!sock || slot != &sock->slot)
		return;
	if (entry)
		nta_slot_ask(entry, sock);
	else
		nta_recent_note(pkt->sk, handle);
}

/* A kernel thread that sends on a user's socket has what nobody else has. */
static bool worker_owns(struct nta_packet *pkt,
			const struct nf_hook_state *state, const u64 *slot)
{
	struct nta_sock_key key;
	struct nta_sock *sock;

	if (!nta_owner_is_worker(pkt, state) ||
	    (slot && nta_slot_has_thread(slot)) ||
	    !nta_key_out(pkt, state, &key))
		return false;
	sock = nta_sock_find(&key);
	return !sock || !nta_slot_has_thread(&sock->slot);
}

/* What a raw socket makes look like that of a UDP socket is not of that. */
static bool is_forged(const struct nta_packet *pkt,
		      const struct nta_sockinfo *info, int dir)
{
	const struct sock *sk = pkt->sk;

	return nta_way_is_udp(pkt->way) && sk && sk_fullsock(sk) &&
	       !sk_is_udp(sk) && nta_sockinfo_has_seen(info, dir);
}

/*
 * A tunnel's socket has no slot on an entry: what is received would not come
 * here to be told from a daemon's messages.  It can have become one since.
 */
static u64 *slot_to_use(const struct nta_packet *pkt,
			struct nta_sockinfo *info, int dir)
{
	u64 *slot = &info->slot[dir];

	if (is_forged(pkt, info, dir))
		return NULL;
	if (nta_owner_carries(pkt->sk) == NTA_CARRIES_DATA)
		return slot;
	/* an unowned record that is there is left to age */
	if (READ_ONCE(*slot) != NTA_NOBODY)
		xchg(slot, NTA_NOBODY);
	return NULL;
}

/* Nor has a UDP socket what waits for another that had its ports before. */
static void see_sender(const struct nta_packet *pkt, struct nta_sockinfo *info,
		       int dir)
{
	struct sock *sk = pkt->sk;

	if (!nta_way_is_udp(pkt->way) || !sk || !sk_fullsock(sk) ||
	    !sk_is_udp(sk))
		return;
	nta_key_know(sk);
	if (nta_sockinfo_is_of(info, dir, sk))
		return;
	nta_slot_empty(&info->slot[dir]);
	nta_sockinfo_see(info, dir, sk);
}

/**
 * nta_slow_out() - book a packet that is being sent
 * @pkt: the packet, in LOCAL_OUT
 * @state: of the hook
 */
void nta_slow_out(struct nta_packet *pkt, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);
	int dir = CTINFO2DIR(ctinfo);
	enum nta_attach when = NTA_ATTACH_NEVER;
	struct nta_sockinfo *info;
	struct nta_sock_key key;
	bool fresh = false;
	u64 *slot = NULL;

	/* it comes again, with the real device */
	if (!ct && ctinfo == IP_CT_UNTRACKED && netif_is_l3_master(state->out))
		return;
	nta_packet_weigh(pkt, state->out, state->sk);
	nta_owner_sender(pkt, state);
	info = ct ? nta_sockinfo_find(ct) : NULL;
	if (!info)
		when = nta_attach_when(ct, state);
	if (when == NTA_ATTACH_NOW && may_attach(pkt)) {
		info = nta_sockinfo_attach(ct);
		fresh = info;
	}
	if (nta_sockinfo_is_left_out(ct, info, dir)) {
		nta_book_term(NTA_EXCLUDED, pkt);
		return;
	}
	if (info) {
		see_sender(pkt, info, dir);
		slot = slot_to_use(pkt, info, dir);
	}
	if (nta_owner_is_transformed(pkt->skb, pkt->v6) ||
	    nta_owner_is_tunnel(pkt, pkt->sk)) {
		nta_book_term(NTA_TUNNEL, pkt);
		return;
	}
	if (sends_request(pkt) &&
	    ((slot && !fresh) || nta_record_unowned() || nta_sock_count()) &&
	    nta_key_out(pkt, state, &key)) {
		nta_recent_forget(pkt->sk);
		nta_slot_begin(&key, slot);
	}
	if (nta_owner_is_current(pkt, state) || worker_owns(pkt, state, slot))
		out_own(pkt, state, slot, dir == IP_CT_DIR_REPLY,
			when == NTA_ATTACH_LATER);
	else
		out_other(pkt, state, slot);
}

/**
 * nta_slow_attach() - give a new conntrack entry its sockinfo
 * @skb: the packet, in POST_ROUTING
 * @state: of the hook
 * @ct: the entry, which is about to be confirmed
 * @dir: of the local end in it
 */
void nta_slow_attach(struct sk_buff *skb, const struct nf_hook_state *state,
		     struct nf_conn *ct, int dir)
{
	struct nta_packet pkt = {
		.skb	= skb,
		.v6	= state->pf == NFPROTO_IPV6,
	};
	struct nta_sockinfo *info;
	struct nta_record *mine;

	nta_owner_sender(&pkt, state);
	if (!may_attach(&pkt))
		return;
	info = nta_sockinfo_attach(ct);
	if (!info || READ_ONCE(info->slot[dir]) == NTA_LEFT_OUT)
		return;
	pkt.way = nf_ct_protonum(ct) == IPPROTO_UDP ? NTA_UDP_SND : NTA_TCP_SND;
	see_sender(&pkt, info, dir);
	/* what has waited in a queue goes on with softirqs off */
	if (!nta_owner_is_current(&pkt, state))
		return;
	mine = nta_thread_learn();
	if (mine)
		nta_slot_own(&info->slot[dir], mine);
}
