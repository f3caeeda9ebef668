// SPDX-License-Identifier: LGPL-2.1-or-later
#include "answers.h"

#include <linux/genetlink.h>

struct netatop *nta;

int setup(void **state)
{
	mock_setup(state);
	assert_int_equal(netatop_open(&nta, 0), 0);
	return 0;
}

int teardown(void **state)
{
	netatop_close(nta);
	return mock_teardown(state);
}

const struct nlattr *attr_of(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *attr, *found = NULL;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == type)
			found = attr;
	return found;
}

uint8_t cmd_of(const struct nlmsghdr *nlh)
{
	return ((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
}

void put_tasks(struct mock_buf *buf, const struct nlmsghdr *request, uint8_t cmd,
	       uint32_t first, unsigned int count)
{
	while (count--) {
		struct nlmsghdr *nlh = mock_begin(buf, request->nlmsg_type, cmd, NLM_F_MULTI,
						  request->nlmsg_seq);

		mock_put_head(nlh);
		mock_put_task(nlh, first++, 0);
		mock_end(buf, nlh);
	}
}

void put_rows(struct mock_buf *buf, const struct nlmsghdr *request, uint8_t cmd,
	      uint32_t first, unsigned int count)
{
	struct nlmsghdr *nlh = mock_begin(buf, request->nlmsg_type, cmd, NLM_F_MULTI,
					  request->nlmsg_seq);
	struct netatop_row rows[count];
	unsigned int i;

	for (i = 0; i < count; i++)
		mock_row(&rows[i], first++, 0);
	mock_put_head(nlh);
	mock_put_rows(nlh, rows, sizeof(rows), sizeof(*rows));
	mock_end(buf, nlh);
}

void put_page_end(struct mock_buf *buf, const struct nlmsghdr *request, uint16_t flags,
		  const void *cursor, size_t len)
{
	struct nlmsghdr *nlh = mock_begin(buf, request->nlmsg_type, NETATOP_CMD_PAGE_END,
					  NLM_F_MULTI | flags, request->nlmsg_seq);

	mock_put_head(nlh);
	if (len)
		mnl_attr_put(nlh, NETATOP_A_CURSOR, len, cursor);
	mock_end(buf, nlh);
	mock_put_done(buf, request->nlmsg_seq, 0);
}

int take_task(const struct netatop_task *task, void *data)
{
	struct told *told = data;

	told->last = task->tgid;
	told->count++;
	return told->count == told->stop_at ? 77 : 0;
}

void answer_task(int fd, const struct nlmsghdr *request)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mock_begin(&buf, request->nlmsg_type, NETATOP_CMD_TASK_GET, 0,
					  request->nlmsg_seq);
	uint32_t tid = 0, tgid = 500;

	assert_int_equal(cmd_of(request), NETATOP_CMD_TASK_GET);
	assert_false(request->nlmsg_flags & NLM_F_DUMP);
	assert_null(attr_of(request, NETATOP_A_CURSOR));
	if (attr_of(request, NETATOP_A_TID))
		tid = mnl_attr_get_u32(attr_of(request, NETATOP_A_TID));
	if (attr_of(request, NETATOP_A_TGID))
		tgid = mnl_attr_get_u32(attr_of(request, NETATOP_A_TGID));
	mock_put_head(nlh);
	mock_put_task(nlh, tgid, tid);
	mock_end(&buf, nlh);
	mock_push(fd, buf.data, buf.len);
}
