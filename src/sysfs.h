/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/netatop
 */
#ifndef _NTA_SYSFS_H
#define _NTA_SYSFS_H

int nta_sysfs_init(void);
void nta_sysfs_exit(void);

#endif /* _NTA_SYSFS_H */
