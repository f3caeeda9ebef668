/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet path.
 */
#ifndef _NTA_HOOKS_H
#define _NTA_HOOKS_H

#include <linux/types.h>

struct net;

int nta_hooks_register(struct net *net);
void nta_hooks_unregister(struct net *net);
bool nta_hooks_need_post(const struct net *net);
int nta_hooks_register_post(struct net *net);
void nta_hooks_unregister_post(struct net *net);

#endif /* _NTA_HOOKS_H */
