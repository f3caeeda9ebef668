// SPDX-License-Identifier: GPL-2.0
/*
 * libuser - a program that uses libnetatop, and prints what it is told as name=value
 *
 *	libuser [-u] COMMAND...
 *
 *	tasks|threads [NAME=VALUE...]	a walk; a NAME is tgid, uid, cgroup, netns_ino, netns_cookie, since
 *	task ID | thread ID		just one
 *	flows [NAME=VALUE...]		tgid, netns_ino, netns_cookie, l4proto
 *	books | tunables | exits [LIMIT]
 *	parallel COUNT WALKS		threads that walk at the same time, each with a handle of its own;
 *					says how many tasks they were told of, and whose figures shrank
 *	pause				a walk that says "paused" at its first task and goes on at SIGUSR1
 *	listen				says "listening", then events; after each it asks for the books
 *
 * -u gives up all privileges first. An error is the line errno=NAME text=..., and the status is 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libnetatop.h>

static struct netatop *nta;

static void print_counters(const struct netatop_counters *c)
{
	printf(" tcpsndpacks=%lu tcpsndbytes=%lu tcprcvpacks=%lu tcprcvbytes=%lu"
	       " udpsndpacks=%lu udpsndbytes=%lu udprcvpacks=%lu udprcvbytes=%lu",
	       c->tcp_snd_packets, c->tcp_snd_bytes, c->tcp_rcv_packets, c->tcp_rcv_bytes,
	       c->udp_snd_packets, c->udp_snd_bytes, c->udp_rcv_packets, c->udp_rcv_bytes);
}

/* The start of it is what getcnt prints. */
static void print_task(const struct netatop_task *t)
{
	printf("id=%d btime=%lu command=%s", t->tid ? t->tid : t->tgid, t->btime, t->name);
	print_counters(&t->counters);
	printf(" tgid=%d start=%lu uid=%u ns_pid=%d cgroup=%lu netns_ino=%u netns_cookie=%lu state=%u"
	       " first=%lu last=%lu present=%#lx\n", t->tgid, t->start, t->uid, t->ns_pid, t->cgroup,
	       t->netns_ino, t->netns_cookie, t->state, t->first, t->last, t->present);
}

static int take_task(const struct netatop_task *task, void *data)
{
	(void)data;
	print_task(task);
	return 0;
}

static void print_tuple(const char *name, int family, const struct netatop_tuple *tuple)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	inet_ntop(family, tuple->src, src, sizeof(src));
	inet_ntop(family, tuple->dst, dst, sizeof(dst));
	printf(" %s=%s:%u-%s:%u", name, src, ntohs(tuple->sport), dst, ntohs(tuple->dport));
}

static void print_owner(const char *name, const struct netatop_owner *owner)
{
	printf(" %s=%u:%d:%s", name, owner->kind, owner->tgid, owner->name);
}

static int take_flow(const struct netatop_flow *f, void *data)
{
	(void)data;
	printf("l4proto=%u present=%#lx netns_ino=%u netns_cookie=%lu", f->l4proto, f->present,
	       f->netns_ino, f->netns_cookie);
	if (f->present & NETATOP_FLOW_HAS_CT) {
		printf(" ct_id=%u zone=%u", f->ct_id, f->zone);
		print_tuple("orig", f->l3proto, &f->tuple_orig);
		print_tuple("reply", f->l3proto, &f->tuple_reply);
		print_owner("owner_orig", &f->owner_orig);
		print_owner("owner_reply", &f->owner_reply);
	} else {
		if (f->present & NETATOP_FLOW_HAS_TUPLE_SOCK)
			print_tuple("sock", f->l3proto, &f->tuple_sock);
		print_owner("owner_sock", &f->owner_sock);
	}
	puts("");
	return 0;
}

static int take_tunable(const struct netatop_tunable *tunable, void *data)
{
	(void)data;
	printf("%s %s\n", tunable->name, tunable->text);
	return tunable->value < tunable->lowest || tunable->value > tunable->highest;
}

/* All but the unknown in @args are "NAME=VALUE". */
static int read_filter(struct netatop_filter *filter, char **args)
{
	for (; *args; args++) {
		const char *value = strchr(*args, '=');
		unsigned long long number = value ? strtoull(value + 1, NULL, 0) : 0;

		if (!strncmp(*args, "tgid=", 5)) {
			filter->match |= NETATOP_MATCH_TGID;
			filter->tgid = number;
		} else if (!strncmp(*args, "uid=", 4)) {
			filter->match |= NETATOP_MATCH_UID;
			filter->uid = number;
		} else if (!strncmp(*args, "cgroup=", 7)) {
			filter->match |= NETATOP_MATCH_CGROUP;
			filter->cgroup = number;
		} else if (!strncmp(*args, "netns_ino=", 10)) {
			filter->match |= NETATOP_MATCH_NETNS_INO;
			filter->netns_ino = number;
		} else if (!strncmp(*args, "netns_cookie=", 13)) {
			filter->match |= NETATOP_MATCH_NETNS_COOKIE;
			filter->netns_cookie = number;
		} else if (!strncmp(*args, "since=", 6)) {
			filter->match |= NETATOP_MATCH_SINCE;
			filter->since = number;
		} else if (!strncmp(*args, "l4proto=", 8)) {
			filter->match |= NETATOP_MATCH_L4PROTO;
			filter->l4proto = number;
		} else {
			return 2;
		}
	}
	return 0;
}

static void print_books(const struct netatop_books *books)
{
	for (unsigned int i = 0; i < books->count; i++) {
		printf("book=%s", books->book[i].name);
		print_counters(&books->book[i].counters);
		puts("");
	}
	printf("version=%s processes=%lu threads=%lu attached=%lu sockets=%lu records=%lu exit_records=%lu icmp_snd_packets=%lu\n",
	       books->version, books->stats.processes, books->stats.threads, books->stats.attached,
	       books->stats.sockets, books->stats.records, books->stats.exit_records,
	       books->stats.icmp_snd_packets);
}

/* --- threads at the same time */

struct walker {
	pthread_t thread;
	long walks;
	unsigned long told;
	unsigned long shrunk;
	int err;
	unsigned long bytes[4194305];
};

static int take_growing(const struct netatop_task *task, void *data)
{
	const struct netatop_counters *c = &task->counters;
	struct walker *walker = data;
	unsigned long bytes = c->tcp_snd_bytes + c->tcp_rcv_bytes + c->udp_snd_bytes + c->udp_rcv_bytes;

	walker->told++;
	if (bytes < walker->bytes[task->tgid])
		walker->shrunk++;
	walker->bytes[task->tgid] = bytes;
	return 0;
}

static void *walk(void *arg)
{
	struct walker *walker = arg;
	struct netatop *own;

	walker->err = netatop_open(&own, 0);
	while (!walker->err && walker->walks--)
		walker->err = netatop_walk_tasks(own, NULL, take_growing, walker);
	netatop_close(own);
	return NULL;
}

static int parallel(int count, long walks)
{
	struct walker *walkers[64];
	int i, err = 0;

	for (i = 0; i < count && i < 64; i++) {
		walkers[i] = calloc(1, sizeof(*walkers[i]));
		if (!walkers[i])
			return -ENOMEM;
		walkers[i]->walks = walks;
		if (pthread_create(&walkers[i]->thread, NULL, walk, walkers[i]))
			return -EAGAIN;
	}
	while (i--) {
		pthread_join(walkers[i]->thread, NULL);
		printf("told=%lu shrunk=%lu\n", walkers[i]->told, walkers[i]->shrunk);
		err = err ? err : walkers[i]->err;
		free(walkers[i]);
	}
	return err;
}

/* --- unload and events */

static int take_pause(const struct netatop_task *task, void *data)
{
	sigset_t *set = data;
	int sig;

	(void)task;
	if (sigismember(set, SIGUSR1)) {
		puts("paused");
		sigwait(set, &sig);
		sigdelset(set, SIGUSR1);
	}
	return 0;
}

static int paused_walk(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return netatop_walk_tasks(nta, NULL, take_pause, &set);
}

static int take_event(const struct netatop_event *event, void *data)
{
	static const char *const names[] = { "?", "exit", "late", "unloaded", "loaded", "lost" };
	struct netatop_books books;
	int err;

	(void)data;
	printf("event=%s cookie=%lx ", names[event->type <= NETATOP_EVENT_LOST ? event->type : 0],
	       event->cookie);
	if (event->type == NETATOP_EVENT_EXIT) {
		print_task(&event->task);
		return 0;
	}
	if (event->type == NETATOP_EVENT_LATE)
		print_counters(&event->counters);
	err = netatop_get_books(nta, &books);
	printf("books=%s cookie=%lx\n", err ? strerrorname_np(-err) : books.version,
	       netatop_load_cookie(nta));
	return 0;
}

static int listen_to_events(void)
{
	struct netatop_events *events;
	struct pollfd poll_fd = { .events = POLLIN };
	int err = netatop_events_open(&events, NETATOP_OPEN_UNLOADED);

	if (err)
		return err;
	poll_fd.fd = netatop_events_fd(events);
	printf("listening loaded=%d\n", netatop_events_loaded(events));
	while (!err && poll(&poll_fd, 1, -1) > 0)
		err = netatop_events_read(events, take_event, NULL);
	netatop_events_close(events);
	return err;
}

static int run(char **args)
{
	struct netatop_filter filter = { 0 };
	const char *cmd = args[0];
	struct netatop_books books;
	struct netatop_task task;
	int err;

	if (!strcmp(cmd, "tasks") || !strcmp(cmd, "threads") || !strcmp(cmd, "flows")) {
		err = read_filter(&filter, args + 1);
		if (err)
			return err;
		if (!strcmp(cmd, "threads"))
			filter.match |= NETATOP_MATCH_THREADS;
		if (!strcmp(cmd, "flows"))
			return netatop_walk_flows(nta, &filter, take_flow, NULL);
		return netatop_walk_tasks(nta, filter.match ? &filter : NULL, take_task, NULL);
	}
	if ((!strcmp(cmd, "task") || !strcmp(cmd, "thread")) && args[1]) {
		err = cmd[1] == 'a' ? netatop_get_task(nta, atoi(args[1]), &task) :
		      netatop_get_thread(nta, atoi(args[1]), &task);
		if (!err)
			print_task(&task);
		return err;
	}
	if (!strcmp(cmd, "books")) {
		err = netatop_get_books(nta, &books);
		if (!err)
			print_books(&books);
		return err;
	}
	if (!strcmp(cmd, "tunables"))
		return netatop_walk_tunables(nta, take_tunable, NULL);
	if (!strcmp(cmd, "exits"))
		return netatop_read_exits(nta, args[1] ? atoi(args[1]) : 0, take_task, NULL);
	if (!strcmp(cmd, "parallel") && args[1] && args[2])
		return parallel(atoi(args[1]), atol(args[2]));
	if (!strcmp(cmd, "pause"))
		return paused_walk();
	if (!strcmp(cmd, "listen"))
		return listen_to_events();
	return 2;
}

int main(int argc, char **argv)
{
	int err, unprivileged = argc > 1 && !strcmp(argv[1], "-u");

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 + unprivileged)
		return 2;
	if (unprivileged && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
		return 2;
	argv += 1 + unprivileged;
	err = netatop_open(&nta, strcmp(*argv, "listen") ? 0 : NETATOP_OPEN_UNLOADED);
	if (!err)
		err = run(argv);
	if (err < 0)
		printf("errno=%s text=%s\n", strerrorname_np(-err), nta ? netatop_error_text(nta) : "");
	netatop_close(nta);
	return err < 0 ? 1 : err;
}
