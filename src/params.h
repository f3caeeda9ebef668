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
	NTA_SCOPE_LABEL,	/* label plus 1; 0 for none */
	NTA_PARAMS,
};

enum nta_conntrack {
	NTA_CONNTRACK_AUTO,
	NTA_CONNTRACK_ON,
};

#define NTA_RECORDS_LIMIT	(1U << 20)

/**
 * struct nta_param_info - a tunable, as users see it
 * @name: its name
 * @value: its value; the place of the word, if it has words
 * @min: the least it can be
 * @max: the most
 * @text: its value in words
 */
struct nta_param_info {
	const char	*name;
	s64		value;
	s64		min;
	s64		max;
	char		text[16];
};

extern unsigned int nta_param_value[NTA_PARAMS];

/* The value of a tunable; any context, it may change at any moment. */
static inline unsigned int nta_param(enum nta_param id)
{
	return READ_ONCE(nta_param_value[id]);
}

int nta_param_set(enum nta_param id, const char *text);
void nta_param_guard(void);
void nta_param_read(enum nta_param id, struct nta_param_info *info);
int nta_param_show(enum nta_param id, char *page);
int nta_param_set_notify(enum nta_param id, int (*notify)(unsigned int value));

#endif /* _NTA_PARAMS_H */
