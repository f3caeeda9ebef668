/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model, and samples for it: for the tests of the model and of its order.
 */
#ifndef _NETATOP_TEST_TOP_H
#define _NETATOP_TEST_TOP_H

#include "test.h"
#include "top_model.h"

#define FADE	10

static struct top_model model;

/* A sample of these processes at this second; the list ends with tgid 0. */
static void sample(uint64_t cookie, double second, const struct netatop_task *task)
{
	top_model_begin(&model);
	for (; task->tgid; task++)
		assert_int_equal(top_model_task(&model, task, cookie), 0);
	top_model_end(&model, cookie, second * SECOND);
}

static struct top_entry *entry(pid_t tgid, uint64_t start)
{
	struct netatop_task task = { .tgid = tgid, .start = start };

	return top_model_find(&model, &task);
}

#define SAMPLE(cookie, second, ...) \
	sample(cookie, second, (const struct netatop_task []){ __VA_ARGS__ __VA_OPT__(,) { } })

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif /* _NETATOP_TEST_TOP_H */
