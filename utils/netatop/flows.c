// SPDX-License-Identifier: GPL-2.0
/*
 * netatop flows: conntrack's entries and who has their ends.
 */
#include "flows.h"
#include "common.h"
#include "netns.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

const char usage_flows[] =
	"[-j] [-a] [-p PID]\n\n"
	"Shows the TCP and UDP flows of this network namespace, as conntrack has them,\n"
	"with the owner of each local end; and the sockets that are accounted without\n"
	"an entry of conntrack.\n\n"
	"  -a, --all      of all network namespaces that have a process or a name\n"
	"  -j, --json     JSON\n"
	"  -p, --pid PID  only the flows of this process, in whatever network namespace\n";

#define READ_SIZE	65536

struct request {
	struct owners owners;
	bool json, all;
	pid_t tgid;
	struct netns *visited;
	size_t visits;
};

/* One network namespace, whose entries are being read. */
struct reading {
	struct request *request;
	const struct netns *ns;
	int err;
};

static const struct netns *find_visit(const struct request *request, uint64_t cookie)
{
	size_t i;

	for (i = 0; i < request->visits; i++)
		if (request->visited[i].cookie == cookie)
			return &request->visited[i];
	return NULL;
}

static int note_visit(struct request *request, const struct netns *ns)
{
	struct netns *grown = realloc(request->visited, (request->visits + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[request->visits++] = *ns;
	request->visited = grown;
	return 0;
}

/* With -p, only where the process has a flow. */
static bool is_wanted(const struct request *request, const struct netns *ns)
{
	size_t i;

	if (!request->tgid)
		return true;
	for (i = 0; i < request->owners.count; i++)
		if (request->owners.flow[i].netns_cookie == ns->cookie)
			return true;
	return false;
}

static void get_tuple(const struct nf_conntrack *ct, bool reply, struct netatop_tuple *tuple)
{
	const void *src, *dst;
	size_t size = 4;

	memset(tuple, 0, sizeof(*tuple));
	if (nfct_get_attr_u8(ct, ATTR_L3PROTO) == AF_INET) {
		src = nfct_get_attr(ct, reply ? ATTR_REPL_IPV4_SRC : ATTR_ORIG_IPV4_SRC);
		dst = nfct_get_attr(ct, reply ? ATTR_REPL_IPV4_DST : ATTR_ORIG_IPV4_DST);
	} else {
		src = nfct_get_attr(ct, reply ? ATTR_REPL_IPV6_SRC : ATTR_ORIG_IPV6_SRC);
		dst = nfct_get_attr(ct, reply ? ATTR_REPL_IPV6_DST : ATTR_ORIG_IPV6_DST);
		size = 16;
	}
	if (src && dst) {
		memcpy(tuple->src, src, size);
		memcpy(tuple->dst, dst, size);
	}
	tuple->sport = nfct_get_attr_u16(ct, reply ? ATTR_REPL_PORT_SRC : ATTR_ORIG_PORT_SRC);
	tuple->dport = nfct_get_attr_u16(ct, reply ? ATTR_REPL_PORT_DST : ATTR_ORIG_PORT_DST);
}

static void get_zone(const struct nf_conntrack *ct, struct flow *flow)
{
	if (nfct_attr_is_set(ct, ATTR_ZONE) > 0) {
		flow->zone = nfct_get_attr_u16(ct, ATTR_ZONE);
		flow->zone_dir = 3;
	} else if (nfct_attr_is_set(ct, ATTR_ORIG_ZONE) > 0) {
		flow->zone = nfct_get_attr_u16(ct, ATTR_ORIG_ZONE);
		flow->zone_dir = 1;
	} else if (nfct_attr_is_set(ct, ATTR_REPL_ZONE) > 0) {
		flow->zone = nfct_get_attr_u16(ct, ATTR_REPL_ZONE);
		flow->zone_dir = 2;
	}
}

/* The sockets that have these ends, where the entry does not say who has them. */
static void find_sockets(const struct request *request, struct flow *flow)
{
	struct owned *socket;

	if (!flow->owner || flow->owner->kind == NETATOP_OWNER_NOBODY) {
		socket = owners_socket(&request->owners, flow->netns_cookie, flow->l4proto,
				       flow->l3proto, &flow->own);
		if (socket) {
			socket->seen = true;
			flow->owner = &socket->owner;
		}
	}
	if (!flow->owner_reply || flow->owner_reply->kind == NETATOP_OWNER_NOBODY) {
		socket = owners_socket(&request->owners, flow->netns_cookie, flow->l4proto,
				       flow->l3proto, &flow->reply);
		if (socket) {
			socket->seen = true;
			flow->owner_reply = &socket->owner;
		}
	}
}

static void take_entry(const struct nf_conntrack *ct, const struct netns *ns,
		       struct request *request)
{
	struct flow flow = { .ct = ct, .netns_cookie = ns->cookie, .netns_ino = ns->ino };
	struct owned *entry;

	flow.l3proto = nfct_get_attr_u8(ct, ATTR_L3PROTO);
	flow.l4proto = nfct_get_attr_u8(ct, ATTR_L4PROTO);
	if ((flow.l3proto != AF_INET && flow.l3proto != AF_INET6) ||
	    (flow.l4proto != IPPROTO_TCP && flow.l4proto != IPPROTO_UDP))
		return;
	flow.ct_id = nfct_get_attr_u32(ct, ATTR_ID);
	get_zone(ct, &flow);
	get_tuple(ct, false, &flow.own);
	get_tuple(ct, true, &flow.reply);
	entry = owners_entry(&request->owners, &flow);
	if (entry) {
		if (entry->seen)
			return;	/* read twice, as the table has changed its size */
		entry->seen = true;
		flow.owner = &entry->owner;
		flow.owner_reply = &entry->owner_reply;
	}
	find_sockets(request, &flow);
	if (request->tgid && !flow.owner && !flow.owner_reply)
		return;
	show_flow(&flow, request->json, request->all || request->tgid);
}

static int take_message(const struct nlmsghdr *nlh, void *data)
{
	struct reading *reading = data;
	struct nf_conntrack *ct;

	ct = nfct_new();
	if (!ct) {
		reading->err = -ENOMEM;
		return MNL_CB_STOP;
	}
	if (nfct_nlmsg_parse(nlh, ct) >= 0)
		take_entry(ct, reading->ns, reading->request);
	nfct_destroy(ct);
	return MNL_CB_OK;
}

static int dump_entries(struct mnl_socket *nl, struct reading *reading)
{
	static char buf[READ_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;
	ssize_t n;
	int ret;

	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = AF_UNSPEC;
	nfg->version = NFNETLINK_V0;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl), take_message, reading);
		if (ret < 0)
			return -errno;
	} while (ret > 0 && !reading->err);
	return reading->err;
}

static int read_netns(const struct netns *ns, void *data)
{
	struct reading reading = { .request = data, .ns = ns };
	struct mnl_socket *nl;
	int err;

	if (!is_wanted(reading.request, ns))
		return 0;
	err = note_visit(reading.request, ns);
	if (err)
		return err;
	nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	else
		err = dump_entries(nl, &reading);
	mnl_socket_close(nl);
	return err;
}

/*
 * What only the module has: sockets without an entry, and entries of network
 * namespaces that could not be entered. Other entries have ended meanwhile.
 */
static void show_rest(const struct request *request)
{
	size_t i;

	for (i = 0; i < request->owners.count; i++) {
		const struct owned *one = &request->owners.flow[i];
		const struct netns *visited = find_visit(request, one->netns_cookie);
		struct flow flow = {
			.netns_cookie = one->netns_cookie,
			.netns_ino = visited ? visited->ino : one->netns_ino,
			.l3proto = one->l3proto,
			.l4proto = one->l4proto,
			.is_socket = one->is_socket,
			.has_tuple = one->has_tuple,
			.sock_cookie = one->sock_cookie,
			.ct_id = one->ct_id,
			.zone = one->zone,
			.zone_dir = one->zone_dir,
			.own = one->own,
			.reply = one->reply,
			.owner = &one->owner,
			.owner_reply = &one->owner_reply,
		};

		if (one->seen || (visited && !one->is_socket) ||
		    (!visited && !request->all && !request->tgid))
			continue;
		show_flow(&flow, request->json, request->all || request->tgid);
	}
}

static int read_flows(struct request *request, struct netatop *nta)
{
	struct netatop_task task;
	int err = 0;

	if (request->tgid) {
		err = netatop_get_task(nta, request->tgid, &task);
		if (err == -ESRCH) {
			complain("there is no process %d that has used TCP or UDP", request->tgid);
			return FAILED;
		}
	}
	if (!err)
		err = owners_read(&request->owners, nta, request->tgid);
	if (err)
		return explain(err, netatop_error_text(nta), netatop_family_version(nta), "flows");
	show_begin(request->json, request->all || request->tgid);
	err = request->all || request->tgid ? netns_all(read_netns, request) :
					      netns_own(read_netns, request);
	show_rest(request);
	show_end(request->json);
	if (err)
		complain("conntrack: %s; what is shown is not all", strerror(-err));
	return err ? FAILED : DONE;
}

int cmd_flows(int argc, char **argv, const struct options *opt)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "pid", required_argument, NULL, 'p' },
		{ }
	};
	struct request request = { .json = opt->json };
	struct netatop *nta;
	uint64_t number;
	int c, status;

	while ((c = getopt_long(argc, argv, ":ajp:", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			request.all = true;
			break;
		case 'j':
			request.json = true;
			break;
		case 'p':
			if (!parse_number(optarg, 1, 4194304, &number))
				return usage_error("flows", "'%s' is no process id", optarg);
			request.tgid = number;
			break;
		default:
			return option_error("flows", c, argv);
		}
	}
	if (optind < argc)
		return usage_error("flows", "what is '%s'?", argv[optind]);
	nta = open_module();
	if (!nta)
		return FAILED;
	status = read_flows(&request, nta);
	netatop_close(nta);
	owners_free(&request.owners);
	free(request.visited);
	return status;
}
