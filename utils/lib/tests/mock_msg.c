// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mock.h"

struct nlmsghdr *mock_begin(struct mock_buf *buf, uint16_t type, uint8_t cmd,
			    uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf->data + buf->len);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	genl->cmd = cmd;
	genl->version = NETATOP_FAMILY_VERSION;
	return nlh;
}

void mock_end(struct mock_buf *buf, struct nlmsghdr *nlh)
{
	buf->len += MNL_ALIGN(nlh->nlmsg_len);
	assert_true(buf->len <= sizeof(buf->data));
}

void mock_put_head(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, NETATOP_A_COOKIE, COOKIE);
	mnl_attr_put_u64(nlh, NETATOP_A_TIME, TIME);
}

void mock_put_counters(struct nlmsghdr *nlh, int type, uint64_t first)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	int i;

	for (i = NETATOP_A_COUNTER_TCP_SND_PACKETS; i <= NETATOP_A_COUNTER_MAX; i++)
		mnl_attr_put_u64(nlh, i, first++);
	mnl_attr_nest_end(nlh, nest);
}

/* What has to be there comes last, so that nothing cut short is whole. */
void mock_put_task(struct nlmsghdr *nlh, uint32_t tgid, uint32_t tid)
{
	mnl_attr_put_strz(nlh, NETATOP_A_NAME, "fifteen-letters");
	mnl_attr_put_u64(nlh, NETATOP_A_BTIME, 1700000000);
	mnl_attr_put_u32(nlh, NETATOP_A_UID, 1000);
	mnl_attr_put_u64(nlh, NETATOP_A_CGROUP, 0x100000001ULL);
	mnl_attr_put_u32(nlh, NETATOP_A_NS_PID, 7);
	mnl_attr_put_u32(nlh, NETATOP_A_NETNS_INO, 0xf0000001);
	mnl_attr_put_u64(nlh, NETATOP_A_NETNS_COOKIE, 0x200000002ULL);
	mnl_attr_put_u32(nlh, NETATOP_A_STATE, NETATOP_TASK_EXITING);
	mnl_attr_put_u64(nlh, NETATOP_A_FIRST, 111);
	mnl_attr_put_u64(nlh, NETATOP_A_LAST, 222);
	if (tid) {
		mnl_attr_put_u32(nlh, NETATOP_A_TID, tid);
		mnl_attr_put_u64(nlh, NETATOP_A_TID_START, 54321);
	}
	mnl_attr_put_u32(nlh, NETATOP_A_TGID, tgid);
	mnl_attr_put_u64(nlh, NETATOP_A_START, 12345);
	mock_put_counters(nlh, NETATOP_A_COUNTERS, 1ULL << 40);
}

/* Bytes and ports that count up from @first, so that each can be told. */
void mock_row(struct netatop_row *row, uint32_t tgid, uint32_t tid)
{
	int i;

	*row = (struct netatop_row){
		.tgid = tgid,
		.tid = tid,
		.start = 12345,
		.tid_start = tid ? 54321 : 0,
		.name = "fifteen-letters",
		.cgroup = 0x100000001ULL,
		.netns_cookie = 0x200000002ULL,
		.netns_ino = 0xf0000001,
		.uid = 1000,
		.ns_pid = 7,
		.state = NETATOP_TASK_EXITING,
		.first = 111,
		.last = 222,
	};
	for (i = 0; i < 8; i++)
		row->counter[i] = (1ULL << 40) + i;
}

void mock_put_rows(struct nlmsghdr *nlh, const void *rows, size_t len, uint32_t size)
{
	mnl_attr_put_u64(nlh, NETATOP_A_BOOT, 1700000000ULL * 1000000000);
	mnl_attr_put_u32(nlh, NETATOP_A_ROW_SIZE, size);
	mnl_attr_put(nlh, NETATOP_A_ROWS, len, rows);
}

void mock_put_tuple(struct nlmsghdr *nlh, int type, size_t addr_len, uint8_t first)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	uint8_t addr[64];
	size_t i;

	for (i = 0; i < sizeof(addr); i++)
		addr[i] = first + i;
	mnl_attr_put(nlh, NETATOP_A_TUPLE_SRC, addr_len, addr);
	mnl_attr_put(nlh, NETATOP_A_TUPLE_DST, addr_len, addr + addr_len);
	mnl_attr_put_u16(nlh, NETATOP_A_TUPLE_SPORT, first + 100);
	mnl_attr_put_u16(nlh, NETATOP_A_TUPLE_DPORT, first + 200);
	mnl_attr_nest_end(nlh, nest);
}

void mock_put_owner(struct nlmsghdr *nlh, int type, uint32_t kind, uint32_t tgid)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	if (kind == NETATOP_OWNER_THREAD) {
		mnl_attr_put_u32(nlh, NETATOP_A_OWNER_TID, tgid + 1);
		mnl_attr_put_strz(nlh, NETATOP_A_OWNER_NAME, "owner");
		mnl_attr_put_u32(nlh, NETATOP_A_OWNER_TGID, tgid);
		mnl_attr_put_u64(nlh, NETATOP_A_OWNER_START, tgid * 10ULL);
	}
	mnl_attr_put_u32(nlh, NETATOP_A_OWNER_KIND, kind);
	mnl_attr_nest_end(nlh, nest);
}

struct nlmsghdr *mock_copy(const struct nlmsghdr *nlh, size_t len)
{
	struct nlmsghdr *copy = malloc(len);

	assert_non_null(copy);
	assert_true(len >= sizeof(*copy));
	memcpy(copy, nlh, len);
	copy->nlmsg_len = len;
	return copy;
}

void mock_put_done(struct mock_buf *buf, uint32_t seq, int error)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf->data + buf->len);

	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_flags = NLM_F_MULTI;
	nlh->nlmsg_seq = seq;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(error)), &error, sizeof(error));
	mock_end(buf, nlh);
}

void mock_put_family(struct mock_buf *buf, uint8_t cmd, uint16_t flags, uint32_t seq,
		     const char *name, uint16_t id, uint32_t version,
		     const char *group, uint32_t group_id)
{
	struct nlmsghdr *nlh = mock_begin(buf, GENL_ID_CTRL, cmd, flags, seq);
	struct nlattr *groups, *nest;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, id);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, version);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	nest = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, group_id);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, group);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, 2);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, group_id + 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "another");
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, groups);
	mock_end(buf, nlh);
}
