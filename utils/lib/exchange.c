// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Requests and answers.  The kernel has made an answer, or the first part of a
 * dump, before the sending of the request returns, and the next part of a dump
 * before a receiving returns: so nothing here waits.
 */
#include "handle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* How often a request is sent to a module that goes and comes meanwhile. */
#define TRIES 4

/**
 * struct answer - an answer on its way
 * @nta:  handle
 * @type: of its messages
 * @take: what takes them
 * @arg:  for it
 * @err:  what is wrong with it
 * @over: there is no more to come
 */
struct answer {
	struct netatop *nta;
	uint16_t type;
	nta_answer_fn take;
	void *arg;
	int err;
	bool over;
};

ssize_t nta_receive(struct mnl_socket *sock, void *buf, size_t size)
{
	struct sockaddr_nl from;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg;
	ssize_t len;

	do {
		msg = (struct msghdr) {
			.msg_name	= &from,
			.msg_namelen	= sizeof(from),
			.msg_iov	= &iov,
			.msg_iovlen	= 1,
		};
		memset(&from, 0, sizeof(from));
		len = recvmsg(mnl_socket_get_fd(sock), &msg, MSG_DONTWAIT);
		/* other processes can send, too: it is not the kernel's word */
	} while ((len < 0 && errno == EINTR) ||
		 (len >= 0 && (msg.msg_namelen != sizeof(from) || from.nl_pid)));
	if (len < 0)
		return -errno;
	return msg.msg_flags & MSG_TRUNC ? -EMSGSIZE : len;
}

static int take_message(struct answer *answer, const struct nlmsghdr *nlh)
{
	struct netatop *nta = answer->nta;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nta->moved = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		answer->over = true;
		return nta_parse_error(nlh, nta->text, sizeof(nta->text));
	}
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	answer->over = !(nlh->nlmsg_flags & NLM_F_MULTI);
	if (nlh->nlmsg_type != answer->type)
		return -EBADMSG;
	return answer->take(nlh, answer->arg);
}

static void take_datagram(struct answer *answer, int len)
{
	const struct nlmsghdr *nlh = (const void *)answer->nta->buf;
	int err;

	for (; len > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		/* what is left of another answer */
		if (nlh->nlmsg_seq != answer->nta->seq || answer->over)
			continue;
		err = take_message(answer, nlh);
		if (err && !answer->err)
			answer->err = err;
	}
	if (len > 0 && !answer->err)
		answer->err = -EBADMSG;
}

static int exchange(struct netatop *nta, struct nta_request *req, uint16_t type,
		    nta_answer_fn take, void *arg)
{
	struct answer answer = { .nta = nta, .type = type, .take = take, .arg = arg };
	ssize_t len;

	nta->moved = false;
	nta->text[0] = '\0';
	req->nlh->nlmsg_type = type;
	req->nlh->nlmsg_seq = ++nta->seq;
	do {
		len = mnl_socket_sendto(nta->sock, req->nlh, req->nlh->nlmsg_len);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	/* To the end also if it is wrong, as a dump holds the module until then. */
	while (!answer.over) {
		len = nta_receive(nta->sock, nta->buf, sizeof(nta->buf));
		if (len >= 0) {
			take_datagram(&answer, len);
			continue;
		}
		if (len == -EAGAIN)
			return answer.err ? answer.err : -EBADMSG;
		if (!answer.err)
			answer.err = len == -EMSGSIZE ? -EBADMSG : len;
		if (len != -EMSGSIZE && len != -ENOBUFS)
			break;
	}
	return answer.err;
}

void nta_request_init(struct nta_request *req, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl;

	req->nlh = mnl_nlmsg_put_header(req->buf);
	req->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(req->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = NETATOP_FAMILY_VERSION;
}

struct find {
	const char *name;
	const char *group;
	struct nta_family family;
};

static int take_family(const struct nlmsghdr *nlh, void *arg)
{
	struct find *find = arg;
	struct nta_family family;
	int err = nta_parse_family(nlh, find->name, find->group, &family);

	if (!err)
		find->family = family;
	return err == -ENOENT ? 0 : err;
}

/*
 * By a list of all: who asks for one that there is not makes the kernel run
 * modprobe.
 */
int nta_find(struct netatop *nta, const char *name, const char *group,
	     struct nta_family *family)
{
	struct find find = { .name = name, .group = group };
	struct nta_request req;
	int err;

	nta_request_init(&req, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
	err = exchange(nta, &req, GENL_ID_CTRL, take_family, &find);
	if (err)
		return err;
	*family = find.family;
	return find.family.id ? 0 : -ENOENT;
}

int nta_find_module(struct netatop *nta, struct nta_family *family)
{
	int err = nta_find(nta, NETATOP_FAMILY_NAME, NETATOP_MCGRP_EXIT, family);

	/*
	 * The kernel goes on with its list by how many it has told, so one that
	 * goes meanwhile hides another: ask twice.
	 */
	if (err == -ENOENT)
		err = nta_find(nta, NETATOP_FAMILY_NAME, NETATOP_MCGRP_EXIT, family);
	if (err == -ENOENT)
		return nta_fail(nta, -ENODEV, "the module netatop is not loaded");
	if (err)
		return err;
	nta->version = family->version;
	if (family->version == NETATOP_FAMILY_VERSION)
		return 0;
	snprintf(nta->text, sizeof(nta->text),
		 "the module netatop speaks version %u of its family, this library version %u",
		 family->version, NETATOP_FAMILY_VERSION);
	return -EPROTONOSUPPORT;
}

struct ask {
	struct netatop *nta;
	nta_answer_fn take;
	void *arg;
};

static int take_answer(const struct nlmsghdr *nlh, void *arg)
{
	struct ask *ask = arg;
	struct nta_head head;
	int err = nta_parse_head(nlh, &head);

	if (err)
		return err;
	ask->nta->head = head;
	return ask->take(nlh, ask->arg);
}

int nta_ask(struct netatop *nta, struct nta_request *req, nta_answer_fn take, void *arg)
{
	struct ask ask = { .nta = nta, .take = take, .arg = arg };
	struct nta_family family;
	int tries, err = 0;

	for (tries = 0; tries < TRIES; tries++) {
		if (!nta->id) {
			err = nta_find_module(nta, &family);
			if (err)
				return err;
			nta->id = family.id;
		}
		err = exchange(nta, req, nta->id, take_answer, &ask);
		if (err != -ENOENT)
			break;
		/* that id means nothing any more */
		nta->id = 0;
	}
	if (tries == TRIES)
		return nta_fail(nta, -ENODEV, "the module netatop comes and goes");
	if (err == -EPERM && !nta->text[0])
		nta_fail(nta, err, "CAP_NET_ADMIN in the initial user namespace is needed");
	return err;
}
