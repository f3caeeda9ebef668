// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * busiest - prints the ten processes that sent and received the most bytes
 *
 *	cc busiest.c $(pkg-config --cflags --libs libnetatop)
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libnetatop.h>

#define TOP 10

struct top {
	unsigned int count;
	struct netatop_task task[TOP + 1];
};

static uint64_t bytes(const struct netatop_task *task)
{
	const struct netatop_counters *c = &task->counters;

	return c->tcp_snd_bytes + c->tcp_rcv_bytes + c->udp_snd_bytes + c->udp_rcv_bytes;
}

/* A process can call itself anything; a terminal is not to obey it. */
static const char *plain(char *name)
{
	for (char *c = name; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	return name;
}

/* Is called for each process; keeps the top sorted. */
static int take(const struct netatop_task *task, void *data)
{
	struct top *top = data;
	unsigned int i = top->count;

	for (; i > 0 && bytes(&top->task[i - 1]) < bytes(task); i--)
		top->task[i] = top->task[i - 1];
	top->task[i] = *task;
	top->count += top->count < TOP;
	return 0;
}

int main(void)
{
	struct top top = { 0 };
	struct netatop *nta;
	int err = netatop_open(&nta, 0);

	if (!err)
		err = netatop_walk_tasks(nta, NULL, take, &top);
	netatop_close(nta);
	if (err) {
		fprintf(stderr, "busiest: %s\n", strerror(-err));
		return 1;
	}
	for (unsigned int i = 0; i < top.count; i++)
		printf("%8d %12" PRIu64 " %s\n", (int)top.task[i].tgid, bytes(&top.task[i]),
		       plain(top.task[i].name));
	return 0;
}
