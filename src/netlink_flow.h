/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows and who has their ends, by generic netlink.
 */
#ifndef _NTA_NETLINK_FLOW_H
#define _NTA_NETLINK_FLOW_H

#include "netlink_msg.h"

int nta_netlink_flow_get(struct sk_buff *skb, struct genl_info *info);
int nta_netlink_flow_start(struct netlink_callback *cb);
int nta_netlink_flow_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _NTA_NETLINK_FLOW_H */
