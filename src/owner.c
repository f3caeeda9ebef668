// SPDX-License-Identifier: GPL-2.0
/*
 * Whose packet is it.
 */
#include "owner.h"
#include "compat.h"

#include <linux/ip.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/mptcp.h>
#include <net/sock.h>
#include <net/sock_reuseport.h>
#include <net/udp.h>

static bool sk_carries_mptcp(const struct sock *sk)
{
	return sk_is_tcp(sk) && sk_is_mptcp(sk);
}

/**
 * nta_owner_sender() - find the socket that sends a packet
 * @pkt: a packet in LOCAL_OUT or POST_ROUTING; @sk is set, NULL for none
 * @state: of the hook
 *
 * What IPVS sends on for a local client has lost it on the way.
 */
void nta_owner_sender(struct nta_packet *pkt,
		      const struct nf_hook_state *state)
{
	pkt->sk = state->sk;
#if IS_ENABLED(CONFIG_IP_VS)
	if (!pkt->sk && pkt->skb->ipvs_property)
		pkt->sk = pkt->skb->sk;
#endif
}

/**
 * nta_owner_was_queued() - has the packet waited for a verdict
 * @state: of a hook
 *
 * The state of a hook is on the stack of who sends.  Only for a packet that
 * has waited in a queue is it kept elsewhere, and then the running task is the
 * one that gave the verdict.
 *
 * Return: whether it has.
 */
bool nta_owner_was_queued(const struct nf_hook_state *state)
{
	return in_task() && !in_softirq() && !object_is_on_stack(state);
}

/**
 * nta_owner_is_current() - is the running task the sender
 * @pkt: a packet in LOCAL_OUT or POST_ROUTING, with @sk; not a tunnel's
 * @state: of the hook
 *
 * A task that sends runs with softirqs on.  Where they are off, as in a busy
 * poll or in the thread of a network device, whoever runs happens to transmit
 * what others have queued.  A kernel thread owns what it sends on a kernel
 * socket (NFS, iSCSI); on a user's socket it works for the user.
 *
 * Return: whether it is.
 */
bool nta_owner_is_current(const struct nta_packet *pkt,
			  const struct nf_hook_state *state)
{
	const struct sock *sk = pkt->sk;

	if (!in_task() || in_softirq() || !sk || !sk_fullsock(sk))
		return false;
	if (nta_owner_was_queued(state))
		return false;
	if (current->flags & PF_KTHREAD)
		return sk->sk_kern_sock && !sk_carries_mptcp(sk);
	return true;
}

/**
 * nta_owner_is_worker() - does a kernel thread send on a user's socket
 * @pkt: as for nta_owner_is_current(), which it is not
 * @state: of the hook
 *
 * Some servers in the kernel have such sockets (NVMe, iSCSI); elsewhere it
 * sends what a user has written (TLS).  So it has what nobody else has.
 *
 * Return: whether it does.
 */
bool nta_owner_is_worker(const struct nta_packet *pkt,
			 const struct nf_hook_state *state)
{
	const struct sock *sk = pkt->sk;

	/* one that closes a user's socket for him is not its owner */
	return in_task() && !in_softirq() && current->flags & PF_KTHREAD &&
	       sk && sk_fullsock(sk) && !sock_flag(sk, SOCK_DEAD) &&
	       READ_ONCE(sk->sk_shutdown) != SHUTDOWN_MASK &&
	       !sk_carries_mptcp(sk) && !nta_owner_was_queued(state);
}

/*
 * What a daemon says and hears itself has marks of its own.  Anybody can make a
 * socket one for ESP: what he sends on it is his own, as what xfrm makes shows
 * that it does, and he is given what xfrm does not take for ESP.
 */
static bool is_control(const struct nta_packet *pkt, const struct sock *sk)
{
	unsigned int off = pkt->l4 + sizeof(struct udphdr);
	int len = pkt->skb->len - off;
	const __be32 *word;
	const u8 *byte;
	__be32 buf[2];

	switch (READ_ONCE(udp_sk(sk)->encap_type)) {
	case UDP_ENCAP_ESPINUDP:
		if (pkt->way == NTA_UDP_SND ||
		    len <= (int)sizeof(struct ip_esp_hdr))
			return true;
		word = skb_header_pointer(pkt->skb, off, sizeof(*word), buf);
		return !word || !*word;
	case UDP_ENCAP_ESPINUDP_NON_IKE:
		if (pkt->way == NTA_UDP_SND ||
		    len <= (int)(sizeof(buf) + sizeof(struct ip_esp_hdr)))
			return true;
		word = skb_header_pointer(pkt->skb, off, sizeof(buf), buf);
		return !word || word[0] || word[1];
	case UDP_ENCAP_L2TPINUDP:
		byte = skb_header_pointer(pkt->skb, off, sizeof(*byte), buf);
		return !byte || *byte & 0x80;
	case UDP_ENCAP_GTP0:
	case UDP_ENCAP_GTP1U:
		byte = skb_header_pointer(pkt->skb, off, 2, buf);
		return !byte || byte[1] != 0xff;
	default:
		return false;
	}
}

bool __nta_owner_is_tunnel(const struct nta_packet *pkt, const struct sock *sk)
{
	/* FOU and GUE send without a socket */
	if (!sk && pkt->way == NTA_UDP_SND)
		return pkt->skb->encapsulation || pkt->skb->inner_protocol;

	switch (nta_owner_carries(sk)) {
	case NTA_CARRIES_PACKETS:
		return true;
	case NTA_CARRIES_BOTH:
		return !is_control(pkt, sk);
	default:
		return false;
	}
}

static struct inet_hashinfo *tcp_hashinfo_of(const struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct sock *tcp6_lookup_key(struct net *net,
				    const struct nta_sock_key *key, int dif)
{
	return __inet6_lookup_established(net, tcp_hashinfo_of(net),
					  &key->remote, key->ports[1],
					  &key->local, ntohs(key->ports[0]),
					  dif, 0);
}

static struct sock *tcp6_lookup(struct net *net, const struct sk_buff *skb,
				const struct tcphdr *th)
{
	return __inet6_lookup_established(net, tcp_hashinfo_of(net),
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
#else
static struct sock *tcp6_lookup_key(struct net *net,
				    const struct nta_sock_key *key, int dif)
{
	return NULL;
}

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
#endif

static struct sock *tcp_lookup(const struct nta_packet *pkt,
			       const struct nf_hook_state *state)
{
	const struct sk_buff *skb = pkt->skb;
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(skb, pkt->l4, sizeof(buf), &buf);
	if (!th)
		return NULL;
	if (pkt->v6)
		return tcp6_lookup(state->net, skb, th);
	return __inet_lookup_established(state->net, tcp_hashinfo_of(state->net),
					 ip_hdr(skb)->saddr, th->source,
					 ip_hdr(skb)->daddr, ntohs(th->dest),
					 inet_iif(skb), inet_sdif(skb));
}

static bool sk_is_gone(const struct sock *sk)
{
	/* a request is its listener's */
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return false;
	/* a last close shuts down before it says goodbye */
	return !sk_fullsock(sk) || sock_flag(sk, SOCK_DEAD) ||
	       READ_ONCE(sk->sk_shutdown) == SHUTDOWN_MASK;
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
				pkt->sk : pkt->skb->sk;
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

static bool sk_makes_room(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT || sk->sk_state == TCP_LISTEN;
}

/**
 * nta_owner_is_free() - do the ports of a request belong to no connection
 * @pkt: a received TCP packet
 * @state: of the hook
 *
 * Return: true if there is none, or only one in TIME_WAIT, which makes room.
 */
bool nta_owner_is_free(const struct nta_packet *pkt,
		       const struct nf_hook_state *state)
{
	struct sock *found;
	bool free;

	/* set by early demux, or a listener by TPROXY */
	if (pkt->skb->sk)
		return sk_makes_room(pkt->skb->sk);
	found = tcp_lookup(pkt, state);
	if (!found)
		return true;
	free = sk_makes_room(found);
	sock_gen_put(found);
	return free;
}

/**
 * nta_owner_is_superseded() - has another connection the ports of a socket
 * @sk: a socket of a process; atomic context will do
 * @key: its identity
 *
 * RCU read side.
 *
 * Return: whether it is closed, though still open as a file, and another
 * connection has had its identity since.
 */
bool nta_owner_is_superseded(const struct sock *sk,
			     const struct nta_sock_key *key)
{
	struct net *net = sock_net(sk);
	struct sock *found;
	bool superseded;

	if (sk->sk_protocol == IPPROTO_UDP ||
	    inet_sk_state_load(sk) != TCP_CLOSE)
		return false;
	if (ipv6_addr_v4mapped(&key->local))
		found = __inet_lookup_established(net, tcp_hashinfo_of(net),
						  key->remote.s6_addr32[3],
						  key->ports[1],
						  key->local.s6_addr32[3],
						  ntohs(key->ports[0]),
						  sk->sk_bound_dev_if, 0);
	else
		found = tcp6_lookup_key(net, key, sk->sk_bound_dev_if);
	if (!found)
		return false;
	superseded = found != sk && found->sk_state != TCP_TIME_WAIT;
	sock_gen_put(found);
	return superseded;
}

/**
 * nta_owner_is_steered() - may a packet be given to another socket of a group
 * @pkt: a received UDP packet
 * @sk: the socket that was found for it
 *
 * RCU read side.
 *
 * Return: true if a program chooses among the sockets of the group of
 * SO_REUSEPORT that @sk is in.
 */
bool nta_owner_is_steered(const struct nta_packet *pkt, const struct sock *sk)
{
	struct sock_reuseport *group = rcu_dereference(sk->sk_reuseport_cb);

	return group && (rcu_access_pointer(group->prog) ||
			 skb_sk_is_prefetched(pkt->skb));
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
