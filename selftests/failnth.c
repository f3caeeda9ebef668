// SPDX-License-Identifier: GPL-2.0
/*
 * failnth - does one thing again and again, and each time has the next memory allocation in it fail
 *
 *	failnth udp|tcp ADDR PORT	a datagram, a connection to itself
 *	failnth tap DEVICE ADDR PORT	a datagram that comes in by this tap device (02:00:00:00:00:09)
 *	failnth getsockopt COMMAND ID	by its number
 *	failnth netlink COMMAND plain|page|hold|dump|ID
 *					without attributes; with an empty cursor; to be held; all; of this process
 *	failnth write FILE TEXT UNDO	TEXT to a file of sysfs, then, without a failure, UNDO
 *	failnth load FILE		a module, which is unloaded if it could be loaded
 *	failnth threads ADDR PORT	a datagram from each of many new threads, which stay
 *
 * The first allocation fails the first time or the first few, the second one the next, and so on until there are
 * fewer, and what it did must have been done the last time. Then it says "steps=N refused=N": of so many times so
 * many ended with an error. The kernel needs CONFIG_FAULT_INJECTION. Only what the process allocates itself fails, not
 * what is allocated in interrupts; what comes from a tap device is received by the process that writes to it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "netatop.h"
#include "netatop_netlink.h"
#include "limit.h"

static char **args;		/* of the thing to do */
static struct sockaddr_in addr;
static int used_fd = -1;	/* whatever it needs all the time */
static int step;

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "failnth: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_addr(const char *text, const char *port)
{
	addr.sin_family = AF_INET;
	addr.sin_port = htons(atoi(port));
	if (inet_pton(AF_INET, text, &addr.sin_addr) != 1)
		die(text);
}

static void prepare_socket(void)
{
	set_addr(args[0], args[1]);
}

/* A socket that fails to be closed cannot be: all that a step has opened is gone afterwards. */
static int udp(void)
{
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0), err = -1;
	char buf[100] = "";

	if (in >= 0 && out >= 0 && !bind(in, (struct sockaddr *)&addr, sizeof(addr)) &&
	    sendto(out, buf, sizeof(buf), 0, (struct sockaddr *)&addr, sizeof(addr)) > 0)
		err = recv(in, buf, sizeof(buf), MSG_DONTWAIT) > 0 ? 0 : -1;
	close(in);
	close(out);
	return err;
}

/* Nothing here may wait for a segment that could not be sent. */
static int tcp(void)
{
	int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), peer = -1, err = -1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct linger reset = { .l_onoff = 1 };
	char buf[100] = "";

	if (listener >= 0 && fd >= 0 && !setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !bind(listener, (struct sockaddr *)&addr, sizeof(addr)) && !listen(listener, 5) &&
	    (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)) || errno == EINPROGRESS)) {
		peer = accept(listener, NULL, NULL);
		if (peer >= 0 && send(fd, buf, sizeof(buf), 0) > 0)
			err = recv(peer, buf, sizeof(buf), 0) > 0 ? 0 : -1;
	}
	/* or the next one finds the port taken, and tests nothing */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	close(peer);
	close(listener);
	return err;
}

static void prepare_tap(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	set_addr(args[1], args[2]);
	strncpy(ifr.ifr_name, args[0], IFNAMSIZ - 1);
	used_fd = open("/dev/net/tun", O_RDWR);
	if (used_fd < 0 || ioctl(used_fd, TUNSETIFF, &ifr))
		die(args[0]);
}

static unsigned short ip_sum(const void *header)
{
	const unsigned short *p = header;
	unsigned int sum = 0;

	for (size_t i = 0; i < sizeof(struct iphdr) / 2; i++)
		sum += p[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* From another port each time: a new flow. */
static int tap(void)
{
	struct { char eth[14]; struct iphdr ip; struct udphdr udp; char data[100]; } __attribute__((packed)) f = {
		.eth = "\2\0\0\0\0\x9\2\0\0\0\0\x8\x8\0",
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = addr.sin_addr.s_addr,
			.saddr = htonl(ntohl(addr.sin_addr.s_addr) + 1), .tot_len = htons(sizeof(f) - 14) },
		.udp = { .source = htons(10000 + step), .dest = addr.sin_port, .len = htons(108) },
	};
	struct iphdr ip = f.ip;

	f.ip.check = ip_sum(&ip);
	return write(used_fd, &f, sizeof(f)) > 0 ? 0 : -1;
}

static void prepare_getsockopt(void)
{
	used_fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
}

static int sockopt(void)
{
	struct netpertask t = { .id = atoi(args[1]) };
	socklen_t len = sizeof(t);

	return getsockopt(used_fd, SOL_IP, atoi(args[0]), &t, &len);
}

static char answer[131072];

static int request(int fd, int family, int cmd, int flags, int attr, const void *value, size_t len)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = 1;
	if (attr)
		mnl_attr_put(nlh, attr, len, value);
	if (send(fd, buf, nlh->nlmsg_len, 0) < 0)
		return -1;
	return recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
}

static int family;

static int take_id(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void prepare_netlink(void)
{
	const char *name = NETATOP_FAMILY_NAME;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	if (request(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1) > 0)
		mnl_attr_parse((void *)answer, sizeof(struct genlmsghdr), take_id, NULL);
	close(fd);
	if (!family)
		die("no family");
}

/* A dump that has failed half-way is in the way of the next one: each has its own socket. */
static int netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), cmd = atoi(args[0]), len;
	bool dump = !strcmp(args[1], "dump");
	const struct nlmsghdr *nlh = (void *)answer;
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	uint32_t id = atoi(args[1]);

	if (!strcmp(args[1], "page"))
		len = request(fd, family, cmd, 0, NETATOP_A_CURSOR, "", 0);
	else if (!strcmp(args[1], "hold"))
		len = request(fd, family, cmd, 0, NETATOP_A_HOLD, "", 0);
	else if (id)
		len = request(fd, family, cmd, 0, NETATOP_A_TGID, &id, sizeof(id));
	else
		len = request(fd, family, cmd, dump ? NLM_F_DUMP : 0, 0, NULL, 0);
	while (dump && len > 0 && nlh->nlmsg_type == family)
		len = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	close(fd);
	return len <= 0 || (nlh->nlmsg_type == NLMSG_ERROR && error->error) ? -1 : 0;
}

static void prepare_write(void)
{
	used_fd = open(args[0], O_WRONLY);
}

static int write_text(void)
{
	return pwrite(used_fd, args[1], strlen(args[1]), 0) > 0 ? 0 : -1;
}

static void undo_write(void)
{
	if (pwrite(used_fd, args[2], strlen(args[2]), 0) <= 0)
		die(args[0]);
}

static void prepare_load(void)
{
	used_fd = open(args[0], O_RDONLY | O_CLOEXEC);
}

static int load(void)
{
	return syscall(SYS_finit_module, used_fd, "", 0);
}

static void undo_load(void)
{
	if (syscall(SYS_delete_module, "netatop", O_NONBLOCK) && errno != ENOENT)
		die("unload");
}

/* A page that is wanted by one time, and not by the next, makes all that follow one more. */
#define TIMES	4

static const struct {
	const char *name;
	int args;
	void (*prepare)(void);
	int (*run)(void);
	void (*undo)(void);
	int times;		/* for each allocation */
} things[] = {
	{ "udp", 2, prepare_socket, udp, NULL, TIMES },
	{ "tcp", 2, prepare_socket, tcp, NULL, TIMES },
	{ "tap", 3, prepare_tap, tap, NULL, TIMES },
	{ "getsockopt", 2, prepare_getsockopt, sockopt, NULL, TIMES },
	{ "netlink", 2, prepare_netlink, netlink, NULL, TIMES },
	{ "write", 3, prepare_write, write_text, undo_write, TIMES },
	{ "load", 1, prepare_load, load, undo_load, 1 },
};

/*
 * Whatever is allocated but once in a hundred threads fails in one of them: of each hundred the first
 * allocation, or the second, and so on.
 */
#define THREADS		100
#define ALLOCATIONS	16

static sem_t done;
static int failed;

static void *sender(void *nth)
{
	int fail = open("/proc/thread-self/fail-nth", O_RDWR);
	char left[16] = "";

	if (fail < 0 || write(fail, nth, strlen(nth)) < 0)
		die("fail-nth of a thread");
	sendto(used_fd, "", 1, 0, (struct sockaddr *)&addr, sizeof(addr));
	/* what is left of the number: nothing, if an allocation has failed */
	if (pread(fail, left, sizeof(left) - 1, 0) <= 0 || pwrite(fail, "0", 1, 0) != 1)
		die("fail-nth of a thread");
	failed += !atoi(left);
	close(fail);
	sem_post(&done);
	pause();
	return NULL;
}

static int threads(void)
{
	static char nth[ALLOCATIONS][12];
	pthread_attr_t attr;
	pthread_t thread;

	used_fd = socket(AF_INET, SOCK_DGRAM, 0);
	sem_init(&done, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (step = 0; step < ALLOCATIONS * THREADS; step++) {
		snprintf(nth[step / THREADS], sizeof(*nth), "%d", step / THREADS + 1);
		errno = pthread_create(&thread, &attr, sender, nth[step / THREADS]);
		if (errno)
			die("thread");
		sem_wait(&done);
	}
	/* the first of each thread has failed, or nothing was tried */
	if (failed < THREADS)
		die("allocations of threads");
	printf("steps=%d refused=%d\n", step, failed);
	return 0;
}

/*
 * Not everything that fails keeps the rest from being done, and then some of it would be there already the next
 * time, as what is known of a process: each time it is another one.
 * Return: whether there were fewer allocations, and so none has failed
 */
static bool once(int (*run)(void), int nth, int *err)
{
	enum { REFUSED = 4, FEWER = 8 };
	char text[16] = "";
	pid_t pid = fork();
	int fail, status;

	if (pid < 0)
		die("fork");
	if (!pid) {
		alarm(time_limit());
		fail = open("/proc/thread-self/fail-nth", O_RDWR);
		snprintf(text, sizeof(text), "%d", nth);
		if (fail < 0 || write(fail, text, strlen(text)) < 0)
			die("fail-nth");
		status = run() < 0 ? REFUSED : 0;
		/* what is left of the number */
		memset(text, 0, sizeof(text));
		if (pread(fail, text, sizeof(text) - 1, 0) <= 0 || pwrite(fail, "0", 1, 0) != 1)
			die("fail-nth");
		_exit(status | (atoi(text) ? FEWER : 0));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) & ~(REFUSED | FEWER)) {
		fprintf(stderr, "failnth: allocation %d: ended with %#x\n", nth, status);
		exit(1);
	}
	*err = WEXITSTATUS(status) & REFUSED ? -1 : 0;
	return WEXITSTATUS(status) & FEWER;
}

int main(int argc, char **argv)
{
	int refused = 0, err = 0, fewer = 0;
	size_t i = 0;

	args = argv + 2;
	alarm(3 * time_limit());
	if (argc == 4 && !strcmp(argv[1], "threads")) {
		set_addr(args[0], args[1]);
		return threads();
	}
	while (i < sizeof(things) / sizeof(*things) && (argc < 2 || strcmp(argv[1], things[i].name)))
		i++;
	if (i == sizeof(things) / sizeof(*things) || argc != 2 + things[i].args) {
		fprintf(stderr, "failnth: see its source\n");
		return 2;
	}
	things[i].prepare();
	for (step = 0; fewer < 2 * things[i].times && step < 10000; step++) {
		fewer = once(things[i].run, step / things[i].times + 1, &err) ? fewer + 1 : 0;
		refused -= err;
		if (things[i].undo)
			things[i].undo();
	}
	printf("steps=%d refused=%d\n", (step - fewer) / things[i].times, refused);
	return fewer == 2 * things[i].times && !err ? 0 : 1;
}
