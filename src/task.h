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

#include "record.h"

#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/seqlock.h>

struct pid;

/**
 * struct nta_task - what is known of a process (taskinfo)
 * @pid: its identity; a reference is held
 * @tgid: its number in the initial pid namespace
 * @start: start of the process in nanoseconds of boot time
 * @left: what its finished threads, and packets that were claimed late, left
 * @seq: changes when counters move from a thread to @left
 * @threads: records of its threads, RCU
 * @dead: the last thread has passed its exit probe
 * @busy: a reader is copying it
 * @comm: its name when it died
 * @stamp: jiffies when it died, later when it was listed
 * @node: in the table of processes
 * @link: among all processes, RCU
 * @exit_link: among the dead, later on the list of finished processes
 * @ref: the table or the list, and each unowned record it has claimed
 * @rcu: for readers of the table
 */
struct nta_task {
	struct pid		*pid;
	pid_t			tgid;
	u64			start;
	struct nta_counters	left;
	seqcount_spinlock_t	seq;
	struct list_head	threads;
	bool			dead;
	bool			busy;
	char			comm[TASK_COMM_LEN];
	unsigned long		stamp;
	struct rhash_head	node;
	struct list_head	link;
	struct list_head	exit_link;
	refcount_t		ref;
	struct rcu_head		rcu;
};

/**
 * struct nta_task_info - what a reader is told of a process or thread
 * @id: tgid or tid, in the initial pid namespace
 * @start: start in nanoseconds of boot time
 * @comm: name
 * @counters: its counters
 */
struct nta_task_info {
	pid_t			id;
	u64			start;
	char			comm[TASK_COMM_LEN];
	struct nta_counters	counters;
};

int nta_task_init(void);
void nta_task_exit(void);
void nta_task_set_notify(void (*notify)(void));

struct nta_record *nta_thread_learn(void);
struct nta_record *nta_thread_know(struct task_struct *tsk);
void nta_thread_claim(struct nta_record *thread, u64 handle);
void nta_thread_exiting(struct task_struct *tsk);

int nta_task_read(struct pid *pid, struct nta_task_info *info);
int nta_thread_read(struct task_struct *tsk, struct nta_task_info *info);
void nta_task_sum(struct nta_counters *sum);
unsigned int nta_task_count(void);
unsigned int nta_thread_count(void);

unsigned long nta_task_collect(bool force, struct list_head *batch);
void nta_task_fold(struct list_head *batch, struct list_head *graves);
void nta_task_inherit(struct nta_record *rec);
unsigned long nta_task_finish(bool force, struct list_head *list);
void nta_task_final(const struct nta_task *task, struct nta_task_info *info);
void nta_task_put(struct nta_task *task);

#endif /* _NTA_TASK_H */
