/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes and threads.
 *
 * A thread is known by its task_struct, a process by its struct pid.  A
 * reference is held on both, so neither address can come to mean another task;
 * both stay the same when a thread calls exec.
 */
#ifndef _NTA_TASK_H
#define _NTA_TASK_H

#include "ident.h"
#include "record.h"

#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/seqlock.h>

struct netatop_row;
struct pid;

/**
 * struct nta_task - what is known of a process (taskinfo)
 * @pid: its identity; a reference is held
 * @tgid: its number in the initial pid namespace
 * @seq: changes when counters move from a thread to @left
 * @start: start of the process in nanoseconds of boot time
 * @left: what its finished threads, and packets that were claimed late, left
 * @threads: records of its threads, RCU
 * @ref: the table or the list, and each unowned record it has claimed
 * @dead: the last thread has passed its exit probe
 * @busy: a reader is copying it
 * @held: a reader was told of it, and has left it on the list
 * @comm: its name when it died
 * @ident: whose it was then; until then, when it came
 * @serial: place among all processes, in the order they came
 * @first: boot time in nanoseconds when it came
 * @last: boot time when @noticed grew
 * @noticed: packets of all its threads, as last noticed
 * @stamp: jiffies when it died, later when it was listed
 * @exit_seq: place among all that have been listed since the load, from 1
 * @node: in the table of processes
 * @link: among all processes, RCU
 * @exit_link: among the dead, later on the list of finished processes
 * @rcu: for readers of the table, when nothing refers to it
 */
struct nta_task {
	struct pid		*pid;
	pid_t			tgid;
	seqcount_spinlock_t	seq;
	u64			start;
	struct nta_counters	left;
	struct list_head	threads;
	refcount_t		ref;
	bool			dead;
	bool			busy;
	bool			held;
	char			comm[TASK_COMM_LEN];
	struct nta_ident	ident;
	unsigned long		serial;
	u64			first;
	u64			last;
	u64			noticed;
	unsigned long		stamp;
	u64			exit_seq;
	struct rhash_head	node;
	struct list_head	link;
	union {
		struct list_head	exit_link;
		struct rcu_head		rcu;
	};
};

/* As user space sees it. */
enum nta_task_state {
	NTA_TASK_ALIVE,
	NTA_TASK_EXITING,
	NTA_TASK_FINISHED,
};

/**
 * struct nta_task_info - what a reader is told of a process or thread
 * @id: tgid or tid, in the initial pid namespace
 * @start: start in nanoseconds of boot time
 * @tgid: of its process
 * @tgid_start: start of its process
 * @comm: name
 * @state: what has become of it
 * @first: boot time in nanoseconds when it came to be known
 * @last: boot time when its counters were last noticed to have changed
 * @ident: whose it is
 * @counters: its counters
 */
struct nta_task_info {
	pid_t			id;
	u64			start;
	pid_t			tgid;
	u64			tgid_start;
	char			comm[TASK_COMM_LEN];
	enum nta_task_state	state;
	u64			first;
	u64			last;
	u64			exit_seq;
	struct nta_ident	ident;
	struct nta_counters	counters;
};

/**
 * struct nta_task_walk - a walk over all processes, or all threads
 * @next: place to go on from
 * @end: the last place there was when it began
 * @tgid: of the only process to be told of, or whose threads are, 0 for all
 * @since: boot time in nanoseconds; those that were not active then or later
 *	   are not told of
 *
 * Those that come while it is under way are not told of.  It holds nothing, and
 * any values are as good as others.
 */
struct nta_task_walk {
	unsigned long		next;
	unsigned long		end;
	pid_t			tgid;
	u64			since;
};

int nta_task_init(void);
void nta_task_exit(void);
void nta_task_set_notify(void (*notify)(void));

struct nta_record *nta_thread_learn(void);
struct nta_record *nta_thread_know(struct task_struct *tsk);
void nta_thread_claim(struct nta_record *thread, u64 handle);
void nta_thread_exiting(struct task_struct *tsk);

int nta_task_read(struct pid *pid, bool ident, struct nta_task_info *info);
int nta_thread_read(struct task_struct *tsk, bool ident,
		    struct nta_task_info *info);
u64 nta_task_boot(void);
u64 nta_task_btime(u64 start);
void nta_task_begin(struct nta_task_walk *walk, bool threads);
int nta_task_next(struct nta_task_walk *walk, struct nta_task_info *info);
int nta_thread_next(struct nta_task_walk *walk, struct nta_task_info *info);
unsigned int nta_task_rows(struct nta_task_walk *walk, struct netatop_row *rows,
			   unsigned int room);
void nta_task_owner(struct nta_record *rec, struct nta_task_info *info);
void nta_task_notice(void);
void nta_task_sum(struct nta_counters *sum);
unsigned int nta_task_count(void);
unsigned int nta_thread_count(void);

void nta_task_settle(void);
unsigned long nta_task_collect(bool force, struct list_head *batch);
void nta_task_fold(struct list_head *batch, struct list_head *graves);
void nta_task_inherit(struct nta_record *rec);
unsigned long nta_task_finish(bool force, struct list_head *list);
void nta_task_final(const struct nta_task *task, struct nta_task_info *info);
void nta_task_put(struct nta_task *task);

#endif /* _NTA_TASK_H */
