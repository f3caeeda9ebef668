// SPDX-License-Identifier: GPL-2.0
/*
 * The search for owners.  A socket whose packets wait in an unowned record is
 * looked for among the open files of all processes: one walk for all of them,
 * whose cost is that of the open files, however many are wanted.
 *
 * Of several processes that have a socket open, the one that started last
 * gets its packets, and the first process of the system, which opens sockets
 * for others to use, only if there is no other.  Of those that share a table of
 * files, only the first is looked at.
 */
#include "search.h"
#include "key.h"
#include "owner.h"
#include "stats.h"
#include "task.h"

#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

/*
 * Bounds of one step, between which others get their turn.  Of open files:
 * iterate_fd() passes the empty places of a table in one go.
 */
#define SEARCH_FILES	1000
#define SEARCH_TASKS	256

/* Sockets that one walk looks for; more wait for the next. */
#define SEARCH_WANTED	4096

/* Tables of files that this walk has been through, by their address. */
#define SEARCH_TABLES	256

static const struct files_struct *search_tables[SEARCH_TABLES];

/* A walk takes a tenth of the time at most, unless it is asked for. */
#define SEARCH_REST	10

/**
 * struct nta_wanted - a socket whose owner is looked for
 * @hash: of its identity
 * @handle: of its unowned record
 * @key: its identity, once it has been found
 * @tsk: who has it; a reference is held
 */
struct nta_wanted {
	u64			hash;
	u64			handle;
	struct nta_sock_key	key;
	struct task_struct	*tsk;
};

/**
 * struct nta_search - a walk over the open files of all processes
 * @begin: jiffies when it began
 * @nr: how many are wanted
 * @left: files of this step
 * @tsk: whose files are looked at
 * @wanted: what is looked for, in the order of the hashes
 * @tasks: processes that come next
 */
struct nta_search {
	unsigned long		begin;
	unsigned int		nr;
	unsigned int		left;
	struct task_struct	*tsk;
	struct nta_wanted	wanted[SEARCH_WANTED];
	struct task_struct	*tasks[SEARCH_TASKS];
};

/* The walk that is under way; begun and ended under the collector's mutex. */
static struct nta_search *search_walk;
static unsigned long search_rest_until;
static bool search_cancelled;

static int wanted_cmp(const void *a, const void *b)
{
	const struct nta_wanted *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The first of those that have the hash; two slots can want one socket. */
static struct nta_wanted *wanted_find(struct nta_search *search, u64 hash)
{
	unsigned int lo = 0, hi = search->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (search->wanted[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == search->nr || search->wanted[lo].hash != hash)
		return NULL;
	return &search->wanted[lo];
}

static bool is_better(const struct task_struct *tsk,
		      const struct task_struct *old)
{
	if (!old || is_global_init((struct task_struct *)old))
		return true;
	return !is_global_init((struct task_struct *)tsk) &&
	       tsk->start_boottime > old->start_boottime;
}

/* Under the locks of the task and of its table of files. */
static int search_file(const void *data, struct file *file, unsigned int fd)
{
	struct nta_search *search = (struct nta_search *)data;
	struct socket *sock = sock_from_file(file);
	struct nta_wanted *wanted;
	struct nta_sock_key key;

	/* the next step begins with this one; it is not the file 0 */
	if (!--search->left)
		return fd;
	if (!sock || !sock->sk || !nta_key_sk(sock->sk, &key))
		return 0;
	wanted = wanted_find(search, nta_sock_hash(&key));
	if (!wanted || !is_better(search->tsk, wanted->tsk) ||
	    nta_owner_is_superseded(sock->sk, &key))
		return 0;
	if (wanted->tsk)
		put_task_struct(wanted->tsk);
	wanted->tsk = get_task_struct(search->tsk);
	wanted->key = key;
	return 0;
}

/*
 * Any number of processes can share a table as long as they like (CLONE_FILES),
 * so one is looked through but once: who comes first has it.  An address that
 * has been given to another table meanwhile costs a process its turn, once.
 */
static bool search_was_in(const struct files_struct *files)
{
	const struct files_struct **place;

	if (!files || atomic_read(&files->count) == 1)
		return false;
	place = &search_tables[hash_ptr(files, ilog2(SEARCH_TABLES))];
	if (*place == files)
		return true;
	*place = files;
	return false;
}

static void search_task(struct nta_search *search, struct task_struct *tsk)
{
	bool first = true;
	int fd = 0;

	search->tsk = tsk;
	do {
		search->left = SEARCH_FILES;
		task_lock(tsk);
		if (first && search_was_in(tsk->files)) {
			task_unlock(tsk);
			return;
		}
		first = false;
		fd = iterate_fd(tsk->files, fd, search_file, search);
		task_unlock(tsk);
		this_cpu_add(nta_stats.event[NTA_SEARCHED_FILES],
			     SEARCH_FILES - search->left);
		cond_resched();
	} while (fd && !READ_ONCE(search_cancelled));
}

/* A thread that still has files; the first of a process may have ended. */
static struct task_struct *living_thread(struct task_struct *leader)
{
	struct task_struct *tsk;

	if (leader->flags & PF_KTHREAD)
		return NULL;
	for_each_thread(leader, tsk)
		if (!(tsk->flags & PF_EXITING))
			return tsk;
	return NULL;
}

/*
 * The next processes of the list, which is in the order of their start, with
 * references; @last, with one too, is where to go on.  If it is gone by then,
 * those that started before it are passed over.
 */
static unsigned int next_tasks(struct task_struct **last, u64 until,
			       struct task_struct **tasks, bool *more)
{
	struct task_struct *leader = &init_task, *tsk;
	unsigned int n = 0, steps = 0;
	u64 from = 0;

	*more = false;
	rcu_read_lock();
	/* of an exec by another thread, that thread takes its place in the list */
	if (*last && pid_alive(*last) && thread_group_leader(*last))
		leader = *last;
	else if (*last)
		from = (*last)->start_boottime;
	while (n < SEARCH_TASKS && (leader = next_task(leader)) != &init_task) {
		/* not to run behind a system that forks without end */
		if (leader->start_boottime > until)
			break;
		if (leader->start_boottime < from)
			continue;
		tsk = living_thread(leader);
		if (tsk)
			tasks[n++] = get_task_struct(tsk);
		if (n == SEARCH_TASKS || ++steps == SEARCH_TASKS) {
			if (*last)
				put_task_struct(*last);
			*last = get_task_struct(leader);
			*more = true;
			break;
		}
	}
	rcu_read_unlock();
	return n;
}

/**
 * nta_search_walk() - go through the open files of all processes
 *
 * Process context, may sleep, for as long as there are files; only after
 * nta_search_begin(), once.
 */
void nta_search_walk(void)
{
	struct nta_search *search = search_walk;
	u64 until = ktime_get_boottime_ns();
	struct task_struct *last = NULL;
	unsigned int i, n;
	bool more;

	memset(search_tables, 0, sizeof(search_tables));
	do {
		n = next_tasks(&last, until, search->tasks, &more);
		for (i = 0; i < n; i++) {
			if (!READ_ONCE(search_cancelled))
				search_task(search, search->tasks[i]);
			put_task_struct(search->tasks[i]);
		}
		cond_resched();
	} while (more && !READ_ONCE(search_cancelled));
	if (last)
		put_task_struct(last);
}

/* Slots that led to the unowned record ask here from now on. */
static void settle_sock(struct nta_sock *sock, struct nta_record *rec,
			const struct nta_wanted *wanted)
{
	u64 handle = nta_record_handle(rec);
	u64 old = READ_ONCE(sock->slot);
	struct nta_record *has = nta_record_resolve(old);

	if (has && READ_ONCE(has->state) != NTA_RECORD_UNOWNED)
		return;
	if (cmpxchg(&sock->slot, old, handle) != old)
		return;
	/* a connection that begins forgets first and empties the slot then */
	if (nta_record_wants(wanted->handle, wanted->hash))
		nta_thread_claim(rec, old);
	else
		cmpxchg(&sock->slot, handle, NTA_NOBODY);
}

static void search_settle(struct nta_wanted *wanted,
			  const struct nta_wanted *found)
{
	struct nta_record *rec;
	struct nta_sock *sock;

	rcu_read_lock();
	rec = nta_thread_know(found->tsk);
	/* unless what was found is another connection, which began since */
	if (rec && nta_record_wants(wanted->handle, wanted->hash)) {
		sock = nta_sock_get(&found->key, true);
		if (sock)
			settle_sock(sock, rec, wanted);
		nta_thread_claim(rec, wanted->handle);
	}
	rcu_read_unlock();
}

static void search_settle_all(struct nta_search *search)
{
	struct nta_wanted *found = NULL;
	unsigned int i;

	for (i = 0; i < search->nr; i++) {
		struct nta_wanted *wanted = &search->wanted[i];

		/* of those with one hash the first has been filled in */
		if (wanted->tsk)
			found = wanted;
		if (found && found->hash == wanted->hash)
			search_settle(wanted, found);
		cond_resched();
	}
}

static int search_want(u64 hash, u64 handle, void *data)
{
	struct nta_search *search = data;

	if (search->nr == SEARCH_WANTED)
		return -ENOSPC;
	search->wanted[search->nr].hash = hash;
	search->wanted[search->nr].handle = handle;
	search->wanted[search->nr].tsk = NULL;
	search->nr++;
	return 0;
}

/**
 * nta_search_is_under_way() - has a walk begun that has not been settled
 *
 * Any context.
 */
bool nta_search_is_under_way(void)
{
	return READ_ONCE(search_walk);
}

/**
 * nta_search_begin() - begin to look for the owners of unowned records
 * @force: also if the last search was a moment ago
 *
 * Process context, under the mutex that nta_search_settle() is called under.
 * A record is looked for ever less often, so that one that nobody owns does
 * not keep it busy.
 *
 * Return: whether nta_search_walk() is to be called, and nta_search_settle()
 * after it; not if one is under way or nothing is due.
 */
bool nta_search_begin(bool force)
{
	struct nta_search *search;

	if (search_walk || !nta_record_unowned() ||
	    (!force && search_rest_until &&
	     time_before(jiffies, search_rest_until)))
		return false;
	search = kvmalloc(sizeof(*search), GFP_KERNEL);
	if (!search)
		return false;
	search->begin = jiffies;
	search->nr = 0;
	nta_record_want(force, search_want, search);
	if (!search->nr) {
		kvfree(search);
		return false;
	}
	sort(search->wanted, search->nr, sizeof(*search->wanted), wanted_cmp,
	     NULL);
	nta_stats_event(NTA_SEARCHES);
	WRITE_ONCE(search_walk, search);
	return true;
}

/**
 * nta_search_settle() - give those that were found what is theirs
 *
 * Process context, while the collector is not running; only after
 * nta_search_walk(), once.
 */
void nta_search_settle(void)
{
	struct nta_search *search = search_walk;
	unsigned int i;

	if (!READ_ONCE(search_cancelled))
		search_settle_all(search);
	for (i = 0; i < search->nr; i++)
		if (search->wanted[i].tsk)
			put_task_struct(search->wanted[i].tsk);
	search_rest_until = jiffies + SEARCH_REST * (jiffies - search->begin);
	WRITE_ONCE(search_walk, NULL);
	kvfree(search);
}

/**
 * nta_search_cancel() - no more searches
 *
 * A walk that is under way ends soon, and is settled as if it had found nobody.
 */
void nta_search_cancel(void)
{
	WRITE_ONCE(search_cancelled, true);
}
