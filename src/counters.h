/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counter sets: packets and bytes by protocol and direction.
 */
#ifndef _NTA_COUNTERS_H
#define _NTA_COUNTERS_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * What a packet is, from its task's point of view.  The value is the index
 * of the packet counter; the byte counter is the next one.  The order is that
 * of struct netpertask.
 */
enum nta_way {
	NTA_TCP_SND	= 0,
	NTA_TCP_RCV	= 2,
	NTA_UDP_SND	= 4,
	NTA_UDP_RCV	= 6,
};

#define NTA_COUNTERS	8

/* What a packet weighs: frames and bytes on the wire. */
struct nta_weight {
	u32	packets;
	u32	bytes;
};

/* A set at rest: changed under a lock, or on the reader's stack. */
struct nta_counters {
	u64	v[NTA_COUNTERS];
};

/* A set that packets are booked in, on any CPU at once. */
struct nta_live {
	atomic64_t	v[NTA_COUNTERS];
};

static inline bool nta_way_is_udp(enum nta_way way)
{
	return way >= NTA_UDP_SND;
}

static __always_inline void nta_live_book(struct nta_live *live,
					  enum nta_way way,
					  const struct nta_weight *w)
{
	atomic64_add(w->packets, &live->v[way]);
	atomic64_add(w->bytes, &live->v[way + 1]);
}

static inline void nta_counters_add(struct nta_counters *to,
				    const struct nta_counters *from)
{
	unsigned int i;

	for (i = 0; i < NTA_COUNTERS; i++)
		to->v[i] += from->v[i];
}

static inline void nta_counters_sub(struct nta_counters *from,
				    const struct nta_counters *what)
{
	unsigned int i;

	for (i = 0; i < NTA_COUNTERS; i++)
		from->v[i] -= what->v[i];
}

static inline void nta_counters_add_live(struct nta_counters *to,
					 const struct nta_live *from)
{
	unsigned int i;

	for (i = 0; i < NTA_COUNTERS; i++)
		to->v[i] += atomic64_read(&from->v[i]);
}

/* Take all that @from holds; what is booked meanwhile stays for the next. */
static inline void nta_live_drain(struct nta_live *from,
				  struct nta_counters *to)
{
	unsigned int i;

	for (i = 0; i < NTA_COUNTERS; i++)
		to->v[i] = atomic64_read(&from->v[i]) ?
			   atomic64_xchg(&from->v[i], 0) : 0;
}

static inline void nta_live_add(struct nta_live *to,
				const struct nta_counters *from)
{
	unsigned int i;

	for (i = 0; i < NTA_COUNTERS; i++)
		if (from->v[i])
			atomic64_add(from->v[i], &to->v[i]);
}

static inline u64 nta_live_packets(const struct nta_live *live)
{
	return atomic64_read(&live->v[NTA_TCP_SND]) +
	       atomic64_read(&live->v[NTA_TCP_RCV]) +
	       atomic64_read(&live->v[NTA_UDP_SND]) +
	       atomic64_read(&live->v[NTA_UDP_RCV]);
}

#endif /* _NTA_COUNTERS_H */
