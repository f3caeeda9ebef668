// SPDX-License-Identifier: GPL-2.0
/*
 * netatop top: a live view of who uses the network; without a terminal the same
 * once.
 */
#include "common.h"
#include "top_source.h"
#include "top_table.h"
#include "top_term.h"
#include "top_view.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FADE_SECONDS	10

const char usage_top[] =
	"[-bj] [-f TEXT] [-i SEC] [--sort KEY]\n\n"
	"On a terminal: a live view of processes by bandwidth; ? explains its keys. Else, and\n"
	"with -j: what they did in one interval.\n\n"
	"  -b, --bits          rates in bits instead of bytes\n"
	"  -f, --filter TEXT   those with TEXT in their name, user or unit, or as their number\n"
	"  -i, --interval SEC  of SEC seconds (0.1 to 86400, 1)\n"
	"  -j, --json          JSON\n"
	"      --sort KEY      rate (default), snd, rcv, packets, total, tcp, udp, pid, name,\n"
	"                      user, unit\n";

struct top {
	struct top_source source;
	struct top_view view;
	struct top_screen screen;
	bool json;
	int signals;		/* signalfd */
	int ended_by;		/* signal */
	bool quit;
	double next;		/* sample */
};

static int parse(struct top *top, int argc, char **argv)
{
	enum { SORT = 256 };
	static const struct option longs[] = {
		{ "bits", no_argument, NULL, 'b' },
		{ "filter", required_argument, NULL, 'f' },
		{ "interval", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "sort", required_argument, NULL, SORT },
		{ }
	};
	struct top_view *view = &top->view;
	int c;

	while ((c = getopt_long(argc, argv, ":bf:i:j", longs, NULL)) != -1) {
		switch (c) {
		case 'b':
			view->bits = true;
			break;
		case 'f':
			if (strlen(optarg) >= sizeof(view->order.filter))
				return usage_error("top", "a filter has at most %zu bytes",
						   sizeof(view->order.filter) - 1);
			strcpy(view->order.filter, optarg);
			break;
		case 'i':
			if (!parse_seconds(optarg, &view->interval) || view->interval < 0.1)
				return usage_error("top",
						   "an interval is 0.1 to 86400 seconds, not %s",
						   optarg);
			break;
		case 'j':
			top->json = true;
			break;
		case SORT:
			if (!top_key_parse(optarg, &view->order.key))
				return usage_error("top", "there is no key %s", optarg);
			break;
		default:
			return option_error("top", c, argv);
		}
	}
	if (optind < argc)
		return usage_error("top", "%s is one argument too many", argv[optind]);
	return DONE;
}

static int milliseconds_until(double time)
{
	double left = time - now_seconds();

	return left <= 0 ? 0 : left > 1e6 ? 1000000000 : (int)(left * 1000) + 1;
}

/* --- once */

static int failed(const struct top *top, int err)
{
	return explain(err, netatop_error_text(top->source.nta),
		       netatop_family_version(top->source.nta), "the processes");
}

/* Both samples must be of one load of the module. */
static int run_once(struct top *top)
{
	struct pollfd pfd = { .fd = top_source_fd(&top->source), .events = POLLIN };
	int err = top_source_sample(&top->source, &top->view);

	if (err)
		return failed(top, err);
	top->next = now_seconds() + top->view.interval;
	while (milliseconds_until(top->next)) {
		if (poll(&pfd, 1, milliseconds_until(top->next)) < 0 && errno != EINTR) {
			complain("poll: %s", strerror(errno));
			return FAILED;
		}
		top_source_events(&top->source, &top->view);
	}
	err = top_source_sample(&top->source, &top->view);
	if (err)
		return failed(top, err);
	if (top->view.processes.seconds <= 0) {
		complain("the module was loaded anew in the interval; try again");
		return FAILED;
	}
	if (top_view_update(&top->view)) {
		complain("no memory");
		return FAILED;
	}
	return top->json ? top_table_json(&top->view) : top_table_print(&top->view);
}

/* --- live */

/* The size of the terminal can have changed. */
static int draw(struct top *top)
{
	int rows, columns;

	top_term_size(&rows, &columns);
	if (rows != top->screen.rows || columns != top->screen.columns) {
		top_screen_free(&top->screen);
		if (top_screen_init(&top->screen, rows, columns, top_utf8()))
			return -ENOMEM;
	}
	if (top_view_update(&top->view))
		return -ENOMEM;
	top_screen_clear(&top->screen);
	top_view_render(&top->view, &top->screen);
	top_term_draw(&top->screen);
	return 0;
}

/* What is wrong is on the screen. */
static void sample(struct top *top)
{
	double now;

	top_source_sample(&top->source, &top->view);
	now = now_seconds();
	top->next += top->view.interval;
	if (top->next <= now || top->next > now + top->view.interval)
		top->next = now + top->view.interval;
}

static void take_keys(struct top *top)
{
	double interval = top->view.interval;
	int key;

	while ((key = top_term_key()) >= 0) {
		switch (top_view_key(&top->view, key)) {
		case TOP_QUIT:
			top->quit = true;
			break;
		case TOP_SAMPLE:
			top_source_page(&top->source, &top->view);
			break;
		case TOP_RESUME:
			sample(top);
			break;
		case TOP_REPAINT:
			top_term_repaint();
			break;
		default:
			break;
		}
		/* the next key is about what this one has done */
		if (top_view_update(&top->view))
			return;
	}
	if (top->view.interval != interval)
		top->next = now_seconds() + top->view.interval;
}

static void take_signal(struct top *top)
{
	struct signalfd_siginfo info;

	if (read(top->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGWINCH:
	case SIGCONT:
		top_term_resize();
		break;
	case SIGTSTP:
		top_term_suspend();
		break;
	default:
		top->ended_by = info.ssi_signo;
		top->quit = true;
	}
}

/* Until something happens or the next sample is due. */
static int wait_for(struct top *top, struct pollfd *fds)
{
	int timeout = top->view.paused ? -1 : milliseconds_until(top->next);

	fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = top->signals, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = top_source_fd(&top->source), .events = POLLIN };
	if (poll(fds, 3, timeout) < 0 && errno != EINTR)
		return -errno;
	/* the terminal is gone */
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		top->quit = true;
	return 0;
}

static int live(struct top *top)
{
	struct pollfd fds[3];
	int err = 0;

	sample(top);
	while (!err && !top->quit) {
		bool due;

		err = draw(top);
		if (!err)
			err = wait_for(top, fds);
		if (err || top->quit)
			break;
		if (fds[1].revents)
			take_signal(top);
		if (fds[0].revents)
			take_keys(top);
		due = !milliseconds_until(top->next);
		if (fds[2].revents && top_source_events(&top->source, &top->view))
			due = true;
		if (due && !top->view.paused && !top->quit)
			sample(top);
	}
	return err;
}

/* Signals are read like keys, so that none comes while the screen is being drawn. */
static int catch_signals(struct top *top, sigset_t *old)
{
	static const int numbers[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT,
		SIGTSTP,
	};
	sigset_t set;
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, old);
	top->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (top->signals >= 0)
		return DONE;
	complain("signalfd: %s", strerror(errno));
	return FAILED;
}

static int run_live(struct top *top)
{
	sigset_t old;
	int err;

	if (catch_signals(top, &old))
		return FAILED;
	if (top_term_open()) {
		close(top->signals);
		return FAILED;
	}
	err = live(top);
	top_term_close();
	close(top->signals);
	top_screen_free(&top->screen);
	if (top->ended_by) {
		/* who started us is to know */
		signal(top->ended_by, SIG_DFL);
		raise(top->ended_by);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (!err)
		return DONE;
	complain("%s", strerror(-err));
	return FAILED;
}

static void describe(struct top_entry *entry)
{
	snprintf(entry->user, sizeof(entry->user), "%s", user_name(entry->task.uid));
	if (!task_unit(&entry->task, entry->unit, sizeof(entry->unit)))
		*entry->unit = 0;
}

int cmd_top(int argc, char **argv, const struct options *opt)
{
	struct top top = { .json = opt->json, .view = { .interval = 1 } };
	int status = parse(&top, argc, argv);

	if (status)
		return status;
	if (top_source_open(&top.source))
		return FAILED;
	top_model_init(&top.view.processes, FADE_SECONDS, describe);
	top_model_init(&top.view.threads, FADE_SECONDS, describe);
	if (top.json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		status = run_once(&top);
	else
		status = run_live(&top);
	top_view_free(&top.view);
	top_source_close(&top.source);
	return status;
}
