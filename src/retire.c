// SPDX-License-Identifier: GPL-2.0
/*
 * The end of threads and processes: the collector's part of their table.
 *
 * What is here is called by one at a time, in process context.
 */
#include "task_table.h"
#include "stats.h"

#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

/* How long packets that follow an exit are waited for: FINs and their ACKs. */
#define EXIT_GRACE	(HZ / 10)

/* How long one that is about to end is asked after that often. */
#define POLL_TIME	(10 * HZ)

/* Those that have exited and are not over yet. */
static LIST_HEAD(pending_threads);
static LIST_HEAD(pending_tasks);

/* Usually a matter of milliseconds; a debugger can make it one of days. */
static unsigned long poll_wait(unsigned long since)
{
	if (time_before(jiffies, since + POLL_TIME))
		return EXIT_GRACE;
	return nta_param(NTA_GC_INTERVAL) * HZ;
}

/*
 * Its last file has been closed: nothing is sent in its name any more.  The
 * reference on the thread is dropped, as a record can stay for long.
 */
static void thread_detach(struct nta_record *rec)
{
	struct task_struct *tsk = rec->tsk;

	rhashtable_remove_fast(&nta_tasks.threads, &rec->node,
			       nta_thread_params);
	/*
	 * Before the address can be another thread's: the hooks compare.  The
	 * lock is for a walk, which takes a reference by it.
	 */
	spin_lock(&nta_tasks.lock);
	WRITE_ONCE(rec->tsk, NULL);
	spin_unlock(&nta_tasks.lock);
	put_task_struct(tsk);
}

/* How long to wait, in jiffies, before the record of a thread is ended. */
static unsigned long thread_wait(struct nta_record *rec, bool force)
{
	unsigned long wait = force ? 0 : EXIT_GRACE;
	unsigned long due;

	if (rec->tsk) {
		/* set after its last file was closed */
		if (!smp_load_acquire(&rec->tsk->exit_state))
			return poll_wait(rec->stamp);
		thread_detach(rec);
	}

	if (READ_ONCE(rec->task->dead)) {
		if (nta_param(NTA_EXIT_LINGER))
			wait = nta_param(NTA_EXIT_LINGER) * HZ;
	} else if (nta_record_used() < nta_param(NTA_MAX_RECORDS) / 2) {
		/*
		 * Its process lives and may go on with the sockets that it
		 * left: what softirqs do for them stays with the process as
		 * long as the record does.
		 */
		u64 packets = nta_live_packets(&rec->live);

		if (packets != rec->seen) {
			rec->seen = packets;
			rec->stamp = jiffies;
		}
		wait = nta_param(NTA_GC_INTERVAL) * HZ;
	}
	due = rec->stamp + wait;
	return time_before(jiffies, due) ? due - jiffies : 0;
}

static void pending_add(void)
{
	spin_lock(&nta_tasks.lock);
	list_splice_tail_init(&nta_tasks.exiting, &pending_threads);
	list_splice_tail_init(&nta_tasks.dead, &pending_tasks);
	spin_unlock(&nta_tasks.lock);
}

/* Whether one has exited just now and still closes its files. */
static bool thread_leaves(void)
{
	struct nta_record *rec;

	list_for_each_entry(rec, &pending_threads, dying) {
		if (rec->tsk && !READ_ONCE(rec->tsk->exit_state) &&
		    time_before(jiffies, rec->stamp + EXIT_GRACE))
			return true;
		cond_resched();
	}
	return false;
}

/**
 * nta_task_settle() - wait for threads that are about to end
 *
 * Process accounting has told of a process before it closes its files: who has
 * read that, and asks for what it sent and received, would be told next time.
 * They are waited for a moment, which is more than it takes.  Who exits then
 * is left to the next time, as its accounting record has not been counted.
 *
 * Process context, sleeps; one caller at a time.
 */
void nta_task_settle(void)
{
	unsigned int tries;

	pending_add();
	for (tries = EXIT_GRACE; tries && thread_leaves(); tries--)
		schedule_timeout_uninterruptible(1);
}

/**
 * nta_task_collect() - end the records of threads that are over
 * @force: do not wait for packets that may follow; of those that had exited
 *	   when nta_task_settle() was called
 * @batch: where to put them, linked by @dying; to be folded a grace period
 *	   later
 *
 * Process context; one caller at a time.
 *
 * Return: jiffies until the next one is over, if none exits meanwhile;
 * MAX_JIFFY_OFFSET if there is none.
 */
unsigned long nta_task_collect(bool force, struct list_head *batch)
{
	unsigned long wait, next_due = MAX_JIFFY_OFFSET;
	struct nta_record *rec, *next;

	if (!force)
		pending_add();

	list_for_each_entry_safe(rec, next, &pending_threads, dying) {
		wait = thread_wait(rec, force);
		if (wait) {
			next_due = min(next_due, wait);
		} else {
			nta_record_kill(rec);
			list_move_tail(&rec->dying, batch);
		}
		cond_resched();
	}
	return next_due;
}

/**
 * nta_task_fold() - fold ended threads into their processes
 * @batch: what nta_task_collect() gave, a grace period ago
 * @graves: where to put the records; to be freed a grace period later
 */
void nta_task_fold(struct list_head *batch, struct list_head *graves)
{
	struct nta_record *rec, *next;
	struct nta_counters held;

	list_for_each_entry_safe(rec, next, batch, dying) {
		struct nta_task *task = rec->task;

		spin_lock(&nta_tasks.lock);
		write_seqcount_begin(&task->seq);
		nta_live_drain(&rec->live, &held);
		nta_counters_add(&task->left, &held);
		list_del_rcu(&rec->link);
		write_seqcount_end(&task->seq);
		xa_erase(&nta_tasks.by_thread, rec->serial);
		WRITE_ONCE(nta_tasks.nr_threads, nta_tasks.nr_threads - 1);
		spin_unlock(&nta_tasks.lock);

		/* readers of the process may still stand on its link */
		list_move_tail(&rec->dying, graves);
		cond_resched();
	}
}

/**
 * nta_task_inherit() - fold an unowned record, dead for a grace period
 * @rec: the record; it is freed
 */
void nta_task_inherit(struct nta_record *rec)
{
	struct nta_task *heir = rec->task;
	struct nta_counters held;

	nta_live_drain(&rec->live, &held);
	if (heir) {
		spin_lock(&nta_tasks.lock);
		write_seqcount_begin(&heir->seq);
		nta_counters_add(&heir->left, &held);
		write_seqcount_end(&heir->seq);
		spin_unlock(&nta_tasks.lock);
		nta_task_put(heir);
	} else {
		nta_stats_add(NTA_UNIDENTIFIED, &held);
	}
	nta_record_free(rec);
}

static bool task_is_over(struct nta_task *task, bool force)
{
	struct task_struct *leader;
	bool gone;

	if (!force && time_before(jiffies, task->stamp + EXIT_GRACE))
		return false;
	/* what unowned records still have for it is to be in its counters */
	if (refcount_read(&task->ref) > 1)
		return false;
	rcu_read_lock();
	leader = pid_task(task->pid, PIDTYPE_TGID);
	/* in this order: the leader has ended, then nobody else is left */
	gone = !leader || (smp_load_acquire(&leader->exit_state) &&
			   thread_group_empty(leader));
	rcu_read_unlock();
	return gone;
}

/**
 * nta_task_finish() - take the processes that are over off the table
 * @force: do not wait for packets that may follow; of those that had exited
 *	   when nta_task_settle() was called
 * @list: where to put them, linked by @exit_link, each with the table's
 *	  reference
 *
 * Process context; one caller at a time.
 *
 * Return: jiffies until those that are dead but not over are to be looked at
 * again; MAX_JIFFY_OFFSET if there is none.
 */
unsigned long nta_task_finish(bool force, struct list_head *list)
{
	unsigned long next_due = MAX_JIFFY_OFFSET;
	struct nta_task *task, *next;
	bool over;

	list_for_each_entry_safe(task, next, &pending_tasks, exit_link) {
		cond_resched();
		over = task_is_over(task, force);
		if (over) {
			/* when all threads are gone, none can add a record */
			spin_lock(&nta_tasks.lock);
			over = list_empty(&task->threads);
			if (over) {
				xa_erase(&nta_tasks.by_task, task->serial);
				list_del_rcu(&task->link);
				WRITE_ONCE(nta_tasks.nr_tasks,
					   nta_tasks.nr_tasks - 1);
			}
			spin_unlock(&nta_tasks.lock);
		}
		if (over) {
			rhashtable_remove_fast(&nta_tasks.processes,
					       &task->node, nta_task_params);
			list_move_tail(&task->exit_link, list);
		} else {
			next_due = min(next_due, poll_wait(task->stamp));
		}
	}
	return next_due;
}

/**
 * nta_task_final() - read a process that nta_task_finish() gave
 * @task: the process; its counters do not change any more
 * @info: where to store what is known
 */
void nta_task_final(const struct nta_task *task, struct nta_task_info *info)
{
	info->id = task->tgid;
	info->start = task->start;
	info->tgid = task->tgid;
	info->tgid_start = task->start;
	memcpy(info->comm, task->comm, sizeof(info->comm));
	info->state = NTA_TASK_FINISHED;
	info->first = task->first;
	info->last = task->last;
	info->exit_seq = task->exit_seq;
	info->ident = task->ident;
	info->counters = task->left;
}
