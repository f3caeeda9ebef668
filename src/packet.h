/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets: what they carry and what they weigh.
 *
 * The network header is where skb->data is, in all hooks that we have.
 */
#ifndef _NTA_PACKET_H
#define _NTA_PACKET_H

#include "counters.h"
#include "params.h"
#include "stats.h"

#include <linux/icmpv6.h>
#include <linux/if.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ipv6.h>

/* What a fragment tells of the transport protocol. */
enum nta_part {
	NTA_PART_NONE,		/* all, it has the header */
	NTA_PART,		/* which it is */
	NTA_PART_VEILED,	/* nothing: an extension header was split, too */
};

/**
 * struct nta_packet - a packet on its way through a hook
 * @skb: the packet
 * @l4: offset of the transport header
 * @way: protocol and direction
 * @v6: IPv6, else IPv4
 * @part: a fragment without a transport header, see enum nta_part
 * @more: the first fragment, which others follow
 * @sk: who sends it, where that has been asked for
 * @weight: frames and bytes
 */
struct nta_packet {
	struct sk_buff		*skb;
	unsigned int		l4;
	enum nta_way		way;
	bool			v6;
	u8			part;
	bool			more;
	struct sock		*sk;
	struct nta_weight	weight;
};

/* Longer UDP packets may have been or be going to be fragmented. */
#define NTA_UNFRAGMENTED	1280

void __nta_packet_weigh(struct nta_packet *pkt, const struct sock *sk,
			unsigned int link);

/**
 * nta_packet_link() - what a frame has in front of the network header
 * @dev: the device that it goes to or comes from
 *
 * Return: bytes; what the tunable adds is among them.
 */
static __always_inline unsigned int
nta_packet_link(const struct net_device *dev)
{
	unsigned int link = nta_param(NTA_FRAME_OVERHEAD);

	if (!(dev->flags & IFF_LOOPBACK))
		link += dev->hard_header_len;
	return link;
}

/**
 * nta_packet_is_plain() - is a packet one frame as it is
 * @skb: the packet
 * @way: its protocol and direction
 *
 * Return: false if it is or has been more than one, or could be.
 */
static __always_inline bool nta_packet_is_plain(const struct sk_buff *skb,
						enum nta_way way)
{
	return !skb_is_gso(skb) &&
	       (!nta_way_is_udp(way) || skb->len <= NTA_UNFRAGMENTED);
}

/**
 * nta_packet_weigh() - count frames and bytes as on the wire
 * @pkt: the packet; its weight is set
 * @dev: the device that it goes to or comes from
 * @sk: the sending socket, NULL for a received packet
 */
static __always_inline void nta_packet_weigh(struct nta_packet *pkt,
					     const struct net_device *dev,
					     const struct sock *sk)
{
	unsigned int link = nta_packet_link(dev);

	pkt->weight.packets = 1;
	pkt->weight.bytes = pkt->skb->len + link;
	if (!nta_packet_is_plain(pkt->skb, pkt->way))
		__nta_packet_weigh(pkt, sk, link);
}

/**
 * nta_packet_opens() - does a packet ask for a TCP connection
 * @pkt: a TCP packet
 *
 * Return: whether it does; an answer to such a packet does not.
 */
static __always_inline bool nta_packet_opens(const struct nta_packet *pkt)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(pkt->skb, pkt->l4, sizeof(buf), &buf);
	return th && (tcp_flag_word(th) & (TCP_FLAG_SYN | TCP_FLAG_ACK)) ==
		     TCP_FLAG_SYN;
}

/**
 * nta_packet_may_open() - the same, of a received one, as fast as can be
 * @skb: a TCP packet in LOCAL_IN, without anything between its headers
 *
 * Return: false if it does not ask for a connection; true if it does, or if
 * its header has to be looked for.
 */
static __always_inline bool nta_packet_may_open(const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);

	return (unsigned char *)(th + 1) > skb_tail_pointer(skb) ||
	       (tcp_flag_word(th) & (TCP_FLAG_SYN | TCP_FLAG_ACK)) ==
	       TCP_FLAG_SYN;
}

/**
 * nta_packet_seq() - the sequence number of a TCP packet
 * @pkt: the packet
 *
 * Return: the number, 0 if it cannot be read.
 */
static inline u32 nta_packet_seq(const struct nta_packet *pkt)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(pkt->skb, pkt->l4, sizeof(buf), &buf);
	return th ? ntohl(th->seq) : 0;
}

bool __nta_packet_parse6(struct nta_packet *pkt, u8 *proto, bool snd);

static __always_inline bool nta_packet_classify(struct nta_packet *pkt,
						u8 proto, bool snd)
{
	if (likely(proto == IPPROTO_TCP)) {
		pkt->way = snd ? NTA_TCP_SND : NTA_TCP_RCV;
		return true;
	}
	if (likely(proto == IPPROTO_UDP)) {
		pkt->way = snd ? NTA_UDP_SND : NTA_UDP_RCV;
		return true;
	}
	if (proto == (pkt->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		nta_stats_event(snd ? NTA_ICMP_SND : NTA_ICMP_RCV);
	return false;
}

/**
 * nta_packet_parse4() - find out what an IPv4 packet is
 * @pkt: set but for its weight
 * @skb: the packet
 * @snd: it is being sent, else received
 *
 * Return: true for TCP and UDP.
 */
static __always_inline bool nta_packet_parse4(struct nta_packet *pkt,
					      struct sk_buff *skb, bool snd)
{
	const struct iphdr *iph = ip_hdr(skb);

	pkt->skb = skb;
	pkt->v6 = false;
	pkt->l4 = iph->ihl * 4;
	pkt->part = !!(iph->frag_off & htons(IP_OFFSET));
	pkt->more = false;
	return nta_packet_classify(pkt, iph->protocol, snd);
}

/**
 * nta_packet_parse6() - find out what an IPv6 packet is
 * @pkt: set but for its weight
 * @skb: the packet
 * @snd: it is being sent, else received
 *
 * Return: true for TCP and UDP.
 */
static __always_inline bool nta_packet_parse6(struct nta_packet *pkt,
					      struct sk_buff *skb, bool snd)
{
	u8 proto = ipv6_hdr(skb)->nexthdr;

	pkt->skb = skb;
	pkt->v6 = true;
	pkt->l4 = sizeof(struct ipv6hdr);
	pkt->part = NTA_PART_NONE;
	pkt->more = false;
	if (unlikely(ipv6_ext_hdr(proto)) &&
	    !__nta_packet_parse6(pkt, &proto, snd))
		return false;
	return nta_packet_classify(pkt, proto, snd);
}

/**
 * nta_packet_parse() - find out what a packet is
 * @pkt: set but for its weight
 * @skb: the packet
 * @v6: IPv6, else IPv4
 * @snd: it is being sent, else received
 *
 * Return: true for TCP and UDP.
 */
static inline bool nta_packet_parse(struct nta_packet *pkt, struct sk_buff *skb,
				    bool v6, bool snd)
{
	return v6 ? nta_packet_parse6(pkt, skb, snd) :
		    nta_packet_parse4(pkt, skb, snd);
}

#endif /* _NTA_PACKET_H */
