// SPDX-License-Identifier: GPL-2.0
/*
 * Slots and the booking of packets.
 */
#include "slot.h"
#include "owner.h"
#include "task.h"

#include <linux/tcp.h>

/**
 * nta_book_term() - book a packet in a term of the books
 * @term: the term
 * @pkt: the packet
 */
void nta_book_term(enum nta_term term, const struct nta_packet *pkt)
{
	nta_stats_book(NTA_TOTAL, pkt->way, &pkt->weight);
	nta_stats_book(term, pkt->way, &pkt->weight);
}

/**
 * nta_book_late() - book a packet whose owner has finished
 * @pkt: the packet
 */
void nta_book_late(const struct nta_packet *pkt)
{
	nta_book_term(NTA_RETIRED, pkt);
	nta_stats_book(NTA_LATE, pkt->way, &pkt->weight);
	this_cpu_add(nta_stats.event[NTA_LATE_PACKETS], pkt->weight.packets);
}

/**
 * nta_slot_own() - put a thread in a slot
 * @slot: the slot
 * @mine: the record of the thread that sends
 *
 * The last task that sends has the slot, and all that waited there for it.
 */
void nta_slot_own(u64 *slot, struct nta_record *mine)
{
	u64 handle = nta_record_handle(mine);
	u64 old;

	if (READ_ONCE(*slot) == handle)
		return;
	old = xchg(slot, handle);
	if (old != NTA_NOBODY)
		nta_thread_claim(mine, old);
}

/**
 * nta_slot_read() - let the running thread have what waits in a slot
 * @slot: the slot of a socket that it reads from
 *
 * Task context.  Who has sent stays the owner.
 *
 * Return: whether something was waiting.
 */
bool nta_slot_read(u64 *slot)
{
	u64 old = READ_ONCE(*slot);
	struct nta_record *rec = nta_record_resolve(old);
	struct nta_record *mine;

	if (!rec || READ_ONCE(rec->state) != NTA_RECORD_UNOWNED)
		return false;
	mine = nta_thread_learn();
	if (!mine || cmpxchg(slot, old, nta_record_handle(mine)) != old)
		return false;
	nta_thread_claim(mine, old);
	return true;
}

/**
 * nta_slot_ask() - look in the table of sockets for an owner
 * @slot: of a conntrack entry; filled if it leads nowhere
 * @sock: the socket, which may be known from before the entry was there
 */
void nta_slot_ask(u64 *slot, const struct nta_sock *sock)
{
	u64 old = READ_ONCE(*slot);
	u64 handle = READ_ONCE(sock->slot);

	if (!nta_record_resolve(old) && nta_record_resolve(handle))
		cmpxchg(slot, old, handle);
}

/**
 * nta_slot_empty() - take the owner out of a slot
 * @slot: the slot
 *
 * What waits there for an owner goes on waiting.
 */
void nta_slot_empty(u64 *slot)
{
	if (READ_ONCE(*slot) != NTA_NOBODY)
		xchg(slot, NTA_NOBODY);
}

/**
 * nta_slot_has_thread() - does a thread have a slot
 * @slot: the slot
 *
 * Return: whether a living one does.
 */
bool nta_slot_has_thread(const u64 *slot)
{
	struct nta_record *rec = nta_record_resolve(READ_ONCE(*slot));

	return rec && READ_ONCE(rec->state) == NTA_RECORD_THREAD;
}

/**
 * nta_slot_is_stale() - has the owner of a slot finished
 * @slot: the slot
 *
 * Return: whether there was one that is no more.
 */
bool nta_slot_is_stale(const u64 *slot)
{
	u64 handle = READ_ONCE(*slot);

	return handle != NTA_NOBODY && !nta_record_resolve(handle);
}

/* A new unowned record for a slot that leads nowhere; @handle is set to it. */
static struct nta_record *slot_fill(u64 *slot, u64 old, u64 want, u64 *handle)
{
	struct nta_record *rec;

	rec = nta_record_alloc(NTA_RECORD_UNOWNED, want, handle);
	if (!rec)
		return NULL;
	if (cmpxchg(slot, old, *handle) == old)
		return rec;
	/* another packet of the flow was faster, or its owner was */
	nta_record_discard(rec);
	*handle = READ_ONCE(*slot);
	return nta_record_resolve(*handle);
}

/**
 * nta_slot_book() - book a packet where a slot leads
 * @slot: the slot, NULL if there is none; a new unowned record is put there
 *	  if it leads nowhere
 * @key: by what the search for owners can find the socket, NULL if unknown
 * @pkt: the packet
 *
 * Return: the handle that led to the record, or NTA_NOBODY if there was none to
 * be had and the packet is unidentified.  It can have gone stale; that of the
 * record as it is now would be one of its next life.
 */
u64 nta_slot_book(u64 *slot, const struct nta_sock_key *key,
		  const struct nta_packet *pkt)
{
	struct nta_record *rec = NULL;
	u64 handle;

	if (slot) {
		handle = READ_ONCE(*slot);
		rec = nta_record_resolve(handle);
		if (!rec)
			rec = slot_fill(slot, handle,
					key ? nta_sock_hash(key) : 0, &handle);
	}
	if (!rec) {
		nta_book_term(NTA_UNIDENTIFIED, pkt);
		return NTA_NOBODY;
	}
	nta_book(rec, pkt);
	return handle;
}

/**
 * nta_slot_begin() - a TCP connection begins
 * @key: its identity
 * @slot: its slot on an entry, or NULL
 *
 * The one before it with the same ports is over, and its owner has no part in
 * this one.  RCU read side.
 *
 * Return: its place in the table of sockets, or NULL.
 */
struct nta_sock *nta_slot_begin(const struct nta_sock_key *key, u64 *slot)
{
	struct nta_sock *sock;

	if (nta_record_unowned())
		nta_record_forget(nta_sock_hash(key));
	/*
	 * The search makes a place and fills it, and then asks whether the
	 * record is still wanted.  Either it sees that it is not, or what it
	 * has filled is seen here.  Pairs with the cmpxchg() in settle_sock().
	 */
	smp_mb();
	sock = nta_sock_find(key);
	if (slot)
		nta_slot_empty(slot);
	if (sock)
		nta_slot_empty(&sock->slot);
	return sock;
}

/**
 * nta_slot_book_invalid() - book a packet that conntrack found invalid
 * @pkt: a TCP packet, which may be one, as it has no entry
 * @state: of the hook
 * @key: identity of its connection
 * @handle: set to that of the record
 *
 * It belongs to the owner of its connection nevertheless.
 *
 * Return: whether it was one and has been booked.
 */
bool nta_slot_book_invalid(const struct nta_packet *pkt,
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
	if (*handle == NTA_LEFT_OUT) {
		nta_book_term(NTA_EXCLUDED, pkt);
		return true;
	}

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
