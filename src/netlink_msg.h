/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the generic netlink door, and walks that go on from one to the
 * next.  See uapi/netatop_netlink.h.
 */
#ifndef _NTA_NETLINK_MSG_H
#define _NTA_NETLINK_MSG_H

#include "counters.h"

#include <linux/netlink.h>
#include <net/genetlink.h>
#include <netatop_netlink.h>

extern struct genl_family nta_netlink_family;

/**
 * struct nta_msg - where messages go
 * @skb: to this buffer
 * @portid: for this receiver, 0 for a group
 * @seq: of the request, 0 without one
 * @time: boot time in nanoseconds that they tell
 * @flags: of each message, NLM_F_MULTI or 0
 * @reserve: bytes to leave free behind them
 * @cb: of a dump, NULL if it is none
 */
struct nta_msg {
	struct sk_buff		*skb;
	u32			portid;
	u32			seq;
	u64			time;
	int			flags;
	unsigned int		reserve;
	struct netlink_callback	*cb;
};

/**
 * struct nta_cursor - where a walk goes on
 * @cookie: of this load
 * @time: boot time in nanoseconds when the walk began
 * @cmd: the command that it is for
 * @stage: what it walks over
 * @pos: its own
 *
 * User space keeps it between two pages.  What it makes of it cannot do harm,
 * as any values are a place to go on from.
 */
struct nta_cursor {
	u64	cookie;
	u64	time;
	u32	cmd;
	u32	stage;
	u64	pos[4];
};

/**
 * struct nta_walk - a walk under way
 * @cursor: where it goes on
 * @attrs: of the request: its filters
 * @moved: what it walks over was moved: some may be missed or told twice
 * @cb: of a dump, NULL for a page
 *
 * A dump has it as long as it lasts, a page while it is made.
 */
struct nta_walk {
	struct nta_cursor	cursor;
	struct nlattr		**attrs;
	bool			moved;
	struct netlink_callback	*cb;
};

/**
 * typedef nta_walk_fn - go on with a walk
 *
 * Fills @msg from where the cursor is, and looks at a bounded number of things.
 *
 * Return: 1 if there is more, 0 at the end, or an error.
 */
typedef int nta_walk_fn(struct nta_walk *walk, struct nta_msg *msg);

void nta_msg_init(void);
u64 nta_msg_cookie(void);
void *nta_msg_begin(struct nta_msg *msg, u8 cmd);
int nta_msg_end(struct nta_msg *msg, void *hdr);
int nta_msg_done(struct nta_msg *msg);
int nta_msg_counters(struct sk_buff *skb, int attr,
		     const struct nta_counters *counters);
struct sk_buff *nta_msg_page(struct nta_msg *msg, struct genl_info *info);
int nta_msg_send(struct sk_buff *skb, struct genl_info *info);

int nta_walk_page(struct genl_info *info, u8 cmd, nta_walk_fn *fill);
void nta_dump_open(void);
int nta_dump_start(struct netlink_callback *cb);
int nta_walk_start(struct netlink_callback *cb, u8 cmd);
int nta_walk_dump(struct sk_buff *skb, struct netlink_callback *cb,
		  nta_walk_fn *fill);
int nta_walk_finish(struct netlink_callback *cb);
void nta_walk_moved(struct nta_walk *walk);

#endif /* _NTA_NETLINK_MSG_H */
