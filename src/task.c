// SPDX-License-Identifier: GPL-2.0
/*
 * Processes and threads: how they come to be known, and what their exit probe
 * does.
 */
#include "task_table.h"
#include "stats.h"

#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

struct nta_task_table nta_tasks = {
	.lock		= __SPIN_LOCK_UNLOCKED(nta_tasks.lock),
	.by_task	= XARRAY_INIT(nta_tasks.by_task, 0),
	.by_thread	= XARRAY_INIT(nta_tasks.by_thread, 0),
	.list		= LIST_HEAD_INIT(nta_tasks.list),
	.exiting	= LIST_HEAD_INIT(nta_tasks.exiting),
	.dead		= LIST_HEAD_INIT(nta_tasks.dead),
};

/* Tells the collector, two floors up, that there is something to do soon. */
static void (*task_notify)(void);

static void notify_collector(void)
{
	void (*notify)(void) = READ_ONCE(task_notify);

	if (notify)
		notify();
}

/**
 * nta_task_set_notify() - name the function to call when a task exits
 * @notify: called with preemption off; NULL for none
 */
void nta_task_set_notify(void (*notify)(void))
{
	WRITE_ONCE(task_notify, notify);
}

/**
 * nta_task_init() - prepare the empty tables
 *
 * Return: 0 or -ENOMEM.
 */
int nta_task_init(void)
{
	int err;

	/* what kmalloc() has; locks are bigger where they are watched */
	BUILD_BUG_ON(!IS_ENABLED(CONFIG_LOCKDEP) &&
		     sizeof(struct nta_task) > 256);

	err = rhashtable_init(&nta_tasks.threads, &nta_thread_params);
	if (err)
		return err;
	err = rhashtable_init(&nta_tasks.processes, &nta_task_params);
	if (err)
		rhashtable_destroy(&nta_tasks.threads);
	return err;
}

/* Who has found the process in the table still looks at its pid. */
static void task_free(struct rcu_head *rcu)
{
	struct nta_task *task = container_of(rcu, struct nta_task, rcu);

	put_pid(task->pid);
	kfree(task);
}

/**
 * nta_task_put() - drop a reference on a process
 * @task: the process
 */
void nta_task_put(struct nta_task *task)
{
	if (refcount_dec_and_test(&task->ref))
		call_rcu(&task->rcu, task_free);
}

/**
 * nta_task_exit() - forget all processes and threads
 *
 * The hooks, the exit probe, the collector and all readers have ended.  All is
 * as it was before nta_task_init().
 */
void nta_task_exit(void)
{
	struct nta_task *task, *next;
	struct nta_record *rec;

	/* first, as a worker that makes another table of one looks at them */
	rhashtable_destroy(&nta_tasks.processes);
	rhashtable_destroy(&nta_tasks.threads);
	/* one by one: xa_destroy() does it all with interrupts off */
	list_for_each_entry_safe(task, next, &nta_tasks.list, link) {
		list_for_each_entry(rec, &task->threads, link) {
			xa_erase(&nta_tasks.by_thread, rec->serial);
			if (rec->tsk)
				put_task_struct(rec->tsk);
			cond_resched();
		}
		xa_erase(&nta_tasks.by_task, task->serial);
		nta_task_put(task);
		cond_resched();
	}
	xa_destroy(&nta_tasks.by_task);
	xa_destroy(&nta_tasks.by_thread);

	INIT_LIST_HEAD(&nta_tasks.list);
	INIT_LIST_HEAD(&nta_tasks.exiting);
	INIT_LIST_HEAD(&nta_tasks.dead);
	nta_tasks.next_task = 0;
	nta_tasks.next_thread = 0;
	nta_tasks.nr_tasks = 0;
	nta_tasks.nr_threads = 0;

	/* for task_free(), which is about to be unloaded */
	rcu_barrier();
}

/* Walks go in the order of the serial numbers, which are never used again. */
static unsigned long take_serial(unsigned long *next)
{
	unsigned long serial = *next;

	lockdep_assert_held(&nta_tasks.lock);

	WRITE_ONCE(*next, serial + 1);
	return serial;
}

/*
 * What can be found cannot be taken back: a reader may already hold it.  So
 * room is made first, and table_add() does not fail.
 */
static int table_reserve(struct xarray *table, unsigned long serial)
{
	return xa_reserve(table, serial, GFP_ATOMIC | __GFP_NOWARN);
}

static void table_add(struct xarray *table, unsigned long serial, void *entry)
{
	xa_store(table, serial, entry, 0);
}

static struct nta_task *task_create(struct task_struct *tsk, struct pid *pid)
{
	struct nta_task *task;

	lockdep_assert_held(&nta_tasks.lock);

	task = kzalloc(sizeof(*task), GFP_ATOMIC | __GFP_NOWARN);
	if (!task)
		return NULL;
	task->pid = get_pid(pid);
	task->tgid = task_tgid_nr(tsk);
	task->start = tsk->group_leader->start_boottime;
	nta_ident_read(tsk->group_leader, &task->ident);
	task->first = ktime_get_boottime_ns();
	task->last = task->first;
	seqcount_spinlock_init(&task->seq, &nta_tasks.lock);
	INIT_LIST_HEAD(&task->threads);
	INIT_LIST_HEAD(&task->exit_link);
	refcount_set(&task->ref, 1);
	task->serial = take_serial(&nta_tasks.next_task);
	if (table_reserve(&nta_tasks.by_task, task->serial))
		goto err_put;
	if (rhashtable_insert_fast(&nta_tasks.processes, &task->node,
				   nta_task_params))
		goto err_release;
	/* walks go on along the list from what they find in the table */
	list_add_tail_rcu(&task->link, &nta_tasks.list);
	table_add(&nta_tasks.by_task, task->serial, task);
	WRITE_ONCE(nta_tasks.nr_tasks, nta_tasks.nr_tasks + 1);
	return task;

err_release:
	xa_release(&nta_tasks.by_task, task->serial);
err_put:
	nta_task_put(task);
	return NULL;
}

/* Undo task_create() for a process that no record has come to. */
static void task_remove(struct nta_task *task)
{
	lockdep_assert_held(&nta_tasks.lock);

	rhashtable_remove_fast(&nta_tasks.processes, &task->node,
			       nta_task_params);
	xa_erase(&nta_tasks.by_task, task->serial);
	list_del_rcu(&task->link);
	WRITE_ONCE(nta_tasks.nr_tasks, nta_tasks.nr_tasks - 1);
	nta_task_put(task);
}

static void mark_exiting(struct nta_record *rec)
{
	lockdep_assert_held(&nta_tasks.lock);

	if (rec->exiting)
		return;
	rec->exiting = true;
	rec->stamp = jiffies;
	list_add_tail(&rec->dying, &nta_tasks.exiting);
}

static void mark_dead(struct nta_task *task, struct task_struct *tsk)
{
	lockdep_assert_held(&nta_tasks.lock);

	if (task->dead)
		return;
	get_task_comm(task->comm, tsk->group_leader);
	nta_ident_read(tsk->group_leader, &task->ident);
	/* the leader can have left its namespaces long ago, not so the last */
	nta_ident_netns(tsk, &task->ident);
	task->stamp = jiffies;
	WRITE_ONCE(task->dead, true);
	list_add_tail(&task->exit_link, &nta_tasks.dead);
}

static struct nta_record *thread_create(struct task_struct *tsk)
{
	struct nta_task *task = NULL, *made = NULL;
	struct pid *pid = task_tgid(tsk);
	struct nta_record *rec, *old;
	u64 handle;

	/* another thread's, which has been reaped meanwhile */
	if (!pid)
		return NULL;
	rec = nta_record_alloc(NTA_RECORD_THREAD, 0, &handle);
	if (!rec)
		return NULL;
	WRITE_ONCE(rec->tsk, get_task_struct(tsk));
	rec->first = ktime_get_boottime_ns();
	rec->last = rec->first;
	rec->noticed = 0;

	spin_lock(&nta_tasks.lock);
	/* the search for owners can be faster than the thread itself */
	old = rhashtable_lookup(&nta_tasks.threads, &tsk, nta_thread_params);
	if (old)
		goto err_unlock;
	task = rhashtable_lookup_fast(&nta_tasks.processes, &pid,
				      nta_task_params);
	if (!task) {
		made = task_create(tsk, pid);
		task = made;
	}
	rec->task = task;
	if (!task)
		goto err_unlock;
	rec->serial = take_serial(&nta_tasks.next_thread);
	if (table_reserve(&nta_tasks.by_thread, rec->serial))
		goto err_unlock;
	if (rhashtable_insert_fast(&nta_tasks.threads, &rec->node,
				   nta_thread_params)) {
		xa_release(&nta_tasks.by_thread, rec->serial);
		goto err_unlock;
	}
	table_add(&nta_tasks.by_thread, rec->serial, rec);
	list_add_tail_rcu(&rec->link, &task->threads);
	WRITE_ONCE(nta_tasks.nr_threads, nta_tasks.nr_threads + 1);
	/*
	 * A thread that is past its exit probe can still close sockets.  The
	 * probe of the last one decrements first, then looks for what is in
	 * the table by now: one of us two sees the other.
	 */
	smp_mb();
	if (tsk->flags & PF_EXITING) {
		mark_exiting(rec);
		if (!atomic_read(&tsk->signal->live))
			mark_dead(task, tsk);
	}
	spin_unlock(&nta_tasks.lock);

	if (tsk->flags & PF_EXITING)
		notify_collector();
	return rec;

err_unlock:
	if (made)
		task_remove(made);
	spin_unlock(&nta_tasks.lock);
	put_task_struct(tsk);
	nta_record_free(rec);
	if (!old)
		nta_stats_event(NTA_RECORD_OVERFLOW);
	return old;
}

/**
 * nta_thread_learn() - the record of the running thread
 *
 * RCU read side, task context.  Made where there was none.
 *
 * Return: the record, valid until the end of the read-side section, or NULL
 * where a limit was reached, which has been counted.
 */
struct nta_record *nta_thread_learn(void)
{
	struct task_struct *tsk = current;
	struct nta_record *rec;

	rec = rhashtable_lookup(&nta_tasks.threads, &tsk, nta_thread_params);
	return likely(rec) ? rec : thread_create(tsk);
}

/**
 * nta_thread_know() - the record of a thread that has been found to own
 * @tsk: the thread; the caller holds a reference
 *
 * RCU read side, task context.  The collector is not running beside it.
 *
 * Return: the record, made where there was none, valid until the end of the
 * read-side section; NULL if the thread is over or a limit was reached.
 */
struct nta_record *nta_thread_know(struct task_struct *tsk)
{
	struct nta_record *rec;

	rec = rhashtable_lookup(&nta_tasks.threads, &tsk, nta_thread_params);
	if (rec)
		return rec;
	if (READ_ONCE(tsk->exit_state))
		return NULL;
	return thread_create(tsk);
}

/**
 * nta_thread_claim() - give a thread what an unowned record holds
 * @thread: the record of a live thread
 * @handle: the handle that was found in the place of an owner
 *
 * RCU read side, task context.  Does nothing if @handle names no unowned
 * record.
 */
void nta_thread_claim(struct nta_record *thread, u64 handle)
{
	struct nta_record *rec = nta_record_resolve(handle);
	struct nta_task *task = thread->task;
	struct nta_counters held;

	if (!rec || READ_ONCE(rec->state) != NTA_RECORD_UNOWNED)
		return;
	refcount_inc(&task->ref);
	if (!nta_record_claim(rec, handle, task)) {
		nta_task_put(task);
		return;
	}
	nta_live_drain(&rec->live, &held);
	nta_live_add(&thread->live, &held);
	nta_stats_event(NTA_CLAIMED);
	/* packets that found it before may still book: the collector's part */
	notify_collector();
}

/**
 * nta_thread_exiting() - take note that a thread exits
 * @tsk: the thread, in its exit probe
 *
 * May be called for several threads of a process after the last has been
 * counted out.
 */
void nta_thread_exiting(struct task_struct *tsk)
{
	struct pid *pid = task_tgid(tsk);
	bool last = !atomic_read(&tsk->signal->live);
	struct nta_task *task = NULL;
	struct nta_record *rec;

	rcu_read_lock();
	if (rhashtable_lookup(&nta_tasks.threads, &tsk, nta_thread_params) ||
	    (last && rhashtable_lookup(&nta_tasks.processes, &pid,
				       nta_task_params))) {
		spin_lock(&nta_tasks.lock);
		/* again: thread_create() can have taken it back meanwhile */
		rec = rhashtable_lookup(&nta_tasks.threads, &tsk,
					nta_thread_params);
		if (rec)
			mark_exiting(rec);
		if (last)
			task = rhashtable_lookup(&nta_tasks.processes, &pid,
						 nta_task_params);
		if (task)
			mark_dead(task, tsk);
		spin_unlock(&nta_tasks.lock);
		notify_collector();
	}
	rcu_read_unlock();
}
