/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/netatop
 */
#ifndef _NTA_PROCFS_H
#define _NTA_PROCFS_H

int nta_procfs_init(void);
void nta_procfs_exit(void);

#endif /* _NTA_PROCFS_H */
