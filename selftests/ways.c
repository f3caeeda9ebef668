// SPDX-License-Identifier: GPL-2.0
/*
 * ways - sends a stream to a server that reads, in one of the ways there are
 *
 *	ways WAY ADDR PORT BYTES
 *
 * WAY: write, sendfile, splice, zerocopy, uring (io_uring), sqpoll (io_uring whose kernel thread
 * submits), tfo (TCP Fast Open, the first bytes in the SYN), mptcp (over MPTCP), keepalive (write,
 * and then a probe each second).
 * Prints "sent" when all has been handed to the kernel. On SIGUSR1 it closes the connection and
 * prints "closed". It stays until SIGTERM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/errqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_EE_ORIGIN_ZEROCOPY
#define SO_EE_ORIGIN_ZEROCOPY 5
#endif

#define CHUNK 1000

static char buf[CHUNK];

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "ways: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long least(long a, long b)
{
	return a < b ? a : b;
}

static void by_write(int fd, long left)
{
	ssize_t n;

	for (; left; left -= n) {
		n = write(fd, buf, least(left, CHUNK));
		if (n <= 0)
			die("write");
	}
}

static int a_file(long size)
{
	int file = memfd_create("ways", 0);

	if (file < 0 || ftruncate(file, size))
		die("memfd");
	return file;
}

static void by_sendfile(int fd, long left)
{
	int file = a_file(left);
	ssize_t n;

	for (; left; left -= n) {
		n = sendfile(fd, file, NULL, least(left, CHUNK));
		if (n <= 0)
			die("sendfile");
	}
	close(file);
}

static void by_splice(int fd, long left)
{
	int file = a_file(left), pipes[2];
	ssize_t in, n;

	if (pipe(pipes))
		die("pipe");
	for (; left; left -= in) {
		in = splice(file, NULL, pipes[1], NULL, least(left, CHUNK), 0);
		if (in <= 0)
			die("splice from a file");
		for (ssize_t rest = in; rest; rest -= n) {
			n = splice(pipes[0], NULL, fd, NULL, rest, 0);
			if (n <= 0)
				die("splice to a socket");
		}
	}
	close(file);
}

/* Waits until the kernel needs none of the pages any more. */
static void by_zerocopy(int fd, long left)
{
	unsigned int sent = 0, done = 0;
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		die("SO_ZEROCOPY");
	for (ssize_t n; left; left -= n, sent++) {
		n = send(fd, buf, least(left, CHUNK), MSG_ZEROCOPY);
		if (n <= 0)
			die("send");
	}
	while (done < sent) {
		struct pollfd pfd = { .fd = fd };
		char control[256];
		struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
		struct sock_extended_err *err;
		struct cmsghdr *cmsg;

		if (poll(&pfd, 1, -1) < 0)
			die("poll");
		if (recvmsg(fd, &msg, MSG_ERRQUEUE) < 0)
			continue;
		cmsg = CMSG_FIRSTHDR(&msg);
		err = cmsg ? (void *)CMSG_DATA(cmsg) : NULL;
		if (err && err->ee_origin == SO_EE_ORIGIN_ZEROCOPY)
			done = err->ee_data + 1;
	}
}

static void by_uring(int fd, long left, unsigned int flags)
{
	struct io_uring_params params = { .flags = flags, .sq_thread_idle = 1000 };
	struct io_uring ring;
	int err;

	err = io_uring_queue_init_params(8, &ring, &params);
	if (err) {
		errno = -err;
		die("io_uring");
	}
	while (left) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
		struct io_uring_cqe *cqe;

		io_uring_prep_send(sqe, fd, buf, least(left, CHUNK), 0);
		if (io_uring_submit(&ring) < 0 || io_uring_wait_cqe(&ring, &cqe))
			die("io_uring_submit");
		if (cqe->res <= 0) {
			errno = -cqe->res;
			die("send by io_uring");
		}
		left -= cqe->res;
		io_uring_cqe_seen(&ring, cqe);
	}
	io_uring_queue_exit(&ring);
}

static void keep_alive(int fd)
{
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof(one)))
		die("SO_KEEPALIVE");
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	const char *way = argc == 5 ? argv[1] : "";
	struct addrinfo *ai;
	sigset_t set;
	long bytes;
	int fd, sig;

	if (argc != 5 || getaddrinfo(argv[2], argv[3], &hints, &ai)) {
		fprintf(stderr, "usage: ways WAY ADDR PORT BYTES\n");
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarm(300);

	bytes = atol(argv[4]);
	fd = socket(ai->ai_family, SOCK_STREAM, strcmp(way, "mptcp") ? IPPROTO_TCP : IPPROTO_MPTCP);
	if (fd < 0)
		die("socket");
	if (!strcmp(way, "tfo")) {
		ssize_t n = sendto(fd, buf, least(bytes, CHUNK), MSG_FASTOPEN, ai->ai_addr,
				   ai->ai_addrlen);

		if (n < 0)
			die("sendto");
		bytes -= n;
	} else if (connect(fd, ai->ai_addr, ai->ai_addrlen)) {
		die("connect");
	}

	if (!strcmp(way, "keepalive"))
		keep_alive(fd);
	if (!strcmp(way, "write") || !strcmp(way, "tfo") || !strcmp(way, "mptcp") ||
	    !strcmp(way, "keepalive"))
		by_write(fd, bytes);
	else if (!strcmp(way, "sendfile"))
		by_sendfile(fd, bytes);
	else if (!strcmp(way, "splice"))
		by_splice(fd, bytes);
	else if (!strcmp(way, "zerocopy"))
		by_zerocopy(fd, bytes);
	else if (!strcmp(way, "uring"))
		by_uring(fd, bytes, 0);
	else if (!strcmp(way, "sqpoll"))
		by_uring(fd, bytes, IORING_SETUP_SQPOLL);
	else
		die("no such way");

	puts("sent");
	fflush(stdout);
	while (!sigwait(&set, &sig) && sig != SIGTERM) {
		close(fd);
		puts("closed");
		fflush(stdout);
	}
	return 0;
}
