/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that choose which flows are left out of accounting.  They are in a
 * table of nftables that is this command's own:
 *
 *	table inet netatop {
 *		chain out	hook output	first packets: to the chain sent
 *		chain in	hook input	first packets: to the chain received
 *		chain sent	flows that begin on this host
 *		chain received	flows that begin elsewhere
 *	}
 */
#ifndef _NETATOP_SCOPE_H
#define _NETATOP_SCOPE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libnftnl/rule.h>

#define SCOPE_TABLE		"netatop"
#define SCOPE_CHAIN_OUT		"out"
#define SCOPE_CHAIN_IN		"in"
#define SCOPE_CHAIN_SENT	"sent"
#define SCOPE_CHAIN_RECEIVED	"received"
/* behind the filter's, so that what it drops is not seen; before source NAT */
#define SCOPE_PRIORITY		10

/* What the comment of the table says. */
#define SCOPE_TABLE_COMMENT	"netatop scope: label %u"
#define SCOPE_WAS_OFF		", scope_label was off"

/* the most bytes that a batch has */
#define SCOPE_BATCH_SIZE	262144

#define SCOPE_LABELS		128
#define SCOPE_MATCHES		16
/* what the userdata of a rule has room for, see scope_userdata() */
#define SCOPE_TEXT_MAX		220
/* two ends for the address, two for the port, two chains */
#define SCOPE_RULES_MAX		8

enum scope_key {
	SCOPE_INTERFACE,
	SCOPE_ADDRESS,		/* of either end */
	SCOPE_SOURCE,
	SCOPE_DESTINATION,
	SCOPE_PORT,		/* of either end */
	SCOPE_SOURCE_PORT,
	SCOPE_DESTINATION_PORT,
	SCOPE_PROTOCOL,
	SCOPE_USER,
	SCOPE_CGROUP,
	SCOPE_DIRECTION,
	SCOPE_KEYS,
};

/**
 * struct scope_match - one condition
 * @key:      what is looked at
 * @inverted: it must not be so
 * @name:     interface; @length bytes of it are compared
 * @length:   of @name with the NUL, or without it: any that begins so
 * @family:   AF_INET or AF_INET6
 * @prefix:   bits of @address that are compared
 * @address:  in network byte order
 * @low:      port
 * @high:     port, @low or more
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @uid:      user
 * @cgroup:   id of the cgroup
 * @level:    how far it is below the root, at least 1
 * @incoming: the flow begins elsewhere
 */
struct scope_match {
	enum scope_key key;
	bool inverted;
	union {
		struct {
			char name[IFNAMSIZ];
			size_t length;
		};
		struct {
			int family;
			unsigned int prefix;
			uint8_t address[16];
		};
		struct {
			uint16_t low;
			uint16_t high;
		};
		uint8_t protocol;
		uid_t uid;
		struct {
			uint64_t cgroup;
			uint32_t level;
		};
		bool incoming;
	};
};

/**
 * struct scope_expression - which flows are to be left out
 * @match: conditions that must all hold
 * @count: how many
 * @text:  as it was written
 */
struct scope_expression {
	struct scope_match match[SCOPE_MATCHES];
	size_t count;
	char text[SCOPE_TEXT_MAX + 1];
};

/* scope_match.c */
bool scope_parse(int argc, char **argv, struct scope_expression *expression,
		 char *why, size_t size);

/* scope_rule.c */
int scope_build(const struct scope_expression *expression, unsigned int label,
		uint32_t id, struct nftnl_rule *rules[SCOPE_RULES_MAX]);
struct nftnl_rule *scope_build_entrance(bool incoming, uint8_t protocol);

/* scope_comment.c */
bool scope_userdata_put(struct nftnl_rule *rule, uint32_t id, const char *text);
bool scope_userdata_get(const void *data, uint32_t length, uint32_t *id,
			char text[SCOPE_TEXT_MAX + 1]);
bool scope_comment(const void *data, uint32_t length, char *buf, size_t size);

/**
 * struct scope_rule - a rule of the table, as the kernel has it
 * @id:	    of the expression that it belongs to, 0: of none
 * @handle: the kernel's
 * @own:    it is an entrance
 * @flows:  how many it has left out
 * @chain:  name of its chain
 * @text:   of the expression
 */
struct scope_rule {
	uint32_t id;
	uint64_t handle;
	bool own;
	uint64_t flows;
	char chain[64];
	char text[SCOPE_TEXT_MAX + 1];
};

/**
 * struct scope_state - the table, as the kernel has it
 * @genid:   of the rules of the network namespace
 * @exists:  there is such a table
 * @ours:    this command has made it, and the next two are known
 * @label:   that its rules set
 * @was_off: scope_label was off when the table was made
 * @rules:   of the table
 * @count:   how many
 */
struct scope_state {
	uint32_t genid;
	bool exists;
	bool ours;
	unsigned int label;
	bool was_off;
	struct scope_rule *rules;
	size_t count;
};

struct mnl_socket;

/* scope_read.c */
struct mnl_socket *scope_socket(void);
int scope_read(struct mnl_socket *nl, struct scope_state *state);
void scope_free(struct scope_state *state);
int scope_read_table(struct mnl_socket *nl, struct scope_state *state);

/* scope_batch.c */
struct scope_batch;
struct scope_batch *scope_batch_new(uint32_t genid);
void scope_batch_table(struct scope_batch *batch, unsigned int label, bool was_off);
void scope_batch_table_gone(struct scope_batch *batch);
void scope_batch_add(struct scope_batch *batch, struct nftnl_rule *rule);
void scope_batch_del(struct scope_batch *batch, const struct scope_rule *rule);
int scope_batch_commit(struct mnl_socket *nl, struct scope_batch *batch,
		       char *why, size_t size);

/* scope_add.c */
bool scope_may_try_again(int err, int *tries);
int scope_failed(int err, const char *why);
struct mnl_socket *scope_open(void);
void scope_not_ours(void);
int scope_add(int argc, char **argv, int wanted, bool json);

#endif /* _NETATOP_SCOPE_H */
