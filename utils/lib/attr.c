// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The attributes of a netlink message.
 */
#include "attr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <string.h>

const struct nlattr *nta_attr_next(const char **at, const char *end, int *err)
{
	const struct nlattr *attr = (const struct nlattr *)*at;

	if (*at >= end)
		return NULL;
	if (!mnl_attr_ok(attr, (int)(end - *at))) {
		*err = -EBADMSG;
		return NULL;
	}
	*at += MNL_ALIGN(attr->nla_len);
	return attr;
}

int nta_attrs_read(struct nta_attrs *attrs, const void *data, size_t len, unsigned int max)
{
	const char *at = data, *end = at + len;
	const struct nlattr *attr;
	unsigned int type;

	memset(attrs, 0, sizeof(*attrs));
	while ((attr = nta_attr_next(&at, end, &attrs->err))) {
		type = mnl_attr_get_type(attr);
		if (type <= max && type < NTA_ATTRS)
			attrs->of[type] = attr;
	}
	return attrs->err;
}

int nta_attrs_message(struct nta_attrs *attrs, const struct nlmsghdr *nlh, unsigned int max)
{
	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + GENL_HDRLEN) {
		memset(attrs, 0, sizeof(*attrs));
		return nta_attr_missing(attrs);
	}
	return nta_attrs_read(attrs, mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
			      mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN, max);
}

int nta_attrs_nest(struct nta_attrs *attrs, const struct nlattr *nest, unsigned int max)
{
	return nta_attrs_read(attrs, mnl_attr_get_payload(nest),
			      mnl_attr_get_payload_len(nest), max);
}

int nta_attr_missing(struct nta_attrs *attrs)
{
	attrs->err = -EBADMSG;
	return attrs->err;
}

bool nta_attr_bytes(struct nta_attrs *attrs, unsigned int type, void *to, size_t len)
{
	const struct nlattr *attr = attrs->of[type];

	if (!attr)
		return false;
	if (mnl_attr_get_payload_len(attr) != len) {
		nta_attr_missing(attrs);
		return false;
	}
	memcpy(to, mnl_attr_get_payload(attr), len);
	return true;
}

bool nta_attr_pid(struct nta_attrs *attrs, unsigned int type, pid_t *to)
{
	uint32_t id;

	if (!nta_attr_u32(attrs, type, &id))
		return false;
	if (!id || id > INT_MAX) {
		nta_attr_missing(attrs);
		return false;
	}
	*to = id;
	return true;
}

bool nta_attr_string(struct nta_attrs *attrs, unsigned int type, char *to, size_t size)
{
	const struct nlattr *attr = attrs->of[type];
	const char *from;
	size_t len;

	if (!attr)
		return false;
	from = mnl_attr_get_payload(attr);
	len = strnlen(from, mnl_attr_get_payload_len(attr));
	if (len == mnl_attr_get_payload_len(attr) || len >= size) {
		nta_attr_missing(attrs);
		return false;
	}
	memset(to, 0, size);
	memcpy(to, from, len);
	return true;
}
