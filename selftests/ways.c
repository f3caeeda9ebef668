// SPDX-License-Identifier: GPL-2.0
/*
 * ways - the many system calls that send and receive, and not one of them write(2)
 *
 *	ways server WAY ADDR PORT
 *	ways client WAY ADDR PORT
 *
 * A WAY of TCP: sendfile, splice, zerocopy, uring, sqpoll, fastopen, mptcp, mptcp-read (its server
 * only reads), mptcp-join and mptcp-join-read (when half is done the client waits for a second
 * subflow and stops, until SIGCONT); of UDP: udp-zerocopy, udp-mmsg, udp-uring.
 *
 * Rounds of a message and its echo, and then FINs, but not where there is a second subflow or
 * nothing but reading.  The server says "ready" when the client may begin; both say "held" when
 * they have done their part, and stay until they are killed.  sqpoll names the thread of its ring
 * before: "sqpoll=TID".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/errqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/mptcp.h>
#include <linux/tcp.h>

#include "limit.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif

#define ROUNDS	40
#define SIZE	600	/* of a message */
#define BATCH	10	/* messages of a round of udp-mmsg */

static struct io_uring ring;
static int file, tube[2];
static char data[BATCH * SIZE];
static struct sockaddr_storage peer;
static socklen_t peer_len;

__attribute__((noreturn))
static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static size_t put_plain(int fd)
{
	return send(fd, data, SIZE, 0);
}

static size_t get_plain(int fd)
{
	return recv(fd, data, SIZE, MSG_WAITALL);
}

static size_t put_sendfile(int fd)
{
	off_t from = 0;

	return sendfile(fd, file, &from, SIZE);
}

static size_t put_splice(int fd)
{
	if (write(tube[1], data, SIZE) != SIZE)
		die("pipe");
	return splice(tube[0], NULL, fd, NULL, SIZE, 0);
}

static size_t get_splice(int fd)
{
	ssize_t n, done = 0;

	do {
		n = splice(fd, NULL, tube[1], NULL, SIZE - done, 0);
		if (n < 0)
			return n;
		if (n && read(tube[0], data, n) != n)
			die("pipe");
		done += n;
	} while (n && done < SIZE);
	return done;
}

/* The pages are the kernel's until it says so. */
static size_t put_zerocopy(int fd)
{
	char control[256];
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct pollfd poll_fd = { .fd = fd };
	ssize_t n = send(fd, data, SIZE, MSG_ZEROCOPY);

	if (n < 0)
		return n;
	while (recvmsg(fd, &msg, MSG_ERRQUEUE) < 0)
		if (errno != EAGAIN || poll(&poll_fd, 1, -1) < 0)
			die("error queue");
	return n;
}

static size_t uring_wait(struct io_uring_sqe *sqe)
{
	struct io_uring_cqe *cqe;
	int n;

	(void)sqe;
	io_uring_submit(&ring);
	if (io_uring_wait_cqe(&ring, &cqe))
		die("io_uring");
	n = cqe->res;
	io_uring_cqe_seen(&ring, cqe);
	if (n < 0)
		errno = -n;
	return n;
}

static size_t put_uring(int fd)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	io_uring_prep_send(sqe, fd, data, SIZE, 0);
	return uring_wait(sqe);
}

static size_t get_uring(int fd)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	io_uring_prep_recv(sqe, fd, data, SIZE, MSG_WAITALL);
	return uring_wait(sqe);
}

static size_t mmsg(int fd, int (*call)(int fd, struct mmsghdr *msgs))
{
	struct mmsghdr msgs[BATCH] = { 0 };
	struct iovec iov[BATCH];

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ data + i * SIZE, SIZE };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	return call(fd, msgs) == BATCH ? SIZE : -1;
}

static int sendmmsg_all(int fd, struct mmsghdr *msgs)
{
	return sendmmsg(fd, msgs, BATCH, 0);
}

static int recvmmsg_all(int fd, struct mmsghdr *msgs)
{
	return recvmmsg(fd, msgs, BATCH, 0, NULL);
}

static size_t put_mmsg(int fd)
{
	return mmsg(fd, sendmmsg_all);
}

static size_t get_mmsg(int fd)
{
	return mmsg(fd, recvmmsg_all);
}

static const struct way {
	const char *name;
	int type, proto;
	size_t (*put)(int fd), (*get)(int fd);
} ways[] = {
	{ "sendfile", SOCK_STREAM, 0, put_sendfile, get_plain },
	{ "splice", SOCK_STREAM, 0, put_splice, get_splice },
	{ "zerocopy", SOCK_STREAM, 0, put_zerocopy, get_plain },
	{ "uring", SOCK_STREAM, 0, put_uring, get_uring },
	{ "sqpoll", SOCK_STREAM, 0, put_uring, get_uring },
	{ "fastopen", SOCK_STREAM, 0, put_plain, get_plain },
	{ "mptcp", SOCK_STREAM, IPPROTO_MPTCP, put_plain, get_plain },
	{ "mptcp-read", SOCK_STREAM, IPPROTO_MPTCP, put_plain, get_plain },
	{ "mptcp-join", SOCK_STREAM, IPPROTO_MPTCP, put_plain, get_plain },
	{ "mptcp-join-read", SOCK_STREAM, IPPROTO_MPTCP, put_plain, get_plain },
	{ "udp-zerocopy", SOCK_DGRAM, 0, put_zerocopy, get_plain },
	{ "udp-mmsg", SOCK_DGRAM, 0, put_mmsg, get_mmsg },
	{ "udp-uring", SOCK_DGRAM, 0, put_uring, get_uring },
};

static const struct way *way;

static int is(const char *name)
{
	return !strcmp(way->name, name);
}

static int joins(void)
{
	return !strncmp(way->name, "mptcp-join", 10);
}

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("setsockopt");
}

/* The thread that the kernel has made for the ring. */
static void say_sqpoll(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid())
			printf("sqpoll=%s\n", entry->d_name);
	if (dir)
		closedir(dir);
}

static void prepare(void)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1000 };

	file = memfd_create("ways", 0);
	if (file < 0 || ftruncate(file, SIZE) || pipe(tube))
		die("memfd, pipe");
	if (is("sqpoll")) {
		if (io_uring_queue_init_params(4, &ring, &params))
			die("io_uring");
		say_sqpoll();
	} else if (strstr(way->name, "uring")) {
		if (io_uring_queue_init(4, &ring, 0))
			die("io_uring");
	}
}

static struct tcp_info tcp_info(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info;
}

static void ready(int fd)
{
	if (way->type == SOCK_STREAM && way->proto == 0)
		set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (strstr(way->name, "zerocopy"))
		set(fd, SOL_SOCKET, SO_ZEROCOPY, 1);
}

static void move(size_t (*how)(int fd), int fd)
{
	if (how(fd) != SIZE)
		die(way->name);
}

static void second_subflow(int fd)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	struct mptcp_info info = { 0 };
	socklen_t len = sizeof(info);

	while (!info.mptcpi_subflows) {
		if (getsockopt(fd, SOL_MPTCP, MPTCP_INFO, &info, &len))
			die("MPTCP_INFO");
		nanosleep(&ms, NULL);
	}
	raise(SIGSTOP);
}

static void client(int fd)
{
	int i = 0;

	if (is("fastopen")) {
		if (sendto(fd, data, SIZE, MSG_FASTOPEN, (void *)&peer, peer_len) != SIZE)
			die("MSG_FASTOPEN");
		move(way->get, fd);
		if (!(tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA))
			die("no data in the SYN");
		i++;
	} else if (connect(fd, (void *)&peer, peer_len)) {
		die("connect");
	}
	ready(fd);
	for (; i < ROUNDS; i++) {
		if (joins() && i == ROUNDS / 2)
			second_subflow(fd);
		move(way->put, fd);
		if (!strstr(way->name, "read"))
			move(way->get, fd);
	}
	if (way->type == SOCK_STREAM && !joins() && !is("mptcp-read")) {
		shutdown(fd, SHUT_WR);
		if (recv(fd, data, SIZE, 0))
			die("FIN");
	}
}

static int serve(int fd)
{
	if (way->type == SOCK_STREAM) {
		if (is("fastopen"))
			set(fd, IPPROTO_TCP, TCP_FASTOPEN, 5);
		if (listen(fd, 5))
			die("listen");
	}
	say("ready");
	if (way->type == SOCK_STREAM) {
		fd = accept(fd, NULL, NULL);
		if (fd < 0)
			die("accept");
	} else {
		peer_len = sizeof(peer);
		if (recvfrom(fd, data, 1, MSG_PEEK, (void *)&peer, &peer_len) != 1 ||
		    connect(fd, (void *)&peer, peer_len))
			die("peer");
	}
	ready(fd);
	return fd;
}

static void server(int fd)
{
	fd = serve(fd);
	for (int i = 0; i < ROUNDS; i++) {
		move(way->get, fd);
		if (!strstr(way->name, "read"))
			move(way->put, fd);
	}
	if (way->type == SOCK_STREAM && !joins() && !is("mptcp-read")) {
		if (recv(fd, data, SIZE, 0))
			die("FIN");
		shutdown(fd, SHUT_WR);
	}
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai;
	int fd;

	for (way = ways; argc == 5 && way < ways + sizeof(ways) / sizeof(*ways); way++)
		if (is(argv[2]))
			break;
	if (argc != 5 || way == ways + sizeof(ways) / sizeof(*ways)) {
		fprintf(stderr, "ways: bad arguments\n");
		return 2;
	}
	alarm(time_limit());
	if (getaddrinfo(argv[3], argv[4], &hints, &ai))
		die("address");
	fd = socket(ai->ai_family, way->type, way->proto);
	if (fd < 0)
		die("socket");
	memcpy(&peer, ai->ai_addr, ai->ai_addrlen);
	peer_len = ai->ai_addrlen;
	freeaddrinfo(ai);
	prepare();
	if (!strcmp(argv[1], "client")) {
		client(fd);
	} else {
		set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		if (bind(fd, (void *)&peer, peer_len))
			die("bind");
		server(fd);
	}
	say("held");
	for (;;)
		pause();
}
