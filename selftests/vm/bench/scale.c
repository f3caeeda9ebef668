// SPDX-License-Identifier: GPL-2.0
/*
 * scale - how much more two CPUs carry than one
 *
 *	scale nothing|udp|tcp|threads|shared MS
 *	scale -m nothing|udp|tcp|threads|shared MS
 *
 * Messages of 100 bytes go to and fro over loopback, for MS milliseconds on CPU 0 alone and then for
 * as long on both CPUs. Prints how many system calls were made in a second, alone and by both; with -m
 * how many were made by both, while the emulator counts what moves between them (lines.c).
 *
 *	nothing		system calls that do not touch the network: what this machine can do at all
 *	udp, tcp	two processes with a flow each
 *	threads		two threads of a process, with two UDP sockets each
 *	shared		two threads that share these sockets
 */
#define _GNU_SOURCE
#include "ends.h"
#include "mark.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE 100

/* Of the workers; the rest is written before they start. */
static struct {
	int ready, go, stop;
	struct {
		long calls;
	} __attribute__((aligned(128))) done[2];
} *board;

static struct pair pairs[2];
static int with_network, processes;
static volatile long *mark;

#define GET(field) __atomic_load_n(&board->field, __ATOMIC_SEQ_CST)
#define SET(field, value) __atomic_store_n(&board->field, value, __ATOMIC_SEQ_CST)

static void message(int from, int to)
{
	char buf[SIZE] = "";
	ssize_t n = 0, got;

	if (send(from, buf, SIZE, 0) != SIZE)
		err(1, "send");
	for (; n < SIZE; n += got) {
		got = recv(to, buf, SIZE, 0);
		if (got <= 0)
			err(1, "recv");
	}
}

static void *worker(void *arg)
{
	long i = (long)arg, calls;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(i, &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		err(1, "CPU %ld", i);
	__atomic_add_fetch(&board->ready, 1, __ATOMIC_SEQ_CST);
	while (!GET(go))
		sched_yield();
	for (calls = 0; !GET(stop); calls += 4) {
		if (with_network) {
			message(pairs[i].a, pairs[i].b);
			message(pairs[i].b, pairs[i].a);
			continue;
		}
		for (int j = 0; j < 4; j++)
			syscall(SYS_getppid);
	}
	board->done[i].calls = calls;
	return NULL;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* System calls in a second; with the mark, all of them. */
static double window(int workers, int ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };
	pthread_t threads[2];
	double begin, end;
	long i, calls = 0;
	int status;

	memset(board, 0, sizeof(*board));
	for (i = 0; i < workers; i++) {
		if (!processes) {
			if (pthread_create(&threads[i], NULL, worker, (void *)i))
				errx(1, "pthread_create");
			continue;
		}
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			worker((void *)i);
			_exit(0);
		}
	}
	while (GET(ready) < workers)
		sched_yield();
	SET(go, 1);
	begin = now();
	if (mark)
		mark[0] = 1;
	nanosleep(&pause, NULL);
	if (mark)
		mark[1] = 1;
	SET(stop, 1);
	end = now();
	for (i = 0; i < workers; i++) {
		if (!processes)
			pthread_join(threads[i], NULL);
		else if (wait(&status) < 0 || status)
			errx(1, "a process failed");
	}
	for (i = 0; i < workers; i++)
		calls += board->done[i].calls;
	return mark ? calls : calls / (end - begin);
}

int main(int argc, char **argv)
{
	int marks = argc == 4 && !strcmp(argv[1], "-m");
	const char *mode = argc == 3 + marks ? argv[1 + marks] : "";
	int ms = argc == 3 + marks ? atoi(argv[2 + marks]) : 0;
	double one;

	with_network = strcmp(mode, "nothing") != 0;
	is_udp = strcmp(mode, "tcp") != 0;
	processes = strcmp(mode, "threads") && strcmp(mode, "shared");
	if (ms <= 0)
		errx(2, "usage: scale [-m] nothing|udp|tcp|threads|shared MS");
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		err(1, "mmap");
	end_init(&end_a, "127.0.0.1", NULL, 10000);
	end_init(&end_b, "127.0.0.1", NULL, 5000);
	if (!is_udp)
		listener_open();
	for (int i = 0; i < 2; i++)
		pair_open(&pairs[i]);
	if (!strcmp(mode, "shared"))
		pairs[1] = pairs[0];
	/* slots that are filled, code that is translated */
	window(2, ms / 4 + 1);
	if (marks) {
		mark = mmap((void *)MARK, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1, 0);
		if (mark == MAP_FAILED)
			err(1, "mmap");
		printf("%.0f\n", window(2, ms));
		return 0;
	}
	one = window(1, ms);
	printf("%.0f %.0f\n", one, window(2, ms));
	return 0;
}
