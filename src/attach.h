/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a new conntrack entry is given its sockinfo, on the way out: as late as
 * can be, so that whoever wants to assign a helper has had the chance.
 */
#ifndef _NTA_ATTACH_H
#define _NTA_ATTACH_H

#include <linux/netfilter.h>
#include <net/netfilter/nf_conntrack.h>

enum nta_attach {
	NTA_ATTACH_NOW,		/* nobody comes any more */
	NTA_ATTACH_LATER,	/* in POST_ROUTING */
	NTA_ATTACH_NEVER,	/* there is no place, or nobody will */
};

enum nta_attach nta_attach_when(const struct nf_conn *ct,
				const struct nf_hook_state *state);
bool nta_attach_is_last(const struct net *net, u8 pf);
void nta_attach_set_later(bool (*later)(struct net *net));

#endif /* _NTA_ATTACH_H */
