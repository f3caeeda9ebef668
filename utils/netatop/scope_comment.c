// SPDX-License-Identifier: GPL-2.0
/*
 * What a rule was made for, in its userdata.
 */
#include "scope.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnftnl/udata.h>

/* The full text of a rule, where the comment has no room for it. */
#define UDATA_TEXT	100
#define COMMENT		"netatop"

/**
 * scope_userdata_put() - note what a rule was made for
 * @rule: the rule
 * @id:   of the expression; 0: the rule is an entrance
 * @text: of the expression
 *
 * The comment is what nft shows, and all that is left of the userdata when a
 * ruleset that nft has listed is loaded again.  It has 128 bytes, with the NUL,
 * and no quotes.
 *
 * Return: false if there is no memory.
 */
bool scope_userdata_put(struct nftnl_rule *rule, uint32_t id, const char *text)
{
	struct nftnl_udata_buf *buf = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	char comment[SCOPE_TEXT_MAX + 32];
	bool whole, done;
	int n;

	if (!buf)
		return false;
	n = id ? snprintf(comment, sizeof(comment), COMMENT " %u: %s", id, text) :
		 snprintf(comment, sizeof(comment), COMMENT);
	whole = n < NFTNL_UDATA_COMMENT_MAXLEN && !strchr(comment, '"');
	if (!whole)
		snprintf(comment, sizeof(comment), COMMENT " %u", id);
	done = nftnl_udata_put_strz(buf, NFTNL_UDATA_RULE_COMMENT, comment) &&
	       (whole || nftnl_udata_put_strz(buf, UDATA_TEXT, text));
	if (done)
		done = !nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(buf),
					    nftnl_udata_buf_len(buf));
	nftnl_udata_buf_free(buf);
	return done;
}

/* The text of one type of userdata; others may have written anything there. */
static const char *udata_text(const uint8_t *data, uint32_t length, uint8_t type, size_t *n)
{
	while (length >= 2 && length - 2 >= data[1]) {
		*n = data[1];
		if (data[0] == type && *n && !data[2 + *n - 1] && strlen((char *)data + 2) == *n - 1)
			return (const char *)data + 2;
		length -= 2 + *n;
		data += 2 + *n;
	}
	return NULL;
}

/**
 * scope_comment() - the comment that a table or rule has
 * @data:   its userdata
 * @length: of @data
 * @buf:    where the comment is put
 * @size:   of @buf
 *
 * Return: whether there is one, and room for it.
 */
bool scope_comment(const void *data, uint32_t length, char *buf, size_t size)
{
	size_t n;
	const char *text = udata_text(data, length, NFTNL_UDATA_RULE_COMMENT, &n);

	if (!text || n > size)
		return false;
	memcpy(buf, text, n);
	return true;
}

/**
 * scope_userdata_get() - what a rule was made for
 * @data:   its userdata
 * @length: of @data
 * @id:	    set to the id of the expression; 0: the rule is an entrance
 * @text:   set to the text of the expression
 *
 * Return: whether it is one of ours.
 */
bool scope_userdata_get(const void *data, uint32_t length, uint32_t *id,
			char text[SCOPE_TEXT_MAX + 1])
{
	char comment[256], *end;
	const char *full;
	unsigned long number;
	size_t n;

	*id = 0;
	*text = 0;
	if (!scope_comment(data, length, comment, sizeof(comment)) ||
	    strncmp(comment, COMMENT, strlen(COMMENT)))
		return false;
	end = comment + strlen(COMMENT);
	if (!*end)
		return true;
	if (end[0] != ' ' || end[1] < '1' || end[1] > '9')
		return false;
	errno = 0;
	number = strtoul(end + 1, &end, 10);
	if (errno || number > UINT32_MAX || (*end && strncmp(end, ": ", 2)))
		return false;
	*id = number;
	full = udata_text(data, length, UDATA_TEXT, &n);
	if (!full)
		full = *end ? end + 2 : "";
	snprintf(text, SCOPE_TEXT_MAX + 1, "%s", full);
	return true;
}
