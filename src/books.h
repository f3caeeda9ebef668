/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The books: every packet is in one term, and the terms add up to the total.
 */
#ifndef _NTA_BOOKS_H
#define _NTA_BOOKS_H

#include "counters.h"

enum nta_book {
	NTA_BOOK_TOTAL,
	NTA_BOOK_TASKS,
	NTA_BOOK_EXITED,
	NTA_BOOK_RETIRED,
	NTA_BOOK_UNOWNED,
	NTA_BOOK_UNIDENTIFIED,
	NTA_BOOK_TUNNEL,
	NTA_BOOK_EXCLUDED,
	NTA_BOOKS,
};

void nta_books_read(enum nta_book book, struct nta_counters *sum);

#endif /* _NTA_BOOKS_H */
