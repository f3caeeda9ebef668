// SPDX-License-Identifier: GPL-2.0
/*
 * frag - IP fragments as they are ordered, and what a network interface has brought
 *
 *	frag send FROM TO PATTERN [COUNT]	COUNT UDP datagrams, port 7777 to 7778
 *	frag watch DEVICE			prints each IP packet
 *
 * PATTERN is how the three fragments of a datagram go out; "watch" ends when "end" has come,
 * which is a whole datagram: conntrack keeps fragments that lack the others.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

#define DATAGRAM 1208		/* with its UDP header */
#define END_ID 0xeeee

struct piece {
	int at, len;
};

static const struct pattern {
	const char *name;
	struct piece pieces[4];
} patterns[] = {
	{ "whole",	{ { 0, DATAGRAM } } },
	{ "order",	{ { 0, 400 }, { 400, 400 }, { 800, 408 } } },
	{ "reverse",	{ { 800, 408 }, { 400, 400 }, { 0, 400 } } },
	{ "middle",	{ { 400, 400 }, { 0, 400 }, { 800, 408 } } },
	{ "first",	{ { 0, 400 } } },
	{ "last",	{ { 800, 408 } } },
	{ "overlap",	{ { 0, 400 }, { 392, 408 }, { 800, 408 } } },
	{ "within",	{ { 0, 400 }, { 8, 80 }, { 400, 400 }, { 800, 408 } } },
	{ "twice",	{ { 0, 400 }, { 0, 400 }, { 400, 400 }, { 800, 408 } } },
	{ "tiny",	{ { 0, 8 }, { 8, 792 }, { 800, 408 } } },
};

static uint8_t datagram[DATAGRAM];
static struct in6_addr from6, to6;
static struct in_addr from4, to4;
static int v6, sock;

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "frag: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t sum(const void *data, int len)
{
	const uint8_t *byte = data;
	uint32_t total = 0;

	for (int i = 0; i < len; i++)
		total += i & 1 ? byte[i] : byte[i] << 8;
	return total;
}

static void make_datagram(void)
{
	struct udphdr *udp = (void *)datagram;
	uint32_t total = IPPROTO_UDP + DATAGRAM;

	for (size_t i = sizeof(*udp); i < DATAGRAM; i++)
		datagram[i] = i * 7;
	udp->source = htons(7777);
	udp->dest = htons(7778);
	udp->len = htons(DATAGRAM);
	if (v6)
		total += sum(&from6, sizeof(from6)) + sum(&to6, sizeof(to6));
	else
		total += sum(&from4, sizeof(from4)) + sum(&to4, sizeof(to4));
	total += sum(datagram, DATAGRAM);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	udp->check = htons(~total & 0xffff);
}

static void send_piece(struct piece piece, uint16_t id)
{
	struct { struct ip6_hdr ip; struct ip6_frag frag; uint8_t data[DATAGRAM]; } six = {
		.ip.ip6_flow = htonl(6 << 28),
		.ip.ip6_hlim = 64,
		.ip.ip6_nxt = IPPROTO_FRAGMENT,
		.frag.ip6f_nxt = IPPROTO_UDP,
		.frag.ip6f_ident = htonl(id),
	};
	struct { struct iphdr ip; uint8_t data[DATAGRAM]; } four = {
		.ip.version = 4, .ip.ihl = 5, .ip.ttl = 64, .ip.protocol = IPPROTO_UDP,
		.ip.id = htons(id), .ip.saddr = from4.s_addr, .ip.daddr = to4.s_addr,
	};
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = to6 };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = to4 };
	int more = piece.at + piece.len < DATAGRAM, len;

	if (v6) {
		six.ip.ip6_src = from6;
		six.ip.ip6_dst = to6;
		len = sizeof(six.frag) + piece.len;
		six.ip.ip6_plen = htons(len);
		six.frag.ip6f_offlg = htons(piece.at | more);
		memcpy(six.data, datagram + piece.at, piece.len);
		len += sizeof(six.ip);
		if (sendto(sock, &six, len, 0, (void *)&in6, sizeof(in6)) != len)
			die("sendto");
		return;
	}
	four.ip.frag_off = htons(piece.at / 8 | (more ? IP_MF : 0));
	memcpy(four.data, datagram + piece.at, piece.len);
	len = sizeof(four.ip) + piece.len;
	if (sendto(sock, &four, len, 0, (void *)&in, sizeof(in)) != len)
		die("sendto");
}

/* All first fragments, then all second ones: so many datagrams are under way at once. */
static void burst(const struct pattern *pattern, int count)
{
	static int id = 1;

	for (int i = 0; i < 4 && pattern->pieces[i].len; i++)
		for (int n = 0; n < count; n++)
			send_piece(pattern->pieces[i], id + n);
	id += count;
}

static void send_pattern(const char *name, int count)
{
	const struct pattern *pattern = patterns;
	size_t n = sizeof(patterns) / sizeof(*patterns);

	if (!strcmp(name, "end")) {
		send_piece((struct piece) { 0, DATAGRAM }, END_ID);
		return;
	}
	for (; n; n--, pattern++) {
		if (!strcmp(name, "all") && strcmp(pattern->name, "whole"))
			burst(pattern, count);
		else if (!strcmp(name, pattern->name))
			break;
	}
	if (n)
		burst(pattern, count);
}

static int print_packet(const uint8_t *packet, ssize_t len)
{
	const struct iphdr *ip = (void *)packet;
	const struct ip6_hdr *six = (void *)packet;
	const struct ip6_frag *frag = (void *)(six + 1);
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	int id;

	if (ip->version == 4) {
		inet_ntop(AF_INET, &ip->saddr, from, sizeof(from));
		inet_ntop(AF_INET, &ip->daddr, to, sizeof(to));
		id = ntohs(ip->id);
		printf("%s > %s proto %d ttl %d id %x at %x length %d", from, to, ip->protocol, ip->ttl,
		       id, ntohs(ip->frag_off), ntohs(ip->tot_len));
	} else {
		inet_ntop(AF_INET6, &six->ip6_src, from, sizeof(from));
		inet_ntop(AF_INET6, &six->ip6_dst, to, sizeof(to));
		id = six->ip6_nxt == IPPROTO_FRAGMENT ? ntohl(frag->ip6f_ident) : 0;
		printf("%s > %s next %d ttl %d id %x at %x length %d", from, to, six->ip6_nxt,
		       six->ip6_hlim, id, id ? ntohs(frag->ip6f_offlg) : 0, ntohs(six->ip6_plen));
	}
	printf(" sum %x\n", sum(packet, len));
	return id == END_ID;
}

static void watch(const char *device)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL)), big = 32 << 20, ended = 0;
	uint8_t packet[2048];
	ssize_t n;

	ll.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big)) ||
	    bind(fd, (void *)&ll, sizeof(ll)))
		die(device);
	puts("ready");
	fflush(stdout);
	while (!ended) {
		n = recv(fd, packet, sizeof(packet), 0);
		if (n < (ssize_t)sizeof(struct iphdr))
			die("recv");
		ended = print_packet(packet, n);
	}
}

int main(int argc, char **argv)
{
	int one = 1, ok;

	alarm(time_limit());
	if (argc == 3 && !strcmp(argv[1], "watch")) {
		watch(argv[2]);
	} else if (argc >= 5 && !strcmp(argv[1], "send")) {
		v6 = !!strchr(argv[2], ':');
		if (v6)
			ok = inet_pton(AF_INET6, argv[2], &from6) + inet_pton(AF_INET6, argv[3], &to6);
		else
			ok = inet_pton(AF_INET, argv[2], &from4) + inet_pton(AF_INET, argv[3], &to4);
		sock = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
		if (ok != 2 || sock < 0 || setsockopt(sock, v6 ? SOL_IPV6 : SOL_IP,
						      v6 ? IPV6_HDRINCL : IP_HDRINCL, &one, sizeof(one)))
			die("socket");
		make_datagram();
		send_pattern(argv[4], argc > 5 ? atoi(argv[5]) : 1);
	} else {
		fprintf(stderr, "frag: bad arguments\n");
		return 2;
	}
	return 0;
}
