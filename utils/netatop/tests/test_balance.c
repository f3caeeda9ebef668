// SPDX-License-Identifier: GPL-2.0
/*
 * The books: what balances and what does not.
 */
#include "test.h"

#include "books.h"

#include <errno.h>

/* What the library tells, one after the other; the last again and again. */
static struct netatop_books told[8];
static size_t told_count, told_now;
static int told_err;

int __wrap_netatop_get_books(struct netatop *nta, struct netatop_books *books)
{
	(void)nta;
	*books = told[told_now];
	if (told_now + 1 < told_count)
		told_now++;
	return told_err;
}

/* The books wait in between, which takes no time here. */
int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	return 0;
}

/* A sum of terms and a total, of UDP packets received. */
static struct netatop_books books(uint64_t tasks, uint64_t exited, uint64_t total)
{
	struct netatop_books made = { .count = 3 };

	strcpy(made.book[0].name, "tasks");
	made.book[0].counters.udp_rcv_packets = tasks;
	strcpy(made.book[1].name, "total");
	made.book[1].counters.udp_rcv_packets = total;
	strcpy(made.book[2].name, "exited");
	made.book[2].counters.udp_rcv_packets = exited;
	return made;
}

static void tell(const struct netatop_books *what, size_t count)
{
	memcpy(told, what, count * sizeof(*what));
	told_count = count;
	told_now = 0;
	told_err = 0;
}

static void test_difference(void **state)
{
	struct netatop_books b = books(10, 5, 15);
	struct netatop_counters left;

	(void)state;
	assert_true(books_difference(&b, &left));
	assert_int_equal(counter_packets(&left), 0);
	b = books(10, 5, 17);
	assert_true(books_difference(&b, &left));
	assert_int_equal(left.udp_rcv_packets, 2);
	b = books(10, 5, 14);
	assert_true(books_difference(&b, &left));
	assert_int_equal((int64_t)left.udp_rcv_packets, -1);
	b.count = 1;
	assert_false(books_difference(&b, &left));
	assert_null(books_total(&b));
}

static void test_between(void **state)
{
	struct netatop_books before = books(10, 5, 15), now = books(14, 5, 17), after = books(20, 5, 25);

	(void)state;
	assert_true(books_between(&before, &now, &after));
	now = books(9, 5, 17);
	assert_false(books_between(&before, &now, &after));
	now = books(20, 6, 17);
	assert_false(books_between(&before, &now, &after));
	now.count = 0;
	assert_false(books_between(&before, &now, &after));
}

static void test_read(void **state)
{
	struct netatop_books quiet[] = { books(10, 5, 15) };
	struct netatop_books settles[] = {
		books(10, 5, 15), books(12, 5, 15), books(12, 5, 17), books(12, 5, 17),
	};
	struct netatop_books moves[] = { books(10, 5, 15), books(14, 5, 18), books(20, 5, 25),
					 books(21, 5, 25) };
	struct netatop_books wrong[] = { books(10, 5, 16) };
	struct balance balance;

	(void)state;
	tell(quiet, 1);
	assert_int_equal(books_read(NULL, &balance), 0);
	assert_true(balance.exact && balance.balanced);
	tell(settles, 4);
	assert_int_equal(books_read(NULL, &balance), 0);
	assert_true(balance.exact && balance.balanced);
	tell(moves, 4);
	assert_int_equal(books_read(NULL, &balance), 0);
	assert_true(!balance.exact && balance.balanced);
	tell(wrong, 1);
	assert_int_equal(books_read(NULL, &balance), 0);
	assert_true(!balance.exact && !balance.balanced);
	assert_int_equal(balance.left.udp_rcv_packets, 1);
}

static void test_errors(void **state)
{
	struct netatop_books none = { 0 };
	struct balance balance;

	(void)state;
	tell(&none, 1);
	assert_int_equal(books_read(NULL, &balance), -EBADMSG);
	told_err = -ENODEV;
	assert_int_equal(books_read(NULL, &balance), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_difference),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
