// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Walks: pages, filters, what moves or goes away meanwhile, and nonsense.
 */
#include "answers.h"

#include <linux/genetlink.h>
#include <sys/socket.h>

static int take_flow(const struct netatop_flow *flow, void *data)
{
	struct told *told = data;

	told->last = flow->ct_id;
	told->count++;
	return told->count == told->stop_at ? 77 : 0;
}

/* --- walks */

static unsigned int page;
static const char *const cursors[] = { "", "first", "2", "a longer cursor, as the module likes" };

static void answer_pages(int fd, const struct nlmsghdr *request)
{
	const struct nlattr *cursor = attr_of(request, NETATOP_A_CURSOR);
	struct mock_buf buf = { 0 };

	assert_non_null(cursor);
	assert_non_null(attr_of(request, NETATOP_A_TABLE));
	assert_false(request->nlmsg_flags & NLM_F_DUMP);
	assert_int_equal(mnl_attr_get_payload_len(cursor), strlen(cursors[page]));
	assert_memory_equal(mnl_attr_get_payload(cursor), cursors[page], strlen(cursors[page]));
	page++;
	/* one page without any */
	if (page != 2)
		put_rows(&buf, request, NETATOP_CMD_TASK_GET, page * 100, 40);
	put_page_end(&buf, request, 0, page < 4 ? cursors[page] : NULL,
		     page < 4 ? strlen(cursors[page]) : 0);
	mock_push(fd, buf.data, buf.len);
}

static void walks_page_by_page(void **state)
{
	struct told told = { 0 };

	(void)state;
	page = 0;
	mock.answer = answer_pages;
	assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), 0);
	assert_int_equal(told.count, 120);
	assert_int_equal(told.last, 439);
	assert_int_equal(mock.requests, 4);
	/* a callback ends it; what is left of the page is not told */
	page = 0;
	told = (struct told){ .stop_at = 41 };
	assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), 77);
	assert_int_equal(told.count, 41);
	assert_int_equal(page, 3);
	page = 0;
	told = (struct told){ 0 };
	assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), 0);
	assert_int_equal(told.count, 120);
}

static void answer_filtered(int fd, const struct nlmsghdr *request)
{
	struct mock_buf buf = { 0 };

	assert_int_equal(mnl_attr_get_payload_len(attr_of(request, NETATOP_A_THREADS)), 0);
	assert_int_equal(mnl_attr_get_u32(attr_of(request, NETATOP_A_TGID)), 11);
	assert_int_equal(mnl_attr_get_u32(attr_of(request, NETATOP_A_UID)), 12);
	assert_true(mnl_attr_get_u64(attr_of(request, NETATOP_A_CGROUP)) == 1ULL << 40);
	assert_int_equal(mnl_attr_get_u32(attr_of(request, NETATOP_A_NETNS_INO)), 0xf0000013);
	assert_true(mnl_attr_get_u64(attr_of(request, NETATOP_A_NETNS_COOKIE)) == 1ULL << 41);
	assert_true(mnl_attr_get_u64(attr_of(request, NETATOP_A_SINCE)) == 1ULL << 42);
	assert_int_equal(mnl_attr_get_u8(attr_of(request, NETATOP_A_L4PROTO)), 17);
	put_page_end(&buf, request, 0, NULL, 0);
	mock_push(fd, buf.data, buf.len);
}

static void filters_are_passed_on(void **state)
{
	struct netatop_filter filter = {
		.match = 0xff, .tgid = 11, .uid = 12, .cgroup = 1ULL << 40,
		.netns_ino = 0xf0000013, .netns_cookie = 1ULL << 41, .since = 1ULL << 42,
		.l4proto = 17,
	};
	struct told told = { 0 };

	(void)state;
	mock.answer = answer_filtered;
	assert_int_equal(netatop_walk_tasks(nta, &filter, take_task, &told), 0);
	assert_int_equal(netatop_walk_flows(nta, &filter, take_flow, &told), 0);
	assert_int_equal(told.count, 0);
	filter.match |= 1ULL << 8;
	assert_int_equal(netatop_walk_tasks(nta, &filter, take_task, &told), -EINVAL);
	assert_string_equal(netatop_error_text(nta), "a filter that this library does not know");
	assert_int_equal(mock.requests, 2);
}

static void answer_moved_flows(int fd, const struct nlmsghdr *request)
{
	struct mock_buf buf = { 0 };
	int i;

	assert_int_equal(cmd_of(request), NETATOP_CMD_FLOW_GET);
	for (i = 0; i < 3; i++) {
		struct nlmsghdr *nlh = mock_begin(&buf, request->nlmsg_type, NETATOP_CMD_FLOW_GET,
						  NLM_F_MULTI, request->nlmsg_seq);

		mock_put_head(nlh);
		mnl_attr_put_u32(nlh, NETATOP_A_CT_ID, i + 1);
		mnl_attr_put_u8(nlh, NETATOP_A_L3PROTO, AF_INET);
		mnl_attr_put_u8(nlh, NETATOP_A_L4PROTO, 6);
		mock_put_tuple(nlh, NETATOP_A_TUPLE_ORIG, 4, 1);
		mock_put_tuple(nlh, NETATOP_A_TUPLE_REPLY, 4, 1);
		mock_put_owner(nlh, NETATOP_A_OWNER_ORIG, NETATOP_OWNER_NOBODY, 0);
		mock_put_owner(nlh, NETATOP_A_OWNER_REPLY, NETATOP_OWNER_NOBODY, 0);
		mock_end(&buf, nlh);
	}
	/* only the first of three pages is flagged */
	put_page_end(&buf, request, page ? 0 : NLM_F_DUMP_INTR, "x", page < 2);
	page++;
	mock_push(fd, buf.data, buf.len);
}

static void walk_over_moving_flows(void **state)
{
	struct told told = { 0 };

	(void)state;
	mock.answer = answer_moved_flows;
	page = 0;
	assert_int_equal(netatop_walk_flows(nta, NULL, take_flow, &told), -EINTR);
	assert_int_equal(told.count, 9);
	page = 1;
	told = (struct told){ 0 };
	assert_int_equal(netatop_walk_flows(nta, NULL, take_flow, &told), 0);
	assert_int_equal(told.count, 6);
}

static void answer_stale(int fd, const struct nlmsghdr *request)
{
	if (mnl_attr_get_payload_len(attr_of(request, NETATOP_A_CURSOR))) {
		mock_push_refusal(fd, request, -ESTALE, "the cursor is of another load");
		return;
	}
	answer_pages(fd, request);
	/* and it is gone and back before the second page */
	mock.id++;
}

static void reload_during_a_walk(void **state)
{
	struct told told = { 0 };

	(void)state;
	page = 0;
	mock.answer = answer_stale;
	assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), -ESTALE);
	assert_int_equal(told.count, 40);
	assert_int_equal(mock.finds, 2);
}

static int nested(const struct netatop_task *task, void *data)
{
	struct netatop_task other;

	(void)task;
	assert_int_equal(netatop_get_task(nta, 1, &other), -EBUSY);
	assert_int_equal(netatop_walk_tasks(nta, NULL, nested, NULL), -EBUSY);
	assert_int_equal(netatop_read_exits(nta, 0, nested, NULL), -EBUSY);
	assert_int_equal(netatop_get_books(nta, NULL), -EBUSY);
	assert_true(netatop_load_cookie(nta) == COOKIE);
	++*(int *)data;
	return -ENOENT;
}

static void callbacks_cannot_use_the_handle(void **state)
{
	int calls = 0;

	(void)state;
	page = 0;
	mock.answer = answer_pages;
	/* nor is what they return taken for an error of the kernel */
	assert_int_equal(netatop_walk_tasks(nta, NULL, nested, &calls), -ENOENT);
	assert_int_equal(calls, 1);
	assert_int_equal(mock.requests, 1);
}

/* --- nonsense */

static enum nonsense {
	NOTHING, TAIL, SHORT, HUGE_LENGTH, TOO_LONG, OTHER_TYPE, OTHER_CMD, NO_END, TWO_ENDS,
	BARE_ERROR, POSITIVE_ERROR, NONSENSE
} nonsense;

static void answer_nonsense(int fd, const struct nlmsghdr *request)
{
	static struct mock_buf buf;
	uint16_t type = request->nlmsg_type;
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf.data;

	memset(&buf, 0, sizeof(buf));
	put_rows(&buf, request, NETATOP_CMD_TASK_GET, 1, 1);
	if (nonsense != NO_END)
		put_page_end(&buf, request, 0, NULL, 0);
	switch (nonsense) {
	case NOTHING:
		return;
	case TAIL:
		buf.len += 8;
		break;
	case SHORT:
		buf.len = 12;
		break;
	case HUGE_LENGTH:
		nlh->nlmsg_len = 0x7ffffff0;
		break;
	case TOO_LONG:
		/* all that there is room for is well */
		nlh = (struct nlmsghdr *)(buf.data + buf.len);
		nlh->nlmsg_len = NETATOP_PAGE_SIZE - buf.len;
		nlh->nlmsg_type = NLMSG_NOOP;
		nlh->nlmsg_seq = request->nlmsg_seq;
		buf.len = NETATOP_PAGE_SIZE + 4;
		break;
	case OTHER_TYPE:
		nlh->nlmsg_type = type + 1;
		break;
	case OTHER_CMD:
		((struct genlmsghdr *)(nlh + 1))->cmd = NETATOP_CMD_FLOW_GET;
		break;
	case NO_END:
		mock_put_done(&buf, request->nlmsg_seq, 0);
		break;
	case TWO_ENDS:
		buf.len = 0;
		put_page_end(&buf, request, 0, "c", 1);
		buf.len -= 20;
		put_page_end(&buf, request, 0, "c", 1);
		break;
	case BARE_ERROR:
		nlh->nlmsg_type = NLMSG_ERROR;
		nlh->nlmsg_len = 18;
		buf.len = 20;
		break;
	case POSITIVE_ERROR:
		nlh->nlmsg_type = NLMSG_ERROR;
		((struct nlmsgerr *)(nlh + 1))->error = 5;
		break;
	case NONSENSE:
		break;
	}
	mock_push(fd, buf.data, buf.len);
}

static void nonsense_is_told(void **state)
{
	struct told told = { 0 };

	(void)state;
	mock.answer = answer_nonsense;
	for (nonsense = NOTHING; nonsense < NONSENSE; nonsense++) {
		assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), -EBADMSG);
		assert_string_equal(netatop_error_text(nta), "the answer makes no sense");
	}
	assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), 0);
	/* tasks are no books */
	assert_int_equal(netatop_get_books(nta, &(struct netatop_books){ .count = 0 }), -EBADMSG);
}

static void answer_and_more(int fd, const struct nlmsghdr *request)
{
	struct mock_buf buf = { 0 };

	put_rows(&buf, request, NETATOP_CMD_TASK_GET, 1, 1);
	put_page_end(&buf, request, 0, NULL, 0);
	/* behind the end, and all once more */
	put_rows(&buf, request, NETATOP_CMD_TASK_GET, 2, 1);
	mock_push(fd, buf.data, buf.len);
	mock_push(fd, buf.data, buf.len);
}

static void what_follows_the_end_is_ignored(void **state)
{
	struct told told = { 0 };

	(void)state;
	mock.answer = answer_and_more;
	assert_int_equal(netatop_walk_tasks(nta, NULL, take_task, &told), 0);
	assert_true(told.count == 1 && told.last == 1);
	mock.answer = answer_task;
	assert_int_equal(netatop_get_task(nta, 5, &(struct netatop_task){ 0 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(walks_page_by_page),
		TEST(filters_are_passed_on),
		TEST(walk_over_moving_flows),
		TEST(reload_during_a_walk),
		TEST(callbacks_cannot_use_the_handle),
		TEST(nonsense_is_told),
		TEST(what_follows_the_end_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
