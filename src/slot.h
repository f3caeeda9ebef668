/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots: the places where the handle of an owner is kept, on a conntrack
 * entry or in the table of sockets; and the booking of packets.
 *
 * RCU read side, all of it.
 */
#ifndef _NTA_SLOT_H
#define _NTA_SLOT_H

#include "packet.h"
#include "sockinfo.h"
#include "stats.h"

#include <linux/netfilter.h>

/**
 * nta_book() - book a packet in a record
 * @rec: the record
 * @pkt: the packet
 */
static __always_inline void nta_book(struct nta_record *rec,
				     const struct nta_packet *pkt)
{
	nta_stats_book(NTA_TOTAL, pkt->way, &pkt->weight);
	nta_live_book(&rec->live, pkt->way, &pkt->weight);
}

void nta_book_term(enum nta_term term, const struct nta_packet *pkt);
void nta_book_late(const struct nta_packet *pkt);

void nta_slot_own(u64 *slot, struct nta_record *mine);
bool nta_slot_read(u64 *slot);
void nta_slot_ask(u64 *slot, const struct nta_sock *sock);
void nta_slot_empty(u64 *slot);
bool nta_slot_has_thread(const u64 *slot);
bool nta_slot_is_stale(const u64 *slot);
u64 nta_slot_book(u64 *slot, const struct nta_sock_key *key,
		  const struct nta_packet *pkt);
void nta_slot_begin(const struct nta_sock_key *key, u64 *slot,
		    struct nta_sock *sock);
bool nta_slot_book_invalid(const struct nta_packet *pkt,
			   const struct nf_hook_state *state,
			   const struct nta_sock_key *key, u64 *handle);

#endif /* _NTA_SLOT_H */
