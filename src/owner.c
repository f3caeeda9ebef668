// SPDX-License-Identifier: GPL-2.0
/*
 * Whose packet is it.
 */
#include "owner.h"
#include "compat.h"

#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/mptcp.h>
#include <net/sock.h>
#include <net/udp.h>

static bool sk_carries_mptcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && sk_is_mptcp(sk);
}

/*
 * Tasks that have lately sent on what others had queued to them (NFQUEUE).
 * Only compared with: a task that is taken for another loses nothing.
 */
static const struct task_struct *verdict_tasks[4];

static void note_verdict(void)
{
	static unsigned int next;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verdict_tasks); i++)
		if (READ_ONCE(verdict_tasks[i]) == current)
			return;
	i = READ_ONCE(next) % ARRAY_SIZE(verdict_tasks);
	WRITE_ONCE(next, i + 1);
	WRITE_ONCE(verdict_tasks[i], current);
}

/**
 * nta_owner_gives_verdicts() - may the running task be sending for others
 *
 * A packet that was queued in LOCAL_OUT goes on from there in the task that
 * gave the verdict, and the later hooks cannot see that it was queued.
 *
 * Return: whether it has done so lately.
 */
bool nta_owner_gives_verdicts(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verdict_tasks); i++)
		if (READ_ONCE(verdict_tasks[i]) == current)
			return true;
	return false;
}

/**
 * nta_owner_is_current() - is the running task the sender
 * @state: of a LOCAL_OUT or POST_ROUTING hook
 * @udp: the packet is UDP, else TCP
 *
 * A task that sends runs with softirqs on.  Where they are off, as in a busy
 * poll or in the thread of a network device, whoever runs happens to transmit
 * what others have queued.  A kernel thread owns what it sends on a kernel
 * socket (NFS, iSCSI); on a user's socket it works for the user.
 *
 * The state of a hook is on the stack of who sends.  Only for a packet that
 * has waited in a queue for a verdict is it kept elsewhere, and then the
 * running task is the one that gave the verdict.
 *
 * Return: whether it is.
 */
bool nta_owner_is_current(const struct nf_hook_state *state, bool udp)
{
	const struct sock *sk = state->sk;

	if (!in_task() || in_softirq() || !sk || !sk_fullsock(sk))
		return false;
	if (nta_owner_is_tunnel(sk, udp))
		return false;
	if (!object_is_on_stack(state)) {
		note_verdict();
		return false;
	}
	if (current->flags & PF_KTHREAD)
		return sk->sk_kern_sock && !sk_carries_mptcp(sk);
	return true;
}

/**
 * nta_owner_is_tunnel() - is this the socket of a tunnel
 * @sk: the socket, may be NULL or a request
 * @udp: the packet is UDP, else TCP
 *
 * Return: whether its packets carry others that are counted by themselves.
 */
bool nta_owner_is_tunnel(const struct sock *sk, bool udp)
{
	return udp && sk && sk_fullsock(sk) && sk->sk_kern_sock &&
	       sk->sk_protocol == IPPROTO_UDP &&
	       READ_ONCE(udp_sk(sk)->encap_type);
}

#if IS_ENABLED(CONFIG_IPV6)
static struct sock *tcp6_lookup(struct net *net, const struct sk_buff *skb,
				const struct tcphdr *th)
{
	return __inet6_lookup_established(net,
					  net->ipv4.tcp_death_row.hashinfo,
					  &ipv6_hdr(skb)->saddr, th->source,
					  &ipv6_hdr(skb)->daddr,
					  ntohs(th->dest), inet6_iif(skb),
					  inet6_sdif(skb));
}

static struct sock *udp6_lookup(struct net *net, const struct sk_buff *skb,
				const struct udphdr *uh)
{
	return __udp6_lib_lookup(net, &ipv6_hdr(skb)->saddr, uh->source,
				 &ipv6_hdr(skb)->daddr, uh->dest,
				 inet6_iif(skb), inet6_sdif(skb),
				 nta_udp_table(net), NULL);
}

static void key_from_sk6(const struct sock *sk, struct nta_sock_key *key)
{
	key->local = inet6_sk(sk)->saddr;
	key->remote = sk->sk_v6_daddr;
}
#else
static struct sock *tcp6_lookup(struct net *net, const struct sk_buff *skb,
				const struct tcphdr *th)
{
	return NULL;
}

static struct sock *udp6_lookup(struct net *net, const struct sk_buff *skb,
				const struct udphdr *uh)
{
	return NULL;
}

static void key_from_sk6(const struct sock *sk, struct nta_sock_key *key)
{
}
#endif

static struct sock *tcp_lookup(const struct nta_packet *pkt,
			       const struct nf_hook_state *state)
{
	struct inet_hashinfo *hashinfo =
		state->net->ipv4.tcp_death_row.hashinfo;
	const struct sk_buff *skb = pkt->skb;
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(skb, pkt->l4, sizeof(buf), &buf);
	if (!th)
		return NULL;
	if (pkt->v6)
		return tcp6_lookup(state->net, skb, th);
	return __inet_lookup_established(state->net, hashinfo,
					 ip_hdr(skb)->saddr, th->source,
					 ip_hdr(skb)->daddr, ntohs(th->dest),
					 inet_iif(skb), inet_sdif(skb));
}

static bool sk_is_gone(const struct sock *sk)
{
	/* a request is its listener's */
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return false;
	return !sk_fullsock(sk) || sock_flag(sk, SOCK_DEAD);
}

/* Resets and the like are sent on a socket of the kernel's without a peer. */
static bool sk_is_control(const struct sock *sk)
{
	return sk_fullsock(sk) && sk->sk_kern_sock && !inet_sk(sk)->inet_dport;
}

/**
 * nta_owner_is_gone() - does no task have the socket of this packet any more
 * @pkt: a packet whose flow had an owner that has finished
 * @state: of the hook
 *
 * Return: true if the socket is an orphan or in TIME_WAIT, or if there is
 * none; false if another task may have it.
 */
bool nta_owner_is_gone(const struct nta_packet *pkt,
		       const struct nf_hook_state *state)
{
	const struct sock *sk = state->hook == NF_INET_LOCAL_OUT ?
				state->sk : pkt->skb->sk;
	struct sock *found;
	bool gone;

	if (sk && !sk_is_control(sk))
		return sk_is_gone(sk);
	if (state->hook == NF_INET_LOCAL_OUT || nta_way_is_udp(pkt->way))
		return true;
	found = tcp_lookup(pkt, state);
	if (!found)
		return true;
	gone = sk_is_gone(found);
	sock_gen_put(found);
	return gone;
}

/**
 * nta_owner_udp_receiver() - the socket that a UDP packet will be given to
 * @pkt: the packet
 * @state: of a LOCAL_IN hook
 *
 * RCU read side; no reference is taken.  A program that steers a group of
 * SO_REUSEPORT sockets is not run, so of such a group it may be another
 * member; one that is attached to the look-up of the namespace is.
 *
 * Return: the socket, or NULL if there is none or several.
 */
struct sock *nta_owner_udp_receiver(const struct nta_packet *pkt,
				    const struct nf_hook_state *state)
{
	struct sk_buff *skb = pkt->skb;
	const struct udphdr *uh;
	struct udphdr buf;

	if (skb->sk && sk_fullsock(skb->sk) &&
	    skb->sk->sk_protocol == IPPROTO_UDP)
		return skb->sk;
	uh = skb_header_pointer(skb, pkt->l4, sizeof(buf), &buf);
	if (pkt->part || !uh)
		return NULL;
	if (pkt->v6)
		return udp6_lookup(state->net, skb, uh);
	return __udp4_lib_lookup(state->net, ip_hdr(skb)->saddr, uh->source,
				 ip_hdr(skb)->daddr, uh->dest, inet_iif(skb),
				 inet_sdif(skb), nta_udp_table(state->net),
				 NULL);
}

/**
 * nta_owner_key_udp() - the identity of a UDP socket
 * @sk: the socket
 * @net: its network namespace
 * @key: set
 *
 * The cookie of a socket is never used again, unlike its address, and it
 * still has it when it is no file's any more.
 */
void nta_owner_key_udp(struct sock *sk, const struct net *net,
		       struct nta_sock_key *key)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	memset(key, 0, sizeof(*key));
	key->net = net->net_cookie;
	key->local.s6_addr32[2] = (__force __be32)cookie[1];
	key->local.s6_addr32[3] = (__force __be32)cookie[0];
}

/* Addresses and ports as the receiver sees them, from the packet's headers. */
static bool key_from_headers(const struct nta_packet *pkt, bool out,
			     struct nta_sock_key *key)
{
	struct in6_addr *src = out ? &key->local : &key->remote;
	struct in6_addr *dst = out ? &key->remote : &key->local;
	const struct sk_buff *skb = pkt->skb;
	const __be16 *ports;
	__be16 buf[2];

	ports = skb_header_pointer(skb, pkt->l4, sizeof(buf), buf);
	if (pkt->part || !ports)
		return false;
	if (pkt->v6) {
		*src = ipv6_hdr(skb)->saddr;
		*dst = ipv6_hdr(skb)->daddr;
	} else {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, src);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, dst);
	}
	key->ports[0] = ports[!out];
	key->ports[1] = ports[out];
	return true;
}

/**
 * nta_owner_key_in() - the identity of the TCP socket a packet is for
 * @pkt: a received packet
 * @net: the network namespace
 * @key: set
 *
 * Return: false if the packet does not tell.
 */
bool nta_owner_key_in(const struct nta_packet *pkt, const struct net *net,
		      struct nta_sock_key *key)
{
	key->net = net->net_cookie;
	key->pad = 0;
	return key_from_headers(pkt, false, key);
}

/**
 * nta_owner_key_out() - the identity of the socket that sends a packet
 * @pkt: a packet being sent
 * @state: of the hook
 * @key: set
 *
 * A TCP socket's own idea of its peer is what its peer's packets will show
 * when they arrive here: translation in the output path comes before us, and
 * is undone before us.
 *
 * Return: false if the packet does not tell.
 */
bool nta_owner_key_out(const struct nta_packet *pkt,
		       const struct nf_hook_state *state,
		       struct nta_sock_key *key)
{
	struct sock *sk = state->sk;
	const struct inet_sock *inet;

	if (sk && !sk_fullsock(sk))
		sk = NULL;
	if (nta_way_is_udp(pkt->way)) {
		if (!sk || sk->sk_protocol != IPPROTO_UDP)
			return false;
		nta_owner_key_udp(sk, state->net, key);
		return true;
	}
	key->net = state->net->net_cookie;
	key->pad = 0;
	/* IPv6 answers a request through the listener, which has no peer */
	if (!sk || sk->sk_protocol != IPPROTO_TCP || sk->sk_kern_sock ||
	    !inet_sk(sk)->inet_dport)
		return key_from_headers(pkt, true, key);
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
 * nta_owner_key_sk() - the identity of a socket of a process
 * @sk: the socket; atomic context will do
 * @key: set
 *
 * Return: false if it is none that packets can be waiting for.
 */
bool nta_owner_key_sk(struct sock *sk, struct nta_sock_key *key)
{
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return false;
	/* a socket without a cookie has never been met in a packet's path */
	if (sk->sk_protocol == IPPROTO_UDP) {
		if (!atomic64_read(&sk->sk_cookie))
			return false;
		nta_owner_key_udp(sk, sock_net(sk), key);
		return true;
	}
	if (sk->sk_protocol != IPPROTO_TCP || !inet_sk(sk)->inet_dport)
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
