/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments that are not put together before the hooks see them: IPv6 without
 * conntrack.  Only the first one of a datagram tells for whom it is.
 */
#ifndef _NTA_FRAGMENT_H
#define _NTA_FRAGMENT_H

#include "packet.h"

void nta_fragment_note(const struct nta_packet *pkt, const struct net *net,
		       u64 handle);
bool nta_fragment_find(struct nta_packet *pkt, const struct net *net,
		       u64 *handle);

#endif /* _NTA_FRAGMENT_H */
