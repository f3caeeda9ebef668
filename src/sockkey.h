/* SPDX-License-Identifier: GPL-2.0 */
/*
 * By what a socket is told from all others.
 */
#ifndef _NTA_SOCKKEY_H
#define _NTA_SOCKKEY_H

#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/siphash.h>
#include <linux/types.h>

/**
 * struct nta_sock_key - identity of a socket in the table
 * @net: cookie of its network namespace
 * @local: its address, IPv4 mapped; for UDP the cookie of the socket
 * @remote: its peer's address; zero for UDP
 * @ports: local and remote port; zero for UDP
 * @pad: zero
 *
 * A TCP socket is known by its connection: the requests, the connection and
 * what follows its end are one, as conntrack has it, and no look-up is needed.
 */
struct nta_sock_key {
	u64		net;
	struct in6_addr	local;
	struct in6_addr	remote;
	__be16		ports[2];
	u32		pad;
};

/**
 * nta_sock_chain() - the chain of an identity in a table
 * @data: the identity
 * @len: of it
 * @seed: of the table
 *
 * Peers choose their addresses, so the short form is for identities that differ
 * in nothing else: those of IPv4 and of UDP.
 *
 * Return: the hash.
 */
static __always_inline u32 nta_sock_chain(const void *data, u32 len, u32 seed)
{
	const struct nta_sock_key *key = data;
	const __be32 *local = key->local.s6_addr32;
	const __be32 *remote = key->remote.s6_addr32;

	/* by a product, as a sum could be made up for in the words */
	seed += (u32)key->net * (seed | 1);
	seed = jhash_3words((__force u32)local[3], (__force u32)remote[3],
			    (__force u32)key->ports[0] << 16 |
			    (__force u32)key->ports[1], seed);
	if (likely(!(local[0] | local[1] | remote[0] | remote[1] |
		     (local[2] ^ remote[2])) &&
		   (!local[2] || local[2] == htonl(0xffff))))
		return seed;
	return jhash2((const u32 *)&key->local,
		      2 * sizeof(key->local) / sizeof(u32), seed);
}

/* Of each load its own; what readers are told of places is hashed with it, too. */
extern siphash_key_t nta_sock_secret;

void nta_sockkey_init(void);
u64 nta_sock_hash(const struct nta_sock_key *key);

#endif /* _NTA_SOCKKEY_H */
