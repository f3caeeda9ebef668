// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: the hooks of each, and conntrack where it is asked for.
 */
#include "pernet.h"
#include "attach.h"
#include "hooks.h"
#include "params.h"

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

struct nta_net {
	struct list_head	link;
	struct net		*net;
	bool			hooked;
	bool			post;		/* in POST_ROUTING, too */
	bool			conntrack;	/* a reference is held */
	unsigned long		post_wait;	/* if refused, for so long */
	unsigned long		post_again;	/* which ends then; jiffies */
};

/*
 * How soon hooks that could not be registered are tried again, at first and in
 * the end: each time can take some of them away again, and empties queues.
 */
#define POST_RETRY	HZ
#define POST_RETRY_MAX	(64 * HZ)

static unsigned int nta_net_id __ro_after_init;

/*
 * Guards the list and what is in it.  Taken inside the lock of the tunables
 * and inside that of the namespaces; those of netfilter are taken inside it.
 */
static DEFINE_MUTEX(pernet_mutex);
static LIST_HEAD(pernet_list);
static enum nta_conntrack pernet_conntrack;

static void nta_pernet_work(struct work_struct *work);
static DECLARE_WORK(pernet_work, nta_pernet_work);
static DECLARE_DELAYED_WORK(pernet_dwork, nta_pernet_work);

static int net_conntrack_get(struct nta_net *nn)
{
	int err;

	if (nn->conntrack)
		return 0;
	err = nf_ct_netns_get(nn->net, NFPROTO_INET);
	if (!err)
		nn->conntrack = true;
	return err;
}

static void net_conntrack_put(struct nta_net *nn)
{
	if (nn->conntrack)
		nf_ct_netns_put(nn->net, NFPROTO_INET);
	nn->conntrack = false;
}

/*
 * Whoever has a namespace of his own can have so many hooks there that no other
 * finds room.  That is for the first one to refuse, and for nobody else: the
 * others go without what they have no room for.
 */
static bool net_refuses(const struct net *net, int err, const char *what)
{
	if (!err || net_eq(net, &init_net))
		return err;
	pr_warn_ratelimited("a network namespace is without %s: error %d\n",
			    what, err);
	return false;
}

/* A new value of the tunable: all namespaces follow it that can, or none does. */
static int pernet_set_conntrack(unsigned int value)
{
	struct nta_net *nn;
	int err = 0;

	mutex_lock(&pernet_mutex);
	if (value == NTA_CONNTRACK_ON) {
		list_for_each_entry(nn, &pernet_list, link) {
			err = net_conntrack_get(nn);
			if (net_refuses(nn->net, err, "conntrack"))
				break;
			err = 0;
		}
	}
	if (err)
		value = pernet_conntrack;
	if (value == NTA_CONNTRACK_AUTO)
		list_for_each_entry(nn, &pernet_list, link)
			net_conntrack_put(nn);
	pernet_conntrack = value;
	mutex_unlock(&pernet_mutex);
	return err;
}

/* Returns in how many jiffies it is to be tried again, or 0. */
static unsigned long net_post_get(struct nta_net *nn)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&pernet_mutex);

	if (nn->post)
		return 0;
	if (!nta_hooks_need_post(nn->net)) {
		WRITE_ONCE(nn->post_wait, 0);
		return 0;
	}
	if (nn->post_wait && time_before(now, nn->post_again))
		return nn->post_again - now;
	if (!nta_hooks_register_post(nn->net)) {
		WRITE_ONCE(nn->post, true);
		return 0;
	}
	WRITE_ONCE(nn->post_wait,
		   clamp_t(unsigned long, 2 * nn->post_wait, POST_RETRY,
			   POST_RETRY_MAX));
	WRITE_ONCE(nn->post_again, jiffies + nn->post_wait);
	return nn->post_wait;
}

static void nta_pernet_work(struct work_struct *work)
{
	unsigned long again = 0, wait;
	struct nta_net *nn;

	mutex_lock(&pernet_mutex);
	list_for_each_entry(nn, &pernet_list, link) {
		wait = net_post_get(nn);
		if (wait && (!again || wait < again))
			again = wait;
	}
	if (again)
		mod_delayed_work(system_wq, &pernet_dwork, again);
	mutex_unlock(&pernet_mutex);
}

/* In a hook of a namespace where others have hooks in POST_ROUTING. */
static bool nta_pernet_later(struct net *net)
{
	const struct nta_net *nn = net_generic(net, nta_net_id);

	if (READ_ONCE(nn->post))
		return true;
	if (!READ_ONCE(nn->post_wait) ||
	    time_after_eq(jiffies, READ_ONCE(nn->post_again)))
		queue_work(system_wq, &pernet_work);
	return false;
}

static int __net_init nta_net_init(struct net *net)
{
	struct nta_net *nn = net_generic(net, nta_net_id);
	int err = 0;

	nn->net = net;
	INIT_LIST_HEAD(&nn->link);

	mutex_lock(&pernet_mutex);
	if (pernet_conntrack == NTA_CONNTRACK_ON) {
		err = net_conntrack_get(nn);
		if (net_refuses(net, err, "conntrack"))
			goto out;
	}
	/* after conntrack's, to run before them where priorities are equal */
	err = nta_hooks_register(net);
	if (err) {
		net_conntrack_put(nn);
	} else {
		nn->hooked = true;
		list_add_tail(&nn->link, &pernet_list);
		if (net_post_get(nn))
			queue_work(system_wq, &pernet_work);
	}
	/* nobody shall be refused a namespace for want of accounting */
	if (!net_refuses(net, err, "accounting"))
		err = 0;
out:
	mutex_unlock(&pernet_mutex);
	/* one hook may have run before another was refused, and @nn goes now */
	if (err)
		synchronize_net();
	return err;
}

static void __net_exit nta_net_pre_exit(struct net *net)
{
	struct nta_net *nn = net_generic(net, nta_net_id);

	mutex_lock(&pernet_mutex);
	list_del_init(&nn->link);
	if (nn->post)
		nta_hooks_unregister_post(net);
	if (nn->hooked)
		nta_hooks_unregister(net);
	nn->post = false;
	nn->hooked = false;
	net_conntrack_put(nn);
	mutex_unlock(&pernet_mutex);
}

static struct pernet_operations nta_net_ops = {
	.init		= nta_net_init,
	.pre_exit	= nta_net_pre_exit,
	.id		= &nta_net_id,
	.size		= sizeof(struct nta_net),
};

/* No hook is left; wait for those that run, and for what they have queued. */
static void pernet_settle(void)
{
	synchronize_net();
	nta_attach_set_later(NULL);
	cancel_work_sync(&pernet_work);
	cancel_delayed_work_sync(&pernet_dwork);
}

/**
 * nta_pernet_init() - see the packets of all network namespaces
 *
 * Return: 0, the error of the initial one, or -ENOMEM.
 */
int nta_pernet_init(void)
{
	int err;

	err = nta_param_set_notify(NTA_CONNTRACK, pernet_set_conntrack);
	if (err)
		return err;
	nta_attach_set_later(nta_pernet_later);
	err = register_pernet_subsys(&nta_net_ops);
	if (err) {
		nta_param_set_notify(NTA_CONNTRACK, NULL);
		pernet_settle();
	}
	return err;
}

/**
 * nta_pernet_exit() - leave all network namespaces
 *
 * On return no hook is running.
 */
void nta_pernet_exit(void)
{
	nta_param_set_notify(NTA_CONNTRACK, NULL);
	unregister_pernet_subsys(&nta_net_ops);
	pernet_settle();
}
