// SPDX-License-Identifier: GPL-2.0
/*
 * What the live view knows of processes or threads.
 */
#include "top_model.h"
#include "common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS	(sizeof(struct netatop_counters) / sizeof(uint64_t))

/**
 * top_model_init() - begin
 * @model:    the model
 * @fade:     seconds that one that has ended stays
 * @describe: see struct top_model, or NULL
 */
void top_model_init(struct top_model *model, double fade,
		    void (*describe)(struct top_entry *entry))
{
	memset(model, 0, sizeof(*model));
	model->fade = fade * 1e9;
	model->describe = describe;
}

/* Forget all, as at the beginning. */
void top_model_clear(struct top_model *model)
{
	void (*describe)(struct top_entry *entry) = model->describe;
	uint64_t fade = model->fade;

	top_model_free(model);
	model->describe = describe;
	model->fade = fade;
}

void top_model_free(struct top_model *model)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		free(model->entry[i]);
	free(model->entry);
	free(model->bucket);
	memset(model, 0, sizeof(*model));
}

static uint64_t hash(const struct netatop_task *task)
{
	uint64_t h = task->start ^ task->tid_start * 31 ^ ((uint64_t)task->tgid << 32 | task->tid);

	h *= 0x9e3779b97f4a7c15;
	return h ^ h >> 32;
}

static bool same(const struct netatop_task *a, const struct netatop_task *b)
{
	return a->tgid == b->tgid && a->start == b->start && a->tid == b->tid &&
	       a->tid_start == b->tid_start;
}

/**
 * top_model_find() - the entry of a task
 * @model: the model
 * @task:  its identity: ids and starts
 *
 * Return: the entry or NULL.
 */
struct top_entry *top_model_find(const struct top_model *model,
				 const struct netatop_task *task)
{
	struct top_entry *entry;

	if (!model->buckets)
		return NULL;
	entry = model->bucket[hash(task) & (model->buckets - 1)];
	while (entry && !same(&entry->task, task))
		entry = entry->next;
	return entry;
}

static void link_entry(struct top_model *model, struct top_entry *entry)
{
	struct top_entry **bucket = &model->bucket[hash(&entry->task) & (model->buckets - 1)];

	entry->next = *bucket;
	*bucket = entry;
}

static void unlink_entry(struct top_model *model, struct top_entry *entry)
{
	struct top_entry **at = &model->bucket[hash(&entry->task) & (model->buckets - 1)];

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
}

static int grow(struct top_model *model)
{
	size_t room = model->room ? 2 * model->room : 256, i;
	struct top_entry **bucket = calloc(room, sizeof(struct top_entry *)), **all;

	all = bucket ? reallocarray(model->entry, room, sizeof(struct top_entry *)) : NULL;
	if (!all) {
		free(bucket);
		return -ENOMEM;
	}
	free(model->bucket);
	model->entry = all;
	model->room = room;
	model->bucket = bucket;
	model->buckets = room;
	for (i = 0; i < model->count; i++)
		link_entry(model, model->entry[i]);
	return 0;
}

static struct top_entry *add_entry(struct top_model *model, const struct netatop_task *task)
{
	struct top_entry *entry;

	if (model->count == model->room && grow(model))
		return NULL;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->task = *task;
	link_entry(model, entry);
	model->entry[model->count++] = entry;
	return entry;
}

/* A counter that is less than it was began anew. */
static void add_growth(struct netatop_counters *sum, const struct netatop_counters *now,
		       const struct netatop_counters *before)
{
	const uint64_t *n = (const uint64_t *)now, *b = (const uint64_t *)before;
	uint64_t *s = (uint64_t *)sum;
	size_t i;

	for (i = 0; i < COUNTERS; i++)
		s[i] += n[i] < b[i] ? n[i] : n[i] - b[i];
}

/* The counters of each load of the module begin at zero. */
static struct top_entry *update(struct top_model *model, const struct netatop_task *task,
				uint64_t cookie)
{
	static const struct netatop_counters none;
	struct top_entry *entry = top_model_find(model, task);
	bool changed = !entry;

	if (!entry) {
		entry = add_entry(model, task);
		if (!entry)
			return NULL;
	} else {
		changed = entry->task.uid != task->uid || entry->task.cgroup != task->cgroup;
	}
	add_growth(&entry->delta, &task->counters,
		   entry->cookie == cookie ? &entry->task.counters : &none);
	entry->task = *task;
	entry->cookie = cookie;
	if (changed && model->describe)
		model->describe(entry);
	return entry;
}

/**
 * top_model_begin() - a sample begins
 * @model: the model
 */
void top_model_begin(struct top_model *model)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		model->entry[i]->seen = false;
}

/**
 * top_model_task() - a task that is in the sample
 * @model:  the model
 * @task:   it
 * @cookie: load of the module
 *
 * Return: 0 or -ENOMEM.
 */
int top_model_task(struct top_model *model, const struct netatop_task *task, uint64_t cookie)
{
	struct top_entry *entry = update(model, task, cookie);

	if (!entry)
		return -ENOMEM;
	entry->seen = true;
	entry->exited = task->state == NETATOP_TASK_FINISHED;
	if (!entry->exited)
		entry->missing = 0;
	return 0;
}

/**
 * top_model_exit() - a process has finished
 * @model:  the model
 * @task:   it, with its last values
 * @cookie: load of the module
 *
 * One that was over before the first sample is of no interest.
 *
 * Return: 0 or -ENOMEM.
 */
int top_model_exit(struct top_model *model, const struct netatop_task *task, uint64_t cookie)
{
	struct top_entry *entry = top_model_find(model, task);

	if (!entry && (!model->cookie || task->first < model->began))
		return 0;
	entry = update(model, task, cookie);
	if (!entry)
		return -ENOMEM;
	entry->exited = true;
	return 0;
}

static void set_rates(struct top_rates *rates, const struct netatop_counters *c, double seconds)
{
	rates->tcp_snd = c->tcp_snd_bytes / seconds;
	rates->tcp_rcv = c->tcp_rcv_bytes / seconds;
	rates->udp_snd = c->udp_snd_bytes / seconds;
	rates->udp_rcv = c->udp_rcv_bytes / seconds;
	rates->snd_packets = (c->tcp_snd_packets + c->udp_snd_packets) / seconds;
	rates->rcv_packets = (c->tcp_rcv_packets + c->udp_rcv_packets) / seconds;
}

static void add_rates(struct top_rates *sum, const struct top_rates *r)
{
	sum->tcp_snd += r->tcp_snd;
	sum->tcp_rcv += r->tcp_rcv;
	sum->udp_snd += r->udp_snd;
	sum->udp_rcv += r->udp_rcv;
	sum->snd_packets += r->snd_packets;
	sum->rcv_packets += r->rcv_packets;
}

/* One that is missing has ended, unless the module was loaded anew and knows nobody yet. */
static void age_entry(struct top_entry *entry, uint64_t cookie, uint64_t time)
{
	if (entry->seen && !entry->exited)
		return;
	if (!entry->missing)
		entry->missing = time;
	if (entry->cookie == cookie)
		entry->exited = true;
}

static void drop_faded(struct top_model *model)
{
	size_t i, kept = 0;

	for (i = 0; i < model->count; i++) {
		struct top_entry *entry = model->entry[i];

		if (!entry->seen && model->time - entry->missing >= model->fade) {
			unlink_entry(model, entry);
			free(entry);
		} else {
			model->entry[kept++] = entry;
		}
	}
	model->count = kept;
}

/**
 * top_model_end() - a sample is complete
 * @model:  the model
 * @cookie: load of the module
 * @time:   ns of CLOCK_BOOTTIME when it was taken
 *
 * The rates are those since the sample before.  What the first one of a load
 * shows was done nobody knows when: it has none.
 */
void top_model_end(struct top_model *model, uint64_t cookie, uint64_t time)
{
	static const struct netatop_counters none;
	size_t i;

	/* no time has passed: to be done with the next one */
	if (model->cookie == cookie && time <= model->time)
		return;
	model->seconds = model->cookie == cookie ? (time - model->time) / 1e9 : 0;
	memset(&model->all, 0, sizeof(model->all));
	model->tick = (model->tick + 1) % TOP_HISTORY;
	for (i = 0; i < model->count; i++) {
		struct top_entry *entry = model->entry[i];

		memset(&entry->rates, 0, sizeof(entry->rates));
		if (model->seconds > 0)
			set_rates(&entry->rates, &entry->delta, model->seconds);
		entry->delta = none;
		entry->snd[model->tick] = top_snd(&entry->rates);
		entry->rcv[model->tick] = top_rcv(&entry->rates);
		if (!top_is_idle(entry))
			entry->last_rate = top_snd(&entry->rates) + top_rcv(&entry->rates);
		add_rates(&model->all, &entry->rates);
		age_entry(entry, cookie, time);
	}
	model->snd[model->tick] = top_snd(&model->all);
	model->rcv[model->tick] = top_rcv(&model->all);
	model->cookie = cookie;
	model->time = time;
	if (!model->began)
		model->began = time;
	drop_faded(model);
}

static bool is_term(const struct netatop_book *book, const char *name)
{
	return !strcmp(book->name, name);
}

/**
 * top_model_books() - what the books say
 * @model:  the model
 * @books:  the books
 * @cookie: load of the module
 */
void top_model_books(struct top_model *model, const struct netatop_books *books,
		     uint64_t cookie)
{
	struct top_balance *b = &model->balance, old = *b;
	uint64_t total = 0, aside;
	size_t i;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < books->count && i < NETATOP_BOOKS_MAX; i++) {
		const struct netatop_book *book = &books->book[i];
		uint64_t bytes = counter_bytes(&book->counters);

		if (is_term(book, "total"))
			total = bytes;
		else if (is_term(book, "unowned") || is_term(book, "unidentified"))
			b->lacking += bytes;
		else if (is_term(book, "tunnel"))
			b->tunnel = bytes;
		else if (is_term(book, "excluded"))
			b->excluded = bytes;
	}
	b->known = true;
	/* packets may pass between the terms */
	aside = b->tunnel + b->excluded;
	b->total = total > aside ? total - aside : 0;
	if (b->lacking > b->total)
		b->lacking = b->total;
	if (old.known && model->books_cookie == cookie) {
		b->now = b->total > old.total ? b->total - old.total : 0;
		/* what had none may have found one since */
		b->now_lacking = b->lacking > old.lacking ? b->lacking - old.lacking : 0;
		if (b->now_lacking > b->now)
			b->now_lacking = b->now;
	}
	model->books_cookie = cookie;
}

/**
 * top_fade_level() - how much one that has ended has faded
 * @model: the model
 * @entry: it
 *
 * Return: 0 it lives, else 1 to TOP_FADE_LEVELS.
 */
int top_fade_level(const struct top_model *model, const struct top_entry *entry)
{
	uint64_t age;

	if (!entry->exited)
		return 0;
	if (!entry->missing || !model->fade)
		return 1;
	age = model->time - entry->missing;
	return age >= model->fade ? TOP_FADE_LEVELS : 1 + age * TOP_FADE_LEVELS / model->fade;
}

/**
 * top_history() - a history in the order of time
 * @model: the model
 * @snd:   one of the histories that the model or an entry has
 * @rcv:   another to be added, or NULL
 * @out:   TOP_HISTORY values, oldest first
 */
void top_history(const struct top_model *model, const float *snd, const float *rcv, float *out)
{
	unsigned int i, at;

	for (i = 0; i < TOP_HISTORY; i++) {
		at = (model->tick + 1 + i) % TOP_HISTORY;
		out[i] = snd[at] + (rcv ? rcv[at] : 0);
	}
}

/* Nothing in the last interval? */
bool top_is_idle(const struct top_entry *entry)
{
	return entry->rates.snd_packets <= 0 && entry->rates.rcv_packets <= 0;
}
