// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events, from a module that comes and goes and a socket that overflows.
 */
#include "mock.h"

#include <linux/genetlink.h>

#define MAX_TOLD 32

static struct netatop_events *events;
static int fd;

/* What has been told. */
static struct {
	unsigned int count;
	unsigned int stop_at;
	struct netatop_event event[MAX_TOLD];
} told;

static int take(const struct netatop_event *event, void *data)
{
	assert_ptr_equal(data, &told);
	assert_in_range(told.count, 0, MAX_TOLD - 1);
	told.event[told.count++] = *event;
	return told.count == told.stop_at ? 77 : 0;
}

static int setup(void **state)
{
	mock_setup(state);
	memset(&told, 0, sizeof(told));
	assert_int_equal(netatop_events_open(&events, 0), 0);
	assert_int_equal(mock.joined, 9);
	fd = netatop_events_fd(events);
	return 0;
}

static int teardown(void **state)
{
	netatop_events_close(events);
	return mock_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int read_events(void)
{
	return netatop_events_read(events, take, &told);
}

/* What was told since the last time is just this. */
static void assert_told(const enum netatop_event_type *types, unsigned int count)
{
	unsigned int i;

	assert_int_equal(told.count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(told.event[i].type, types[i]);
	memset(&told, 0, sizeof(told));
}

#define ASSERT_TOLD(...) do { \
	const enum netatop_event_type types[] = { __VA_ARGS__ }; \
	assert_told(types, ARRAY_SIZE(types)); \
} while (0)

static void send_exit(uint32_t tgid)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mock_begin(&buf, mock.id, NETATOP_CMD_EXIT_NTF, 0, 0);

	mock_put_head(nlh);
	mock_put_task(nlh, tgid, 0);
	mock_end(&buf, nlh);
	mock_push(fd, buf.data, buf.len);
}

static void send_controller(uint8_t cmd, const char *name, uint16_t id)
{
	struct mock_buf buf = { 0 };

	mock_put_family(&buf, cmd, 0, 0, name, id, mock.version, NETATOP_MCGRP_EXIT, mock.group);
	mock_push(fd, buf.data, buf.len);
}

static void unload(void)
{
	uint16_t id = mock.id;

	send_controller(CTRL_CMD_DELMCAST_GRP, NETATOP_FAMILY_NAME, id);
	mock.id = 0;
	send_controller(CTRL_CMD_DELFAMILY, NETATOP_FAMILY_NAME, id);
}

static void load(uint16_t id)
{
	mock.id = id;
	mock.group = id * 2;
	send_controller(CTRL_CMD_NEWFAMILY, NETATOP_FAMILY_NAME, id);
	send_controller(CTRL_CMD_NEWMCAST_GRP, NETATOP_FAMILY_NAME, id);
}

static void tells_of_exits_and_late_packets(void **state)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh;

	(void)state;
	assert_int_equal(read_events(), 0);
	assert_int_equal(told.count, 0);
	send_exit(10);
	nlh = mock_begin(&buf, mock.id, NETATOP_CMD_LATE_NTF, 0, 0);
	mock_put_head(nlh);
	mock_put_counters(nlh, NETATOP_A_COUNTERS, 50);
	mock_end(&buf, nlh);
	/* what a later module has to say, in the same datagram */
	nlh = mock_begin(&buf, mock.id, 99, 0, 0);
	mock_put_head(nlh);
	mock_end(&buf, nlh);
	mock_push(fd, buf.data, buf.len);
	send_exit(11);
	assert_int_equal(read_events(), 0);
	assert_int_equal(told.event[0].task.tgid, 10);
	assert_true(told.event[0].cookie == COOKIE && told.event[0].time == TIME);
	assert_int_equal(told.event[0].counters.udp_rcv_bytes, 0);
	assert_int_equal(told.event[1].counters.tcp_snd_packets, 50);
	assert_int_equal(told.event[1].counters.udp_rcv_bytes, 57);
	assert_int_equal(told.event[1].task.tgid, 0);
	assert_int_equal(told.event[2].task.tgid, 11);
	ASSERT_TOLD(NETATOP_EVENT_EXIT, NETATOP_EVENT_LATE, NETATOP_EVENT_EXIT);
}

static void tells_of_unload_and_load(void **state)
{
	(void)state;
	assert_int_equal(netatop_events_loaded(events), 1);
	send_controller(CTRL_CMD_DELFAMILY, "nl80211", 30);
	send_controller(CTRL_CMD_NEWFAMILY, "netatop2", 50);
	assert_int_equal(read_events(), 0);
	assert_int_equal(told.count, 0);
	unload();
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_UNLOADED);
	assert_int_equal(netatop_events_loaded(events), 0);
	load(41);
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_LOADED);
	assert_int_equal(netatop_events_loaded(events), 1);
	assert_int_equal(mock.joined, 82);
	/* both before anybody reads, and there and back twice */
	send_exit(5);
	unload();
	load(42);
	unload();
	load(43);
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_EXIT, NETATOP_EVENT_UNLOADED, NETATOP_EVENT_LOADED);
	assert_int_equal(mock.joined, 86);
	unload();
	load(44);
	unload();
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_UNLOADED);
}

static void waits_for_a_module(void **state)
{
	struct netatop_events *other;

	(void)state;
	mock.id = 0;
	assert_int_equal(netatop_events_open(&other, 0), -ENODEV);
	assert_null(other);
	netatop_events_close(events);
	assert_int_equal(netatop_events_open(&events, NETATOP_OPEN_UNLOADED), 0);
	fd = netatop_events_fd(events);
	assert_int_equal(netatop_events_loaded(events), 0);
	load(60);
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_LOADED);
	assert_int_equal(mock.joined, 120);
	netatop_events_close(NULL);
}

static void overflow_is_told_and_looked_into(void **state)
{
	(void)state;
	mock_push_error(fd, ENOBUFS);
	send_exit(7);
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_LOST, NETATOP_EVENT_EXIT);
	/* what was lost is that it was loaded anew; an exit of before is still there */
	mock_push_error(fd, ENOBUFS);
	send_exit(8);
	mock.id = 51;
	mock.group = 102;
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_LOST, NETATOP_EVENT_UNLOADED, NETATOP_EVENT_LOADED,
		    NETATOP_EVENT_EXIT);
	assert_int_equal(mock.joined, 102);
}

/* Whenever the callback ends it, nothing is told twice or left out. */
static void goes_on_where_a_callback_ended_it(void **state)
{
	static const enum netatop_event_type wanted[] = {
		NETATOP_EVENT_EXIT, NETATOP_EVENT_LOST, NETATOP_EVENT_UNLOADED,
		NETATOP_EVENT_LOADED, NETATOP_EVENT_EXIT, NETATOP_EVENT_UNLOADED,
	};
	unsigned int i;

	(void)state;
	send_exit(1);
	mock_push_error(fd, ENOBUFS);
	mock.id = 70;
	send_exit(2);
	for (i = 0; i < 5; i++) {
		told.stop_at = i + 1;
		assert_int_equal(read_events(), 77);
		assert_int_equal(told.count, i + 1);
	}
	unload();
	told.stop_at = 6;
	assert_int_equal(read_events(), 77);
	assert_int_equal(read_events(), 0);
	assert_told(wanted, ARRAY_SIZE(wanted));
}

static void a_module_that_cannot_be_listened_to(void **state)
{
	struct netatop_events *other;

	(void)state;
	unload();
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_UNLOADED);
	mock.join_error = EPERM;
	load(61);
	assert_int_equal(read_events(), -EPERM);
	assert_string_equal(netatop_events_error_text(events),
			    "CAP_NET_ADMIN in the initial user namespace is needed");
	ASSERT_TOLD(NETATOP_EVENT_LOADED);
	/* once */
	assert_int_equal(read_events(), 0);
	assert_int_equal(netatop_events_open(&other, 0), -EPERM);
	assert_null(other);
	mock.join_error = 0;
	unload();
	mock.version = 3;
	load(62);
	assert_int_equal(read_events(), -EPROTONOSUPPORT);
	ASSERT_TOLD(NETATOP_EVENT_UNLOADED, NETATOP_EVENT_LOADED);
	assert_int_equal(netatop_events_open(&other, 0), -EPROTONOSUPPORT);
	/* gone between the look and the joining: that is told next */
	mock.version = NETATOP_FAMILY_VERSION;
	mock.join_error = ENOENT;
	load(63);
	assert_int_equal(read_events(), 0);
	ASSERT_TOLD(NETATOP_EVENT_UNLOADED, NETATOP_EVENT_LOADED);
}

static void nonsense_is_left_out(void **state)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh;

	(void)state;
	send_exit(1);
	nlh = mock_begin(&buf, mock.id, NETATOP_CMD_EXIT_NTF, 0, 0);
	mock_put_head(nlh);
	mock_end(&buf, nlh);
	mock_push(fd, buf.data, buf.len);
	send_exit(2);
	nlh->nlmsg_len = 0x7ffffff0;
	mock_push(fd, buf.data, buf.len);
	mock_push(fd, buf.data, 3);
	send_exit(3);
	buf.len = NETATOP_PAGE_SIZE + 4;
	mock_push(fd, buf.data, buf.len);
	/* an exit that another process tells of */
	buf.len = 0;
	nlh = mock_begin(&buf, mock.id, NETATOP_CMD_EXIT_NTF, 0, 0);
	mock_put_head(nlh);
	mock_put_task(nlh, 666, 0);
	mock_end(&buf, nlh);
	mock_push_from(fd, buf.data, buf.len, 4242);
	mock_push_error(fd, EINTR);
	send_exit(4);
	assert_int_equal(read_events(), -EBADMSG);
	assert_int_equal(told.event[3].task.tgid, 4);
	ASSERT_TOLD(NETATOP_EVENT_EXIT, NETATOP_EVENT_EXIT, NETATOP_EVENT_EXIT, NETATOP_EVENT_EXIT);
	assert_int_equal(read_events(), 0);
}

static int nested(const struct netatop_event *event, void *data)
{
	(void)event;
	assert_int_equal(netatop_events_read(events, nested, data), -EBUSY);
	return 5;
}

static void callbacks_cannot_read(void **state)
{
	(void)state;
	send_exit(1);
	assert_int_equal(netatop_events_read(events, nested, NULL), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_of_exits_and_late_packets),
		TEST(tells_of_unload_and_load),
		TEST(waits_for_a_module),
		TEST(overflow_is_told_and_looked_into),
		TEST(goes_on_where_a_callback_ended_it),
		TEST(a_module_that_cannot_be_listened_to),
		TEST(nonsense_is_left_out),
		TEST(callbacks_cannot_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
