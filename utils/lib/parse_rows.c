// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the rows of a table to structures.
 */
#include "parse.h"
#include "attr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <string.h>

#define NS_PER_SEC 1000000000

_Static_assert(sizeof(struct netatop_row) == 152, "as it was when it was laid out first");
_Static_assert(sizeof(((struct netatop_row *)0)->counter) == sizeof(struct netatop_counters),
	       "the counters are the same, in the same order");

int nta_parse_rows(const struct nlmsghdr *nlh, struct nta_rows *rows)
{
	const struct nlattr *attr;
	struct nta_attrs attrs;
	uint32_t size;

	memset(rows, 0, sizeof(*rows));
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	attr = attrs.of[NETATOP_A_ROWS];
	if (!attr || !nta_attr_u64(&attrs, NETATOP_A_BOOT, &rows->boot) ||
	    !nta_attr_u32(&attrs, NETATOP_A_ROW_SIZE, &size) ||
	    size < sizeof(struct netatop_row) || mnl_attr_get_payload_len(attr) % size)
		return nta_attr_missing(&attrs);
	rows->at = mnl_attr_get_payload(attr);
	rows->end = rows->at + mnl_attr_get_payload_len(attr);
	rows->size = size;
	return attrs.err;
}

static void place(const struct netatop_row *row, struct netatop_task *task)
{
	task->cgroup = row->cgroup;
	if (row->cgroup)
		task->present |= NETATOP_HAS_CGROUP;
	task->ns_pid = row->ns_pid;
	if (row->ns_pid)
		task->present |= NETATOP_HAS_NS_PID;
	task->netns_ino = row->netns_ino;
	if (row->netns_ino)
		task->present |= NETATOP_HAS_NETNS_INO;
	task->netns_cookie = row->netns_cookie;
	if (row->netns_cookie)
		task->present |= NETATOP_HAS_NETNS_COOKIE;
}

int nta_rows_next(struct nta_rows *rows, struct netatop_task *task)
{
	struct netatop_row row;

	if (rows->at == rows->end)
		return 0;
	memcpy(&row, rows->at, sizeof(row));
	rows->at += rows->size;
	if (!row.tgid || row.tgid > INT_MAX || row.tid > INT_MAX || row.ns_pid > INT_MAX ||
	    !memchr(row.name, '\0', sizeof(row.name)))
		return -EBADMSG;
	*task = (struct netatop_task){
		.present = NETATOP_HAS_NAME | NETATOP_HAS_BTIME | NETATOP_HAS_UID |
			   NETATOP_HAS_STATE | NETATOP_HAS_FIRST | NETATOP_HAS_LAST,
		.tgid = row.tgid,
		.tid = row.tid,
		.start = row.start,
		.tid_start = row.tid_start,
		.uid = row.uid,
		.btime = ((row.tid ? row.tid_start : row.start) + rows->boot) / NS_PER_SEC,
		.state = row.state,
		.first = row.first,
		.last = row.last,
	};
	if (row.tid)
		task->present |= NETATOP_HAS_TID;
	/* of what follows the NUL nothing is said */
	memcpy(task->name, row.name, strlen(row.name));
	memcpy(&task->counters, row.counter, sizeof(task->counters));
	place(&row, task);
	return 1;
}
