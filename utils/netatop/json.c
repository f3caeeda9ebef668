// SPDX-License-Identifier: GPL-2.0
/*
 * JSON.
 */
#include "json.h"
#include "common.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without memory there is nothing to be said any more. */
void json_put(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value)) {
		complain("out of memory");
		exit(FAILED);
	}
}

/* What is more than JSON's readers take for an integer is text. */
void json_put_u64(json_t *object, const char *name, uint64_t value)
{
	char buf[24];

	if (value <= INT64_MAX) {
		json_put(object, name, json_integer((json_int_t)value));
		return;
	}
	snprintf(buf, sizeof(buf), "%" PRIu64, value);
	json_put(object, name, json_string(buf));
}

void json_put_text(json_t *object, const char *name, const char *value)
{
	size_t size = CLEAN_SIZE(strlen(value));
	char *buf = malloc(size);

	if (!buf) {
		complain("out of memory");
		exit(FAILED);
	}
	json_put(object, name, json_string(valid_text(value, buf, size)));
	free(buf);
}

void json_put_counters(json_t *object, const struct netatop_counters *c)
{
	json_put_u64(object, "tcp_snd_packets", c->tcp_snd_packets);
	json_put_u64(object, "tcp_snd_bytes", c->tcp_snd_bytes);
	json_put_u64(object, "tcp_rcv_packets", c->tcp_rcv_packets);
	json_put_u64(object, "tcp_rcv_bytes", c->tcp_rcv_bytes);
	json_put_u64(object, "udp_snd_packets", c->udp_snd_packets);
	json_put_u64(object, "udp_snd_bytes", c->udp_snd_bytes);
	json_put_u64(object, "udp_rcv_packets", c->udp_rcv_packets);
	json_put_u64(object, "udp_rcv_bytes", c->udp_rcv_bytes);
}

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		[NETATOP_TASK_ALIVE]	= "alive",
		[NETATOP_TASK_EXITING]	= "exiting",
		[NETATOP_TASK_FINISHED]	= "finished",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "unknown";
}

/**
 * json_task() - a process or thread
 * @task: what is known of it
 *
 * Return: an object; what is not known is not in it.
 */
json_t *json_task(const struct netatop_task *task)
{
	json_t *object = json_object();
	char unit[256];

	json_put_u64(object, "tgid", task->tgid);
	json_put_u64(object, "start", task->start);
	if (task->present & NETATOP_HAS_TID) {
		json_put_u64(object, "tid", task->tid);
		json_put_u64(object, "tid_start", task->tid_start);
	}
	if (task->present & NETATOP_HAS_NAME)
		json_put_text(object, "name", task->name);
	if (task->present & NETATOP_HAS_BTIME)
		json_put_u64(object, "btime", task->btime);
	if (task->present & NETATOP_HAS_UID) {
		json_put_u64(object, "uid", task->uid);
		json_put_text(object, "user", user_name(task->uid));
	}
	if (task->present & NETATOP_HAS_CGROUP)
		json_put_u64(object, "cgroup", task->cgroup);
	if (task_unit(task, unit, sizeof(unit)))
		json_put_text(object, "unit", unit);
	if (task->present & NETATOP_HAS_NS_PID)
		json_put_u64(object, "ns_pid", task->ns_pid);
	if (task->present & NETATOP_HAS_NETNS_INO)
		json_put_u64(object, "netns", task->netns_ino);
	if (task->present & NETATOP_HAS_STATE)
		json_put(object, "state", json_string(state_name(task->state)));
	json_put_counters(object, &task->counters);
	if (task->present & NETATOP_HAS_FIRST)
		json_put_u64(object, "first", task->first);
	if (task->present & NETATOP_HAS_LAST)
		json_put_u64(object, "last", task->last);
	return object;
}

/**
 * json_write() - print a value, without a newline, and free it
 * @value: the value
 *
 * Return: 0, or -1 if it could not be written.
 */
int json_write(json_t *value)
{
	int err = json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);

	json_decref(value);
	return err;
}

/**
 * json_print() - print a value in one line, and free it
 * @value: the value
 *
 * Return: 0, or -1 if it could not be written.
 */
int json_print(json_t *value)
{
	int err = json_write(value);

	if (putchar('\n') == EOF || fflush(stdout))
		err = -1;
	return err;
}
