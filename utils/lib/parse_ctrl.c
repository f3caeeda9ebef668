// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What generic netlink itself says: families, errors.
 */
#include "parse.h"
#include "attr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

static int find_group(const struct nlattr *groups, const char *name, uint32_t *id)
{
	const char *at = mnl_attr_get_payload(groups);
	const char *end = at + mnl_attr_get_payload_len(groups);
	const struct nlattr *attr;
	char found[GENL_NAMSIZ];
	struct nta_attrs group;
	int err = 0;

	while ((attr = nta_attr_next(&at, end, &err))) {
		if (nta_attrs_nest(&group, attr, CTRL_ATTR_MCAST_GRP_MAX))
			return group.err;
		if (nta_attr_string(&group, CTRL_ATTR_MCAST_GRP_NAME, found, sizeof(found)) &&
		    !strcmp(found, name) && !nta_attr_u32(&group, CTRL_ATTR_MCAST_GRP_ID, id))
			nta_attr_missing(&group);
		if (group.err)
			return group.err;
	}
	return err;
}

int nta_parse_family(const struct nlmsghdr *nlh, const char *name,
		     const char *group, struct nta_family *family)
{
	char found[GENL_NAMSIZ];
	struct nta_attrs attrs;

	memset(family, 0, sizeof(*family));
	if (nta_attrs_message(&attrs, nlh, CTRL_ATTR_MAX))
		return attrs.err;
	if (!nta_attr_string(&attrs, CTRL_ATTR_FAMILY_NAME, found, sizeof(found)))
		return nta_attr_missing(&attrs);
	if (strcmp(found, name))
		return -ENOENT;
	if (!nta_attr_u16(&attrs, CTRL_ATTR_FAMILY_ID, &family->id) || !family->id)
		return nta_attr_missing(&attrs);
	nta_attr_u32(&attrs, CTRL_ATTR_VERSION, &family->version);
	if (!attrs.err && attrs.of[CTRL_ATTR_MCAST_GROUPS])
		attrs.err = find_group(attrs.of[CTRL_ATTR_MCAST_GROUPS], group, &family->group);
	return attrs.err;
}

static void error_text(const char *at, const char *end, char *text, size_t size)
{
	const struct nlattr *attr;
	struct nta_attrs attrs;
	size_t len;

	if (at >= end || nta_attrs_read(&attrs, at, end - at, NLMSGERR_ATTR_MAX))
		return;
	attr = attrs.of[NLMSGERR_ATTR_MSG];
	if (!attr)
		return;
	len = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	if (len >= size)
		len = size - 1;
	memcpy(text, mnl_attr_get_payload(attr), len);
	text[len] = '\0';
}

int nta_parse_error(const struct nlmsghdr *nlh, char *text, size_t size)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh), skip = sizeof(int);
	const char *data = mnl_nlmsg_get_payload(nlh);
	int error;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(error))
		return -EBADMSG;
	memcpy(&error, data, sizeof(error));
	if (error > 0 || error < -4095)
		return -EBADMSG;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *nlerr = mnl_nlmsg_get_payload(nlh);

		if (len < sizeof(*nlerr))
			return -EBADMSG;
		/* the request comes back, unless that is left out */
		skip = sizeof(*nlerr);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
			if (nlerr->msg.nlmsg_len < sizeof(nlerr->msg) ||
			    nlerr->msg.nlmsg_len > len - sizeof(nlerr->error))
				return -EBADMSG;
			skip += MNL_ALIGN(nlerr->msg.nlmsg_len - sizeof(nlerr->msg));
		}
	}
	if (error && nlh->nlmsg_flags & NLM_F_ACK_TLVS && skip < len)
		error_text(data + skip, data + len, text, size);
	return error;
}
