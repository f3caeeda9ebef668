// SPDX-License-Identifier: GPL-2.0
/*
 * Readers: where the kernel has a tracepoint that tells who reads, the owner
 * of a socket that only receives is known before the collector looks for him.
 *
 * While nothing waits for an owner the probes are not there, and a read costs
 * nothing.  They come when a packet has to wait, and go when none has for a
 * while.  Then a read costs a hash, and a look-up if that is among the hashes
 * that are wanted.
 */
#include "reader.h"
#include "key.h"
#include "owner.h"
#include "slot.h"
#include "task.h"

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <net/sock.h>

/* The slot on the conntrack entry of a connection. */
static void read_entry(struct net *net, const struct nta_sock_key *key)
{
	struct nf_conn *ct;
	u64 *slot;

	ct = nta_sockinfo_entry(net, key, &slot);
	if (!ct)
		return;
	nta_slot_read(slot);
	nf_ct_put(ct);
}

static void read_from(struct sock *sk)
{
	struct nta_sock_key key;
	struct nta_sock *sock;

	if (!in_task() || in_softirq() || current->flags & PF_KTHREAD ||
	    !nta_key_sk(sk, &key) || !nta_record_is_wanted(nta_sock_hash(&key)))
		return;
	rcu_read_lock();
	if (!nta_owner_is_superseded(sk, &key)) {
		sock = nta_sock_find(&key);
		if (sock && nta_slot_read(&sock->slot))
			nta_sock_settle(sock);
		if (sk->sk_protocol != IPPROTO_UDP)
			read_entry(sock_net(sk), &key);
	}
	rcu_read_unlock();
}

/* With preemption off, by whoever reads from a TCP socket. */
static void nta_probe_tcp(void *data, struct sock *sk)
{
	if (nta_record_unowned())
		read_from(sk);
}

/* The same for all sockets; TCP has been here already. */
static void nta_probe_recv(void *data, struct sock *sk, int ret, int flags)
{
	if (nta_record_unowned() && ret > 0 && sk &&
	    (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	    sk->sk_protocol != IPPROTO_TCP)
		read_from(sk);
}

static struct nta_reader_probe {
	const char		*name;
	void			*probe;
	struct tracepoint	*tp;
} reader_probes[] __ro_after_init = {
	{ "tcp_rcv_space_adjust", nta_probe_tcp },
	{ "sock_recv_length", nta_probe_recv },	/* since 6.3 */
};

/* Serialises the coming and going of the probes. */
static DEFINE_MUTEX(reader_mutex);
static bool reader_on;
static bool reader_gone;	/* for good */

static void nta_reader_work(struct work_struct *work);
static DECLARE_WORK(reader_work, nta_reader_work);

static void find_tracepoint(struct tracepoint *tp, void *data)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reader_probes); i++)
		if (!strcmp(tp->name, reader_probes[i].name))
			reader_probes[i].tp = tp;
}

static void reader_unregister(unsigned int n)
{
	lockdep_assert_held(&reader_mutex);

	while (n--)
		if (reader_probes[n].tp)
			tracepoint_probe_unregister(reader_probes[n].tp,
						    reader_probes[n].probe,
						    NULL);
}

static int reader_register(void)
{
	unsigned int i;
	int err;

	lockdep_assert_held(&reader_mutex);

	for (i = 0; i < ARRAY_SIZE(reader_probes); i++) {
		if (!reader_probes[i].tp)
			continue;
		err = tracepoint_probe_register(reader_probes[i].tp,
						reader_probes[i].probe, NULL);
		if (err) {
			reader_unregister(i);
			return err;
		}
	}
	return 0;
}

static void nta_reader_work(struct work_struct *work)
{
	mutex_lock(&reader_mutex);
	/* without memory for it the next socket that waits tries again */
	if (!reader_gone && !reader_on && !reader_register())
		WRITE_ONCE(reader_on, true);
	mutex_unlock(&reader_mutex);
}

/* A socket waits for an owner; any context but hard interrupts. */
static void nta_reader_notify(void)
{
	/* pairs with nta_reader_rest(): one of us two sees the other */
	smp_mb();
	if (!READ_ONCE(reader_on))
		schedule_work(&reader_work);
}

/**
 * nta_reader_rest() - learn from reads no more if there is nothing to learn
 * @quiet: for how long, in jiffies, none must have come that has to wait
 *
 * Process context, may sleep.
 */
void nta_reader_rest(unsigned long quiet)
{
	if (!READ_ONCE(reader_on) || nta_record_unowned() ||
	    time_before(jiffies, nta_record_last_unowned() + quiet))
		return;
	mutex_lock(&reader_mutex);
	if (reader_on) {
		reader_unregister(ARRAY_SIZE(reader_probes));
		WRITE_ONCE(reader_on, false);
		/* pairs with nta_reader_notify() */
		smp_mb();
		if (nta_record_unowned())
			schedule_work(&reader_work);
	}
	mutex_unlock(&reader_mutex);
}

/**
 * nta_reader_init() - be ready to learn from reads
 *
 * It is no error that the kernel has no such tracepoint.
 */
void nta_reader_init(void)
{
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	nta_record_set_notify(nta_reader_notify);
}

/**
 * nta_reader_exit() - learn from reads no more
 *
 * The hooks have ended.  On return no probe is running.
 */
void nta_reader_exit(void)
{
	nta_record_set_notify(NULL);
	mutex_lock(&reader_mutex);
	if (reader_on)
		reader_unregister(ARRAY_SIZE(reader_probes));
	WRITE_ONCE(reader_on, false);
	reader_gone = true;
	mutex_unlock(&reader_mutex);
	/* the collector still runs; from now on it queues nothing */
	cancel_work_sync(&reader_work);
	tracepoint_synchronize_unregister();
}
