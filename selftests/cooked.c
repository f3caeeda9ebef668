// SPDX-License-Identifier: GPL-2.0
/*
 * cooked - to be preloaded: makes libnetatop tell what no module should
 *
 *	COOKED=books	one packet more in the total than in all other terms
 *	COOKED=new	the module speaks version 9 of the protocol
 *	COOKED=old	the module speaks version 0 of the protocol
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libnetatop.h>

static int is(const char *what)
{
	const char *cooked = getenv("COOKED");

	return cooked && !strcmp(cooked, what);
}

int netatop_open(struct netatop **nta, unsigned int flags)
{
	int (*real)(struct netatop **nta, unsigned int flags) = dlsym(RTLD_NEXT, "netatop_open");

	*nta = NULL;
	if (!flags && (is("new") || is("old")))
		return -EPROTONOSUPPORT;
	return real(nta, flags);
}

unsigned int netatop_family_version(const struct netatop *nta)
{
	unsigned int (*real)(const struct netatop *nta) = dlsym(RTLD_NEXT, "netatop_family_version");

	return is("new") ? 9 : is("old") ? 0 : real(nta);
}

int netatop_get_books(struct netatop *nta, struct netatop_books *books)
{
	int (*real)(struct netatop *nta, struct netatop_books *books) =
		dlsym(RTLD_NEXT, "netatop_get_books");
	int err = real(nta, books);
	unsigned int i;

	for (i = 0; !err && is("books") && i < books->count; i++)
		books->book[i].counters.udp_snd_packets += !strcmp(books->book[i].name, "total");
	return err;
}
