// SPDX-License-Identifier: GPL-2.0
/*
 * Flows, as a table or as JSON: one after the other, as there can be a million.
 */
#include "flows.h"
#include "common.h"
#include "json.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>

static bool first;

static bool is_set(const struct nf_conntrack *ct, enum nf_conntrack_attr attr)
{
	return ct && nfct_attr_is_set(ct, attr) > 0;
}

static uint32_t status_of(const struct nf_conntrack *ct)
{
	return is_set(ct, ATTR_STATUS) ? nfct_get_attr_u32(ct, ATTR_STATUS) : 0;
}

static const char *tcp_state(const struct nf_conntrack *ct)
{
	static const char *const names[TCP_CONNTRACK_MAX] = {
		[TCP_CONNTRACK_NONE]	    = "NONE",
		[TCP_CONNTRACK_SYN_SENT]    = "SYN_SENT",
		[TCP_CONNTRACK_SYN_RECV]    = "SYN_RECV",
		[TCP_CONNTRACK_ESTABLISHED] = "ESTABLISHED",
		[TCP_CONNTRACK_FIN_WAIT]    = "FIN_WAIT",
		[TCP_CONNTRACK_CLOSE_WAIT]  = "CLOSE_WAIT",
		[TCP_CONNTRACK_LAST_ACK]    = "LAST_ACK",
		[TCP_CONNTRACK_TIME_WAIT]   = "TIME_WAIT",
		[TCP_CONNTRACK_CLOSE]	    = "CLOSE",
		[TCP_CONNTRACK_SYN_SENT2]   = "SYN_SENT2",
	};
	uint8_t state;

	if (!is_set(ct, ATTR_TCP_STATE))
		return NULL;
	state = nfct_get_attr_u8(ct, ATTR_TCP_STATE);
	return state < TCP_CONNTRACK_MAX ? names[state] : "UNKNOWN";
}

static const char *owner_kind(const struct netatop_owner *owner)
{
	static const char *const names[] = {
		[NETATOP_OWNER_NOBODY]	 = "nobody",
		[NETATOP_OWNER_THREAD]	 = "thread",
		[NETATOP_OWNER_UNOWNED]	 = "unowned",
		[NETATOP_OWNER_FINISHED] = "finished",
		[NETATOP_OWNER_EXCLUDED] = "excluded",
	};

	return owner->kind < sizeof(names) / sizeof(*names) ? names[owner->kind] : "unknown";
}

/* --- JSON */

static void put_address(json_t *object, const char *name, uint8_t l3proto, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(l3proto, address, text, sizeof(text)))
		json_put_text(object, name, text);
}

static json_t *json_tuple(uint8_t l3proto, const struct netatop_tuple *tuple)
{
	json_t *object = json_object();

	put_address(object, "src", l3proto, tuple->src);
	json_put_u64(object, "sport", ntohs(tuple->sport));
	put_address(object, "dst", l3proto, tuple->dst);
	json_put_u64(object, "dport", ntohs(tuple->dport));
	return object;
}

static json_t *json_owner(const struct netatop_owner *owner)
{
	json_t *object;

	if (!owner)
		return json_null();
	object = json_object();
	json_put_text(object, "kind", owner_kind(owner));
	if (owner->kind == NETATOP_OWNER_THREAD) {
		json_put_u64(object, "tgid", owner->tgid);
		json_put_u64(object, "start", owner->start);
		if (owner->tid)
			json_put_u64(object, "tid", owner->tid);
		json_put_text(object, "name", owner->name);
	}
	return object;
}

static json_t *json_bits(uint32_t status, const uint32_t *bits, const char *const *names,
			 size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		if (status & bits[i])
			json_array_append_new(array, json_string(names[i]));
	return array;
}

static void put_status(json_t *object, uint32_t status)
{
	static const uint32_t flags[] = {
		IPS_EXPECTED, IPS_SEEN_REPLY, IPS_ASSURED, IPS_DYING, IPS_HELPER, IPS_OFFLOAD,
		IPS_HW_OFFLOAD,
	};
	static const char *const flag_names[] = {
		"expected", "seen_reply", "assured", "dying", "helper", "offload", "hw_offload",
	};
	static const uint32_t nat[] = { IPS_SRC_NAT, IPS_DST_NAT };
	static const char *const nat_names[] = { "source", "destination" };

	json_put(object, "status", json_bits(status, flags, flag_names,
					     sizeof(flags) / sizeof(*flags)));
	json_put(object, "nat", json_bits(status, nat, nat_names, 2));
}

static void put_u64_attr(json_t *object, const char *name, const struct nf_conntrack *ct,
			 enum nf_conntrack_attr attr)
{
	if (is_set(ct, attr))
		json_put_u64(object, name, nfct_get_attr_u64(ct, attr));
}

static void put_conntrack(json_t *object, const struct nf_conntrack *ct)
{
	const char *state = tcp_state(ct);

	if (state)
		json_put_text(object, "state", state);
	put_status(object, status_of(ct));
	if (is_set(ct, ATTR_TIMEOUT))
		json_put_u64(object, "timeout", nfct_get_attr_u32(ct, ATTR_TIMEOUT));
	if (is_set(ct, ATTR_MARK))
		json_put_u64(object, "mark", nfct_get_attr_u32(ct, ATTR_MARK));
	if (is_set(ct, ATTR_HELPER_NAME))
		json_put_text(object, "helper", nfct_get_attr(ct, ATTR_HELPER_NAME));
	put_u64_attr(object, "orig_packets", ct, ATTR_ORIG_COUNTER_PACKETS);
	put_u64_attr(object, "orig_bytes", ct, ATTR_ORIG_COUNTER_BYTES);
	put_u64_attr(object, "reply_packets", ct, ATTR_REPL_COUNTER_PACKETS);
	put_u64_attr(object, "reply_bytes", ct, ATTR_REPL_COUNTER_BYTES);
}

static void put_zone(json_t *object, const struct flow *flow)
{
	static const char *const directions[] = { "none", "original", "reply", "both" };

	json_put_u64(object, "zone", flow->zone);
	if (flow->zone)
		json_put_text(object, "zone_direction", directions[flow->zone_dir & 3]);
}

static json_t *json_flow(const struct flow *flow)
{
	json_t *object = json_object();

	if (flow->netns_ino)
		json_put_u64(object, "netns", flow->netns_ino);
	json_put_u64(object, "netns_cookie", flow->netns_cookie);
	if (flow->l3proto)
		json_put_text(object, "l3proto", flow->l3proto == AF_INET ? "ipv4" : "ipv6");
	json_put_text(object, "l4proto", flow->l4proto == IPPROTO_TCP ? "tcp" : "udp");
	if (flow->is_socket) {
		if (flow->sock_cookie)
			json_put_u64(object, "sock_cookie", flow->sock_cookie);
		if (flow->has_tuple)
			json_put(object, "sock", json_tuple(flow->l3proto, &flow->own));
		json_put(object, "owner_sock", json_owner(flow->owner));
		return object;
	}
	json_put_u64(object, "ct_id", flow->ct_id);
	put_zone(object, flow);
	if (flow->ct)
		put_conntrack(object, flow->ct);
	json_put(object, "orig", json_tuple(flow->l3proto, &flow->own));
	json_put(object, "reply", json_tuple(flow->l3proto, &flow->reply));
	json_put(object, "owner_orig", json_owner(flow->owner));
	json_put(object, "owner_reply", json_owner(flow->owner_reply));
	return object;
}

/* --- table */

#define END_SIZE	(INET6_ADDRSTRLEN + 8)
#define OWNER_SIZE	(CLEAN_SIZE(NETATOP_TASK_NAME_SIZE) + 16)

static char *end_text(char *buf, uint8_t l3proto, const uint8_t *address, uint16_t port)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(l3proto, address, text, sizeof(text));
	snprintf(buf, END_SIZE, l3proto == AF_INET6 ? "[%s]:%u" : "%s:%u", text, ntohs(port));
	return buf;
}

static char *owner_text(char *buf, const struct netatop_owner *owner)
{
	char name[CLEAN_SIZE(NETATOP_TASK_NAME_SIZE)];

	if (!owner)
		snprintf(buf, OWNER_SIZE, "?");
	else if (owner->kind == NETATOP_OWNER_NOBODY)
		snprintf(buf, OWNER_SIZE, "-");
	else if (owner->kind == NETATOP_OWNER_THREAD)
		snprintf(buf, OWNER_SIZE, "%d/%s", owner->tgid,
			 clean_text(owner->name, name, sizeof(name)));
	else
		snprintf(buf, OWNER_SIZE, "%s", owner_kind(owner));
	return buf;
}

static const char *state_text(const struct flow *flow)
{
	uint32_t status = status_of(flow->ct);
	const char *state = tcp_state(flow->ct);

	if (!flow->ct)
		return "-";
	if (state)
		return state;
	if (status & IPS_ASSURED)
		return "ASSURED";
	return status & IPS_SEEN_REPLY ? "REPLIED" : "UNREPLIED";
}

static const char *nat_text(const struct flow *flow)
{
	static const char *const names[] = { "-", "S", "D", "SD" };
	uint32_t status = status_of(flow->ct);

	return names[(status & IPS_SRC_NAT ? 1 : 0) | (status & IPS_DST_NAT ? 2 : 0)];
}

static char *number_text(char *buf, size_t size, const struct nf_conntrack *ct,
			 enum nf_conntrack_attr attr)
{
	if (is_set(ct, attr))
		snprintf(buf, size, "%u", nfct_get_attr_u32(ct, attr));
	else
		snprintf(buf, size, "-");
	return buf;
}

static char *bytes_text(char *buf, size_t size, const struct nf_conntrack *ct)
{
	if (is_set(ct, ATTR_ORIG_COUNTER_BYTES) && is_set(ct, ATTR_REPL_COUNTER_BYTES))
		format_bytes(nfct_get_attr_u64(ct, ATTR_ORIG_COUNTER_BYTES) +
			     nfct_get_attr_u64(ct, ATTR_REPL_COUNTER_BYTES), buf, size);
	else
		snprintf(buf, size, "-");
	return buf;
}

/* What the other end sees of this one, where that differs, in parentheses. */
static void print_end(uint8_t l3proto, const uint8_t *address, uint16_t port,
		      const uint8_t *other_address, uint16_t other_port,
		      const struct netatop_owner *owner)
{
	char end[END_SIZE], owner_buf[OWNER_SIZE];
	size_t size = l3proto == AF_INET ? 4 : 16;

	fputs(end_text(end, l3proto, address, port), stdout);
	if (memcmp(address, other_address, size) || port != other_port)
		printf("(%s)", end_text(end, l3proto, other_address, other_port));
	printf(" %s", owner_text(owner_buf, owner));
}

static void print_ends(const struct flow *flow)
{
	const struct netatop_tuple *own = &flow->own, *reply = &flow->reply;
	char end[END_SIZE], owner[OWNER_SIZE];

	if (!flow->is_socket) {
		print_end(flow->l3proto, own->src, own->sport, reply->dst, reply->dport,
			  flow->owner);
		fputs(" -> ", stdout);
		print_end(flow->l3proto, reply->src, reply->sport, own->dst, own->dport,
			  flow->owner_reply);
	} else if (flow->has_tuple) {
		printf("%s %s", end_text(end, flow->l3proto, own->src, own->sport),
		       owner_text(owner, flow->owner));
		printf(" -- %s", end_text(end, flow->l3proto, own->dst, own->dport));
	} else {
		printf("socket:%" PRIu64 " %s", flow->sock_cookie,
		       owner_text(owner, flow->owner));
	}
}

static void print_flow(const struct flow *flow, bool netns)
{
	char zone[8] = "-", mark[16], timeout[16], bytes[16];

	if (netns && flow->netns_ino)
		printf("%10u ", flow->netns_ino);
	else if (netns)
		printf("%10s ", "-");
	if (flow->zone)
		snprintf(zone, sizeof(zone), "%u", flow->zone);
	printf("%-5s %-11s %7s %-3s %5s %10s %6s  ",
	       flow->l4proto == IPPROTO_TCP ? "tcp" : "udp", state_text(flow),
	       number_text(timeout, sizeof(timeout), flow->ct, ATTR_TIMEOUT), nat_text(flow),
	       zone, number_text(mark, sizeof(mark), flow->ct, ATTR_MARK),
	       bytes_text(bytes, sizeof(bytes), flow->ct));
	print_ends(flow);
	putchar('\n');
}

/* --- both */

void show_begin(bool json, bool netns)
{
	first = true;
	if (json) {
		fputs("{\"flows\":[", stdout);
		return;
	}
	if (netns)
		printf("%10s ", "NETNS");
	printf("%-5s %-11s %7s %-3s %5s %10s %6s  %s\n", "PROTO", "STATE", "TIMEOUT", "NAT",
	       "ZONE", "MARK", "BYTES", "ORIGINATOR OWNER -> RESPONDER OWNER");
}

void show_flow(const struct flow *flow, bool json, bool netns)
{
	json_t *object;

	if (!json) {
		print_flow(flow, netns);
		return;
	}
	object = json_flow(flow);
	if (!first)
		putchar(',');
	first = false;
	if (json_dumpf(object, stdout, JSON_COMPACT) && !ferror(stdout)) {
		complain("out of memory");
		exit(FAILED);
	}
	json_decref(object);
}

void show_end(bool json)
{
	if (json)
		puts("]}");
}
