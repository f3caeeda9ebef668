/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose packet is it: the running task's, the socket's, nobody's.
 */
#ifndef _NTA_OWNER_H
#define _NTA_OWNER_H

#include "packet.h"
#include "sockinfo.h"

#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/sock.h>

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

/**
 * nta_owner_is_plain_udp() - is a socket one of UDP, and nobody's tunnel
 * @sk: a full socket
 *
 * Return: whether it is.
 */
static __always_inline bool nta_owner_is_plain_udp(const struct sock *sk)
{
	return sk_is_udp(sk) && !READ_ONCE(udp_sk(sk)->encap_type);
}

/**
 * nta_owner_carries() - what does a socket carry
 * @sk: the socket, may be NULL or a request
 *
 * Return: packets for the sockets of tunnels; both for those that a daemon
 * shares with the kernel, as for IPsec or L2TP.
 */
static inline enum nta_carries nta_owner_carries(const struct sock *sk)
{
	int type;

	/* a raw socket can have the protocol */
	if (!sk || !sk_fullsock(sk) || !sk_is_udp(sk))
		return NTA_CARRIES_DATA;
	type = READ_ONCE(udp_sk(sk)->encap_type);
	/* RxRPC is a client of its own: AFS */
	if (likely(!type) || type == UDP_ENCAP_RXRPC)
		return NTA_CARRIES_DATA;
	if (sk->sk_kern_sock)
		return NTA_CARRIES_PACKETS;
	if (type == UDP_ENCAP_ESPINUDP || type == UDP_ENCAP_ESPINUDP_NON_IKE)
		return NTA_CARRIES_BOTH;
	/*
	 * Anybody can set the type, and have PPPoL2TP add what the kernel's
	 * tunnels do: what he then sends is still his.
	 */
	return READ_ONCE(udp_sk(sk)->encap_destroy) &&
	       uid_eq(sk->sk_uid, GLOBAL_ROOT_UID) ? NTA_CARRIES_BOTH :
						     NTA_CARRIES_DATA;
}

bool __nta_owner_is_tunnel(const struct nta_packet *pkt, const struct sock *sk);

/**
 * nta_owner_is_tunnel() - does a packet carry others, counted by themselves
 * @pkt: the packet
 * @sk: the socket that sends it or that it is for, NULL if there is none
 *
 * Return: whether it is the outer packet of a tunnel.
 */
static inline bool nta_owner_is_tunnel(const struct nta_packet *pkt,
				       const struct sock *sk)
{
	if (!nta_way_is_udp(pkt->way) ||
	    (sk && nta_owner_carries(sk) == NTA_CARRIES_DATA))
		return false;
	return __nta_owner_is_tunnel(pkt, sk);
}

void nta_owner_sender(struct nta_packet *pkt,
		      const struct nf_hook_state *state);
bool nta_owner_is_current(const struct nta_packet *pkt,
			  const struct nf_hook_state *state);
bool nta_owner_is_worker(const struct nta_packet *pkt,
			 const struct nf_hook_state *state);
bool nta_owner_was_queued(const struct nf_hook_state *state);
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
