/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Totals of the module: the books' terms that are kept for each CPU, and
 * counts of events.
 */
#ifndef _NTA_STATS_H
#define _NTA_STATS_H

#include "counters.h"

#include <linux/percpu.h>

enum nta_term {
	NTA_TOTAL,		/* every packet, as it passes */
	NTA_UNIDENTIFIED,	/* no task was found */
	NTA_TUNNEL,		/* outer packets of tunnels */
	NTA_EXCLUDED,		/* of flows that are not to be accounted */
	NTA_RETIRED,		/* of tasks that nothing is known of any more */
	NTA_LATE,		/* part of it: came when the task was finished */
	NTA_TERMS,
};

enum nta_event {
	NTA_ICMP_SND,
	NTA_ICMP_RCV,
	NTA_RECORD_OVERFLOW,
	NTA_SOCKET_OVERFLOW,
	NTA_ATTACHED,
	NTA_ATTACH_FAILED,
	NTA_READOPTED,
	NTA_CLAIMED,
	NTA_LATE_PACKETS,
	NTA_GC_RUNS,
	NTA_SEARCHES,
	NTA_SEARCHED_FILES,
	NTA_EVENTS,
};

/* 64-bit kernels only: one add is one instruction, and a read cannot tear. */
struct nta_stats {
	u64	term[NTA_TERMS][NTA_COUNTERS];
	u64	event[NTA_EVENTS];
};

DECLARE_PER_CPU(struct nta_stats, nta_stats);

static __always_inline void nta_stats_book(enum nta_term term, enum nta_way way,
					   const struct nta_weight *w)
{
	this_cpu_add(nta_stats.term[term][way], w->packets);
	this_cpu_add(nta_stats.term[term][way + 1], w->bytes);
}

static inline void nta_stats_event(enum nta_event event)
{
	this_cpu_inc(nta_stats.event[event]);
}

void nta_stats_add(enum nta_term term, const struct nta_counters *counters);
void nta_stats_term(enum nta_term term, struct nta_counters *sum);
u64 nta_stats_events(enum nta_event event);

#endif /* _NTA_STATS_H */
