// SPDX-License-Identifier: GPL-2.0
/*
 * The garbage collector: ends the records of tasks that are over, lists
 * finished processes, lets go what nobody has asked for in time.
 *
 * One pass waits for one grace period at most.  Records whose packets may
 * still be on other CPUs are folded after it; records that a reader may still
 * stand on are freed after the one of the next pass.
 */
#include "gc.h"
#include "exitlist.h"
#include "reader.h"
#include "search.h"
#include "sockinfo.h"
#include "stats.h"
#include "task.h"

#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* How soon after an exit the collector comes, and again until it is over. */
#define GC_SOON		(HZ / 10)

/* How long one who asks for a collection waits for a search. */
#define SEARCH_WAIT	(2 * HZ)

/* After how many times the interval without strangers readers are left alone. */
#define QUIET_PASSES	2

/* One that forces a pass at a time; it waits between its parts. */
static DEFINE_MUTEX(gc_force_mutex);

/* One pass at a time; guards all that is the collector's own. */
static DEFINE_MUTEX(gc_mutex);
static LIST_HEAD(gc_graves);		/* records to free after a grace period */
static unsigned long gc_aged;		/* jiffies of the last whole pass */
static bool gc_stopped;
static bool gc_forced;			/* no pass before the one that is forced */
static bool gc_search_again;		/* for what the walk does not look for */

static void nta_gc_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(gc_dwork, nta_gc_work);
static void nta_gc_search_work(struct work_struct *work);
static DECLARE_WORK(gc_search, nta_gc_search_work);
static DECLARE_WAIT_QUEUE_HEAD(gc_searched);
static unsigned long gc_called;		/* bit 0: it has been told of an exit */

/* Told of each whole pass, under gc_mutex. */
static void (*gc_notify)(void);

static struct tracepoint *exit_tracepoint __ro_after_init;

static void gc_schedule(unsigned long delay)
{
	mod_delayed_work(system_power_efficient_wq, &gc_dwork, delay);
}

/* From the exit probe or a hook, with preemption off. */
static void nta_gc_notify(void)
{
	if (!READ_ONCE(gc_called) && !test_and_set_bit(0, &gc_called))
		gc_schedule(GC_SOON);
}

static void gc_free(struct list_head *graves)
{
	struct nta_record *rec, *next;

	list_for_each_entry_safe(rec, next, graves, dying) {
		nta_record_free(rec);
		cond_resched();
	}
}

static void gc_age(void)
{
	unsigned long unowned_timeout = nta_param(NTA_UNOWNED_TIMEOUT) * HZ;

	nta_record_age(unowned_timeout);
	nta_sock_age(unowned_timeout);
}

/* Under gc_mutex; the walk itself is not, as it can be long. */
static void gc_search_begin(bool force)
{
	if (!gc_stopped && nta_search_begin(force))
		queue_work(system_unbound_wq, &gc_search);
}

static void nta_gc_search_work(struct work_struct *work)
{
	nta_search_walk();
	mutex_lock(&gc_mutex);
	nta_search_settle();
	if (gc_search_again)
		gc_search_begin(true);
	gc_search_again = false;
	/* those that have been found by then do not count as quiet */
	if (!nta_search_is_under_way())
		gc_age();
	if (!gc_stopped)
		gc_schedule(1);
	mutex_unlock(&gc_mutex);
	wake_up_all(&gc_searched);
}

/* Look for all that are unowned now, and wait for it, if not for ever. */
static void gc_search_now(void)
{
	long left = SEARCH_WAIT;
	bool again;

	do {
		mutex_lock(&gc_mutex);
		/* one that has begun before does not look for all */
		again = nta_search_is_under_way();
		if (!again)
			gc_search_begin(true);
		mutex_unlock(&gc_mutex);
		left = wait_event_killable_timeout(gc_searched,
						   !nta_search_is_under_way(),
						   left);
	} while (again && left > 0);
	if (!again)
		return;
	mutex_lock(&gc_mutex);
	gc_search_again = nta_search_is_under_way();
	if (!gc_search_again)
		gc_search_begin(true);
	mutex_unlock(&gc_mutex);
}

/* Returns jiffies until there is something to do again. */
static unsigned long gc_pass(bool force)
{
	unsigned long interval = nta_param(NTA_GC_INTERVAL) * HZ;
	bool whole = force || time_after_eq(jiffies, gc_aged + interval);
	struct nta_record *rec, *next;
	unsigned long wait, next_due, due;
	LIST_HEAD(finished);
	LIST_HEAD(graves);
	LIST_HEAD(dying);
	LIST_HEAD(ended);

	lockdep_assert_held(&gc_mutex);

	nta_stats_event(NTA_GC_RUNS);
	if (whole) {
		gc_aged = jiffies;
		if (!force)
			gc_search_begin(false);
		if (!nta_search_is_under_way())
			gc_age();
		if (!gc_stopped)
			nta_reader_rest(QUIET_PASSES * interval);
	}
	next_due = nta_task_collect(force, &ended);
	nta_record_take_dying(&dying);
	list_splice_init(&gc_graves, &graves);

	if (!list_empty(&ended) || !list_empty(&dying) || !list_empty(&graves))
		synchronize_rcu();

	gc_free(&graves);
	nta_task_fold(&ended, &gc_graves);
	list_for_each_entry_safe(rec, next, &dying, dying) {
		nta_task_inherit(rec);
		cond_resched();
	}

	next_due = min(next_due, nta_task_finish(force, &finished));
	nta_exitlist_add(&finished);
	wait = nta_exitlist_expire();
	if (whole && !gc_stopped) {
		nta_task_notice();
		if (gc_notify)
			gc_notify();
	}

	if (!list_empty(&gc_graves))
		next_due = min_t(unsigned long, next_due, GC_SOON);
	due = gc_aged + interval;
	return min3(next_due, wait,
		    time_before(jiffies, due) ? due - jiffies : 0);
}

/* From now on an exit calls it again: before it looks. */
static void gc_hear(void)
{
	clear_bit(0, &gc_called);
	smp_mb__after_atomic();
}

static void gc_run(bool force)
{
	unsigned long wait = gc_pass(force);

	if (!gc_stopped)
		gc_schedule(max(wait, 1UL));
	/* it may have been told of an exit while it was looking */
	if (!gc_stopped && test_bit(0, &gc_called))
		gc_schedule(GC_SOON);
}

static void nta_gc_work(struct work_struct *work)
{
	mutex_lock(&gc_mutex);
	/* who exits while one that is forced waits is left to the next */
	if (!gc_forced) {
		gc_hear();
		gc_run(false);
	}
	mutex_unlock(&gc_mutex);
}

/**
 * nta_gc_force() - collect now all that can be
 *
 * Process context, sleeps for a grace period, and for a search, but not longer
 * than two seconds; one after the other.  Tasks that have exited are finished
 * without waiting for packets that may follow.
 *
 * Return: 0, or -EINTR if the caller was killed before it was its turn.
 */
int nta_gc_force(void)
{
	if (mutex_lock_killable(&gc_force_mutex))
		return -EINTR;

	mutex_lock(&gc_mutex);
	gc_forced = true;
	gc_hear();
	nta_task_settle();
	mutex_unlock(&gc_mutex);

	gc_search_now();

	mutex_lock(&gc_mutex);
	gc_run(true);
	gc_forced = false;
	mutex_unlock(&gc_mutex);

	mutex_unlock(&gc_force_mutex);
	return 0;
}

/**
 * nta_gc_set_notify() - name the function to call at the end of whole passes
 * @notify: called in process context, may sleep; NULL for none.  On return no
 *	    call of the function that was there before is running.
 */
void nta_gc_set_notify(void (*notify)(void))
{
	mutex_lock(&gc_mutex);
	gc_notify = notify;
	mutex_unlock(&gc_mutex);
}

/* The present wait, or the one that a pass just now decides on, is too long. */
static int gc_set_time(unsigned int value)
{
	set_bit(0, &gc_called);
	gc_schedule(0);
	return 0;
}

static const enum nta_param gc_params[] = {
	NTA_GC_INTERVAL,
	NTA_EXIT_TIMEOUT,
	NTA_EXIT_LINGER,
	NTA_UNOWNED_TIMEOUT,
};

static void nta_probe_exit(void *data, struct task_struct *tsk)
{
	nta_thread_exiting(tsk);
}

static void find_tracepoint(struct tracepoint *tp, void *name)
{
	if (!strcmp(tp->name, name))
		exit_tracepoint = tp;
}

/**
 * nta_gc_init() - start the collector
 *
 * To be called before the hooks, which rely on being told of exits.
 *
 * Return: 0 or an error; -ENOENT if the kernel has no exit tracepoint.
 */
int nta_gc_init(void)
{
	unsigned int i;
	int err;

	for_each_kernel_tracepoint(find_tracepoint, "sched_process_exit");
	if (!exit_tracepoint)
		return -ENOENT;
	nta_task_set_notify(nta_gc_notify);
	err = tracepoint_probe_register(exit_tracepoint, nta_probe_exit, NULL);
	if (err)
		return err;
	gc_aged = jiffies;
	for (i = 0; i < ARRAY_SIZE(gc_params); i++)
		nta_param_set_notify(gc_params[i], gc_set_time);
	return 0;
}

/**
 * nta_gc_exit() - stop the collector
 *
 * The hooks have ended.  On return nothing waits for a grace period.
 */
void nta_gc_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gc_params); i++)
		nta_param_set_notify(gc_params[i], NULL);
	tracepoint_probe_unregister(exit_tracepoint, nta_probe_exit, NULL);
	tracepoint_synchronize_unregister();
	nta_task_set_notify(NULL);

	mutex_lock(&gc_mutex);
	gc_stopped = true;
	mutex_unlock(&gc_mutex);
	nta_search_cancel();
	flush_work(&gc_search);
	cancel_delayed_work_sync(&gc_dwork);

	mutex_lock(&gc_mutex);
	nta_task_settle();
	gc_pass(true);
	nta_task_settle();
	gc_pass(true);
	mutex_unlock(&gc_mutex);
}
