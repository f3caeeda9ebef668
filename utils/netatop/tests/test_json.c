// SPDX-License-Identifier: GPL-2.0
/*
 * JSON, of whatever a task is called.
 */
#include "test.h"

#include "json.h"

#include <locale.h>
#include <stdlib.h>

static const char *text_of(json_t *object)
{
	static char *text;

	free(text);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	assert_non_null(text);
	return text;
}

static const char *name_of(const char *name)
{
	json_t *object = json_object();

	json_put_text(object, "name", name);
	return text_of(object);
}

static void test_text(void **state)
{
	(void)state;
	assert_string_equal(name_of("traffic"), "{\"name\":\"traffic\"}");
	assert_string_equal(name_of("a\"b\\c"), "{\"name\":\"a\\\"b\\\\c\"}");
	assert_string_equal(name_of("\033[2J\n"), "{\"name\":\"\\u001B[2J\\n\"}");
	assert_string_equal(name_of("\xff\xc3\xa4\xe2\x82"),
			    "{\"name\":\"\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\"}");
	assert_string_equal(name_of(""), "{\"name\":\"\"}");
}

/* All names of two bytes: what is printed is read again as JSON. */
static void test_all_names(void **state)
{
	char name[3] = "";
	int a, b;

	(void)state;
	for (a = 1; a < 256; a++) {
		for (b = 0; b < 256; b++) {
			json_t *object;

			name[0] = a;
			name[1] = b;
			object = json_loads(name_of(name), 0, NULL);
			assert_non_null(object);
			if (a < 128 && b < 128)
				assert_string_equal(json_string_value(json_object_get(object, "name")),
						    name);
			json_decref(object);
		}
	}
}

static void test_figures(void **state)
{
	json_t *object = json_object();

	(void)state;
	json_put_u64(object, "a", 0);
	json_put_u64(object, "b", INT64_MAX);
	json_put_u64(object, "c", (uint64_t)INT64_MAX + 1);
	json_put_u64(object, "d", UINT64_MAX);
	assert_string_equal(text_of(object),
			    "{\"a\":0,\"b\":9223372036854775807,\"c\":\"9223372036854775808\","
			    "\"d\":\"18446744073709551615\"}");
}

static void test_task(void **state)
{
	struct netatop_task task = process(1 << 30, 5, "a\xff", 1000, 300);

	(void)state;
	assert_string_equal(text_of(json_task(&task)),
			    "{\"tgid\":1073741824,\"start\":5,\"name\":\"a\xef\xbf\xbd\",\"state\":\"alive\","
			    "\"tcp_snd_packets\":10,\"tcp_snd_bytes\":1000,\"tcp_rcv_packets\":3,"
			    "\"tcp_rcv_bytes\":300,\"udp_snd_packets\":0,\"udp_snd_bytes\":0,"
			    "\"udp_rcv_packets\":0,\"udp_rcv_bytes\":0,\"first\":5}");
	memset(&task, 0, sizeof(task));
	task.present = UINT64_MAX;
	task.tgid = 7;
	task.tid = 8;
	task.start = 9;
	task.tid_start = 10;
	task.btime = 11;
	task.uid = 4000000000;
	task.cgroup = UINT64_MAX;
	task.ns_pid = 12;
	task.netns_ino = 13;
	task.state = NETATOP_TASK_FINISHED;
	task.first = 14;
	task.last = 15;
	assert_string_equal(text_of(json_task(&task)),
			    "{\"tgid\":7,\"start\":9,\"tid\":8,\"tid_start\":10,\"name\":\"\",\"btime\":11,"
			    "\"uid\":4000000000,\"user\":\"4000000000\",\"cgroup\":\"18446744073709551615\","
			    "\"ns_pid\":12,\"netns\":13,\"state\":\"finished\","
			    "\"tcp_snd_packets\":0,\"tcp_snd_bytes\":0,\"tcp_rcv_packets\":0,"
			    "\"tcp_rcv_bytes\":0,\"udp_snd_packets\":0,\"udp_snd_bytes\":0,"
			    "\"udp_rcv_packets\":0,\"udp_rcv_bytes\":0,\"first\":14,\"last\":15}");
	task.present = 0;
	task.state = 99;
	task.present = NETATOP_HAS_STATE;
	assert_non_null(strstr(text_of(json_task(&task)), "\"state\":\"unknown\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_all_names),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_task),
	};

	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
