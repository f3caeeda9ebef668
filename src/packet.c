// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that are not the usual one: segmented later or merged before,
 * fragmented, or with IPv6 extension headers.
 */
#include "packet.h"

#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/ip6_route.h>

static unsigned int tcp_end(const struct sk_buff *skb, unsigned int off)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(skb, off, sizeof(buf), &buf);
	return off + (th ? th->doff * 4 : sizeof(*th));
}

static unsigned int packet_header_len(const struct nta_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	unsigned int end = pkt->l4 + sizeof(struct udphdr);
	int inner;

	if (!nta_way_is_udp(pkt->way))
		return tcp_end(skb, pkt->l4);
	/* the outer packet of a tunnel: to the end of the innermost header */
	inner = skb->encapsulation ? skb_inner_transport_offset(skb) : 0;
	if (inner < (int)end)
		return end;
	if (skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		return tcp_end(skb, inner);
	return inner + sizeof(struct udphdr);
}

/* Each segment repeats the headers. */
static void packet_weigh_gso(struct nta_packet *pkt, unsigned int link)
{
	const struct skb_shared_info *shinfo = skb_shinfo(pkt->skb);
	unsigned int header = packet_header_len(pkt);
	unsigned int len = pkt->skb->len;
	unsigned int segs = shinfo->gso_segs;

	/* BIG TCP's jumbogram header is only there until it is segmented */
	if (pkt->v6 && ipv6_has_hopopt_jumbo(pkt->skb)) {
		len -= sizeof(struct hop_jumbo_hdr);
		header -= sizeof(struct hop_jumbo_hdr);
	}
	if (len <= header)
		return;
	/* a count from a guest or a tap device is not to be trusted */
	if (!segs || shinfo->gso_type & SKB_GSO_DODGY)
		segs = DIV_ROUND_UP(len - header, shinfo->gso_size);
	pkt->weight.packets = segs;
	pkt->weight.bytes = len + (segs - 1) * header + segs * link;
}

/* Each fragment repeats this part: options may be in it. */
static unsigned int packet_unfragmentable(const struct nta_packet *pkt)
{
	u8 *nexthdr;
	int len;

	if (!pkt->v6)
		return pkt->l4;
	len = ip6_find_1stfragopt(pkt->skb, &nexthdr);
	return len > 0 ? len : sizeof(struct ipv6hdr);
}

/* What a datagram of this length takes where no more than @mtu goes. */
static void packet_weigh_fragments(struct nta_packet *pkt, unsigned int mtu,
				   unsigned int link)
{
	unsigned int header = packet_unfragmentable(pkt);
	unsigned int extra = pkt->v6 ? sizeof(struct frag_hdr) : 0;
	unsigned int len = pkt->skb->len;
	unsigned int room, n;

	if (len <= mtu || mtu < header + extra + 8)
		return;
	/* offsets are multiples of 8 */
	room = (mtu - header - extra) & ~7U;
	n = DIV_ROUND_UP(len - header, room);
	/* the last one need not be: it can be a little longer */
	if (n > 1 && len - header - (n - 2) * room <= mtu - header - extra)
		n--;
	pkt->weight.packets = n;
	pkt->weight.bytes = len + (n - 1) * header + n * (extra + link);
}

static unsigned int packet_mtu_out(const struct nta_packet *pkt,
				   const struct sock *sk)
{
	struct sk_buff *skb = pkt->skb;

	if (!skb_dst(skb))
		return U16_MAX;
	if (pkt->v6)
		return ip6_skb_dst_mtu(skb);
	return ip_skb_dst_mtu((struct sock *)sk, skb);
}

/* The largest fragment that a received datagram was put together from. */
static unsigned int packet_mtu_in(const struct nta_packet *pkt)
{
	unsigned int max = pkt->v6 ? IP6CB(pkt->skb)->frag_max_size :
				     IPCB(pkt->skb)->frag_max_size;

	return max ?: U16_MAX;
}

void __nta_packet_weigh(struct nta_packet *pkt, const struct sock *sk,
			unsigned int link)
{
	bool out = pkt->way == NTA_UDP_SND || pkt->way == NTA_TCP_SND;

	if (skb_is_gso(pkt->skb))
		packet_weigh_gso(pkt, link);
	else if (!pkt->part)
		packet_weigh_fragments(pkt, out ? packet_mtu_out(pkt, sk) :
						  packet_mtu_in(pkt), link);
}

/**
 * __nta_packet_parse6() - find the transport header behind extension headers
 * @pkt: the packet; @l4, @part and @more are set
 * @proto: set to the protocol
 * @snd: it is being sent, else received
 *
 * A received fragment that does not tell its protocol passes as one of UDP
 * until nta_fragment_find().
 *
 * Return: false if the packet cannot be read.
 */
bool __nta_packet_parse6(struct nta_packet *pkt, u8 *proto, bool snd)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);
	__be16 frag_off = 0;
	int off;

	*proto = ip6h->nexthdr;
	off = ipv6_skip_exthdr(pkt->skb, sizeof(*ip6h), proto, &frag_off);
	if (off < 0)
		return false;
	pkt->l4 = off;
	pkt->part = !!(frag_off & htons(IP6_OFFSET));
	pkt->more = !pkt->part && frag_off & htons(IP6_MF);
	if (pkt->part) {
		const struct frag_hdr *fh;
		struct frag_hdr buf;

		fh = skb_header_pointer(pkt->skb, off, sizeof(buf), &buf);
		if (!fh)
			return false;
		*proto = fh->nexthdr;
		if (!snd && ipv6_ext_hdr(*proto)) {
			*proto = IPPROTO_UDP;
			pkt->part = NTA_PART_VEILED;
		}
	}
	return true;
}
