/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages as the module sends them, and worse; and a kernel that sends them.
 */
#ifndef _MOCK_H
#define _MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../parse.h"

#define COOKIE 0x1122334455667788ULL
#define TIME 987654321ULL
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* --- messages */

/* A buffer of one or more messages. */
struct mock_buf {
	size_t len;
	char data[NETATOP_PAGE_SIZE * 2] __attribute__((aligned(8)));
};

/* Begins a message at the end of @buf; mock_end() closes it. */
struct nlmsghdr *mock_begin(struct mock_buf *buf, uint16_t type, uint8_t cmd,
			    uint16_t flags, uint32_t seq);
void mock_end(struct mock_buf *buf, struct nlmsghdr *nlh);

/* COOKIE and TIME. */
void mock_put_head(struct nlmsghdr *nlh);
/* The eight counters, @first and those that follow it. */
void mock_put_counters(struct nlmsghdr *nlh, int type, uint64_t first);
/* A process with all that there can be; @tid != 0: a thread. */
void mock_put_task(struct nlmsghdr *nlh, uint32_t tgid, uint32_t tid);
/* The same, as a row of a table. */
void mock_row(struct netatop_row *row, uint32_t tgid, uint32_t tid);
void mock_put_rows(struct nlmsghdr *nlh, const void *rows, size_t len, uint32_t size);
void mock_put_tuple(struct nlmsghdr *nlh, int type, size_t addr_len, uint8_t first);
void mock_put_owner(struct nlmsghdr *nlh, int type, uint32_t kind, uint32_t tgid);

/* A copy of just its length on the heap, so that reading past it is noticed. */
struct nlmsghdr *mock_copy(const struct nlmsghdr *nlh, size_t len);

/* --- the kernel */

/* What the next receiving on a socket gives. */
struct mock_datagram {
	struct mock_datagram *next;
	int error;
	uint32_t from;
	size_t len;
	char data[];
};

struct mock_socket {
	struct mock_datagram *first;
	struct mock_datagram **last;
};

/**
 * struct mock_kernel - the state of it
 * @id:	      of the module's family; 0: it is not loaded
 * @version:  of the family
 * @group:    id of its group
 * @answer:   answers a request to the module
 * @requests: how many of them there were
 * @finds:    how often families were listed
 * @joined:   the group that was joined last
 * @join_error: what joining the module's group fails with
 * @send_eintr: how many sendings are interrupted
 */
struct mock_kernel {
	uint16_t id;
	uint32_t version;
	uint32_t group;
	void (*answer)(int fd, const struct nlmsghdr *request);
	unsigned int requests;
	unsigned int finds;
	uint32_t joined;
	int join_error;
	int send_eintr;
};

extern struct mock_kernel mock;

/* For each test. */
int mock_setup(void **state);
int mock_teardown(void **state);

void mock_push(int fd, const void *data, size_t len);
void mock_push_from(int fd, const void *data, size_t len, uint32_t portid);
void mock_push_error(int fd, int error);
bool mock_is_empty(int fd);

/* NLMSG_ERROR for @request, with a text unless it is NULL. */
void mock_push_refusal(int fd, const struct nlmsghdr *request, int error, const char *text);
void mock_put_done(struct mock_buf *buf, uint32_t seq, int error);
/* What the controller says of a family. */
void mock_put_family(struct mock_buf *buf, uint8_t cmd, uint16_t flags, uint32_t seq,
		     const char *name, uint16_t id, uint32_t version,
		     const char *group, uint32_t group_id);

#define MOCK_TEST(name) cmocka_unit_test_setup_teardown(name, mock_setup, mock_teardown)

#endif /* _MOCK_H */
