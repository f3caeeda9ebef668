/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The identities of sockets.
 */
#ifndef _NTA_KEY_H
#define _NTA_KEY_H

#include "packet.h"
#include "sockinfo.h"

#include <linux/netfilter.h>

/**
 * nta_key_tcp() - the identity of a TCP socket, from the headers of a packet
 * @skb: a packet with nothing between its headers, or what is found behind it
 *	 has been
 * @v6: IPv6, else IPv4
 * @out: the socket sends it, else it is for the socket
 * @ports: of the packet, source first
 * @net: its network namespace
 * @key: set
 */
static __always_inline void nta_key_tcp(const struct sk_buff *skb, bool v6,
					bool out, const __be16 *ports,
					const struct net *net,
					struct nta_sock_key *key)
{
	struct in6_addr *src = out ? &key->local : &key->remote;
	struct in6_addr *dst = out ? &key->remote : &key->local;

	key->net = net->net_cookie;
	key->pad = 0;
	if (v6) {
		*src = ipv6_hdr(skb)->saddr;
		*dst = ipv6_hdr(skb)->daddr;
	} else {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, src);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, dst);
	}
	key->ports[0] = ports[!out];
	key->ports[1] = ports[out];
}

bool nta_key_out(const struct nta_packet *pkt,
		 const struct nf_hook_state *state, struct nta_sock_key *key);
bool nta_key_in(const struct nta_packet *pkt, const struct net *net,
		struct nta_sock_key *key);
bool nta_key_sk(struct sock *sk, struct nta_sock_key *key);
void nta_key_know(struct sock *sk);
void nta_key_udp(struct sock *sk, const struct net *net,
		 struct nta_sock_key *key);

#endif /* _NTA_KEY_H */
