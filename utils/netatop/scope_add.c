// SPDX-License-Identifier: GPL-2.0
/*
 * netatop scope add, and what it shares with the others.
 */
#include "scope.h"
#include "common.h"
#include "json.h"
#include "scope_label.h"

#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>

/* Others may change rules at any time; it is done again with what they have left. */
#define TRY_AGAIN	100

bool scope_may_try_again(int err, int *tries)
{
	return (err == -ERESTART || err == -EINTR) && ++*tries < TRY_AGAIN;
}

/* Say what an error of nftables means. */
int scope_failed(int err, const char *why)
{
	switch (err) {
	case -EPERM:
		complain("nftables: not permitted; it needs CAP_NET_ADMIN, as root has it");
		break;
	case -ERESTART:
	case -EINTR:
	case -EBUSY:
		complain("nftables: others change rules all the time; nothing was changed, try again");
		break;
	case -EOPNOTSUPP:
	case -EPROTONOSUPPORT:
		complain("nftables: the kernel lacks what this needs (inet, ct, socket); nothing was changed%s%s",
			 *why ? ": " : "", why);
		break;
	default:
		complain("nftables: %s%s%s; nothing was changed", strerror(-err),
			 *why ? ": " : "", why);
	}
	return FAILED;
}

struct mnl_socket *scope_open(void)
{
	struct mnl_socket *nl = scope_socket();

	if (!nl)
		complain("nftables: %s", strerror(errno));
	return nl;
}

void scope_not_ours(void)
{
	complain("the table inet " SCOPE_TABLE " was not made by this command; see it with: nft list table inet "
		 SCOPE_TABLE);
}

struct addition {
	struct scope_expression expression;
	int wanted;		/* label, or -1 */
	int current;		/* scope_label, or LABEL_OFF */
	unsigned int label;	/* that is used */
	bool was_off;		/* scope_label, before any such table was made */
	uint32_t id;
};

/* That of the table, that of the module, what is wanted: they must not differ. */
static bool choose_label(struct addition *a, const struct scope_state *state)
{
	char name[128];

	if (state->exists) {
		a->label = state->label;
		if (a->current != LABEL_OFF && a->current != (int)a->label) {
			complain("the rules set label %u, but scope_label is %d; set it with: netatop tune scope_label=%u",
				 a->label, a->current, a->label);
			return false;
		}
		if (a->wanted >= 0 && a->wanted != (int)a->label) {
			complain("there are rules, and they set label %u; netatop scope flush takes them away",
				 a->label);
			return false;
		}
		return true;
	}
	a->was_off = a->current == LABEL_OFF;
	if (a->current != LABEL_OFF) {
		struct label_users users;

		a->label = a->current;
		if (a->wanted >= 0 && a->wanted != a->current) {
			complain("scope_label is %d already; do without --label, or first: netatop tune scope_label=off",
				 a->current);
			return false;
		}
		/* this command in another namespace can have set it */
		a->was_off = !label_users(a->label, &users) && users.was_off;
		return true;
	}
	if (a->wanted >= 0) {
		a->label = a->wanted;
		return true;
	}
	for (a->label = SCOPE_LABELS - 1; label_name(a->label, name, sizeof(name)); a->label--)
		if (!a->label) {
			complain("all labels have names in connlabel.conf; choose one with --label");
			return false;
		}
	return true;
}

/* The next id; 0 if it has been said that there is such a rule. */
static uint32_t choose_id(const struct scope_state *state, const char *text)
{
	uint32_t id = 1;
	size_t i;

	for (i = 0; i < state->count; i++) {
		const struct scope_rule *rule = &state->rules[i];

		if (rule->id && !strcmp(rule->text, text)) {
			complain("rule %u says the same already", rule->id);
			return 0;
		}
		if (rule->id >= id)
			id = rule->id + 1;
	}
	if (!id)
		complain("no id is left; netatop scope flush begins anew");
	return id;
}

static int try_add(struct mnl_socket *nl, struct addition *a, const struct scope_state *state)
{
	struct nftnl_rule *rules[SCOPE_RULES_MAX];
	struct scope_batch *batch;
	char why[256] = "";
	int i, count, err;

	batch = scope_batch_new(state->genid);
	count = batch ? scope_build(&a->expression, a->label, a->id, rules) : -ENOMEM;
	if (count < 0) {
		complain("out of memory");
		return FAILED;
	}
	if (!state->exists)
		scope_batch_table(batch, a->label, a->was_off);
	for (i = 0; i < count; i++)
		scope_batch_add(batch, rules[i]);
	err = scope_batch_commit(nl, batch, why, sizeof(why));
	if (err == -ERESTART)
		return err;
	return err ? scope_failed(err, why) : DONE;
}

static int add_rules(struct mnl_socket *nl, struct addition *a)
{
	struct scope_state state;
	int status, err, tries = 0;

	do {
		err = scope_read(nl, &state);
		if (err)
			return scope_failed(err, "");
		status = FAILED;
		if (state.exists && !state.ours) {
			scope_not_ours();
		} else if (choose_label(a, &state)) {
			a->id = choose_id(&state, a->expression.text);
			if (a->id)
				status = try_add(nl, a, &state);
		}
		scope_free(&state);
	} while (scope_may_try_again(status, &tries));
	return status < 0 ? scope_failed(status, "") : status;
}

/**
 * scope_add() - netatop scope add
 * @argc:   how many words
 * @argv:   which flows
 * @wanted: label that is asked for, or -1
 * @json:   say what was done as JSON
 *
 * Return: how the command ended.
 */
int scope_add(int argc, char **argv, int wanted, bool json)
{
	struct addition a = { .wanted = wanted };
	struct mnl_socket *nl;
	char why[512];
	json_t *object;
	int status;

	if (!scope_parse(argc, argv, &a.expression, why, sizeof(why)))
		return usage_error("scope", "%s", why);
	if (label_get(&a.current, true))
		return FAILED;
	nl = scope_open();
	if (!nl)
		return FAILED;
	status = add_rules(nl, &a);
	mnl_socket_close(nl);
	if (status)
		return status;
	if (a.current == LABEL_OFF && label_set(a.label)) {
		complain("rule %u is in place, but has no effect until scope_label is %u", a.id,
			 a.label);
		return FAILED;
	}
	if (json) {
		object = json_object();
		json_put_u64(object, "id", a.id);
		json_put_text(object, "text", a.expression.text);
		json_put_u64(object, "label", a.label);
		json_print(object);
		return DONE;
	}
	printf("rule %u: %s\n", a.id, a.expression.text);
	if (a.current == LABEL_OFF)
		printf("scope_label is %u now: flows with this conntrack label are left out\n",
		       a.label);
	return DONE;
}
