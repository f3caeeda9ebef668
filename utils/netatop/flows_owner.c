// SPDX-License-Identifier: GPL-2.0
/*
 * What the module knows of the owners of flows.
 */
#include "flows.h"
#include "common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Entries that move while they are read; then it is what it is. */
#define READ_AGAIN	5

static int take_flow(const struct netatop_flow *flow, void *data)
{
	struct owners *owners = data;
	bool entry = flow->present & NETATOP_FLOW_HAS_CT;
	struct owned *one;

	if (owners->count == owners->room) {
		size_t room = owners->room ? 2 * owners->room : 1024;
		struct owned *grown = realloc(owners->flow, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		owners->flow = grown;
		owners->room = room;
	}
	one = &owners->flow[owners->count++];
	*one = (struct owned){
		.netns_cookie = flow->netns_cookie,
		.netns_ino = flow->netns_ino,
		.ct_id = flow->ct_id,
		.zone = flow->zone,
		.zone_dir = flow->zone_dir,
		.l3proto = flow->l3proto,
		.l4proto = flow->l4proto,
		.is_socket = !entry,
		.has_tuple = entry || flow->present & NETATOP_FLOW_HAS_TUPLE_SOCK,
		.sock_cookie = flow->sock_cookie,
		.own = entry ? flow->tuple_orig : flow->tuple_sock,
		.reply = flow->tuple_reply,
		.owner = entry ? flow->owner_orig : flow->owner_sock,
		.owner_reply = flow->owner_reply,
	};
	return 0;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_ends(const void *a, const void *b)
{
	const struct owned *x = *(struct owned *const *)a, *y = *(struct owned *const *)b;
	int order = compare_u64(x->netns_cookie, y->netns_cookie);

	if (!order)
		order = (int)x->l4proto - y->l4proto;
	if (!order)
		order = (int)x->l3proto - y->l3proto;
	return order ? order : memcmp(&x->own, &y->own, sizeof(x->own));
}

/*
 * The id tells entries apart that follow each other with the same addresses. It
 * is a hash of 32 bits: some of many entries have the same.
 */
static int compare_entries(const void *a, const void *b)
{
	const struct owned *x = *(struct owned *const *)a, *y = *(struct owned *const *)b;
	int order = compare_u64(x->ct_id, y->ct_id);

	return order ? order : compare_ends(a, b);
}

static int make_indices(struct owners *owners)
{
	size_t i;

	owners->by_id = malloc((owners->count + 1) * sizeof(*owners->by_id));
	owners->by_tuple = malloc((owners->count + 1) * sizeof(*owners->by_tuple));
	if (!owners->by_id || !owners->by_tuple)
		return -ENOMEM;
	for (i = 0; i < owners->count; i++) {
		struct owned *one = &owners->flow[i];

		if (!one->is_socket)
			owners->by_id[owners->entries++] = one;
		else if (one->has_tuple)
			owners->by_tuple[owners->sockets++] = one;
	}
	qsort(owners->by_id, owners->entries, sizeof(*owners->by_id), compare_entries);
	qsort(owners->by_tuple, owners->sockets, sizeof(*owners->by_tuple), compare_ends);
	return 0;
}

/**
 * owners_read() - read all flows that the module knows
 * @owners: where they are put; to be freed by owners_free(), also after an error
 * @nta:    handle
 * @tgid:   only those that this process has an end of; 0: all
 *
 * Return: 0 or a negative error number.
 */
int owners_read(struct owners *owners, struct netatop *nta, pid_t tgid)
{
	struct netatop_filter filter = { 0 };
	int i, err = 0;

	if (tgid) {
		filter.match = NETATOP_MATCH_TGID;
		filter.tgid = tgid;
	}
	for (i = 0; i < READ_AGAIN; i++) {
		owners->count = 0;
		err = netatop_walk_flows(nta, &filter, take_flow, owners);
		if (err != -EINTR && err != -ESTALE)
			break;
	}
	if (err == -EINTR) {
		complain("flows came and went so fast that some may be missing");
		err = 0;
	}
	return err ? err : make_indices(owners);
}

/**
 * owners_free() - free what owners_read() has read
 * @owners: the flows
 */
void owners_free(struct owners *owners)
{
	free(owners->flow);
	free(owners->by_id);
	free(owners->by_tuple);
	memset(owners, 0, sizeof(*owners));
}

static struct owned *find(struct owned **index, size_t count, const struct owned *key,
			  int (*compare)(const void *a, const void *b))
{
	struct owned **found;

	if (!count)
		return NULL;
	found = bsearch(&key, index, count, sizeof(*index), compare);
	return found ? *found : NULL;
}

/**
 * owners_entry() - what the module knows of a conntrack entry
 * @owners: all flows
 * @flow:   the entry: network namespace, id, protocols and original direction
 *
 * Return: the flow or NULL.
 */
struct owned *owners_entry(const struct owners *owners, const struct flow *flow)
{
	const struct owned key = {
		.netns_cookie = flow->netns_cookie,
		.ct_id = flow->ct_id,
		.l4proto = flow->l4proto,
		.l3proto = flow->l3proto,
		.own = flow->own,
	};

	return find(owners->by_id, owners->entries, &key, compare_entries);
}

/**
 * owners_socket() - what the module knows of a connection outside conntrack's
 * entries
 * @owners:	  all flows
 * @netns_cookie: network namespace
 * @l4proto:	  IPPROTO_TCP
 * @l3proto:	  AF_INET or AF_INET6
 * @tuple:	  as the socket sees it
 *
 * Return: the socket or NULL.
 */
struct owned *owners_socket(const struct owners *owners, uint64_t netns_cookie,
			    uint8_t l4proto, uint8_t l3proto, const struct netatop_tuple *tuple)
{
	const struct owned key = {
		.netns_cookie = netns_cookie,
		.l4proto = l4proto,
		.l3proto = l3proto,
		.own = *tuple,
	};

	return find(owners->by_tuple, owners->sockets, &key, compare_ends);
}
