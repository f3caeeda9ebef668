// SPDX-License-Identifier: GPL-2.0
/*
 * many - a great many processes, threads, sockets or flows
 *
 *	many processes|threads|sockets|flows|receivers|peers|connections NUMBER
 *
 * Makes them, without any traffic, and prints "ready". For each line of its input, a number, the
 * first so many of them send a datagram, and "sent" is printed when they have. Ends with its input.
 *
 * Datagrams go to 10.128.0.0 and the addresses that follow, which ought to be a device that drops
 * them. Each flow has an address; the others have one in common. The processes share their memory,
 * and these and the threads a socket, which makes them cheap.
 *
 * Receivers are sockets at addresses below 127.0.0.0/16. Each has been sent a datagram, which nobody reads,
 * when it prints "ready". Peers, which have addresses from 127.1.0.0 on, have all sent one to the same
 * socket then. Connections to as many addresses from 127.2.0.0 on have been refused. All stay until it is
 * killed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK	8192

static int number, out;
static int *sockets;

/* Of processes and threads: which order it is, how many are to send, how many have done so. */
static unsigned int order, senders, sent;
static int failed;

static void wait_while(unsigned int *where, unsigned int value)
{
	syscall(SYS_futex, where, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void wake(unsigned int *where)
{
	syscall(SYS_futex, where, FUTEX_WAKE, number, NULL, NULL, 0);
}

static int datagram(int fd, int flow)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	to.sin_addr.s_addr = htonl(0x0a800000 + flow);
	return sendto(fd, "netatop!", 9, 0, (struct sockaddr *)&to, sizeof(to)) != 9;
}

static int member(void *arg)
{
	unsigned int me = (long)arg, seen = 0;

	for (;;) {
		while (__atomic_load_n(&order, __ATOMIC_SEQ_CST) == seen)
			wait_while(&order, seen);
		seen++;
		if (me >= senders)
			continue;
		if (datagram(out, 0))
			failed = 1;
		if (__atomic_add_fetch(&sent, 1, __ATOMIC_SEQ_CST) == senders)
			wake(&sent);
	}
	return 0;
}

static int process(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return member(arg);
}

static void *thread(void *arg)
{
	member(arg);
	return NULL;
}

static void make_processes(void)
{
	char *stacks = mmap(NULL, (size_t)number * STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	/* their status is nobody's concern */
	signal(SIGCHLD, SIG_IGN);
	if (stacks == MAP_FAILED)
		err(1, "mmap");
	for (long i = 0; i < number; i++)
		if (clone(process, stacks + (i + 1) * STACK, CLONE_VM | SIGCHLD, (void *)i) < 0)
			err(1, "clone");
}

static void make_threads(void)
{
	pthread_attr_t attr;
	pthread_t id;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 2 * STACK);
	for (long i = 0; i < number; i++)
		if (pthread_create(&id, &attr, thread, (void *)i))
			errx(1, "pthread_create");
}

static int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void make_sockets(void)
{
	struct rlimit limit = { number + 100, number + 100 };

	sockets = calloc(number, sizeof(*sockets));
	if (!sockets || setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "no room");
	for (int i = 0; i < number; i++)
		sockets[i] = udp_socket();
}

static void bind_to(int fd, struct sockaddr_in *at, in_addr_t addr)
{
	socklen_t len = sizeof(*at);

	*at = (struct sockaddr_in){ .sin_family = AF_INET };
	at->sin_addr.s_addr = htonl(addr);
	if (bind(fd, (struct sockaddr *)at, len) ||
	    getsockname(fd, (struct sockaddr *)at, &len))
		err(1, "bind");
}

/* As many ports of an address as are left to be chosen from. */
static void make_receivers(void)
{
	struct sockaddr_in at;

	make_sockets();
	for (int i = 0; i < number; i++) {
		bind_to(sockets[i], &at, INADDR_LOOPBACK + (i / 20000 << 8));
		if (sendto(out, "netatop!", 9, 0, (struct sockaddr *)&at, sizeof(at)) != 9)
			err(1, "receiver %d", i);
	}
}

static void make_peers(void)
{
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = "";
	struct iovec iov = { .iov_base = "netatop!", .iov_len = 9 };
	struct sockaddr_in at;
	struct msghdr msg = {
		.msg_name	= &at,
		.msg_namelen	= sizeof(at),
		.msg_iov	= &iov,
		.msg_iovlen	= 1,
		.msg_control	= control,
		.msg_controllen	= sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	struct in_pktinfo *info = (void *)CMSG_DATA(cmsg);

	bind_to(udp_socket(), &at, INADDR_LOOPBACK);
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(*info));
	for (int i = 0; i < number; i++) {
		info->ipi_spec_dst.s_addr = htonl(0x7f010000 + i);
		if (sendmsg(out, &msg, 0) != 9)
			err(1, "peer %d", i);
	}
}

static void make_connections(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	for (int i = 0; i < number; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		to.sin_addr.s_addr = htonl(0x7f020000 + i);
		if (fd < 0 || !connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
		    errno != ECONNREFUSED)
			err(1, "connection %d", i);
		close(fd);
	}
}

static const struct {
	const char *what;
	void (*make)(void);
} standing[] = {
	{ "receivers", make_receivers },
	{ "peers", make_peers },
	{ "connections", make_connections },
};

/* Made, with all their traffic, they stay. */
static void stand(const char *what)
{
	for (unsigned int i = 0; i < sizeof(standing) / sizeof(*standing); i++) {
		if (strcmp(what, standing[i].what))
			continue;
		standing[i].make();
		puts("ready");
		fflush(stdout);
		pause();
	}
}

static void order_members(unsigned int count)
{
	unsigned int done;

	senders = count;
	sent = 0;
	__atomic_add_fetch(&order, 1, __ATOMIC_SEQ_CST);
	wake(&order);
	while ((done = __atomic_load_n(&sent, __ATOMIC_SEQ_CST)) < count)
		wait_while(&sent, done);
}

int main(int argc, char **argv)
{
	const char *what = argc == 3 ? argv[1] : "";
	int members = !strcmp(what, "processes") || !strcmp(what, "threads");
	char line[32];

	number = argc == 3 ? atoi(argv[2]) : 0;
	if (number <= 0)
		errx(2, "usage: many WHAT NUMBER");
	out = udp_socket();
	stand(what);
	if (!strcmp(what, "processes"))
		make_processes();
	else if (!strcmp(what, "threads"))
		make_threads();
	else if (!strcmp(what, "sockets"))
		make_sockets();
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		int count = atoi(line);

		if (count > number)
			errx(2, "there are no %d", count);
		if (members)
			order_members(count);
		else
			for (int i = 0; i < count; i++)
				failed |= datagram(sockets ? sockets[i] : out, sockets ? 0 : i);
		if (failed)
			errx(1, "a datagram was not sent");
		puts("sent");
		fflush(stdout);
	}
	/* of all threads, and the processes follow */
	return 0;
}
