// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is asked of the module: tasks, flows, books, tunables.
 */
#include "handle.h"
#include "attr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct walk - a walk by pages
 * @nta:    handle
 * @cmd:    its command
 * @tell:   reads a message and calls back
 * @cb:	    the callback, of the type that @tell knows
 * @data:   for @cb
 * @cursor: where the next page begins
 * @ended:  the page has had its end
 * @ret:    what @cb returned
 */
struct walk {
	struct netatop *nta;
	uint8_t cmd;
	int (*tell)(struct walk *walk, const struct nlmsghdr *nlh);
	union {
		netatop_task_cb task;
		netatop_flow_cb flow;
	} cb;
	void *data;
	struct nta_cursor cursor;
	bool ended;
	int ret;
};

#define MATCH_ALL (NETATOP_MATCH_THREADS | NETATOP_MATCH_TGID | NETATOP_MATCH_UID | \
		   NETATOP_MATCH_CGROUP | NETATOP_MATCH_NETNS_INO | \
		   NETATOP_MATCH_NETNS_COOKIE | NETATOP_MATCH_SINCE | NETATOP_MATCH_L4PROTO)

static void put_filter(struct nlmsghdr *nlh, const struct netatop_filter *filter)
{
	uint64_t match = filter->match;

	if (match & NETATOP_MATCH_THREADS)
		mnl_attr_put(nlh, NETATOP_A_THREADS, 0, NULL);
	if (match & NETATOP_MATCH_TGID)
		mnl_attr_put_u32(nlh, NETATOP_A_TGID, filter->tgid);
	if (match & NETATOP_MATCH_UID)
		mnl_attr_put_u32(nlh, NETATOP_A_UID, filter->uid);
	if (match & NETATOP_MATCH_CGROUP)
		mnl_attr_put_u64(nlh, NETATOP_A_CGROUP, filter->cgroup);
	if (match & NETATOP_MATCH_NETNS_INO)
		mnl_attr_put_u32(nlh, NETATOP_A_NETNS_INO, filter->netns_ino);
	if (match & NETATOP_MATCH_NETNS_COOKIE)
		mnl_attr_put_u64(nlh, NETATOP_A_NETNS_COOKIE, filter->netns_cookie);
	if (match & NETATOP_MATCH_SINCE)
		mnl_attr_put_u64(nlh, NETATOP_A_SINCE, filter->since);
	if (match & NETATOP_MATCH_L4PROTO)
		mnl_attr_put_u8(nlh, NETATOP_A_L4PROTO, filter->l4proto);
}

static int take_page(const struct nlmsghdr *nlh, void *arg)
{
	struct walk *walk = arg;

	if (walk->ended)
		return -EBADMSG;
	if (walk->nta->head.cmd == NETATOP_CMD_PAGE_END) {
		walk->ended = true;
		return nta_parse_cursor(nlh, &walk->cursor);
	}
	if (walk->nta->head.cmd != walk->cmd)
		return -EBADMSG;
	return walk->ret ? 0 : walk->tell(walk, nlh);
}

/* @moved: the walk was to be flagged, on this page or an earlier one. */
static int next_page(struct walk *walk, const struct netatop_filter *filter, bool *moved)
{
	struct nta_request req;
	int err;

	nta_request_init(&req, walk->cmd, 0);
	mnl_attr_put(req.nlh, NETATOP_A_CURSOR, walk->cursor.len, walk->cursor.data);
	if (walk->cmd == NETATOP_CMD_TASK_GET)
		mnl_attr_put(req.nlh, NETATOP_A_TABLE, 0, NULL);
	if (filter)
		put_filter(req.nlh, filter);
	walk->ended = false;
	err = nta_ask(walk->nta, &req, take_page, walk);
	*moved |= walk->nta->moved;
	if (walk->ret)
		return walk->ret;
	if (err)
		return err;
	return walk->ended ? 0 : -EBADMSG;
}

static int walk_pages(struct walk *walk, const struct netatop_filter *filter)
{
	struct netatop *nta = walk->nta;
	bool moved = false;
	int err = nta_begin(nta);

	if (err)
		return err;
	if (filter && filter->match & ~MATCH_ALL)
		err = nta_fail(nta, -EINVAL, "a filter that this library does not know");
	while (!err) {
		err = next_page(walk, filter, &moved);
		if (!walk->cursor.len)
			break;
	}
	if (!err && moved)
		err = nta_fail(nta, -EINTR, "entries moved during the walk");
	return nta_end(nta, err);
}

static int tell_tasks(struct walk *walk, const struct nlmsghdr *nlh)
{
	struct netatop_task task;
	struct nta_rows rows;
	int err = nta_parse_rows(nlh, &rows);

	if (err)
		return err;
	while (!walk->ret && (err = nta_rows_next(&rows, &task)) > 0)
		walk->ret = walk->cb.task(&task, walk->data);
	return err < 0 ? err : 0;
}

NTA_PUBLIC int netatop_walk_tasks(struct netatop *nta, const struct netatop_filter *filter,
				  netatop_task_cb cb, void *data)
{
	struct walk walk = {
		.nta	= nta,
		.cmd	= NETATOP_CMD_TASK_GET,
		.tell	= tell_tasks,
		.cb	= { .task = cb },
		.data	= data,
	};

	return walk_pages(&walk, filter);
}

static int tell_flow(struct walk *walk, const struct nlmsghdr *nlh)
{
	struct netatop_flow flow;
	int err = nta_parse_flow(nlh, &flow);

	if (!err)
		walk->ret = walk->cb.flow(&flow, walk->data);
	return err;
}

NTA_PUBLIC int netatop_walk_flows(struct netatop *nta, const struct netatop_filter *filter,
				  netatop_flow_cb cb, void *data)
{
	struct walk walk = {
		.nta	= nta,
		.cmd	= NETATOP_CMD_FLOW_GET,
		.tell	= tell_flow,
		.cb	= { .flow = cb },
		.data	= data,
	};

	return walk_pages(&walk, filter);
}

/* An answer of one message. */
struct single {
	struct netatop *nta;
	uint8_t cmd;
	int (*parse)(const struct nlmsghdr *nlh, void *to);
	void *to;
	bool seen;
};

static int take_single(const struct nlmsghdr *nlh, void *arg)
{
	struct single *single = arg;

	if (single->seen || single->nta->head.cmd != single->cmd)
		return -EBADMSG;
	single->seen = true;
	return single->parse(nlh, single->to);
}

static int get_single(struct single *single, struct nta_request *req)
{
	int err = nta_ask(single->nta, req, take_single, single);

	return err || single->seen ? err : -EBADMSG;
}

static int parse_task(const struct nlmsghdr *nlh, void *to)
{
	return nta_parse_task(nlh, to);
}

static int get_task(struct netatop *nta, int attr, pid_t id, struct netatop_task *task)
{
	struct single single = {
		.nta	= nta,
		.cmd	= NETATOP_CMD_TASK_GET,
		.parse	= parse_task,
		.to	= task,
	};
	struct nta_request req;
	int err = nta_begin(nta);

	if (err)
		return err;
	nta_request_init(&req, NETATOP_CMD_TASK_GET, 0);
	mnl_attr_put_u32(req.nlh, attr, id);
	return nta_end(nta, get_single(&single, &req));
}

NTA_PUBLIC int netatop_get_task(struct netatop *nta, pid_t tgid, struct netatop_task *task)
{
	return get_task(nta, NETATOP_A_TGID, tgid, task);
}

NTA_PUBLIC int netatop_get_thread(struct netatop *nta, pid_t tid, struct netatop_task *task)
{
	return get_task(nta, NETATOP_A_TID, tid, task);
}

static int parse_books(const struct nlmsghdr *nlh, void *to)
{
	return nta_parse_books(nlh, to);
}

NTA_PUBLIC int netatop_get_books(struct netatop *nta, struct netatop_books *books)
{
	struct single single = {
		.nta	= nta,
		.cmd	= NETATOP_CMD_BOOKS_GET,
		.parse	= parse_books,
		.to	= books,
	};
	struct nta_request req;
	int err = nta_begin(nta);

	if (err)
		return err;
	nta_request_init(&req, NETATOP_CMD_BOOKS_GET, 0);
	return nta_end(nta, get_single(&single, &req));
}

/* They are collected first: a dump holds the module, and a callback may wait. */
struct tunables {
	struct netatop *nta;
	struct netatop_tunable *all;
	size_t count;
};

static int take_tunable(const struct nlmsghdr *nlh, void *arg)
{
	struct tunables *tunables = arg;
	struct netatop_tunable *all;

	if (tunables->nta->head.cmd != NETATOP_CMD_TUNABLE_GET)
		return -EBADMSG;
	all = reallocarray(tunables->all, tunables->count + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	tunables->all = all;
	return nta_parse_tunable(nlh, &all[tunables->count++]);
}

NTA_PUBLIC int netatop_walk_tunables(struct netatop *nta, netatop_tunable_cb cb, void *data)
{
	struct tunables tunables = { .nta = nta };
	struct nta_request req;
	int err = nta_begin(nta);
	size_t i;

	if (err)
		return err;
	nta_request_init(&req, NETATOP_CMD_TUNABLE_GET, NLM_F_DUMP);
	err = nta_ask(nta, &req, take_tunable, &tunables);
	for (i = 0; !err && i < tunables.count; i++)
		err = cb(&tunables.all[i], data);
	free(tunables.all);
	return nta_end(nta, err);
}
