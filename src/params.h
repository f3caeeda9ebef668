/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tunables.  Each has two doors, /sys/module/netatop/parameters/NAME and
 * /sys/kernel/netatop/NAME, and one setter behind them.
 */
#ifndef _NTA_PARAMS_H
#define _NTA_PARAMS_H

#include <linux/compiler.h>
#include <linux/types.h>

enum nta_param {
	NTA_GC_INTERVAL,	/* seconds */
	NTA_EXIT_TIMEOUT,	/* seconds */
	NTA_EXIT_LINGER,	/* seconds */
	NTA_UNOWNED_TIMEOUT,	/* seconds */
	NTA_MAX_RECORDS,
	NTA_MAX_SOCKETS,
	NTA_FRAME_OVERHEAD,	/* bytes */
	NTA_CONNTRACK,		/* enum nta_conntrack */
	NTA_PARAMS,
};

enum nta_conntrack {
	NTA_CONNTRACK_AUTO,
	NTA_CONNTRACK_ON,
};

#define NTA_RECORDS_LIMIT	(1U << 20)

extern unsigned int nta_param_value[NTA_PARAMS];

/* The value of a tunable; any context, it may change at any moment. */
static inline unsigned int nta_param(enum nta_param id)
{
	return READ_ONCE(nta_param_value[id]);
}

int nta_param_set(enum nta_param id, const char *text);
void nta_param_guard(void);
int nta_param_show(enum nta_param id, char *page);
int nta_param_set_notify(enum nta_param id, int (*notify)(unsigned int value));

#endif /* _NTA_PARAMS_H */
