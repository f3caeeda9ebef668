// SPDX-License-Identifier: GPL-2.0
/*
 * netatop ps: sorts and shows.
 */
#include "ps.h"
#include "common.h"
#include "json.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int least_first(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint64_t snd(const struct netatop_counters *c)
{
	return c->tcp_snd_bytes + c->udp_snd_bytes;
}

static uint64_t rcv(const struct netatop_counters *c)
{
	return c->tcp_rcv_bytes + c->udp_rcv_bytes;
}

static uint64_t tcp(const struct netatop_counters *c)
{
	return c->tcp_snd_bytes + c->tcp_rcv_bytes;
}

static uint64_t udp(const struct netatop_counters *c)
{
	return c->udp_snd_bytes + c->udp_rcv_bytes;
}

static int by_pid(const struct netatop_task *a, const struct netatop_task *b)
{
	return least_first(a->tgid, b->tgid) ?: least_first(a->start, b->start) ?:
	       least_first(a->tid, b->tid);
}

static int by_name(const struct netatop_task *a, const struct netatop_task *b)
{
	return strcmp(a->name, b->name);
}

static int by_user(const struct netatop_task *a, const struct netatop_task *b)
{
	char name[64];

	/* valid until the next call */
	snprintf(name, sizeof(name), "%s", user_name(a->uid));
	return strcmp(name, user_name(b->uid)) ?: least_first(a->uid, b->uid);
}

static int by_start(const struct netatop_task *a, const struct netatop_task *b)
{
	return least_first(a->start, b->start);
}

/* Either most first by a figure, or in an order. */
static const struct key {
	const char *name;
	uint64_t (*figure)(const struct netatop_counters *c);
	int (*order)(const struct netatop_task *a, const struct netatop_task *b);
} keys[] = {
	{ "bytes", counter_bytes, NULL },
	{ "packets", counter_packets, NULL },
	{ "snd", snd, NULL },
	{ "rcv", rcv, NULL },
	{ "tcp", tcp, NULL },
	{ "udp", udp, NULL },
	{ "pid", NULL, by_pid },
	{ "name", NULL, by_name },
	{ "user", NULL, by_user },
	{ "start", NULL, by_start },
};

static const struct key *find_key(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strcmp(name, keys[i].name))
			return &keys[i];
	return NULL;
}

bool ps_is_key(const char *name)
{
	return find_key(name);
}

static int compare(const void *x, const void *y, void *data)
{
	const struct netatop_task *a = x, *b = y;
	const struct key *key = data;
	int order;

	if (key->order)
		order = key->order(a, b);
	else
		order = -least_first(key->figure(&a->counters), key->figure(&b->counters));
	return order ?: by_pid(a, b);
}

/* One after the other, as there can be many. */
static int show_json(const struct ps *ps, const struct sample *sample, double seconds)
{
	bool threads = ps->filter.match & NETATOP_MATCH_THREADS;
	size_t i;

	printf("{\"time\":%" PRIu64, sample->time);
	if (ps->interval > 0)
		printf(",\"interval\":%" PRIu64, (uint64_t)(seconds * 1e9));
	printf(",\"%s\":[", threads ? "threads" : "processes");
	for (i = 0; i < sample->count; i++) {
		if (i)
			putchar(',');
		if (json_write(json_task(&sample->task[i])))
			return FAILED;
	}
	puts("]}");
	return flush_output(DONE);
}

/**
 * ps_show() - show tasks
 * @ps:	     how
 * @sample:  the tasks; they are sorted
 * @seconds: what they did in so many; 0: ever
 *
 * Return: DONE or FAILED.
 */
int ps_show(const struct ps *ps, struct sample *sample, double seconds)
{
	const struct table table = {
		.threads = ps->filter.match & NETATOP_MATCH_THREADS,
		.seconds = seconds,
	};
	size_t i;

	if (sample->count)
		qsort_r(sample->task, sample->count, sizeof(*sample->task), compare,
			(void *)find_key(ps->key));
	if (ps->json)
		return show_json(ps, sample, seconds);
	table_head(&table);
	for (i = 0; i < sample->count; i++)
		table_line(&table, &sample->task[i]);
	if (ps->interval > 0)
		putchar('\n');
	return flush_output(DONE);
}
