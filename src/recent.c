// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that have been met a moment ago.
 */
#include "recent.h"
#include "key.h"

struct nta_recent nta_recents[NTA_RECENTS];

/**
 * nta_recent_note() - take note of who has a socket
 * @sk: a socket whose packets have no conntrack entry, may be NULL
 * @handle: what its slot in the table of sockets has
 *
 * Any context.  Only sockets that are one identity in the table of sockets: UDP
 * that is no tunnel's, TCP with a peer.
 */
void nta_recent_note(struct sock *sk, u64 handle)
{
	struct nta_recent *recent;
	u64 cookie;

	if (!sk || !sk_fullsock(sk) || sk->sk_kern_sock ||
	    !(sk_is_udp(sk) || (sk_is_tcp(sk) && inet_sk(sk)->inet_dport)))
		return;
	nta_key_know(sk);
	cookie = atomic64_read(&sk->sk_cookie);
	recent = &nta_recents[cookie % NTA_RECENTS];
	WRITE_ONCE(recent->check, nta_recent_identity(cookie, nta_recent_tick()) ^ handle);
	WRITE_ONCE(recent->handle, handle);
}

/**
 * nta_recent_forget() - a socket begins another connection
 * @sk: the socket, a full one
 *
 * Any context.
 */
void nta_recent_forget(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	/* nobody's, whatever the check is */
	WRITE_ONCE(nta_recents[cookie % NTA_RECENTS].handle, NTA_NOBODY);
}
