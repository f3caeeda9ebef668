// SPDX-License-Identifier: GPL-2.0
/*
 * Totals of the module.
 */
#include "stats.h"

#include <linux/cpumask.h>
#include <linux/string.h>

DEFINE_PER_CPU(struct nta_stats, nta_stats);

/**
 * nta_stats_add() - book a whole counter set in one term
 * @term: the term
 * @counters: what to add
 *
 * Any context.
 */
void nta_stats_add(enum nta_term term, const struct nta_counters *counters)
{
	unsigned int i;

	for (i = 0; i < NTA_COUNTERS; i++)
		if (counters->v[i])
			this_cpu_add(nta_stats.term[term][i], counters->v[i]);
}

/**
 * nta_stats_term() - read one term, summed over the CPUs
 * @term: the term
 * @sum: where to store it
 */
void nta_stats_term(enum nta_term term, struct nta_counters *sum)
{
	unsigned int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu)
		for (i = 0; i < NTA_COUNTERS; i++)
			sum->v[i] += READ_ONCE(per_cpu(nta_stats.term[term][i],
						       cpu));
}

/**
 * nta_stats_events() - read how often an event has happened
 * @event: the event
 *
 * Return: the sum over the CPUs.
 */
u64 nta_stats_events(enum nta_event event)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(nta_stats.event[event], cpu));
	return sum;
}
