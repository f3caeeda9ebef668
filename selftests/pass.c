// SPDX-License-Identifier: GPL-2.0
/*
 * pass - a socket that goes from one process to another
 *
 *	pass give PATH tcp|udp ADDR PORT COUNT
 *	pass take PATH COUNT
 *	pass fork tcp|udp ADDR PORT COUNT
 *
 * "give" connects a socket, sends COUNT times 100 bytes on it, says "sent", and on SIGUSR1 passes it
 * over the UNIX socket PATH, where "take" has said "ready", and has it no more. "take" then sends
 * COUNT times, and says "sent". With "fork" the second one is a child, which says its pid as
 * "child=PID" and sends on SIGUSR1. All stay until they are killed, 900 seconds at most.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "limit.h"

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "pass: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static void wait_for_usr1(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwait(&set, &sig);
}

static void send_all(int fd, int count)
{
	char buf[100] = "";

	while (count--)
		if (send(fd, buf, sizeof(buf), 0) != sizeof(buf))
			die("send");
	say("sent");
}

static int connected(char **argv)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = strcmp(argv[0], "tcp") ? SOCK_DGRAM : SOCK_STREAM,
	};
	struct addrinfo *ai;
	int fd, one = 1;

	if (getaddrinfo(argv[1], argv[2], &hints, &ai))
		die("address");
	fd = socket(ai->ai_family, ai->ai_socktype, 0);
	if (fd < 0 || connect(fd, ai->ai_addr, ai->ai_addrlen))
		die("connect");
	if (ai->ai_socktype == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(ai);
	return fd;
}

static int unix_socket(const char *path, int passive)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || (passive ? bind(fd, (void *)&addr, sizeof(addr)) :
				 connect(fd, (void *)&addr, sizeof(addr))))
		die(path);
	return fd;
}

union control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void give(const char *path, int fd)
{
	struct iovec iov = { "x", 1 };
	union control control = { };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	if (sendmsg(unix_socket(path, 0), &msg, 0) != 1)
		die("sendmsg");
	close(fd);
}

static int take(const char *path)
{
	char byte;
	struct iovec iov = { &byte, 1 };
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	int sock = unix_socket(path, 1), fd;
	struct cmsghdr *cmsg;

	say("ready");
	if (recvmsg(sock, &msg, 0) != 1)
		die("recvmsg");
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		die("no descriptor");
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(int));
	return fd;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	sigset_t set;
	pid_t child;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarm(time_limit());

	if (!strcmp(mode, "give") && argc == 7) {
		fd = connected(argv + 3);
		send_all(fd, atoi(argv[6]));
		wait_for_usr1();
		give(argv[2], fd);
	} else if (!strcmp(mode, "take") && argc == 4) {
		send_all(take(argv[2]), atoi(argv[3]));
	} else if (!strcmp(mode, "fork") && argc == 6) {
		fd = connected(argv + 2);
		child = fork();
		if (child < 0)
			die("fork");
		if (child) {
			printf("child=%d\n", child);
			send_all(fd, atoi(argv[5]));
		} else {
			alarm(time_limit());
			wait_for_usr1();
			send_all(fd, atoi(argv[5]));
		}
	} else {
		fprintf(stderr, "pass: bad arguments\n");
		return 2;
	}
	for (;;)
		pause();
}
