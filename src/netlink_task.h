/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes and threads, living and finished, by generic netlink.
 */
#ifndef _NTA_NETLINK_TASK_H
#define _NTA_NETLINK_TASK_H

#include "netlink_msg.h"

int nta_netlink_task_get(struct sk_buff *skb, struct genl_info *info);
int nta_netlink_task_start(struct netlink_callback *cb);
int nta_netlink_task_dump(struct sk_buff *skb, struct netlink_callback *cb);
int nta_netlink_exit_read(struct sk_buff *skb, struct genl_info *info);

#endif /* _NTA_NETLINK_TASK_H */
