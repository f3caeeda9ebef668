// SPDX-License-Identifier: GPL-2.0
/*
 * puppet - does with its sockets what it is told, one line at a time (see puppet.sh)
 *
 *	puppet DIR/NAME		reads lines from DIR/NAME.in, answers each in DIR/NAME.out
 *
 * A socket has a number, R, from 0 to 99:
 *
 *	socket R KIND ADDR	tcp udp udplite icmp ping raw (IPv4 with its header);
 *				ADDR tells the family only
 *	bind R ADDR PORT	connect R ADDR PORT
 *	listen R		accept R FROM
 *	waiting R		answers whether there is something to accept or to get
 *	set R OPTION VALUE	reuseport broadcast busypoll ttl
 *	join R GROUP ADDR	an IPv4 group, on the interface that has ADDR
 *	send R COUNT SIZE	so many calls; of TCP, until all has been acknowledged
 *	to R ADDR PORT COUNT SIZE	send, without a connection
 *	craft R FROM TO COUNT SIZE	UDP datagrams with headers of its own, port 7777 to 7778
 *	get R COUNT		datagrams, or bytes of TCP
 *	drain R			what is there of datagrams; answers how many, and their bytes
 *	close R
 *	mailbox PATH		from now on others can pass a socket to it
 *	pass R PATH		take R
 *	grab R PID FROM		as a debugger does: FROM is a number of that puppet
 *	fork NAME		a child with all that is open, a puppet of its own in DIR; its pid
 *	exec			the same sockets in a new program
 *
 * The answer is "ok", perhaps with numbers, or what has failed.  It lives for 900 seconds at most.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"

#define FIRST	100		/* the number 0 is this descriptor */
#define MAILBOX	(FIRST + 100)
#define IN	(FIRST + 101)
#define OUT	(FIRST + 102)
#define ECHO	8		/* the first byte of all data: ICMP takes it for a request */

static char path[128], buf[65536], rcvbuf[65536];

__attribute__((noreturn))
static void die(const char *what)
{
	dprintf(OUT, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* It keeps its number over fork, exec and being passed. */
static void keep(int fd, int number)
{
	if (fd < 0 || dup2(fd, number) < 0)
		die("descriptor");
	close(fd);
}

static void attach(const char *name)
{
	char file[256];
	char *slash;

	if (name) {
		slash = strrchr(path, '/');
		strcpy(slash + 1, name);
	}
	snprintf(file, sizeof(file), "%s.in", path);
	keep(open(file, O_RDWR), IN);
	snprintf(file, sizeof(file), "%s.out", path);
	keep(open(file, O_RDWR), OUT);
}

static socklen_t address(const char *addr, const char *port, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (void *)ss;
	struct sockaddr_in6 *in6 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, addr, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(atoi(port));
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, addr, &in6->sin6_addr) != 1)
		die(addr);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(atoi(port));
	return sizeof(*in6);
}

static int get_option(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, option, &value, &len))
		die("getsockopt");
	return value;
}

static int is_stream(int fd)
{
	return get_option(fd, SO_TYPE) == SOCK_STREAM;
}

static void nodelay(int fd)
{
	int one = 1;

	if (is_stream(fd))
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void new_socket(int fd, const char *kind, const char *addr)
{
	static const struct { const char *kind; int type, proto; } kinds[] = {
		{ "tcp", SOCK_STREAM, 0 },
		{ "udp", SOCK_DGRAM, 0 },
		{ "udplite", SOCK_DGRAM, IPPROTO_UDPLITE },
		{ "icmp", SOCK_RAW, IPPROTO_ICMP },
		{ "ping", SOCK_DGRAM, IPPROTO_ICMP },
		{ "raw", SOCK_RAW, IPPROTO_RAW },
	};
	struct sockaddr_storage ss;
	int one = 1;

	address(addr, "0", &ss);
	errno = EINVAL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kind, kinds[i].kind))
			continue;
		keep(socket(ss.ss_family, kinds[i].type, kinds[i].proto), fd);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		return;
	}
	die(kind);
}

static void set(int fd, const char *option, int value)
{
	static const struct { const char *name; int level, option; } options[] = {
		{ "reuseport", SOL_SOCKET, SO_REUSEPORT },
		{ "broadcast", SOL_SOCKET, SO_BROADCAST },
		{ "busypoll", SOL_SOCKET, SO_BUSY_POLL },
		{ "ttl", IPPROTO_IP, IP_TTL },
	};

	errno = EINVAL;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (!strcmp(option, options[i].name) &&
		    !setsockopt(fd, options[i].level, options[i].option, &value, sizeof(value)))
			return;
	die(option);
}

static void join(int fd, const char *group, const char *addr)
{
	struct ip_mreqn mreq = { 0 };

	inet_pton(AF_INET, group, &mreq.imr_multiaddr);
	inet_pton(AF_INET, addr, &mreq.imr_address);
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq, sizeof(mreq)))
		die("join");
}

static void send_all(int fd, const struct sockaddr_storage *to, socklen_t len, int count, int size)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	int left = is_stream(fd);

	while (count--)
		if (sendto(fd, buf, size, MSG_NOSIGNAL, (void *)to, len) != size)
			die("send");
	while (left) {
		if (ioctl(fd, SIOCOUTQ, &left))
			die("SIOCOUTQ");
		nanosleep(&ms, NULL);
	}
}

static void craft(int fd, const char *from, const char *to, int count, int size)
{
	struct { struct iphdr ip; struct udphdr udp; } *packet = (void *)buf;
	struct sockaddr_storage ss;
	socklen_t len = address(to, "0", &ss);

	memset(packet, 0, sizeof(*packet));
	packet->ip.version = 4;
	packet->ip.ihl = 5;
	packet->ip.ttl = 64;
	packet->ip.protocol = IPPROTO_UDP;
	inet_pton(AF_INET, from, &packet->ip.saddr);
	inet_pton(AF_INET, to, &packet->ip.daddr);
	packet->udp.source = htons(7777);
	packet->udp.dest = htons(7778);
	packet->udp.len = htons(sizeof(packet->udp) + size);
	send_all(fd, &ss, len, count, sizeof(*packet) + size);
	memset(packet, 0, sizeof(*packet));
	buf[0] = ECHO;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void get(int fd, long count)
{
	int stream = is_stream(fd);

	while (count > 0) {
		ssize_t n = recv(fd, rcvbuf, stream ? min(count, sizeof(rcvbuf)) : sizeof(rcvbuf), 0);

		if (n < 0 || (stream && !n))
			die("recv");
		count -= stream ? n : 1;
	}
}

static void drain(int fd, char *answer)
{
	long packets = 0, bytes = 0;
	ssize_t n;

	while ((n = recv(fd, rcvbuf, sizeof(rcvbuf), MSG_DONTWAIT)) >= 0) {
		packets++;
		bytes += n;
	}
	sprintf(answer, " %ld %ld", packets, bytes);
}

/* Over the mailbox, without a name, one descriptor. */
static int letter(struct msghdr *msg)
{
	static char control[CMSG_SPACE(sizeof(int))], byte;
	static struct iovec iov = { &byte, 1 };

	memset(msg, 0, sizeof(*msg));
	msg->msg_iov = &iov;
	msg->msg_iovlen = 1;
	msg->msg_control = control;
	msg->msg_controllen = sizeof(control);
	return CMSG_LEN(sizeof(int));
}

static void mailbox(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strncpy(un.sun_path, name, sizeof(un.sun_path) - 1);
	keep(socket(AF_UNIX, SOCK_DGRAM, 0), MAILBOX);
	if (bind(MAILBOX, (void *)&un, sizeof(un)))
		die(name);
}

static void pass(int fd, const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct msghdr msg;
	struct cmsghdr *cmsg;
	int via = socket(AF_UNIX, SOCK_DGRAM, 0), len = letter(&msg);

	strncpy(un.sun_path, name, sizeof(un.sun_path) - 1);
	msg.msg_name = &un;
	msg.msg_namelen = sizeof(un);
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = len;
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	if (sendmsg(via, &msg, 0) != 1)
		die("pass");
	close(via);
}

static void take(int fd)
{
	struct msghdr msg;
	int got;

	letter(&msg);
	if (recvmsg(MAILBOX, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		die("take");
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(got));
	keep(got, fd);
}

static void grab(int fd, pid_t pid, int from)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		die("pidfd_open");
	keep(syscall(SYS_pidfd_getfd, pidfd, from, 0), fd);
	close(pidfd);
}

static void obey(char **word, char *answer)
{
	const char *what = word[0];
	int fd = FIRST + atoi(word[1]);
	struct sockaddr_storage ss;
	socklen_t len;
	pid_t pid;

	if (!strcmp(what, "socket")) {
		new_socket(fd, word[2], word[3]);
	} else if (!strcmp(what, "bind")) {
		len = address(word[2], word[3], &ss);
		if (bind(fd, (void *)&ss, len))
			die("bind");
	} else if (!strcmp(what, "connect")) {
		len = address(word[2], word[3], &ss);
		if (connect(fd, (void *)&ss, len))
			die("connect");
		nodelay(fd);
	} else if (!strcmp(what, "listen")) {
		if (listen(fd, 16))
			die("listen");
	} else if (!strcmp(what, "accept")) {
		keep(accept(FIRST + atoi(word[2]), NULL, NULL), fd);
		nodelay(fd);
	} else if (!strcmp(what, "waiting")) {
		sprintf(answer, " %d", poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0));
	} else if (!strcmp(what, "set")) {
		set(fd, word[2], atoi(word[3]));
	} else if (!strcmp(what, "join")) {
		join(fd, word[2], word[3]);
	} else if (!strcmp(what, "send")) {
		send_all(fd, NULL, 0, atoi(word[2]), atoi(word[3]));
	} else if (!strcmp(what, "to")) {
		len = address(word[2], word[3], &ss);
		send_all(fd, &ss, len, atoi(word[4]), atoi(word[5]));
	} else if (!strcmp(what, "craft")) {
		craft(fd, word[2], word[3], atoi(word[4]), atoi(word[5]));
	} else if (!strcmp(what, "get")) {
		get(fd, atol(word[2]));
	} else if (!strcmp(what, "drain")) {
		drain(fd, answer);
	} else if (!strcmp(what, "close")) {
		close(fd);
	} else if (!strcmp(what, "mailbox")) {
		mailbox(word[1]);
	} else if (!strcmp(what, "pass")) {
		pass(fd, word[2]);
	} else if (!strcmp(what, "take")) {
		take(fd);
	} else if (!strcmp(what, "grab")) {
		grab(fd, atoi(word[2]), FIRST + atoi(word[3]));
	} else if (!strcmp(what, "fork")) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			alarm(time_limit());
			attach(word[1]);
			*answer = '-';
		} else {
			sprintf(answer, " %d", pid);
		}
	} else if (!strcmp(what, "exec")) {
		execl("/proc/self/exe", "puppet", path, "again", NULL);
		die("exec");
	} else {
		errno = EINVAL;
		die(what);
	}
}

int main(int argc, char **argv)
{
	char line[256], answer[64], *word[8], *next;
	int n;

	if (argc < 2 || strlen(argv[1]) > sizeof(path) / 2)
		return 2;
	strcpy(path, argv[1]);
	alarm(time_limit());
	buf[0] = ECHO;
	if (argc == 2)
		attach(NULL);
	else
		dprintf(OUT, "ok\n");
	for (;;) {
		for (n = 0; n < (int)sizeof(line) - 1 && read(IN, line + n, 1) == 1; n++)
			if (line[n] == '\n')
				break;
		line[n] = 0;
		for (n = 0, next = line; n < 8; n++, next = NULL) {
			word[n] = strtok(next, " ");
			if (!word[n])
				word[n] = "";
		}
		*answer = 0;
		obey(word, answer);
		if (*answer != '-')	/* the forked one has not been asked anything */
			dprintf(OUT, "ok%s\n", answer);
	}
}
