// SPDX-License-Identifier: GPL-2.0
/*
 * The books, the counts of events, and the tunables, by generic netlink.
 */
#include "netlink_books.h"
#include "books.h"
#include "exitlist.h"
#include "params.h"
#include "sockinfo.h"
#include "stats.h"
#include "task.h"
#include "version.h"

#include <linux/timekeeping.h>

static const char *const book_names[NTA_BOOKS] = {
	[NTA_BOOK_TOTAL]	= "total",
	[NTA_BOOK_TASKS]	= "tasks",
	[NTA_BOOK_EXITED]	= "exited",
	[NTA_BOOK_RETIRED]	= "retired",
	[NTA_BOOK_UNOWNED]	= "unowned",
	[NTA_BOOK_UNIDENTIFIED]	= "unidentified",
	[NTA_BOOK_TUNNEL]	= "tunnel",
	[NTA_BOOK_EXCLUDED]	= "excluded",
};

static const int event_attr[NTA_EVENTS] = {
	[NTA_ICMP_SND]		= NETATOP_A_STATS_ICMP_SND_PACKETS,
	[NTA_ICMP_RCV]		= NETATOP_A_STATS_ICMP_RCV_PACKETS,
	[NTA_RECORD_OVERFLOW]	= NETATOP_A_STATS_RECORD_OVERFLOW,
	[NTA_SOCKET_OVERFLOW]	= NETATOP_A_STATS_SOCKET_OVERFLOW,
	[NTA_ATTACHED]		= NETATOP_A_STATS_ATTACHED,
	[NTA_ATTACH_FAILED]	= NETATOP_A_STATS_ATTACH_FAILED,
	[NTA_READOPTED]		= NETATOP_A_STATS_READOPTED,
	[NTA_CLAIMED]		= NETATOP_A_STATS_CLAIMED,
	[NTA_LATE_PACKETS]	= NETATOP_A_STATS_LATE_PACKETS,
	[NTA_GC_RUNS]		= NETATOP_A_STATS_GC_RUNS,
	[NTA_SEARCHES]		= NETATOP_A_STATS_SEARCHES,
	[NTA_SEARCHED_FILES]	= NETATOP_A_STATS_SEARCHED_FILES,
};

static const struct {
	int		attr;
	unsigned int	(*read)(void);
} gauges[] = {
	{ NETATOP_A_STATS_PROCESSES, nta_task_count },
	{ NETATOP_A_STATS_THREADS, nta_thread_count },
	{ NETATOP_A_STATS_UNOWNED_RECORDS, nta_record_unowned },
	{ NETATOP_A_STATS_RECORDS, nta_record_used },
	{ NETATOP_A_STATS_EXIT_RECORDS, nta_exitlist_count },
	{ NETATOP_A_STATS_SOCKETS, nta_sock_count },
};

static int put_book(struct sk_buff *skb, enum nta_book book)
{
	struct nta_counters sum;
	struct nlattr *nest;

	nta_books_read(book, &sum);
	nest = nla_nest_start(skb, NETATOP_A_BOOK);
	if (!nest ||
	    nla_put_string(skb, NETATOP_A_BOOK_NAME, book_names[book]) ||
	    nta_msg_counters(skb, NETATOP_A_BOOK_COUNTERS, &sum))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_stat(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, NETATOP_A_STATS_PAD);
}

static int put_stats(struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, NETATOP_A_STATS);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < NTA_EVENTS; i++)
		if (event_attr[i] &&
		    put_stat(skb, event_attr[i], nta_stats_events(i)))
			return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(gauges); i++)
		if (put_stat(skb, gauges[i].attr, gauges[i].read()))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_books(struct nta_msg *msg)
{
	void *hdr = nta_msg_begin(msg, NETATOP_CMD_BOOKS_GET);
	unsigned int i;

	if (!hdr ||
	    nla_put_string(msg->skb, NETATOP_A_VERSION, NTA_VERSION))
		return -EMSGSIZE;
	for (i = 0; i < NTA_BOOKS; i++)
		if (put_book(msg->skb, i))
			return -EMSGSIZE;
	return put_stats(msg->skb) ?: nta_msg_end(msg, hdr);
}

/**
 * nta_netlink_books_get() - answer with the books
 * @skb: the request
 * @info: of the request
 *
 * Return: 0 or an error.
 */
int nta_netlink_books_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nta_msg msg = {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.time	= ktime_get_boottime_ns(),
	};
	int err;

	msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg.skb)
		return -ENOMEM;
	err = put_books(&msg);
	if (err) {
		kfree_skb(msg.skb);
		return err;
	}
	return nta_msg_send(msg.skb, info);
}

static int put_tunable(struct nta_msg *msg, enum nta_param id)
{
	struct sk_buff *skb = msg->skb;
	struct nta_param_info info;
	struct nlattr *nest;
	void *hdr;

	nta_param_read(id, &info);
	hdr = nta_msg_begin(msg, NETATOP_CMD_TUNABLE_GET);
	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, NETATOP_A_TUNABLE);
	if (!nest ||
	    nla_put_string(skb, NETATOP_A_TUNABLE_NAME, info.name) ||
	    nla_put_s64(skb, NETATOP_A_TUNABLE_VALUE, info.value,
			NETATOP_A_TUNABLE_PAD) ||
	    nla_put_s64(skb, NETATOP_A_TUNABLE_LOWEST, info.min,
			NETATOP_A_TUNABLE_PAD) ||
	    nla_put_s64(skb, NETATOP_A_TUNABLE_HIGHEST, info.max,
			NETATOP_A_TUNABLE_PAD) ||
	    nla_put_string(skb, NETATOP_A_TUNABLE_TEXT, info.text)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return nta_msg_end(msg, hdr);
}

/**
 * nta_netlink_tunable_dump() - dump the tunables
 * @skb: where to
 * @cb: the dump
 *
 * Return: as netlink wants it.
 */
int nta_netlink_tunable_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nta_msg msg = {
		.skb	= skb,
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.time	= ktime_get_boottime_ns(),
		.flags	= NLM_F_MULTI,
	};

	while (cb->args[0] < NTA_PARAMS && !put_tunable(&msg, cb->args[0]))
		cb->args[0]++;
	return skb->len;
}
