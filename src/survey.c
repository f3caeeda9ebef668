// SPDX-License-Identifier: GPL-2.0
/*
 * What readers are told of processes and threads, one by one, in walks, and in
 * sum.
 */
#include "task_table.h"

#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>

/* Processes and threads that the collector looks at in one read-side section. */
#define NOTICE_BATCH	64

/*
 * Each of the two values only grows.  The time is there before the count: who
 * finds the count as it was finds no older time.
 */
static void notice(u64 *noticed, u64 *last, u64 packets)
{
	/* pairs with the cmpxchg below */
	u64 seen = smp_load_acquire(noticed);
	u64 now, old;

	if (packets <= seen)
		return;
	now = ktime_get_boottime_ns();
	old = READ_ONCE(*last);
	while (old < now && !try_cmpxchg64(last, &old, now))
		;
	while (seen < packets && !try_cmpxchg64(noticed, &seen, packets))
		;
}

static u64 counters_packets(const struct nta_counters *c)
{
	return c->v[NTA_TCP_SND] + c->v[NTA_TCP_RCV] +
	       c->v[NTA_UDP_SND] + c->v[NTA_UDP_RCV];
}

static void task_sum_one(struct nta_task *task, struct nta_counters *sum)
{
	struct nta_record *rec;

	*sum = task->left;
	list_for_each_entry_rcu(rec, &task->threads, link,
				lockdep_is_held(&nta_tasks.lock))
		nta_counters_add_live(sum, &rec->live);
}

/* RCU read side. */
static void task_count(struct nta_task *task, struct nta_counters *sum)
{
	unsigned int seq, tries = 0;

	do {
		seq = read_seqcount_begin(&task->seq);
		task_sum_one(task, sum);
	} while (read_seqcount_retry(&task->seq, seq) && ++tries < 4);
	if (tries == 4) {
		/* its threads come and go too fast to be watched */
		spin_lock(&nta_tasks.lock);
		task_sum_one(task, sum);
		spin_unlock(&nta_tasks.lock);
	}
	notice(&task->noticed, &task->last, counters_packets(sum));
}

/* RCU read side, after task_count().  The leader is NULL if it was reaped. */
static void task_tell(struct nta_task *task, struct task_struct *leader,
		      bool ident, struct nta_task_info *info)
{
	info->id = task->tgid;
	info->start = task->start;
	info->tgid = task->tgid;
	info->tgid_start = task->start;
	info->first = task->first;
	info->last = READ_ONCE(task->last);
	info->exit_seq = 0;
	info->state = READ_ONCE(task->dead) ? NTA_TASK_EXITING : NTA_TASK_ALIVE;
	if (leader)
		get_task_comm(info->comm, leader);
	else
		memcpy(info->comm, task->comm, sizeof(info->comm));
	if (!ident)
		return;
	info->ident = task->ident;
	if (leader)
		nta_ident_read(leader, &info->ident);
}

static void thread_count(struct nta_record *rec, struct nta_counters *sum)
{
	memset(sum, 0, sizeof(*sum));
	nta_counters_add_live(sum, &rec->live);
	notice(&rec->noticed, &rec->last, counters_packets(sum));
}

static void thread_tell(struct nta_record *rec, struct task_struct *tsk,
			bool ident, struct nta_task_info *info)
{
	info->id = task_pid_nr(tsk);
	info->start = tsk->start_boottime;
	info->tgid = rec->task->tgid;
	info->tgid_start = rec->task->start;
	info->first = rec->first;
	info->last = READ_ONCE(rec->last);
	info->exit_seq = 0;
	info->state = READ_ONCE(rec->exiting) ? NTA_TASK_EXITING :
						NTA_TASK_ALIVE;
	get_task_comm(info->comm, tsk);
	if (!ident)
		return;
	info->ident = rec->task->ident;
	nta_ident_read(tsk, &info->ident);
}

/**
 * nta_task_read() - read a process
 * @pid: the process
 * @ident: tell whose it is, too
 * @info: where to store what is known
 *
 * Return: 0, or -ESRCH where nothing is known of it.
 */
int nta_task_read(struct pid *pid, bool ident, struct nta_task_info *info)
{
	struct task_struct *leader;
	struct nta_task *task;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	task = rhashtable_lookup(&nta_tasks.processes, &pid, nta_task_params);
	if (task && leader) {
		task_count(task, &info->counters);
		task_tell(task, leader, ident, info);
	}
	rcu_read_unlock();
	return task && leader ? 0 : -ESRCH;
}

/**
 * nta_thread_read() - read a thread
 * @tsk: the thread; the caller holds a reference
 * @ident: tell whose it is, too
 * @info: where to store what is known
 *
 * Return: 0, or -ESRCH where nothing is known of it.
 */
int nta_thread_read(struct task_struct *tsk, bool ident,
		    struct nta_task_info *info)
{
	struct nta_record *rec;

	rcu_read_lock();
	rec = rhashtable_lookup(&nta_tasks.threads, &tsk, nta_thread_params);
	if (rec) {
		thread_count(rec, &info->counters);
		thread_tell(rec, tsk, ident, info);
	}
	rcu_read_unlock();
	return rec ? 0 : -ESRCH;
}

/**
 * nta_task_btime() - the start of a task in time of day
 * @start: in nanoseconds of boot time
 *
 * Return: seconds since the epoch, as programs compute them from /proc: boot
 * time plus start since boot.
 */
u64 nta_task_btime(u64 start)
{
	struct timespec64 boot;

	getboottime64(&boot);
	return div_u64(start + timespec64_to_ns(&boot), NSEC_PER_SEC);
}

/**
 * nta_task_begin() - begin a walk over processes or threads
 * @walk: the walk
 */
void nta_task_begin(struct nta_task_walk *walk)
{
	walk->next = 0;
	walk->end = READ_ONCE(nta_tasks.next_serial);
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
			task_count(task, &info->counters);
			if (READ_ONCE(task->last) >= walk->since)
				found = 1;
		}
	}
	if (found > 0)
		task_tell(task, pid_task(task->pid, PIDTYPE_TGID), true, info);
	rcu_read_unlock();
	return found;
}

/* The thread of a record, with a reference; NULL once it is over. */
static struct task_struct *thread_get(struct nta_record *rec)
{
	struct task_struct *tsk;

	spin_lock(&nta_tasks.lock);
	tsk = rec->tsk;
	if (tsk)
		get_task_struct(tsk);
	spin_unlock(&nta_tasks.lock);
	if (tsk && !task_pid_nr(tsk)) {
		/* it has been reaped: its number can be another's by now */
		put_task_struct(tsk);
		tsk = NULL;
	}
	return tsk;
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
		thread_count(rec, &info->counters);
		if (READ_ONCE(rec->last) >= walk->since)
			tsk = thread_get(rec);
	}
	if (tsk)
		thread_tell(rec, tsk, true, info);
	rcu_read_unlock();
	if (!rec)
		return 0;
	if (!tsk)
		return -EAGAIN;
	put_task_struct(tsk);
	return 1;
}

/**
 * nta_task_owner() - who has a record
 * @rec: the record of a thread
 * @info: @id of the thread, 0 if it has ended; @tgid, @tgid_start and @comm of
 *	  its process.  The rest is not set.
 *
 * RCU read side, process context.
 */
void nta_task_owner(struct nta_record *rec, struct nta_task_info *info)
{
	struct nta_task *task = rec->task;
	struct task_struct *leader = pid_task(task->pid, PIDTYPE_TGID);
	struct task_struct *tsk = thread_get(rec);

	info->id = 0;
	if (tsk) {
		info->id = task_pid_nr(tsk);
		put_task_struct(tsk);
	}
	info->tgid = task->tgid;
	info->tgid_start = task->start;
	if (leader)
		get_task_comm(info->comm, leader);
	else
		memcpy(info->comm, task->comm, sizeof(info->comm));
}

/**
 * nta_task_notice() - take note of all whose counters have changed
 *
 * Process context, may sleep.
 */
void nta_task_notice(void)
{
	struct nta_task_walk walk;
	struct nta_counters sum;
	struct nta_record *rec;
	struct nta_task *task;
	unsigned int n;

	nta_task_begin(&walk);
	do {
		rcu_read_lock();
		for (n = 0; n < NOTICE_BATCH; n++) {
			task = walk_find(&walk, &nta_tasks.by_task);
			if (!task)
				break;
			task_count(task, &sum);
		}
		rcu_read_unlock();
		cond_resched();
	} while (walk.next < walk.end);

	nta_task_begin(&walk);
	do {
		rcu_read_lock();
		for (n = 0; n < NOTICE_BATCH; n++) {
			rec = walk_find(&walk, &nta_tasks.by_thread);
			if (!rec)
				break;
			notice(&rec->noticed, &rec->last,
			       nta_live_packets(&rec->live));
		}
		rcu_read_unlock();
		cond_resched();
	} while (walk.next < walk.end);
}

/**
 * nta_task_sum() - sum what the processes have, finished ones not included
 * @sum: added to
 *
 * Process context, may sleep; exact when nothing moves.
 */
void nta_task_sum(struct nta_counters *sum)
{
	struct nta_task *task;

	nta_record_sum(NTA_RECORD_THREAD, sum);
	rcu_read_lock();
	list_for_each_entry_rcu(task, &nta_tasks.list, link)
		nta_counters_add(sum, &task->left);
	rcu_read_unlock();
}

/**
 * nta_task_count() - how many processes are known
 *
 * Return: their number, finished ones not included.
 */
unsigned int nta_task_count(void)
{
	return READ_ONCE(nta_tasks.nr_tasks);
}

/**
 * nta_thread_count() - how many threads are known
 *
 * Return: their number, with those that have exited but are not folded yet.
 */
unsigned int nta_thread_count(void)
{
	return READ_ONCE(nta_tasks.nr_threads);
}
