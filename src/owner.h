/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose packet is it: the running task's, the socket's, nobody's.
 */
#ifndef _NTA_OWNER_H
#define _NTA_OWNER_H

#include "packet.h"
#include "sockinfo.h"

#include <linux/netfilter.h>

bool nta_owner_is_current(const struct nf_hook_state *state, bool udp);
bool nta_owner_gives_verdicts(void);
bool nta_owner_is_tunnel(const struct sock *sk, bool udp);
bool nta_owner_is_gone(const struct nta_packet *pkt,
		       const struct nf_hook_state *state);
struct sock *nta_owner_udp_receiver(const struct nta_packet *pkt,
				    const struct nf_hook_state *state);

bool nta_owner_key_out(const struct nta_packet *pkt,
		       const struct nf_hook_state *state,
		       struct nta_sock_key *key);
bool nta_owner_key_in(const struct nta_packet *pkt, const struct net *net,
		      struct nta_sock_key *key);
bool nta_owner_key_sk(struct sock *sk, struct nta_sock_key *key);
void nta_owner_key_udp(struct sock *sk, const struct net *net,
		       struct nta_sock_key *key);

#endif /* _NTA_OWNER_H */
