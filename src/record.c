// SPDX-License-Identifier: GPL-2.0
/*
 * The table of records.
 */
#include "record.h"
#include "stats.h"

#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/* Unowned records that the collector looks at under one hold of the lock. */
#define AGE_BATCH	64
#define AGE_SHORT	(10 * HZ)

/* Of a chain that is walked to forget; by chance it has 64 at most. */
#define FORGET		512

/* The pause between two searches for an owner doubles so many times. */
#define WANT_TRIES	10

struct nta_record *nta_record_chunk[NTA_CHUNKS];

/*
 * Guards all below and, for records that are free or unowned, @link, @dying
 * and @task.  Taken in softirq; no other lock is taken inside.
 */
static DEFINE_SPINLOCK(record_lock);
static LIST_HEAD(record_free);
static LIST_HEAD(record_unowned);
static LIST_HEAD(record_dying);
static unsigned int nr_records;		/* that the chunks have room for */
static unsigned int nr_used;
static unsigned int nr_unowned;
static unsigned long last_unowned;	/* jiffies when the last one came */

/* Told of each unowned record that comes. */
static void (*record_notify)(void);

/**
 * nta_record_set_notify() - name the function to call for an unowned record
 * @notify: called in any context but hard interrupts; NULL for none, which is
 *	    to be set when no hook runs
 */
void nta_record_set_notify(void (*notify)(void))
{
	WRITE_ONCE(record_notify, notify);
}

static void record_tell(void)
{
	void (*notify)(void) = READ_ONCE(record_notify);

	if (notify)
		notify();
}

/*
 * Unowned records by what they want.  Changed under record_lock; whether there
 * is any is read without.
 *
 * Where the table of sockets is full, all peers of a UDP socket have records of
 * their own, which want the same.  A TCP connection, which may have to be
 * forgotten, never shares a chain with them.
 */
static DEFINE_HASHTABLE(record_wanted, 14);

static struct hlist_head *wanted_chain(u64 want)
{
	unsigned int half = hash_min(want, HASH_BITS(record_wanted) - 1);

	return &record_wanted[half << 1 | (want & 1)];
}

/* The limit has been tested; -ENOMEM is one more way not to have room. */
static bool record_grow(gfp_t gfp)
{
	unsigned int number = nr_records / NTA_CHUNK_RECORDS;
	struct nta_record *chunk;
	unsigned int i;

	if (nr_records >= NTA_RECORDS_LIMIT)
		return false;
	chunk = kcalloc(NTA_CHUNK_RECORDS, sizeof(*chunk), gfp);
	if (!chunk)
		return false;
	for (i = 0; i < NTA_CHUNK_RECORDS; i++) {
		chunk[i].gen = 1;
		chunk[i].place = number << NTA_PLACE_SHIFT | i * sizeof(*chunk);
		list_add_tail(&chunk[i].link, &record_free);
	}
	WRITE_ONCE(nta_record_chunk[number], chunk);
	/* pairs with nta_record_sum(), which walks the whole table */
	smp_store_release(&nr_records, nr_records + NTA_CHUNK_RECORDS);
	return true;
}

/**
 * nta_record_init() - prepare the table
 *
 * Return: 0 or -ENOMEM.
 */
int nta_record_init(void)
{
	/* the packet path reaches a TCP packet's counters in one line */
	BUILD_BUG_ON(offsetofend(struct nta_record, live.v[NTA_TCP_RCV + 1]) >
		     64);
	BUILD_BUG_ON(sizeof(struct nta_record) > 192);
	BUILD_BUG_ON(NTA_CHUNK_RECORDS * sizeof(struct nta_record) >
		     1U << NTA_PLACE_SHIFT);
	BUILD_BUG_ON(NTA_CHUNKS > 1U << (32 - NTA_PLACE_SHIFT));

	/* the handles of nobody lead to it */
	return record_grow(GFP_KERNEL) ? 0 : -ENOMEM;
}

/**
 * nta_record_exit() - free the table
 *
 * No handle may be resolved any more, and no record hold a reference.  All is
 * as it was before nta_record_init().
 */
void nta_record_exit(void)
{
	unsigned int i;

	for (i = 0; i < nr_records / NTA_CHUNK_RECORDS; i++) {
		kfree(nta_record_chunk[i]);
		nta_record_chunk[i] = NULL;
	}

	INIT_LIST_HEAD(&record_free);
	INIT_LIST_HEAD(&record_unowned);
	INIT_LIST_HEAD(&record_dying);
	hash_init(record_wanted);
	nr_records = 0;
	nr_used = 0;
	nr_unowned = 0;
	last_unowned = 0;
}

static bool record_has_room(enum nta_record_state state)
{
	unsigned int max = nta_param(NTA_MAX_RECORDS);

	return READ_ONCE(nr_used) < max &&
	       (state != NTA_RECORD_UNOWNED || READ_ONCE(nr_unowned) < max / 2);
}

/**
 * nta_record_alloc() - take a free record
 * @state: what it is to be; an unowned one is put among the unowned
 * @want: by what the owner of an unowned one can be found, or 0
 * @handle: set to its handle, before the collector can see it
 *
 * Any context but hard interrupts.  What does not fit is counted as overflow.
 * Unowned records can take half of the room at most: strangers, who send what
 * nobody wants, do not keep threads from being accounted.
 *
 * Return: a record with empty counters, or NULL.
 */
struct nta_record *nta_record_alloc(enum nta_record_state state, u64 want,
				    u64 *handle)
{
	struct nta_record *rec = NULL;

	/* no lock is fought for where there is nothing to be had */
	if (!record_has_room(state))
		goto out;

	spin_lock_bh(&record_lock);
	if (record_has_room(state) &&
	    (!list_empty(&record_free) ||
	     record_grow(GFP_ATOMIC | __GFP_NOWARN))) {
		rec = list_first_entry(&record_free, struct nta_record, link);
		list_del(&rec->link);
		INIT_LIST_HEAD(&rec->dying);
		INIT_HLIST_NODE(&rec->wanted);
		rec->tsk = NULL;
		rec->task = NULL;
		rec->exiting = false;
		rec->seen = 0;
		rec->stamp = jiffies;
		rec->want = want;
		rec->tries = 0;
		*handle = nta_record_handle(rec);
		WRITE_ONCE(rec->state, state);
		WRITE_ONCE(nr_used, nr_used + 1);
		if (state == NTA_RECORD_UNOWNED) {
			list_add_tail(&rec->link, &record_unowned);
			WRITE_ONCE(nr_unowned, nr_unowned + 1);
			WRITE_ONCE(last_unowned, jiffies);
			if (want)
				hlist_add_head(&rec->wanted, wanted_chain(want));
		}
	}
	spin_unlock_bh(&record_lock);
	if (rec && state == NTA_RECORD_UNOWNED)
		record_tell();
out:
	if (!rec)
		nta_stats_event(NTA_RECORD_OVERFLOW);
	return rec;
}

static void record_put_free(struct nta_record *rec)
{
	lockdep_assert_held(&record_lock);

	WRITE_ONCE(rec->state, NTA_RECORD_FREE);
	list_add(&rec->link, &record_free);
	WRITE_ONCE(nr_used, nr_used - 1);
}

/**
 * nta_record_free() - give a record back
 * @rec: the record, killed, folded and empty; nobody can reach it any more
 */
void nta_record_free(struct nta_record *rec)
{
	spin_lock_bh(&record_lock);
	record_put_free(rec);
	spin_unlock_bh(&record_lock);
}

/**
 * nta_record_discard() - give back an unowned record that was never published
 * @rec: the record; a search can have been told of it
 */
void nta_record_discard(struct nta_record *rec)
{
	spin_lock_bh(&record_lock);
	/* else the collector was here first and will free it */
	if (list_empty(&rec->dying)) {
		hash_del(&rec->wanted);
		list_del(&rec->link);
		WRITE_ONCE(nr_unowned, nr_unowned - 1);
		nta_record_kill(rec);
		record_put_free(rec);
	}
	spin_unlock_bh(&record_lock);
}

/**
 * nta_record_kill() - let all handles of a record go stale
 * @rec: the record; one of a thread, or the caller holds record_lock
 */
void nta_record_kill(struct nta_record *rec)
{
	/* 0 is the generation of nobody */
	WRITE_ONCE(rec->gen, rec->gen + 1 ?: 1);
}

static void record_bury(struct nta_record *rec, struct nta_task *heir)
{
	lockdep_assert_held(&record_lock);

	nta_record_kill(rec);
	hash_del(&rec->wanted);
	list_del(&rec->link);
	WRITE_ONCE(nr_unowned, nr_unowned - 1);
	rec->task = heir;
	list_add_tail(&rec->dying, &record_dying);
}

/**
 * nta_record_claim() - end an unowned record, as its owner has been found
 * @rec: the record
 * @handle: the handle that it was found by
 * @heir: the process that will be given what packets still under way leave in
 *	  it; on success the caller's reference is passed on
 *
 * Return: true to one caller, who moves what it holds; false to all others.
 */
bool nta_record_claim(struct nta_record *rec, u64 handle, struct nta_task *heir)
{
	bool claimed;

	spin_lock_bh(&record_lock);
	claimed = rec->state == NTA_RECORD_UNOWNED &&
		  nta_record_handle(rec) == handle;
	if (claimed)
		record_bury(rec, heir);
	spin_unlock_bh(&record_lock);
	return claimed;
}

/**
 * nta_record_take_dying() - take the unowned records that have been killed
 * @list: to put them on, linked by @dying
 */
void nta_record_take_dying(struct list_head *list)
{
	spin_lock_bh(&record_lock);
	list_splice_tail_init(&record_dying, list);
	spin_unlock_bh(&record_lock);
}

static void record_age_one(struct nta_record *rec, unsigned long timeout)
{
	u64 packets = nta_live_packets(&rec->live);

	if (packets != rec->seen) {
		rec->seen = packets;
		rec->stamp = jiffies;
	} else if (time_after_eq(jiffies, rec->stamp + timeout)) {
		record_bury(rec, NULL);
	}
}

/**
 * nta_record_age() - kill the unowned records that have been quiet for long
 * @timeout: for how long, in jiffies; shorter where they become many
 *
 * Process context; one caller at a time.
 */
void nta_record_age(unsigned long timeout)
{
	unsigned int left = READ_ONCE(nr_unowned);

	/* strangers have sent a lot that nobody wants */
	if (left > nta_param(NTA_MAX_RECORDS) / 8 * 3)
		timeout = min_t(unsigned long, timeout, AGE_SHORT);
	while (left) {
		unsigned int n = min_t(unsigned int, left, AGE_BATCH);

		left -= n;
		spin_lock_bh(&record_lock);
		while (n-- && !list_empty(&record_unowned)) {
			struct nta_record *rec;

			rec = list_first_entry(&record_unowned,
					       struct nta_record, link);
			list_move_tail(&rec->link, &record_unowned);
			record_age_one(rec, timeout);
		}
		spin_unlock_bh(&record_lock);
		cond_resched();
	}
}

static bool record_rests(const struct nta_record *rec, bool force)
{
	unsigned int pause = force ? 0 : rec->tries;

	return rec->tries && time_before(jiffies, rec->tried + (HZ << pause));
}

/**
 * nta_record_want() - tell which unowned records want an owner now
 * @force: also those whose pause is not over, if it has been a second
 * @cb: called for each under a lock, with what it can be found by and its
 *	handle; an error ends the walk, and the record is told of again
 * @data: passed on
 *
 * Process context; one caller at a time.
 */
void nta_record_want(bool force,
		     int (*cb)(u64 want, u64 handle, void *data), void *data)
{
	unsigned int left = READ_ONCE(nr_unowned);
	int err = 0;

	while (left && !err) {
		unsigned int n = min_t(unsigned int, left, AGE_BATCH);

		left -= n;
		spin_lock_bh(&record_lock);
		while (n-- && !err && !list_empty(&record_unowned)) {
			struct nta_record *rec;

			rec = list_first_entry(&record_unowned,
					       struct nta_record, link);
			list_move_tail(&rec->link, &record_unowned);
			if (!rec->want || record_rests(rec, force))
				continue;
			err = cb(rec->want, nta_record_handle(rec), data);
			if (err)
				continue;
			rec->tried = jiffies;
			if (rec->tries < WANT_TRIES)
				rec->tries++;
		}
		spin_unlock_bh(&record_lock);
		cond_resched();
	}
}

/**
 * nta_record_wants() - does an unowned record want this
 * @handle: of the record
 * @want: hash of the identity of a socket
 *
 * RCU read side.
 *
 * Return: whether it does, and has not been given up.
 */
bool nta_record_wants(u64 handle, u64 want)
{
	struct nta_record *rec = nta_record_resolve(handle);

	return rec && READ_ONCE(rec->want) == want;
}

/**
 * nta_record_is_wanted() - may an unowned record want this
 * @want: hash of the identity of a socket
 *
 * Any context, takes no lock.
 *
 * Return: false if none does.
 */
bool nta_record_is_wanted(u64 want)
{
	return READ_ONCE(nr_unowned) && !hlist_empty(wanted_chain(want));
}

/**
 * nta_record_forget() - give up the owners that a connection could have had
 * @want: hash of its identity, odd
 *
 * Another connection begins that has the same: its socket must not be taken
 * for the one that is gone.  A longer chain is the work of somebody with a zone
 * for each packet; its rest stays.  Any context but hard interrupts.
 */
void nta_record_forget(u64 want)
{
	unsigned int more = FORGET;
	struct hlist_node *next;
	struct nta_record *rec;

	if (!nta_record_is_wanted(want))
		return;
	spin_lock_bh(&record_lock);
	hlist_for_each_entry_safe(rec, next, wanted_chain(want), wanted) {
		if (!more--)
			break;
		if (rec->want != want)
			continue;
		hash_del(&rec->wanted);
		WRITE_ONCE(rec->want, 0);
	}
	spin_unlock_bh(&record_lock);
}

/**
 * nta_record_sum() - sum the counters of all records of a kind
 * @state: the kind
 * @sum: added to
 *
 * Process context, may sleep.  Takes no lock: exact when no packet passes and
 * the collector rests.
 */
void nta_record_sum(enum nta_record_state state, struct nta_counters *sum)
{
	/* pairs with record_grow() */
	unsigned int i, n = smp_load_acquire(&nr_records) / NTA_CHUNK_RECORDS;
	struct nta_record *rec, *chunk;

	for (i = 0; i < n; i++) {
		chunk = nta_record_chunk[i];
		for (rec = chunk; rec < chunk + NTA_CHUNK_RECORDS; rec++)
			if (READ_ONCE(rec->state) == state)
				nta_counters_add_live(sum, &rec->live);
		cond_resched();
	}
}

/**
 * nta_record_used() - how many records are in use
 *
 * Return: threads, unowned sockets, and those of either that wait for a grace
 * period.
 */
unsigned int nta_record_used(void)
{
	return READ_ONCE(nr_used);
}

/**
 * nta_record_unowned() - how many records are of sockets nobody has claimed
 *
 * Return: their number.
 */
unsigned int nta_record_unowned(void)
{
	return READ_ONCE(nr_unowned);
}

/**
 * nta_record_last_unowned() - when did the last unowned record come
 *
 * Return: jiffies.
 */
unsigned long nta_record_last_unowned(void)
{
	return READ_ONCE(last_unowned);
}
