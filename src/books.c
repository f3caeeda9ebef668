// SPDX-License-Identifier: GPL-2.0
/*
 * The terms of the books, wherever they are kept.
 */
#include "books.h"
#include "exitlist.h"
#include "record.h"
#include "stats.h"
#include "task.h"

/**
 * nta_books_read() - read one term
 * @book: the term
 * @sum: set
 *
 * Process context, may sleep.  While packets pass, two terms that are read
 * one after the other are of two moments.
 */
void nta_books_read(enum nta_book book, struct nta_counters *sum)
{
	memset(sum, 0, sizeof(*sum));

	switch (book) {
	case NTA_BOOK_TOTAL:
		nta_stats_term(NTA_TOTAL, sum);
		break;
	case NTA_BOOK_TASKS:
		nta_task_sum(sum);
		break;
	case NTA_BOOK_EXITED:
		nta_exitlist_sum(sum);
		break;
	case NTA_BOOK_RETIRED:
		nta_stats_term(NTA_RETIRED, sum);
		break;
	case NTA_BOOK_UNOWNED:
		nta_record_sum(NTA_RECORD_UNOWNED, sum);
		break;
	case NTA_BOOK_UNIDENTIFIED:
		nta_stats_term(NTA_UNIDENTIFIED, sum);
		break;
	case NTA_BOOK_TUNNEL:
		nta_stats_term(NTA_TUNNEL, sum);
		break;
	case NTA_BOOK_EXCLUDED:
		nta_stats_term(NTA_EXCLUDED, sum);
		break;
	case NTA_BOOKS:
		break;
	}
}
