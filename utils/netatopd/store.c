// SPDX-License-Identifier: GPL-2.0
/*
 * From the module into the log. A finished process stays on the module's list
 * until it is in the log: whatever stops this program loses none.
 */
#include "store.h"
#include "readers.h"
#include "say.h"
#include "sems.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

/* How long between two looks at who reads a log that is too long, in seconds. */
#define LOOK_AGAIN	10

/* How many batches may come before all else has its turn. */
#define BATCHES		64

static int take(const struct netatop_task *task, void *data)
{
	struct store *store = data;
	struct netpertask *out;

	if (store->count == STORE_BATCH)
		return -EBADMSG;
	if (!store->count)
		store->first = task->exit_seq;
	store->last = task->exit_seq;
	store->seq[store->count] = task->exit_seq;
	out = &store->task[store->count];
	memset(out, 0, sizeof(*out));
	out->id = task->tgid;
	out->btime = task->btime;
	memcpy(out->command, task->name, sizeof(out->command) - 1);
	out->tcpsndpacks = task->counters.tcp_snd_packets;
	out->tcpsndbytes = task->counters.tcp_snd_bytes;
	out->tcprcvpacks = task->counters.tcp_rcv_packets;
	out->tcprcvbytes = task->counters.tcp_rcv_bytes;
	out->udpsndpacks = task->counters.udp_snd_packets;
	out->udpsndbytes = task->counters.udp_snd_bytes;
	out->udprcvpacks = task->counters.udp_rcv_packets;
	out->udprcvbytes = task->counters.udp_rcv_bytes;
	store->count++;
	return 0;
}

/* What has left the list before it could be stored. */
static void count_missed(struct store *store, uint64_t cookie)
{
	const struct state *state = &store->state;

	if (state->cookie != cookie) {
		if (state->cookie)
			say(LOG_NOTICE, "the module has been loaded anew; what was on its list before is lost");
		if (store->first > 1)
			say(state->cookie ? LOG_WARNING : LOG_NOTICE, "%" PRIu64 " finished processes had left the list before, and are not in the log",
			    store->first - 1);
	} else if (store->first > state->seq + 1) {
		say(LOG_WARNING, "%" PRIu64 " finished processes have left the list meanwhile, and are not in the log",
		    store->first - state->seq - 1);
	}
}

/*
 * Those that the netatopd before has stored, but not taken off any more: up to
 * the place that it has noted, and maybe some that it had no time to note.
 */
static void skip_known(struct store *store, uint64_t cookie)
{
	uint64_t noted = store->state.cookie == cookie ? store->state.seq : 0;
	size_t i, kept = 0;

	for (i = 0; i < store->count; i++)
		if (store->seq[i] > noted && !log_has(&store->log, &store->task[i]))
			store->task[kept++] = store->task[i];
	if (kept < store->count)
		say(LOG_INFO, "%zu finished processes are in the log already", store->count - kept);
	store->count = kept;
}

/*
 * atop shows what it finds in the log if it has found the accounting record since the sample
 * before: without a netatopd that is there at each sample it finds one without the other.
 */
static void tell_waited(const struct store *store)
{
	if (store->waited)
		say(LOG_NOTICE, "%u finished processes had waited for a netatopd, and are in the log now; an atop that has taken a sample meanwhile does not show what they sent",
		    store->waited);
}

static int write_batch(struct store *store)
{
	uint64_t cookie = netatop_load_cookie(store->nta);
	int err;

	count_missed(store, cookie);
	if (store->fresh)
		skip_known(store, cookie);
	/* also if it fails: those that are missing are told of once */
	if (store->state.cookie != cookie || store->state.seq < store->first - 1)
		state_store(&store->state, cookie, store->first - 1);
	err = log_check(&store->log);
	if (!err && store->count)
		err = log_append(&store->log, store->task, store->count);
	if (err)
		return err;
	if (store->fresh)
		store->waited += store->count;
	/* one that another reader has put back comes late */
	if (store->state.seq < store->last)
		state_store(&store->state, cookie, store->last);
	store->done = store->last;
	return 0;
}

static int hold(struct store *store)
{
	int err;

	store->count = 0;
	err = netatop_hold_exits(store->nta, store->done, STORE_BATCH, take, store);
	if (err == -ESTALE) {
		store->done = 0;
		store->count = 0;
		err = netatop_hold_exits(store->nta, 0, STORE_BATCH, take, store);
	}
	return err;
}

static int store_list(struct store *store)
{
	int err = 0, batches;

	for (batches = 0; batches < BATCHES; batches++) {
		err = hold(store);
		if (err)
			break;
		if (!store->count)
			return -EBADMSG;
		err = write_batch(store);
		if (err)
			return err;
	}
	store->more = !err;
	if (err != -EAGAIN)
		return err;
	if (store->fresh)
		tell_waited(store);
	store->fresh = false;
	return 0;
}

/**
 * store_all() - store all that is on the list
 * @store: the store
 *
 * Return: 0; -ENODEV the module is not loaded; another negative error number,
 * and it has been said, once: try again later.
 */
int store_all(struct store *store)
{
	int err;

	store->more = false;
	err = store_list(store);

	if (err == -ENODEV || err == -EPERM || err == -EPROTONOSUPPORT) {
		store->done = 0;
		return err;
	}
	if (err && err != store->failing)
		say(LOG_ERR, "%s: %s; finished processes stay on the module's list for exit_timeout seconds",
		    store->log.path, strerror(-err));
	else if (!err && store->failing)
		say(LOG_NOTICE, "%s is written again", store->log.path);
	store->failing = err;
	return err;
}

static void trim(struct store *store)
{
	static bool told_hidden, told_behind;
	struct readers readers;
	int err;

	readers_find(store->log.fd, &readers);
	if (readers.hidden) {
		if (!told_hidden)
			say(LOG_WARNING, "%s grows: without CAP_SYS_PTRACE it is not known what its readers have read",
			    store->log.path);
		told_hidden = true;
		return;
	}
	err = log_trim(&store->log, readers.least);
	if (err)
		say(LOG_WARNING, "%s cannot be shortened: %s", store->log.path, strerror(-err));
	if (log_size(&store->log) > 4 * store->log.max_size && !told_behind) {
		say(LOG_WARNING, "%s grows: a reader has not read the first %" PRIu64 " bytes of it",
		    store->log.path, log_size(&store->log));
		told_behind = true;
	}
}

/* Returns false if there are readers. */
static bool renew(struct store *store)
{
	int err;

	if (!sems_begin_alone())
		return false;
	err = log_renew(&store->log);
	sems_end_alone();
	if (err)
		say(LOG_WARNING, "%s: %s", store->log.path, strerror(-err));
	return true;
}

/**
 * store_tidy() - begin a new log if nobody reads this one, or shorten it
 * @store: the store
 * @left:  a reader has said that it has stopped; else only if the log is long
 */
void store_tidy(struct store *store, bool left)
{
	static time_t looked;
	struct timespec now;

	/* where others need the room, a short one is too long, too */
	if (store->log.fd < 0 ||
	    (!left && store->failing != -ENOSPC && log_size(&store->log) <= store->log.max_size))
		return;
	if (renew(store) || left)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (looked && now.tv_sec - looked < LOOK_AGAIN)
		return;
	looked = now.tv_sec;
	trim(store);
}
