// SPDX-License-Identifier: GPL-2.0
/*
 * By what a socket is told from all others.
 */
#include "sockkey.h"

#include <linux/random.h>
#include <net/ipv6.h>

siphash_key_t nta_sock_secret __ro_after_init;

/**
 * nta_sockkey_init() - draw the secret of the hashes
 */
void nta_sockkey_init(void)
{
	get_random_bytes(&nta_sock_secret, sizeof(nta_sock_secret));
}

static u64 join(__be32 high, __be32 low)
{
	return (u64)(__force u32)high << 32 | (__force u32)low;
}

/**
 * nta_sock_hash() - what an identity can be told from all others by
 * @key: the identity
 *
 * Return: a keyed hash that is not 0, and odd for TCP; nobody can bring about a
 * collision.
 */
u64 nta_sock_hash(const struct nta_sock_key *key)
{
	const __be32 *local = key->local.s6_addr32;
	const __be32 *remote = key->remote.s6_addr32;
	bool no_peer;
	u32 ports;
	u64 hash;

	/* a packet can have no ports, but comes from somewhere */
	memcpy(&ports, key->ports, sizeof(ports));
	no_peer = !ports && ipv6_addr_any(&key->remote);

	/* most have much that is zero; hashes of another length are others */
	if (no_peer && !key->pad && !local[0] && !local[1])
		hash = siphash_2u64(key->net, join(local[2], local[3]),
				    &nta_sock_secret);
	else if (ipv6_addr_v4mapped(&key->local) &&
		 ipv6_addr_v4mapped(&key->remote))
		hash = siphash_3u64(key->net, join(local[3], remote[3]),
				    (u64)key->pad << 32 | ports,
				    &nta_sock_secret);
	else
		hash = siphash(key, sizeof(*key), &nta_sock_secret);
	if (no_peer)
		return (hash & ~1ULL) ?: 2;
	return hash | 1;
}
