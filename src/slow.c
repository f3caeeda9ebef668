// SPDX-License-Identifier: GPL-2.0
/*
 * Packets whose slot does not tell at once whose they are.
 */
#include "slow.h"
#include "fragment.h"
#include "key.h"
#include "owner.h"
#include "slot.h"
#include "task.h"

#include <linux/tcp.h>

/* Will nta_slow_attach() give the entry its sockinfo? */
static bool will_attach(const struct nf_conn *ct)
{
	return ct && !nf_ct_is_confirmed(ct) && !nf_ct_is_template(ct) &&
	       !nfct_help(ct);
}

/*
 * A connection begins: that of the same ports before it is over, and this one's
 * owner has no part in it.
 */
static void forget_last(const struct nta_sock_key *key, struct nta_sock *sock)
{
	if (sock)
		nta_slot_empty(&sock->slot);
	nta_record_forget(nta_sock_hash(key));
}

/*
 * The running task sends, and has the slot.  Outside conntrack the table of
 * sockets is all there is.  With an entry, it is for a UDP server, whose next
 * peers will have entries of their own, and for a socket that a daemon shares
 * with a tunnel.
 */
static void out_own(struct nta_packet *pkt, const struct nf_hook_state *state,
		    const struct nf_conn *ct, u64 *slot, bool reply)
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
		keep = !will_attach(ct) ||
		       nta_owner_carries(pkt->sk) != NTA_CARRIES_DATA;
	/* else there can be nothing to claim, nor to leave alone */
	if (!keep && !nta_sock_count() && !nta_record_unowned())
		return;
	if (!nta_key_out(pkt, state, &key))
		return;
	sock = keep ? nta_sock_get(&key, true) : nta_sock_find(&key);
	if (!nta_way_is_udp(pkt->way) && nta_packet_opens(pkt))
		forget_last(&key, sock);
	if (!sock)
		return;
	nta_sock_settle(sock);
	nta_slot_own(&sock->slot, mine);
}

/*
 * A TCP packet without an entry can be one that conntrack has found to be
 * invalid: it belongs to the owner of its connection nevertheless.
 */
static bool book_invalid(struct nta_packet *pkt,
			 const struct nf_hook_state *state,
			 const struct nta_sock_key *key, u64 *handle)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);
	const struct tcphdr *th;
	struct nta_record *rec;
	struct tcphdr buf;
	u64 *slot;

	*handle = NTA_NOBODY;
	if (ct || ctinfo == IP_CT_UNTRACKED)
		return false;
	/* a new connection has nothing to do with an entry that is left */
	th = skb_header_pointer(pkt->skb, pkt->l4, sizeof(buf), &buf);
	if (!th || th->syn)
		return false;
	ct = nta_sockinfo_entry(state->net, key, &slot);
	if (!ct)
		return false;
	*handle = READ_ONCE(*slot);
	nf_ct_put(ct);

	rec = nta_record_resolve(*handle);
	if (rec) {
		nta_book(rec, pkt);
		return true;
	}
	if (*handle == NTA_NOBODY || !nta_owner_is_gone(pkt, state))
		return false;
	nta_book_late(pkt);
	return true;
}

/* The running task does not send it: who has sent before, or will. */
static void out_other(struct nta_packet *pkt,
		      const struct nf_hook_state *state, u64 *slot)
{
	struct nta_sock_key key;
	struct nta_sock *sock;
	bool known = false;
	u64 handle;

	if (!slot || !nta_record_resolve(READ_ONCE(*slot))) {
		known = nta_key_out(pkt, state, &key);
		sock = known ? nta_sock_find(&key) : NULL;
		if (known && !sock && !slot) {
			if (!nta_way_is_udp(pkt->way) &&
			    book_invalid(pkt, state, &key, &handle))
				return;
			if (pkt->sk)
				sock = nta_sock_get(&key, false);
		}
		if (slot && sock)
			nta_slot_ask(slot, sock);
		else if (sock)
			slot = &sock->slot;
	}
	if (slot && nta_slot_is_stale(slot) && nta_owner_is_gone(pkt, state))
		nta_book_late(pkt);
	else
		nta_slot_book(slot, known ? &key : NULL, pkt);
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

/*
 * A tunnel's socket has no slot on an entry: what is received would not come
 * here to be told from a daemon's messages.  It can have become one since.
 */
static u64 *slot_to_use(const struct nta_packet *pkt, u64 *slot)
{
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
	struct nta_sockinfo *info;
	u64 *slot = NULL;

	/* it comes again, with the real device */
	if (!ct && ctinfo == IP_CT_UNTRACKED && netif_is_l3_master(state->out))
		return;
	nta_packet_weigh(pkt, state->out, state->sk);
	nta_owner_sender(pkt, state);
	info = ct ? nta_sockinfo_find(ct) : NULL;
	if (info) {
		see_sender(pkt, info, dir);
		slot = slot_to_use(pkt, &info->slot[dir]);
	}
	if (nta_owner_is_transformed(pkt) || nta_owner_is_tunnel(pkt, pkt->sk)) {
		nta_book_term(NTA_TUNNEL, pkt);
		return;
	}
	if (nta_owner_is_current(pkt, state) || worker_owns(pkt, state, slot))
		out_own(pkt, state, ct, slot, dir == IP_CT_DIR_REPLY);
	else
		out_other(pkt, state, slot);
}

static void see_receiver(struct nta_sockinfo *info, int dir, struct sock *sk)
{
	nta_key_know(sk);
	if (!nta_sockinfo_is_of(info, dir, sk) && !nta_owner_is_steered(sk)) {
		nta_slot_empty(&info->slot[dir]);
		nta_sockinfo_see(info, dir, sk);
	}
	nta_sockinfo_refresh(info, dir);
}

/* These return the handle of the record, for the fragments that follow. */
static u64 in_udp(struct nta_packet *pkt, const struct nf_hook_state *state,
		  struct nf_conn *ct, int dir)
{
	struct sock *sk = nta_owner_udp_receiver(pkt, state);
	struct nta_sockinfo *info = NULL;
	struct nta_sock_key key;
	struct nta_record *rec;
	struct nta_sock *sock;
	u64 *slot = NULL;
	u64 handle;

	if (!sk) {
		nta_book_term(NTA_UNIDENTIFIED, pkt);
		return NTA_NOBODY;
	}
	if (nta_owner_is_tunnel(pkt, sk)) {
		nta_book_term(NTA_TUNNEL, pkt);
		return NTA_FRAGMENT_TUNNEL;
	}
	if (ct && nta_owner_carries(sk) == NTA_CARRIES_DATA)
		info = nta_sockinfo_find(ct) ?: nta_sockinfo_attach(ct);
	if (info) {
		see_receiver(info, dir, sk);
		slot = &info->slot[dir];
		handle = READ_ONCE(*slot);
		rec = nta_record_resolve(handle);
		if (rec) {
			nta_book(rec, pkt);
			return handle;
		}
	}

	/* what waits for an owner waits at the socket, for all its peers */
	nta_key_udp(sk, state->net, &key);
	sock = nta_sock_get(&key, false);
	handle = nta_slot_book(sock ? &sock->slot : slot, &key, pkt);
	if (sock && slot)
		nta_slot_ask(slot, sock);
	return handle;
}

/* A request that is repeated finds its slot filled, or its socket. */
static bool is_new(const struct nta_packet *pkt,
		   const struct nf_hook_state *state, const u64 *slot,
		   const struct nta_sock *sock)
{
	if (slot)
		return READ_ONCE(*slot) == NTA_NOBODY;
	return !sock || READ_ONCE(sock->slot) == NTA_NOBODY ||
	       nta_owner_is_gone(pkt, state);
}

static u64 in_tcp(struct nta_packet *pkt, const struct nf_hook_state *state,
		  struct nf_conn *ct, int dir)
{
	struct nta_sockinfo *info = NULL;
	struct nta_sock_key key;
	struct nta_sock *sock;
	u64 *slot = NULL;
	bool known;
	u64 handle;

	if (ct)
		info = nta_sockinfo_find(ct) ?: nta_sockinfo_attach(ct);
	if (info)
		slot = &info->slot[dir];

	known = nta_key_in(pkt, state->net, &key);
	if (known) {
		sock = nta_sock_find(&key);
		if (!slot && !sock && book_invalid(pkt, state, &key, &handle))
			return handle;
		if (nta_packet_opens(pkt) && is_new(pkt, state, slot, sock))
			forget_last(&key, sock);
		if (!slot && !sock)
			sock = nta_sock_get(&key, false);
		if (slot && sock)
			nta_slot_ask(slot, sock);
		else if (sock)
			slot = &sock->slot;
	}
	if (slot && nta_slot_is_stale(slot) && nta_owner_is_gone(pkt, state)) {
		nta_book_late(pkt);
		return NTA_NOBODY;
	}
	return nta_slot_book(slot, known ? &key : NULL, pkt);
}

static void in_part(struct nta_packet *pkt, const struct nf_hook_state *state)
{
	u64 handle = nta_fragment_find(pkt, state->net);
	struct nta_record *rec = nta_record_resolve(handle);

	if (rec)
		nta_book(rec, pkt);
	else
		nta_book_term(handle == NTA_FRAGMENT_TUNNEL ?
				      NTA_TUNNEL : NTA_UNIDENTIFIED, pkt);
}

/**
 * nta_slow_in() - book a packet that has been received
 * @pkt: the packet, in LOCAL_IN, weighed
 * @state: of the hook
 * @ct: its conntrack entry, NULL if there is none
 * @dir: of the local end in it
 */
void nta_slow_in(struct nta_packet *pkt, const struct nf_hook_state *state,
		 struct nf_conn *ct, int dir)
{
	u64 handle;

	if (pkt->part) {
		in_part(pkt, state);
		return;
	}
	handle = nta_way_is_udp(pkt->way) ? in_udp(pkt, state, ct, dir) :
					    in_tcp(pkt, state, ct, dir);
	if (pkt->more)
		nta_fragment_note(pkt, state->net, handle);
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

	/*
	 * A packet that came in by a device is being forwarded: its flow is
	 * left alone, so that it can still be offloaded.
	 */
	if (skb->skb_iif || (nf_ct_protonum(ct) != IPPROTO_UDP &&
			     nf_ct_protonum(ct) != IPPROTO_TCP))
		return;
	nta_owner_sender(&pkt, state);
	if (nta_owner_is_transformed(&pkt) ||
	    nta_owner_carries(pkt.sk) != NTA_CARRIES_DATA)
		return;
	info = nta_sockinfo_attach(ct);
	if (!info)
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
