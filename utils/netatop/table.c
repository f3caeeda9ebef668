// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of processes and threads.
 */
#include "table.h"
#include "common.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#define DAY	86400

/**
 * print_padded() - print a text at the left of so many columns
 * @text:    clean text
 * @columns: of the terminal
 *
 * What is longer is not cut.
 */
void print_padded(const char *text, int columns)
{
	wchar_t wide[256];
	size_t n = mbstowcs(wide, text, sizeof(wide) / sizeof(*wide));
	int width = n < sizeof(wide) / sizeof(*wide) ? wcswidth(wide, n) : -1;

	if (width < 0)
		width = strlen(text);
	printf("%s%*s", text, width < columns ? columns - width : 0, "");
}

/* The time of a day, or the day. */
static void print_start(uint64_t btime)
{
	time_t start = btime;
	struct tm tm;
	char buf[32];

	if (!btime || !localtime_r(&start, &tm))
		strcpy(buf, "-");
	else
		strftime(buf, sizeof(buf), start > time(NULL) - DAY ? "%H:%M:%S" : "%Y-%m-%d", &tm);
	printf("%-10s ", buf);
}

/* What is too much for a rate is the highest one. */
static uint64_t per_second(uint64_t bytes, double seconds)
{
	double rate;

	if (seconds <= 0)
		return bytes;
	rate = bytes / seconds;
	return rate < 0x1p64 ? rate : UINT64_MAX;
}

/**
 * table_head() - print the names of the columns
 * @table: what it looks like
 */
void table_head(const struct table *table)
{
	bool rate = table->seconds > 0;

	if (table->started)
		printf("%-10s ", "STARTED");
	printf("%7s ", "PID");
	if (table->threads)
		printf("%7s ", "TID");
	printf("%-8s %-15s %10s %9s %9s %9s %9s  %s\n", "USER", "NAME",
	       rate ? "PACKETS/s" : "PACKETS", rate ? "TCP-SND/s" : "TCP-SND",
	       rate ? "TCP-RCV/s" : "TCP-RCV", rate ? "UDP-SND/s" : "UDP-SND",
	       rate ? "UDP-RCV/s" : "UDP-RCV", "UNIT");
}

/**
 * table_line() - print a process or thread
 * @table: what it looks like
 * @task:  the process or thread
 */
void table_line(const struct table *table, const struct netatop_task *task)
{
	const struct netatop_counters *c = &task->counters;
	const uint64_t bytes[] = {
		c->tcp_snd_bytes, c->tcp_rcv_bytes, c->udp_snd_bytes, c->udp_rcv_bytes,
	};
	char name[CLEAN_SIZE(NETATOP_TASK_NAME_SIZE)], unit[256] = "", buf[16];
	double seconds = table->seconds > 0 ? table->seconds : 1;
	size_t i;

	if (table->started)
		print_start(task->btime);
	printf("%7d ", task->tgid);
	if (table->threads)
		printf("%7d ", task->tid);
	print_padded(task->present & NETATOP_HAS_UID ? user_name(task->uid) : "-", 8);
	putchar(' ');
	print_padded(clean_text(task->name, name, sizeof(name)), 15);
	printf(" %10.0f", counter_packets(c) / seconds);
	for (i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
		printf(" %9s", format_bytes(per_second(bytes[i], table->seconds), buf, sizeof(buf)));
	task_unit(task, unit, sizeof(unit));
	if (task->state == NETATOP_TASK_FINISHED && !table->started)
		printf("  finished%s%s\n", *unit ? ", " : "", unit);
	else
		printf("%s%s\n", *unit ? "  " : "", unit);
}
