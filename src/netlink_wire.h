/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a process or thread is laid out in a message.
 */
#ifndef _NTA_NETLINK_WIRE_H
#define _NTA_NETLINK_WIRE_H

#include "netlink_msg.h"
#include "task.h"

int nta_netlink_put_task(struct nta_msg *msg, u8 cmd,
			 const struct nta_task_info *info, bool thread);
void nta_netlink_row(struct netatop_row *row, const struct nta_task_info *info);

#endif /* _NTA_NETLINK_WIRE_H */
