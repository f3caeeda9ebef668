/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a walk over processes or threads puts into its messages.
 */
#ifndef _NTA_NETLINK_FILL_H
#define _NTA_NETLINK_FILL_H

#include "netlink_msg.h"

nta_walk_fn *nta_netlink_task_fill(struct nlattr **attrs);

#endif /* _NTA_NETLINK_FILL_H */
