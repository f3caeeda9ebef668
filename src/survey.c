// SPDX-License-Identifier: GPL-2.0
/*
 * What readers are told of processes and threads, one by one, and in sum.
 */
#include "task_table.h"

#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>
#include <netatop_netlink.h>

/* Processes that are laid out in one read-side section. */
#define ROWS_BATCH	64U

/**
 * __nta_notice() - take note that a process or thread has more packets
 * @noticed: its packets, as last noticed
 * @last: boot time when they had grown
 * @seen: what was read from @noticed
 * @packets: its packets
 *
 * Each of the two values only grows.  The time is there before the count: who
 * finds the count as it was finds no older time.
 */
void __nta_notice(u64 *noticed, u64 *last, u64 seen, u64 packets)
{
	u64 now, old;

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

static __always_inline void task_sum_one(struct nta_task *task,
					 struct nta_counters *sum)
{
	struct nta_record *rec;
	unsigned int i;

	rec = list_first_or_null_rcu(&task->threads, struct nta_record, link);
	if (unlikely(!rec)) {
		*sum = task->left;
		return;
	}
	/* most have one thread, and a table is made of little else */
#pragma GCC unroll 8
	for (i = 0; i < NTA_COUNTERS; i++)
		sum->v[i] = task->left.v[i] + atomic64_read(&rec->live.v[i]);
	list_for_each_entry_continue_rcu(rec, &task->threads, link)
		nta_counters_add_live(sum, &rec->live);
}

/* Its threads come and go too fast to be watched. */
static noinline void task_sum_locked(struct nta_task *task,
				     struct nta_counters *sum)
{
	spin_lock(&nta_tasks.lock);
	task_sum_one(task, sum);
	spin_unlock(&nta_tasks.lock);
}

static __always_inline void task_tally(struct nta_task *task,
				       struct nta_counters *sum)
{
	unsigned int seq, tries = 0;

	do {
		seq = read_seqcount_begin(&task->seq);
		task_sum_one(task, sum);
	} while (read_seqcount_retry(&task->seq, seq) && ++tries < 4);
	if (unlikely(tries == 4))
		task_sum_locked(task, sum);
	nta_notice(&task->noticed, &task->last, counters_packets(sum));
}

/**
 * nta_task_tally() - what a process has, and take note of it
 * @task: the process
 * @sum: set
 *
 * RCU read side, process context.
 */
void nta_task_tally(struct nta_task *task, struct nta_counters *sum)
{
	task_tally(task, sum);
}

/**
 * nta_task_tell() - what else there is to tell of a process
 * @task: the process; nta_task_tally() has been called
 * @leader: its leader, NULL if it was reaped
 * @ident: tell whose it is, too
 * @info: set, but for the counters
 *
 * RCU read side, process context.
 */
void nta_task_tell(struct nta_task *task, struct task_struct *leader,
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

/*
 * As get_task_comm(), without its lock.  Of a name that is being changed it can
 * be a mix of both; there is a NUL at the end of either.
 */
static void row_name(struct netatop_row *row, const struct task_struct *tsk)
{
	BUILD_BUG_ON(sizeof(row->name) != TASK_COMM_LEN);

	data_race(memcpy(row->name, tsk->comm, TASK_COMM_LEN));
	row->name[TASK_COMM_LEN - 1] = '\0';
}

/* As pid_task(), in line. */
static __always_inline struct task_struct *task_leader(const struct nta_task *task)
{
	struct hlist_head *head = &task->pid->tasks[PIDTYPE_TGID];

	return hlist_entry_safe(rcu_dereference(hlist_first_rcu(head)),
				struct task_struct, pid_links[PIDTYPE_TGID]);
}

/* RCU read side, after the counters. */
static __always_inline void row_fill(struct netatop_row *row,
				     const struct nta_task *task)
{
	struct task_struct *leader = task_leader(task);
	struct nta_ident ident;

	row->tgid = task->tgid;
	row->tid = 0;
	row->start = task->start;
	row->tid_start = 0;
	row->state = READ_ONCE(task->dead) ? NTA_TASK_EXITING : NTA_TASK_ALIVE;
	row->first = task->first;
	row->last = READ_ONCE(task->last);
	if (likely(leader)) {
		row_name(row, leader);
		__nta_ident_read(leader, &ident, &task->ident);
	} else {
		memcpy(row->name, task->comm, sizeof(row->name));
		ident = task->ident;
	}
	row->cgroup = ident.cgroup;
	row->netns_cookie = ident.netns;
	row->netns_ino = ident.netns_ino;
	row->uid = ident.uid;
	row->ns_pid = ident.ns_pid;
}

/**
 * nta_task_rows() - the next processes of a walk, as rows of a table
 * @walk: the walk; its @tgid is not looked at
 * @rows: where to
 * @room: how many of them there is room for
 *
 * Process context.  Looks at a bounded number of processes.
 *
 * Return: how many rows there are; the walk is at its end when its @next is
 * not less than its @end.
 */
unsigned int nta_task_rows(struct nta_task_walk *walk, struct netatop_row *rows,
			   unsigned int room)
{
	struct netatop_row *row = rows;
	struct nta_task *task;
	unsigned long end;

	BUILD_BUG_ON(sizeof(rows->counter) != sizeof(struct nta_counters));

	if (walk->next >= walk->end)
		return 0;
	rcu_read_lock();
	task = xa_find(&nta_tasks.by_task, &walk->next, walk->end - 1,
		       XA_PRESENT);
	/* so many serial numbers have at most as many processes */
	end = min(walk->end, walk->next + min(room, ROWS_BATCH));
	walk->next = walk->end;
	if (!task)
		goto out_unlock;
	/* the list is in their order, too */
	list_for_each_entry_from_rcu(task, &nta_tasks.list, link) {
		if (task->serial >= end) {
			walk->next = task->serial;
			break;
		}
		task_tally(task, (struct nta_counters *)row->counter);
		if (READ_ONCE(task->last) >= walk->since)
			row_fill(row++, task);
	}
out_unlock:
	rcu_read_unlock();
	return row - rows;
}

/**
 * nta_thread_tally() - what a thread has, and take note of it
 * @rec: its record
 * @sum: set
 *
 * RCU read side, process context.
 */
void nta_thread_tally(struct nta_record *rec, struct nta_counters *sum)
{
	memset(sum, 0, sizeof(*sum));
	nta_counters_add_live(sum, &rec->live);
	nta_notice(&rec->noticed, &rec->last, counters_packets(sum));
}

/**
 * nta_thread_tell() - what else there is to tell of a thread
 * @rec: its record; nta_thread_tally() has been called
 * @tsk: the thread; the caller holds a reference
 * @ident: tell whose it is, too
 * @info: set, but for the counters
 *
 * RCU read side, process context.
 */
void nta_thread_tell(struct nta_record *rec, struct task_struct *tsk,
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
		nta_task_tally(task, &info->counters);
		nta_task_tell(task, leader, ident, info);
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
		nta_thread_tally(rec, &info->counters);
		nta_thread_tell(rec, tsk, ident, info);
	}
	rcu_read_unlock();
	return rec ? 0 : -ESRCH;
}

/**
 * nta_task_boot() - the time of day at boot
 *
 * Return: nanoseconds since the epoch.
 */
u64 nta_task_boot(void)
{
	struct timespec64 boot;

	getboottime64(&boot);
	return timespec64_to_ns(&boot);
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
	return div_u64(start + nta_task_boot(), NSEC_PER_SEC);
}

/**
 * nta_thread_get() - the thread of a record
 * @rec: the record
 *
 * RCU read side, process context.
 *
 * Return: the thread, with a reference; NULL once it is over.
 */
struct task_struct *nta_thread_get(struct nta_record *rec)
{
	struct task_struct *tsk;

	spin_lock(&nta_tasks.lock);
	tsk = rec->tsk;
	if (tsk)
		get_task_struct(tsk);
	spin_unlock(&nta_tasks.lock);
	if (tsk && !pid_alive(tsk)) {
		/* it has been reaped: its number can be another's by now */
		put_task_struct(tsk);
		tsk = NULL;
	}
	return tsk;
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
	struct task_struct *tsk = nta_thread_get(rec);

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
