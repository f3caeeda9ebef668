/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of all kinds, and what parses them.
 */
#ifndef _KINDS_H
#define _KINDS_H

#include "mock.h"

struct kind {
	void (*make)(struct nlmsghdr *nlh);
	int (*parse)(const struct nlmsghdr *nlh);
	/* what is left of it when it is cut short can be whole */
	bool open_end;
};

#define KINDS 10
extern const struct kind kinds[KINDS];

/* These put the attributes of a message. */
void make_task(struct nlmsghdr *nlh);
void make_rows(struct nlmsghdr *nlh);
void make_entry4(struct nlmsghdr *nlh);
void make_entry6(struct nlmsghdr *nlh);
void make_tcp_socket(struct nlmsghdr *nlh);
void make_udp_socket(struct nlmsghdr *nlh);
void make_books_of(struct nlmsghdr *nlh, unsigned int count);
void make_books(struct nlmsghdr *nlh);
void make_tunable(struct nlmsghdr *nlh);
void make_page_end(struct nlmsghdr *nlh);
void put_book(struct nlmsghdr *nlh, const char *name, uint64_t first);

/* A message of its own in @buf. */
struct nlmsghdr *make(struct mock_buf *buf, void (*maker)(struct nlmsghdr *nlh));
/* NLMSG_ERROR: has a request of @size bytes, whose header says @said. */
struct nlmsghdr *refusal(struct mock_buf *buf, uint16_t flags, uint32_t size, uint32_t said,
			 int error, const char *text);

/* They return what the parser does. */
int parse_head(const struct nlmsghdr *nlh);
int parse_family(const struct nlmsghdr *nlh);
int parse_error(const struct nlmsghdr *nlh);
int parse_flow(const struct nlmsghdr *nlh);
int parse_rows(const struct nlmsghdr *nlh);

#endif /* _KINDS_H */
