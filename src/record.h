/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records: counter sets with an identity, in a table that only grows.
 *
 * A handle names a record by place and generation.  It is a weak reference:
 * nothing is held by it, and once the record's generation has been raised it
 * names nothing.  As chunks of the table are not freed before unload, any old
 * handle may be resolved at any time.
 *
 * A record dies in two steps.  nta_record_kill() raises the generation, so
 * that no packet can reach it any more; a grace period later, when the hooks
 * that had resolved it before have finished, its counters are folded into
 * their heir and nta_record_free() gives it back.
 */
#ifndef _NTA_RECORD_H
#define _NTA_RECORD_H

#include "counters.h"
#include "params.h"

#include <linux/cache.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/sizes.h>

struct nta_task;
struct task_struct;

enum nta_record_state {
	NTA_RECORD_FREE,
	NTA_RECORD_THREAD,	/* of a thread */
	NTA_RECORD_UNOWNED,	/* of a socket that nobody has claimed */
};

/**
 * struct nta_record - counters of a thread, or of an unowned socket
 * @gen: generation, half of every handle
 * @state: enum nta_record_state
 * @tsk: the thread; a reference is held, so that the address means no other.
 *	 NULL if unowned, and once the thread has closed its last file.
 * @live: the counters
 * @place: in the table, the other half of every handle
 * @exiting: the thread has passed its exit probe
 * @task: its process (thread), or who claimed it (unowned, dying); a
 *	  reference is held in the latter case
 * @link: among the threads of @task, the unowned, or the free
 * @dying: among the exiting or those that wait for a grace period
 * @node: in the table of threads
 * @seen: packets at the last look of the collector
 * @stamp: jiffies of the last change it saw
 * @want: hash of the identity of an unowned socket, 0 if it has none
 * @serial: of a thread: place among all of them, in the order they came
 * @first: of a thread: boot time in nanoseconds when it came
 * @last: of a thread: boot time when @noticed grew
 * @noticed: of a thread: packets, as last noticed
 * @wanted: of an unowned socket: among those that want an owner
 * @tried: of an unowned socket: jiffies when its owner was last looked for
 * @tries: of an unowned socket: how often that has been done
 */
struct nta_record {
	u32			gen;
	u32			state;
	struct task_struct	*tsk;
	struct nta_live		live;
	u32			place;
	bool			exiting;
	struct nta_task		*task;
	struct list_head	link;
	struct list_head	dying;
	struct rhash_head	node;
	u64			seen;
	unsigned long		stamp;
	u64			want;
	union {
		struct {
			unsigned long	serial;
			u64		first;
			u64		last;
			u64		noticed;
		};
		struct {
			struct hlist_node	wanted;
			unsigned long		tried;
			unsigned int		tries;
		};
	};
} ____cacheline_aligned;

/* As many as four pages have room for. */
#define NTA_CHUNK_RECORDS	((unsigned int)(SZ_16K / sizeof(struct nta_record)))
#define NTA_CHUNKS		DIV_ROUND_UP(NTA_RECORDS_LIMIT, NTA_CHUNK_RECORDS)

/* The first one is always there. */
extern struct nta_record *nta_record_chunk[NTA_CHUNKS];

/* A place: which chunk, and how many bytes into it. */
#define NTA_PLACE_SHIFT		16

/*
 * Handles that are nobody's.  Generations start at 1, so no record has the
 * first, the empty one; the second is in the place of an owner where the flow
 * is left out, the third where the packets are the outer ones of a tunnel.
 */
#define NTA_NOBODY		0ULL
#define NTA_LEFT_OUT		((u64)sizeof(struct nta_record))
#define NTA_OF_TUNNEL		(2 * (u64)sizeof(struct nta_record))

static inline u64 nta_record_handle(const struct nta_record *rec)
{
	return (u64)READ_ONCE(rec->gen) << 32 | rec->place;
}

/**
 * nta_record_resolve() - the record that a handle names
 * @handle: one that nta_record_alloc() has given at any time since the load,
 *	    or one that is nobody's
 *
 * RCU read side: the record found stays what it is until the end of the
 * caller's read-side section.
 *
 * Return: the record or NULL.
 */
static __always_inline struct nta_record *nta_record_resolve(u64 handle)
{
	struct nta_record *rec;

	/* the place has been handed out, so it is there */
	rec = (void *)READ_ONCE(nta_record_chunk[(u32)handle >> NTA_PLACE_SHIFT]) +
	      (u16)handle;
	return likely(READ_ONCE(rec->gen) == handle >> 32) ? rec : NULL;
}

int nta_record_init(void);
void nta_record_exit(void);
struct nta_record *nta_record_alloc(enum nta_record_state state, u64 want,
				    u64 *handle);
void nta_record_discard(struct nta_record *rec);
void nta_record_kill(struct nta_record *rec);
bool nta_record_claim(struct nta_record *rec, u64 handle,
		      struct nta_task *heir);
void nta_record_free(struct nta_record *rec);
void nta_record_age(unsigned long timeout);
void nta_record_want(bool force,
		     int (*cb)(u64 want, u64 handle, void *data), void *data);
bool nta_record_wants(u64 handle, u64 want);
void nta_record_forget(u64 want);
bool nta_record_is_wanted(u64 want);
void nta_record_take_dying(struct list_head *list);
void nta_record_sum(enum nta_record_state state, struct nta_counters *sum);
unsigned int nta_record_used(void);
unsigned int nta_record_unowned(void);
unsigned long nta_record_last_unowned(void);
void nta_record_set_notify(void (*notify)(void));

#endif /* _NTA_RECORD_H */
