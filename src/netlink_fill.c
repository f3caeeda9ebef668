// SPDX-License-Identifier: GPL-2.0
/*
 * What a walk over processes or threads puts into its messages: one for each
 * of them, or one table.
 */
#include "netlink_fill.h"
#include "netlink_wire.h"

#include <linux/limits.h>

/* How many tasks a page looks at for those that the filters let through. */
#define TASK_BUDGET	4096

static bool is_u32(const struct nlattr *attr, u32 value)
{
	return !attr || nla_get_u32(attr) == value;
}

static bool is_u64(const struct nlattr *attr, u64 value)
{
	return !attr || nla_get_u64(attr) == value;
}

static bool passes(struct nlattr **attrs, u32 uid, u64 cgroup, u32 netns_ino,
		   u64 netns)
{
	return is_u32(attrs[NETATOP_A_UID], uid) &&
	       is_u64(attrs[NETATOP_A_CGROUP], cgroup) &&
	       is_u32(attrs[NETATOP_A_NETNS_INO], netns_ino) &&
	       is_u64(attrs[NETATOP_A_NETNS_COOKIE], netns);
}

static bool task_passes(struct nlattr **attrs, const struct nta_task_info *info)
{
	const struct nta_ident *ident = &info->ident;

	return passes(attrs, ident->uid, ident->cgroup, ident->netns_ino,
		      ident->netns);
}

static bool row_passes(struct nlattr **attrs, const struct netatop_row *row)
{
	return is_u32(attrs[NETATOP_A_TGID], row->tgid) &&
	       passes(attrs, row->uid, row->cgroup, row->netns_ino,
		      row->netns_cookie);
}

static struct nta_task_walk walk_begin(struct nta_walk *walk)
{
	struct nta_cursor *cursor = &walk->cursor;
	struct nlattr **attrs = walk->attrs;
	struct nta_task_walk pos = {
		.next	= cursor->pos[0],
		.end	= cursor->pos[1],
	};

	if (attrs[NETATOP_A_TGID])
		pos.tgid = nla_get_u32(attrs[NETATOP_A_TGID]);
	if (attrs[NETATOP_A_SINCE])
		pos.since = nla_get_u64(attrs[NETATOP_A_SINCE]);
	if (!cursor->stage++)
		nta_task_begin(&pos, attrs[NETATOP_A_THREADS]);
	cursor->pos[1] = pos.end;
	return pos;
}

/* The place of the one that found no room is kept. */
static int fill_messages(struct nta_walk *walk, struct nta_msg *msg)
{
	struct nta_task_walk pos = walk_begin(walk);
	bool threads = walk->attrs[NETATOP_A_THREADS];
	unsigned int budget = TASK_BUDGET;
	struct nta_task_info info;
	int found;

	while (budget--) {
		walk->cursor.pos[0] = pos.next;
		found = threads ? nta_thread_next(&pos, &info) :
				  nta_task_next(&pos, &info);
		if (!found)
			return 0;
		if (found > 0 && task_passes(walk->attrs, &info) &&
		    nta_netlink_put_task(msg, NETATOP_CMD_TASK_GET, &info,
					 threads))
			return 1;
		cond_resched();
	}
	walk->cursor.pos[0] = pos.next;
	return 1;
}

/* Fills in rows of threads; returns as nta_task_rows(). */
static unsigned int thread_rows(struct nta_task_walk *pos,
				struct netatop_row *rows, unsigned int room)
{
	struct nta_task_info info;
	int found = nta_thread_next(pos, &info);

	if (found <= 0)
		return 0;
	nta_netlink_row(rows, &info);
	return 1;
}

/* Returns how many of the rows are left. */
static unsigned int sift_rows(struct nlattr **attrs, struct netatop_row *rows,
			      unsigned int count)
{
	unsigned int i, n = 0;

	if (!attrs[NETATOP_A_TGID] && !attrs[NETATOP_A_UID] &&
	    !attrs[NETATOP_A_CGROUP] && !attrs[NETATOP_A_NETNS_INO] &&
	    !attrs[NETATOP_A_NETNS_COOKIE])
		return count;
	for (i = 0; i < count; i++)
		if (row_passes(attrs, &rows[i]))
			rows[n++] = rows[i];
	return n;
}

/* How many rows there is room for in what follows in this message. */
static unsigned int rows_room(const struct nta_msg *msg)
{
	int room = skb_tailroom(msg->skb) - msg->reserve;

	return clamp(room, 0, U16_MAX - NLA_HDRLEN) /
	       sizeof(struct netatop_row);
}

/* Returns how many rows were put. */
static unsigned int put_rows(struct nta_walk *walk, struct nta_msg *msg)
{
	unsigned int (*next)(struct nta_task_walk *pos,
			     struct netatop_row *rows, unsigned int room) =
		walk->attrs[NETATOP_A_THREADS] ? thread_rows : nta_task_rows;
	struct nta_task_walk pos = walk_begin(walk);
	unsigned int room = rows_room(msg);
	unsigned int looks = TASK_BUDGET;
	unsigned int n, count = 0;
	struct netatop_row *rows;

	while (count < room && looks-- && pos.next < pos.end) {
		rows = (void *)skb_tail_pointer(msg->skb);
		n = sift_rows(walk->attrs, rows,
			      next(&pos, rows, room - count));
		skb_put(msg->skb, n * sizeof(*rows));
		count += n;
		cond_resched();
	}
	walk->cursor.pos[0] = pos.next;
	return count;
}

static int fill_table(struct nta_walk *walk, struct nta_msg *msg)
{
	struct sk_buff *skb = msg->skb;
	struct nlattr *attr;
	unsigned int count;
	void *hdr;

	hdr = nta_msg_begin(msg, NETATOP_CMD_TASK_GET);
	if (!hdr)
		return -EMSGSIZE;
	attr = NULL;
	if (!nla_put_u64_64bit(skb, NETATOP_A_BOOT, nta_task_boot(),
			       NETATOP_A_PAD) &&
	    !nla_put_u32(skb, NETATOP_A_ROW_SIZE, sizeof(struct netatop_row)))
		attr = nla_reserve_64bit(skb, NETATOP_A_ROWS, 0,
					 NETATOP_A_PAD);
	if (!attr || !rows_room(msg)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	count = put_rows(walk, msg);
	if (count) {
		attr->nla_len += count * sizeof(struct netatop_row);
		nta_msg_end(msg, hdr);
	} else {
		genlmsg_cancel(skb, hdr);
	}
	return walk->cursor.pos[0] < walk->cursor.pos[1];
}

/**
 * nta_netlink_task_fill() - how to fill the messages of a walk over tasks
 * @attrs: of the request
 *
 * Return: what goes on with the walk.
 */
nta_walk_fn *nta_netlink_task_fill(struct nlattr **attrs)
{
	return attrs[NETATOP_A_TABLE] ? fill_table : fill_messages;
}
