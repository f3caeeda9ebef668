/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walks over flows: the entries of conntrack.
 */
#ifndef _NTA_FLOW_H
#define _NTA_FLOW_H

#include "sockinfo.h"

/**
 * typedef nta_flow_fn - told of an entry in a walk
 * @ct: the entry, confirmed, with a reference
 * @info: its sockinfo
 * @data: passed on
 *
 * RCU read side, process context.  Return: 0, or what stops the walk before
 * this entry.
 */
typedef int nta_flow_fn(struct nf_conn *ct, const struct nta_sockinfo *info,
			void *data);

unsigned int nta_flow_count(void);
int nta_flow_walk(struct nta_place *place, nta_flow_fn *tell, void *data);

#endif /* _NTA_FLOW_H */
