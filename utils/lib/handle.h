/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A handle: its socket, the requests that go out and the answers that come.
 */
#ifndef _NTA_HANDLE_H
#define _NTA_HANDLE_H

#include "parse.h"

#include <libmnl/libmnl.h>

#define NTA_PUBLIC __attribute__((visibility("default")))

/* Enough for a request with all attributes that there are. */
#define NTA_REQUEST_SIZE 512

/**
 * struct netatop - a handle
 * @sock:    netlink socket
 * @id:	     type of the module's messages; 0: not known, or not usable
 * @version: of the family that was found last, also if it cannot be used
 * @seq:     number of the last request
 * @head:    of the last message of the module
 * @busy:    a function is at work
 * @moved:   a message of this answer was flagged NLM_F_DUMP_INTR
 * @taken:   messages of finished processes that have not been told yet
 * @taken_at: where the next of them is
 * @taken_end: where they end
 * @held_cookie: load of the module that netatop_hold_exits() was last told of
 * @text:    why the last function failed
 * @buf:     what is received
 */
struct netatop {
	struct mnl_socket *sock;
	uint16_t id;
	uint32_t version;
	uint32_t seq;
	struct nta_head head;
	bool busy;
	bool moved;
	char *taken;
	size_t taken_at;
	size_t taken_end;
	uint64_t held_cookie;
	char text[256];
	char buf[NETATOP_PAGE_SIZE] __attribute__((aligned(8)));
};

/**
 * struct nta_request - a request
 * @nlh: the message
 * @buf: room for it
 */
struct nta_request {
	struct nlmsghdr *nlh;
	char buf[NTA_REQUEST_SIZE] __attribute__((aligned(8)));
};

/*
 * Takes a message of an answer.  The first negative return is the error that the
 * request ends with; the other messages of the answer are given all the same.
 */
typedef int (*nta_answer_fn)(const struct nlmsghdr *nlh, void *arg);

/**
 * nta_begin() - a function begins to use a handle
 * @nta: handle
 *
 * Return: 0 or -EBUSY.
 */
int nta_begin(struct netatop *nta);

/**
 * nta_end() - the function ends
 * @nta: handle
 * @ret: what it returns
 *
 * Return: @ret.
 */
int nta_end(struct netatop *nta, int ret);

/**
 * nta_fail() - say why
 * @nta:  handle
 * @err:  the error
 * @text: the reason
 *
 * Return: @err.
 */
int nta_fail(struct netatop *nta, int err, const char *text);

/**
 * nta_request_init() - begin a request
 * @req:   the request
 * @cmd:   its command
 * @flags: NLM_F_* but for NLM_F_REQUEST
 */
void nta_request_init(struct nta_request *req, uint8_t cmd, uint16_t flags);

/**
 * nta_ask() - send a request to the module and take its answer
 * @nta:  handle
 * @req:  the request
 * @take: is given each message, with nta->head set
 * @arg:  for @take
 *
 * Finds the module anew if it has been loaded anew.
 *
 * Return: 0 or a negative error number.
 */
int nta_ask(struct netatop *nta, struct nta_request *req, nta_answer_fn take, void *arg);

/**
 * nta_find() - find a family
 * @nta:    handle
 * @name:   its name
 * @group:  a multicast group of it
 * @family: what was found
 *
 * Return: 0; -ENOENT there is none; another negative error number.
 */
int nta_find(struct netatop *nta, const char *name, const char *group,
	     struct nta_family *family);

/**
 * nta_find_module() - find the module's family
 * @nta:    handle, whose version is set
 * @family: what was found
 *
 * Return: 0; -ENODEV there is none; -EPROTONOSUPPORT it is of another version;
 * another negative error number.
 */
int nta_find_module(struct netatop *nta, struct nta_family *family);

/**
 * nta_receive() - receive a datagram from the kernel, if there is one
 * @sock: the socket
 * @buf:  room
 * @size: of it
 *
 * Return: its length; -EAGAIN there is none; -EMSGSIZE it was longer; -ENOBUFS
 * there was no room for some; another negative error number.
 */
ssize_t nta_receive(struct mnl_socket *sock, void *buf, size_t size);

#endif /* _NTA_HANDLE_H */
