/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet path for packets of any kind.
 */
#ifndef _NTA_ANY_H
#define _NTA_ANY_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

unsigned int nta_any_out(struct sk_buff *skb,
			 const struct nf_hook_state *state);
unsigned int nta_any_in(struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int nta_any_in_tcp(struct sk_buff *skb,
			    const struct nf_hook_state *state);

#endif /* _NTA_ANY_H */
