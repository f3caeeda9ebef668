/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sockinfo: who owns the local ends of a flow.
 *
 * Where a packet has a conntrack entry, sockinfo is 32 bytes in the entry's
 * helper extension, which has no helper: nobody else reads them, no callback
 * runs when the entry goes, and nothing has to be undone before the module
 * does.  Elsewhere it is an entry of a table of sockets.
 */
#ifndef _NTA_SOCKINFO_H
#define _NTA_SOCKINFO_H

#include "record.h"
#include "sockkey.h"

#include <linux/jiffies.h>
#include <linux/percpu_counter.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/sock.h>

/**
 * struct nta_sockinfo - what the extension holds
 * @cookie: its upper half says that the layout is this one, whichever load
 *	    wrote it; the lower is random for each load of the module.  The
 *	    rest is valid only with it.
 * @seen: which UDP socket each end was when it was last looked up, and in
 *	  which tick of the clock that was
 * @slot: handles of the owners, the originator's and the responder's.  On
 *	  loopback both are local.
 *
 * An entry is only ports, which another socket can use a moment later, while
 * the owner of the first lives.  A TCP connection begins with a request.  For
 * UDP what is sent is compared with the socket that was seen, and the receiver
 * is looked up once in each tick.
 */
struct nta_sockinfo {
	u64	cookie;
	u32	seen[IP_CT_DIR_MAX];
	u64	slot[IP_CT_DIR_MAX];
};

/**
 * struct nta_sock - a socket in the table
 * @node: place in the table
 * @key: its identity
 * @slot: handle of its owner
 * @used: jiffies of its last packet
 * @stranger: it has never had an owner
 * @isn: sequence number of the last request for a TCP connection
 * @link: among all of them, for the collector
 * @rcu: for the hooks
 */
struct nta_sock {
	struct rhash_head	node;
	struct nta_sock_key	key;
	u64			slot;
	unsigned long		used;
	int			stranger;
	u32			isn;
	struct list_head	link;
	struct rcu_head		rcu;
};

extern u64 nta_sockinfo_cookie;

struct nta_sockinfo *__nta_sockinfo_adopt(const struct nf_conn *ct,
					  struct nf_conn_help *help);

/**
 * nta_sockinfo_find() - the sockinfo of a conntrack entry
 * @ct: the entry; the caller's packet holds a reference
 *
 * Do not keep what is returned: an unconfirmed entry can move it.
 *
 * Return: the sockinfo, or NULL if the entry has none or the extension is
 * somebody else's.
 */
static __always_inline struct nta_sockinfo *
nta_sockinfo_find(const struct nf_conn *ct)
{
	struct nf_conn_help *help = nfct_help(ct);
	struct nta_sockinfo *info;

	if (unlikely(!help))
		return NULL;
	info = (struct nta_sockinfo *)help->data;
	/* pairs with the release in __nta_sockinfo_adopt() */
	if (likely(smp_load_acquire(&info->cookie) == nta_sockinfo_cookie))
		return info;
	return __nta_sockinfo_adopt(ct, help);
}

/* What tells the sockets apart that have had one port lately. */
static __always_inline u16 nta_sockinfo_id(const struct sock *sk)
{
	return atomic64_read(&sk->sk_cookie);
}

/**
 * nta_sockinfo_is_of() - is a UDP socket the one that was seen at an end
 * @info: the sockinfo
 * @dir: the end
 * @sk: the socket; it has its cookie, or has never been seen
 *
 * Return: whether it is.
 */
static __always_inline bool nta_sockinfo_is_of(const struct nta_sockinfo *info,
					       int dir, const struct sock *sk)
{
	return (u16)READ_ONCE(info->seen[dir]) == nta_sockinfo_id(sk);
}

/**
 * nta_sockinfo_is_fresh() - has the UDP socket of an end just been looked up
 * @info: the sockinfo
 * @dir: the end
 *
 * Return: whether it has, in this tick.
 */
static __always_inline bool
nta_sockinfo_is_fresh(const struct nta_sockinfo *info, int dir)
{
	return READ_ONCE(info->seen[dir]) >> 16 == (u16)jiffies;
}

/**
 * nta_sockinfo_has_seen() - has the UDP socket of an end ever been met
 * @info: the sockinfo
 * @dir: the end
 *
 * Return: false if a raw socket has sent all that was sent there.
 */
static inline bool nta_sockinfo_has_seen(const struct nta_sockinfo *info,
					 int dir)
{
	return (u16)READ_ONCE(info->seen[dir]);
}

/**
 * nta_sockinfo_see() - note the UDP socket of an end
 * @info: the sockinfo
 * @dir: the end
 * @sk: the socket, with a cookie
 *
 * A sender is to be looked up as the receiver nevertheless.
 */
static inline void nta_sockinfo_see(struct nta_sockinfo *info, int dir,
				    const struct sock *sk)
{
	u16 tick = jiffies - 1;

	WRITE_ONCE(info->seen[dir], (u32)tick << 16 | nta_sockinfo_id(sk));
}

/**
 * nta_sockinfo_refresh() - note that the socket of an end has been looked up
 * @info: the sockinfo
 * @dir: the end
 */
static inline void nta_sockinfo_refresh(struct nta_sockinfo *info, int dir)
{
	u16 tick = jiffies;

	WRITE_ONCE(info->seen[dir],
		   (u32)tick << 16 | (u16)READ_ONCE(info->seen[dir]));
}

/**
 * nta_sockinfo_peek() - the sockinfo of a conntrack entry, if it is in use
 * @ct: the entry; the caller holds a reference
 *
 * What an earlier load has left stays as it is.
 *
 * Return: the sockinfo, or NULL.
 */
static inline const struct nta_sockinfo *
nta_sockinfo_peek(const struct nf_conn *ct)
{
	const struct nf_conn_help *help = nfct_help(ct);
	const struct nta_sockinfo *info;

	if (!help)
		return NULL;
	info = (const struct nta_sockinfo *)help->data;
	/* pairs with the release in __nta_sockinfo_adopt() */
	return smp_load_acquire(&info->cookie) == nta_sockinfo_cookie ?
	       info : NULL;
}

/**
 * struct nta_place - where a walk over a hash table goes on
 * @table: says which table it is, as a resize makes it another; 0 to begin
 * @bucket: chain
 * @id: of the one that comes next in it
 * @inside: @id counts
 * @moved: set if some may be missed or told twice
 */
struct nta_place {
	u32	table;
	u32	bucket;
	u64	id;
	bool	inside;
	bool	moved;
};

static inline void nta_place_check(struct nta_place *place, u32 table)
{
	if (place->table == table)
		return;
	if (place->table)
		place->moved = true;
	place->table = table;
	place->bucket = 0;
	place->inside = false;
}

/**
 * typedef nta_sock_fn - told of a socket in a walk
 * @sock: the socket
 * @data: passed on
 *
 * RCU read side, process context.  Return: 0, or what stops the walk before
 * this one.
 */
typedef int nta_sock_fn(const struct nta_sock *sock, void *data);

int nta_sockinfo_init(void);
void nta_sockinfo_exit(void);
struct nta_sockinfo *nta_sockinfo_attach(struct nf_conn *ct);
bool nta_sockinfo_leaves_out(const struct nf_conn *ct);

/**
 * nta_sockinfo_is_left_out() - is a packet's flow left out of accounting
 * @ct: its entry, NULL if there is none
 * @info: the sockinfo of that, NULL if there is none
 * @dir: of the local end in it
 *
 * The label itself is asked where the entry is going to have its sockinfo in
 * POST_ROUTING, and where it cannot have any.
 *
 * Return: whether it is.
 */
static inline bool nta_sockinfo_is_left_out(const struct nf_conn *ct,
					    const struct nta_sockinfo *info,
					    int dir)
{
	if (info)
		return READ_ONCE(info->slot[dir]) == NTA_LEFT_OUT;
	return ct && nta_sockinfo_leaves_out(ct);
}

struct nf_conn *nta_sockinfo_entry(struct net *net,
				   const struct nta_sock_key *key, u64 **slot);

struct nta_sock *nta_sock_find(const struct nta_sock_key *key);
struct nta_sock *nta_sock_get(const struct nta_sock_key *key, bool owned);
void nta_sock_settle(struct nta_sock *sock);
void nta_sock_age(unsigned long unowned_timeout);
unsigned int nta_sock_count(void);
int nta_sock_walk(struct nta_place *place, nta_sock_fn *tell, void *data);

#endif /* _NTA_SOCKINFO_H */
