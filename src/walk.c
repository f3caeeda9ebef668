// SPDX-License-Identifier: GPL-2.0
/*
 * Walks over processes and threads, in the order they came.
 */
#include "task_table.h"

#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/task.h>

/* Processes that are looked at in one read-side section. */
#define BATCH	64

/**
 * nta_task_begin() - begin a walk over processes or threads
 * @walk: the walk
 * @threads: over threads
 */
void nta_task_begin(struct nta_task_walk *walk, bool threads)
{
	walk->next = 0;
	walk->end = threads ? READ_ONCE(nta_tasks.next_thread) :
			      READ_ONCE(nta_tasks.next_task);
}

static void *walk_find(struct nta_task_walk *walk, struct xarray *table)
{
	void *entry;

	if (walk->next >= walk->end)
		return NULL;
	entry = xa_find(table, &walk->next, walk->end - 1, XA_PRESENT);
	walk->next = entry ? walk->next + 1 : walk->end;
	return entry;
}

/**
 * nta_task_next() - the next process of a walk
 * @walk: the walk
 * @info: where to store what is known
 *
 * Process context.
 *
 * Return: 1, 0 at the end of the walk, or -EAGAIN: the one that has this place
 * is not wanted.
 */
int nta_task_next(struct nta_task_walk *walk, struct nta_task_info *info)
{
	struct nta_task *task;
	int found = 0;

	rcu_read_lock();
	task = walk_find(walk, &nta_tasks.by_task);
	if (task) {
		found = -EAGAIN;
		if (!walk->tgid || task->tgid == walk->tgid) {
			nta_task_tally(task, &info->counters);
			if (READ_ONCE(task->last) >= walk->since)
				found = 1;
		}
	}
	if (found > 0)
		nta_task_tell(task, pid_task(task->pid, PIDTYPE_TGID), true, info);
	rcu_read_unlock();
	return found;
}

/**
 * nta_thread_next() - the next thread of a walk
 * @walk: the walk
 * @info: where to store what is known
 *
 * Process context.
 *
 * Return: 1, 0 at the end of the walk, or -EAGAIN: the one that has this place
 * is over or not wanted.
 */
int nta_thread_next(struct nta_task_walk *walk, struct nta_task_info *info)
{
	struct task_struct *tsk = NULL;
	struct nta_record *rec;

	rcu_read_lock();
	rec = walk_find(walk, &nta_tasks.by_thread);
	if (rec && (!walk->tgid || rec->task->tgid == walk->tgid)) {
		nta_thread_tally(rec, &info->counters);
		if (READ_ONCE(rec->last) >= walk->since)
			tsk = nta_thread_get(rec);
	}
	if (tsk)
		nta_thread_tell(rec, tsk, true, info);
	rcu_read_unlock();
	if (!rec)
		return 0;
	if (!tsk)
		return -EAGAIN;
	put_task_struct(tsk);
	return 1;
}

/*
 * All processes that there are, BATCH of them in one read-side section.  Those
 * that come meanwhile may be left out.
 */
static void for_all(void (*fn)(struct nta_task *task, void *arg), void *arg)
{
	struct nta_task_walk walk;
	struct nta_task *task;
	unsigned int n;

	nta_task_begin(&walk, false);
	do {
		n = 0;
		rcu_read_lock();
		task = walk_find(&walk, &nta_tasks.by_task);
		walk.next = walk.end;
		if (task) {
			/* the list is in the order of the table */
			list_for_each_entry_from_rcu(task, &nta_tasks.list,
						     link) {
				if (n++ == BATCH) {
					walk.next = task->serial;
					break;
				}
				fn(task, arg);
			}
		}
		rcu_read_unlock();
		cond_resched();
	} while (walk.next < walk.end);
}

static void notice_one(struct nta_task *task, void *unused)
{
	struct nta_counters sum;
	struct nta_record *rec;

	nta_task_tally(task, &sum);
	list_for_each_entry_rcu(rec, &task->threads, link)
		nta_notice(&rec->noticed, &rec->last,
			   nta_live_packets(&rec->live));
}

/**
 * nta_task_notice() - take note of all whose counters have changed
 *
 * Process context, may sleep.
 */
void nta_task_notice(void)
{
	for_all(notice_one, NULL);
}

static void sum_one(struct nta_task *task, void *sum)
{
	nta_counters_add(sum, &task->left);
}

/**
 * nta_task_sum() - sum what the processes have, finished ones not included
 * @sum: added to
 *
 * Process context, may sleep; exact when nothing moves.
 */
void nta_task_sum(struct nta_counters *sum)
{
	nta_record_sum(NTA_RECORD_THREAD, sum);
	for_all(sum_one, sum);
}
