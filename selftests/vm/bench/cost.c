// SPDX-License-Identifier: GPL-2.0
/*
 * cost - what a door of the module costs, in a machine where an instruction takes a nanosecond
 *
 *	cost getcnt TIMES	asks for each process whose id is on standard input, as atop does
 *	cost dump TIMES		receives a dump of all processes, and looks at none
 *	cost table TIMES	the same, as rows of a table
 *	cost dump-flows TIMES	receives a dump of all flows
 *	cost walk TIMES		walks over all processes, by libnetatop
 *	cost flows TIMES	walks over all flows, the same
 *	cost gc TIMES		forces a collection
 *	cost load FILE		inserts a module
 *	cost unload NAME	removes one
 *
 * Prints CPU and ELAPSED: what this process was busy for, and how long it took, both in nanoseconds,
 * the least of TIMES. The first tells instructions, the second also what was waited for. A walk also
 * prints how many it was told of, and fails if it was told of one twice.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <libnetatop.h>
#include <linux/genetlink.h>
#include "netatop.h"

#define TASKS_MAX 100000
#define TOLD_MAX 2000000

static pid_t pids[TASKS_MAX];
static int number, sock;
static struct netatop *nta;
static struct mnl_socket *nl;
static int family;
static const char *file;

static int getcnt_begin(void)
{
	while (number < TASKS_MAX && scanf("%d", &pids[number]) == 1)
		number++;
	/* as atop opens it */
	sock = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	return sock < 0 || !number;
}

static int getcnt(void)
{
	struct netpertask task;

	for (int i = 0; i < number; i++) {
		socklen_t len = sizeof(task);

		task.id = pids[i];
		if (getsockopt(sock, SOL_IP, NETATOP_GETCNT_TGID, &task, &len))
			return -1;
	}
	return 0;
}

static int attr_family(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), attr_family, data);
}

static struct nlmsghdr *begin(char *buf, int type, int flags, int cmd, int version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static int dump_begin(void)
{
	char buf[8192];
	struct nlmsghdr *nlh = begin(buf, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
	ssize_t n;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NETATOP_FAMILY_NAME);
	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -1;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	return n < 0 || mnl_cb_run(buf, n, 0, 0, take_family, NULL) < 0 || !family;
}

static int receive_all(int cmd, int table)
{
	static char buf[65536];
	struct nlmsghdr *nlh = begin(buf, family, NLM_F_DUMP, cmd, NETATOP_FAMILY_VERSION);
	ssize_t n;

	if (table)
		mnl_attr_put(nlh, NETATOP_A_TABLE, 0, NULL);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -1;
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < (ssize_t)sizeof(*nlh) || nlh->nlmsg_type == NLMSG_ERROR)
			return -1;
	} while (nlh->nlmsg_type != NLMSG_DONE);
	return 0;
}

static int dump(void)
{
	return receive_all(NETATOP_CMD_TASK_GET, 0);
}

static int table(void)
{
	return receive_all(NETATOP_CMD_TASK_GET, 1);
}

static int dump_flows(void)
{
	return receive_all(NETATOP_CMD_FLOW_GET, 0);
}

static int walk_begin(void)
{
	return netatop_open(&nta, 0);
}

static uint32_t told[TOLD_MAX];
static int nr_told;

static int note(uint32_t id)
{
	if (nr_told == TOLD_MAX)
		errx(1, "there is no room for so many");
	told[nr_told++] = id;
	return 0;
}

static int tell(const struct netatop_task *task, void *data)
{
	(void)data;
	return note(task->tgid);
}

static int walk(void)
{
	nr_told = 0;
	return netatop_walk_tasks(nta, NULL, tell, NULL) || !nr_told;
}

/* Each has an address to itself, see many.c. */
static int tell_flow(const struct netatop_flow *flow, void *data)
{
	uint32_t to;

	(void)data;
	if (!(flow->present & NETATOP_FLOW_HAS_CT))
		return 0;
	memcpy(&to, flow->tuple_orig.dst, sizeof(to));
	return note(to);
}

static int walk_flows(void)
{
	nr_told = 0;
	return netatop_walk_flows(nta, NULL, tell_flow, NULL) || !nr_told;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorts what the last walk was told of. */
static int told_twice(void)
{
	qsort(told, nr_told, sizeof(*told), by_value);
	for (int i = 1; i < nr_told; i++)
		if (told[i] == told[i - 1])
			return 1;
	return 0;
}

static int gc_begin(void)
{
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	return sock < 0;
}

static int gc(void)
{
	socklen_t len = 0;

	return getsockopt(sock, SOL_IP, NETATOP_FORCE_GC, NULL, &len);
}

static int load_begin(void)
{
	sock = open(file, O_RDONLY | O_CLOEXEC);
	return sock < 0;
}

static int load(void)
{
	return syscall(SYS_finit_module, sock, "", 0);
}

static int nothing(void)
{
	return 0;
}

static int unload(void)
{
	return syscall(SYS_delete_module, file, O_NONBLOCK);
}

static const struct {
	const char *name;
	int (*begin)(void);
	int (*run)(void);
} doors[] = {
	{ "getcnt", getcnt_begin, getcnt },
	{ "dump", dump_begin, dump },
	{ "table", dump_begin, table },
	{ "dump-flows", dump_begin, dump_flows },
	{ "walk", walk_begin, walk },
	{ "flows", walk_begin, walk_flows },
	{ "gc", gc_begin, gc },
	{ "load", load_begin, load },
	{ "unload", nothing, unload },
};

static long now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* CPU and ELAPSED of a run; the least so far. */
static void measure(int (*run)(void), long least[2])
{
	static const clockid_t clocks[2] = { CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW };
	long begin[2], cost;
	int i;

	for (i = 0; i < 2; i++)
		begin[i] = now(clocks[i]);
	if (run())
		err(1, "failed");
	for (i = 0; i < 2; i++) {
		cost = now(clocks[i]) - begin[i];
		if (!least[i] || cost < least[i])
			least[i] = cost;
	}
}

int main(int argc, char **argv)
{
	long times, empty[2] = { 0 }, least[2] = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(doors) / sizeof(*doors); i++)
		if (argc > 1 && !strcmp(doors[i].name, argv[1]))
			break;
	if (i == sizeof(doors) / sizeof(*doors))
		errx(2, "usage: cost getcnt|dump|table|dump-flows|walk|flows|gc TIMES | cost load FILE | cost unload NAME");
	file = argc > 2 ? argv[2] : NULL;
	times = file && doors[i].run != load && doors[i].run != unload ? atol(file) : 1;
	if (doors[i].begin())
		err(1, "%s", argv[1]);
	for (int j = 0; j < 10; j++)
		measure(nothing, empty);
	while (times--)
		measure(doors[i].run, least);
	printf("%ld %ld", least[0] - empty[0], least[1] - empty[1]);
	if (nr_told)
		printf(" %d", nr_told);
	putchar('\n');
	if (told_twice())
		errx(1, "one was told of twice");
	return 0;
}
