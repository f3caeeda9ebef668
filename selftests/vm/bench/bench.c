// SPDX-License-Identifier: GPL-2.0
/*
 * bench - what a message costs, in instructions of a machine that counts them as time
 *
 *	bench [options] udp|tcp ADDR_A ADDR_B [NETNS_A NETNS_B]
 *
 * Messages go to and fro between sockets at A and B, all of which this process has. What is sent
 * has been received when the system call returns, so nobody is waited for and nothing is
 * scheduled. Prints the least and the median cost of a message over a number of batches, each
 * short enough to fit between two ticks of the clock.
 */
#define _GNU_SOURCE
#include "ends.h"

#include <err.h>
#include <getopt.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <x86intrin.h>

#define BATCHES_MAX 1000
#define THREADS_MAX 256
#define WARM 256	/* to and fro, for each flow and thread */

static long size = 100, rounds = 64, batches = 64, flows = 1, threads = 1, rest, loud;
static int shared, connecting;
static struct pair *pairs;
static int baton[THREADS_MAX];
static char out[65536], in[65536];

static void message(int from, int to)
{
	long n = 0, got;

	if (send(from, out, size, 0) != size)
		err(1, "send");
	for (; n < size; n += got) {
		got = recv(to, in, sizeof(in), 0);
		if (got <= 0)
			err(1, "recv");
	}
}

static void round_trip(const struct pair *pair)
{
	message(pair->a, pair->b);
	message(pair->b, pair->a);
}

/* A connection for a request and its answer. */
static void connection(void)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	struct pair pair;

	if (!is_udp) {
		pair_open(&pair);
		round_trip(&pair);
		close(pair.a);
		close(pair.b);
		return;
	}
	pair.a = end_open(&end_a, end_a.port++);
	if (connect(pair.a, end_at(&end_b, end_b.port), end_b.len) ||
	    send(pair.a, out, size, 0) != size ||
	    recvfrom(listener, in, sizeof(in), 0, (void *)&from, &len) != size ||
	    sendto(listener, out, size, 0, (void *)&from, len) != size ||
	    recv(pair.a, in, sizeof(in), 0) != size)
		err(1, "request");
	close(pair.a);
}

static void take(int i)
{
	uint64_t n;

	if (read(baton[i], &n, sizeof(n)) != sizeof(n))
		err(1, "read");
}

static void pass(int i)
{
	uint64_t n = 1;

	if (write(baton[i], &n, sizeof(n)) != sizeof(n))
		err(1, "write");
}

static void *follower(void *arg)
{
	long i = (long)arg;

	for (;;) {
		take(i);
		round_trip(&pairs[shared ? 0 : i]);
		pass((i + 1) % threads);
	}
	return NULL;
}

/* Equals do not preempt each other, so the order is always the same. */
static void start_followers(void)
{
	struct sched_param param = { .sched_priority = 1 };
	pthread_t thread;
	long i;

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		err(1, "sched_setscheduler");
	for (i = 0; i < threads; i++) {
		baton[i] = eventfd(0, 0);
		if (baton[i] < 0)
			err(1, "eventfd");
	}
	for (i = 1; i < threads; i++)
		if (pthread_create(&thread, NULL, follower, (void *)i))
			errx(1, "pthread_create");
}

/* Returns for how many messages, or connections, the time was spent. */
static long batch(void)
{
	long i;

	for (i = 0; i < rounds; i++) {
		if (connecting) {
			connection();
			continue;
		}
		round_trip(&pairs[threads > 1 ? 0 : i % flows]);
		if (threads > 1) {
			pass(1);
			take(0);
		}
	}
	return connecting ? rounds : 2 * rounds * threads;
}

/* Page faults, windows that open, slots that are filled; TCP acknowledges at once for a while. */
static void warm_up(void)
{
	long n = connecting ? 4 : WARM * (threads > 1 ? 1 : flows) / rounds;

	while (n--)
		batch();
}

static int loopback(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "socket");
	return fd;
}

static void meet(int fd, int peer)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	if (getsockname(peer, (struct sockaddr *)&addr, &len) ||
	    connect(fd, (struct sockaddr *)&addr, len))
		err(1, "connect");
}

/*
 * Where the kernel's allocator has only full pages at hand, each message takes its slow path. So for
 * half of the batches some more memory of the sizes of packets is taken before each, and kept, which brings new
 * pages; the least is measured where they have much room. (What sockets of AF_UNIX keep is of other pages.)
 */
static void stir(int n)
{
	static int from = -1, to = -1;

	if (from < 0) {
		from = loopback();
		to = loopback();
		/* both have sent, so nothing waits for an owner */
		meet(from, to);
		meet(to, from);
		if (send(to, out, 100, 0) != 100 || recv(from, in, 100, 0) != 100)
			err(1, "send");
	}
	while (n--)
		if (send(from, out, 100, 0) != 100 || send(from, out, 600, 0) != 600)
			err(1, "send");
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static long number(const char *text, long min, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < min || n > max)
		errx(2, "%s: not a number from %ld to %ld", text, min, max);
	return n;
}

static void options(int argc, char **argv)
{
	int opt, two;

	while ((opt = getopt(argc, argv, "s:r:b:f:t:g:w:p1c")) != -1) {
		switch (opt) {
		case 's': size = number(optarg, 1, sizeof(out)); break;	/* of a message */
		case 'r': rounds = number(optarg, 1, 1000000); break;	/* in a batch */
		case 'b': batches = number(optarg, 1, BATCHES_MAX); break;
		case 'f': flows = number(optarg, 1, 10000); break;	/* in turn */
		case 't': threads = number(optarg, 1, THREADS_MAX); break;	/* in turn */
		case 'g': segment = number(optarg, 1, 65535); break;	/* UDP_SEGMENT */
		case 'w': rest = number(optarg, 0, 60000); break;	/* ms, see below */
		case 'p': loud = 1; break;		/* say when measuring begins */
		case '1': shared = 1; break;		/* the threads have one flow */
		case 'c': connecting = 1; break;	/* a connection for each message */
		default: exit(2);
		}
	}
	two = argc - optind == 5;
	if (argc - optind != 3 && !two)
		errx(2, "usage: bench [options] udp|tcp ADDR_A ADDR_B [NETNS_A NETNS_B]");
	is_udp = !strcmp(argv[optind], "udp");
	end_init(&end_a, argv[optind + 1], two ? argv[optind + 3] : NULL, 10000);
	end_init(&end_b, argv[optind + 2], two ? argv[optind + 4] : NULL, 5000);
	if (threads > 1)
		flows = shared ? 1 : threads;
}

int main(int argc, char **argv)
{
	static uint64_t cost[BATCHES_MAX];
	uint64_t begin;
	long i, n;

	options(argc, argv);
	if (!is_udp || connecting)
		listener_open();
	pairs = calloc(flows, sizeof(*pairs));
	if (!pairs)
		err(1, "calloc");
	for (i = 0; i < flows && !connecting; i++)
		pair_open(&pairs[i]);
	if (threads > 1)
		start_followers();
	warm_up();
	if (!connecting)
		stir(0);
	/* what has been done for connections that were new is over, too */
	usleep(rest * 1000);
	if (loud) {
		puts("measuring");
		fflush(stdout);
	}
	for (i = 0; i < batches; i++) {
		/* the kernel's threads run only when ours all sleep; 6.1 leaves packets to one that waits */
		if (threads > 1)
			usleep(1000);
		if (!connecting && i >= batches / 2)
			stir(i == batches / 2 ? 64 : 1);
		begin = __rdtsc();
		n = batch();
		cost[i] = (__rdtsc() - begin) / n;
	}
	qsort(cost, batches, sizeof(*cost), compare);
	printf("%lu %lu\n", cost[0], cost[batches / 2]);
	return 0;
}
