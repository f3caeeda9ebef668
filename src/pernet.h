/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces, present and future.
 */
#ifndef _NTA_PERNET_H
#define _NTA_PERNET_H

int nta_pernet_init(void);
void nta_pernet_exit(void);

#endif /* _NTA_PERNET_H */
