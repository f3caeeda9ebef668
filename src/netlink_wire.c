// SPDX-License-Identifier: GPL-2.0
/*
 * How a process or thread is laid out in a message.
 */
#include "netlink_wire.h"

/*
 * Most of what a message has is always there.  It is laid out on the stack and
 * copied at once: a dump is made of little else.
 */
struct wire_u32 {
	struct nlattr	head;
	u32		value;
};

struct wire_u64 {
	struct nlattr	head;
	u64		value;
} __packed __aligned(4);

struct wire_name {
	struct nlattr	head;
	char		value[TASK_COMM_LEN];
};

struct wire_counters {
	struct nlattr	head;
	struct wire_u64	value[NTA_COUNTERS];
};

struct wire_task {
	struct wire_u32		tgid;
	struct wire_u64		start;
	struct wire_u64		btime;
	struct wire_name	name;
	struct wire_u32		state;
	struct wire_u32		uid;
	struct wire_counters	counters;
	struct wire_u64		first;
	struct wire_u64		last;
};

/* What a task can have lost. */
struct wire_place {
	struct wire_u64		cgroup;
	struct wire_u32		ns_pid;
	struct wire_u32		netns_ino;
	struct wire_u64		netns;
};

static void wire_head(struct nlattr *head, int attr, int len)
{
	head->nla_type = attr;
	head->nla_len = NLA_HDRLEN + len;
}

static void wire_u32(struct wire_u32 *wire, int attr, u32 value)
{
	wire_head(&wire->head, attr, sizeof(value));
	wire->value = value;
}

static void wire_u64(struct wire_u64 *wire, int attr, u64 value)
{
	wire_head(&wire->head, attr, sizeof(value));
	wire->value = value;
}

static int put_task(struct sk_buff *skb, const struct nta_task_info *info)
{
	struct wire_task wire;
	unsigned int i;

	wire_u32(&wire.tgid, NETATOP_A_TGID, info->tgid);
	wire_u64(&wire.start, NETATOP_A_START, info->tgid_start);
	wire_u64(&wire.btime, NETATOP_A_BTIME, nta_task_btime(info->start));
	wire_head(&wire.name.head, NETATOP_A_NAME, TASK_COMM_LEN);
	strscpy_pad(wire.name.value, info->comm, TASK_COMM_LEN);
	wire_u32(&wire.state, NETATOP_A_STATE, info->state);
	wire_u32(&wire.uid, NETATOP_A_UID, info->ident.uid);
	wire_head(&wire.counters.head, NETATOP_A_COUNTERS | NLA_F_NESTED,
		  sizeof(wire.counters.value));
	for (i = 0; i < NTA_COUNTERS; i++)
		wire_u64(&wire.counters.value[i],
			 NETATOP_A_COUNTER_TCP_SND_PACKETS + i,
			 info->counters.v[i]);
	wire_u64(&wire.first, NETATOP_A_FIRST, info->first);
	wire_u64(&wire.last, NETATOP_A_LAST, info->last);
	return nla_append(skb, sizeof(wire), &wire);
}

static int put_place(struct sk_buff *skb, const struct nta_ident *ident)
{
	struct wire_place wire;

	wire_u64(&wire.cgroup, NETATOP_A_CGROUP, ident->cgroup);
	wire_u32(&wire.ns_pid, NETATOP_A_NS_PID, ident->ns_pid);
	wire_u32(&wire.netns_ino, NETATOP_A_NETNS_INO, ident->netns_ino);
	wire_u64(&wire.netns, NETATOP_A_NETNS_COOKIE, ident->netns);
	if (likely(ident->cgroup && ident->ns_pid && ident->netns))
		return nla_append(skb, sizeof(wire), &wire);

	if ((ident->cgroup &&
	     nla_append(skb, sizeof(wire.cgroup), &wire.cgroup)) ||
	    (ident->ns_pid &&
	     nla_append(skb, sizeof(wire.ns_pid), &wire.ns_pid)))
		return -EMSGSIZE;
	if (ident->netns &&
	    (nla_append(skb, sizeof(wire.netns_ino), &wire.netns_ino) ||
	     nla_append(skb, sizeof(wire.netns), &wire.netns)))
		return -EMSGSIZE;
	return 0;
}

static int put_info(struct sk_buff *skb, const struct nta_task_info *info,
		    bool thread)
{
	struct wire_u32 tid;
	struct wire_u64 value;

	if (put_task(skb, info) || put_place(skb, &info->ident))
		return -EMSGSIZE;
	if (info->exit_seq) {
		wire_u64(&value, NETATOP_A_EXIT_SEQ, info->exit_seq);
		return nla_append(skb, sizeof(value), &value);
	}
	if (!thread)
		return 0;
	wire_u32(&tid, NETATOP_A_TID, info->id);
	wire_u64(&value, NETATOP_A_TID_START, info->start);
	if (nla_append(skb, sizeof(tid), &tid) ||
	    nla_append(skb, sizeof(value), &value))
		return -EMSGSIZE;
	return 0;
}

/**
 * nta_netlink_put_task() - put a message about a process or thread
 * @msg: where it goes
 * @cmd: its command
 * @info: what is known
 * @thread: it is a thread
 *
 * Return: 0, or -EMSGSIZE if there is no room.
 */
int nta_netlink_put_task(struct nta_msg *msg, u8 cmd,
			 const struct nta_task_info *info, bool thread)
{
	void *hdr;

	BUILD_BUG_ON((int)NTA_TASK_ALIVE != (int)NETATOP_TASK_ALIVE);
	BUILD_BUG_ON((int)NTA_TASK_EXITING != (int)NETATOP_TASK_EXITING);
	BUILD_BUG_ON((int)NTA_TASK_FINISHED != (int)NETATOP_TASK_FINISHED);

	hdr = nta_msg_begin(msg, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (put_info(msg->skb, info, thread)) {
		genlmsg_cancel(msg->skb, hdr);
		return -EMSGSIZE;
	}
	return nta_msg_end(msg, hdr);
}

/**
 * nta_netlink_row() - lay out a row about a thread
 * @row: the row
 * @info: what is known of it
 */
void nta_netlink_row(struct netatop_row *row, const struct nta_task_info *info)
{
	const struct nta_ident *ident = &info->ident;

	*row = (struct netatop_row) {
		.tgid		= info->tgid,
		.tid		= info->id,
		.start		= info->tgid_start,
		.tid_start	= info->start,
		.cgroup		= ident->cgroup,
		.netns_cookie	= ident->netns,
		.netns_ino	= ident->netns_ino,
		.uid		= ident->uid,
		.ns_pid		= ident->ns_pid,
		.state		= info->state,
		.first		= info->first,
		.last		= info->last,
	};
	strscpy(row->name, info->comm, sizeof(row->name));
	memcpy(row->counter, info->counters.v, sizeof(row->counter));
}
