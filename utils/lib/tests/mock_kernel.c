// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Stands in for the kernel at the calls that the library makes; linked with
 * --wrap.  The sockets are real, but nothing goes through them.
 */
#include "mock.h"

#include <linux/genetlink.h>
#include <sys/socket.h>

#define FDS 64

struct mock_kernel mock;
static struct mock_socket sockets[FDS];

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
int __wrap_mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len);

static struct mock_socket *socket_of(int fd)
{
	assert_in_range(fd, 0, FDS - 1);
	if (!sockets[fd].last)
		sockets[fd].last = &sockets[fd].first;
	return &sockets[fd];
}

static void push(int fd, const void *data, size_t len, uint32_t from, int error)
{
	struct mock_socket *sock = socket_of(fd);
	struct mock_datagram *datagram = calloc(1, sizeof(*datagram) + len);

	assert_non_null(datagram);
	datagram->len = len;
	datagram->from = from;
	datagram->error = error;
	if (len)
		memcpy(datagram->data, data, len);
	*sock->last = datagram;
	sock->last = &datagram->next;
}

static void pop(struct mock_socket *sock)
{
	struct mock_datagram *datagram = sock->first;

	sock->first = datagram->next;
	if (!sock->first)
		sock->last = &sock->first;
	free(datagram);
}

void mock_push(int fd, const void *data, size_t len)
{
	push(fd, data, len, 0, 0);
}

void mock_push_from(int fd, const void *data, size_t len, uint32_t portid)
{
	push(fd, data, len, portid, 0);
}

void mock_push_error(int fd, int error)
{
	push(fd, NULL, 0, 0, error);
}

bool mock_is_empty(int fd)
{
	return !socket_of(fd)->first;
}

int mock_setup(void **state)
{
	(void)state;
	mock = (struct mock_kernel){ .id = 40, .version = NETATOP_FAMILY_VERSION, .group = 9 };
	return 0;
}

int mock_teardown(void **state)
{
	int fd, left = 0;

	(void)state;
	for (fd = 0; fd < FDS; fd++)
		while (sockets[fd].first) {
			left = 1;
			pop(&sockets[fd]);
		}
	return left;
}

void mock_push_refusal(int fd, const struct nlmsghdr *request, int error, const char *text)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf.data);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	nlh->nlmsg_seq = request->nlmsg_seq;
	err->error = error;
	err->msg = *request;
	if (text) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	}
	mock_push(fd, nlh, nlh->nlmsg_len);
}

static void list_families(int fd, uint32_t seq)
{
	struct mock_buf buf = { 0 };

	mock.finds++;
	mock_put_family(&buf, CTRL_CMD_NEWFAMILY, NLM_F_MULTI, seq, "nlctrl", GENL_ID_CTRL, 2,
			"notify", 16);
	mock_put_family(&buf, CTRL_CMD_NEWFAMILY, NLM_F_MULTI, seq, "netatop2", 50, 7,
			NETATOP_MCGRP_EXIT, 77);
	mock_push(fd, buf.data, buf.len);
	buf.len = 0;
	if (mock.id)
		mock_put_family(&buf, CTRL_CMD_NEWFAMILY, NLM_F_MULTI, seq, NETATOP_FAMILY_NAME,
				mock.id, mock.version, NETATOP_MCGRP_EXIT, mock.group);
	mock_put_done(&buf, seq, 0);
	mock_push(fd, buf.data, buf.len);
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	int fd = mnl_socket_get_fd(nl);
	const struct nlmsghdr *nlh = buf;

	if (mock.send_eintr) {
		mock.send_eintr--;
		errno = EINTR;
		return -1;
	}
	assert_true(len >= MNL_NLMSG_HDRLEN + GENL_HDRLEN);
	assert_int_equal(len, nlh->nlmsg_len);
	assert_true(nlh->nlmsg_flags & NLM_F_REQUEST);
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		list_families(fd, nlh->nlmsg_seq);
		return len;
	}
	mock.requests++;
	if (!mock.id || nlh->nlmsg_type != mock.id) {
		mock_push_refusal(fd, nlh, -ENOENT, NULL);
		return len;
	}
	assert_non_null(mock.answer);
	mock.answer(fd, nlh);
	return len;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct mock_socket *sock = socket_of(fd);
	struct mock_datagram *datagram = sock->first;
	struct sockaddr_nl *from = msg->msg_name;
	size_t len;

	assert_true(flags & MSG_DONTWAIT);
	if (!datagram) {
		errno = EAGAIN;
		return -1;
	}
	if (datagram->error) {
		errno = datagram->error;
		pop(sock);
		return -1;
	}
	assert_int_equal(msg->msg_namelen, sizeof(*from));
	from->nl_family = AF_NETLINK;
	from->nl_pid = datagram->from;
	msg->msg_flags = 0;
	len = datagram->len;
	if (len > msg->msg_iov->iov_len) {
		len = msg->msg_iov->iov_len;
		msg->msg_flags = MSG_TRUNC;
	}
	memcpy(msg->msg_iov->iov_base, datagram->data, len);
	pop(sock);
	return len;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	uint32_t group;

	(void)nl;
	if (type != NETLINK_ADD_MEMBERSHIP)
		return 0;
	assert_int_equal(len, sizeof(group));
	memcpy(&group, buf, sizeof(group));
	if (group != 16 && mock.join_error) {
		errno = mock.join_error;
		return -1;
	}
	mock.joined = group;
	return 0;
}
