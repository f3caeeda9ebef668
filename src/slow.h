/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet path, where the slot does not tell at once whose a packet is.
 *
 * RCU read side, all of it.
 */
#ifndef _NTA_SLOW_H
#define _NTA_SLOW_H

#include "packet.h"
#include "sockinfo.h"

#include <linux/netfilter.h>

void nta_slow_out(struct nta_packet *pkt, const struct nf_hook_state *state);
void nta_slow_in(struct nta_packet *pkt, const struct nf_hook_state *state,
		 struct nf_conn *ct, int dir);
void nta_slow_attach(struct sk_buff *skb, const struct nf_hook_state *state,
		     struct nf_conn *ct, int dir);

#endif /* _NTA_SLOW_H */
