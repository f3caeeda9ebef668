// SPDX-License-Identifier: GPL-2.0
/*
 * netatop exits: processes that have finished, as it happens or off the list.
 */
#include "common.h"
#include "exits_log.h"
#include "follow.h"
#include "json.h"
#include "netatopd.h"
#include "sample.h"
#include "table.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>

const char usage_exits[] =
	"[-j] [-f | -i SEC | --from-log] [-n N] [-p PID] [-u USER] [--take]\n\n"
	"Shows processes that finish, with all that they sent and received, for 10 seconds.\n"
	"What waits on the exit list stays there for netatopd, unless it is taken.\n\n"
	"  -f, --follow        until interrupted\n"
	"      --from-log[=FILE]\n"
	"                      those in the log of netatopd (/run/netatop.log)\n"
	"  -i, --interval SEC  for SEC seconds (0.01 to 86400)\n"
	"  -j, --json          JSON, one object a line\n"
	"  -n, --count N       N processes at the most\n"
	"  -p, --pid PID       only the process that has this id\n"
	"      --take          takes those that wait on the exit list, and ends, or with -f or\n"
	"                      -i goes on taking; netatopd and atop do not see them then\n"
	"  -u, --user USER     only processes of this user, a name or number\n";

#define DEFAULT_SECONDS	10

struct exits {
	struct netatop *nta;
	struct follow follow;
	struct netatop_filter filter;
	bool json;
	bool take;
	bool forever;
	const char *log;
	double seconds;		/* 0: not said */
	uint64_t count;
};

/* What ends a walk or the listening, other than an error or FOLLOW_UNREAD. */
enum {
	ENOUGH	= 10,	/* so many have been shown */
	HEARD,		/* there is something on the list */
};

static const struct table table = { .started = true };

static void show_head(const struct exits *exits)
{
	if (!exits->json) {
		table_head(&table);
		fflush(stdout);
	}
}

static int show(struct exits *exits, const struct netatop_task *task, uint64_t time)
{
	json_t *object, *about;
	bool failed;

	if (!sample_matches(&exits->filter, task))
		return 0;
	if (exits->json) {
		object = json_object();
		about = json_task(task);
		json_put_text(object, "event", "exit");
		if (time)
			json_put_u64(object, "time", time);
		json_object_update(object, about);
		json_decref(about);
		failed = json_print(object);
	} else {
		table_line(&table, task);
		failed = flush_output(DONE) != DONE;
	}
	if (failed)
		return -EIO;
	return exits->count && !--exits->count ? ENOUGH : 0;
}

static int on_taken(const struct netatop_task *task, void *data)
{
	return show(data, task, 0);
}

/* One at a time if they are counted, as what has been taken is gone. */
static int take(struct exits *exits)
{
	unsigned int limit = exits->count ? 1 : 0;
	int err;

	do {
		err = netatop_read_exits(exits->nta, limit, on_taken, exits);
	} while (!err);
	/* if the module has gone, an event says so */
	if (err == -EAGAIN || (err == -ENODEV && exits->follow.events))
		return 0;
	if (err < 0 && err != -EIO)
		explain(err, netatop_error_text(exits->nta), netatop_family_version(exits->nta),
			"the exit list");
	return err;
}

/* What came for processes that have been shown is in no line of theirs. */
static int show_late(const struct exits *exits, const struct netatop_event *event)
{
	char buf[16];
	json_t *object;

	if (exits->filter.match)
		return 0;
	if (exits->json) {
		object = json_object();
		json_put_text(object, "event", "late");
		json_put_u64(object, "time", event->time);
		json_put_counters(object, &event->counters);
		return json_print(object) ? -EIO : 0;
	}
	printf("late, of processes that had finished: %" PRIu64 " packets, %s\n",
	       counter_packets(&event->counters),
	       format_bytes(counter_bytes(&event->counters), buf, sizeof(buf)));
	return flush_output(DONE) == DONE ? 0 : -EIO;
}

static int show_change(const struct exits *exits, const char *what)
{
	json_t *object;

	if (!exits->json)
		return 0;
	object = json_object();
	json_put_text(object, "event", what);
	return json_print(object) ? -EIO : 0;
}

static int on_event(const struct netatop_event *event, void *data)
{
	struct exits *exits = data;

	switch (event->type) {
	case NETATOP_EVENT_EXIT:
		return exits->take ? HEARD : show(exits, &event->task, event->time);
	case NETATOP_EVENT_LATE:
		return show_late(exits, event);
	case NETATOP_EVENT_UNLOADED:
		return show_change(exits, "unloaded");
	case NETATOP_EVENT_LOADED:
		return show_change(exits, "loaded");
	case NETATOP_EVENT_LOST:
		return show_change(exits, "lost");
	}
	return 0;
}

/* Remembers the units of those that live: their cgroups can be gone with them. */
static int remember(const struct netatop_task *task, void *data)
{
	char unit[256];

	(void)data;
	task_unit(task, unit, sizeof(unit));
	return 0;
}

/* What has been heard of is on the list. */
static int take_until(struct exits *exits, double until)
{
	int err;

	do {
		err = take(exits);
		if (!err)
			err = follow_until(&exits->follow, until, false);
	} while (err == HEARD);
	return err;
}

static int listen_until(struct exits *exits, double until)
{
	int err = follow_open(&exits->follow, on_event, exits);

	if (err)
		return -EIO;
	show_head(exits);
	netatop_walk_tasks(exits->nta, NULL, remember, NULL);
	if (exits->take)
		err = take_until(exits, until);
	else
		err = follow_until(&exits->follow, until, false);
	follow_close(&exits->follow);
	return err;
}

/* Says what is not shown. */
static void mention_list(struct exits *exits)
{
	struct netatop_books books;

	if (exits->take || exits->json || netatop_get_books(exits->nta, &books))
		return;
	if (books.stats.exit_records)
		complain("%" PRIu64 " processes wait on the exit list%s", books.stats.exit_records,
			 netatopd_runs() ? " for netatopd" : "; netatop exits --take takes them");
}

static int run(struct exits *exits)
{
	double until = now_seconds();
	int err;

	if (exits->take && netatopd_runs())
		complain("netatopd is running: what is taken here is missing there, and in atop");
	if (exits->take && !exits->forever && exits->seconds <= 0) {
		show_head(exits);
		err = take(exits);
	} else {
		until += exits->seconds > 0 ? exits->seconds : DEFAULT_SECONDS;
		err = listen_until(exits, exits->forever ? INFINITY : until);
	}
	if (!err)
		mention_list(exits);
	return err && err != ENOUGH ? FAILED : DONE;
}

static int parse(struct exits *exits, int argc, char **argv)
{
	enum { TAKE = 256, FROM_LOG };
	static const struct option longs[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "follow", no_argument, NULL, 'f' },
		{ "from-log", optional_argument, NULL, FROM_LOG },
		{ "interval", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "pid", required_argument, NULL, 'p' },
		{ "take", no_argument, NULL, TAKE },
		{ "user", required_argument, NULL, 'u' },
		{ }
	};
	uint64_t number;
	int c;

	while ((c = getopt_long(argc, argv, ":fi:jn:p:u:", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			exits->forever = true;
			break;
		case FROM_LOG:
			exits->log = optarg ? optarg : NETATOPD_LOG;
			break;
		case 'i':
			if (!parse_seconds(optarg, &exits->seconds))
				return usage_error("exits", "an interval is 0.01 to 86400 seconds, not %s", optarg);
			break;
		case 'j':
			exits->json = true;
			break;
		case 'n':
			if (!parse_number(optarg, 1, UINT32_MAX, &exits->count))
				return usage_error("exits", "a count is 1 or more, not %s", optarg);
			break;
		case 'p':
			if (!parse_number(optarg, 1, PID_MOST, &number))
				return usage_error("exits", "%s is no process id", optarg);
			exits->filter.match |= NETATOP_MATCH_TGID;
			exits->filter.tgid = number;
			break;
		case TAKE:
			exits->take = true;
			break;
		case 'u':
			if (!parse_user(optarg, &exits->filter.uid))
				return usage_error("exits", "there is no user %s", optarg);
			exits->filter.match |= NETATOP_MATCH_UID;
			break;
		default:
			return option_error("exits", c, argv);
		}
	}
	if (optind < argc)
		return usage_error("exits", "%s is one argument too many", argv[optind]);
	if (exits->forever && exits->seconds > 0)
		return usage_error("exits", "-f is without end, and -i is not: only one of them");
	if (exits->log && (exits->forever || exits->seconds > 0 || exits->take))
		return usage_error("exits", "a log is not listened to: --from-log goes with neither -f, -i nor --take");
	if (exits->log && exits->filter.match & NETATOP_MATCH_UID)
		return usage_error("exits", "a log does not have users: -u does not go with --from-log");
	if (exits->take && exits->filter.match)
		return usage_error("exits", "--take takes all: -p and -u would lose those that are not shown");
	return DONE;
}

int cmd_exits(int argc, char **argv, const struct options *opt)
{
	struct exits exits = { .json = opt->json };
	int status = parse(&exits, argc, argv);

	if (status)
		return status;
	if (exits.log)
		return exits_from_log(&(struct exits_log){
			.path = exits.log,
			.json = exits.json,
			.pid = exits.filter.tgid,
			.count = exits.count,
		});
	exits.nta = open_module();
	if (!exits.nta)
		return FAILED;
	status = run(&exits);
	netatop_close(exits.nta);
	return status;
}
