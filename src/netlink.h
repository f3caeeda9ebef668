/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink door.
 */
#ifndef _NTA_NETLINK_H
#define _NTA_NETLINK_H

int nta_netlink_init(void);
void nta_netlink_open(void);
void nta_netlink_exit(void);

#endif /* _NTA_NETLINK_H */
