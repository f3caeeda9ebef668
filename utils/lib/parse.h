/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From netlink messages to the structures of libnetatop.h.  Nothing here trusts
 * a length or the presence of an attribute.
 */
#ifndef _NTA_PARSE_H
#define _NTA_PARSE_H

#include "libnetatop.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct nta_head - what all messages of the module have
 * @cmd:    enum netatop_cmd
 * @cookie: of the load
 * @time:   of the walk or message
 */
struct nta_head {
	uint8_t cmd;
	uint64_t cookie;
	uint64_t time;
};

/**
 * struct nta_family - a generic netlink family
 * @id:	     type of its messages; 0: not known
 * @version: its version
 * @group:   id of the multicast group asked for; 0: it has none of that name
 */
struct nta_family {
	uint16_t id;
	uint32_t version;
	uint32_t group;
};

/**
 * struct nta_cursor - where a walk goes on
 * @len:  bytes in @data; 0: at its beginning, or it is over
 * @data: means something to the module only
 */
struct nta_cursor {
	size_t len;
	unsigned char data[NETATOP_CURSOR_SIZE];
};

/**
 * struct nta_rows - rows of a table
 * @boot: ns from the epoch to boottime 0
 * @size: bytes from one to the next
 * @at:	  the next one
 * @end:  end of them all
 */
struct nta_rows {
	uint64_t boot;
	size_t size;
	const char *at;
	const char *end;
};

/* All of these return 0 or -EBADMSG. */
int nta_parse_head(const struct nlmsghdr *nlh, struct nta_head *head);
int nta_parse_task(const struct nlmsghdr *nlh, struct netatop_task *task);
int nta_parse_flow(const struct nlmsghdr *nlh, struct netatop_flow *flow);
int nta_parse_late(const struct nlmsghdr *nlh, struct netatop_counters *counters);
int nta_parse_tunable(const struct nlmsghdr *nlh, struct netatop_tunable *tunable);
int nta_parse_cursor(const struct nlmsghdr *nlh, struct nta_cursor *cursor);

int nta_parse_rows(const struct nlmsghdr *nlh, struct nta_rows *rows);

/**
 * nta_rows_next() - read a row
 * @rows: the rows
 * @task: set
 *
 * Return: 1; 0 there is no more; -EBADMSG.
 */
int nta_rows_next(struct nta_rows *rows, struct netatop_task *task);

/* Also -EOVERFLOW: more terms than NETATOP_BOOKS_MAX. */
int nta_parse_books(const struct nlmsghdr *nlh, struct netatop_books *books);

/**
 * nta_parse_family() - read what the controller says of a family
 * @nlh:    message of nlctrl
 * @name:   the family that is looked for
 * @group:  its multicast group that is looked for
 * @family: what is said
 *
 * Return: 0; -ENOENT it is about another family; -EBADMSG.
 */
int nta_parse_family(const struct nlmsghdr *nlh, const char *name,
		     const char *group, struct nta_family *family);

/**
 * nta_parse_error() - read NLMSG_ERROR or NLMSG_DONE
 * @nlh:  the message
 * @text: what the kernel says, as far as it fits; unchanged if nothing
 * @size: room there
 *
 * Return: 0, the error that is told, or -EBADMSG.
 */
int nta_parse_error(const struct nlmsghdr *nlh, char *text, size_t size);

#endif /* _NTA_PARSE_H */
