/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests share.
 */
#ifndef _NETATOP_TEST_H
#define _NETATOP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common.h"

#include <string.h>

#define SECOND	1000000000ULL
#define COOKIE	0xc00c1eULL

/* A process that started at @start, with what it has sent and received by TCP. */
static inline struct netatop_task process(pid_t tgid, uint64_t start, const char *name,
					  uint64_t snd, uint64_t rcv)
{
	struct netatop_task task = {
		.present = NETATOP_HAS_NAME | NETATOP_HAS_STATE | NETATOP_HAS_FIRST,
		.tgid = tgid,
		.start = start,
		.first = start,
		.counters = {
			.tcp_snd_bytes = snd,
			.tcp_snd_packets = snd / 100,
			.tcp_rcv_bytes = rcv,
			.tcp_rcv_packets = rcv / 100,
		},
	};

	strncpy(task.name, name, sizeof(task.name) - 1);
	return task;
}

#endif /* _NETATOP_TEST_H */
