// SPDX-License-Identifier: GPL-2.0
/*
 * Flows and who has their ends, by generic netlink.
 */
#include "netlink_flow.h"
#include "flow.h"
#include "task.h"

#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack_zones.h>

/* What a walk goes over, one after the other: the stages of its cursor. */
enum flow_stage {
	FLOW_ENTRIES,
	FLOW_SOCKETS,
	FLOW_END,
};

struct flow_fill {
	struct nta_walk		*walk;
	struct nta_msg		*msg;
};

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, NETATOP_A_PAD);
}

static enum netatop_owner_kind owner_kind(u64 handle, struct nta_record **rec)
{
	*rec = NULL;
	if (handle == NTA_NOBODY)
		return NETATOP_OWNER_NOBODY;
	if (handle == NTA_LEFT_OUT)
		return NETATOP_OWNER_EXCLUDED;
	*rec = nta_record_resolve(handle);
	if (!*rec)
		return NETATOP_OWNER_FINISHED;
	return READ_ONCE((*rec)->state) == NTA_RECORD_THREAD ?
	       NETATOP_OWNER_THREAD : NETATOP_OWNER_UNOWNED;
}

/* RCU read side. */
static bool owner_is(u64 handle, u32 tgid)
{
	struct nta_record *rec;

	return owner_kind(handle, &rec) == NETATOP_OWNER_THREAD &&
	       rec->task->tgid == tgid;
}

static int put_owner(struct sk_buff *skb, int attr, u64 handle)
{
	struct nta_task_info info;
	enum netatop_owner_kind kind;
	struct nta_record *rec;
	struct nlattr *nest;

	kind = owner_kind(handle, &rec);
	nest = nla_nest_start(skb, attr);
	if (!nest || nla_put_u32(skb, NETATOP_A_OWNER_KIND, kind))
		return -EMSGSIZE;
	if (kind == NETATOP_OWNER_THREAD) {
		nta_task_owner(rec, &info);
		if (nla_put_u32(skb, NETATOP_A_OWNER_TGID, info.tgid) ||
		    nla_put_u64_64bit(skb, NETATOP_A_OWNER_START,
				      info.tgid_start, NETATOP_A_OWNER_PAD) ||
		    (info.id &&
		     nla_put_u32(skb, NETATOP_A_OWNER_TID, info.id)) ||
		    nla_put_string(skb, NETATOP_A_OWNER_NAME, info.comm))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_tuple(struct sk_buff *skb, int attr, bool v4, const void *src,
		     const void *dst, __be16 sport, __be16 dport)
{
	int len = v4 ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put(skb, NETATOP_A_TUPLE_SRC, len, src) ||
	    nla_put(skb, NETATOP_A_TUPLE_DST, len, dst) ||
	    nla_put_be16(skb, NETATOP_A_TUPLE_SPORT, sport) ||
	    nla_put_be16(skb, NETATOP_A_TUPLE_DPORT, dport))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_direction(struct sk_buff *skb, int attr,
			 const struct nf_conn *ct, enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *t = &ct->tuplehash[dir].tuple;

	return put_tuple(skb, attr, t->src.l3num == NFPROTO_IPV4, &t->src.u3,
			 &t->dst.u3, t->src.u.all, t->dst.u.all);
}

static int put_entry(struct sk_buff *skb, const struct nf_conn *ct,
		     const struct nta_sockinfo *info)
{
	const struct nf_conntrack_zone *zone = nf_ct_zone(ct);
	u32 id = be32_to_cpu((__force __be32)nf_ct_get_id(ct));
	const struct net *net = nf_ct_net(ct);

	if (nla_put_u32(skb, NETATOP_A_CT_ID, id) ||
	    nla_put_u16(skb, NETATOP_A_ZONE, zone->id) ||
	    nla_put_u8(skb, NETATOP_A_ZONE_DIR, zone->dir) ||
	    nla_put_u8(skb, NETATOP_A_L3PROTO, nf_ct_l3num(ct)) ||
	    nla_put_u8(skb, NETATOP_A_L4PROTO, nf_ct_protonum(ct)) ||
	    nla_put_u32(skb, NETATOP_A_NETNS_INO, net->ns.inum) ||
	    put_u64(skb, NETATOP_A_NETNS_COOKIE, net->net_cookie) ||
	    put_direction(skb, NETATOP_A_TUPLE_ORIG, ct, IP_CT_DIR_ORIGINAL) ||
	    put_direction(skb, NETATOP_A_TUPLE_REPLY, ct, IP_CT_DIR_REPLY) ||
	    put_owner(skb, NETATOP_A_OWNER_ORIG,
		      READ_ONCE(info->slot[IP_CT_DIR_ORIGINAL])) ||
	    put_owner(skb, NETATOP_A_OWNER_REPLY,
		      READ_ONCE(info->slot[IP_CT_DIR_REPLY])))
		return -EMSGSIZE;
	return 0;
}

static int put_sock(struct sk_buff *skb, const struct nta_sock *sock)
{
	const struct nta_sock_key *key = &sock->key;
	bool v4 = ipv6_addr_v4mapped(&key->local);
	const u32 *cookie = (const u32 *)&key->local;
	bool udp = !key->ports[0];

	if (nla_put_u8(skb, NETATOP_A_L4PROTO, udp ? IPPROTO_UDP : IPPROTO_TCP) ||
	    put_u64(skb, NETATOP_A_NETNS_COOKIE, key->net) ||
	    put_owner(skb, NETATOP_A_OWNER_SOCK, READ_ONCE(sock->slot)))
		return -EMSGSIZE;
	if (udp)
		return put_u64(skb, NETATOP_A_SOCK_COOKIE,
			       (u64)cookie[2] << 32 | cookie[3]);
	if (nla_put_u8(skb, NETATOP_A_L3PROTO,
		       v4 ? NFPROTO_IPV4 : NFPROTO_IPV6) ||
	    put_tuple(skb, NETATOP_A_TUPLE_SOCK, v4,
		      v4 ? (void *)&key->local.s6_addr32[3] : &key->local,
		      v4 ? (void *)&key->remote.s6_addr32[3] : &key->remote,
		      key->ports[0], key->ports[1]))
		return -EMSGSIZE;
	return 0;
}

/* Attributes that the filters compare with; 0 for one that there is not. */
static bool flow_passes(const struct nta_walk *walk, u8 proto, u64 netns,
			u32 netns_ino)
{
	struct nlattr **attrs = walk->attrs;

	return (!attrs[NETATOP_A_L4PROTO] ||
		nla_get_u8(attrs[NETATOP_A_L4PROTO]) == proto) &&
	       (!attrs[NETATOP_A_NETNS_COOKIE] ||
		nla_get_u64(attrs[NETATOP_A_NETNS_COOKIE]) == netns) &&
	       (!attrs[NETATOP_A_NETNS_INO] ||
		nla_get_u32(attrs[NETATOP_A_NETNS_INO]) == netns_ino);
}

static int fill_entry(struct nf_conn *ct, const struct nta_sockinfo *info,
		      void *data)
{
	const struct net *net = nf_ct_net(ct);
	struct flow_fill *fill = data;
	struct nlattr *tgid = fill->walk->attrs[NETATOP_A_TGID];
	void *hdr;

	if (!flow_passes(fill->walk, nf_ct_protonum(ct), net->net_cookie,
			 net->ns.inum))
		return 0;
	if (tgid && !owner_is(READ_ONCE(info->slot[0]), nla_get_u32(tgid)) &&
	    !owner_is(READ_ONCE(info->slot[1]), nla_get_u32(tgid)))
		return 0;
	hdr = nta_msg_begin(fill->msg, NETATOP_CMD_FLOW_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (put_entry(fill->msg->skb, ct, info)) {
		genlmsg_cancel(fill->msg->skb, hdr);
		return -EMSGSIZE;
	}
	return nta_msg_end(fill->msg, hdr);
}

static int fill_sock(const struct nta_sock *sock, void *data)
{
	struct flow_fill *fill = data;
	struct nlattr *tgid = fill->walk->attrs[NETATOP_A_TGID];
	void *hdr;

	if (!flow_passes(fill->walk,
			 sock->key.ports[0] ? IPPROTO_TCP : IPPROTO_UDP,
			 sock->key.net, 0))
		return 0;
	if (tgid && !owner_is(READ_ONCE(sock->slot), nla_get_u32(tgid)))
		return 0;
	hdr = nta_msg_begin(fill->msg, NETATOP_CMD_FLOW_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (put_sock(fill->msg->skb, sock)) {
		genlmsg_cancel(fill->msg->skb, hdr);
		return -EMSGSIZE;
	}
	return nta_msg_end(fill->msg, hdr);
}

static void place_load(struct nta_place *place, const struct nta_cursor *cursor)
{
	memset(place, 0, sizeof(*place));
	place->table = cursor->pos[0];
	place->bucket = cursor->pos[1];
	place->id = cursor->pos[2];
	place->inside = cursor->pos[3] & 1;
}

static void place_store(const struct nta_place *place,
			struct nta_cursor *cursor)
{
	cursor->pos[0] = place->table;
	cursor->pos[1] = place->bucket;
	cursor->pos[2] = place->id;
	cursor->pos[3] = place->inside;
}

static int flow_fill(struct nta_walk *walk, struct nta_msg *msg)
{
	struct flow_fill fill = { .walk = walk, .msg = msg };
	struct nta_cursor *cursor = &walk->cursor;
	struct nta_place place;
	int more = 0;

	place_load(&place, cursor);
	if (cursor->stage == FLOW_ENTRIES)
		more = nta_flow_walk(&place, fill_entry, &fill);
	else if (cursor->stage == FLOW_SOCKETS)
		more = nta_sock_walk(&place, fill_sock, &fill);
	if (place.moved)
		nta_walk_moved(walk);
	if (!more) {
		memset(&place, 0, sizeof(place));
		cursor->stage = min_t(u32, cursor->stage + 1, FLOW_END);
	}
	place_store(&place, cursor);
	return cursor->stage < FLOW_END;
}

/**
 * nta_netlink_flow_get() - answer with a page of flows
 * @skb: the request
 * @info: of the request
 *
 * Return: 0 or an error.
 */
int nta_netlink_flow_get(struct sk_buff *skb, struct genl_info *info)
{
	if (!info->attrs[NETATOP_A_CURSOR]) {
		GENL_SET_ERR_MSG(info, "a cursor is needed");
		return -EINVAL;
	}
	return nta_walk_page(info, NETATOP_CMD_FLOW_GET, flow_fill);
}

/**
 * nta_netlink_flow_start() - begin a dump of flows
 * @cb: the dump
 *
 * Return: 0 or an error.
 */
int nta_netlink_flow_start(struct netlink_callback *cb)
{
	return nta_walk_start(cb, NETATOP_CMD_FLOW_GET);
}

/**
 * nta_netlink_flow_dump() - go on with a dump of flows
 * @skb: where to
 * @cb: the dump
 *
 * Return: as netlink wants it.
 */
int nta_netlink_flow_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return nta_walk_dump(skb, cb, flow_fill);
}
