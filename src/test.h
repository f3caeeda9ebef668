/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that run when the module is loaded, before any of it is set up.
 */
#ifndef _NTA_TEST_H
#define _NTA_TEST_H

#ifdef CONFIG_NETATOP_KUNIT_TEST

#include "packet.h"
#include "params.h"

#include <kunit/test.h>

/* One in each test_*.c. */
extern struct kunit_suite nta_test_params;
extern struct kunit_suite nta_test_books;
extern struct kunit_suite nta_test_record;
extern struct kunit_suite nta_test_limits;
extern struct kunit_suite nta_test_exitlist;
extern struct kunit_suite nta_test_weight;
extern struct kunit_suite nta_test_packet;
extern struct kunit_suite nta_test_key;
extern struct kunit_suite nta_test_recent;
extern struct kunit_suite nta_test_walk;

void nta_test_run(void);
void nta_test_forget(void);

int nta_test_suite_begin(struct kunit_suite *suite);
int nta_test_begin(struct kunit *test);
void nta_test_end(struct kunit *test);
void nta_test_param(enum nta_param id, unsigned int value);
struct sk_buff *nta_test_skb(struct kunit *test, const void *headers,
			     unsigned int room, unsigned int len);

#else

static inline void nta_test_run(void)
{
}

static inline void nta_test_forget(void)
{
}

#endif
#endif /* _NTA_TEST_H */
