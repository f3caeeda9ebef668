// SPDX-License-Identifier: GPL-2.0
/*
 * encap - the socket of an IKE daemon: ESP in UDP comes to it, too, and the kernel takes that
 *
 *	encap [-l|-L|-t] [-b BYTE] answer ADDR [AFTER]
 *					sends back each message it gets
 *	encap [-l|-L|-t] [-b BYTE] ask ADDR PEER COUNT SIZE [AFTER]
 *					at each SIGUSR1, COUNT messages, one after the other
 *
 * The socket is one for ESP, for L2TP (-l) or for one and then the other (-L), when AFTER messages
 * have come, from the beginning if it is not given; or it is a user's without any rights, of whose
 * socket PPPoL2TP has made the kernel's tunnel (-t). Both are on port 4500. A message of SIZE bytes
 * begins with four times BYTE; by four zeros the kernel knows that it is no ESP. Each that came or
 * went is a line as the traffic program prints it. "ready" is printed at first, "asked" when a round
 * is over. Ends after 900 seconds at the latest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_pppox.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

#define PORT 4500
#define MARKER 4
#define HEADERS 28	/* of IPv4 and UDP */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	errno = EINVAL;
	if (inet_pton(AF_INET, text, &sin.sin_addr) != 1)
		die(text);
	return sin;
}

static int after, type = UDP_ENCAP_ESPINUDP, byte, both, tunnel;

/* Of no session: who connects these makes the tunnel. */
static void make_tunnel(int fd)
{
	struct sockaddr_pppol2tp to = {
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = { .fd = fd, .s_tunnel = 1, .d_tunnel = 1 },
	};
	struct sockaddr_storage ss = { 0 };
	int ppp = socket(AF_PPPOX, SOCK_DGRAM, PX_PROTO_OL2TP);

	to.pppol2tp.addr = address("127.0.0.1");
	memcpy(&ss, &to, sizeof(to));
	if (ppp < 0 || connect(ppp, (struct sockaddr *)&ss, sizeof(to)))
		die("PPPoL2TP");
}

static void take_packets(int fd)
{
	int esp = UDP_ENCAP_ESPINUDP;

	if (tunnel) {
		make_tunnel(fd);
		return;
	}
	if (both && setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &esp, sizeof(esp)))
		die("UDP_ENCAP");
	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)))
		die("UDP_ENCAP");
}

static int open_socket(const char *own)
{
	struct sockaddr_in sin = address(own);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		die("bind");
	if (!after)
		take_packets(fd);
	return fd;
}

static void report(const char *way, ssize_t n)
{
	printf("proto=udp pid=%d %s_packets=1 %s_bytes=%zd\n", getpid(), way, way, n + HEADERS);
}

static ssize_t receive(int fd, char *buf, size_t size, struct sockaddr_in *from)
{
	socklen_t len = sizeof(*from);
	ssize_t n = recvfrom(fd, buf, size, 0, (struct sockaddr *)from, &len);

	if (n < MARKER || buf[0] != byte || buf[MARKER - 1] != byte) {
		errno = EBADMSG;
		die("recvfrom");
	}
	report("rcv", n);
	if (after && !--after)
		take_packets(fd);
	return n;
}

static void transmit(int fd, const char *buf, ssize_t n, const struct sockaddr_in *to)
{
	/* before it is sent: who has the answer finds the line here */
	report("snd", n);
	if (sendto(fd, buf, n, 0, (const struct sockaddr *)to, sizeof(*to)) != n)
		die("sendto");
}

int main(int argc, char **argv)
{
	static char buf[2048];
	const char *mode;
	struct sockaddr_in peer, from;
	sigset_t set;
	int fd, sig, c;

	alarm(time_limit());
	while ((c = getopt(argc, argv, "+lLtb:")) != -1) {
		if (c == 't') {
			tunnel = 1;
			if (setgid(65534) || setuid(65534))
				die("setuid");
		} else if (c == 'l' || c == 'L') {
			type = UDP_ENCAP_L2TPINUDP;
			both = c == 'L';
		} else if (c == 'b') {
			byte = atoi(optarg);
		} else {
			return 2;
		}
	}
	argc -= optind - 1;
	argv += optind - 1;
	mode = argc > 2 ? argv[1] : "";
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!strcmp(mode, "answer")) {
		after = argc > 3 ? atoi(argv[3]) : 0;
		fd = open_socket(argv[2]);
		puts("ready");
		for (;;)
			transmit(fd, buf, receive(fd, buf, sizeof(buf), &from), &from);
	}
	if (strcmp(mode, "ask") || argc < 6 || argc > 7 || atoi(argv[5]) < MARKER ||
	    atoi(argv[5]) > (int)sizeof(buf)) {
		fprintf(stderr, "encap: bad arguments\n");
		return 2;
	}
	memset(buf, byte, MARKER);
	peer = address(argv[3]);
	after = argc > 6 ? atoi(argv[6]) : 0;
	fd = open_socket(argv[2]);
	puts("ready");
	for (;;) {
		sigwait(&set, &sig);
		for (int i = 0; i < atoi(argv[4]); i++) {
			transmit(fd, buf, atoi(argv[5]), &peer);
			receive(fd, buf, sizeof(buf), &from);
		}
		puts("asked");
	}
}
