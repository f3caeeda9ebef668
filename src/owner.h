/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose packet is it: the running task's, the socket's, nobody's.
 */
#ifndef _NTA_OWNER_H
#define _NTA_OWNER_H

#include "packet.h"
#include "sockinfo.h"

#include <linux/netfilter.h>

/* What a UDP socket carries. */
enum nta_carries {
	NTA_CARRIES_DATA,	/* of its own */
	NTA_CARRIES_PACKETS,	/* a tunnel: packets that are counted themselves */
	NTA_CARRIES_BOTH,	/* a tunnel's control messages, too */
};

/**
 * nta_owner_is_transformed() - has xfrm made the packet out of another
 * @skb: a packet that is being sent
 * @v6: IPv6, else IPv4
 *
 * Return: whether it has; the packet inside has been counted before.
 */
static __always_inline bool nta_owner_is_transformed(struct sk_buff *skb,
						     bool v6)
{
	if (v6)
		return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
	return IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED;
}

void nta_owner_sender(struct nta_packet *pkt,
		      const struct nf_hook_state *state);
bool nta_owner_is_current(const struct nta_packet *pkt,
			  const struct nf_hook_state *state);
bool nta_owner_is_worker(const struct nta_packet *pkt,
			 const struct nf_hook_state *state);
bool nta_owner_was_queued(const struct nf_hook_state *state);
enum nta_carries nta_owner_carries(const struct sock *sk);
bool nta_owner_is_tunnel(const struct nta_packet *pkt, const struct sock *sk);
bool nta_owner_is_gone(const struct nta_packet *pkt,
		       const struct nf_hook_state *state);
bool nta_owner_is_free(const struct nta_packet *pkt,
		       const struct nf_hook_state *state);
bool nta_owner_is_superseded(const struct sock *sk,
			     const struct nta_sock_key *key);
bool nta_owner_is_steered(const struct nta_packet *pkt, const struct sock *sk);
struct sock *nta_owner_udp_receiver(const struct nta_packet *pkt,
				    const struct nf_hook_state *state);

#endif /* _NTA_OWNER_H */
