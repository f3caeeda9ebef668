// SPDX-License-Identifier: GPL-2.0
/*
 * sockinfo on conntrack entries, and the table of sockets for the rest.
 */
#include "sockinfo.h"
#include "stats.h"

#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/ipv6.h>
#include <net/netns/hash.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_labels.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>

/* "nta" and the version of the layout */
#define SOCKINFO_LAYOUT	0x6e746102

/*
 * The upper half of each cookie since the machine was started.  Nobody outside
 * the kernel is told: helpers store what peers have sent in that place, and those
 * in user space what they like.  The lower half is drawn by each load.
 */
static u32 sockinfo_magic __ro_after_init;

/* In place of the cookie while the slots of an earlier load are cleared. */
static u64 sockinfo_busy(void)
{
	return (u64)sockinfo_magic << 32;
}

/* How long a quiet socket with an owner is kept, also where room is scarce. */
#define SOCK_IDLE	(7200 * HZ)
#define SOCK_IDLE_SHORT	(10 * HZ)
#define AGE_BATCH	64

/* How many chains one call of a walk looks at. */
#define WALK_BUDGET	4096

u64 nta_sockinfo_cookie __ro_after_init;

/* Word by word, as memcmp() is a loop over bytes. */
static int sock_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const u64 *a = arg->key;
	const u64 *b = (const u64 *)&((const struct nta_sock *)obj)->key;

	BUILD_BUG_ON(sizeof(struct nta_sock_key) != 6 * sizeof(u64));

	return (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) |
	       (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5]) ? 1 : 0;
}

static const struct rhashtable_params sock_params = {
	.key_len		= sizeof(struct nta_sock_key),
	.key_offset		= offsetof(struct nta_sock, key),
	.head_offset		= offsetof(struct nta_sock, node),
	.hashfn			= nta_sock_chain,
	.obj_cmpfn		= sock_differs,
	.automatic_shrinking	= true,
};

static struct rhashtable socks;

/* Guards the list and the count; taken in softirq. */
static DEFINE_SPINLOCK(sock_lock);
static LIST_HEAD(sock_list);
static unsigned int nr_socks;
static atomic_t nr_strangers = ATOMIC_INIT(0);

/**
 * nta_sockinfo_init() - draw the cookie and prepare the table of sockets
 *
 * Return: 0 or -ENOMEM.
 */
int nta_sockinfo_init(void)
{
	NF_CT_HELPER_BUILD_BUG_ON(sizeof(struct nta_sockinfo));

	sockinfo_magic = jhash_1word(net_hash_mix(&init_net),
				     SOCKINFO_LAYOUT) ?: 1;
	do {
		nta_sockinfo_cookie = sockinfo_busy() | get_random_u32();
	} while (nta_sockinfo_cookie == sockinfo_busy());
	nta_sockkey_init();
	return rhashtable_init(&socks, &sock_params);
}

/**
 * nta_sockinfo_exit() - free the table of sockets
 *
 * The hooks and the collector have ended.  The extensions stay; they mean
 * nothing to anybody, and a later load finds them.
 */
void nta_sockinfo_exit(void)
{
	struct nta_sock *sock, *next;

	/* first, as a worker that makes another table of it looks at them */
	rhashtable_destroy(&socks);
	list_for_each_entry_safe(sock, next, &sock_list, link) {
		kfree_rcu(sock, rcu);
		cond_resched();
	}
	INIT_LIST_HEAD(&sock_list);
	nr_socks = 0;
	atomic_set(&nr_strangers, 0);
}

/* No socket, and long ago. */
static u32 seen_nothing(void)
{
	return (u32)(u16)(jiffies - 1) << 16;
}

/**
 * nta_sockinfo_leaves_out() - do rules want a flow not to be accounted
 * @ct: its entry
 *
 * Once the entry has sockinfo, that knows: a label that comes later does not
 * count.  Nor do labels where another user namespace has its own root: he would
 * leave himself out.
 *
 * Return: whether they do.
 */
bool nta_sockinfo_leaves_out(const struct nf_conn *ct)
{
	unsigned int label = nta_param(NTA_SCOPE_LABEL);
	const struct nf_conn_labels *labels;

	if (likely(!label) || nf_ct_net(ct)->user_ns != &init_user_ns)
		return false;
	labels = nf_ct_labels_find(ct);
	return labels && test_bit(label - 1, labels->bits);
}

/*
 * An extension without a helper and without our cookie: one that an earlier
 * load left is taken over, and so is one that nobody has ever written to; but
 * that of a confirmed entry can have lost its helper while this is at work.
 * Other packets of the flow may be trying the same on other CPUs.  @help is what
 * the caller has found: 6.1 can hide it from one moment to the next.
 */
struct nta_sockinfo *__nta_sockinfo_adopt(const struct nf_conn *ct,
					  struct nf_conn_help *help)
{
	struct nta_sockinfo *info = (struct nta_sockinfo *)help->data;
	u64 cookie = READ_ONCE(info->cookie);
	u64 owner;

	if (rcu_access_pointer(help->helper) || cookie == sockinfo_busy())
		return NULL;
	if (cookie == nta_sockinfo_cookie)
		return info;
	if (cookie >> 32 != sockinfo_magic &&
	    (nf_ct_is_confirmed(ct) || cookie ||
	     READ_ONCE(info->seen[0]) || READ_ONCE(info->seen[1]) ||
	     READ_ONCE(info->slot[0]) || READ_ONCE(info->slot[1])))
		return NULL;
	if (cmpxchg(&info->cookie, cookie, sockinfo_busy()) != cookie)
		return NULL;
	WRITE_ONCE(info->seen[0], seen_nothing());
	WRITE_ONCE(info->seen[1], seen_nothing());
	owner = nta_sockinfo_leaves_out(ct) ? NTA_LEFT_OUT : NTA_NOBODY;
	WRITE_ONCE(info->slot[0], owner);
	WRITE_ONCE(info->slot[1], owner);
	/* pairs with nta_sockinfo_find() */
	smp_store_release(&info->cookie, nta_sockinfo_cookie);
	nta_stats_event(NTA_READOPTED);
	return info;
}

/**
 * nta_sockinfo_attach() - give a new conntrack entry its sockinfo
 * @ct: the entry
 *
 * To be called when nobody comes any more who may want to assign a helper.
 *
 * Return: the sockinfo, or NULL: the entry is confirmed, not of TCP or UDP, has
 * a helper or something else in that place, or there was no memory.
 */
struct nta_sockinfo *nta_sockinfo_attach(struct nf_conn *ct)
{
	struct nf_conn_help *help;
	struct nta_sockinfo *info;

	if (nf_ct_is_confirmed(ct) || nf_ct_is_template(ct) || nfct_help(ct))
		return NULL;
	/* of the outer packet, where a tunnel leaves it to the one inside (SRv6) */
	if (nf_ct_protonum(ct) != IPPROTO_TCP &&
	    nf_ct_protonum(ct) != IPPROTO_UDP)
		return NULL;
	help = nf_ct_helper_ext_add(ct, GFP_ATOMIC);
	if (!help) {
		nta_stats_event(NTA_ATTACH_FAILED);
		return NULL;
	}
	info = (struct nta_sockinfo *)help->data;
	info->cookie = nta_sockinfo_cookie;
	info->seen[0] = seen_nothing();
	info->seen[1] = seen_nothing();
	if (nta_sockinfo_leaves_out(ct)) {
		info->slot[0] = NTA_LEFT_OUT;
		info->slot[1] = NTA_LEFT_OUT;
	}
	nta_stats_event(NTA_ATTACHED);
	return info;
}

/**
 * nta_sockinfo_entry() - find the conntrack entry of a connection
 * @net: the network namespace
 * @key: identity of a TCP socket
 * @slot: set to the slot of this end
 *
 * As the socket sees it, what it sends is one direction of the entry, whatever
 * is translated.  Entries in zones of their own are not found.
 *
 * Return: the entry, with a reference, or NULL if there is none with sockinfo.
 */
struct nf_conn *nta_sockinfo_entry(struct net *net,
				   const struct nta_sock_key *key, u64 **slot)
{
	struct nf_conntrack_tuple tuple = {
		.src.u.tcp.port	= key->ports[0],
		.dst.u.tcp.port	= key->ports[1],
		.dst.protonum	= IPPROTO_TCP,
	};
	struct nf_conntrack_tuple_hash *hash;
	struct nta_sockinfo *info;
	struct nf_conn *ct;

	if (!nf_conntrack_count(net))
		return NULL;
	if (ipv6_addr_v4mapped(&key->local)) {
		tuple.src.l3num = NFPROTO_IPV4;
		tuple.src.u3.ip = key->local.s6_addr32[3];
		tuple.dst.u3.ip = key->remote.s6_addr32[3];
	} else {
		tuple.src.l3num = NFPROTO_IPV6;
		tuple.src.u3.in6 = key->local;
		tuple.dst.u3.in6 = key->remote;
	}
	hash = nf_conntrack_find_get(net, &nf_ct_zone_dflt, &tuple);
	if (!hash)
		return NULL;
	ct = nf_ct_tuplehash_to_ctrack(hash);
	info = nta_sockinfo_find(ct);
	if (!info) {
		nf_ct_put(ct);
		return NULL;
	}
	*slot = &info->slot[NF_CT_DIRECTION(hash)];
	return ct;
}

/**
 * nta_sock_find() - look a socket up
 * @key: its identity
 *
 * RCU read side.
 *
 * Return: the socket or NULL.
 */
struct nta_sock *nta_sock_find(const struct nta_sock_key *key)
{
	struct nta_sock *sock;

	if (!READ_ONCE(nr_socks))
		return NULL;
	sock = rhashtable_lookup(&socks, key, sock_params);
	if (sock && READ_ONCE(sock->used) != jiffies)
		WRITE_ONCE(sock->used, jiffies);
	return sock;
}

/* Those that never had an owner take half of the room at most. */
static bool sock_has_room(bool owned)
{
	unsigned int max = nta_param(NTA_MAX_SOCKETS);

	return READ_ONCE(nr_socks) < max &&
	       (owned || atomic_read(&nr_strangers) < max / 2);
}

/**
 * nta_sock_settle() - take note that a socket has an owner
 * @sock: the socket
 */
void nta_sock_settle(struct nta_sock *sock)
{
	if (READ_ONCE(sock->stranger) && xchg(&sock->stranger, 0))
		atomic_dec(&nr_strangers);
}

static struct nta_sock *sock_add(const struct nta_sock_key *key, bool owned)
{
	struct nta_sock *sock, *old = NULL;

	if (!sock_has_room(owned))
		return NULL;
	sock = kzalloc(sizeof(*sock), GFP_ATOMIC | __GFP_NOWARN);
	if (!sock)
		return NULL;
	sock->key = *key;
	sock->used = jiffies;
	sock->stranger = !owned;

	spin_lock_bh(&sock_lock);
	if (!sock_has_room(owned)) {
		old = ERR_PTR(-ENOSPC);
	} else {
		/* before others can find it, and settle it */
		atomic_add(!owned, &nr_strangers);
		old = rhashtable_lookup_get_insert_fast(&socks, &sock->node,
							sock_params);
		if (old)
			atomic_sub(!owned, &nr_strangers);
	}
	if (!old) {
		list_add_tail(&sock->link, &sock_list);
		WRITE_ONCE(nr_socks, nr_socks + 1);
	}
	spin_unlock_bh(&sock_lock);

	if (!old)
		return sock;
	kfree(sock);
	return IS_ERR(old) ? NULL : old;
}

/**
 * nta_sock_get() - look a socket up, and add it if it is not there
 * @key: its identity
 * @owned: it is to have an owner now.  Those that never had one can take half
 *	   of the room at most, so that strangers cannot fill it.
 *
 * RCU read side, any context but hard interrupts.
 *
 * Return: the socket, or NULL where a limit was reached, which is counted.
 */
struct nta_sock *nta_sock_get(const struct nta_sock_key *key, bool owned)
{
	struct nta_sock *sock = nta_sock_find(key);

	if (unlikely(!sock))
		sock = sock_add(key, owned);
	if (unlikely(!sock))
		nta_stats_event(NTA_SOCKET_OVERFLOW);
	else if (owned)
		/* whoever has added it, perhaps another CPU just now */
		nta_sock_settle(sock);
	return sock;
}

static bool sock_is_old(const struct nta_sock *sock, unsigned long unowned,
			bool scarce)
{
	unsigned long idle = jiffies - READ_ONCE(sock->used);
	struct nta_record *rec;
	unsigned long limit;

	rec = nta_record_resolve(READ_ONCE(sock->slot));
	if (rec && READ_ONCE(rec->state) == NTA_RECORD_THREAD)
		limit = SOCK_IDLE;
	else
		limit = unowned;
	return idle >= (scarce ? min_t(unsigned long, limit, SOCK_IDLE_SHORT) :
				 limit);
}

/**
 * nta_sock_age() - forget the sockets that have been quiet for long
 * @unowned_timeout: how long one without an owner is kept, in jiffies
 *
 * Process context; one caller at a time.
 */
void nta_sock_age(unsigned long unowned_timeout)
{
	unsigned int left = READ_ONCE(nr_socks);
	bool scarce = left > nta_param(NTA_MAX_SOCKETS) / 4 * 3;

	while (left) {
		unsigned int n = min_t(unsigned int, left, AGE_BATCH);

		left -= n;
		rcu_read_lock();
		spin_lock_bh(&sock_lock);
		while (n-- && !list_empty(&sock_list)) {
			struct nta_sock *sock;

			sock = list_first_entry(&sock_list, struct nta_sock,
						link);
			list_move_tail(&sock->link, &sock_list);
			if (!sock_is_old(sock, unowned_timeout, scarce))
				continue;
			rhashtable_remove_fast(&socks, &sock->node,
					       sock_params);
			list_del(&sock->link);
			WRITE_ONCE(nr_socks, nr_socks - 1);
			nta_sock_settle(sock);
			kfree_rcu(sock, rcu);
		}
		spin_unlock_bh(&sock_lock);
		rcu_read_unlock();
		cond_resched();
	}
}

/**
 * nta_sock_count() - how many sockets the table holds
 *
 * Return: their number.
 */
unsigned int nta_sock_count(void)
{
	return READ_ONCE(nr_socks);
}

static int sock_chain(const struct bucket_table *tbl, struct nta_place *place,
		      nta_sock_fn *tell, void *data)
{
	const struct rhash_head *head;
	struct nta_sock *sock;
	int err;
	u64 id;

	rht_for_each_entry_rcu(sock, head, tbl, place->bucket, node) {
		id = nta_sock_hash(&sock->key);
		if (place->inside && id != place->id)
			continue;
		place->inside = false;
		err = tell(sock, data);
		if (err) {
			place->inside = true;
			place->id = id;
			return err;
		}
	}
	return 0;
}

/**
 * nta_sock_walk() - go on with a walk over the table of sockets
 * @place: where; all zero to begin
 * @tell: called for each
 * @data: passed on
 *
 * Process context.  Looks at a bounded number of chains.
 *
 * Return: 0 at the end, else 1: there is more.
 */
int nta_sock_walk(struct nta_place *place, nta_sock_fn *tell, void *data)
{
	unsigned int budget = WALK_BUDGET;
	const struct bucket_table *tbl;
	int more = 0;

	rcu_read_lock();
	tbl = rht_dereference_rcu(socks.tbl, &socks);
	nta_place_check(place, siphash_2u64(tbl->hash_rnd, tbl->size,
					    &nta_sock_secret) | 1);
	/* some are in the next table by now */
	if (rcu_access_pointer(tbl->future_tbl))
		place->moved = true;
	while (place->bucket < tbl->size) {
		more = sock_chain(tbl, place, tell, data);
		if (more)
			break;
		if (place->inside) {
			/* the one to go on from has gone: all of its chain */
			place->inside = false;
			place->moved = true;
			continue;
		}
		place->bucket++;
		more = !--budget;
		if (more)
			break;
	}
	if (rcu_access_pointer(tbl->future_tbl))
		place->moved = true;
	rcu_read_unlock();
	return more ? 1 : 0;
}
