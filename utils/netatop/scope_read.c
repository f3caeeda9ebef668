// SPDX-License-Identifier: GPL-2.0
/*
 * The table of netatop scope, as the kernel has it.
 */
#include "scope.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/gen.h>
#include <libnftnl/table.h>

#define READ_SIZE	65536
#define MESSAGE_ROOM	8192
#define READ_AGAIN	100

/**
 * scope_socket() - open a socket to nftables of this network namespace
 *
 * Return: the socket, or NULL with errno set.
 */
struct mnl_socket *scope_socket(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int one = 1, size = SCOPE_BATCH_SIZE, err;

	if (!nl)
		return NULL;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID)) {
		err = errno;
		mnl_socket_close(nl);
		errno = err;
		return NULL;
	}
	mnl_socket_setsockopt(nl, NETLINK_EXT_ACK, &one, sizeof(one));
	/* a batch is one message to the socket */
	if (setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return nl;
}

/* What is left of a dump that was interrupted would be taken for the next answer. */
static void drop_rest(struct mnl_socket *nl, char *buf)
{
	while (recv(mnl_socket_get_fd(nl), buf, READ_SIZE, MSG_DONTWAIT) >= 0)
		;
}

/* Send a request and call @cb for each answer. 0 or a negative error number. */
static int ask(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	static unsigned int seq;
	static char buf[READ_SIZE];
	ssize_t n;
	int ret;

	drop_rest(nl, buf);
	nlh->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(buf, n, seq, mnl_socket_get_portid(nl), cb, data);
		if (ret < 0)
			return -errno;
	} while (ret > 0);
	return 0;
}

static int take_gen(const struct nlmsghdr *nlh, void *data)
{
	struct scope_state *state = data;
	struct nftnl_gen *gen = nftnl_gen_alloc();

	if (!gen)
		return MNL_CB_ERROR;
	if (!nftnl_gen_nlmsg_parse(nlh, gen))
		state->genid = nftnl_gen_get_u32(gen, NFTNL_GEN_ID);
	nftnl_gen_free(gen);
	return MNL_CB_OK;
}

static int read_gen(struct mnl_socket *nl, struct scope_state *state)
{
	char buf[MNL_NLMSG_HDRLEN + 64];

	return ask(nl, nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETGEN, NFPROTO_UNSPEC, NLM_F_ACK, 0),
		   take_gen, state);
}

static int take_table(const struct nlmsghdr *nlh, void *data)
{
	struct scope_state *state = data;
	struct nftnl_table *table = nftnl_table_alloc();
	char comment[256], *end;
	const void *userdata;
	uint32_t length;

	if (!table)
		return MNL_CB_ERROR;
	state->exists = true;
	if (!nftnl_table_nlmsg_parse(nlh, table)) {
		userdata = nftnl_table_get_data(table, NFTNL_TABLE_USERDATA, &length);
		if (userdata && scope_comment(userdata, length, comment, sizeof(comment)) &&
		    sscanf(comment, SCOPE_TABLE_COMMENT, &state->label) == 1 &&
		    state->label < SCOPE_LABELS) {
			end = strchr(comment, ',');
			state->ours = !end || !strcmp(end, SCOPE_WAS_OFF);
			state->was_off = end;
		}
	}
	nftnl_table_free(table);
	return MNL_CB_OK;
}

/**
 * scope_read_table() - read what the table itself says, but for its rules
 * @nl:	   the socket
 * @state: where it is put; all 0 before
 *
 * Return: 0, also if there is none, or a negative error number.
 */
int scope_read_table(struct mnl_socket *nl, struct scope_state *state)
{
	struct nftnl_table *table = nftnl_table_alloc();
	char buf[MESSAGE_ROOM];
	struct nlmsghdr *nlh;
	int err;

	if (!table)
		return -ENOMEM;
	nftnl_table_set_str(table, NFTNL_TABLE_NAME, SCOPE_TABLE);
	nlh = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETTABLE, NFPROTO_INET, NLM_F_ACK, 0);
	nftnl_table_nlmsg_build_payload(nlh, table);
	nftnl_table_free(table);
	err = ask(nl, nlh, take_table, state);
	return err == -ENOENT ? 0 : err;
}

static int take_counter(struct nftnl_expr *expr, void *data)
{
	uint64_t *packets = data;

	if (!strcmp(nftnl_expr_get_str(expr, NFTNL_EXPR_NAME), "counter"))
		*packets += nftnl_expr_get_u64(expr, NFTNL_EXPR_CTR_PACKETS);
	return 0;
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct scope_state *state = data;
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct scope_rule *grown, *one;
	const void *userdata;
	const char *chain;
	uint32_t length;

	if (!rule)
		return MNL_CB_ERROR;
	grown = realloc(state->rules, (state->count + 1) * sizeof(*grown));
	if (!grown) {
		nftnl_rule_free(rule);
		return MNL_CB_ERROR;
	}
	state->rules = grown;
	one = &grown[state->count];
	memset(one, 0, sizeof(*one));
	if (!nftnl_rule_nlmsg_parse(nlh, rule)) {
		state->count++;
		one->handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
		chain = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN);
		snprintf(one->chain, sizeof(one->chain), "%s", chain ? chain : "");
		userdata = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &length);
		if (userdata && scope_userdata_get(userdata, length, &one->id, one->text))
			one->own = !one->id;
		nftnl_expr_foreach(rule, take_counter, &one->flows);
	}
	nftnl_rule_free(rule);
	return MNL_CB_OK;
}

static int read_rules(struct mnl_socket *nl, struct scope_state *state)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	char buf[MESSAGE_ROOM];
	struct nlmsghdr *nlh;

	if (!rule)
		return -ENOMEM;
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, SCOPE_TABLE);
	nlh = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETRULE, NFPROTO_INET, NLM_F_DUMP, 0);
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	nftnl_rule_free(rule);
	return ask(nl, nlh, take_rule, state);
}

/**
 * scope_free() - free what scope_read() has read
 * @state: the table
 */
void scope_free(struct scope_state *state)
{
	free(state->rules);
	memset(state, 0, sizeof(*state));
}

static int read_once(struct mnl_socket *nl, struct scope_state *state)
{
	struct scope_state later = { 0 };
	int err;

	err = read_gen(nl, state);
	if (!err)
		err = scope_read_table(nl, state);
	if (!err && state->exists)
		err = read_rules(nl, state);
	if (!err)
		err = read_gen(nl, &later);
	if (!err && later.genid != state->genid)
		err = -EINTR;
	return err;
}

/**
 * scope_read() - read the table as it is at one time
 * @nl:	   the socket
 * @state: where it is put; to be freed by scope_free()
 *
 * Return: 0 or a negative error number.
 */
int scope_read(struct mnl_socket *nl, struct scope_state *state)
{
	int i, err;

	for (i = 0; i < READ_AGAIN; i++) {
		memset(state, 0, sizeof(*state));
		err = read_once(nl, state);
		if (!err)
			return 0;
		scope_free(state);
		/* others change rules meanwhile */
		if (err != -EINTR)
			return err;
	}
	return -EBUSY;
}
