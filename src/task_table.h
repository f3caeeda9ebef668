/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of processes and threads, for those who keep it: task.c, to whom
 * tasks come, survey.c and walk.c, who tell of them, and retire.c, through whom
 * they go.
 */
#ifndef _NTA_TASK_TABLE_H
#define _NTA_TASK_TABLE_H

#include "task.h"

#include <linux/hash.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

/**
 * struct nta_task_table - processes and threads
 * @lock: guards the lists and counts and the records of threads.  Process
 *	  context only.
 * @threads: records by task_struct
 * @processes: processes by struct pid
 * @list: all processes, RCU
 * @by_task: processes by serial number
 * @by_thread: records of threads by serial number
 * @next_task: the next of the former numbers
 * @next_thread: the next of the latter
 * @exiting: records of threads that have exited since the collector looked
 * @dead: processes that have died since it looked
 * @nr_tasks: how many processes there are
 * @nr_threads: how many threads
 */
struct nta_task_table {
	spinlock_t		lock;
	struct rhashtable	threads;
	struct rhashtable	processes;
	struct list_head	list;
	struct xarray		by_task;
	struct xarray		by_thread;
	unsigned long		next_task;
	unsigned long		next_thread;
	struct list_head	exiting;
	struct list_head	dead;
	unsigned int		nr_tasks;
	unsigned int		nr_threads;
};

extern struct nta_task_table nta_tasks;

void __nta_notice(u64 *noticed, u64 *last, u64 seen, u64 packets);
void nta_task_tally(struct nta_task *task, struct nta_counters *sum);
void nta_task_tell(struct nta_task *task, struct task_struct *leader,
		   bool ident, struct nta_task_info *info);
void nta_thread_tally(struct nta_record *rec, struct nta_counters *sum);
void nta_thread_tell(struct nta_record *rec, struct task_struct *tsk,
		     bool ident, struct nta_task_info *info);
struct task_struct *nta_thread_get(struct nta_record *rec);

/**
 * nta_notice() - take note of the packets of a process or thread
 * @noticed: its packets, as last noticed
 * @last: boot time when they had grown
 * @packets: its packets
 */
static inline void nta_notice(u64 *noticed, u64 *last, u64 packets)
{
	/* pairs with the cmpxchg in __nta_notice() */
	u64 seen = smp_load_acquire(noticed);

	if (unlikely(packets > seen))
		__nta_notice(noticed, last, seen, packets);
}

/* Addresses, which nobody chooses. */
static inline u32 nta_thread_hash(const void *data, u32 len, u32 seed)
{
	return hash_long(*(const unsigned long *)data ^ seed, 32);
}

static inline int nta_thread_differs(struct rhashtable_compare_arg *arg,
				     const void *obj)
{
	return *(struct task_struct *const *)arg->key !=
	       READ_ONCE(((const struct nta_record *)obj)->tsk);
}

static const struct rhashtable_params nta_thread_params __maybe_unused = {
	.key_len		= sizeof(struct task_struct *),
	.key_offset		= offsetof(struct nta_record, tsk),
	.head_offset		= offsetof(struct nta_record, node),
	.hashfn			= nta_thread_hash,
	.obj_cmpfn		= nta_thread_differs,
	.automatic_shrinking	= true,
};

static const struct rhashtable_params nta_task_params __maybe_unused = {
	.key_len		= sizeof(struct pid *),
	.key_offset		= offsetof(struct nta_task, pid),
	.head_offset		= offsetof(struct nta_task, node),
	.automatic_shrinking	= true,
};

#endif /* _NTA_TASK_TABLE_H */
