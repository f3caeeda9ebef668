// SPDX-License-Identifier: GPL-2.0
/*
 * When a new conntrack entry is given its sockinfo, on the way out.
 *
 * A rule in POST_ROUTING can assign a helper, and needs the place for it.
 * Where there are no rules, the last hook in LOCAL_OUT is the last to see the
 * entry before it is confirmed, and none of ours is needed behind it.
 */
#include "attach.h"
#include "compat.h"

#include <linux/netfilter_ipv4.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack_helper.h>

/* Is our hook in POST_ROUTING there?  Else the upper floor sees to it. */
static bool (*attach_later)(struct net *net);

/**
 * nta_attach_set_later() - name the function that knows of POST_ROUTING
 * @later: called in a hook, returns whether ours is there, and sees to it that
 *	   it will be; NULL for none, which is to be set when no hook runs
 */
void nta_attach_set_later(bool (*later)(struct net *net))
{
	WRITE_ONCE(attach_later, later);
}

/*
 * What confirms entries, and security modules: they assign nothing.  Chains of
 * rules can have the same priorities.
 */
static bool is_harmless(const struct nf_hook_ops *ops)
{
	return ops->hook_ops_type == NF_HOOK_OP_UNDEFINED &&
	       (ops->priority == NF_IP_PRI_CONNTRACK_CONFIRM ||
		ops->priority == NF_IP_PRI_SELINUX_FIRST ||
		ops->priority == NF_IP_PRI_SELINUX_LAST);
}

static const struct nf_hook_entries *hooks_of(const struct net *net, u8 pf,
					      unsigned int hooknum)
{
	if (pf == NFPROTO_IPV6)
		return rcu_dereference(net->nf.hooks_ipv6[hooknum]);
	return rcu_dereference(net->nf.hooks_ipv4[hooknum]);
}

/**
 * nta_attach_is_last() - can nobody behind us in LOCAL_OUT assign a helper
 * @net: the network namespace
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * RCU read side, under which nfnetlink_hook reads the same.
 *
 * Return: true if our hook there is the last one, and those who have hooks in
 * POST_ROUTING assign nothing; false if that cannot be known.
 */
bool nta_attach_is_last(const struct net *net, u8 pf)
{
	const struct nf_hook_entries *hooks;
	struct nf_hook_ops **ops;
	unsigned int i;

	if (!nta_may_read_hook_ops())
		return false;
	/* a chain of the same priority that was there first comes last */
	hooks = hooks_of(net, pf, NF_INET_LOCAL_OUT);
	if (!hooks || !hooks->num_hook_entries)
		return false;
	ops = nf_hook_entries_get_hook_ops(hooks);
	if (READ_ONCE(ops[hooks->num_hook_entries - 1])->hook_ops_type !=
	    NF_HOOK_OP_UNDEFINED)
		return false;

	hooks = hooks_of(net, pf, NF_INET_POST_ROUTING);
	if (!hooks)
		return true;
	ops = nf_hook_entries_get_hook_ops(hooks);
	for (i = 0; i < hooks->num_hook_entries; i++)
		if (!is_harmless(READ_ONCE(ops[i])))
			return false;
	return true;
}

/**
 * nta_attach_when() - when is an entry to be given its sockinfo
 * @ct: the entry of a packet, or NULL
 * @state: of a LOCAL_OUT hook
 *
 * Return: when.
 */
enum nta_attach nta_attach_when(const struct nf_conn *ct,
				const struct nf_hook_state *state)
{
	bool (*later)(struct net *net);

	if (!ct || nf_ct_is_confirmed(ct) || nf_ct_is_template(ct) ||
	    nfct_help(ct))
		return NTA_ATTACH_NEVER;
	if (nta_attach_is_last(state->net, state->pf))
		return NTA_ATTACH_NOW;
	later = READ_ONCE(attach_later);
	return later && later(state->net) ? NTA_ATTACH_LATER : NTA_ATTACH_NEVER;
}
