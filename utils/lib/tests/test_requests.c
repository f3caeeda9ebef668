// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Other requests, and a kernel that goes away, comes back, refuses and interrupts.
 */
#include "answers.h"

#include <linux/genetlink.h>

/* --- opening */

static void opens_by_what_is_loaded(void **state)
{
	struct netatop *other;

	(void)state;
	assert_int_equal(netatop_open(&other, 0x80), -EINVAL);
	assert_null(other);
	mock.id = 0;
	assert_int_equal(netatop_open(&other, 0), -ENODEV);
	assert_null(other);
	assert_int_equal(netatop_open(&other, NETATOP_OPEN_UNLOADED), 0);
	assert_int_equal(netatop_family_version(other), 0);
	assert_int_equal(netatop_get_task(other, 1, &(struct netatop_task){ 0 }), -ENODEV);
	assert_string_equal(netatop_error_text(other), "the module netatop is not loaded");
	mock.id = 41;
	mock.version = 2;
	assert_int_equal(netatop_get_task(other, 1, &(struct netatop_task){ 0 }), -EPROTONOSUPPORT);
	assert_int_equal(netatop_family_version(other), 2);
	assert_string_equal(netatop_error_text(other),
			    "the module netatop speaks version 2 of its family, this library version 1");
	netatop_close(other);
	assert_int_equal(netatop_open(&other, 0), -EPROTONOSUPPORT);
	assert_null(other);
	netatop_close(NULL);
	assert_int_equal(mock.requests, 0);
}

/* --- one task */

static void gets_task_and_thread(void **state)
{
	struct netatop_task task;

	(void)state;
	mock.answer = answer_task;
	assert_int_equal(netatop_load_cookie(nta), 0);
	assert_int_equal(netatop_get_task(nta, 1234, &task), 0);
	assert_true(task.tgid == 1234 && !task.tid);
	assert_int_equal(netatop_get_thread(nta, 1235, &task), 0);
	assert_true(task.tgid == 500 && task.tid == 1235);
	assert_true(netatop_load_cookie(nta) == COOKIE && netatop_walk_time(nta) == TIME);
	assert_string_equal(netatop_error_text(nta), "");
	assert_int_equal(mock.finds, 1);
}

static int refused_with;
static const char *refused_text;

static void answer_refusal(int fd, const struct nlmsghdr *request)
{
	mock_push_refusal(fd, request, refused_with, refused_text);
}

static void refusals_come_with_their_text(void **state)
{
	static const struct { int err; const char *text; const char *wanted; } refusals[] = {
		{ -ESRCH, "nothing is known of such a task", "nothing is known of such a task" },
		{ -EINVAL, NULL, "" },
		{ -EPERM, NULL, "CAP_NET_ADMIN in the initial user namespace is needed" },
		{ -EPERM, "the kernel's own words", "the kernel's own words" },
		{ -ENOMEM, NULL, "" },
		{ 0, NULL, "the answer makes no sense" },
	};
	struct netatop_task task;
	size_t i;

	(void)state;
	mock.answer = answer_refusal;
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		refused_with = refusals[i].err;
		refused_text = refusals[i].text;
		/* to say that all is well is no answer */
		assert_int_equal(netatop_get_task(nta, 1, &task), refusals[i].err ?: -EBADMSG);
		assert_string_equal(netatop_error_text(nta), refusals[i].wanted);
	}
	mock.answer = answer_task;
	assert_int_equal(netatop_get_task(nta, 1, &task), 0);
	assert_string_equal(netatop_error_text(nta), "");
}

/* --- the module goes and comes */

static void answer_gone(int fd, const struct nlmsghdr *request)
{
	/* once more: loaded anew each time that it was found */
	mock.id++;
	mock_push_refusal(fd, request, -ENOENT, NULL);
}

static void finds_the_module_anew(void **state)
{
	struct netatop_task task;

	(void)state;
	mock.answer = answer_task;
	mock.id = 45;
	assert_int_equal(netatop_get_task(nta, 9, &task), 0);
	assert_int_equal(task.tgid, 9);
	assert_int_equal(mock.finds, 2);
	mock.id = 0;
	assert_int_equal(netatop_get_task(nta, 9, &task), -ENODEV);
	mock.id = 46;
	assert_int_equal(netatop_get_task(nta, 9, &task), 0);
	mock.answer = answer_gone;
	assert_int_equal(netatop_get_task(nta, 9, &task), -ENODEV);
	assert_string_equal(netatop_error_text(nta), "the module netatop comes and goes");
}

/* --- signals and strangers */

static void answer_in_a_crowd(int fd, const struct nlmsghdr *request)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mock_begin(&buf, request->nlmsg_type, NETATOP_CMD_TASK_GET, 0,
					  request->nlmsg_seq);

	mock_put_head(nlh);
	mock_put_task(nlh, 666, 0);
	mock_end(&buf, nlh);
	/* from another process; to another request; interrupted */
	mock_push_from(fd, buf.data, buf.len, 4242);
	nlh->nlmsg_seq--;
	mock_push(fd, buf.data, buf.len);
	mock_push_error(fd, EINTR);
	mock_push_error(fd, EINTR);
	answer_task(fd, request);
}

static void only_the_kernels_answer_counts(void **state)
{
	struct netatop_task task;

	(void)state;
	mock.answer = answer_in_a_crowd;
	mock.send_eintr = 2;
	assert_int_equal(netatop_get_task(nta, 5, &task), 0);
	assert_int_equal(task.tgid, 5);
}

/* --- books and tunables */

/* Between the datagrams of a dump. */
static int fail_with;

static void answer_tunables(int fd, const struct nlmsghdr *request)
{
	struct mock_buf buf = { 0 };
	unsigned int i;

	assert_true((request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	for (i = 0; i < 3; i++) {
		struct nlmsghdr *nlh = mock_begin(&buf, request->nlmsg_type, NETATOP_CMD_TUNABLE_GET,
						  NLM_F_MULTI, request->nlmsg_seq);
		struct nlattr *nest;

		mock_put_head(nlh);
		nest = mnl_attr_nest_start(nlh, NETATOP_A_TUNABLE);
		mnl_attr_put_strz(nlh, NETATOP_A_TUNABLE_NAME, i ? "two" : "one");
		mnl_attr_put_strz(nlh, NETATOP_A_TUNABLE_TEXT, "text");
		mnl_attr_put_u64(nlh, NETATOP_A_TUNABLE_VALUE, i);
		mnl_attr_put_u64(nlh, NETATOP_A_TUNABLE_LOWEST, 0);
		mnl_attr_put_u64(nlh, NETATOP_A_TUNABLE_HIGHEST, 9);
		mnl_attr_nest_end(nlh, nest);
		mock_end(&buf, nlh);
		/* a datagram each, one of them lost if it is to be */
		mock_push(fd, buf.data, buf.len);
		buf.len = 0;
		if (fail_with)
			mock_push_error(fd, fail_with);
	}
	mock_put_done(&buf, request->nlmsg_seq, 0);
	mock_push(fd, buf.data, buf.len);
}

static int take_tunable(const struct netatop_tunable *tunable, void *data)
{
	struct told *told = data;

	assert_string_equal(tunable->name, told->count ? "two" : "one");
	assert_int_equal(tunable->value, told->count);
	told->count++;
	return told->count == told->stop_at ? 77 : 0;
}

/* A dump is read to its end, whatever happens: it holds the module. */
static void tunables_are_read_to_the_end(void **state)
{
	struct told told = { 0 };

	(void)state;
	mock.answer = answer_tunables;
	fail_with = 0;
	assert_int_equal(netatop_walk_tunables(nta, take_tunable, &told), 0);
	assert_int_equal(told.count, 3);
	told = (struct told){ .stop_at = 2 };
	assert_int_equal(netatop_walk_tunables(nta, take_tunable, &told), 77);
	assert_int_equal(told.count, 2);
	fail_with = ENOBUFS;
	told = (struct told){ 0 };
	assert_int_equal(netatop_walk_tunables(nta, take_tunable, &told), -ENOBUFS);
	assert_int_equal(told.count, 0);
	/* mock_teardown() fails if anything is left */
}

/* --- exits */

static unsigned int listed, damaged;

static void answer_exits(int fd, const struct nlmsghdr *request)
{
	const struct nlattr *limit = attr_of(request, NETATOP_A_LIMIT);
	unsigned int count = listed;
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh;

	assert_int_equal(cmd_of(request), NETATOP_CMD_EXIT_READ);
	if (limit && mnl_attr_get_u32(limit) < count)
		count = mnl_attr_get_u32(limit);
	if (!count) {
		mock_push_refusal(fd, request, -EAGAIN, "no finished process is listed");
		return;
	}
	put_tasks(&buf, request, NETATOP_CMD_EXIT_READ, 1000 - listed, count);
	listed -= count;
	if (damaged) {
		/* the second one */
		nlh = (struct nlmsghdr *)(buf.data + buf.len / count);
		if (damaged == 1)
			((struct nlattr *)((char *)nlh + 20))->nla_type = 900;
		else
			((struct nlattr *)((char *)nlh + 20))->nla_len = 3;
	}
	mock_put_done(&buf, request->nlmsg_seq, 0);
	mock_push(fd, buf.data, buf.len);
}

static void no_exit_is_lost(void **state)
{
	struct told told = { .stop_at = 4 };

	(void)state;
	mock.answer = answer_exits;
	listed = 10;
	damaged = 0;
	assert_int_equal(netatop_read_exits(nta, 0, take_task, &told), 77);
	assert_true(told.count == 4 && told.last == 993);
	/* other requests in between do no harm to those that wait here */
	mock.answer = answer_task;
	assert_int_equal(netatop_get_task(nta, 1, &(struct netatop_task){ 0 }), 0);
	mock.answer = answer_exits;
	assert_int_equal(netatop_read_exits(nta, 0, take_task, &told), 0);
	assert_true(told.count == 10 && told.last == 999);
	assert_int_equal(netatop_read_exits(nta, 0, take_task, &told), -EAGAIN);
	assert_int_equal(mock.requests, 3);
	listed = 5;
	assert_int_equal(netatop_read_exits(nta, 2, take_task, &told), 0);
	assert_true(told.count == 12 && listed == 3);
	assert_int_equal(netatop_read_exits(nta, 3, take_task, &told), 0);
	assert_int_equal(netatop_read_exits(nta, 3, take_task, &told), -EAGAIN);
	assert_int_equal(told.count, 15);
}

static void damaged_exits_leave_the_others(void **state)
{
	struct told told = { 0 };

	(void)state;
	mock.answer = answer_exits;
	for (damaged = 1; damaged <= 2; damaged++) {
		told = (struct told){ 0 };
		listed = 5;
		assert_int_equal(netatop_read_exits(nta, 0, take_task, &told), -EBADMSG);
		assert_int_equal(told.count, 4);
		assert_int_equal(netatop_read_exits(nta, 0, take_task, &told), -EAGAIN);
	}
	/* those that are left are freed with the handle */
	damaged = 0;
	listed = 5;
	told = (struct told){ .stop_at = 1 };
	assert_int_equal(netatop_read_exits(nta, 0, take_task, &told), 77);
}

static uint64_t dropped;	/* what was asked to be taken off */
static uint64_t dropped_cookie;

static void push_held(int fd, const struct nlmsghdr *request, uint64_t first, uint64_t last)
{
	struct mock_buf buf = { 0 };

	for (; first <= last; first++) {
		struct nlmsghdr *nlh = mock_begin(&buf, request->nlmsg_type, NETATOP_CMD_EXIT_READ,
						  NLM_F_MULTI, request->nlmsg_seq);

		mock_put_head(nlh);
		mock_put_task(nlh, 100, 0);
		mnl_attr_put_u64(nlh, NETATOP_A_EXIT_SEQ, first);
		mock_end(&buf, nlh);
	}
	mock_put_done(&buf, request->nlmsg_seq, 0);
	mock_push(fd, buf.data, buf.len);
}

static void answer_held(int fd, const struct nlmsghdr *request)
{
	const struct nlattr *seq = attr_of(request, NETATOP_A_EXIT_SEQ);
	const struct nlattr *cookie = attr_of(request, NETATOP_A_COOKIE);

	assert_int_equal(cmd_of(request), NETATOP_CMD_EXIT_READ);
	assert_non_null(attr_of(request, NETATOP_A_HOLD));
	assert_true(!seq == !cookie);
	dropped = seq ? mnl_attr_get_u64(seq) : 0;
	dropped_cookie = cookie ? mnl_attr_get_u64(cookie) : 0;
	if (dropped >= 3)
		mock_push_refusal(fd, request, -EAGAIN, "no finished process is listed");
	else
		push_held(fd, request, dropped + 1, 3);
}

static int take_seq(const struct netatop_task *task, void *data)
{
	uint64_t *seq = data;

	assert_true(task->present & NETATOP_HAS_EXIT_SEQ);
	assert_int_equal(task->exit_seq, *seq + 1);
	*seq = task->exit_seq;
	return *seq == 2 ? 77 : 0;
}

static void held_exits_are_dropped_by_their_place(void **state)
{
	uint64_t seq = 0;

	(void)state;
	mock.answer = answer_held;
	assert_int_equal(netatop_hold_exits(nta, 0, 0, take_seq, &seq), 77);
	assert_true(seq == 2 && !dropped && !dropped_cookie);
	assert_int_equal(netatop_hold_exits(nta, seq, 0, take_seq, &seq), 0);
	assert_true(seq == 3 && dropped == 2 && dropped_cookie == netatop_load_cookie(nta));
	assert_int_equal(netatop_hold_exits(nta, seq, 0, take_seq, &seq), -EAGAIN);
	assert_int_equal(dropped, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opens_by_what_is_loaded),
		TEST(gets_task_and_thread),
		TEST(refusals_come_with_their_text),
		TEST(finds_the_module_anew),
		TEST(only_the_kernels_answer_counts),
		TEST(tunables_are_read_to_the_end),
		TEST(no_exit_is_lost),
		TEST(damaged_exits_leave_the_others),
		TEST(held_exits_are_dropped_by_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
