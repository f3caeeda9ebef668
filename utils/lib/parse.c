// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From netlink messages to structures.
 */
#include "parse.h"
#include "attr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <sys/socket.h>

/* The fields of @to, all u64, that are the attributes of a nest. */
struct field {
	unsigned int type;
	size_t offset;
};

#define COUNTER(name, field) \
	{ NETATOP_A_COUNTER_##name, offsetof(struct netatop_counters, field) }

static const struct field counter_fields[] = {
	COUNTER(TCP_SND_PACKETS, tcp_snd_packets),
	COUNTER(TCP_SND_BYTES, tcp_snd_bytes),
	COUNTER(TCP_RCV_PACKETS, tcp_rcv_packets),
	COUNTER(TCP_RCV_BYTES, tcp_rcv_bytes),
	COUNTER(UDP_SND_PACKETS, udp_snd_packets),
	COUNTER(UDP_SND_BYTES, udp_snd_bytes),
	COUNTER(UDP_RCV_PACKETS, udp_rcv_packets),
	COUNTER(UDP_RCV_BYTES, udp_rcv_bytes),
};

#define STAT(name, field) \
	{ NETATOP_A_STATS_##name, offsetof(struct netatop_stats, field) }

static const struct field stats_fields[] = {
	STAT(ICMP_SND_PACKETS, icmp_snd_packets),
	STAT(ICMP_RCV_PACKETS, icmp_rcv_packets),
	STAT(RECORD_OVERFLOW, record_overflow),
	STAT(SOCKET_OVERFLOW, socket_overflow),
	STAT(ATTACHED, attached),
	STAT(ATTACH_FAILED, attach_failed),
	STAT(READOPTED, readopted),
	STAT(CLAIMED, claimed),
	STAT(LATE_PACKETS, late_packets),
	STAT(GC_RUNS, gc_runs),
	STAT(SEARCHES, searches),
	STAT(SEARCHED_FILES, searched_files),
	STAT(PROCESSES, processes),
	STAT(THREADS, threads),
	STAT(UNOWNED_RECORDS, unowned_records),
	STAT(RECORDS, records),
	STAT(EXIT_RECORDS, exit_records),
	STAT(SOCKETS, sockets),
};

_Static_assert(NETATOP_A_MAX < NTA_ATTRS, "struct nta_attrs has room for all");
_Static_assert(ARRAY_SIZE(counter_fields) == NETATOP_A_COUNTER_MAX - NETATOP_A_COUNTER_PAD &&
	       ARRAY_SIZE(stats_fields) == NETATOP_A_STATS_MAX - NETATOP_A_STATS_PAD,
	       "all fields of the contract are read");

static unsigned int get_fields(struct nta_attrs *attrs, const struct field *fields,
			       unsigned int count, void *to)
{
	unsigned int i, found = 0;

	for (i = 0; i < count; i++)
		found += nta_attr_u64(attrs, fields[i].type,
				 (uint64_t *)((char *)to + fields[i].offset));
	return found;
}

static void get_counters(struct nta_attrs *attrs, unsigned int type, struct netatop_counters *to)
{
	struct nta_attrs nest;

	if (!attrs->of[type] ||
	    nta_attrs_nest(&nest, attrs->of[type], NETATOP_A_COUNTER_MAX) ||
	    get_fields(&nest, counter_fields, ARRAY_SIZE(counter_fields), to) !=
	    ARRAY_SIZE(counter_fields))
		nta_attr_missing(attrs);
}

int nta_parse_head(const struct nlmsghdr *nlh, struct nta_head *head)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nta_attrs attrs;

	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	head->cmd = genl->cmd;
	if (!nta_attr_u64(&attrs, NETATOP_A_COOKIE, &head->cookie) || !head->cookie ||
	    !nta_attr_u64(&attrs, NETATOP_A_TIME, &head->time))
		return nta_attr_missing(&attrs);
	return attrs.err;
}

int nta_parse_task(const struct nlmsghdr *nlh, struct netatop_task *task)
{
	struct nta_attrs attrs;
	bool tid, tid_start;

	memset(task, 0, sizeof(*task));
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	if (!nta_attr_pid(&attrs, NETATOP_A_TGID, &task->tgid) ||
	    !nta_attr_u64(&attrs, NETATOP_A_START, &task->start))
		return nta_attr_missing(&attrs);
	get_counters(&attrs, NETATOP_A_COUNTERS, &task->counters);
	tid = nta_attr_pid(&attrs, NETATOP_A_TID, &task->tid);
	tid_start = nta_attr_u64(&attrs, NETATOP_A_TID_START, &task->tid_start);
	if (tid != tid_start)
		return nta_attr_missing(&attrs);
	if (tid)
		task->present |= NETATOP_HAS_TID;
	if (nta_attr_string(&attrs, NETATOP_A_NAME, task->name, sizeof(task->name)))
		task->present |= NETATOP_HAS_NAME;
	if (nta_attr_u64(&attrs, NETATOP_A_BTIME, &task->btime))
		task->present |= NETATOP_HAS_BTIME;
	if (nta_attr_u32(&attrs, NETATOP_A_UID, &task->uid))
		task->present |= NETATOP_HAS_UID;
	if (nta_attr_u64(&attrs, NETATOP_A_CGROUP, &task->cgroup))
		task->present |= NETATOP_HAS_CGROUP;
	if (nta_attr_pid(&attrs, NETATOP_A_NS_PID, &task->ns_pid))
		task->present |= NETATOP_HAS_NS_PID;
	if (nta_attr_u32(&attrs, NETATOP_A_NETNS_INO, &task->netns_ino))
		task->present |= NETATOP_HAS_NETNS_INO;
	if (nta_attr_u64(&attrs, NETATOP_A_NETNS_COOKIE, &task->netns_cookie))
		task->present |= NETATOP_HAS_NETNS_COOKIE;
	if (nta_attr_u32(&attrs, NETATOP_A_STATE, &task->state))
		task->present |= NETATOP_HAS_STATE;
	if (nta_attr_u64(&attrs, NETATOP_A_FIRST, &task->first))
		task->present |= NETATOP_HAS_FIRST;
	if (nta_attr_u64(&attrs, NETATOP_A_LAST, &task->last))
		task->present |= NETATOP_HAS_LAST;
	if (nta_attr_u64(&attrs, NETATOP_A_EXIT_SEQ, &task->exit_seq))
		task->present |= NETATOP_HAS_EXIT_SEQ;
	return attrs.err;
}

int nta_parse_late(const struct nlmsghdr *nlh, struct netatop_counters *counters)
{
	struct nta_attrs attrs;

	memset(counters, 0, sizeof(*counters));
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	get_counters(&attrs, NETATOP_A_COUNTERS, counters);
	return attrs.err;
}

static void get_tuple(struct nta_attrs *attrs, unsigned int type, uint8_t l3proto,
		      struct netatop_tuple *to)
{
	size_t len = l3proto == AF_INET ? 4 : 16;
	struct nta_attrs nest;

	if (!attrs->of[type] ||
	    nta_attrs_nest(&nest, attrs->of[type], NETATOP_A_TUPLE_MAX) ||
	    !nta_attr_bytes(&nest, NETATOP_A_TUPLE_SRC, to->src, len) ||
	    !nta_attr_bytes(&nest, NETATOP_A_TUPLE_DST, to->dst, len) ||
	    !nta_attr_u16(&nest, NETATOP_A_TUPLE_SPORT, &to->sport) ||
	    !nta_attr_u16(&nest, NETATOP_A_TUPLE_DPORT, &to->dport))
		nta_attr_missing(attrs);
}

static void get_owner(struct nta_attrs *attrs, unsigned int type, struct netatop_owner *to)
{
	struct nta_attrs nest;

	if (!attrs->of[type] ||
	    nta_attrs_nest(&nest, attrs->of[type], NETATOP_A_OWNER_MAX) ||
	    !nta_attr_u32(&nest, NETATOP_A_OWNER_KIND, &to->kind)) {
		nta_attr_missing(attrs);
		return;
	}
	if (to->kind != NETATOP_OWNER_THREAD)
		return;
	nta_attr_pid(&nest, NETATOP_A_OWNER_TID, &to->tid);
	nta_attr_string(&nest, NETATOP_A_OWNER_NAME, to->name, sizeof(to->name));
	if (!nta_attr_pid(&nest, NETATOP_A_OWNER_TGID, &to->tgid) ||
	    !nta_attr_u64(&nest, NETATOP_A_OWNER_START, &to->start) || nest.err)
		nta_attr_missing(attrs);
}

static void get_entry(struct nta_attrs *attrs, struct netatop_flow *flow)
{
	if (!(flow->present & NETATOP_FLOW_HAS_L3PROTO)) {
		nta_attr_missing(attrs);
		return;
	}
	flow->present |= NETATOP_FLOW_HAS_CT;
	nta_attr_u16(attrs, NETATOP_A_ZONE, &flow->zone);
	nta_attr_u8(attrs, NETATOP_A_ZONE_DIR, &flow->zone_dir);
	get_tuple(attrs, NETATOP_A_TUPLE_ORIG, flow->l3proto, &flow->tuple_orig);
	get_tuple(attrs, NETATOP_A_TUPLE_REPLY, flow->l3proto, &flow->tuple_reply);
	get_owner(attrs, NETATOP_A_OWNER_ORIG, &flow->owner_orig);
	get_owner(attrs, NETATOP_A_OWNER_REPLY, &flow->owner_reply);
}

static void get_socket(struct nta_attrs *attrs, struct netatop_flow *flow)
{
	flow->present |= NETATOP_FLOW_HAS_SOCK;
	get_owner(attrs, NETATOP_A_OWNER_SOCK, &flow->owner_sock);
	if (nta_attr_u64(attrs, NETATOP_A_SOCK_COOKIE, &flow->sock_cookie))
		flow->present |= NETATOP_FLOW_HAS_SOCK_COOKIE;
	if (!attrs->of[NETATOP_A_TUPLE_SOCK])
		return;
	if (!(flow->present & NETATOP_FLOW_HAS_L3PROTO)) {
		nta_attr_missing(attrs);
		return;
	}
	flow->present |= NETATOP_FLOW_HAS_TUPLE_SOCK;
	get_tuple(attrs, NETATOP_A_TUPLE_SOCK, flow->l3proto, &flow->tuple_sock);
}

int nta_parse_flow(const struct nlmsghdr *nlh, struct netatop_flow *flow)
{
	struct nta_attrs attrs;

	memset(flow, 0, sizeof(*flow));
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	if (!nta_attr_u8(&attrs, NETATOP_A_L4PROTO, &flow->l4proto))
		return nta_attr_missing(&attrs);
	if (nta_attr_u8(&attrs, NETATOP_A_L3PROTO, &flow->l3proto)) {
		if (flow->l3proto != AF_INET && flow->l3proto != AF_INET6)
			return nta_attr_missing(&attrs);
		flow->present |= NETATOP_FLOW_HAS_L3PROTO;
	}
	if (nta_attr_u32(&attrs, NETATOP_A_NETNS_INO, &flow->netns_ino))
		flow->present |= NETATOP_FLOW_HAS_NETNS_INO;
	if (nta_attr_u64(&attrs, NETATOP_A_NETNS_COOKIE, &flow->netns_cookie))
		flow->present |= NETATOP_FLOW_HAS_NETNS_COOKIE;
	if (attrs.of[NETATOP_A_CT_ID] &&
	    nta_attr_u32(&attrs, NETATOP_A_CT_ID, &flow->ct_id))
		get_entry(&attrs, flow);
	else
		get_socket(&attrs, flow);
	return attrs.err;
}

static int add_book(struct netatop_books *books, const struct nlattr *attr)
{
	struct netatop_book *book = &books->book[books->count];
	struct nta_attrs nest;

	if (books->count == NETATOP_BOOKS_MAX)
		return -EOVERFLOW;
	if (nta_attrs_nest(&nest, attr, NETATOP_A_BOOK_MAX))
		return nest.err;
	if (!nta_attr_string(&nest, NETATOP_A_BOOK_NAME, book->name, sizeof(book->name)))
		return nta_attr_missing(&nest);
	get_counters(&nest, NETATOP_A_BOOK_COUNTERS, &book->counters);
	books->count += !nest.err;
	return nest.err;
}

int nta_parse_books(const struct nlmsghdr *nlh, struct netatop_books *books)
{
	const char *at = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	const struct nlattr *attr;
	struct nta_attrs attrs, nest;
	int err = 0;

	memset(books, 0, sizeof(*books));
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	if (!nta_attr_string(&attrs, NETATOP_A_VERSION, books->version, sizeof(books->version)) ||
	    !attrs.of[NETATOP_A_STATS] ||
	    nta_attrs_nest(&nest, attrs.of[NETATOP_A_STATS], NETATOP_A_STATS_MAX))
		return nta_attr_missing(&attrs);
	get_fields(&nest, stats_fields, ARRAY_SIZE(stats_fields), &books->stats);
	if (nest.err)
		return nest.err;
	while (!err && (attr = nta_attr_next(&at, mnl_nlmsg_get_payload_tail(nlh), &err)))
		if (mnl_attr_get_type(attr) == NETATOP_A_BOOK)
			err = add_book(books, attr);
	return err;
}

int nta_parse_tunable(const struct nlmsghdr *nlh, struct netatop_tunable *tunable)
{
	struct nta_attrs attrs, nest;

	memset(tunable, 0, sizeof(*tunable));
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	if (!attrs.of[NETATOP_A_TUNABLE] ||
	    nta_attrs_nest(&nest, attrs.of[NETATOP_A_TUNABLE], NETATOP_A_TUNABLE_MAX) ||
	    !nta_attr_string(&nest, NETATOP_A_TUNABLE_NAME, tunable->name, sizeof(tunable->name)) ||
	    !nta_attr_string(&nest, NETATOP_A_TUNABLE_TEXT, tunable->text, sizeof(tunable->text)) ||
	    !nta_attr_s64(&nest, NETATOP_A_TUNABLE_VALUE, &tunable->value) ||
	    !nta_attr_s64(&nest, NETATOP_A_TUNABLE_LOWEST, &tunable->lowest) ||
	    !nta_attr_s64(&nest, NETATOP_A_TUNABLE_HIGHEST, &tunable->highest))
		return nta_attr_missing(&attrs);
	return 0;
}

int nta_parse_cursor(const struct nlmsghdr *nlh, struct nta_cursor *cursor)
{
	struct nta_attrs attrs;
	const struct nlattr *attr;

	cursor->len = 0;
	if (nta_attrs_message(&attrs, nlh, NETATOP_A_MAX))
		return attrs.err;
	attr = attrs.of[NETATOP_A_CURSOR];
	if (!attr)
		return 0;
	/* an empty one would begin the walk again */
	if (!mnl_attr_get_payload_len(attr) ||
	    mnl_attr_get_payload_len(attr) > sizeof(cursor->data))
		return nta_attr_missing(&attrs);
	cursor->len = mnl_attr_get_payload_len(attr);
	memcpy(cursor->data, mnl_attr_get_payload(attr), cursor->len);
	return 0;
}
