// SPDX-License-Identifier: GPL-2.0
/*
 * netatop books: every packet is in one term, and the terms add up.
 */
#include "books.h"
#include "common.h"
#include "json.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

const char usage_books[] =
	"[-j]\n\n"
	"Shows where all packets are booked.  Ends with 1 if the terms do not add up to\n"
	"the total; what moves meanwhile is waited for, for two seconds at most.\n\n"
	"  -j, --json  JSON\n";

#define FIGURES	(sizeof(struct netatop_counters) / sizeof(uint64_t))

static const char *const figures[FIGURES] = {
	"tcp_snd_packets", "tcp_snd_bytes", "tcp_rcv_packets", "tcp_rcv_bytes",
	"udp_snd_packets", "udp_snd_bytes", "udp_rcv_packets", "udp_rcv_bytes",
};

/* In @left of the balance, what is less than none is negative. */
static int64_t signed_figure(const struct netatop_counters *c, size_t i)
{
	return (int64_t)((const uint64_t *)c)[i];
}

static void print_json(const struct balance *balance)
{
	const struct netatop_books *books = &balance->books;
	json_t *object = json_object(), *terms = json_object();
	size_t i;

	json_put_text(object, "version", books->version);
	json_put(object, "balanced", json_boolean(balance->balanced));
	json_put(object, "exact", json_boolean(balance->exact));
	for (i = 0; i < books->count; i++) {
		json_t *term = json_object();

		json_put_counters(term, &books->book[i].counters);
		json_put(strcmp(books->book[i].name, "total") ? terms : object,
			 books->book[i].name, term);
	}
	json_put(object, "terms", terms);
	terms = json_object();
	for (i = 0; i < FIGURES; i++)
		json_put(terms, figures[i], json_integer(signed_figure(&balance->left, i)));
	json_put(object, "difference", terms);
	json_print(object);
}

static void print_line(const char *name, const uint64_t *figure)
{
	char buf[CLEAN_SIZE(NETATOP_NAME_SIZE)];
	size_t i;

	printf("%-13s", clean_text(name, buf, sizeof(buf)));
	for (i = 0; i < FIGURES; i++)
		printf(i % 2 ? " %14" PRIu64 : " %11" PRIu64, figure[i]);
	putchar('\n');
}

static void print_table(const struct balance *balance)
{
	const struct netatop_books *books = &balance->books;
	const struct netatop_counters *total = books_total(books);
	size_t i;

	printf("%-13s %26s %26s %26s %26s\n%-13s", "", "TCP sent", "TCP received", "UDP sent",
	       "UDP received", "");
	for (i = 0; i < FIGURES; i++)
		printf(i % 2 ? " %14s" : " %11s", i % 2 ? "bytes" : "packets");
	putchar('\n');
	for (i = 0; i < books->count; i++)
		if (&books->book[i].counters != total)
			print_line(books->book[i].name, (const uint64_t *)&books->book[i].counters);
	print_line("total", (const uint64_t *)total);
	if (balance->exact)
		return;
	printf("%-13s", "difference");
	for (i = 0; i < FIGURES; i++)
		printf(i % 2 ? " %14" PRId64 : " %11" PRId64, signed_figure(&balance->left, i));
	putchar('\n');
}

int cmd_books(int argc, char **argv, const struct options *opt)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	bool json = opt->json;
	struct balance balance;
	struct netatop *nta;
	int c, err;

	while ((c = getopt_long(argc, argv, ":j", longs, NULL)) != -1) {
		if (c != 'j')
			return option_error("books", c, argv);
		json = true;
	}
	if (optind < argc)
		return usage_error("books", "%s is one argument too many", argv[optind]);
	nta = open_module();
	if (!nta)
		return FAILED;
	err = books_read(nta, &balance);
	if (err)
		explain(err, netatop_error_text(nta), netatop_family_version(nta), "the books");
	netatop_close(nta);
	if (err)
		return FAILED;
	if (json)
		print_json(&balance);
	else
		print_table(&balance);
	if (balance.exact)
		return DONE;
	if (balance.balanced && !json)
		complain("traffic passes all the time: the difference is no more than what came while the books were read");
	else if (!json)
		complain("the books do not balance");
	return balance.balanced ? DONE : FAILED;
}
