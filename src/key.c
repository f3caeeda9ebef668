// SPDX-License-Identifier: GPL-2.0
/*
 * By what the table of sockets and the search for owners know a socket.
 */
#include "key.h"

#include <linux/sock_diag.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#if IS_ENABLED(CONFIG_IPV6)
static void key_from_sk6(const struct sock *sk, struct nta_sock_key *key)
{
	key->local = inet6_sk(sk)->saddr;
	key->remote = sk->sk_v6_daddr;
}
#else
static void key_from_sk6(const struct sock *sk, struct nta_sock_key *key)
{
}
#endif

/**
 * nta_key_know() - see to it that a socket has a cookie
 * @sk: the socket
 */
void nta_key_know(struct sock *sk)
{
	u32 cookie[2];

	if (!atomic64_read(&sk->sk_cookie))
		sock_diag_save_cookie(sk, cookie);
}

/**
 * nta_key_udp() - the identity of a UDP socket
 * @sk: the socket
 * @net: its network namespace
 * @key: set
 *
 * The cookie of a socket is never used again, unlike its address, and it
 * still has it when it is no file's any more.
 */
void nta_key_udp(struct sock *sk, const struct net *net,
		 struct nta_sock_key *key)
{
	u64 cookie;

	nta_key_know(sk);
	cookie = atomic64_read(&sk->sk_cookie);
	memset(key, 0, sizeof(*key));
	key->net = net->net_cookie;
	key->local.s6_addr32[2] = (__force __be32)upper_32_bits(cookie);
	key->local.s6_addr32[3] = (__force __be32)lower_32_bits(cookie);
}

/* Addresses and ports as the receiver sees them, from the packet's headers. */
static bool key_from_headers(const struct nta_packet *pkt, bool out,
			     const struct net *net, struct nta_sock_key *key)
{
	const __be16 *ports;
	__be16 buf[2];

	ports = skb_header_pointer(pkt->skb, pkt->l4, sizeof(buf), buf);
	if (pkt->part || !ports)
		return false;
	nta_key_tcp(pkt->skb, pkt->v6, out, ports, net, key);
	return true;
}

/**
 * nta_key_in() - the identity of the TCP socket a packet is for
 * @pkt: a received packet
 * @net: the network namespace
 * @key: set
 *
 * Return: false if the packet does not tell.
 */
bool nta_key_in(const struct nta_packet *pkt, const struct net *net,
		struct nta_sock_key *key)
{
	return key_from_headers(pkt, false, net, key);
}

/**
 * nta_key_out() - the identity of the socket that sends a packet
 * @pkt: a packet being sent, with @sk
 * @state: of the hook
 * @key: set
 *
 * A TCP socket's own idea of its peer is what its peer's packets will show
 * when they arrive here: translation in the output path comes before us, and
 * is undone before us.
 *
 * Return: false if the packet does not tell.
 */
bool nta_key_out(const struct nta_packet *pkt,
		 const struct nf_hook_state *state, struct nta_sock_key *key)
{
	struct sock *sk = pkt->sk;
	const struct inet_sock *inet;

	if (sk && !sk_fullsock(sk))
		sk = NULL;
	if (nta_way_is_udp(pkt->way)) {
		if (!sk || sk->sk_protocol != IPPROTO_UDP)
			return false;
		nta_key_udp(sk, state->net, key);
		return true;
	}
	/*
	 * IPv6 answers a request through the listener, which has no peer; what
	 * makes IPv6 of IPv4 (BPF) leaves the packet its socket.
	 */
	if (!sk || sk->sk_protocol != IPPROTO_TCP || sk->sk_kern_sock ||
	    !inet_sk(sk)->inet_dport ||
	    (pkt->v6 && sk->sk_family != AF_INET6))
		return key_from_headers(pkt, true, state->net, key);
	key->net = state->net->net_cookie;
	key->pad = 0;
	inet = inet_sk(sk);
	if (pkt->v6) {
		key_from_sk6(sk, key);
	} else {
		ipv6_addr_set_v4mapped(inet->inet_saddr, &key->local);
		ipv6_addr_set_v4mapped(inet->inet_daddr, &key->remote);
	}
	key->ports[0] = inet->inet_sport;
	key->ports[1] = inet->inet_dport;
	return true;
}

/**
 * nta_key_sk() - the identity of a socket of a process
 * @sk: the socket; atomic context will do
 * @key: set
 *
 * Return: false if it is none that packets can be waiting for.
 */
bool nta_key_sk(struct sock *sk, struct nta_sock_key *key)
{
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return false;
	/* a socket without a cookie has never been met in a packet's path */
	if (sk->sk_protocol == IPPROTO_UDP) {
		if (!atomic64_read(&sk->sk_cookie))
			return false;
		nta_key_udp(sk, sock_net(sk), key);
		return true;
	}
	/* that of MPTCP has the addresses of its first connection */
	if ((sk->sk_protocol != IPPROTO_TCP &&
	     sk->sk_protocol != IPPROTO_MPTCP) || !inet_sk(sk)->inet_dport)
		return false;
	key->net = sock_net(sk)->net_cookie;
	key->pad = 0;
	key->ports[0] = inet_sk(sk)->inet_sport;
	key->ports[1] = inet_sk(sk)->inet_dport;
	/* one that speaks IPv4 in IPv6 has its addresses mapped */
	if (sk->sk_family == AF_INET6) {
		key_from_sk6(sk, key);
		return true;
	}
	ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, &key->local);
	ipv6_addr_set_v4mapped(sk->sk_daddr, &key->remote);
	return true;
}
