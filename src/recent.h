/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets without a conntrack entry that have been met a moment ago, and who
 * has them: what the packet path asks before the table of sockets.
 */
#ifndef _NTA_RECENT_H
#define _NTA_RECENT_H

#include "record.h"

#include <linux/hash.h>
#include <linux/jiffies.h>
#include <net/sock.h>

/**
 * struct nta_recent - a socket, by its cookie
 * @check: of cookie and tick, XOR @handle
 * @handle: of the record that its packets are booked in
 *
 * Written and read without a lock: halves of two writers do not match.
 */
struct nta_recent {
	u64	check;
	u64	handle;
};

#define NTA_RECENTS	4096

extern struct nta_recent nta_recents[NTA_RECENTS];

/*
 * After a tick of 256 jiffies the table of sockets is asked again: it ages by
 * being asked, and others can have been there.
 */
static __always_inline u64 nta_recent_tick(void)
{
	return jiffies >> 8;
}

/*
 * Cookies are counted, and so are handles, so the product is for halves of two
 * writers not to match a third.
 */
static __always_inline u64 nta_recent_identity(u64 cookie, u64 tick)
{
	return (cookie ^ tick << 48) * GOLDEN_RATIO_64;
}

/**
 * nta_recent_find() - who has had a socket a moment ago
 * @sk: the socket, a full one
 *
 * RCU read side.
 *
 * Return: a record, or NULL: it is not known here.
 */
static __always_inline struct nta_record *nta_recent_find(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	const struct nta_recent *recent = &nta_recents[cookie % NTA_RECENTS];
	u64 handle = READ_ONCE(recent->handle);

	if (unlikely((READ_ONCE(recent->check) ^ handle) !=
		     nta_recent_identity(cookie, nta_recent_tick())))
		return NULL;
	return nta_record_resolve(handle);
}

void nta_recent_note(struct sock *sk, u64 handle);
void nta_recent_forget(const struct sock *sk);

#endif /* _NTA_RECENT_H */
