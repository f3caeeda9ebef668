/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The getsockopt door.
 */
#ifndef _NTA_SOCKOPT_H
#define _NTA_SOCKOPT_H

int nta_sockopt_init(void);
void nta_sockopt_exit(void);

#endif /* _NTA_SOCKOPT_H */
