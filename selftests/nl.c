// SPDX-License-Identifier: GPL-2.0
/*
 * Speaks to the generic netlink family netatop, and prints each message it gets as a line of
 * name=value; names in a nest have those around them in front.
 *
 *	nl [-u] get|dump|page|one COMMAND [ATTRIBUTE[=VALUE]...]
 *	nl [-u] listen [COUNT]	joins the group, says "listening"; COUNT messages, else until SIGTERM
 *	nl [-u] lurk		joins all groups, with or without the module; says "lurking", and what comes
 *	nl half COMMAND [...]	begins a dump, reads one datagram, says "half"; the rest after SIGUSR1
 *	nl same [threads]	compares a walk with what getsockopt says of each
 *	nl bench		times a walk by tables, and one for those that have changed where none has, against a
 *				getsockopt for each process, three times
 *	nl fuzz SECONDS SEED	sends random and mutated requests, says how many; some must have been answered
 *
 * COMMAND is task, flow, books, tunable, exit, or a number. "page" walks by pages, "one" does one
 * page. An ATTRIBUTE is as in the table below, or NUMBER:HEX. -u gives up all privileges first.
 * An error is the line errno=NAME text=... offset=..., and the status is 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "netatop.h"
#include "netatop_netlink.h"
#include "limit.h"

enum type { NONE, U8, U16, U32, U64, S64, BE16, ADDR, STR, BIN, FLAG, NEST };

struct attr {
	const char *name;
	enum type type;
	const struct attr *in;
	int max;
};

#define IN(table)	NEST, table, sizeof(table) / sizeof(*(table)) - 1

static const struct attr counter_attrs[] = {
	[NETATOP_A_COUNTER_TCP_SND_PACKETS] = { "tcpsndpacks", U64 },
	[NETATOP_A_COUNTER_TCP_SND_BYTES] = { "tcpsndbytes", U64 },
	[NETATOP_A_COUNTER_TCP_RCV_PACKETS] = { "tcprcvpacks", U64 },
	[NETATOP_A_COUNTER_TCP_RCV_BYTES] = { "tcprcvbytes", U64 },
	[NETATOP_A_COUNTER_UDP_SND_PACKETS] = { "udpsndpacks", U64 },
	[NETATOP_A_COUNTER_UDP_SND_BYTES] = { "udpsndbytes", U64 },
	[NETATOP_A_COUNTER_UDP_RCV_PACKETS] = { "udprcvpacks", U64 },
	[NETATOP_A_COUNTER_UDP_RCV_BYTES] = { "udprcvbytes", U64 },
};

static const struct attr tuple_attrs[] = {
	[NETATOP_A_TUPLE_SRC] = { "src", ADDR },
	[NETATOP_A_TUPLE_DST] = { "dst", ADDR },
	[NETATOP_A_TUPLE_SPORT] = { "sport", BE16 },
	[NETATOP_A_TUPLE_DPORT] = { "dport", BE16 },
};

static const struct attr owner_attrs[] = {
	[NETATOP_A_OWNER_KIND] = { "kind", U32 },
	[NETATOP_A_OWNER_TGID] = { "tgid", U32 },
	[NETATOP_A_OWNER_START] = { "start", U64 },
	[NETATOP_A_OWNER_TID] = { "tid", U32 },
	[NETATOP_A_OWNER_NAME] = { "name", STR },
};

static const struct attr book_attrs[] = {
	[NETATOP_A_BOOK_NAME] = { "name", STR },
	[NETATOP_A_BOOK_COUNTERS] = { "counters", IN(counter_attrs) },
};

static const struct attr stats_attrs[] = {
	[NETATOP_A_STATS_ICMP_SND_PACKETS] = { "icmp_snd_packets", U64 },
	[NETATOP_A_STATS_ICMP_RCV_PACKETS] = { "icmp_rcv_packets", U64 },
	[NETATOP_A_STATS_RECORD_OVERFLOW] = { "record_overflow", U64 },
	[NETATOP_A_STATS_SOCKET_OVERFLOW] = { "socket_overflow", U64 },
	[NETATOP_A_STATS_ATTACHED] = { "attached", U64 },
	[NETATOP_A_STATS_ATTACH_FAILED] = { "attach_failed", U64 },
	[NETATOP_A_STATS_READOPTED] = { "readopted", U64 },
	[NETATOP_A_STATS_CLAIMED] = { "claimed", U64 },
	[NETATOP_A_STATS_LATE_PACKETS] = { "late_packets", U64 },
	[NETATOP_A_STATS_GC_RUNS] = { "gc_runs", U64 },
	[NETATOP_A_STATS_SEARCHES] = { "searches", U64 },
	[NETATOP_A_STATS_SEARCHED_FILES] = { "searched_files", U64 },
	[NETATOP_A_STATS_PROCESSES] = { "processes", U64 },
	[NETATOP_A_STATS_THREADS] = { "threads", U64 },
	[NETATOP_A_STATS_UNOWNED_RECORDS] = { "unowned_records", U64 },
	[NETATOP_A_STATS_RECORDS] = { "records", U64 },
	[NETATOP_A_STATS_EXIT_RECORDS] = { "exit_records", U64 },
	[NETATOP_A_STATS_SOCKETS] = { "sockets", U64 },
};

static const struct attr tunable_attrs[] = {
	[NETATOP_A_TUNABLE_NAME] = { "name", STR },
	[NETATOP_A_TUNABLE_VALUE] = { "value", S64 },
	[NETATOP_A_TUNABLE_LOWEST] = { "lowest", S64 },
	[NETATOP_A_TUNABLE_HIGHEST] = { "highest", S64 },
	[NETATOP_A_TUNABLE_TEXT] = { "text", STR },
};

static const struct attr attrs[] = {
	[NETATOP_A_VERSION] = { "version", STR },
	[NETATOP_A_COOKIE] = { "cookie", U64 },
	[NETATOP_A_TIME] = { "time", U64 },
	[NETATOP_A_CURSOR] = { "cursor", BIN },
	[NETATOP_A_TGID] = { "tgid", U32 },
	[NETATOP_A_START] = { "start", U64 },
	[NETATOP_A_TID] = { "tid", U32 },
	[NETATOP_A_TID_START] = { "tid_start", U64 },
	[NETATOP_A_NAME] = { "name", STR },
	[NETATOP_A_BTIME] = { "btime", U64 },
	[NETATOP_A_UID] = { "uid", U32 },
	[NETATOP_A_CGROUP] = { "cgroup", U64 },
	[NETATOP_A_NS_PID] = { "ns_pid", U32 },
	[NETATOP_A_NETNS_INO] = { "netns_ino", U32 },
	[NETATOP_A_NETNS_COOKIE] = { "netns_cookie", U64 },
	[NETATOP_A_COUNTERS] = { "counters", IN(counter_attrs) },
	[NETATOP_A_FIRST] = { "first", U64 },
	[NETATOP_A_LAST] = { "last", U64 },
	[NETATOP_A_THREADS] = { "threads", FLAG },
	[NETATOP_A_SINCE] = { "since", U64 },
	[NETATOP_A_STATE] = { "state", U32 },
	[NETATOP_A_CT_ID] = { "ct_id", U32 },
	[NETATOP_A_ZONE] = { "zone", U16 },
	[NETATOP_A_ZONE_DIR] = { "zone_dir", U8 },
	[NETATOP_A_L3PROTO] = { "l3proto", U8 },
	[NETATOP_A_L4PROTO] = { "l4proto", U8 },
	[NETATOP_A_TUPLE_ORIG] = { "tuple_orig", IN(tuple_attrs) },
	[NETATOP_A_TUPLE_REPLY] = { "tuple_reply", IN(tuple_attrs) },
	[NETATOP_A_TUPLE_SOCK] = { "tuple_sock", IN(tuple_attrs) },
	[NETATOP_A_OWNER_ORIG] = { "owner_orig", IN(owner_attrs) },
	[NETATOP_A_OWNER_REPLY] = { "owner_reply", IN(owner_attrs) },
	[NETATOP_A_OWNER_SOCK] = { "owner_sock", IN(owner_attrs) },
	[NETATOP_A_SOCK_COOKIE] = { "sock_cookie", U64 },
	[NETATOP_A_BOOK] = { "book", IN(book_attrs) },
	[NETATOP_A_STATS] = { "stats", IN(stats_attrs) },
	[NETATOP_A_TUNABLE] = { "tunable", IN(tunable_attrs) },
	[NETATOP_A_LIMIT] = { "limit", U32 },
	[NETATOP_A_HOLD] = { "hold", FLAG },
	[NETATOP_A_EXIT_SEQ] = { "exit_seq", U64 },
	[NETATOP_A_TABLE] = { "table", FLAG },
	[NETATOP_A_BOOT] = { "boot", U64 },
	[NETATOP_A_ROW_SIZE] = { "row_size", U32 },
	[NETATOP_A_ROWS] = { "rows", BIN },
};

static const struct attr top = { NULL, IN(attrs) };

static const struct { const char *name; int cmd; } commands[] = {
	{ "task", NETATOP_CMD_TASK_GET }, { "flow", NETATOP_CMD_FLOW_GET },
	{ "books", NETATOP_CMD_BOOKS_GET }, { "tunable", NETATOP_CMD_TUNABLE_GET },
	{ "exit", NETATOP_CMD_EXIT_READ },
};

static struct mnl_socket *sock;
static int family, group;
static unsigned int seq;
static unsigned char cursor[NETATOP_CURSOR_SIZE];
static int cursor_len;		/* -1: the last page was the end */
static char buf[NETATOP_PAGE_SIZE];

static void fail(const char *what)
{
	fprintf(stderr, "nl: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* --- printing */

static void print_value(const struct nlattr *a, enum type type)
{
	const unsigned char *data = mnl_attr_get_payload(a);
	int len = mnl_attr_get_payload_len(a);
	char text[INET6_ADDRSTRLEN];

	switch (type) {
	case U8: printf("%u", mnl_attr_get_u8(a)); break;
	case U16: printf("%u", mnl_attr_get_u16(a)); break;
	case U32: printf("%u", mnl_attr_get_u32(a)); break;
	case U64: printf("%llu", (unsigned long long)mnl_attr_get_u64(a)); break;
	case S64: printf("%lld", (long long)mnl_attr_get_u64(a)); break;
	case BE16: printf("%u", ntohs(mnl_attr_get_u16(a))); break;
	case ADDR: fputs(inet_ntop(len == 4 ? AF_INET : AF_INET6, data, text, sizeof(text)), stdout); break;
	case STR: fputs(mnl_attr_get_str(a), stdout); break;
	default:
		for (int i = 0; i < len; i++)
			printf("%02x", data[i]);
	}
}

static void print_attr(const struct nlattr *a, const struct attr *table, int max, const char *prefix)
{
	const struct nlattr *b;
	int type = mnl_attr_get_type(a);
	char name[128];

	if (type <= max && !table[type].name)
		return;
	if (type > max) {
		printf(" %sunknown%d=", prefix, type);
		print_value(a, BIN);
		return;
	}
	if (table[type].type != NEST) {
		printf(" %s%s=", prefix, table[type].name);
		print_value(a, table[type].type);
		return;
	}
	snprintf(name, sizeof(name), "%s%s.", prefix, table[type].name);
	mnl_attr_for_each_nested(b, a)
		print_attr(b, table[type].in, table[type].max, name);
}

static unsigned long long get(const struct nlmsghdr *nlh, int type)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == type)
			return mnl_attr_get_payload_len(a) == 4 ? mnl_attr_get_u32(a) : mnl_attr_get_u64(a);
	return 0;
}

static void print_known(const char *name, unsigned long long value)
{
	if (value)
		printf(" %s=%llu", name, value);
}

/* As if it were a message. */
static void print_row(const struct nlmsghdr *nlh, const struct netatop_row *row)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	unsigned long long start = row->tid ? row->tid_start : row->start;

	printf("cmd=%d intr=%d cookie=%llu time=%llu tgid=%u start=%llu btime=%llu name=%s state=%u uid=%u",
	       genl->cmd, !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR), get(nlh, NETATOP_A_COOKIE),
	       get(nlh, NETATOP_A_TIME), row->tgid, (unsigned long long)row->start,
	       (start + get(nlh, NETATOP_A_BOOT)) / 1000000000, row->name, row->state, row->uid);
	for (int i = 0; i < 8; i++)
		printf(" counters.%s=%llu", counter_attrs[NETATOP_A_COUNTER_TCP_SND_PACKETS + i].name,
		       (unsigned long long)row->counter[i]);
	printf(" first=%llu last=%llu", (unsigned long long)row->first, (unsigned long long)row->last);
	print_known("cgroup", row->cgroup);
	print_known("ns_pid", row->ns_pid);
	print_known("netns_ino", row->netns_ino);
	print_known("netns_cookie", row->netns_cookie);
	print_known("tid", row->tid);
	if (row->tid)
		printf(" tid_start=%llu", (unsigned long long)row->tid_start);
	putchar('\n');
}

static bool print_rows(const struct nlmsghdr *nlh)
{
	unsigned int size = get(nlh, NETATOP_A_ROW_SIZE);
	const struct nlattr *a;
	struct netatop_row row;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) != NETATOP_A_ROWS)
			continue;
		for (unsigned int at = 0; at < mnl_attr_get_payload_len(a); at += size) {
			memcpy(&row, (char *)mnl_attr_get_payload(a) + at, sizeof(row));
			print_row(nlh, &row);
		}
		return true;
	}
	return false;
}

static void print_message(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a;

	if (print_rows(nlh))
		return;
	printf("cmd=%d intr=%d", genl->cmd, !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR));
	mnl_attr_for_each(a, nlh, sizeof(*genl))
		print_attr(a, top.in, top.max, "");
	putchar('\n');
}

static int print_error(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a;
	unsigned int offset = 0;
	const char *text = "";
	int skip = sizeof(*err);

	if (!err->error)
		return 0;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += MNL_ALIGN(err->msg.nlmsg_len - sizeof(err->msg));
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(a, nlh, skip) {
			if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG)
				text = mnl_attr_get_str(a);
			if (mnl_attr_get_type(a) == NLMSGERR_ATTR_OFFS)
				offset = mnl_attr_get_u32(a);
		}
	printf("errno=%s text=%s offset=%u\n", strerrorname_np(-err->error), text, offset);
	return 1;
}

/* --- speaking */

static int attr_number(const char *name, size_t len)
{
	for (int i = 0; i <= top.max; i++)
		if (attrs[i].name && strlen(attrs[i].name) == len && !strncmp(attrs[i].name, name, len))
			return i;
	fprintf(stderr, "nl: no attribute %s\n", name);
	exit(2);
}

static void put_hex(struct nlmsghdr *nlh, int type, const char *hex)
{
	unsigned char data[256];
	size_t n;

	for (n = 0; n < sizeof(data) && hex[2 * n]; n++)
		sscanf(hex + 2 * n, "%2hhx", &data[n]);
	mnl_attr_put(nlh, type, n, data);
}

static void put_arg(struct nlmsghdr *nlh, const char *arg)
{
	size_t len = strcspn(arg, "=:");
	const char *value = arg[len] ? arg + len + 1 : "";
	unsigned long long number = strtoull(value, NULL, 0);
	int type;

	if (arg[len] == ':') {
		put_hex(nlh, atoi(arg), value);
		return;
	}
	type = attr_number(arg, len);
	switch (attrs[type].type) {
	case U8: mnl_attr_put_u8(nlh, type, number); break;
	case U16: mnl_attr_put_u16(nlh, type, number); break;
	case U32: mnl_attr_put_u32(nlh, type, number); break;
	case U64: mnl_attr_put_u64(nlh, type, number); break;
	case FLAG: mnl_attr_put(nlh, type, 0, NULL); break;
	default: put_hex(nlh, type, value);
	}
}

static struct nlmsghdr *request(char *where, int type, int flags, int cmd, char **args)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(where);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = NETATOP_FAMILY_VERSION;
	while (args && *args)
		put_arg(nlh, *args++);
	return nlh;
}

static void submit(const struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		fail("send");
}

static void find_group(const struct nlattr *groups)
{
	const struct nlattr *grp, *a;

	mnl_attr_for_each_nested(grp, groups)
		mnl_attr_for_each_nested(a, grp)
			if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
				group = mnl_attr_get_u32(a);
}

static void find_family(void)
{
	char request_buf[256];
	struct nlmsghdr *nlh = request(request_buf, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, NULL);
	const struct nlattr *a;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NETATOP_FAMILY_NAME);
	submit(nlh);
	if (mnl_socket_recvfrom(sock, buf, sizeof(buf)) < 0)
		fail("receive");
	nlh = (struct nlmsghdr *)buf;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		puts("errno=ENOENT text= offset=0");
		exit(1);
	}
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(a);
		if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GROUPS)
			find_group(a);
	}
}

static void open_socket(void)
{
	int one = 1;

	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID))
		fail("socket");
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one));
	find_family();
}

typedef void on_message(const struct nlmsghdr *nlh);

static void note_cursor(const struct nlmsghdr *nlh)
{
	const struct nlattr *a;

	cursor_len = -1;
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == NETATOP_A_CURSOR) {
			cursor_len = mnl_attr_get_payload_len(a);
			memcpy(cursor, mnl_attr_get_payload(a), cursor_len);
		}
}

/* Receives one datagram. Returns 1 when the answer is complete, -1 on an error. */
static int receive(on_message *cb)
{
	const struct genlmsghdr *genl;
	struct nlmsghdr *nlh;
	int len, done = 0;

	len = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	if (len < 0)
		fail("receive");
	for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 1;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return print_error(nlh) ? -1 : 1;
		genl = mnl_nlmsg_get_payload(nlh);
		if (genl->cmd == NETATOP_CMD_PAGE_END)
			note_cursor(nlh);
		cb(nlh);
		/* notices can come together */
		if (!(nlh->nlmsg_flags & NLM_F_MULTI))
			done = 1;
	}
	return done;
}

static int answer(on_message *cb)
{
	int done;

	do {
		done = receive(cb);
	} while (!done);
	return done;
}

static int pages(on_message *cb, int cmd, char **args, bool all)
{
	struct nlmsghdr *nlh;
	char out[1024];

	cursor_len = 0;
	do {
		nlh = request(out, family, 0, cmd, args);
		mnl_attr_put(nlh, NETATOP_A_CURSOR, cursor_len, cursor);
		submit(nlh);
		if (answer(cb) < 0)
			return -1;
	} while (all && cursor_len > 0);
	return 1;
}

/* --- the ways to be run */

static int same_wrong, same_right, tgids[1 << 17], nr_tgids;
static int ip_sock;

static unsigned long long get_counter(const struct nlmsghdr *nlh, int type)
{
	const struct nlattr *a, *b;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == NETATOP_A_COUNTERS)
			mnl_attr_for_each_nested(b, a)
				if (mnl_attr_get_type(b) == type)
					return mnl_attr_get_u64(b);
	return 0;
}

static void compare(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct netpertask said, wanted = { 0 };
	unsigned long long *counter = &wanted.tcpsndpacks;
	socklen_t len = sizeof(said);
	const struct nlattr *a;
	int thread;

	if (genl->cmd != NETATOP_CMD_TASK_GET)
		return;
	thread = get(nlh, NETATOP_A_TID);
	wanted.id = thread ?: (int)get(nlh, NETATOP_A_TGID);
	wanted.btime = get(nlh, NETATOP_A_BTIME);
	mnl_attr_for_each(a, nlh, sizeof(*genl))
		if (mnl_attr_get_type(a) == NETATOP_A_NAME)
			strncpy(wanted.command, mnl_attr_get_str(a), sizeof(wanted.command) - 1);
	for (int i = 0; i < 8; i++)
		counter[i] = get_counter(nlh, NETATOP_A_COUNTER_TCP_SND_PACKETS + i);
	memset(&said, 0, sizeof(said));
	said.id = wanted.id;
	if (getsockopt(ip_sock, SOL_IP, thread ? NETATOP_GETCNT_PID : NETATOP_GETCNT_TGID, &said, &len) ||
	    memcmp(&said, &wanted, sizeof(said))) {
		printf("differs: %s of %d\n", thread ? "thread" : "process", wanted.id);
		same_wrong++;
	} else {
		same_right++;
	}
}

static void note_tgid(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (genl->cmd == NETATOP_CMD_TASK_GET && nr_tgids < (int)(sizeof(tgids) / sizeof(*tgids)))
		tgids[nr_tgids++] = get(nlh, NETATOP_A_TGID);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static unsigned int looked_at;

static void look(const struct nlmsghdr *nlh)
{
	looked_at += nlh->nlmsg_len > 100;
}

static int bench(void)
{
	char never[] = "since=0xffffffffffffffff", table[] = "table";
	char *args[] = { table, NULL }, *idle_args[] = { table, never, NULL };
	double start, walk, idle, calls;
	struct netpertask said;
	int gone;

	for (int round = 0; round < 3; round++) {
		nr_tgids = gone = 0;
		if (pages(note_tgid, NETATOP_CMD_TASK_GET, NULL, true) < 0)
			return 1;
		start = now();
		if (pages(look, NETATOP_CMD_TASK_GET, args, true) < 0)
			return 1;
		walk = now() - start;
		start = now();
		if (pages(look, NETATOP_CMD_TASK_GET, idle_args, true) < 0)
			return 1;
		idle = now() - start;
		start = now();
		for (int i = 0; i < nr_tgids; i++) {
			socklen_t len = sizeof(said);

			said.id = tgids[i];
			gone += getsockopt(ip_sock, SOL_IP, NETATOP_GETCNT_TGID, &said, &len) != 0;
		}
		calls = now() - start;
		printf("processes=%d gone=%d walk_us=%.0f idle_us=%.0f calls_us=%.0f ratio=%.3f idle_ratio=%.3f\n",
		       nr_tgids, gone, walk * 1e6, idle * 1e6, calls * 1e6, walk / calls, idle / calls);
	}
	return 0;
}

static int nr_heard;

static void hear(const struct nlmsghdr *nlh)
{
	print_message(nlh);
	nr_heard++;
}

static int listen_group(int count)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group))) {
		printf("errno=%s text= offset=0\n", strerrorname_np(errno));
		return 1;
	}
	puts("listening");
	while (!count || nr_heard < count)
		if (receive(hear) < 0)
			return 1;
	return 0;
}

/* Before there is the family: all that may be joined, by whomever. */
static int lurk(void)
{
	char buf[8192];
	int joined = 0;
	ssize_t n;

	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID))
		fail("netlink");
	for (int any = 1; any <= 1024; any++)
		joined += !mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &any, sizeof(any));
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("lurking in %d groups\n", joined);
	while ((n = mnl_socket_recvfrom(sock, buf, sizeof(buf))) > 0) {
		const struct nlmsghdr *nlh = (void *)buf;

		if (nlh->nlmsg_type != GENL_ID_CTRL)
			printf("type=%u bytes=%zd\n", nlh->nlmsg_type, n);
	}
	return 1;
}

static int half(int cmd, char **args)
{
	char out[1024];
	sigset_t set;
	int sig;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	submit(request(out, family, NLM_F_DUMP, cmd, args));
	puts(receive(print_message) ? "whole" : "half");
	sigwait(&set, &sig);
	return answer(print_message) < 0;
}

static void mutate(struct nlmsghdr *nlh)
{
	unsigned char *body = (unsigned char *)nlh + sizeof(*nlh);
	int room = nlh->nlmsg_len - sizeof(*nlh);
	int n = random() % 8;

	while (n--)
		body[random() % room] = random();
	if (random() % 8 == 0)
		nlh->nlmsg_flags = random();
	if (random() % 8 == 0)
		nlh->nlmsg_len = sizeof(*nlh) + random() % (room + 1);
}

static void random_request(char *out)
{
	struct nlmsghdr *nlh;
	int n = random() % 6;

	nlh = request(out, family, random() % 2 ? NLM_F_DUMP : 0, random() % (NETATOP_CMD_MAX + 2), NULL);
	while (n--) {
		int type = random() % (NETATOP_A_MAX + 3), len = random() % 4 ? 4 << random() % 2 : random() % 80;
		unsigned char data[80];

		for (int i = 0; i < len; i++)
			data[i] = random() % 3 ? 0 : random();
		if (len)
			data[0] = random() % 4;
		if (type == NETATOP_A_CURSOR && cursor_len > 0 && random() % 4) {
			len = cursor_len;
			memcpy(data, cursor, len);
			/* its number of the load is right: the rest is what is tried */
			for (int i = random() % 8; i; i--)
				data[8 + random() % (len - 8)] = random();
		}
		mnl_attr_put(nlh, type | (random() % 16 ? 0 : NLA_F_NESTED), len, data);
	}
	if (random() % 2)
		mutate(nlh);
}

static int fuzz(int seconds, unsigned int seed)
{
	struct pollfd pfd = { .events = POLLIN };
	double end = now() + seconds;
	unsigned long sent = 0, got = 0;
	struct nlmsghdr *nlh;
	char out[4096];
	int len;

	srandom(seed);
	while (now() < end) {
		/* a dump that was not read to its end keeps a socket from beginning another */
		if (sent % 64 == 0) {
			if (sent)
				mnl_socket_close(sock);
			open_socket();
		}
		memset(out, 0, sizeof(out));
		random_request(out);
		mnl_socket_sendto(sock, out, ((struct nlmsghdr *)out)->nlmsg_len);
		sent++;
		pfd.fd = mnl_socket_get_fd(sock);
		for (int i = 0; i < 4 && poll(&pfd, 1, 0) > 0; i++) {
			len = mnl_socket_recvfrom(sock, buf, sizeof(buf));
			for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
				const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

				if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
					continue;
				got++;
				if (genl->cmd == NETATOP_CMD_PAGE_END)
					note_cursor(nlh);
			}
		}
	}
	printf("sent=%lu answered=%lu\n", sent, got);
	return !got;
}

static int command(const char *name)
{
	for (size_t i = 0; name && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].cmd;
	return name ? atoi(name) : 0;
}

static int usage(void)
{
	fputs("usage: nl [-u] get|dump|page|one|half COMMAND [ATTRIBUTE[=VALUE]...]\n"
	      "       nl [-u] listen [COUNT] | same [threads] | lurk | bench | fuzz SECONDS SEED\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	char out[4096];
	const char *way;
	int cmd;

	if (argc > 1 && !strcmp(argv[1], "-u")) {
		if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			fail("setresuid");
		argv++;
		argc--;
	}
	if (argc < 2)
		return usage();
	alarm(time_limit());
	way = argv[1];
	if (!strcmp(way, "lurk"))
		return lurk();
	cmd = command(argv[2]);
	open_socket();
	ip_sock = socket(AF_INET, SOCK_DGRAM, 0);

	if (!strcmp(way, "get") || !strcmp(way, "dump")) {
		submit(request(out, family, way[0] == 'g' ? 0 : NLM_F_DUMP, cmd, argv + 3));
		return answer(print_message) < 0;
	}
	if (!strcmp(way, "page") || !strcmp(way, "one"))
		return pages(print_message, cmd, argv + 3, way[0] == 'p') < 0;
	if (!strcmp(way, "half"))
		return half(cmd, argv + 3);
	if (!strcmp(way, "listen"))
		return listen_group(argc > 2 ? atoi(argv[2]) : 0);
	if (!strcmp(way, "bench"))
		return bench();
	if (!strcmp(way, "fuzz") && argc > 3)
		return fuzz(atoi(argv[2]), strtoul(argv[3], NULL, 0));
	if (strcmp(way, "same"))
		return usage();
	if (pages(compare, NETATOP_CMD_TASK_GET, argv + 2, true) < 0)
		return 1;
	printf("same=%d differs=%d\n", same_right, same_wrong);
	return same_wrong != 0;
}
