// SPDX-License-Identifier: GPL-2.0
/*
 * The flows of one process.
 */
#include "top_flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDPOINT_SIZE	(INET6_ADDRSTRLEN + 9)
/* A number and a name, or the beginning of it. */
static int owner_width(const struct top_screen *screen)
{
	return screen->columns < 110 ? 14 : 7 + 1 + NETATOP_TASK_NAME_SIZE - 1;
}

/* Ask for the flows anew; the selected line stays. */
void top_flows_begin(struct top_flows *flows)
{
	flows->count = 0;
	flows->others = 0;
}

/**
 * top_flows_add() - add a flow
 * @flows: the flows
 * @flow:  one more
 *
 * Return: 0 or -ENOMEM.
 */
int top_flows_add(struct top_flows *flows, const struct netatop_flow *flow)
{
	if (flows->count == TOP_FLOWS_MAX) {
		flows->others++;
		return 0;
	}
	if (flows->count == flows->room) {
		size_t room = flows->room ? 2 * flows->room : 64;
		struct netatop_flow *more = reallocarray(flows->flow, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		flows->flow = more;
		flows->room = room;
	}
	flows->flow[flows->count++] = *flow;
	return 0;
}

static const struct netatop_tuple *tuple_of(const struct netatop_flow *flow)
{
	return flow->present & NETATOP_FLOW_HAS_CT ? &flow->tuple_orig : &flow->tuple_sock;
}

static int compare(const void *x, const void *y)
{
	const struct netatop_flow *a = x, *b = y;
	const struct netatop_tuple *s = tuple_of(a), *t = tuple_of(b);
	int order;

	if (a->l4proto != b->l4proto)
		return a->l4proto < b->l4proto ? -1 : 1;
	order = memcmp(s->src, t->src, sizeof(s->src)) ?: ntohs(s->sport) - ntohs(t->sport);
	if (!order)
		order = memcmp(s->dst, t->dst, sizeof(s->dst)) ?: ntohs(s->dport) - ntohs(t->dport);
	if (!order && a->netns_cookie != b->netns_cookie)
		order = a->netns_cookie < b->netns_cookie ? -1 : 1;
	if (!order && a->sock_cookie != b->sock_cookie)
		order = a->sock_cookie < b->sock_cookie ? -1 : 1;
	if (!order && a->ct_id != b->ct_id)
		order = a->ct_id < b->ct_id ? -1 : 1;
	return order;
}

void top_flows_end(struct top_flows *flows)
{
	if (flows->count)
		qsort(flows->flow, flows->count, sizeof(*flows->flow), compare);
	top_flows_move(flows, 0);
}

/**
 * top_flows_move() - select another one
 * @flows: the flows
 * @by:	   how many lines down
 */
void top_flows_move(struct top_flows *flows, long by)
{
	long row = (long)flows->selected + by;

	if (row >= (long)flows->count)
		row = (long)flows->count - 1;
	flows->selected = row < 0 ? 0 : row;
}

/**
 * top_flows_scroll() - see to it that the selected one is on the screen
 * @flows: the flows
 * @rows:  that the screen has
 */
void top_flows_scroll(struct top_flows *flows, size_t rows)
{
	if (!rows)
		return;
	if (flows->selected < flows->top)
		flows->top = flows->selected;
	if (flows->selected >= flows->top + rows)
		flows->top = flows->selected - rows + 1;
	if (flows->top + rows > flows->count)
		flows->top = flows->count > rows ? flows->count - rows : 0;
}

void top_flows_free(struct top_flows *flows)
{
	free(flows->flow);
	memset(flows, 0, sizeof(*flows));
}

static void endpoint(char *buf, size_t size, uint8_t l3proto, const uint8_t *address,
		     uint16_t port)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(l3proto == AF_INET6 ? AF_INET6 : AF_INET, address, text, sizeof(text)))
		*text = 0;
	snprintf(buf, size, l3proto == AF_INET6 ? "[%s]:%u" : "%s:%u", text, ntohs(port));
}

static void owner_text(char *buf, size_t size, const struct netatop_owner *owner)
{
	switch (owner->kind) {
	case NETATOP_OWNER_THREAD:
		snprintf(buf, size, "%d %s", owner->tid ?: owner->tgid, owner->name);
		break;
	case NETATOP_OWNER_UNOWNED:
		snprintf(buf, size, "(searched for)");
		break;
	case NETATOP_OWNER_FINISHED:
		snprintf(buf, size, "(has finished)");
		break;
	case NETATOP_OWNER_EXCLUDED:
		snprintf(buf, size, "(left out)");
		break;
	default:
		snprintf(buf, size, "-");
	}
}

static const char *protocol(const struct netatop_flow *flow)
{
	bool v6 = flow->present & NETATOP_FLOW_HAS_L3PROTO && flow->l3proto == AF_INET6;

	if (flow->l4proto == IPPROTO_TCP)
		return v6 ? "tcp6" : "tcp";
	return v6 ? "udp6" : "udp";
}

struct texts {
	char from[ENDPOINT_SIZE], to[ENDPOINT_SIZE];
	char owner[2][64];
};

static void describe(struct texts *texts, const struct netatop_flow *flow)
{
	const struct netatop_tuple *tuple = tuple_of(flow);

	strcpy(texts->owner[1], "-");
	if (flow->present & NETATOP_FLOW_HAS_CT || flow->present & NETATOP_FLOW_HAS_TUPLE_SOCK) {
		endpoint(texts->from, sizeof(texts->from), flow->l3proto, tuple->src, tuple->sport);
		endpoint(texts->to, sizeof(texts->to), flow->l3proto, tuple->dst, tuple->dport);
	} else {
		snprintf(texts->from, sizeof(texts->from), "socket %llu",
			 (unsigned long long)flow->sock_cookie);
		strcpy(texts->to, "*");
	}
	if (flow->present & NETATOP_FLOW_HAS_CT) {
		owner_text(texts->owner[0], sizeof(texts->owner[0]), &flow->owner_orig);
		owner_text(texts->owner[1], sizeof(texts->owner[1]), &flow->owner_reply);
	} else {
		owner_text(texts->owner[0], sizeof(texts->owner[0]), &flow->owner_sock);
	}
}

/* Half of what the protocol and the owners leave, no more than the longest IPv6 one. */
static int endpoint_width(const struct top_screen *screen)
{
	int width = (screen->columns - 1 - 4 - 4 - 2 * owner_width(screen)) / 2;

	return width < 9 ? 9 : width > ENDPOINT_SIZE - 1 ? ENDPOINT_SIZE - 1 : width;
}

static void put_columns(struct top_screen *screen, int row, enum top_style style,
			const char *proto, const struct texts *texts)
{
	int width = endpoint_width(screen);

	top_put(screen, row, style, " ");
	top_put_fit(screen, row, style, proto, 4, TOP_LEFT);
	top_put(screen, row, style, " ");
	top_put_fit(screen, row, style, texts->from, width, TOP_LEFT);
	top_put(screen, row, style, " ");
	top_put_fit(screen, row, style, texts->to, width, TOP_LEFT);
	top_put(screen, row, style, " ");
	top_put_fit(screen, row, style, texts->owner[0], owner_width(screen), TOP_LEFT);
	top_put(screen, row, style, " ");
	top_put_fit(screen, row, style, texts->owner[1], owner_width(screen), TOP_LEFT);
}

void top_put_flow_titles(struct top_screen *screen, int row)
{
	static const struct texts titles = {
		"FROM", "TO", { "OWNER OF FROM", "OWNER OF TO" },
	};

	put_columns(screen, row, TOP_TITLE, "", &titles);
}

void top_put_flow(struct top_screen *screen, int row, const struct netatop_flow *flow)
{
	struct texts texts;

	describe(&texts, flow);
	put_columns(screen, row, TOP_PLAIN, protocol(flow), &texts);
}

/* What was sent there is answered from elsewhere: addresses are translated. */
static bool is_translated(const struct netatop_flow *flow)
{
	const struct netatop_tuple *o = &flow->tuple_orig, *r = &flow->tuple_reply;

	return memcmp(o->src, r->dst, sizeof(o->src)) || memcmp(o->dst, r->src, sizeof(o->dst)) ||
	       o->sport != r->dport || o->dport != r->sport;
}

/**
 * top_put_flow_detail() - all about one flow, in two lines
 * @screen: the screen
 * @row:    the first of the lines
 * @flow:   it
 */
void top_put_flow_detail(struct top_screen *screen, int row, const struct netatop_flow *flow)
{
	char from[ENDPOINT_SIZE], to[ENDPOINT_SIZE];
	struct texts texts;

	describe(&texts, flow);
	top_printf(screen, row, TOP_STRONG, "%s %s > %s", protocol(flow), texts.from, texts.to);
	if (!(flow->present & NETATOP_FLOW_HAS_CT)) {
		top_printf(screen, row + 1, TOP_PLAIN, "no conntrack entry");
		return;
	}
	if (is_translated(flow)) {
		endpoint(from, sizeof(from), flow->l3proto, flow->tuple_reply.src,
			 flow->tuple_reply.sport);
		endpoint(to, sizeof(to), flow->l3proto, flow->tuple_reply.dst,
			 flow->tuple_reply.dport);
		top_printf(screen, row + 1, TOP_PLAIN, "NAT, answers %s > %s  ", from, to);
	}
	top_printf(screen, row + 1, TOP_PLAIN, "conntrack id %u  zone %u", flow->ct_id, flow->zone);
	if (flow->present & NETATOP_FLOW_HAS_NETNS_INO)
		top_printf(screen, row + 1, TOP_PLAIN, "  netns %u", flow->netns_ino);
}
