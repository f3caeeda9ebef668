// SPDX-License-Identifier: GPL-2.0
/*
 * The books: reads them until they balance.
 */
#include "books.h"
#include "common.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#define TRIES	100
#define PAUSE	20000000	/* ns */

#define FIGURES	(sizeof(struct netatop_counters) / sizeof(uint64_t))

/**
 * books_total() - the term that is the sum of all others
 * @books: the books
 *
 * Return: the term, or NULL.
 */
const struct netatop_counters *books_total(const struct netatop_books *books)
{
	uint32_t i;

	for (i = 0; i < books->count; i++)
		if (!strcmp(books->book[i].name, "total"))
			return &books->book[i].counters;
	return NULL;
}

/**
 * books_difference() - what is in the total and in no other term
 * @books: the books
 * @left:  set; what is less than none is taken as it is in 64 bits
 *
 * Return: whether there is a total.
 */
bool books_difference(const struct netatop_books *books, struct netatop_counters *left)
{
	const struct netatop_counters *total = books_total(books);
	uint32_t i;

	if (!total)
		return false;
	*left = *total;
	for (i = 0; i < books->count; i++)
		if (&books->book[i].counters != total)
			counters_sub(left, &books->book[i].counters);
	return true;
}

/**
 * books_between() - is each sum of terms between the totals before and after
 * @before: the books, read before
 * @now:    those in question
 * @after:  read after them
 *
 * While packets pass, terms and total are not read at the same moment; but what
 * the terms add up to was the total at some moment between.
 *
 * Return: whether it is so.
 */
bool books_between(const struct netatop_books *before, const struct netatop_books *now,
		   const struct netatop_books *after)
{
	const uint64_t *least = (const uint64_t *)books_total(before);
	const uint64_t *most = (const uint64_t *)books_total(after);
	const uint64_t *total = (const uint64_t *)books_total(now);
	struct netatop_counters left;
	size_t i;

	if (!least || !most || !books_difference(now, &left))
		return false;
	for (i = 0; i < FIGURES; i++) {
		uint64_t sum = total[i] - ((const uint64_t *)&left)[i];

		if (sum < least[i] || sum > most[i])
			return false;
	}
	return true;
}

static int read_books(struct netatop *nta, struct netatop_books *books)
{
	int err = netatop_get_books(nta, books);

	return !err && !books_total(books) ? -EBADMSG : err;
}

/**
 * books_read() - read the books until they balance, for two seconds at most
 * @nta:     the module
 * @balance: set
 *
 * Return: 0, or an error of the library.
 */
int books_read(struct netatop *nta, struct balance *balance)
{
	static const struct netatop_counters zero;
	const struct timespec pause = { .tv_nsec = PAUSE };
	struct netatop_books before, after;
	int tries, err;

	balance->balanced = false;
	for (tries = 0; ; tries++) {
		err = read_books(nta, &before) ?: read_books(nta, &balance->books) ?:
		      read_books(nta, &after);
		if (err)
			return err;
		books_difference(&balance->books, &balance->left);
		balance->exact = !memcmp(&balance->left, &zero, sizeof(zero));
		balance->balanced = balance->balanced || balance->exact ||
				    books_between(&before, &balance->books, &after);
		if (balance->exact || tries == TRIES)
			return 0;
		nanosleep(&pause, NULL);
	}
}
