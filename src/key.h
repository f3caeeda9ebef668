/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The identities of sockets.
 */
#ifndef _NTA_KEY_H
#define _NTA_KEY_H

#include "packet.h"
#include "sockinfo.h"

#include <linux/netfilter.h>

bool nta_key_out(const struct nta_packet *pkt,
		 const struct nf_hook_state *state, struct nta_sock_key *key);
bool nta_key_in(const struct nta_packet *pkt, const struct net *net,
		struct nta_sock_key *key);
bool nta_key_sk(struct sock *sk, struct nta_sock_key *key);
void nta_key_know(struct sock *sk);
void nta_key_udp(struct sock *sk, const struct net *net,
		 struct nta_sock_key *key);

#endif /* _NTA_KEY_H */
