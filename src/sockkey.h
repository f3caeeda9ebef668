/* SPDX-License-Identifier: GPL-2.0 */
/*
 * By what a socket is told from all others.
 */
#ifndef _NTA_SOCKKEY_H
#define _NTA_SOCKKEY_H

#include <linux/in6.h>
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

/* Of each load its own; what readers are told of places is hashed with it, too. */
extern siphash_key_t nta_sock_secret;

void nta_sockkey_init(void);
u64 nta_sock_hash(const struct nta_sock_key *key);

#endif /* _NTA_SOCKKEY_H */
