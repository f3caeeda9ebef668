/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of requests share: a handle, and answers.
 */
#ifndef _ANSWERS_H
#define _ANSWERS_H

#include "mock.h"

/* What a walk has told. */
struct told {
	unsigned int count;
	uint32_t last;
	unsigned int stop_at;
};

/* For each test. */
extern struct netatop *nta;
int setup(void **state);
int teardown(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Of a request. */
const struct nlattr *attr_of(const struct nlmsghdr *nlh, unsigned int type);
uint8_t cmd_of(const struct nlmsghdr *nlh);

/* Messages of an answer. */
void put_tasks(struct mock_buf *buf, const struct nlmsghdr *request, uint8_t cmd,
	       uint32_t first, unsigned int count);
/* The same, as a table. */
void put_rows(struct mock_buf *buf, const struct nlmsghdr *request, uint8_t cmd,
	      uint32_t first, unsigned int count);
void put_page_end(struct mock_buf *buf, const struct nlmsghdr *request, uint16_t flags,
		  const void *cursor, size_t len);

/* A netatop_task_cb; @data is a struct told. */
int take_task(const struct netatop_task *task, void *data);

/* For mock.answer: the task that was asked for. */
void answer_task(int fd, const struct nlmsghdr *request);

#endif /* _ANSWERS_H */
