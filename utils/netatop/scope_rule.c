// SPDX-License-Identifier: GPL-2.0
/*
 * From an expression to rules of nftables.
 */
#include "scope.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <libnftnl/expr.h>

/* Where addresses and ports are in their headers. */
#define SADDR4	12
#define DADDR4	16
#define SADDR6	8
#define DADDR6	24
#define SPORT	0
#define DPORT	2

/* A rule that is being built; once there is no memory, nothing more happens to it. */
struct builder {
	struct nftnl_rule *rule;
	bool failed;
};

static struct nftnl_expr *put(struct builder *b, const char *name)
{
	struct nftnl_expr *expr = nftnl_expr_alloc(name);

	if (!expr) {
		b->failed = true;
		return NULL;
	}
	nftnl_rule_add_expr(b->rule, expr);
	return expr;
}

static void put_meta(struct builder *b, uint32_t key)
{
	struct nftnl_expr *expr = put(b, "meta");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void put_payload(struct builder *b, uint32_t base, uint32_t offset, uint32_t len)
{
	struct nftnl_expr *expr = put(b, "payload");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
}

static void put_bitwise(struct builder *b, const void *mask, uint32_t len)
{
	static const uint8_t zero[16];
	struct nftnl_expr *expr = put(b, "bitwise");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_MASK, mask, len);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_XOR, zero, len);
}

static void put_cmp(struct builder *b, uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *expr = put(b, "cmp");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, data, len);
}

static void put_range(struct builder *b, uint32_t op, uint16_t low, uint16_t high)
{
	struct nftnl_expr *expr = put(b, "range");
	uint16_t from = htons(low), to = htons(high);

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_OP, op);
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_FROM_DATA, &from, sizeof(from));
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_TO_DATA, &to, sizeof(to));
}

static void put_family(struct builder *b, int family)
{
	uint8_t nfproto = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;

	put_meta(b, NFT_META_NFPROTO);
	put_cmp(b, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
}

static void put_address(struct builder *b, const struct scope_match *match, bool source)
{
	uint32_t size = match->family == AF_INET ? 4 : 16;
	uint8_t mask[16] = { 0 };
	uint32_t offset, i;

	if (match->family == AF_INET)
		offset = source ? SADDR4 : DADDR4;
	else
		offset = source ? SADDR6 : DADDR6;
	put_payload(b, NFT_PAYLOAD_NETWORK_HEADER, offset, size);
	if (match->prefix < size * 8) {
		for (i = 0; i < match->prefix; i++)
			mask[i / 8] |= 0x80 >> i % 8;
		put_bitwise(b, mask, size);
	}
	put_cmp(b, match->inverted ? NFT_CMP_NEQ : NFT_CMP_EQ, match->address, size);
}

static void put_port(struct builder *b, const struct scope_match *match, bool source)
{
	uint16_t port = htons(match->low);

	put_payload(b, NFT_PAYLOAD_TRANSPORT_HEADER, source ? SPORT : DPORT, sizeof(port));
	if (match->low == match->high)
		put_cmp(b, match->inverted ? NFT_CMP_NEQ : NFT_CMP_EQ, &port, sizeof(port));
	else
		put_range(b, match->inverted ? NFT_RANGE_NEQ : NFT_RANGE_EQ, match->low,
			  match->high);
}

static void put_cgroup(struct builder *b, const struct scope_match *match)
{
	struct nftnl_expr *expr = put(b, "socket");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_SOCKET_KEY, NFT_SOCKET_CGROUPV2);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_SOCKET_LEVEL, match->level);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_SOCKET_DREG, NFT_REG_1);
	put_cmp(b, NFT_CMP_EQ, &match->cgroup, sizeof(match->cgroup));
}

/* Which of the ways in which an expression can hold a rule is for. */
struct way {
	bool incoming;
	int family;		/* or AF_UNSPEC */
	bool address_is_source;
	bool port_is_source;
};

/* Both ends, if it must not be either; else the one whose turn it is. */
static void put_either(struct builder *b, const struct scope_match *match, bool source,
		       void (*put_end)(struct builder *b, const struct scope_match *match,
				       bool source))
{
	if (match->inverted) {
		put_end(b, match, true);
		put_end(b, match, false);
	} else {
		put_end(b, match, source);
	}
}

static void put_match(struct builder *b, const struct scope_match *match,
		      const struct way *way)
{
	uint32_t op = match->inverted ? NFT_CMP_NEQ : NFT_CMP_EQ;
	bool is_address = match->key == SCOPE_ADDRESS || match->key == SCOPE_SOURCE ||
			  match->key == SCOPE_DESTINATION;

	/* an address of the other family is none of this flow's: only its opposite is left */
	if (is_address && match->family != way->family)
		return;
	switch (match->key) {
	case SCOPE_INTERFACE:
		put_meta(b, way->incoming ? NFT_META_IIFNAME : NFT_META_OIFNAME);
		put_cmp(b, op, match->name,
			match->name[match->length - 1] ? match->length : IFNAMSIZ);
		break;
	case SCOPE_ADDRESS:
		put_either(b, match, way->address_is_source, put_address);
		break;
	case SCOPE_SOURCE:
	case SCOPE_DESTINATION:
		put_address(b, match, match->key == SCOPE_SOURCE);
		break;
	case SCOPE_PORT:
		put_either(b, match, way->port_is_source, put_port);
		break;
	case SCOPE_SOURCE_PORT:
	case SCOPE_DESTINATION_PORT:
		put_port(b, match, match->key == SCOPE_SOURCE_PORT);
		break;
	case SCOPE_PROTOCOL:
		put_meta(b, NFT_META_L4PROTO);
		put_cmp(b, op, &match->protocol, sizeof(match->protocol));
		break;
	case SCOPE_USER:
		put_meta(b, NFT_META_SKUID);
		put_cmp(b, op, &match->uid, sizeof(match->uid));
		break;
	case SCOPE_CGROUP:
		put_cgroup(b, match);
		break;
	case SCOPE_DIRECTION:
	case SCOPE_KEYS:
		break;
	}
}

/* counter, label, and no more rules: the flow is decided */
static void put_label(struct builder *b, unsigned int label)
{
	uint32_t bits[SCOPE_LABELS / 32] = { 0 };
	struct nftnl_expr *expr;
	/* as the kernel has its bitmaps: in words of long */
	unsigned long *words = (unsigned long *)bits;

	words[label / (8 * sizeof(long))] = 1UL << label % (8 * sizeof(long));
	put(b, "counter");
	expr = put(b, "immediate");
	if (expr) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
		nftnl_expr_set(expr, NFTNL_EXPR_IMM_DATA, bits, sizeof(bits));
	}
	expr = put(b, "ct");
	if (expr) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, NFT_CT_LABELS);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_SREG, NFT_REG_1);
	}
	expr = put(b, "immediate");
	if (expr) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, NFT_RETURN);
	}
}

static bool begin(struct builder *b, const char *chain)
{
	b->rule = nftnl_rule_alloc();
	b->failed = !b->rule;
	if (b->failed)
		return false;
	nftnl_rule_set_u32(b->rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(b->rule, NFTNL_RULE_TABLE, SCOPE_TABLE);
	nftnl_rule_set_str(b->rule, NFTNL_RULE_CHAIN, chain);
	return true;
}

static struct nftnl_rule *finished(struct builder *b)
{
	if (!b->failed)
		return b->rule;
	if (b->rule)
		nftnl_rule_free(b->rule);
	return NULL;
}

static struct nftnl_rule *build_one(const struct scope_expression *expression,
				    const struct way *way, unsigned int label, uint32_t id)
{
	struct builder b;
	size_t i;

	if (!begin(&b, way->incoming ? SCOPE_CHAIN_RECEIVED : SCOPE_CHAIN_SENT))
		return NULL;
	if (way->family != AF_UNSPEC)
		put_family(&b, way->family);
	for (i = 0; i < expression->count; i++)
		put_match(&b, &expression->match[i], way);
	put_label(&b, label);
	if (!scope_userdata_put(b.rule, id, expression->text))
		b.failed = true;
	return finished(&b);
}

/* What an expression says, as far as the number of rules depends on it. */
struct shape {
	bool sent, received;
	bool either_address, either_port;
	bool inet, inet6, any_family;
};

static void shape_of(const struct scope_expression *expression, struct shape *shape)
{
	bool address = false, only_inet = false, only_inet6 = false;
	size_t i;

	*shape = (struct shape){ .sent = true, .received = true };
	for (i = 0; i < expression->count; i++) {
		const struct scope_match *match = &expression->match[i];

		switch (match->key) {
		case SCOPE_ADDRESS:
			shape->either_address |= !match->inverted;
			/* fall through */
		case SCOPE_SOURCE:
		case SCOPE_DESTINATION:
			address = true;
			only_inet |= !match->inverted && match->family == AF_INET;
			only_inet6 |= !match->inverted && match->family == AF_INET6;
			break;
		case SCOPE_PORT:
			shape->either_port |= !match->inverted;
			break;
		case SCOPE_USER:
			shape->received = false;
			break;
		case SCOPE_DIRECTION:
			shape->sent &= !match->incoming;
			shape->received &= match->incoming;
			break;
		default:
			break;
		}
	}
	shape->any_family = !address;
	shape->inet = address && !only_inet6;
	shape->inet6 = address && !only_inet;
}

/**
 * scope_build() - the rules for an expression
 * @expression: which flows
 * @label:	that they are to get
 * @id:		of the expression
 * @rules:	where the rules are put
 *
 * All conditions of a rule must hold.  So there is one for each end that "either
 * end" can mean, for each family, and for each of the two chains.
 *
 * Return: how many rules, or -ENOMEM.
 */
int scope_build(const struct scope_expression *expression, unsigned int label,
		uint32_t id, struct nftnl_rule *rules[SCOPE_RULES_MAX])
{
	struct shape shape;
	int count = 0;
	unsigned int i;

	shape_of(expression, &shape);
	/* bits of i: chain, family, end of the address, end of the port */
	for (i = 0; i < 16; i++) {
		struct way way = {
			.incoming = i & 8,
			.family = i & 4 ? AF_INET6 : AF_INET,
			.address_is_source = i & 2,
			.port_is_source = i & 1,
		};

		if (way.incoming ? !shape.received : !shape.sent)
			continue;
		if (shape.any_family && way.family == AF_INET)
			way.family = AF_UNSPEC;
		else if (way.family == AF_INET ? !shape.inet : !shape.inet6)
			continue;
		if ((way.address_is_source && !shape.either_address) ||
		    (way.port_is_source && !shape.either_port))
			continue;
		rules[count] = build_one(expression, &way, label, id);
		if (!rules[count])
			goto err_rules;
		count++;
	}
	return count;

err_rules:
	while (count)
		nftnl_rule_free(rules[--count]);
	return -ENOMEM;
}

/**
 * scope_build_entrance() - the rule that sends a flow's first packet to a chain
 * @incoming: flows that begin elsewhere
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 *
 * The entry is confirmed behind all rules, so it is the first packet as long as
 * it is not.  That also holds for what a helper expects, which is not "new".
 *
 * Return: the rule, or NULL if there is no memory.
 */
struct nftnl_rule *scope_build_entrance(bool incoming, uint8_t protocol)
{
	const char *chain = incoming ? SCOPE_CHAIN_RECEIVED : SCOPE_CHAIN_SENT;
	uint32_t confirmed = IPS_CONFIRMED, zero = 0;
	struct nftnl_expr *expr;
	struct builder b;

	if (!begin(&b, incoming ? SCOPE_CHAIN_IN : SCOPE_CHAIN_OUT))
		return NULL;
	put_meta(&b, NFT_META_L4PROTO);
	put_cmp(&b, NFT_CMP_EQ, &protocol, sizeof(protocol));
	expr = put(&b, "ct");
	if (expr) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, NFT_CT_STATUS);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	}
	put_bitwise(&b, &confirmed, sizeof(confirmed));
	put_cmp(&b, NFT_CMP_EQ, &zero, sizeof(zero));
	expr = put(&b, "immediate");
	if (expr) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, NFT_JUMP);
		nftnl_expr_set_str(expr, NFTNL_EXPR_IMM_CHAIN, chain);
	}
	if (!scope_userdata_put(b.rule, 0, ""))
		b.failed = true;
	return finished(&b);
}
