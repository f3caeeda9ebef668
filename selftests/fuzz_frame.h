/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that nobody should send, as frames for a tap device (02:00:00:00:00:09) with a header for offloads.
 * Each begins as a good one: UDP, TCP, ICMP with a part of either in it, IPv4 with options and fragments, IPv6
 * with chains of extension headers; and then most are damaged.
 */
#ifndef FUZZ_FRAME_H
#define FUZZ_FRAME_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "fuzz.h"

#define ETH 14

static struct in_addr addr4[2];		/* ours, the peer's */
static struct in6_addr addr6[2];
static unsigned int port;
static unsigned char frame[ETH + 65535];
static unsigned char *const ip = frame + ETH;
static size_t ip_len;			/* of the packet, without ETH */
static size_t l4;			/* where its TCP or UDP header begins */

static void put16(size_t at, unsigned int value)
{
	ip[at] = value >> 8;
	ip[at + 1] = value;
}

static unsigned int sum16(const unsigned char *p, size_t n, unsigned int sum)
{
	for (; n > 1; p += 2, n -= 2)
		sum += p[0] << 8 | p[1];
	if (n)
		sum += p[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Zeroes and few bits are what lengths and flags are made of. */
static unsigned int odd_number(unsigned int bits)
{
	static const unsigned int odd[] = { 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 20, 40, 60, 64, 127, 255, 256, 1280, 1500, 65535 };

	return (fuzz_below(2) ? fuzz_one_of(odd) : fuzz_next()) & ((1u << bits) - 1);
}

/* A TCP or UDP header with so much behind it, at l4 */
static void put_l4(int proto, int out, size_t data)
{
	size_t header = proto == IPPROTO_TCP ? 20 : 8;

	memset(ip + l4, 0, header);
	put16(l4 + (out ? 2 : 0), 10000 + fuzz_below(50));
	put16(l4 + (out ? 0 : 2), fuzz_below(8) ? port : fuzz_below(65536));
	if (proto == IPPROTO_TCP) {
		static const unsigned char flags[] = { 2, 16, 17, 18, 4, 20, 24, 0, 63, 255 };

		ip[l4 + 7] = fuzz_below(4);
		ip[l4 + 12] = 5 << 4;
		ip[l4 + 13] = fuzz_one_of(flags);
		put16(l4 + 14, 1000);
	} else {
		put16(l4 + 4, header + data);
	}
	memset(ip + l4 + header, 'N', data);
	ip_len = l4 + header + data;
}

static void sum_l4(int proto, const unsigned char *addrs, size_t addrs_len)
{
	size_t at = l4 + (proto == IPPROTO_TCP ? 16 : 6);

	put16(at, 0);
	put16(at, ~sum16(ip + l4, ip_len - l4, sum16(addrs, addrs_len, proto + ip_len - l4)));
}

static void sum_ip4(void)
{
	put16(10, 0);
	put16(10, ~sum16(ip, (ip[0] & 15) * 4, 0));
}

static void make4(int proto, int out)
{
	size_t options = fuzz_below(4) ? 0 : 4 * fuzz_below(11), i;

	memset(ip, 0, 20);
	ip[0] = 0x45 + options / 4;
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, &addr4[!out], 4);
	memcpy(ip + 16, &addr4[out], 4);
	for (i = 20; i < 20 + options; i++)
		ip[i] = fuzz_below(2) ? 1 : fuzz_next();
	l4 = 20 + options;
	if (proto == IPPROTO_ICMP) {
		/* an error, about a packet of the other direction */
		memset(ip + l4, 0, 8);
		ip[l4] = fuzz_below(2) ? 3 : fuzz_below(20);
		ip[l4 + 1] = fuzz_below(5);
		memcpy(ip + l4 + 8, ip, 20);
		ip[l4 + 8] = 0x45;
		ip[l4 + 17] = fuzz_below(2) ? IPPROTO_UDP : IPPROTO_TCP;
		memcpy(ip + l4 + 20, &addr4[out], 4);
		memcpy(ip + l4 + 24, &addr4[!out], 4);
		i = l4;
		l4 += 28;
		put_l4(ip[l4 - 11], !out, fuzz_below(20));
		l4 = i;
		put16(l4 + 2, ~sum16(ip + l4, ip_len - l4, 0));
	} else {
		put_l4(proto, out, fuzz_below(64) ? fuzz_below(200) : fuzz_below(60000));
		sum_l4(proto, ip + 12, 8);
	}
	put16(2, ip_len);
	if (!fuzz_below(4)) {
		put16(4, fuzz_below(8));
		put16(6, fuzz_below(2) << 13 | (fuzz_below(2) ? fuzz_below(8) : fuzz_below(8192)));
	}
	sum_ip4();
}

static void make6(int proto, int out)
{
	static const unsigned char headers[] = { 0, 43, 44, 51, 60, 135, 139, 140, 253 };
	size_t chain = fuzz_below(3) ? 0 : fuzz_below(fuzz_below(8) ? 4 : 40), at = 6;

	memset(ip, 0, 40);
	ip[0] = 0x60;
	ip[7] = 64;
	memcpy(ip + 8, &addr6[!out], 16);
	memcpy(ip + 24, &addr6[out], 16);
	for (l4 = 40; chain; chain--) {
		ip[at] = fuzz_one_of(headers);
		at = l4;
		memset(ip + at, 0, 8);
		if (ip[at] == 44 && fuzz_below(2))
			put16(at + 2, fuzz_below(64) << 3 | fuzz_below(2));
		else if (!fuzz_below(4))
			ip[at + 1] = odd_number(8);
		else
			put16(at + 2, 0x0104);	/* PadN */
		l4 += 8;
	}
	ip[at] = proto;
	put_l4(proto, out, fuzz_below(200));
	sum_l4(proto, ip + 8, 32);
	put16(4, ip_len - 40);
}

static void make(int out)
{
	static const unsigned char protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_UDPLITE };
	int proto = fuzz_one_of(protos), v6 = fuzz_below(2), hurt;

	if (v6)
		make6(proto == IPPROTO_ICMP ? IPPROTO_UDP : proto, out);
	else
		make4(proto, out);
	for (hurt = fuzz_below(3) ? fuzz_below(4) : 0; hurt; hurt--) {
		switch (fuzz_below(4)) {
		case 0: ip[fuzz_below(l4 + 20)] = fuzz_next(); break;
		case 1: ip[fuzz_below(l4 + 20)] ^= 1 << fuzz_below(8); break;
		case 2: put16(l4 + 4, odd_number(16)); break;
		default: ip_len = fuzz_below(3) ? fuzz_below(ip_len + 1) : ip_len; break;
		}
	}
	/* or the next one would see no more than that it is wrong */
	if (!v6 && fuzz_below(4) && ip_len >= 60)
		sum_ip4();
}

/* The Ethernet header of what make() has made, and one for offloads that need not fit (GSO_DODGY) */
static struct virtio_net_hdr make_frame(void)
{
	static const unsigned char gso[] = { 0, 0, 0, 1, 3, 4, 5, 1 | 0x80, 4 | 0x80, 255 };
	struct virtio_net_hdr hdr = { 0 };

	make(0);
	memcpy(frame, "\2\0\0\0\0\x9\2\0\0\0\0\x8", 12);
	frame[12] = ip[0] >> 4 == 6 ? 0x86 : 8;
	frame[13] = ip[0] >> 4 == 6 ? 0xdd : 0;
	if (!fuzz_below(3)) {
		hdr.flags = fuzz_below(3);
		hdr.gso_type = fuzz_one_of(gso);
		hdr.hdr_len = fuzz_below(2) ? ETH + l4 + 20 : odd_number(16);
		hdr.gso_size = odd_number(16);
		hdr.csum_start = fuzz_below(2) ? ETH + l4 : odd_number(16);
		hdr.csum_offset = fuzz_below(2) ? 6 : odd_number(16);
	}
	return hdr;
}

/* to_raw(): a packet from us to the peer; false if the kernel did not take it */
static int raw4 = -1, raw6 = -1;

static int to_raw(const unsigned char *packet, size_t n)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_addr = addr4[1] };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_addr = addr6[1] };

	if (n && packet[0] >> 4 == 6)
		return sendto(raw6, packet, n, MSG_DONTWAIT, (struct sockaddr *)&to6, sizeof(to6)) > 0;
	return sendto(raw4, packet, n, MSG_DONTWAIT, (struct sockaddr *)&to4, sizeof(to4)) > 0;
}

/* open_ways DEVICE ADDR4 PEER4 ADDR6 PEER6 PORT: the tap device, with both sockets for to_raw(); or -1 */
static int open_ways(char **argv)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int tap = open("/dev/net/tun", O_RDWR), one = 1;

	raw4 = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	raw6 = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", argv[0]);
	port = atoi(argv[5]);
	if (tap < 0 || raw4 < 0 || raw6 < 0 || ioctl(tap, TUNSETIFF, &ifr) ||
	    setsockopt(raw6, SOL_IPV6, IPV6_HDRINCL, &one, sizeof(one)) ||
	    inet_pton(AF_INET, argv[1], &addr4[0]) != 1 || inet_pton(AF_INET, argv[2], &addr4[1]) != 1 ||
	    inet_pton(AF_INET6, argv[3], &addr6[0]) != 1 || inet_pton(AF_INET6, argv[4], &addr6[1]) != 1)
		return -1;
	return tap;
}

#endif
