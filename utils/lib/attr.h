/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The attributes of a netlink message, read without trust in them.
 */
#ifndef _NTA_ATTR_H
#define _NTA_ATTR_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* More than any of the attribute types that are read here. */
#define NTA_ATTRS 64

/**
 * struct nta_attrs - the attributes of a message or nest
 * @of:	 by type; NULL: not there
 * @err: 0, or -EBADMSG: one that was read is not what it should be
 *
 * The functions that read one return whether it is there and sound, so that
 * @err need be looked at only once.
 */
struct nta_attrs {
	const struct nlattr *of[NTA_ATTRS];
	int err;
};

/**
 * nta_attr_next() - go through attributes one by one
 * @at:	 where the next one is, moved on
 * @end: end of them all
 * @err: set to -EBADMSG if what is there is no attribute
 *
 * Return: the attribute, or NULL at the end.
 */
const struct nlattr *nta_attr_next(const char **at, const char *end, int *err);

/*
 * Of an attribute that is there twice, the last one is it; types above @max are
 * left out.  They return @err.
 */
int nta_attrs_read(struct nta_attrs *attrs, const void *data, size_t len, unsigned int max);
int nta_attrs_message(struct nta_attrs *attrs, const struct nlmsghdr *nlh, unsigned int max);
int nta_attrs_nest(struct nta_attrs *attrs, const struct nlattr *nest, unsigned int max);

/**
 * nta_attr_missing() - an attribute that has to be there is missing or wrong
 * @attrs: the attributes
 *
 * Return: -EBADMSG.
 */
int nta_attr_missing(struct nta_attrs *attrs);

/* Just @len bytes. */
bool nta_attr_bytes(struct nta_attrs *attrs, unsigned int type, void *to, size_t len);

/* A process or thread id, greater than 0. */
bool nta_attr_pid(struct nta_attrs *attrs, unsigned int type, pid_t *to);

/* Text that has a NUL and fits in @size bytes with it; the rest of @to is 0. */
bool nta_attr_string(struct nta_attrs *attrs, unsigned int type, char *to, size_t size);

static inline bool nta_attr_u8(struct nta_attrs *attrs, unsigned int type, uint8_t *to)
{
	return nta_attr_bytes(attrs, type, to, sizeof(*to));
}

static inline bool nta_attr_u16(struct nta_attrs *attrs, unsigned int type, uint16_t *to)
{
	return nta_attr_bytes(attrs, type, to, sizeof(*to));
}

static inline bool nta_attr_u32(struct nta_attrs *attrs, unsigned int type, uint32_t *to)
{
	return nta_attr_bytes(attrs, type, to, sizeof(*to));
}

static inline bool nta_attr_u64(struct nta_attrs *attrs, unsigned int type, uint64_t *to)
{
	return nta_attr_bytes(attrs, type, to, sizeof(*to));
}

static inline bool nta_attr_s64(struct nta_attrs *attrs, unsigned int type, int64_t *to)
{
	return nta_attr_bytes(attrs, type, to, sizeof(*to));
}

#endif /* _NTA_ATTR_H */
