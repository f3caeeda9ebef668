// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finished processes.  Who takes one off the module's list is the only one to
 * have it: none must get lost here.
 */
#include "handle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An answer is one datagram of at most that size, so there is room for it. */
static int take_exit(const struct nlmsghdr *nlh, void *arg)
{
	struct netatop *nta = arg;
	size_t len = MNL_ALIGN(nlh->nlmsg_len);

	if (nta->head.cmd != NETATOP_CMD_EXIT_READ || len > NETATOP_PAGE_SIZE - nta->taken_end)
		return -EBADMSG;
	memcpy(nta->taken + nta->taken_end, nlh, nlh->nlmsg_len);
	nta->taken_end += len;
	return 0;
}

static int take_exits(struct netatop *nta, unsigned int limit)
{
	struct nta_request req;

	/* before any is taken */
	if (!nta->taken)
		nta->taken = malloc(NETATOP_PAGE_SIZE);
	if (!nta->taken)
		return -ENOMEM;
	nta->taken_at = 0;
	nta->taken_end = 0;
	nta_request_init(&req, NETATOP_CMD_EXIT_READ, 0);
	if (limit)
		mnl_attr_put_u32(req.nlh, NETATOP_A_LIMIT, limit);
	return nta_ask(nta, &req, take_exit, nta);
}

NTA_PUBLIC int netatop_read_exits(struct netatop *nta, unsigned int limit,
				  netatop_task_cb cb, void *data)
{
	int err = nta_begin(nta), damaged = 0;

	if (err)
		return err;
	if (nta->taken_at == nta->taken_end)
		damaged = take_exits(nta, limit);
	/* those that came, also if something is wrong with others */
	while (!err && nta->taken_at < nta->taken_end) {
		const struct nlmsghdr *nlh = (const void *)(nta->taken + nta->taken_at);
		struct netatop_task task;

		nta->taken_at += MNL_ALIGN(nlh->nlmsg_len);
		if (!nta_parse_task(nlh, &task))
			err = cb(&task, data);
		else
			damaged = -EBADMSG;
	}
	return nta_end(nta, err ? err : damaged);
}

/* A walk over what stays on the list. */
struct holding {
	struct netatop *nta;
	netatop_task_cb cb;
	void *data;
	int ended;
};

static int hold_exit(const struct nlmsghdr *nlh, void *arg)
{
	struct holding *holding = arg;
	struct netatop *nta = holding->nta;
	struct netatop_task task;

	if (nta->head.cmd != NETATOP_CMD_EXIT_READ)
		return -EBADMSG;
	nta->held_cookie = nta->head.cookie;
	if (holding->ended)
		return 0;
	if (nta_parse_task(nlh, &task) || !(task.present & NETATOP_HAS_EXIT_SEQ))
		return -EBADMSG;
	holding->ended = holding->cb(&task, holding->data);
	return 0;
}

NTA_PUBLIC int netatop_hold_exits(struct netatop *nta, uint64_t done, unsigned int limit,
				  netatop_task_cb cb, void *data)
{
	struct holding holding = { .nta = nta, .cb = cb, .data = data };
	struct nta_request req;
	int err = nta_begin(nta);

	if (err)
		return err;
	nta_request_init(&req, NETATOP_CMD_EXIT_READ, 0);
	mnl_attr_put(req.nlh, NETATOP_A_HOLD, 0, NULL);
	if (done) {
		mnl_attr_put_u64(req.nlh, NETATOP_A_EXIT_SEQ, done);
		mnl_attr_put_u64(req.nlh, NETATOP_A_COOKIE, nta->held_cookie);
	}
	if (limit)
		mnl_attr_put_u32(req.nlh, NETATOP_A_LIMIT, limit);
	err = nta_ask(nta, &req, hold_exit, &holding);
	return nta_end(nta, holding.ended ? holding.ended : err);
}
