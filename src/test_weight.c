// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what packets weigh.
 */
#include "test.h"
#include "packet.h"

#include <linux/if_ether.h>
#include <linux/udp.h>
#include <net/tcp.h>

/* A packet, as it comes to a hook, and what it is on the wire. */
struct sample {
	const char	*what;
	enum nta_way	way;
	bool		v6;
	unsigned int	l4;		/* 0: behind an IP header without more */
	unsigned int	len;
	unsigned int	gso_size;
	unsigned int	gso_segs;
	unsigned int	gso_type;
	unsigned int	inner;		/* inner transport header of a tunnel */
	unsigned int	doff;		/* of TCP, 0: 5 */
	unsigned int	frag_max;	/* largest fragment that it was */
	bool		part;
	u32		packets;
	u32		bytes;
};

/* Link headers of 14 bytes; headers of zeroes but for what is looked at. */
static void weigh(struct kunit *test, const struct sample *sample,
		  unsigned int device_flags)
{
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	struct nta_packet pkt = {
		.way	= sample->way,
		.v6	= sample->v6,
		.part	= sample->part,
	};
	unsigned int th_at;
	u8 headers[160] = { };
	struct tcphdr *th;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->flags = device_flags;
	dev->hard_header_len = ETH_HLEN;

	pkt.l4 = sample->l4 ?: sample->v6 ? 40 : 20;
	th_at = sample->inner ?: pkt.l4;
	th = (struct tcphdr *)&headers[th_at];
	if (!nta_way_is_udp(sample->way) || sample->inner)
		th->doff = sample->doff ?: 5;

	pkt.skb = nta_test_skb(test, headers,
			       min_t(unsigned int, sample->len,
				     sizeof(headers)), sample->len);
	skb_shinfo(pkt.skb)->gso_size = sample->gso_size;
	skb_shinfo(pkt.skb)->gso_segs = sample->gso_segs;
	skb_shinfo(pkt.skb)->gso_type = sample->gso_type;
	if (sample->inner) {
		pkt.skb->encapsulation = 1;
		skb_set_inner_transport_header(pkt.skb, sample->inner);
	}
	if (sample->v6)
		IP6CB(pkt.skb)->frag_max_size = sample->frag_max;
	else
		IPCB(pkt.skb)->frag_max_size = sample->frag_max;

	nta_packet_weigh(&pkt, dev, NULL);
	KUNIT_EXPECT_EQ_MSG(test, pkt.weight.packets, sample->packets, "%s",
			    sample->what);
	KUNIT_EXPECT_EQ_MSG(test, pkt.weight.bytes, sample->bytes, "%s",
			    sample->what);
}

static void weigh_all(struct kunit *test, const struct sample *sample,
		      unsigned int n)
{
	for (; n--; sample++)
		weigh(test, sample, 0);
}

static void weight_plain(struct kunit *test)
{
	static const struct sample samples[] = {
		{ "ACK", NTA_TCP_RCV, .len = 52, .packets = 1, .bytes = 66 },
		{ "nothing", NTA_TCP_SND, .len = 0, .packets = 1, .bytes = 14 },
		{ "empty datagram", NTA_UDP_SND, .len = 28, .packets = 1,
		  .bytes = 42 },
		{ "long, not segmented", NTA_TCP_SND, .len = 65535,
		  .packets = 1, .bytes = 65549 },
		{ "datagram, no route known", NTA_UDP_SND, .len = 65535,
		  .packets = 1, .bytes = 65549 },
	};

	weigh_all(test, samples, ARRAY_SIZE(samples));
}

static void weight_link(struct kunit *test)
{
	static const struct sample loopback = {
		"loopback", NTA_TCP_SND, .len = 52, .packets = 1, .bytes = 52
	};
	static const struct sample overhead = {
		"overhead", NTA_TCP_SND, .len = 52, .packets = 1, .bytes = 90
	};
	static const struct sample both = {
		"loopback, overhead, 3 segments", NTA_TCP_SND, .len = 340,
		.gso_size = 100, .gso_segs = 3, .gso_type = SKB_GSO_TCPV4,
		.packets = 3, .bytes = 340 + 2 * 40 + 3 * 24
	};

	weigh(test, &loopback, IFF_LOOPBACK);
	nta_test_param(NTA_FRAME_OVERHEAD, 24);
	weigh(test, &overhead, 0);
	weigh(test, &both, IFF_LOOPBACK);
}

static void weight_gso(struct kunit *test)
{
	static const struct sample samples[] = {
		{ "4 full ones", NTA_TCP_SND, .len = 40 + 4 * 1460,
		  .gso_size = 1460, .gso_segs = 4, .gso_type = SKB_GSO_TCPV4,
		  .packets = 4, .bytes = 5880 + 3 * 40 + 4 * 14 },
		{ "the last has one byte", NTA_TCP_RCV, .len = 40 + 1461,
		  .gso_size = 1460, .gso_segs = 2, .gso_type = SKB_GSO_TCPV4,
		  .packets = 2, .bytes = 1501 + 40 + 2 * 14 },
		{ "options", NTA_TCP_SND, .len = 52 + 3 * 1448, .doff = 8,
		  .gso_size = 1448, .gso_segs = 3, .gso_type = SKB_GSO_TCPV4,
		  .packets = 3, .bytes = 4396 + 2 * 52 + 3 * 14 },
		{ "most options of both", NTA_TCP_SND, .len = 120 + 2 * 1380,
		  .l4 = 60, .doff = 15,
		  .gso_size = 1380, .gso_segs = 2, .gso_type = SKB_GSO_TCPV4,
		  .packets = 2, .bytes = 2880 + 120 + 2 * 14 },
		{ "IPv6", NTA_TCP_SND, .v6 = true, .len = 60 + 2 * 1440,
		  .gso_size = 1440, .gso_segs = 2, .gso_type = SKB_GSO_TCPV6,
		  .packets = 2, .bytes = 2940 + 60 + 2 * 14 },
		{ "datagrams", NTA_UDP_SND, .len = 28 + 10 * 1200,
		  .gso_size = 1200, .gso_segs = 10, .gso_type = SKB_GSO_UDP_L4,
		  .packets = 10, .bytes = 12028 + 9 * 28 + 10 * 14 },
		{ "datagrams of a byte", NTA_UDP_SND, .v6 = true, .len = 48 + 3,
		  .gso_size = 1, .gso_segs = 3, .gso_type = SKB_GSO_UDP_L4,
		  .packets = 3, .bytes = 51 + 2 * 48 + 3 * 14 },
		{ "TCP in VXLAN", NTA_UDP_SND, .len = 90 + 2 * 1400,
		  .gso_size = 1400, .gso_segs = 2, .inner = 70,
		  .gso_type = SKB_GSO_TCPV4 | SKB_GSO_UDP_TUNNEL,
		  .packets = 2, .bytes = 2890 + 90 + 2 * 14 },
		{ "UDP in VXLAN", NTA_UDP_SND, .len = 78 + 2 * 1400,
		  .gso_size = 1400, .gso_segs = 2, .inner = 70,
		  .gso_type = SKB_GSO_UDP_L4 | SKB_GSO_UDP_TUNNEL,
		  .packets = 2, .bytes = 2878 + 78 + 2 * 14 },
	};

	weigh_all(test, samples, ARRAY_SIZE(samples));
}

/* Counts that are missing, or somebody else's word. */
static void weight_gso_uncounted(struct kunit *test)
{
	static const struct sample samples[] = {
		{ "no count", NTA_TCP_RCV, .len = 40 + 2921,
		  .gso_size = 1460, .gso_segs = 0, .gso_type = SKB_GSO_TCPV4,
		  .packets = 3, .bytes = 2961 + 2 * 40 + 3 * 14 },
		{ "a lie", NTA_TCP_RCV, .len = 40 + 2920,
		  .gso_size = 1460, .gso_segs = 65535,
		  .gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY,
		  .packets = 2, .bytes = 2960 + 40 + 2 * 14 },
		{ "no data", NTA_TCP_RCV, .len = 40,
		  .gso_size = 1460, .gso_segs = 7, .gso_type = SKB_GSO_TCPV4,
		  .packets = 1, .bytes = 54 },
		{ "less than its header", NTA_TCP_RCV, .len = 50, .doff = 15,
		  .gso_size = 1, .gso_segs = 9, .gso_type = SKB_GSO_TCPV4,
		  .packets = 1, .bytes = 64 },
		{ "no header", NTA_TCP_RCV, .len = 30,
		  .gso_size = 1, .gso_segs = 9, .gso_type = SKB_GSO_TCPV4,
		  .packets = 1, .bytes = 44 },
	};

	weigh_all(test, samples, ARRAY_SIZE(samples));
}

static void weight_gso_biggest(struct kunit *test)
{
	static const struct sample samples[] = {
		{ "all of an IPv4 packet", NTA_TCP_SND, .len = 65535,
		  .gso_size = 1448, .gso_type = SKB_GSO_TCPV4,
		  .packets = 46, .bytes = 65535 + 45 * 40 + 46 * 14 },
		{ "in single bytes", NTA_TCP_SND, .len = 65535,
		  .gso_size = 1, .gso_type = SKB_GSO_TCPV4,
		  .packets = 65495, .bytes = 65535 + 65494 * 40 + 65495 * 14 },
		/* GSO_MAX_SIZE of BIG TCP, without a jumbogram's header */
		{ "half a megabyte", NTA_TCP_SND, .v6 = true, .len = 524280,
		  .gso_size = 8, .gso_segs = 65528, .gso_type = SKB_GSO_TCPV6,
		  .packets = 65528, .bytes = 524280 + 65527 * 60 + 65528 * 14 },
	};

	weigh_all(test, samples, ARRAY_SIZE(samples));
}

/* BIG TCP: eight bytes of headers that are gone when it is segmented. */
static void weight_jumbogram(struct kunit *test)
{
	struct {
		struct ipv6hdr		ip6h;
		struct hop_jumbo_hdr	jumbo;
		struct tcphdr		th;
	} __packed headers = {
		.ip6h.nexthdr	= IPPROTO_HOPOPTS,
		.jumbo.nexthdr	= IPPROTO_TCP,
		.jumbo.tlv_type	= IPV6_TLV_JUMBO,
		.jumbo.tlv_len	= sizeof(headers.jumbo.jumbo_payload_len),
		.th.doff	= 5,
	};
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	struct nta_packet pkt = { .way = NTA_TCP_SND, .v6 = true, .l4 = 48 };

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->hard_header_len = ETH_HLEN;
	pkt.skb = nta_test_skb(test, &headers, sizeof(headers), 68 + 500000);
	pkt.skb->protocol = htons(ETH_P_IPV6);
	skb_shinfo(pkt.skb)->gso_size = 1428;
	skb_shinfo(pkt.skb)->gso_segs = 351;
	skb_shinfo(pkt.skb)->gso_type = SKB_GSO_TCPV6;
	nta_packet_weigh(&pkt, dev, NULL);
	KUNIT_EXPECT_EQ(test, pkt.weight.packets, 351U);
	KUNIT_EXPECT_EQ(test, pkt.weight.bytes,
			500060U + 350 * 60 + 351 * 14);
}

/* Datagrams that were put together again weigh what their fragments did. */
static void weight_fragments(struct kunit *test)
{
	static const struct sample samples[] = {
		{ "3", NTA_UDP_RCV, .len = 3028, .frag_max = 1500,
		  .packets = 3, .bytes = 3028 + 2 * 20 + 3 * 14 },
		{ "2 full ones", NTA_UDP_RCV, .len = 20 + 2 * 1480,
		  .frag_max = 1500,
		  .packets = 2, .bytes = 2980 + 20 + 2 * 14 },
		{ "a byte more", NTA_UDP_RCV, .len = 21 + 2 * 1480,
		  .frag_max = 1500,
		  .packets = 3, .bytes = 2981 + 2 * 20 + 3 * 14 },
		{ "the last is longer", NTA_UDP_RCV, .len = 20 + 1472 + 1479,
		  .frag_max = 1499,
		  .packets = 2, .bytes = 2971 + 20 + 2 * 14 },
		{ "too long for that", NTA_UDP_RCV, .len = 20 + 1472 + 1480,
		  .frag_max = 1499,
		  .packets = 3, .bytes = 2972 + 2 * 20 + 3 * 14 },
		{ "IPv6", NTA_UDP_RCV, .v6 = true, .len = 2048,
		  .frag_max = 1280,
		  .packets = 2, .bytes = 2048 + 40 + 2 * (8 + 14) },
		{ "the longest", NTA_UDP_RCV, .len = 65535, .frag_max = 576,
		  .packets = 119, .bytes = 65535 + 118 * 20 + 119 * 14 },
		{ "in one piece", NTA_UDP_RCV, .len = 1500, .frag_max = 1500,
		  .packets = 1, .bytes = 1514 },
		{ "never fragmented", NTA_UDP_RCV, .len = 3028,
		  .packets = 1, .bytes = 3042 },
		{ "smaller than its headers", NTA_UDP_RCV, .len = 3028,
		  .frag_max = 27, .packets = 1, .bytes = 3042 },
		{ "itself a fragment", NTA_UDP_RCV, .len = 3028, .part = true,
		  .frag_max = 1500, .packets = 1, .bytes = 3042 },
		{ "TCP", NTA_TCP_RCV, .len = 3028, .frag_max = 1500,
		  .packets = 1, .bytes = 3042 },
	};

	weigh_all(test, samples, ARRAY_SIZE(samples));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(weight_plain),
	KUNIT_CASE(weight_link),
	KUNIT_CASE(weight_gso),
	KUNIT_CASE(weight_gso_uncounted),
	KUNIT_CASE(weight_gso_biggest),
	KUNIT_CASE(weight_jumbogram),
	KUNIT_CASE(weight_fragments),
	{}
};

struct kunit_suite nta_test_weight = {
	.name		= "netatop_weight",
	.suite_init	= nta_test_suite_begin,
	.init		= nta_test_begin,
	.exit		= nta_test_end,
	.test_cases	= cases,
};
