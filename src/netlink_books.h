/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The books, the counts of events, and the tunables, by generic netlink.
 */
#ifndef _NTA_NETLINK_BOOKS_H
#define _NTA_NETLINK_BOOKS_H

#include "netlink_msg.h"

int nta_netlink_books_get(struct sk_buff *skb, struct genl_info *info);
int nta_netlink_tunable_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _NTA_NETLINK_BOOKS_H */
