// SPDX-License-Identifier: GPL-2.0
/*
 * Received packets whose slot does not tell at once whose they are.
 */
#include "slow.h"
#include "fragment.h"
#include "key.h"
#include "owner.h"
#include "recent.h"
#include "slot.h"

static void see_receiver(const struct nta_packet *pkt,
			 struct nta_sockinfo *info, int dir, struct sock *sk)
{
	nta_key_know(sk);
	if (!nta_sockinfo_is_of(info, dir, sk) &&
	    !nta_owner_is_steered(pkt, sk)) {
		nta_slot_empty(&info->slot[dir]);
		nta_sockinfo_see(info, dir, sk);
	}
	nta_sockinfo_refresh(info, dir);
}

/*
 * No UDP socket is there.  One that never was has not been closed: answers to
 * what a raw socket sends are its own.
 */
static u64 in_udp_raw(struct nta_packet *pkt, const struct nf_conn *ct, int dir)
{
	struct nta_sockinfo *info = ct ? nta_sockinfo_find(ct) : NULL;
	struct nta_record *rec = NULL;

	if (info && !nta_sockinfo_has_seen(info, dir))
		rec = nta_record_resolve(READ_ONCE(info->slot[dir]));
	if (rec)
		nta_book(rec, pkt);
	else
		nta_book_term(NTA_UNIDENTIFIED, pkt);
	return NTA_NOBODY;
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

	if (!sk)
		return in_udp_raw(pkt, ct, dir);
	if (nta_owner_is_tunnel(pkt, sk)) {
		nta_book_term(NTA_TUNNEL, pkt);
		return NTA_OF_TUNNEL;
	}
	if (ct && nta_owner_carries(sk) == NTA_CARRIES_DATA)
		info = nta_sockinfo_find(ct) ?: nta_sockinfo_attach(ct);
	if (info) {
		see_receiver(pkt, info, dir, sk);
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
	if (sock && !ct && nta_owner_carries(sk) == NTA_CARRIES_DATA)
		nta_recent_note(sk, handle);
	if (sock && slot) {
		nta_slot_ask(slot, sock);
		/* another socket's packet was here at the same time */
		if (!nta_sockinfo_is_of(info, dir, sk))
			nta_slot_empty(slot);
	}
	return handle;
}

/*
 * Is a request for a new connection?  One that is repeated finds its slot
 * filled, and the handshake under way.  An entry can go on with the next
 * connection after a reset; the table of sockets has no end of connections.
 */
static bool is_new(const struct nta_packet *pkt,
		   const struct nf_hook_state *state, const struct nf_conn *ct,
		   const u64 *slot, const struct nta_sock *sock)
{
	if (slot)
		return READ_ONCE(*slot) == NTA_NOBODY ||
		       (READ_ONCE(ct->proto.tcp.state) >
				TCP_CONNTRACK_SYN_RECV &&
			nta_owner_is_free(pkt, state));
	return !sock || (READ_ONCE(sock->isn) != nta_packet_seq(pkt) &&
			 nta_owner_is_free(pkt, state));
}

static u64 in_tcp(struct nta_packet *pkt, const struct nf_hook_state *state,
		  struct nf_conn *ct, int dir)
{
	struct nta_sockinfo *info = NULL;
	struct nta_sock_key key;
	struct nta_sock *sock;
	u64 *slot = NULL;
	bool known, opens;
	u64 handle;

	if (ct)
		info = nta_sockinfo_find(ct) ?: nta_sockinfo_attach(ct);
	if (info)
		slot = &info->slot[dir];

	known = nta_key_in(pkt, state->net, &key);
	if (known) {
		sock = nta_sock_find(&key);
		if (!slot && !sock &&
		    nta_slot_book_invalid(pkt, state, &key, &handle))
			return handle;
		opens = nta_packet_opens(pkt) &&
			is_new(pkt, state, ct, slot, sock);
		if (opens)
			sock = nta_slot_begin(&key, slot);
		if (!slot && !sock)
			sock = nta_sock_get(&key, false);
		if (opens && sock)
			WRITE_ONCE(sock->isn, nta_packet_seq(pkt));
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
	struct nta_record *rec;
	u64 handle;

	if (!nta_fragment_find(pkt, state->net, &handle))
		return;
	rec = nta_record_resolve(handle);
	if (rec)
		nta_book(rec, pkt);
	else
		nta_book_term(handle == NTA_OF_TUNNEL ?
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

	if (nta_sockinfo_is_left_out(ct, ct ? nta_sockinfo_find(ct) : NULL,
				     dir)) {
		nta_sockinfo_attach(ct);
		nta_book_term(NTA_EXCLUDED, pkt);
		return;
	}
	if (pkt->part) {
		in_part(pkt, state);
		return;
	}
	handle = nta_way_is_udp(pkt->way) ? in_udp(pkt, state, ct, dir) :
					    in_tcp(pkt, state, ct, dir);
	if (pkt->more)
		nta_fragment_note(pkt, state->net, handle);
}
