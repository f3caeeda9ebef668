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
	/* no socket: a connection has ports, and UDP is known by a cookie */
	key.net = net->net_cookie;
	key.local = ip6h->daddr;
	key.remote = ip6h->saddr;
	key.pad = (__force u32)fh->identification;
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

/**
 * nta_fragment_find() - whose was the first fragment of this datagram
 * @pkt: another one
 * @net: the network namespace
 *
 * Any context.
 *
 * Return: what has been noted, or NTA_NOBODY: it has not come yet, or it was
 * long ago.
 */
u64 nta_fragment_find(const struct nta_packet *pkt, const struct net *net)
{
	const struct fragment *fragment;
	u64 hash, handle;

	if (!fragment_hash(pkt, net, &hash))
		return NTA_NOBODY;
	fragment = &fragments[hash % FRAGMENTS];
	handle = READ_ONCE(fragment->handle);
	if ((READ_ONCE(fragment->check) ^ handle) != hash)
		return NTA_NOBODY;
	return handle;
}
