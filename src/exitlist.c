// SPDX-License-Identifier: GPL-2.0
/*
 * The exit list, its readers, and those who wait until it has been read.
 *
 * A process stays on the list, marked busy, while a reader copies it, so that
 * a copy that fails loses nothing and the books include it at any moment.
 */
#include "exitlist.h"
#include "stats.h"

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/* Guards all below; process context only. */
static DEFINE_SPINLOCK(exitlist_lock);
static LIST_HEAD(exitlist);		/* oldest first */
static unsigned int nr_exitlist;
static u64 exitlist_seq;		/* of the last one that was listed */
static u64 exitlist_told;		/* the last that any reader has left there */
static struct nta_counters exitlist_sum;

/*
 * A reader that has been given a process may still be writing it to its log;
 * only when it comes back and finds nothing has the list been read empty.  One
 * that does not come back is waited for no longer than READER_TIME.
 */
#define READER_TIME	HZ

static bool reader_at_work;
static unsigned long reader_since;	/* jiffies of the last one given */
static unsigned int nr_emptied;		/* how often that has happened */

/* Told of each process that is listed. */
static DEFINE_MUTEX(exitlist_notify_mutex);
static void (*exitlist_notify)(const struct nta_task *task);

static DECLARE_WAIT_QUEUE_HEAD(wait_reader);
static DECLARE_WAIT_QUEUE_HEAD(wait_empty);

static void exitlist_retire(struct nta_task *task)
{
	lockdep_assert_held(&exitlist_lock);

	list_del_init(&task->exit_link);
	WRITE_ONCE(nr_exitlist, nr_exitlist - 1);
	nta_counters_sub(&exitlist_sum, &task->left);
	nta_stats_add(NTA_RETIRED, &task->left);
	nta_task_put(task);
}

/* The first behind this place that no reader is copying. */
static struct nta_task *exitlist_after(u64 seq)
{
	struct nta_task *task;

	lockdep_assert_held(&exitlist_lock);

	list_for_each_entry(task, &exitlist, exit_link)
		if (!task->busy && task->exit_seq > seq)
			return task;
	return NULL;
}

/* The first up to this place that a reader was told of and no other is copying. */
static struct nta_task *exitlist_held(u64 seq)
{
	struct nta_task *task;

	lockdep_assert_held(&exitlist_lock);

	list_for_each_entry(task, &exitlist, exit_link) {
		if (task->exit_seq > seq)
			break;
		if (task->held && !task->busy)
			return task;
	}
	return NULL;
}

static struct nta_task *exitlist_first(void)
{
	return exitlist_after(0);
}

/**
 * nta_exitlist_set_notify() - name the function to call for each new process
 * @notify: called in process context, may sleep, and with NULL behind the last
 *	    of several; NULL for none.  On return no call of the function that
 *	    was there before is running.
 */
void nta_exitlist_set_notify(void (*notify)(const struct nta_task *task))
{
	mutex_lock(&exitlist_notify_mutex);
	exitlist_notify = notify;
	mutex_unlock(&exitlist_notify_mutex);
}

static void exitlist_tell(const struct nta_task *task)
{
	mutex_lock(&exitlist_notify_mutex);
	if (exitlist_notify)
		exitlist_notify(task);
	mutex_unlock(&exitlist_notify_mutex);
}

/**
 * nta_exitlist_add() - put finished processes on the list
 * @tasks: the processes, linked by @exit_link; their references are taken
 *
 * The oldest make room where the list is as long as the limit on records.
 */
void nta_exitlist_add(struct list_head *tasks)
{
	struct nta_task *task, *next, *oldest;

	list_for_each_entry_safe(task, next, tasks, exit_link) {
		/* once it is listed, a reader can take it at any time */
		refcount_inc(&task->ref);
		spin_lock(&exitlist_lock);
		task->stamp = jiffies;
		if (nr_exitlist >= nta_param(NTA_MAX_RECORDS)) {
			oldest = exitlist_first();
			if (oldest)
				exitlist_retire(oldest);
		}
		task->exit_seq = ++exitlist_seq;
		nta_counters_add(&exitlist_sum, &task->left);
		list_move_tail(&task->exit_link, &exitlist);
		WRITE_ONCE(nr_exitlist, nr_exitlist + 1);
		spin_unlock(&exitlist_lock);
		wake_up_interruptible(&wait_reader);
		exitlist_tell(task);
		nta_task_put(task);
		cond_resched();
	}
	exitlist_tell(NULL);
}

/**
 * nta_exitlist_expire() - retire the processes that nobody has read in time
 *
 * Return: jiffies until the next one is due, MAX_JIFFY_OFFSET if there is
 * none.
 */
unsigned long nta_exitlist_expire(void)
{
	unsigned long timeout = nta_param(NTA_EXIT_TIMEOUT) * HZ;
	unsigned long wait = MAX_JIFFY_OFFSET;
	bool more = true, empty = false;
	struct nta_task *task;

	while (more) {
		cond_resched();
		spin_lock(&exitlist_lock);
		task = exitlist_first();
		if (!task) {
			more = false;
		} else if (time_before(jiffies, task->stamp + timeout)) {
			wait = task->stamp + timeout - jiffies;
			more = false;
		} else {
			exitlist_retire(task);
			/* whoever was reading has given up */
			reader_at_work = false;
			empty = list_empty(&exitlist);
		}
		spin_unlock(&exitlist_lock);
	}
	if (empty)
		wake_up_interruptible_all(&wait_empty);
	return wait;
}

/**
 * nta_exitlist_exit() - forget all finished processes
 *
 * No reader is left.  The next one that is listed is the first again.
 */
void nta_exitlist_exit(void)
{
	struct nta_task *task;

	spin_lock(&exitlist_lock);
	while (!list_empty(&exitlist)) {
		task = list_first_entry(&exitlist, struct nta_task, exit_link);
		exitlist_retire(task);
		cond_resched_lock(&exitlist_lock);
	}
	exitlist_seq = 0;
	exitlist_told = 0;
	reader_at_work = false;
	nr_emptied = 0;
	spin_unlock(&exitlist_lock);
}

static struct nta_task *exitlist_give(u64 seq, bool take)
{
	struct nta_task *task;
	bool emptied = false;

	spin_lock(&exitlist_lock);
	task = exitlist_after(seq);
	if (!task) {
		emptied = list_empty(&exitlist);
		if (emptied) {
			reader_at_work = false;
			nr_emptied++;
		}
	} else {
		if (take) {
			task->busy = true;
		} else {
			task->held = true;
			exitlist_told = max(exitlist_told, task->exit_seq);
		}
		refcount_inc(&task->ref);
		reader_at_work = true;
		reader_since = jiffies;
	}
	spin_unlock(&exitlist_lock);
	if (emptied)
		wake_up_interruptible_all(&wait_empty);
	return task;
}

/**
 * nta_exitlist_get() - take a finished process to read, without waiting
 *
 * Return: the process, which stays listed until nta_exitlist_done(), or NULL
 * if there is none that nobody else reads.
 */
struct nta_task *nta_exitlist_get(void)
{
	return exitlist_give(0, true);
}

/**
 * nta_exitlist_look() - look at a finished process, which stays listed
 * @seq: place of the one before, 0 for the first
 *
 * Return: the first behind this place, for nta_task_put(), or NULL.
 */
struct nta_task *nta_exitlist_look(u64 seq)
{
	return exitlist_give(seq, false);
}

/**
 * nta_exitlist_drop() - take off those that a reader has looked at
 * @seq: place of the last of them
 *
 * What another reader is copying, or has put back meanwhile, stays.
 */
void nta_exitlist_drop(u64 seq)
{
	struct nta_task *task;
	bool more = true;

	while (more) {
		spin_lock(&exitlist_lock);
		/* whoever asks for more does not get a longer walk */
		task = exitlist_held(min(seq, exitlist_told));
		more = task;
		if (more)
			exitlist_retire(task);
		spin_unlock(&exitlist_lock);
		cond_resched();
	}
}

/**
 * nta_exitlist_wait() - wait for a finished process
 *
 * Return: the process, which stays listed until nta_exitlist_done(), or
 * ERR_PTR(-ERESTARTSYS) if a signal came first.
 */
struct nta_task *nta_exitlist_wait(void)
{
	struct nta_task *task;
	int err;

	err = wait_event_interruptible_exclusive(wait_reader,
						 (task = nta_exitlist_get()));
	if (!err)
		return task;
	/* the wake-up may have been meant for the next in the queue */
	wake_up_interruptible(&wait_reader);
	return ERR_PTR(err);
}

/**
 * nta_exitlist_done() - end the reading of a finished process
 * @task: what nta_exitlist_wait() or nta_exitlist_get() gave
 * @delivered: take it off the list; else it waits for the next reader
 */
void nta_exitlist_done(struct nta_task *task, bool delivered)
{
	spin_lock(&exitlist_lock);
	task->busy = false;
	if (delivered)
		exitlist_retire(task);
	spin_unlock(&exitlist_lock);
	if (!delivered)
		wake_up_interruptible(&wait_reader);
	nta_task_put(task);
}

static bool exitlist_is_read(unsigned int before)
{
	bool read;

	spin_lock(&exitlist_lock);
	read = nr_emptied != before ||
	       (list_empty(&exitlist) &&
		(!reader_at_work ||
		 time_after(jiffies, reader_since + READER_TIME)));
	spin_unlock(&exitlist_lock);
	return read;
}

/**
 * nta_exitlist_wait_empty() - wait until the list has been read empty
 *
 * Return: 0, also when no reader came within exit_timeout, or -ERESTARTSYS if
 * a signal came first.
 */
int nta_exitlist_wait_empty(void)
{
	unsigned long until = jiffies + nta_param(NTA_EXIT_TIMEOUT) * HZ;
	unsigned int before;
	long left;

	spin_lock(&exitlist_lock);
	before = nr_emptied;
	spin_unlock(&exitlist_lock);

	/* nobody wakes us when a reader's time is over */
	do {
		left = wait_event_interruptible_timeout(wait_empty,
							exitlist_is_read(before),
							READER_TIME);
	} while (!left && time_before(jiffies, until));
	return left < 0 ? left : 0;
}

/**
 * nta_exitlist_sum() - sum what the finished processes have
 * @sum: added to
 */
void nta_exitlist_sum(struct nta_counters *sum)
{
	spin_lock(&exitlist_lock);
	nta_counters_add(sum, &exitlist_sum);
	spin_unlock(&exitlist_lock);
}

/**
 * nta_exitlist_count() - how many finished processes are listed
 *
 * Return: their number.
 */
unsigned int nta_exitlist_count(void)
{
	return READ_ONCE(nr_exitlist);
}
