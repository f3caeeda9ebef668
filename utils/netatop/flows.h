/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows: what the module knows of their owners, joined with what conntrack
 * knows of them.
 */
#ifndef _NETATOP_FLOWS_H
#define _NETATOP_FLOWS_H

#include <libnetatop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nf_conntrack;

/**
 * struct owned - a flow, as the module has it
 * @netns_cookie: network namespace
 * @netns_ino:	  the same, 0: not known
 * @ct_id:	  id of the entry
 * @zone:	  conntrack zone
 * @zone_dir:	  directions that the zone is for
 * @l3proto:	  AF_INET, AF_INET6, or 0: not known
 * @l4proto:	  IPPROTO_TCP or IPPROTO_UDP
 * @is_socket:	  a socket without an entry: @own and @owner alone
 * @has_tuple:	  @own is known
 * @seen:	  conntrack has it, too
 * @sock_cookie:  of a socket, 0: not known
 * @own:	  tuple, original direction or as the socket sees it
 * @reply:	  tuple, reply direction
 * @owner:	  of the end that began it, or of the socket
 * @owner_reply:  of the end that answers
 */
struct owned {
	uint64_t netns_cookie;
	uint32_t netns_ino;
	uint32_t ct_id;
	uint16_t zone;
	uint8_t zone_dir;
	uint8_t l3proto;
	uint8_t l4proto;
	bool is_socket;
	bool has_tuple;
	bool seen;
	uint64_t sock_cookie;
	struct netatop_tuple own;
	struct netatop_tuple reply;
	struct netatop_owner owner;
	struct netatop_owner owner_reply;
};

/**
 * struct owners - all of them
 * @flow:    the flows
 * @count:   how many
 * @room:    how many @flow has room for
 * @by_id:   entries by network namespace and id
 * @by_tuple: sockets by network namespace and tuple
 * @entries: how many there are in @by_id
 * @sockets: how many there are in @by_tuple
 */
struct owners {
	struct owned *flow;
	size_t count, room;
	struct owned **by_id, **by_tuple;
	size_t entries, sockets;
};

int owners_read(struct owners *owners, struct netatop *nta, pid_t tgid);
void owners_free(struct owners *owners);

/**
 * struct flow - what is shown of a flow
 * @ct:		  conntrack's view, NULL: it has none
 * @netns_cookie: network namespace
 * @netns_ino:	  the same, 0: not known
 * @l3proto:	  AF_INET, AF_INET6, or 0: not known
 * @l4proto:	  IPPROTO_TCP or IPPROTO_UDP
 * @is_socket:	  a socket without an entry: @own and @owner alone
 * @has_tuple:	  @own is known
 * @sock_cookie:  of a socket, 0: not known
 * @ct_id:	  of the entry
 * @zone:	  of the entry
 * @zone_dir:	  directions that the zone is for: 1, 2, or 3: both
 * @own:	  original direction, or as the socket sees it
 * @reply:	  reply direction
 * @owner:	  of the end that began it, or of the socket; NULL: not known
 * @owner_reply:  of the end that answers; NULL: not known
 */
struct flow {
	const struct nf_conntrack *ct;
	uint64_t netns_cookie;
	uint32_t netns_ino;
	uint8_t l3proto;
	uint8_t l4proto;
	bool is_socket;
	bool has_tuple;
	uint64_t sock_cookie;
	uint32_t ct_id;
	uint16_t zone;
	uint8_t zone_dir;
	struct netatop_tuple own;
	struct netatop_tuple reply;
	const struct netatop_owner *owner;
	const struct netatop_owner *owner_reply;
};

struct owned *owners_entry(const struct owners *owners, const struct flow *flow);
struct owned *owners_socket(const struct owners *owners, uint64_t netns_cookie,
			    uint8_t l4proto, uint8_t l3proto, const struct netatop_tuple *tuple);

void show_begin(bool json, bool netns);
void show_flow(const struct flow *flow, bool json, bool netns);
void show_end(bool json);

#endif /* _NETATOP_FLOWS_H */
