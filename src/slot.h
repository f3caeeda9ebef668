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

/**
 * nta_book_plain() - book a packet that is one frame in a record
 * @rec: the record
 * @skb: the packet
 * @dev: the device that it goes to or comes from
 * @way: its protocol and direction
 */
static __always_inline void nta_book_plain(struct nta_record *rec,
					   const struct sk_buff *skb,
					   const struct net_device *dev,
					   enum nta_way way)
{
	struct nta_weight weight = {
		.packets	= 1,
		.bytes		= skb->len + nta_packet_link(dev),
	};

	nta_stats_book(NTA_TOTAL, way, &weight);
	nta_live_book(&rec->live, way, &weight);
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
struct nta_sock *nta_slot_begin(const struct nta_sock_key *key, u64 *slot);
bool nta_slot_book_invalid(const struct nta_packet *pkt,
			   const struct nf_hook_state *state,
			   const struct nta_sock_key *key, u64 *handle);

#endif /* _NTA_SLOT_H */
