// SPDX-License-Identifier: GPL-2.0
/*
 * netatop ps: processes or threads and their traffic, once or by interval.
 */
#include "common.h"
#include "ps.h"

#include <errno.h>
#include <getopt.h>

const char usage_ps[] =
	"[-jt] [-p PID] [-u USER] [--sort KEY] [-i SEC [-n N]]\n\n"
	"Shows what processes have sent and received since they were first seen, or with\n"
	"-i in each interval, with those that finished in it.\n\n"
	"  -i, --interval SEC  each SEC seconds (0.01 to 86400)\n"
	"  -j, --json          JSON; with -i one object a line\n"
	"  -n, --count N       N intervals; without it until interrupted\n"
	"  -p, --pid PID       this process, or with -t its threads\n"
	"      --sort KEY      bytes (default), packets, snd, rcv, tcp, udp, pid, name,\n"
	"                      user, start\n"
	"  -t, --threads       threads instead of processes\n"
	"  -u, --user USER     of this user, a name or number\n";

static int report(const struct ps *ps, int err)
{
	explain(err, netatop_error_text(ps->nta), netatop_family_version(ps->nta),
		"the processes");
	return err;
}

/**
 * ps_take() - ask for all tasks
 * @ps:	    which
 * @sample: where to put them
 *
 * Return: 0; -EAGAIN, with intervals: the module has gone or come meanwhile;
 * another error, and it has been said.
 */
int ps_take(struct ps *ps, struct sample *sample)
{
	int err = sample_take(sample, ps->nta, &ps->filter);

	/* loaded anew in the middle of it */
	if (err == -ESTALE)
		err = sample_take(sample, ps->nta, &ps->filter);
	if (ps->interval > 0 && (err == -ENODEV || err == -ESTALE))
		return -EAGAIN;
	return err ? report(ps, err) : 0;
}

static int once(struct ps *ps)
{
	if (ps_take(ps, &ps->now))
		return FAILED;
	if (ps->filter.match & NETATOP_MATCH_TGID && !ps->now.count) {
		complain("there is no process %d, or it has not used TCP or UDP%s",
			 ps->filter.tgid,
			 ps->filter.match & NETATOP_MATCH_UID ? ", or it is another user's" : "");
		return FAILED;
	}
	return ps_show(ps, &ps->now, 0);
}

static int parse(struct ps *ps, int argc, char **argv)
{
	enum { SORT = 256 };
	static const struct option longs[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "interval", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "pid", required_argument, NULL, 'p' },
		{ "sort", required_argument, NULL, SORT },
		{ "threads", no_argument, NULL, 't' },
		{ "user", required_argument, NULL, 'u' },
		{ }
	};
	uint64_t number;
	int c;

	while ((c = getopt_long(argc, argv, ":i:jn:p:tu:", longs, NULL)) != -1) {
		switch (c) {
		case 'i':
			if (!parse_seconds(optarg, &ps->interval))
				return usage_error("ps", "an interval is 0.01 to 86400 seconds, not %s", optarg);
			break;
		case 'j':
			ps->json = true;
			break;
		case 'n':
			if (!parse_number(optarg, 1, UINT32_MAX, &ps->count))
				return usage_error("ps", "a count is 1 or more, not %s", optarg);
			break;
		case 'p':
			if (!parse_number(optarg, 1, PID_MOST, &number))
				return usage_error("ps", "%s is no process id", optarg);
			ps->filter.match |= NETATOP_MATCH_TGID;
			ps->filter.tgid = number;
			break;
		case SORT:
			if (!ps_is_key(optarg))
				return usage_error("ps", "there is no key %s; they are: bytes packets snd rcv tcp udp pid name user start", optarg);
			ps->key = optarg;
			break;
		case 't':
			ps->filter.match |= NETATOP_MATCH_THREADS;
			break;
		case 'u':
			if (!parse_user(optarg, &ps->filter.uid))
				return usage_error("ps", "there is no user %s", optarg);
			ps->filter.match |= NETATOP_MATCH_UID;
			break;
		default:
			return option_error("ps", c, argv);
		}
	}
	if (optind < argc)
		return usage_error("ps", "%s is one argument too many", argv[optind]);
	if (ps->count && ps->interval <= 0)
		return usage_error("ps", "-n is of intervals: -i is missing");
	return DONE;
}

int cmd_ps(int argc, char **argv, const struct options *opt)
{
	struct ps ps = { .key = "bytes", .json = opt->json };
	int status = parse(&ps, argc, argv);

	if (status)
		return status;
	ps.nta = open_module();
	if (!ps.nta)
		return FAILED;
	status = ps.interval > 0 ? ps_intervals(&ps) : once(&ps);
	netatop_close(ps.nta);
	sample_free(&ps.now);
	sample_free(&ps.before);
	sample_free(&ps.older);
	sample_free(&ps.late);
	sample_free(&ps.done);
	return status;
}
