// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what packets are, and of fragments that do not tell.
 */
#include "test.h"
#include "fragment.h"
#include "packet.h"
#include "record.h"
#include "sockinfo.h"
#include "stats.h"

#include <linux/tcp.h>

static int packet_begin(struct kunit *test)
{
	nta_test_begin(test);
	return nta_sockinfo_init();
}

static void packet_end(struct kunit *test)
{
	nta_sockinfo_exit();
	nta_test_end(test);
}

static bool parse4(struct kunit *test, struct nta_packet *pkt,
		   struct iphdr iph, bool snd)
{
	/* what is not set must be found to be so */
	memset(pkt, 0xff, sizeof(*pkt));
	return nta_packet_parse4(pkt, nta_test_skb(test, &iph, sizeof(iph),
						   sizeof(iph)), snd);
}

static void packet_ipv4(struct kunit *test)
{
	struct iphdr iph = { .version = 4, .ihl = 5, .protocol = IPPROTO_TCP };
	struct nta_packet pkt;

	KUNIT_EXPECT_TRUE(test, parse4(test, &pkt, iph, true));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_TCP_SND);
	KUNIT_EXPECT_EQ(test, pkt.l4, 20U);
	KUNIT_EXPECT_FALSE(test, pkt.v6);
	KUNIT_EXPECT_FALSE(test, pkt.part);
	KUNIT_EXPECT_FALSE(test, pkt.more);
	KUNIT_EXPECT_TRUE(test, parse4(test, &pkt, iph, false));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_TCP_RCV);

	iph.protocol = IPPROTO_UDP;
	iph.ihl = 15;
	iph.frag_off = htons(IP_DF);
	KUNIT_EXPECT_TRUE(test, parse4(test, &pkt, iph, true));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_UDP_SND);
	KUNIT_EXPECT_EQ(test, pkt.l4, 60U);
	KUNIT_EXPECT_FALSE(test, pkt.part);
	iph.frag_off = htons(IP_MF);
	KUNIT_EXPECT_TRUE(test, parse4(test, &pkt, iph, false));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_UDP_RCV);
	KUNIT_EXPECT_FALSE(test, pkt.part);
	iph.frag_off = htons(1);
	KUNIT_EXPECT_TRUE(test, parse4(test, &pkt, iph, false));
	KUNIT_EXPECT_TRUE(test, pkt.part);
}

/* Other protocols are nobody's, and ICMP is counted, that of its family. */
static void packet_others(struct kunit *test)
{
	struct ipv6hdr ip6h = { .version = 6, .nexthdr = IPPROTO_ICMPV6 };
	struct iphdr iph = { .version = 4, .ihl = 5 };
	struct nta_packet pkt;
	struct sk_buff *skb;

	iph.protocol = IPPROTO_ICMP;
	KUNIT_EXPECT_FALSE(test, parse4(test, &pkt, iph, true));
	KUNIT_EXPECT_FALSE(test, parse4(test, &pkt, iph, false));
	iph.protocol = IPPROTO_ICMPV6;
	KUNIT_EXPECT_FALSE(test, parse4(test, &pkt, iph, false));
	iph.protocol = IPPROTO_SCTP;
	KUNIT_EXPECT_FALSE(test, parse4(test, &pkt, iph, true));
	iph.protocol = IPPROTO_UDPLITE;
	KUNIT_EXPECT_FALSE(test, parse4(test, &pkt, iph, true));
	skb = nta_test_skb(test, &ip6h, sizeof(ip6h), sizeof(ip6h));
	KUNIT_EXPECT_FALSE(test, nta_packet_parse6(&pkt, skb, false));
	ipv6_hdr(skb)->nexthdr = IPPROTO_ICMP;
	KUNIT_EXPECT_FALSE(test, nta_packet_parse6(&pkt, skb, false));
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_ICMP_SND), 1ULL);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_ICMP_RCV), 2ULL);
}

/* An IPv6 packet with one extension header of 8 bytes, or two. */
struct packet6 {
	struct ipv6hdr	ip6h;
	union {
		struct frag_hdr		frag;
		struct ipv6_opt_hdr	opt;
		u8			room[8];
	} ext[2];
	u8		l4[20];
} __packed;

static bool parse6(struct kunit *test, struct nta_packet *pkt,
		   const struct packet6 *packet, unsigned int len)
{
	memset(pkt, 0xff, sizeof(*pkt));
	return nta_packet_parse6(pkt, nta_test_skb(test, packet, len, len),
				 true);
}

static void packet_ipv6(struct kunit *test)
{
	struct packet6 packet = { .ip6h.nexthdr = IPPROTO_UDP };
	struct nta_packet pkt;

	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, 48));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_UDP_SND);
	KUNIT_EXPECT_EQ(test, pkt.l4, 40U);
	KUNIT_EXPECT_TRUE(test, pkt.v6);
	KUNIT_EXPECT_FALSE(test, pkt.part);
	KUNIT_EXPECT_FALSE(test, pkt.more);

	packet.ip6h.nexthdr = IPPROTO_HOPOPTS;
	packet.ext[0].opt.nexthdr = IPPROTO_DSTOPTS;
	packet.ext[1].opt.nexthdr = IPPROTO_TCP;
	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, sizeof(packet)));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_TCP_SND);
	KUNIT_EXPECT_EQ(test, pkt.l4, 56U);
	/* one long header in place of two */
	packet.ext[0].opt.nexthdr = IPPROTO_UDP;
	packet.ext[0].opt.hdrlen = 1;
	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, sizeof(packet)));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_UDP_SND);
	KUNIT_EXPECT_EQ(test, pkt.l4, 56U);
	/* what ends in a header, or before it */
	packet.ext[0].opt.nexthdr = IPPROTO_DSTOPTS;
	packet.ext[0].opt.hdrlen = 0;
	KUNIT_EXPECT_FALSE(test, parse6(test, &pkt, &packet, 49));
	KUNIT_EXPECT_FALSE(test, parse6(test, &pkt, &packet, 48));
	KUNIT_EXPECT_FALSE(test, parse6(test, &pkt, &packet, 40));
	/* and what has no next header */
	packet.ip6h.nexthdr = IPPROTO_NONE;
	KUNIT_EXPECT_FALSE(test, parse6(test, &pkt, &packet, 40));
}

static void fragment(struct packet6 *packet, u16 off, u32 id)
{
	*packet = (struct packet6) {
		.ip6h.nexthdr = IPPROTO_FRAGMENT,
		.ext[0].frag = {
			.nexthdr	= IPPROTO_UDP,
			.frag_off	= htons(off),
			.identification	= htonl(id),
		},
	};
}

static void packet_fragments(struct kunit *test)
{
	struct packet6 packet;
	struct nta_packet pkt;

	fragment(&packet, IP6_MF, 1);
	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, 56));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_UDP_SND);
	KUNIT_EXPECT_EQ(test, pkt.l4, 48U);
	KUNIT_EXPECT_FALSE(test, pkt.part);
	KUNIT_EXPECT_TRUE(test, pkt.more);

	fragment(&packet, 8 | IP6_MF, 1);
	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, 56));
	KUNIT_EXPECT_EQ(test, pkt.way, NTA_UDP_SND);
	KUNIT_EXPECT_TRUE(test, pkt.part);
	KUNIT_EXPECT_FALSE(test, pkt.more);
	fragment(&packet, 0xfff8, 1);
	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, 56));
	KUNIT_EXPECT_TRUE(test, pkt.part);

	/* the only fragment of its datagram */
	fragment(&packet, 0, 1);
	KUNIT_EXPECT_TRUE(test, parse6(test, &pkt, &packet, 56));
	KUNIT_EXPECT_FALSE(test, pkt.part);
	KUNIT_EXPECT_FALSE(test, pkt.more);
	KUNIT_EXPECT_FALSE(test, parse6(test, &pkt, &packet, 43));
}

static void packet_tcp(struct kunit *test)
{
	struct {
		struct iphdr	iph;
		struct tcphdr	th;
	} packet = {
		.iph	= { .version = 4, .ihl = 5, .protocol = IPPROTO_TCP },
		.th	= { .seq = htonl(0xfffffffe), .doff = 5, .syn = 1 },
	};
	struct nta_packet pkt = { .l4 = sizeof(packet.iph) };

	pkt.skb = nta_test_skb(test, &packet, sizeof(packet), sizeof(packet));
	KUNIT_EXPECT_TRUE(test, nta_packet_opens(&pkt));
	KUNIT_EXPECT_EQ(test, nta_packet_seq(&pkt), 0xfffffffeU);
	packet.th.ack = 1;
	pkt.skb = nta_test_skb(test, &packet, sizeof(packet), sizeof(packet));
	KUNIT_EXPECT_FALSE(test, nta_packet_opens(&pkt));
	packet.th.syn = 0;
	pkt.skb = nta_test_skb(test, &packet, sizeof(packet), sizeof(packet));
	KUNIT_EXPECT_FALSE(test, nta_packet_opens(&pkt));

	/* a byte is missing */
	packet.th.syn = 1;
	packet.th.ack = 0;
	pkt.skb = nta_test_skb(test, &packet, sizeof(packet) - 1,
			       sizeof(packet) - 1);
	KUNIT_EXPECT_FALSE(test, nta_packet_opens(&pkt));
	KUNIT_EXPECT_EQ(test, nta_packet_seq(&pkt), 0U);
}

static u64 found(struct kunit *test, struct nta_packet *pkt)
{
	u64 handle;

	KUNIT_EXPECT_TRUE(test, nta_fragment_find(pkt, &init_net, &handle));
	return handle;
}

/* What the first fragment has said holds for its datagram, and no other. */
static void packet_fragment_owner(struct kunit *test)
{
	struct packet6 first, second;
	struct nta_packet pkt;

	fragment(&first, IP6_MF, 0xffffffff);
	fragment(&second, 8, 0xffffffff);
	parse6(test, &pkt, &second, 56);
	KUNIT_EXPECT_EQ(test, found(test, &pkt), NTA_NOBODY);
	parse6(test, &pkt, &first, 56);
	nta_fragment_note(&pkt, &init_net, 0x100000007ULL);
	parse6(test, &pkt, &second, 56);
	KUNIT_EXPECT_EQ(test, found(test, &pkt), 0x100000007ULL);

	/* another datagram, and another sender */
	fragment(&second, 8, 0xfffffffe);
	parse6(test, &pkt, &second, 56);
	KUNIT_EXPECT_EQ(test, found(test, &pkt), NTA_NOBODY);
	fragment(&second, 8, 0xffffffff);
	second.ip6h.saddr.s6_addr[15] = 1;
	parse6(test, &pkt, &second, 56);
	KUNIT_EXPECT_EQ(test, found(test, &pkt), NTA_NOBODY);

	parse6(test, &pkt, &first, 56);
	nta_fragment_note(&pkt, &init_net, NTA_OF_TUNNEL);
	second.ip6h.saddr.s6_addr[15] = 0;
	parse6(test, &pkt, &second, 56);
	KUNIT_EXPECT_EQ(test, found(test, &pkt), NTA_OF_TUNNEL);
	/* not one at all */
	second.ip6h.nexthdr = IPPROTO_UDP;
	parse6(test, &pkt, &second, 56);
	KUNIT_EXPECT_EQ(test, found(test, &pkt), NTA_NOBODY);
}

/* Where options are split as well, the others do not tell the protocol. */
static void packet_fragment_veiled(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct packet6 packet;
	struct nta_packet pkt;
	struct sk_buff *skb;
	unsigned int i;
	u64 handle;
	u8 proto;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		proto = protos[i];
		fragment(&packet, IP6_MF, proto);
		packet.ext[0].frag.nexthdr = IPPROTO_DSTOPTS;
		packet.ext[1].opt.nexthdr = proto;
		skb = nta_test_skb(test, &packet, sizeof(packet),
				   sizeof(packet));
		KUNIT_EXPECT_TRUE(test, nta_packet_parse6(&pkt, skb, false));
		KUNIT_EXPECT_TRUE(test, pkt.more);
		KUNIT_EXPECT_EQ(test, pkt.l4, 56U);

		fragment(&packet, 8, proto);
		packet.ext[0].frag.nexthdr = IPPROTO_DSTOPTS;
		skb = nta_test_skb(test, &packet, sizeof(packet),
				   sizeof(packet));
		/* nobody knows what it is before the first one has come */
		KUNIT_EXPECT_FALSE(test, nta_packet_parse6(&pkt, skb, true));
		KUNIT_EXPECT_TRUE(test, nta_packet_parse6(&pkt, skb, false));
		KUNIT_EXPECT_FALSE(test, nta_fragment_find(&pkt, &init_net,
							   &handle));

		KUNIT_EXPECT_TRUE(test, nta_packet_parse6(&pkt, skb, false));
		pkt.way = proto == IPPROTO_TCP ? NTA_TCP_RCV : NTA_UDP_RCV;
		nta_fragment_note(&pkt, &init_net, 0x100000000ULL + proto);
		KUNIT_EXPECT_TRUE(test, nta_packet_parse6(&pkt, skb, false));
		KUNIT_EXPECT_EQ(test, found(test, &pkt),
				0x100000000ULL + proto);
		KUNIT_EXPECT_EQ(test, pkt.way, proto == IPPROTO_TCP ?
				NTA_TCP_RCV : NTA_UDP_RCV);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(packet_ipv4),
	KUNIT_CASE(packet_others),
	KUNIT_CASE(packet_ipv6),
	KUNIT_CASE(packet_fragments),
	KUNIT_CASE(packet_tcp),
	KUNIT_CASE(packet_fragment_owner),
	KUNIT_CASE(packet_fragment_veiled),
	{}
};

struct kunit_suite nta_test_packet = {
	.name		= "netatop_packet",
	.suite_init	= nta_test_suite_begin,
	.init		= packet_begin,
	.exit		= packet_end,
	.test_cases	= cases,
};
