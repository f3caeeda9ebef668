// SPDX-License-Identifier: GPL-2.0
/*
 * netatop scope: chooses which flows are left out of accounting.
 */
#include "scope.h"
#include "common.h"
#include "json.h"
#include "scope_label.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

const char usage_scope[] =
	"[-j] list\n"
	"       netatop scope [-j] [-l LABEL] add [not] KEY VALUE [[not] KEY VALUE...]\n"
	"       netatop scope [-j] del ID...\n"
	"       netatop scope [-j] flush\n\n"
	"Chooses which flows of this network namespace are left out of accounting, with\n"
	"rules of nftables in a table of its own, inet netatop.  All that an add says must\n"
	"hold for a flow to be left out.  Acts on flows that begin from then on.\n\n"
	"  interface NAME             or the beginning of a name: eth*\n"
	"  address ADDRESS[/PREFIX]   of either end\n"
	"  source, destination ADDRESS[/PREFIX]        of the first packet\n"
	"  port PORT[-PORT]           of either end\n"
	"  source-port, destination-port PORT[-PORT]   of the first packet\n"
	"  protocol tcp|udp\n"
	"  user NAME|UID              flows that its processes begin\n"
	"  cgroup PATH                of the local socket, and all below (version 2)\n"
	"  direction in|out           flows that begin elsewhere, or here\n\n"
	"  -j, --json         JSON\n"
	"  -l, --label LABEL  conntrack label to use for the first rule, 0 to 127\n";

/* --- list */

static void warn_of_label(const struct scope_state *state, int current)
{
	if (!state->ours || current == (int)state->label || current == LABEL_UNKNOWN)
		return;
	if (current == LABEL_OFF)
		complain("scope_label is off, so nothing is left out; set it with: netatop tune scope_label=%u",
			 state->label);
	else
		complain("scope_label is %d, but the rules set label %u, so they have no effect; set it with: netatop tune scope_label=%u",
			 current, state->label, state->label);
}

/* Is it the first rule of its expression? And how many flows have all of them left out. */
static bool first_of(const struct scope_state *state, size_t i, uint64_t *flows)
{
	size_t k;

	if (!state->rules[i].id)
		return false;
	*flows = 0;
	for (k = 0; k < state->count; k++) {
		if (state->rules[k].id != state->rules[i].id)
			continue;
		if (k < i)
			return false;
		*flows += state->rules[k].flows;
	}
	return true;
}

static size_t others(const struct scope_state *state)
{
	size_t i, n = 0;

	for (i = 0; i < state->count; i++)
		n += !state->rules[i].id && !state->rules[i].own;
	return n;
}

static void list_json(const struct scope_state *state, int current)
{
	json_t *object = json_object(), *array = json_array(), *one;
	uint64_t flows;
	size_t i;

	for (i = 0; i < state->count; i++) {
		if (!first_of(state, i, &flows))
			continue;
		one = json_object();
		json_put_u64(one, "id", state->rules[i].id);
		json_put_u64(one, "flows", flows);
		json_put_text(one, "text", state->rules[i].text);
		json_array_append_new(array, one);
	}
	json_put(object, "label", state->ours ? json_integer(state->label) : json_null());
	json_put(object, "scope_label", current >= 0 ? json_integer(current) : json_null());
	json_put_u64(object, "other_rules", others(state));
	json_put(object, "rules", array);
	json_print(object);
}

static void list_table(const struct scope_state *state)
{
	char text[CLEAN_SIZE(SCOPE_TEXT_MAX)];
	uint64_t flows;
	size_t i, n;

	printf("%6s %10s  %s\n", "ID", "FLOWS", "LEFT OUT");
	for (i = 0; i < state->count; i++)
		if (first_of(state, i, &flows))
			printf("%6u %10" PRIu64 "  %s\n", state->rules[i].id, flows,
			       clean_text(state->rules[i].text, text, sizeof(text)));
	n = others(state);
	if (n)
		printf("and %zu other rules, see: nft list table inet " SCOPE_TABLE "\n", n);
}

static int scope_list(bool json)
{
	struct mnl_socket *nl;
	struct scope_state state;
	int current, err;

	label_get(&current, false);
	nl = scope_open();
	if (!nl)
		return FAILED;
	err = scope_read(nl, &state);
	mnl_socket_close(nl);
	if (err)
		return scope_failed(err, "");
	if (json)
		list_json(&state, current);
	else
		list_table(&state);
	if (state.exists && !state.ours)
		scope_not_ours();
	warn_of_label(&state, current);
	scope_free(&state);
	return DONE;
}

/* --- flush */

static int try_flush(struct mnl_socket *nl, struct scope_state *state)
{
	struct scope_batch *batch = scope_batch_new(state->genid);
	char why[256] = "";
	int err;

	if (!batch) {
		complain("out of memory");
		return FAILED;
	}
	scope_batch_table_gone(batch);
	err = scope_batch_commit(nl, batch, why, sizeof(why));
	if (err == -ERESTART)
		return err;
	return err ? scope_failed(err, why) : DONE;
}

/*
 * The tunable is one for all network namespaces: it is off again if it was off
 * before, no other namespace has such a table, and nobody has set it to
 * something else.
 */
static int label_restore(const struct scope_state *state, bool *off)
{
	struct label_users users;
	int current, err;

	*off = false;
	if (!state->ours || !state->was_off)
		return DONE;
	label_get(&current, false);
	if (current != (int)state->label)
		return DONE;
	err = label_users(state->label, &users);
	if (err) {
		complain("other network namespaces: %s; scope_label stays %d", strerror(-err),
			 current);
		return FAILED;
	}
	if (users.ino) {
		complain("network namespace %u has rules, too; scope_label stays %d", users.ino,
			 current);
		return DONE;
	}
	if (label_set(LABEL_OFF))
		return FAILED;
	*off = true;
	return DONE;
}

static int scope_flush(bool json)
{
	struct scope_state state = { 0 };
	struct mnl_socket *nl = scope_open();
	int status, err, tries = 0;
	json_t *object;
	bool off;

	if (!nl)
		return FAILED;
	do {
		/* others may have taken the table away since the last time */
		status = DONE;
		scope_free(&state);
		err = scope_read(nl, &state);
		if (err)
			status = scope_failed(err, "");
		else if (state.exists)
			status = try_flush(nl, &state);
	} while (scope_may_try_again(status, &tries));
	mnl_socket_close(nl);
	if (status < 0)
		status = scope_failed(status, "");
	if (!status)
		status = label_restore(&state, &off);
	if (!status && json) {
		object = json_object();
		json_put(object, "flushed", json_boolean(state.exists));
		json_put(object, "scope_label_off", json_boolean(off));
		json_print(object);
	} else if (!status) {
		puts(state.exists ? "the rules are gone" : "there are no rules");
		if (off)
			puts("scope_label is off");
	}
	scope_free(&state);
	return status;
}

/* --- del */

static bool is_among(uint32_t id, const uint32_t *ids, int count)
{
	while (count--)
		if (ids[count] == id)
			return true;
	return false;
}

static bool known(const struct scope_state *state, uint32_t id)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (state->rules[i].id == id)
			return true;
	complain("there is no rule %u, so nothing was deleted; netatop scope list shows them", id);
	return false;
}

static int try_del(struct mnl_socket *nl, const struct scope_state *state, const uint32_t *ids,
		   int count)
{
	struct scope_batch *batch;
	char why[256] = "";
	int err, k;
	size_t i;

	for (k = 0; k < count; k++)
		if (!known(state, ids[k]))
			return FAILED;
	batch = scope_batch_new(state->genid);
	if (!batch) {
		complain("out of memory");
		return FAILED;
	}
	for (i = 0; i < state->count; i++)
		if (is_among(state->rules[i].id, ids, count))
			scope_batch_del(batch, &state->rules[i]);
	err = scope_batch_commit(nl, batch, why, sizeof(why));
	if (err == -ERESTART)
		return err;
	return err ? scope_failed(err, why) : DONE;
}

static int scope_del(int argc, char **argv, bool json)
{
	uint32_t ids[argc > 0 ? argc : 1];
	struct scope_state state;
	struct mnl_socket *nl;
	int i, err, status, tries = 0;
	uint64_t id;

	if (!argc)
		return usage_error("scope", "which rule? netatop scope list shows their ids");
	for (i = 0; i < argc; i++) {
		if (!parse_number(argv[i], 1, UINT32_MAX, &id))
			return usage_error("scope", "'%s' is no id of a rule", argv[i]);
		ids[i] = id;
	}
	nl = scope_open();
	if (!nl)
		return FAILED;
	do {
		err = scope_read(nl, &state);
		status = err ? scope_failed(err, "") : try_del(nl, &state, ids, argc);
		scope_free(&state);
	} while (scope_may_try_again(status, &tries));
	mnl_socket_close(nl);
	if (status < 0)
		status = scope_failed(status, "");
	if (!status && json) {
		json_t *object = json_object(), *array = json_array();

		for (i = 0; i < argc; i++)
			json_array_append_new(array, json_integer(ids[i]));
		json_put(object, "deleted", array);
		json_print(object);
	}
	return status;
}

int cmd_scope(int argc, char **argv, const struct options *opt)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "label", required_argument, NULL, 'l' },
		{ }
	};
	bool json = opt->json;
	uint64_t label;
	int wanted = -1;
	const char *verb;
	int c;

	/* no further than the verb: what follows has words, not options */
	while ((c = getopt_long(argc, argv, "+:jl:", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'l':
			if (!parse_number(optarg, 0, SCOPE_LABELS - 1, &label))
				return usage_error("scope", "a label is a number from 0 to %d, not '%s'",
						   SCOPE_LABELS - 1, optarg);
			wanted = label;
			break;
		default:
			return option_error("scope", c, argv);
		}
	}
	if (optind == argc)
		return usage_error("scope", "add, list, del or flush?");
	verb = argv[optind++];
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "-j")) {
		json = true;
		argc--;
		argv++;
	}
	if (wanted >= 0 && strcmp(verb, "add"))
		return usage_error("scope", "--label is for add only");
	if (!strcmp(verb, "add"))
		return scope_add(argc, argv, wanted, json);
	if (!strcmp(verb, "del"))
		return scope_del(argc, argv, json);
	if (strcmp(verb, "list") && strcmp(verb, "flush"))
		return usage_error("scope", "there is no '%s'; it is add, list, del or flush", verb);
	if (argc)
		return usage_error("scope", "%s takes no '%s'", verb, argv[0]);
	return !strcmp(verb, "list") ? scope_list(json) : scope_flush(json);
}
