// SPDX-License-Identifier: GPL-2.0
/*
 * traffic - sends known amounts of TCP and UDP data, and says exactly what it sent
 *
 *	traffic tcp-server [options] ADDR PORT
 *	traffic tcp-client [options] ADDR PORT
 *	traffic udp-server [options] ADDR PORT
 *	traffic udp-client [options] ADDR PORT
 *	traffic spawn COUNT CLIENT [options] ADDR PORT		(COUNT processes)
 *	traffic exec-thread PROGRAM CLIENT [options] ADDR PORT	(a thread that execs)
 *
 * Everybody who talked prints one line of key=value. snd_packets and snd_bytes are what the
 * network layer must have seen of it: IP packets as they go over a wire, and their length.
 * For TCP they follow from the kernel's own TCP_INFO, read when the last FIN has been
 * acknowledged, so they are a witness that does not depend on the interface.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/tcp.h>
#include <linux/udp.h>

#include "limit.h"

#define UDP_MAX 65507

/* The first byte of a datagram tells the server what to do with it. */
#define ECHO	'E'	/* send it back whole */
#define ANSWER	'A'	/* send one byte back */
#define QUIET	'N'
#define LAST	'Q'	/* like ANSWER, and this client is done */

static struct {
	long count;		/* -n: connections, messages, or bytes of a bulk transfer */
	long size;		/* -w: bytes of one write or message */
	long rounds;		/* -r: ping-pong rounds instead of a bulk transfer */
	long answer;		/* -a: bytes a sink answers when it has read everything */
	long window;		/* -k: messages between two answers of a UDP burst */
	long threads;		/* -t: client threads; the server: a thread a connection */
	long parallel;		/* -j: processes at a time */
	int forking;		/* -f: the server forks for each connection */
	int echo;		/* -e: the server sends back what it reads */
	int nodelay;		/* -N */
	int segment;		/* -g: UDP_SEGMENT, a whole window in one call */
	int hold;		/* -H: stay until SIGTERM */
	int keep;		/* -K: threads and children stay as long as the process */
	int open;		/* -O: sockets stay open as long as the process */
	int stop;		/* -S: stop before the traffic, until SIGCONT */
	int barrier;		/* -B: spawned processes stay until all have finished */
	int dstopts;		/* -D: datagrams have IPv6 destination options, as each of their fragments */
	const char *source;	/* -s: the client's own address */
} opt = { .count = 1, .size = 1000, .answer = 1, .window = 16, .parallel = 1 };

static struct sockaddr_storage peer;
static socklen_t peer_len;
static int ip_header;		/* of the family in use */
static int barrier_fd[2] = { -1, -1 };
static pthread_barrier_t all_done;
static volatile sig_atomic_t enough;	/* SIGUSR1: end the traffic in good order */

struct tally {
	const char *proto, *role;
	uint64_t sent, received, calls;
	uint64_t snd_packets, snd_bytes, rcv_packets, rcv_bytes;
	unsigned int retrans, syn_retrans;
};

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fprintf(stderr, "traffic[%d]: ", getpid());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", err ? strerror(err) : "giving up");
	_exit(1);
}

static void on_enough(int sig)
{
	enough = sig;
}

static void report(const struct tally *t)
{
	printf("proto=%s role=%s pid=%d tid=%ld sent=%ju received=%ju calls=%ju "
	       "snd_packets=%ju snd_bytes=%ju rcv_packets=%ju rcv_bytes=%ju retrans=%u\n",
	       t->proto, t->role, getpid(), syscall(SYS_gettid), (uintmax_t)t->sent,
	       (uintmax_t)t->received, (uintmax_t)t->calls, (uintmax_t)t->snd_packets,
	       (uintmax_t)t->snd_bytes, (uintmax_t)t->rcv_packets, (uintmax_t)t->rcv_bytes,
	       t->retrans);
}

static void until_term(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigwait(&set, &sig);
}

static void resolve(const char *addr, const char *port, struct sockaddr_storage *ss, socklen_t *len)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai;

	errno = 0;
	if (getaddrinfo(addr, port, &hints, &ai))
		die("address %s port %s", addr, port);
	memcpy(ss, ai->ai_addr, ai->ai_addrlen);
	*len = ai->ai_addrlen;
	ip_header = ai->ai_family == AF_INET6 ? 40 : 20;
	freeaddrinfo(ai);
}

static int new_socket(int type)
{
	int fd = socket(peer.ss_family, type | SOCK_CLOEXEC, 0), big = 4 << 20;
	struct sockaddr_storage own;
	socklen_t len;

	if (fd < 0)
		die("socket");
	if (type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	if (opt.source) {
		resolve(opt.source, "0", &own, &len);
		if (bind(fd, (struct sockaddr *)&own, len))
			die("bind %s", opt.source);
	}
	return fd;
}

static int server_socket(int type)
{
	int fd = new_socket(type), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&peer, peer_len))
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 4096))
		die("listen");
	puts("ready");
	return fd;
}

static void send_all(int fd, const char *buf, long n, struct tally *t)
{
	long done = 0;

	while (done < n) {
		ssize_t r = send(fd, buf + done, n - done, MSG_NOSIGNAL);

		if (r < 0)
			die("send");
		done += r;
		t->sent += r;
		t->calls++;
	}
}

static long read_some(int fd, char *buf, long n, struct tally *t)
{
	ssize_t r = recv(fd, buf, n, 0);

	if (r < 0)
		die("recv");
	t->received += r;
	return r;
}

static char *new_buffer(long n)
{
	char *buf = calloc(1, n);

	if (!buf)
		die("%ld bytes", n);
	return buf;
}

static struct tcp_info tcp_info(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info;
}

/*
 * What TCP_INFO says, as IP packets and bytes. Every segment has a 32-byte TCP header (20, and
 * 12 of timestamps), a SYN one of 40. An accepted socket has counted the SYN it grew from,
 * but not the SYN it was answered with: that one the request sent.
 */
static void tcp_finish(int fd, int server, struct tally *t)
{
	const int needed = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
	struct tcp_info info = tcp_info(fd);

	errno = 0;
	if ((info.tcpi_options & needed) != needed)
		die("needs the default TCP options");
	t->retrans = info.tcpi_total_retrans;
	t->snd_packets = info.tcpi_segs_out + server;
	t->snd_bytes = t->snd_packets * (ip_header + 32) + 8 * (1 + t->syn_retrans) +
		       t->sent + info.tcpi_bytes_retrans;
	t->rcv_packets = info.tcpi_segs_in;
	t->rcv_bytes = t->rcv_packets * (ip_header + 32) + 8 + t->received;
	report(t);
}

static void tcp_client(void)
{
	struct tally t = { .proto = "tcp", .role = "client" };
	char *buf = new_buffer(1 << 16);
	int fd = new_socket(SOCK_STREAM), one = 1;
	long size = opt.size < 1 << 16 ? opt.size : 1 << 16;

	if (opt.nodelay)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&peer, peer_len))
		die("connect");
	t.syn_retrans = tcp_info(fd).tcpi_total_retrans;

	if (opt.rounds) {
		for (long i = 0; i < opt.rounds && !enough; i++) {
			send_all(fd, buf, size, &t);
			for (long n, got = 0; got < size; got += n) {
				n = read_some(fd, buf, size - got, &t);
				if (!n)
					die("server closed early");
			}
		}
	} else {
		for (long left = opt.count; left > 0 && !enough; left -= size)
			send_all(fd, buf, left < size ? left : size, &t);
	}

	/* A FIN each way, then everything has been acknowledged on this side. */
	shutdown(fd, SHUT_WR);
	while (read_some(fd, buf, 1 << 16, &t))
		;
	tcp_finish(fd, 0, &t);
	if (!opt.open)
		close(fd);
	free(buf);
}

static void tcp_serve(int fd)
{
	struct tally t = { .proto = "tcp", .role = "server" };
	const struct timespec ms = { .tv_nsec = 1000000 };
	char *buf = new_buffer(1 << 16);
	int one = 1, tries;
	long n;

	if (opt.nodelay)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while ((n = read_some(fd, buf, 1 << 16, &t)) > 0)
		if (opt.echo)
			send_all(fd, buf, n, &t);
	for (long left = opt.echo ? 0 : opt.answer; left > 0; left -= n) {
		n = left < 1 << 16 ? left : 1 << 16;
		send_all(fd, buf, n, &t);
	}
	/* Until the FIN is acknowledged: poll(2) cannot tell, the state can. */
	shutdown(fd, SHUT_WR);
	for (tries = 0; tcp_info(fd).tcpi_state != 7 /* TCP_CLOSE */; tries++) {
		errno = ETIMEDOUT;
		if (tries > 100 * (int)time_limit())
			die("FIN was never acknowledged");
		nanosleep(&ms, NULL);
	}
	tcp_finish(fd, 1, &t);
	close(fd);
	free(buf);
}

static void *tcp_serve_thread(void *arg)
{
	tcp_serve((long)arg);
	if (opt.keep) {
		pthread_barrier_wait(&all_done);
		pause();
	}
	return NULL;
}

static void tcp_server(void)
{
	int listener = server_socket(SOCK_STREAM);
	pthread_t *tid = opt.threads ? calloc(opt.count, sizeof(*tid)) : NULL;
	long children = 0, fd;

	pthread_barrier_init(&all_done, NULL, opt.count + 1);
	for (long i = 0; i < opt.count; i++) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			die("accept");
		if (opt.threads) {
			if (pthread_create(&tid[i], NULL, tcp_serve_thread, (void *)fd))
				die("pthread_create");
		} else if (opt.forking) {
			pid_t pid = fork();

			if (pid < 0)
				die("fork");
			if (!pid) {
				alarm(time_limit());
				prctl(PR_SET_PDEATHSIG, SIGTERM);
				tcp_serve(fd);
				if (opt.keep)
					until_term();
				exit(0);
			}
			children++;
			close(fd);
		} else {
			tcp_serve(fd);
		}
	}
	close(listener);
	if (opt.threads && opt.keep)
		pthread_barrier_wait(&all_done);
	for (long i = 0; opt.threads && !opt.keep && i < opt.count; i++)
		pthread_join(tid[i], NULL);
	while (!opt.keep && children-- > 0)
		wait(NULL);
}

static void udp_sent(struct tally *t, long n, long packets)
{
	t->calls++;
	t->sent += n;
	t->snd_packets += packets;
	t->snd_bytes += n + packets * (ip_header + 8);
}

static void udp_received(struct tally *t, long n)
{
	t->received += n;
	t->rcv_packets++;
	t->rcv_bytes += n + ip_header + 8;
}

static void udp_client(void)
{
	struct tally t = { .proto = "udp", .role = "client" };
	int fd = new_socket(SOCK_DGRAM), burst = 1, segment = opt.size;
	long count = opt.rounds ? opt.rounds : opt.count;
	char *buf = new_buffer(opt.window * opt.size + UDP_MAX);
	long n;

	if (connect(fd, (struct sockaddr *)&peer, peer_len))
		die("connect");
	/* a PadN of four bytes, and the kernel fills in what comes next */
	if (opt.dstopts && setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, "\0\0\1\4\0\0\0", 8))
		die("IPV6_DSTOPTS");
	if (opt.segment) {
		if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
			die("UDP_SEGMENT");
		burst = opt.window;
	}
	/* No more than a window is ever under way, so that no queue on the path can overflow. */
	for (long i = burst; i <= count; i += burst) {
		if (enough)
			i = count;
		char kind = opt.rounds ? ECHO : i % opt.window ? QUIET : ANSWER;

		if (i + burst > count)
			kind = LAST;
		memset(buf, QUIET, burst * opt.size);
		buf[(burst - 1) * opt.size] = kind;
		n = send(fd, buf, burst * opt.size, 0);
		if (n != burst * opt.size)
			die("send");
		udp_sent(&t, n, burst);
		if (kind != QUIET) {
			n = recv(fd, buf, UDP_MAX, 0);
			if (n < 0)
				die("recv");
			udp_received(&t, n);
		}
	}
	report(&t);
	if (!opt.open)
		close(fd);
	free(buf);
}

static void udp_server(void)
{
	struct tally t = { .proto = "udp", .role = "server" };
	int fd = server_socket(SOCK_DGRAM);
	char *buf = new_buffer(UDP_MAX);
	struct sockaddr_storage from;
	socklen_t len;
	long n;

	for (long clients = 0; clients < opt.count; ) {
		len = sizeof(from);
		n = recvfrom(fd, buf, UDP_MAX, 0, (struct sockaddr *)&from, &len);
		if (n < 1)
			die("recvfrom");
		udp_received(&t, n);
		if (buf[0] == QUIET)
			continue;
		clients += buf[0] == LAST;
		n = buf[0] == ECHO ? n : 1;
		if (sendto(fd, buf, n, 0, (struct sockaddr *)&from, len) != n)
			die("sendto");
		udp_sent(&t, n, 1);
	}
	report(&t);
	if (!opt.open)
		close(fd);
	free(buf);
}

static void *client_thread(void *run)
{
	((void (*)(void))run)();
	if (opt.keep) {
		pthread_barrier_wait(&all_done);
		pause();
	}
	return NULL;
}

static void run_client(void (*run)(void))
{
	pthread_t tid[opt.threads + 1];

	if (opt.stop)
		raise(SIGSTOP);
	if (!opt.threads) {
		run();
		return;
	}
	pthread_barrier_init(&all_done, NULL, opt.threads + 1);
	for (long i = 0; i < opt.threads; i++)
		if (pthread_create(&tid[i], NULL, client_thread, run))
			die("pthread_create");
	if (opt.keep)
		pthread_barrier_wait(&all_done);
	for (long i = 0; !opt.keep && i < opt.threads; i++)
		pthread_join(tid[i], NULL);
}

static void reap(void)
{
	int status;

	if (wait(&status) < 0)
		die("wait");
	errno = 0;
	if (status)
		die("a child ended with status %#x", status);
}

/* With a barrier, no child ends before the last one has done its traffic. */
static void spawn(long count, void (*run)(void))
{
	int go[2];
	char c = 0;
	long running = 0;

	if (pipe(barrier_fd) || pipe(go))
		die("pipe");
	if (opt.barrier)
		opt.parallel = count;
	for (long i = 0; i < count; i++, running++) {
		pid_t pid;

		for (; running >= opt.parallel; running--)
			reap();
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			alarm(time_limit());
			close(go[1]);
			run_client(run);
			if (opt.barrier && (write(barrier_fd[1], &c, 1) != 1 || read(go[0], &c, 1)))
				die("barrier");
			exit(0);
		}
	}
	for (long i = 0; opt.barrier && i < count; i++)
		if (read(barrier_fd[0], &c, 1) != 1)
			die("barrier");
	if (opt.hold) {
		puts("held");
		until_term();
	}
	close(go[1]);
	while (running-- > 0)
		reap();
}

static void options(int argc, char **argv)
{
	struct { int letter; long *value; } numbers[] = {
		{ 'n', &opt.count }, { 'w', &opt.size }, { 'r', &opt.rounds }, { 'a', &opt.answer },
		{ 'k', &opt.window }, { 't', &opt.threads }, { 'j', &opt.parallel },
	};
	struct { int letter; int *flag; } flags[] = {
		{ 'f', &opt.forking }, { 'e', &opt.echo }, { 'N', &opt.nodelay }, { 'g', &opt.segment },
		{ 'H', &opt.hold }, { 'K', &opt.keep }, { 'O', &opt.open }, { 'S', &opt.stop },
		{ 'B', &opt.barrier }, { 'D', &opt.dstopts },
	};
	int c;

	/* Nothing here takes long; -T is for a slow machine, and for those who stay. */
	alarm(time_limit());
	while ((c = getopt(argc, argv, "+n:w:r:a:k:t:j:s:T:feNgHKOSBD")) != -1) {
		if (c == '?')
			exit(2);
		if (c == 's')
			opt.source = optarg;
		if (c == 'T')
			alarm(atoi(optarg));
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
			if (numbers[i].letter == c)
				*numbers[i].value = atol(optarg);
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
			if (flags[i].letter == c)
				*flags[i].flag = 1;
	}
	errno = EINVAL;
	if (argc - optind != 2 || opt.size < 1 || opt.size > UDP_MAX || opt.window < 1 ||
	    (opt.segment && opt.size * opt.window > UDP_MAX))
		die("arguments");
	if (opt.rounds)
		opt.window = 1;
	resolve(argv[optind], argv[optind + 1], &peer, &peer_len);
}

static char **exec_argv;
static void (*exec_client)(void);

static void *exec_thread(void *program)
{
	exec_client();
	execv(program, exec_argv);
	die("%s", (char *)program);
}

static void (*command(const char *name))(void)
{
	static const struct { const char *name; void (*run)(void); } commands[] = {
		{ "tcp-server", tcp_server }, { "tcp-client", tcp_client },
		{ "udp-server", udp_server }, { "udp-client", udp_client },
	};

	for (size_t i = 0; name && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run;
	errno = EINVAL;
	die("command");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "", *program = argc > 2 ? argv[2] : "";
	int spawning = !strcmp(name, "spawn"), execing = !strcmp(name, "exec-thread");
	int skip = spawning || execing ? 3 : 1;
	void (*run)(void) = command(argc > skip ? argv[skip] : NULL);
	struct sigaction action = { .sa_handler = on_enough, .sa_flags = SA_RESTART };
	pthread_t tid;
	sigset_t set;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGUSR1, &action, NULL);
	/* Blocked before there is any thread, so that only until_term() takes it. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	options(argc - skip, argv + skip);
	if (opt.hold || opt.keep)
		sigprocmask(SIG_BLOCK, &set, NULL);

	if (spawning) {
		spawn(atol(program), run);
	} else if (execing) {
		exec_argv = argv + skip - 1;
		exec_client = run;
		run();
		if (pthread_create(&tid, NULL, exec_thread, (void *)program))
			die("pthread_create");
		pthread_join(tid, NULL);
	} else {
		if (run == tcp_client || run == udp_client)
			run_client(run);
		else
			run();
		if (opt.hold) {
			puts("held");
			until_term();
		}
	}
	return 0;
}
