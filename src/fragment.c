// SPDX-License-Identifier: GPL-2.0
/*
 * Whose fragments are those that do not tell: of whom the first one was.
 */
#include "fragment.h"
#include "record.h"
#include "sockinfo.h"

#include <net/ipv6.h>

/* Datagrams under way at a time; a new one takes the place of an old one. */
#define FRAGMENTS	256

/*
 * Written and read without a lock.  @check is the hash of the datagram's
 * identity XOR @handle, so that halves of two writers do not match.
 */
struct fragment {
	u64	check;
	u64	handle;
};

static struct fragment fragments[FRAGMENTS];

static bool fragment_hash(const struct nta_packet *pkt, const struct net *net,
			  u64 *hash)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);
	struct nta_sock_key key = { };
	const struct frag_hdr *fh;
	struct frag_hdr buf;
	unsigned int off = 0;

	if (!pkt->v6 || ipv6_find_hdr(pkt->skb, &off, NEXTHDR_FRAGMENT, NULL,
				      NULL) != NEXTHDR_FRAGMENT)
		return false;
	fh = skb_header_pointer(pkt->skb, off, sizeof(buf), &buf);
	if (!fh)
		return false;
	/* no socket: a connection has two ports, and UDP is known by a cookie */
	key.net = net->net_cookie;
	key.local = ip6h->daddr;
	key.remote = ip6h->saddr;
	key.pad = (__force u32)fh->identification;
	key.ports[0] = (__force __be16)pkt->way;
	*hash = nta_sock_hash(&key);
	return true;
}

/**
 * nta_fragment_note() - remember whose the first fragment of a datagram was
 * @pkt: the fragment
 * @net: the network namespace
 * @handle: of the record that it was booked in, or NTA_OF_TUNNEL
 *
 * Any context.
 */
void nta_fragment_note(const struct nta_packet *pkt, const struct net *net,
		       u64 handle)
{
	struct fragment *fragment;
	u64 hash;

	if (!fragment_hash(pkt, net, &hash))
		return;
	fragment = &fragments[hash % FRAGMENTS];
	WRITE_ONCE(fragment->check, hash ^ handle);
	WRITE_ONCE(fragment->handle, handle);
}

static bool fragment_find(const struct nta_packet *pkt, const struct net *net,
			  u64 *handle)
{
	const struct fragment *fragment;
	u64 hash;

	*handle = NTA_NOBODY;
	if (!fragment_hash(pkt, net, &hash))
		return false;
	fragment = &fragments[hash % FRAGMENTS];
	*handle = READ_ONCE(fragment->handle);
	if ((READ_ONCE(fragment->check) ^ *handle) == hash)
		return true;
	*handle = NTA_NOBODY;
	return false;
}

/**
 * nta_fragment_find() - whose was the first fragment of this datagram
 * @pkt: another one; if it does not tell its protocol, its way is set
 * @net: the network namespace
 * @handle: set to what has been noted, to NTA_NOBODY if nothing has: it has
 * not come yet, or it was long ago
 *
 * Any context.
 *
 * Return: false if it may as well be of a protocol that is not counted.
 */
bool nta_fragment_find(struct nta_packet *pkt, const struct net *net,
		       u64 *handle)
{
	if (fragment_find(pkt, net, handle) || pkt->part != NTA_PART_VEILED)
		return true;
	pkt->way = NTA_TCP_RCV;
	return fragment_find(pkt, net, handle);
}
