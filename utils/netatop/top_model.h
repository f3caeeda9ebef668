/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the live view knows of processes (or threads): rates from samples, their
 * history, and those that have ended a moment ago.  Nothing here asks the
 * module, the clock or the screen.
 */
#ifndef _NETATOP_TOP_MODEL_H
#define _NETATOP_TOP_MODEL_H

#include <libnetatop.h>

#include <stdbool.h>
#include <stddef.h>

#define TOP_HISTORY	32	/* samples */
#define TOP_FADE_LEVELS	4
#define TOP_UNIT_SIZE	96
#define TOP_USER_SIZE	33

/**
 * struct top_rates - what is done in a second
 */
struct top_rates {
	double tcp_snd, tcp_rcv, udp_snd, udp_rcv;	/* bytes */
	double snd_packets, rcv_packets;
};

/**
 * struct top_entry - a process or thread
 * @next:      in the same bucket
 * @task:      as last told
 * @cookie:    load of the module that its counters are of
 * @delta:     what it has done since the last sample
 * @rates:     in the last interval
 * @snd:       history in bytes a second, a ring, @snd[top_model.tick] the last
 * @rcv:       the same
 * @seen:      it is in the sample that is being taken
 * @exited:    it has ended
 * @missing:   time of the first sample that it was not in, 0 if it is
 * @last_rate: in the last interval in which there was some, bytes a second
 * @unit:      container or systemd unit, may be ""
 * @user:      name
 */
struct top_entry {
	struct top_entry *next;
	struct netatop_task task;
	uint64_t cookie;
	struct netatop_counters delta;
	struct top_rates rates;
	float snd[TOP_HISTORY];
	float rcv[TOP_HISTORY];
	bool seen;
	bool exited;
	uint64_t missing;
	double last_rate;
	char unit[TOP_UNIT_SIZE];
	char user[TOP_USER_SIZE];
};

/**
 * struct top_balance - how much of all traffic has an owner
 * @known:      the books have been read
 * @total:      bytes booked, but for @tunnel and @excluded
 * @lacking:    bytes that have no owner: unowned, unidentified
 * @tunnel:     bytes of the outer packets of tunnels
 * @excluded:   bytes that were left out on purpose
 * @now:        @total of the last interval
 * @now_lacking: @lacking of the last interval
 */
struct top_balance {
	bool known;
	uint64_t total, lacking, tunnel, excluded;
	uint64_t now, now_lacking;
};

/**
 * struct top_model - all of them
 * @describe: fills in @unit and @user of an entry that is new or whose cgroup or
 *	      user has changed; may be NULL
 * @fade:     ns that one that has ended stays
 * @entry:    all
 * @count:    how many
 * @room:     for how many there is room in @entry
 * @bucket:   all, by identity
 * @buckets:  how many buckets, a power of two
 * @cookie:   load of the module that the last whole sample is of, 0: none yet
 * @time:     ns of CLOCK_BOOTTIME: last sample
 * @began:    the same: first sample
 * @seconds:  length of the last interval, 0: there was none
 * @tick:     place of the last sample in the histories
 * @all:      of all entries together
 * @snd:      history of them, as in an entry
 * @rcv:      the same
 * @balance:  of the books
 * @books_cookie: load that @balance is of
 */
struct top_model {
	void (*describe)(struct top_entry *entry);
	uint64_t fade;
	struct top_entry **entry;
	size_t count, room;
	struct top_entry **bucket;
	size_t buckets;
	uint64_t cookie;
	uint64_t time, began;
	double seconds;
	unsigned int tick;
	struct top_rates all;
	float snd[TOP_HISTORY];
	float rcv[TOP_HISTORY];
	struct top_balance balance;
	uint64_t books_cookie;
};

void top_model_init(struct top_model *model, double fade,
		    void (*describe)(struct top_entry *entry));
void top_model_free(struct top_model *model);
void top_model_clear(struct top_model *model);
void top_model_begin(struct top_model *model);
int top_model_task(struct top_model *model, const struct netatop_task *task, uint64_t cookie);
int top_model_exit(struct top_model *model, const struct netatop_task *task, uint64_t cookie);
void top_model_end(struct top_model *model, uint64_t cookie, uint64_t time);
void top_model_books(struct top_model *model, const struct netatop_books *books,
		     uint64_t cookie);

struct top_entry *top_model_find(const struct top_model *model,
				 const struct netatop_task *task);
int top_fade_level(const struct top_model *model, const struct top_entry *entry);
void top_history(const struct top_model *model, const float *snd, const float *rcv, float *out);
bool top_is_idle(const struct top_entry *entry);

static inline double top_snd(const struct top_rates *r)
{
	return r->tcp_snd + r->udp_snd;
}

static inline double top_rcv(const struct top_rates *r)
{
	return r->tcp_rcv + r->udp_rcv;
}

#endif /* _NETATOP_TOP_MODEL_H */
