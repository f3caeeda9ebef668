// SPDX-License-Identifier: GPL-2.0
/*
 * Changes to the table of netatop scope: one batch, all of it or nothing.
 */
#include "scope.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>

#define READ_SIZE	65536
/* the largest message: a rule of ours */
#define MESSAGE_ROOM	8192

struct scope_batch {
	struct mnl_nlmsg_batch *batch;
	struct nlmsghdr *last;
	uint32_t seq;
	int err;
	char buf[SCOPE_BATCH_SIZE + MESSAGE_ROOM];
};

static struct nlmsghdr *next_message(struct scope_batch *b, uint16_t type, uint16_t flags)
{
	b->last = nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(b->batch), type, NFPROTO_INET,
					flags, ++b->seq);
	return b->last;
}

static void message_done(struct scope_batch *b)
{
	if (!mnl_nlmsg_batch_next(b->batch))
		b->err = -EMSGSIZE;
}

/**
 * scope_batch_new() - begin a batch
 * @genid: of the rules that it is about; it is refused if they have changed
 *
 * Return: the batch, to be given to scope_batch_commit(), or NULL.
 */
struct scope_batch *scope_batch_new(uint32_t genid)
{
	struct scope_batch *b = calloc(1, sizeof(*b));
	struct nlmsghdr *nlh;

	if (!b)
		return NULL;
	b->batch = mnl_nlmsg_batch_start(b->buf, SCOPE_BATCH_SIZE);
	if (!b->batch) {
		free(b);
		return NULL;
	}
	b->seq = 1;
	nlh = nftnl_batch_begin(mnl_nlmsg_batch_current(b->batch), b->seq);
	mnl_attr_put_u32(nlh, NFNL_BATCH_GENID, htonl(genid));
	message_done(b);
	return b;
}

static void add_chain(struct scope_batch *b, const char *name, int hook)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nlmsghdr *nlh;

	if (!chain) {
		b->err = -ENOMEM;
		return;
	}
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_FAMILY, NFPROTO_INET);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, SCOPE_TABLE);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
	if (hook >= 0) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook);
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, SCOPE_PRIORITY);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	nlh = next_message(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	nftnl_chain_nlmsg_build_payload(nlh, chain);
	nftnl_chain_free(chain);
	message_done(b);
}

static void put_table(struct scope_batch *b, uint16_t type, uint16_t flags, const char *comment)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct nftnl_udata_buf *buf = nftnl_udata_buf_alloc(256);
	struct nlmsghdr *nlh;

	if (!table || !buf)
		goto err_memory;
	nftnl_table_set_u32(table, NFTNL_TABLE_FAMILY, NFPROTO_INET);
	nftnl_table_set_str(table, NFTNL_TABLE_NAME, SCOPE_TABLE);
	if (comment && (!nftnl_udata_put_strz(buf, NFTNL_UDATA_TABLE_COMMENT, comment) ||
			nftnl_table_set_data(table, NFTNL_TABLE_USERDATA,
					     nftnl_udata_buf_data(buf),
					     nftnl_udata_buf_len(buf))))
		goto err_memory;
	nlh = next_message(b, type, flags);
	nftnl_table_nlmsg_build_payload(nlh, table);
	message_done(b);
	goto out;

err_memory:
	b->err = -ENOMEM;
out:
	if (table)
		nftnl_table_free(table);
	if (buf)
		nftnl_udata_buf_free(buf);
}

/**
 * scope_batch_table() - make the table, with its chains
 * @b:	     the batch
 * @label:   that its rules will set
 * @was_off: scope_label is off now
 */
void scope_batch_table(struct scope_batch *b, unsigned int label, bool was_off)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	char comment[NFTNL_UDATA_COMMENT_MAXLEN];
	size_t i;
	int in;

	snprintf(comment, sizeof(comment), SCOPE_TABLE_COMMENT "%s", label,
		 was_off ? SCOPE_WAS_OFF : "");
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, comment);
	add_chain(b, SCOPE_CHAIN_SENT, -1);
	add_chain(b, SCOPE_CHAIN_RECEIVED, -1);
	add_chain(b, SCOPE_CHAIN_OUT, NF_INET_LOCAL_OUT);
	add_chain(b, SCOPE_CHAIN_IN, NF_INET_LOCAL_IN);
	for (in = 0; in < 2; in++)
		for (i = 0; i < sizeof(protocols); i++)
			scope_batch_add(b, scope_build_entrance(in, protocols[i]));
}

/**
 * scope_batch_table_gone() - delete the table and all that is in it
 * @b: the batch
 */
void scope_batch_table_gone(struct scope_batch *b)
{
	put_table(b, NFT_MSG_DELTABLE, 0, NULL);
}

/**
 * scope_batch_add() - add a rule
 * @b:	  the batch
 * @rule: the rule, which is freed; NULL: there was no memory for it
 */
void scope_batch_add(struct scope_batch *b, struct nftnl_rule *rule)
{
	struct nlmsghdr *nlh;

	if (!rule) {
		b->err = -ENOMEM;
		return;
	}
	nlh = next_message(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	nftnl_rule_free(rule);
	message_done(b);
}

/**
 * scope_batch_del() - delete a rule
 * @b:	 the batch
 * @one: the rule
 */
void scope_batch_del(struct scope_batch *b, const struct scope_rule *one)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nlmsghdr *nlh;

	if (!rule) {
		b->err = -ENOMEM;
		return;
	}
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, SCOPE_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, one->chain);
	nftnl_rule_set_u64(rule, NFTNL_RULE_HANDLE, one->handle);
	nlh = next_message(b, NFT_MSG_DELRULE, 0);
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	nftnl_rule_free(rule);
	message_done(b);
}

/* What the kernel says of a message that it does not like, besides the number. */
static void extended_text(const struct nlmsghdr *nlh, char *why, size_t size)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*error);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += mnl_nlmsg_get_payload_len(&error->msg);
	mnl_attr_for_each(attr, nlh, offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			snprintf(why, size, "%s", mnl_attr_get_str(attr));
}

/*
 * The kernel has done it all when the send returns, so all that it has to say is
 * there: the first error, or that the last message was all right.
 */
static int read_verdict(struct mnl_socket *nl, uint32_t last, char *why, size_t size)
{
	static char buf[READ_SIZE];
	const struct nlmsghdr *nlh;
	bool acknowledged = false;
	int err = 0, left;
	ssize_t n;

	for (;;) {
		n = recv(mnl_socket_get_fd(nl), buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		left = n;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type != NLMSG_ERROR ||
			    mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
				continue;
			if (!error->error) {
				acknowledged |= nlh->nlmsg_seq == last;
			} else if (!err) {
				err = error->error;
				extended_text(nlh, why, size);
			}
		}
	}
	if (err)
		return err;
	return acknowledged ? 0 : -EIO;
}

/**
 * scope_batch_commit() - do what the batch says, all of it or nothing
 * @nl:	  the socket
 * @b:	  the batch, which is freed
 * @why:  what the kernel has to say of an error, "" if nothing
 * @size: of @why
 *
 * Return: 0, or a negative error number; -ERESTART: the rules have changed since
 * they were read.
 */
int scope_batch_commit(struct mnl_socket *nl, struct scope_batch *b, char *why, size_t size)
{
	uint32_t last = b->seq;
	int err = b->err;

	*why = 0;
	if (err)
		goto out;
	b->last->nlmsg_flags |= NLM_F_ACK;
	nftnl_batch_end(mnl_nlmsg_batch_current(b->batch), ++b->seq);
	message_done(b);
	err = b->err;
	if (!err && mnl_socket_sendto(nl, mnl_nlmsg_batch_head(b->batch),
				      mnl_nlmsg_batch_size(b->batch)) < 0)
		err = -errno;
	if (!err)
		err = read_verdict(nl, last, why, size);
out:
	mnl_nlmsg_batch_stop(b->batch);
	free(b);
	return err;
}
