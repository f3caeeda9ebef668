/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The books: do they balance.
 */
#ifndef _NETATOP_BOOKS_H
#define _NETATOP_BOOKS_H

#include <libnetatop.h>

#include <stdbool.h>

/**
 * struct balance - the books, and what is wrong with them
 * @books:    as they were read last
 * @left:     what is in the total and in no other term, may be less than none
 * @exact:    @left is zero
 * @balanced: so it is, or not more than the traffic while they were read
 */
struct balance {
	struct netatop_books books;
	struct netatop_counters left;
	bool exact;
	bool balanced;
};

const struct netatop_counters *books_total(const struct netatop_books *books);
bool books_difference(const struct netatop_books *books, struct netatop_counters *left);
bool books_between(const struct netatop_books *before, const struct netatop_books *now,
		   const struct netatop_books *after);
int books_read(struct netatop *nta, struct balance *balance);

#endif /* _NETATOP_BOOKS_H */
