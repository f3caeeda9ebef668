// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the generic netlink door, and walks.
 *
 * A dump of netlink holds the module from its first message until the reader
 * has come to its end.  So there is another way to walk: by pages, each of
 * which is the whole answer to a request.  The reader keeps the cursor, and
 * the kernel keeps nothing.
 */
#include "netlink_msg.h"
#include "compat.h"

#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

/* Smallest of the allocations that a page fits in. */
#define PAGE_ROOM	SKB_WITH_OVERHEAD(NETATOP_PAGE_SIZE)

/* Room for the end of a page. */
#define END_ROOM							\
	(nlmsg_total_size(GENL_HDRLEN) + 2 * nla_total_size_64bit(8) +	\
	 nla_total_size(sizeof(struct nta_cursor)) +			\
	 nlmsg_total_size(sizeof(int)))

static u64 msg_cookie __ro_after_init;

/* The lists of commands and groups are the uppermost floor's. */
struct genl_family nta_netlink_family __ro_after_init = {
	.name		= NETATOP_FAMILY_NAME,
	.version	= NETATOP_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.netnsok	= true,
	.parallel_ops	= true,
};

/**
 * nta_msg_init() - draw the number of this load
 */
void __init nta_msg_init(void)
{
	BUILD_BUG_ON(sizeof(struct nta_cursor) > NETATOP_CURSOR_SIZE);
	BUILD_BUG_ON(sizeof(struct nta_walk *) >
		     sizeof_field(struct netlink_callback, ctx));
	BUILD_BUG_ON(PAGE_ROOM > NETATOP_PAGE_SIZE);

	do {
		msg_cookie = get_random_u64();
	} while (!msg_cookie);
}

/**
 * nta_msg_cookie() - the number of this load
 *
 * Return: what NETATOP_A_COOKIE has.
 */
u64 nta_msg_cookie(void)
{
	return msg_cookie;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, NETATOP_A_PAD);
}

/**
 * nta_msg_begin() - begin a message
 * @msg: where it goes
 * @cmd: its command
 *
 * Return: for nta_msg_end() or nta_msg_cancel(), NULL if there is no room.
 */
void *nta_msg_begin(struct nta_msg *msg, u8 cmd)
{
	void *hdr;

	hdr = genlmsg_put(msg->skb, msg->portid, msg->seq, &nta_netlink_family,
			  msg->flags, cmd);
	if (!hdr)
		return NULL;
	if (msg->cb)
		genl_dump_check_consistent(msg->cb, hdr);
	if (put_u64(msg->skb, NETATOP_A_COOKIE, msg_cookie) ||
	    put_u64(msg->skb, NETATOP_A_TIME, msg->time)) {
		genlmsg_cancel(msg->skb, hdr);
		return NULL;
	}
	return hdr;
}

/**
 * nta_msg_end() - end a message
 * @msg: where it goes
 * @hdr: what nta_msg_begin() returned
 *
 * Return: 0, or -EMSGSIZE if it takes the room that is reserved; it has been
 * taken back then.
 */
int nta_msg_end(struct nta_msg *msg, void *hdr)
{
	if (skb_tailroom(msg->skb) < msg->reserve) {
		genlmsg_cancel(msg->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg->skb, hdr);
	return 0;
}

/**
 * nta_msg_done() - put the end of an answer of several messages
 * @msg: where it goes
 *
 * Return: 0 or -EMSGSIZE.
 */
int nta_msg_done(struct nta_msg *msg)
{
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(msg->skb, msg->portid, msg->seq, NLMSG_DONE,
			sizeof(int), NLM_F_MULTI);
	if (!nlh)
		return -EMSGSIZE;
	memset(nlmsg_data(nlh), 0, sizeof(int));
	return 0;
}

/**
 * nta_msg_counters() - put a set of counters
 * @skb: where to
 * @attr: as this attribute
 * @counters: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int nta_msg_counters(struct sk_buff *skb, int attr,
		     const struct nta_counters *counters)
{
	struct nlattr *nest;
	unsigned int i;

	BUILD_BUG_ON(NETATOP_A_COUNTER_UDP_RCV_BYTES -
		     NETATOP_A_COUNTER_TCP_SND_PACKETS != NTA_COUNTERS - 1);

	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < NTA_COUNTERS; i++)
		if (nla_put_u64_64bit(skb, NETATOP_A_COUNTER_TCP_SND_PACKETS + i,
				      counters->v[i], NETATOP_A_COUNTER_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * nta_msg_page() - begin an answer of several messages in one datagram
 * @msg: set up for them
 * @info: of the request
 *
 * Return: the datagram, or NULL.
 */
struct sk_buff *nta_msg_page(struct nta_msg *msg, struct genl_info *info)
{
	*msg = (struct nta_msg) {
		.skb		= alloc_skb(PAGE_ROOM, GFP_KERNEL),
		.portid		= info->snd_portid,
		.seq		= info->snd_seq,
		.time		= ktime_get_boottime_ns(),
		.flags		= NLM_F_MULTI,
		.reserve	= END_ROOM,
	};
	/* room that an allocation was rounded up to is not the receiver's */
	if (msg->skb)
		skb_reserve(msg->skb, skb_tailroom(msg->skb) - PAGE_ROOM);
	return msg->skb;
}

/**
 * nta_msg_send() - send an answer
 * @skb: the answer; it is consumed
 * @info: of the request
 *
 * Return: 0, -ENOBUFS if the receiver has no room, or another error.
 */
int nta_msg_send(struct sk_buff *skb, struct genl_info *info)
{
	int err = genlmsg_reply(skb, info);

	if (err == -EAGAIN) {
		GENL_SET_ERR_MSG(info, "the receive buffer of the socket is full");
		return -ENOBUFS;
	}
	return err;
}

/**
 * nta_walk_moved() - take note that a walk can miss some or tell them twice
 * @walk: the walk
 */
void nta_walk_moved(struct nta_walk *walk)
{
	walk->moved = true;
	if (walk->cb)
		walk->cb->seq++;
}

static int cursor_begin(struct nta_cursor *cursor, const struct nlattr *attr,
			u8 cmd, struct netlink_ext_ack *extack)
{
	if (!attr || !nla_len(attr)) {
		memset(cursor, 0, sizeof(*cursor));
		cursor->cookie = msg_cookie;
		cursor->time = ktime_get_boottime_ns();
		cursor->cmd = cmd;
		return 0;
	}
	if (nla_len(attr) != sizeof(*cursor)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not a cursor");
		return -EINVAL;
	}
	nla_memcpy(cursor, attr, sizeof(*cursor));
	if (cursor->cookie != msg_cookie) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the cursor is of another load of the module");
		return -ESTALE;
	}
	if (cursor->cmd != cmd) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the cursor is of another command");
		return -ESTALE;
	}
	return 0;
}

static int page_end(struct nta_msg *msg, const struct nta_walk *walk, bool more)
{
	void *hdr;

	msg->reserve = 0;
	if (walk->moved)
		msg->flags |= NLM_F_DUMP_INTR;
	hdr = nta_msg_begin(msg, NETATOP_CMD_PAGE_END);
	if (!hdr)
		return -EMSGSIZE;
	if (more && nla_put(msg->skb, NETATOP_A_CURSOR, sizeof(walk->cursor),
			    &walk->cursor))
		return -EMSGSIZE;
	return nta_msg_end(msg, hdr) ?: nta_msg_done(msg);
}

/**
 * nta_walk_page() - answer with one page of a walk
 * @info: of the request, which has NETATOP_A_CURSOR
 * @cmd: the command
 * @fill: goes on with the walk
 *
 * Return: 0 or an error.
 */
int nta_walk_page(struct genl_info *info, u8 cmd, nta_walk_fn *fill)
{
	struct nta_walk walk = { .attrs = info->attrs };
	struct nta_msg msg;
	int err, more;

	err = cursor_begin(&walk.cursor, info->attrs[NETATOP_A_CURSOR], cmd,
			   info->extack);
	if (err)
		return err;
	if (!nta_msg_page(&msg, info))
		return -ENOMEM;
	msg.time = walk.cursor.time;
	more = fill(&walk, &msg);
	err = more < 0 ? more : page_end(&msg, &walk, more);
	if (err) {
		kfree_skb(msg.skb);
		return err;
	}
	return nta_msg_send(msg.skb, info);
}

static struct nta_walk *cb_walk(struct netlink_callback *cb)
{
	return *(struct nta_walk **)cb->ctx;
}

static bool dump_is_open;

/**
 * nta_dump_open() - let dumps begin
 */
void nta_dump_open(void)
{
	WRITE_ONCE(dump_is_open, true);
}

/**
 * nta_dump_start() - begin a dump that keeps no state
 * @cb: the dump
 *
 * Return: 0, or -EAGAIN as long as the module is being loaded.
 */
int nta_dump_start(struct netlink_callback *cb)
{
	if (READ_ONCE(dump_is_open))
		return 0;
	NL_SET_ERR_MSG(cb->extack, "the module is being loaded");
	return -EAGAIN;
}

/**
 * nta_walk_start() - begin a dump
 * @cb: the dump
 * @cmd: the command
 *
 * Return: 0 or an error.
 */
int nta_walk_start(struct netlink_callback *cb, u8 cmd)
{
	struct nlattr **attrs = nta_dump_attrs(cb);
	struct nta_walk *walk;
	int err;

	err = nta_dump_start(cb);
	if (err)
		return err;
	if (attrs[NETATOP_A_CURSOR]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[NETATOP_A_CURSOR],
				    "a dump has no cursor");
		return -EINVAL;
	}
	walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	if (!walk)
		return -ENOMEM;
	walk->attrs = attrs;
	walk->cb = cb;
	cursor_begin(&walk->cursor, NULL, cmd, NULL);
	cb->seq = 1;
	cb->prev_seq = 1;
	*(struct nta_walk **)cb->ctx = walk;
	return 0;
}

/**
 * nta_walk_dump() - go on with a dump
 * @skb: where to
 * @cb: the dump
 * @fill: goes on with the walk
 *
 * Return: as netlink wants it.
 */
int nta_walk_dump(struct sk_buff *skb, struct netlink_callback *cb,
		  nta_walk_fn *fill)
{
	struct nta_walk *walk = cb_walk(cb);
	struct nta_msg msg = {
		.skb	= skb,
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.time	= walk->cursor.time,
		.flags	= NLM_F_MULTI,
		.cb	= cb,
	};
	int more;

	do {
		more = fill(walk, &msg);
		if (more > 0 && !skb->len && fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	} while (more > 0 && !skb->len);
	return more < 0 ? more : skb->len;
}

/**
 * nta_walk_finish() - end a dump
 * @cb: the dump
 *
 * Return: 0.
 */
int nta_walk_finish(struct netlink_callback *cb)
{
	kfree(cb_walk(cb));
	return 0;
}
