/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The garbage collector, and the exit probe that tells it.
 */
#ifndef _NTA_GC_H
#define _NTA_GC_H

int nta_gc_init(void);
void nta_gc_exit(void);
int nta_gc_force(void);
void nta_gc_set_notify(void (*notify)(void));

#endif /* _NTA_GC_H */
