// SPDX-License-Identifier: GPL-2.0
/*
 * Walks over the entries of conntrack.
 *
 * Without a lock but for a moment: an entry that the walk stands on has a
 * reference.  When it is left, the rest of its chain can be another's, which
 * the end of the chain tells.
 */
#include "flow.h"

#include <linux/rculist_nulls.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <net/netfilter/nf_conntrack_core.h>

/* How many chains one call looks at; an entry is as good as some of them. */
#define FLOW_BUDGET	65536
#define FLOW_WEIGHT	8

struct flow_walk {
	struct nta_place		*place;
	nta_flow_fn			*tell;
	void				*data;
	struct hlist_nulls_head		*hash;
	unsigned int			size;
	unsigned int			budget;
};

/* A resize holds all of conntrack's locks; what it frees waits for readers. */
static u32 flow_table(struct flow_walk *walk)
{
	local_bh_disable();
	nf_conntrack_lock(&nf_conntrack_locks[0]);
	__acquire(&nf_conntrack_locks[0]);	/* its prototype says nothing */
	walk->hash = nf_conntrack_hash;
	walk->size = nf_conntrack_htable_size;
	spin_unlock(&nf_conntrack_locks[0]);
	local_bh_enable();

	/* its address is nobody's business */
	return siphash_2u64((unsigned long)walk->hash, walk->size,
			    &nta_sock_secret) | 1;
}

/* With a reference, or NULL if it is not to be told of. */
static struct nf_conn *flow_get(struct nf_conntrack_tuple_hash *h)
{
	struct nf_conn *ct = nf_ct_tuplehash_to_ctrack(h);

	if (NF_CT_DIRECTION(h) != IP_CT_DIR_ORIGINAL ||
	    !refcount_inc_not_zero(&ct->ct_general.use))
		return NULL;
	/* it may have become another entry until now: look after the reference */
	smp_acquire__after_ctrl_dep();
	if (nf_ct_is_confirmed(ct) && !nf_ct_is_dying(ct) &&
	    !nf_ct_is_expired(ct) && NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL)
		return ct;
	nf_ct_put(ct);
	return NULL;
}

static int flow_tell(struct flow_walk *walk, struct nf_conn *ct)
{
	const struct nta_sockinfo *info = nta_sockinfo_peek(ct);

	return info ? walk->tell(ct, info, walk->data) : 0;
}

static int flow_chain(struct flow_walk *walk)
{
	struct nta_place *place = walk->place;
	struct nf_conntrack_tuple_hash *h;
	struct hlist_nulls_node *n;
	struct nf_conn *ct;
	int err = 0;
	u32 id;

	hlist_nulls_for_each_entry_rcu(h, n, &walk->hash[place->bucket],
				       hnnode) {
		walk->budget -= min_t(unsigned int, walk->budget, FLOW_WEIGHT);
		ct = flow_get(h);
		if (!ct)
			continue;
		id = nf_ct_get_id(ct);
		if (!place->inside || id == place->id) {
			place->inside = false;
			err = flow_tell(walk, ct);
		}
		nf_ct_put(ct);
		if (err) {
			place->inside = true;
			place->id = id;
			return err;
		}
	}
	if (get_nulls_value(n) != place->bucket)
		place->moved = true;
	return 0;
}

/**
 * nta_flow_walk() - go on with a walk over all entries that carry sockinfo
 * @place: where; all zero to begin
 * @tell: called for each
 * @data: passed on
 *
 * Process context.  Looks at a bounded number of entries.
 *
 * Return: 0 at the end, else 1: there is more.
 */
int nta_flow_walk(struct nta_place *place, nta_flow_fn *tell, void *data)
{
	struct flow_walk walk = {
		.place	= place,
		.tell	= tell,
		.data	= data,
		.budget	= FLOW_BUDGET,
	};
	int more = 0;

	rcu_read_lock();
	nta_place_check(place, flow_table(&walk));
	while (place->bucket < walk.size) {
		more = flow_chain(&walk);
		if (more)
			break;
		if (place->inside) {
			/* the entry to go on from has gone: all of its chain */
			place->inside = false;
			place->moved = true;
			continue;
		}
		place->bucket++;
		more = !walk.budget;
		if (more)
			break;
		walk.budget--;
	}
	rcu_read_unlock();
	return more ? 1 : 0;
}

static int flow_count_one(struct nf_conn *ct, const struct nta_sockinfo *info,
			  void *data)
{
	unsigned int *count = data;

	(*count)++;
	return 0;
}

/**
 * nta_flow_count() - how many conntrack entries have a live sockinfo
 *
 * Process context, may sleep.  Walks the table of conntrack, as entries do
 * not tell when they go.
 *
 * Return: their number in all namespaces; of those that come and go meanwhile
 * some may be missed, or counted twice.
 */
unsigned int nta_flow_count(void)
{
	struct nta_place place = { };
	unsigned int count = 0, part;
	u32 table;
	int more;

	do {
		part = 0;
		table = place.table;
		more = nta_flow_walk(&place, flow_count_one, &part);
		/* of another table the walk is at the beginning */
		count = place.table == table ? count + part : part;
		cond_resched();
	} while (more && !fatal_signal_pending(current));
	return count;
}
