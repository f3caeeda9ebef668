// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the identities of sockets.
 */
#include "test.h"
#include "key.h"

#include <linux/bitmap.h>
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#define HERE	0x0a090001	/* 10.9.0.1 */
#define THERE	0x0a090002

/* A packet from HERE:0x1389 to THERE:0x50. */
struct packet4 {
	struct iphdr	iph;
	__be16		ports[2];
};

struct packet6 {
	struct ipv6hdr	ip6h;
	__be16		ports[2];
};

static const struct nf_hook_state here = { .net = &init_net };

static struct packet4 sent(void)
{
	return (struct packet4) {
		.iph	= {
			.version	= 4,
			.ihl		= 5,
			.protocol	= IPPROTO_TCP,
			.saddr		= htonl(HERE),
			.daddr		= htonl(THERE),
		},
		.ports	= { htons(0x1389), htons(0x50) },
	};
}

static struct nta_packet packet4(struct kunit *test, enum nta_way way,
				 const struct packet4 *packet, unsigned int len)
{
	return (struct nta_packet) {
		.skb	= nta_test_skb(test, packet, len, len),
		.l4	= sizeof(packet->iph),
		.way	= way,
	};
}

static void expect_v4(struct kunit *test, const struct nta_sock_key *key,
		      u32 local, u32 remote, u16 lport, u16 rport)
{
	KUNIT_EXPECT_EQ(test, key->net, init_net.net_cookie);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_v4mapped(&key->local));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_v4mapped(&key->remote));
	KUNIT_EXPECT_EQ(test, ntohl(key->local.s6_addr32[3]), local);
	KUNIT_EXPECT_EQ(test, ntohl(key->remote.s6_addr32[3]), remote);
	KUNIT_EXPECT_EQ(test, ntohs(key->ports[0]), lport);
	KUNIT_EXPECT_EQ(test, ntohs(key->ports[1]), rport);
	KUNIT_EXPECT_EQ(test, key->pad, 0U);
}

static void key_directions(struct kunit *test)
{
	struct packet4 packet = sent();
	struct nta_sock_key key;
	struct nta_packet pkt;

	memset(&key, 0xff, sizeof(key));
	pkt = packet4(test, NTA_TCP_SND, &packet, sizeof(packet));
	KUNIT_EXPECT_TRUE(test, nta_key_out(&pkt, &here, &key));
	expect_v4(test, &key, HERE, THERE, 0x1389, 0x50);
	memset(&key, 0xff, sizeof(key));
	KUNIT_EXPECT_TRUE(test, nta_key_in(&pkt, &init_net, &key));
	expect_v4(test, &key, THERE, HERE, 0x50, 0x1389);
}

/* An answer that comes has the key of what was sent, byte by byte. */
static void key_answer(struct kunit *test)
{
	struct packet4 packet = sent(), answer = sent();
	struct nta_sock_key out, in;
	struct nta_packet pkt;

	swap(answer.iph.saddr, answer.iph.daddr);
	swap(answer.ports[0], answer.ports[1]);
	memset(&out, 0xaa, sizeof(out));
	memset(&in, 0x55, sizeof(in));
	pkt = packet4(test, NTA_TCP_SND, &packet, sizeof(packet));
	KUNIT_EXPECT_TRUE(test, nta_key_out(&pkt, &here, &out));
	pkt = packet4(test, NTA_TCP_RCV, &answer, sizeof(answer));
	KUNIT_EXPECT_TRUE(test, nta_key_in(&pkt, &init_net, &in));
	KUNIT_EXPECT_EQ(test, memcmp(&in, &out, sizeof(in)), 0);
}

static struct packet6 sent6(void)
{
	return (struct packet6) {
		.ip6h.saddr	= IN6ADDR_LOOPBACK_INIT,
		.ip6h.daddr	= IN6ADDR_LINKLOCAL_ALLNODES_INIT,
		.ports		= { htons(1), htons(0xffff) },
	};
}

static struct nta_packet packet6(struct kunit *test, enum nta_way way,
				 const struct packet6 *packet)
{
	return (struct nta_packet) {
		.skb	= nta_test_skb(test, packet, sizeof(*packet),
				       sizeof(*packet)),
		.l4	= sizeof(packet->ip6h),
		.way	= way,
		.v6	= true,
	};
}

static void key_ipv6(struct kunit *test)
{
	struct packet6 packet = sent6();
	struct nta_packet pkt = packet6(test, NTA_TCP_RCV, &packet);
	struct nta_sock_key key;

	KUNIT_EXPECT_TRUE(test, nta_key_in(&pkt, &init_net, &key));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&key.local,
						&packet.ip6h.daddr));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&key.remote,
						&packet.ip6h.saddr));
	KUNIT_EXPECT_EQ(test, ntohs(key.ports[0]), 0xffff);
	KUNIT_EXPECT_EQ(test, ntohs(key.ports[1]), 1);
}

static void key_untold(struct kunit *test)
{
	struct packet4 packet = sent();
	struct nta_sock_key key;
	struct nta_packet pkt;

	/* a port is missing */
	pkt = packet4(test, NTA_TCP_RCV, &packet, sizeof(packet) - 1);
	KUNIT_EXPECT_FALSE(test, nta_key_in(&pkt, &init_net, &key));
	KUNIT_EXPECT_FALSE(test, nta_key_out(&pkt, &here, &key));
	/* what is there are no ports */
	pkt = packet4(test, NTA_TCP_RCV, &packet, sizeof(packet));
	pkt.part = true;
	KUNIT_EXPECT_FALSE(test, nta_key_in(&pkt, &init_net, &key));
	/* the sender of a datagram is its socket */
	pkt = packet4(test, NTA_UDP_SND, &packet, sizeof(packet));
	KUNIT_EXPECT_FALSE(test, nta_key_out(&pkt, &here, &key));
}

/* What makes IPv6 of IPv4 leaves a packet the socket of its sender. */
static void key_other_family(struct kunit *test)
{
	struct packet6 packet = sent6();
	struct nta_packet pkt = packet6(test, NTA_TCP_SND, &packet);
	struct nta_sock_key key;
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					  &sock), 0);
	inet_sk(sock->sk)->inet_dport = htons(3);
	pkt.sk = sock->sk;
	KUNIT_EXPECT_TRUE(test, nta_key_out(&pkt, &here, &key));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&key.local,
						&packet.ip6h.saddr));
	KUNIT_EXPECT_EQ(test, ntohs(key.ports[1]), 0xffff);
	sock_release(sock);
}

/*
 * Wherever identities differ, their chains do, or peers could make one as long
 * as they like.
 */
#define CHAINS	1024

static void key_chains(struct kunit *test)
{
	struct nta_sock_key keys[] = {
		{ .local = IN6ADDR_LOOPBACK_INIT },
		{ .local.s6_addr32 = { 0, 0, htonl(0xffff), htonl(HERE) },
		  .remote.s6_addr32 = { 0, 0, htonl(0xffff), htonl(THERE) } },
		{ .local.s6_addr32 = { htonl(0x20010db8), 0, 0, htonl(1) } },
		{ .local.s6_addr32 = { 0, htonl(1), htonl(1), htonl(1) } },
		{ .local.s6_addr32 = { 0, 0, htonl(1), htonl(1) } },
	};
	unsigned int i, word, value, same;
	unsigned long *taken;
	u32 *words, was, chain;

	taken = kunit_kzalloc(test, BITS_TO_LONGS(1 << 20) * sizeof(long),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		words = (u32 *)&keys[i].local;
		for (word = 0; word < 9; word++) {
			was = words[word];
			bitmap_zero(taken, 1 << 20);
			same = 0;
			for (value = 0; value < CHAINS; value++) {
				words[word] = (__force u32)htonl(value);
				chain = nta_sock_chain(&keys[i],
						       sizeof(keys[i]), 1);
				same += test_and_set_bit(chain >> 12, taken);
			}
			words[word] = was;
			KUNIT_EXPECT_LT_MSG(test, same, 8U, "key %u, word %u",
					    i, word);
		}
	}

	/* a namespace each, and a sum that is the same */
	bitmap_zero(taken, 1 << 20);
	same = 0;
	words = (u32 *)&keys[1].local;
	for (value = 0; value < CHAINS; value++) {
		keys[1].net = value;
		words[3] = -value;
		words[7] = -value;
		words[8] = -value;
		chain = nta_sock_chain(&keys[1], sizeof(keys[1]),
				       0x9e3779b9);
		same += test_and_set_bit(chain >> 12, taken);
	}
	KUNIT_EXPECT_LT(test, same, 8U);
}

static void key_udp(struct kunit *test)
{
	struct packet4 packet = sent();
	struct nta_sock_key key, other;
	struct nta_packet pkt;
	struct socket *sock;
	u64 cookie;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       IPPROTO_UDP, &sock), 0);
	/* nobody has met it */
	KUNIT_EXPECT_FALSE(test, nta_key_sk(sock->sk, &key));
	nta_key_know(sock->sk);
	cookie = atomic64_read(&sock->sk->sk_cookie);
	KUNIT_EXPECT_NE(test, cookie, 0ULL);
	nta_key_know(sock->sk);
	KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&sock->sk->sk_cookie), cookie);

	memset(&key, 0xaa, sizeof(key));
	memset(&other, 0x55, sizeof(other));
	KUNIT_EXPECT_TRUE(test, nta_key_sk(sock->sk, &key));
	KUNIT_EXPECT_EQ(test, key.net, init_net.net_cookie);
	KUNIT_EXPECT_EQ(test, (__force u32)key.local.s6_addr32[3], (u32)cookie);
	KUNIT_EXPECT_EQ(test, (__force u32)key.local.s6_addr32[2],
			(u32)(cookie >> 32));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_any(&key.remote));
	KUNIT_EXPECT_EQ(test, key.ports[0], 0);
	KUNIT_EXPECT_EQ(test, key.ports[1], 0);

	/* whatever it sends to, it is the same */
	pkt = packet4(test, NTA_UDP_SND, &packet, sizeof(packet));
	pkt.sk = sock->sk;
	KUNIT_EXPECT_TRUE(test, nta_key_out(&pkt, &here, &other));
	KUNIT_EXPECT_EQ(test, memcmp(&key, &other, sizeof(key)), 0);
	sock_release(sock);
}

static void key_tcp(struct kunit *test)
{
	struct packet4 packet = sent();
	struct nta_sock_key key, other;
	struct inet_sock *inet;
	struct nta_packet pkt;
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &sock), 0);
	/* not connected */
	KUNIT_EXPECT_FALSE(test, nta_key_sk(sock->sk, &key));
	inet = inet_sk(sock->sk);
	inet->inet_saddr = htonl(HERE);
	inet->inet_rcv_saddr = htonl(HERE);
	inet->inet_daddr = htonl(THERE);
	inet->inet_sport = htons(0x1389);
	inet->inet_dport = htons(0x50);
	memset(&key, 0xaa, sizeof(key));
	KUNIT_EXPECT_TRUE(test, nta_key_sk(sock->sk, &key));
	expect_v4(test, &key, HERE, THERE, 0x1389, 0x50);

	/* a user's socket knows better than a packet that was translated */
	packet.iph.saddr = htonl(0x01020304);
	packet.ports[0] = htons(99);
	pkt = packet4(test, NTA_TCP_SND, &packet, sizeof(packet));
	pkt.sk = sock->sk;
	KUNIT_EXPECT_TRUE(test, nta_key_out(&pkt, &here, &other));
	expect_v4(test, &other, 0x01020304, THERE, 99, 0x50);
	sock->sk->sk_kern_sock = 0;
	KUNIT_EXPECT_TRUE(test, nta_key_out(&pkt, &here, &other));
	KUNIT_EXPECT_EQ(test, memcmp(&key, &other, sizeof(key)), 0);
	sock->sk->sk_kern_sock = 1;
	inet->inet_dport = 0;
	sock_release(sock);
}

/* Each byte of it matters. */
static void expect_hashed(struct kunit *test, const struct nta_sock_key *key)
{
	struct nta_sock_key other = *key;
	u64 hash = nta_sock_hash(key);
	unsigned int i;

	KUNIT_EXPECT_NE(test, hash, 0ULL);
	KUNIT_EXPECT_EQ(test, nta_sock_hash(&other), hash);
	for (i = 0; i < sizeof(*key); i++) {
		((u8 *)&other)[i] ^= 0x10;
		KUNIT_EXPECT_NE_MSG(test, nta_sock_hash(&other), hash,
				    "byte %u", i);
		((u8 *)&other)[i] ^= 0x10;
	}
}

/* A keyed hash of all of it, and never 0.  It is odd for all but UDP. */
static void key_hash(struct kunit *test)
{
	struct nta_sock_key key = { .net = 1, .ports = { htons(5), htons(6) } };
	struct nta_sock_key udp = { .net = 1 }, no_ports = { .net = 1 };
	unsigned int i;

	KUNIT_ASSERT_EQ(test, nta_sockinfo_init(), 0);
	key.local.s6_addr[0] = 0x20;
	key.remote.s6_addr[0] = 0x20;
	expect_hashed(test, &key);
	ipv6_addr_set_v4mapped(htonl(THERE), &key.local);
	expect_hashed(test, &key);
	ipv6_addr_set_v4mapped(htonl(HERE), &key.remote);
	expect_hashed(test, &key);
	udp.local.s6_addr[15] = 1;
	expect_hashed(test, &udp);
	ipv6_addr_set_v4mapped(htonl(THERE), &no_ports.remote);
	for (i = 0; i < 32; i++) {
		udp.local.s6_addr[15] = i;
		KUNIT_EXPECT_EQ(test, nta_sock_hash(&udp) & 1, 0ULL);
		no_ports.local = udp.local;
		KUNIT_EXPECT_EQ(test, nta_sock_hash(&no_ports) & 1, 1ULL);
	}
	nta_sockinfo_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(key_directions),
	KUNIT_CASE(key_answer),
	KUNIT_CASE(key_ipv6),
	KUNIT_CASE(key_untold),
	KUNIT_CASE(key_other_family),
	KUNIT_CASE(key_chains),
	KUNIT_CASE(key_udp),
	KUNIT_CASE(key_tcp),
	KUNIT_CASE(key_hash),
	{}
};

struct kunit_suite nta_test_key = {
	.name		= "netatop_key",
	.suite_init	= nta_test_suite_begin,
	.init		= nta_test_begin,
	.exit		= nta_test_end,
	.test_cases	= cases,
};
