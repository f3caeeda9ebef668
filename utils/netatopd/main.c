// SPDX-License-Identifier: GPL-2.0
/*
 * netatopd - writes finished processes to the log that atop reads
 */
#include "log.h"
#include "say.h"
#include "sems.h"
#include "stdfds.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netatopd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define DONE	0
#define FAILED	1
#define MISUSED	2

#define DIRECTORY	"/run/netatopd"
#define PID_FILE	"/run/netatopd.pid"
#define MAX_SIZE	(16ULL << 20)

/* Many processes can finish at once. */
#define EVENT_BUFFER	(8 << 20)

static const char usage[] =
	"Usage: netatopd [-dv] [-l FILE] [-p FILE] [-s BYTES]\n\n"
	"Writes finished processes to the log that atop reads.\n\n"
	"  -d, --daemon          in the background, with messages to syslog\n"
	"  -l, --log FILE        the log (" NETATOPD_LOG ")\n"
	"  -p, --pid-file FILE   with -d, has the process id (" PID_FILE ")\n"
	"  -s, --max-size BYTES  of the log, with k, M or G (16M)\n"
	"  -v, --verbose         say more\n"
	"      --clean           make the semaphores, in the place of foreign ones, and end\n"
	"  -V, --version         show the version\n"
	"  -h, --help            show this\n";

struct arguments {
	bool daemon, verbose, clean;
	const char *log, *pid_file;
	uint64_t max_size;
};

struct netatopd {
	struct store store;
	struct netatop_events *events;
	int signals, timer;
	int unreadable;		/* why the module cannot be read, 0: it can */
	bool stop;
};

static int flush(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "netatopd: write: %s\n", strerror(errno));
		return FAILED;
	}
	return DONE;
}

static bool parse_size(const char *text, uint64_t *size)
{
	char *end;
	unsigned int shift = 0;

	errno = 0;
	*size = strtoull(text, &end, 10);
	if (*end == 'k')
		shift = 10;
	else if (*end == 'M')
		shift = 20;
	else if (*end == 'G')
		shift = 30;
	if (*text < '0' || *text > '9' || errno || (shift ? end[1] : *end) || *size > 1ULL << (40 - shift))
		return false;
	*size <<= shift;
	return *size >= 16384;
}

static int misused(const char *what, const char *which)
{
	fprintf(stderr, "netatopd: %s%s\nTry: netatopd --help\n", what, which);
	return MISUSED;
}

/* In the background its directory is another. */
static int check_paths(const struct arguments *args)
{
	const char *paths[] = { args->log, args->pid_file };

	for (size_t i = 0; i < 2; i++)
		if (paths[i][0] != '/')
			return misused("in the background a path begins with /: ", paths[i]);
	return -1;
}

/* Returns -1 to go on, or how to end. */
static int parse(int argc, char **argv, struct arguments *args)
{
	static const struct option longs[] = {
		{ "clean", no_argument, NULL, 'c' },
		{ "daemon", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "log", required_argument, NULL, 'l' },
		{ "max-size", required_argument, NULL, 's' },
		{ "pid-file", required_argument, NULL, 'p' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":dhl:p:s:vV", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			args->clean = true;
			break;
		case 'd':
			args->daemon = true;
			break;
		case 'l':
			args->log = optarg;
			break;
		case 'p':
			args->pid_file = optarg;
			break;
		case 's':
			if (!parse_size(optarg, &args->max_size))
				return misused("a size is 16k to 1024G, not ", optarg);
			break;
		case 'v':
			args->verbose = true;
			break;
		case 'V':
			puts("netatopd " NETATOP_VERSION);
			return flush();
		case 'h':
			fputs(usage, stdout);
			return flush();
		case ':':
			return misused("a value is missing: ", argv[optind - 1]);
		default:
			return misused("there is no option ", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return misused("one argument too many: ", argv[optind]);
	return args->daemon ? check_paths(args) : -1;
}

/* --- in the background */

/*
 * Returns in the process that goes on, with a pipe to write to once it serves; the
 * one that was started waits for that, so that whoever has started it knows.
 */
static int background(void)
{
	int ready[2], null;
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(ready[1]);
		_exit(read(ready[0], &byte, 1) == 1 ? DONE : FAILED);
	}
	close(ready[0]);
	setsid();
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid)
		_exit(DONE);
	if (chdir("/"))
		return -errno;
	umask(022);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		return -errno;
	return ready[1];
}

static int write_pid_file(const char *path)
{
	char text[16];
	int fd, length = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (unlink(path) && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, length) != length) {
		close(fd);
		unlink(path);
		return -ENOSPC;
	}
	close(fd);
	return 0;
}

/* --- what happens */

static int on_event(const struct netatop_event *event, void *data)
{
	struct netatopd *d = data;

	switch (event->type) {
	case NETATOP_EVENT_UNLOADED:
		say(LOG_NOTICE, "the module has been unloaded; waiting until it is back");
		sd_notify(0, "STATUS=Waiting for the module");
		d->unreadable = -ENODEV;
		break;
	case NETATOP_EVENT_LOADED:
		say(LOG_NOTICE, "the module is back");
		break;
	default:
		break;
	}
	return 0;
}

static void read_events(struct netatopd *d)
{
	int err = netatop_events_read(d->events, on_event, d);

	if (err)
		say(LOG_DEBUG, "events: %s %s", strerror(-err),
		    netatop_events_error_text(d->events));
}

static void read_list(struct netatopd *d)
{
	int err = store_all(&d->store);

	if (err == -ENODEV || err == -EPERM || err == -EPROTONOSUPPORT) {
		if (err != d->unreadable && err == -ENODEV)
			say(LOG_NOTICE, "the module is not loaded; waiting for it (modprobe netatop)");
		else if (err != d->unreadable)
			say(LOG_ERR, "the module cannot be read: %s %s", strerror(-err),
			    netatop_error_text(d->store.nta));
		if (err != d->unreadable)
			sd_notify(0, "STATUS=Waiting for the module");
		d->unreadable = err;
		return;
	}
	if (d->unreadable)
		sd_notify(0, "STATUS=Writing finished processes to the log");
	d->unreadable = 0;
}

static void read_signals(struct netatopd *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			store_tidy(&d->store, true);
		else
			d->stop = true;
	}
}

/* Returns whether it was time. */
static bool tick(struct netatopd *d)
{
	uint64_t times;

	if (read(d->timer, &times, sizeof(times)) != sizeof(times))
		return false;
	sd_notify(0, "WATCHDOG=1");
	sems_check();
	if (!log_check(&d->store.log))
		store_tidy(&d->store, false);
	return true;
}

static int serve(struct netatopd *d)
{
	struct pollfd fds[] = {
		{ .fd = d->signals, .events = POLLIN },
		{ .fd = netatop_events_fd(d->events), .events = POLLIN },
		{ .fd = d->timer, .events = POLLIN },
	};
	bool again = true;

	while (!d->stop) {
		/* also what came while nobody listened; what failed will do so at once, too */
		if (again || !d->store.failing)
			read_list(d);
		if (poll(fds, 3, d->store.more ? 0 : -1) < 0 && errno != EINTR) {
			say(LOG_ERR, "poll: %s", strerror(errno));
			return FAILED;
		}
		read_events(d);
		read_signals(d);
		again = tick(d);
	}
	read_list(d);
	return DONE;
}

/* --- begin and end */

/* Each second, or twice in the time after which systemd believes that this has died. */
static struct itimerspec how_often(void)
{
	struct itimerspec often = { .it_value.tv_sec = 1, .it_interval.tv_sec = 1 };
	uint64_t usec;

	if (sd_watchdog_enabled(0, &usec) > 0 && usec < 2000000) {
		often.it_interval = (struct timespec){ .tv_nsec = usec * 1000 / 2 };
		often.it_value = often.it_interval;
	}
	return often;
}

static int watch(struct netatopd *d)
{
	struct itimerspec often = how_often();
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	d->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	d->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (d->signals < 0 || d->timer < 0 || timerfd_settime(d->timer, 0, &often, NULL))
		return -errno;
	return 0;
}

static int open_module(struct netatopd *d)
{
	int err = netatop_open(&d->store.nta, NETATOP_OPEN_UNLOADED);

	if (!err)
		err = netatop_events_open(&d->events, NETATOP_OPEN_UNLOADED);
	if (!err)
		/* with less there are just more calls that find nothing */
		netatop_events_set_buffer(d->events, EVENT_BUFFER);
	return err;
}

static int begin(struct netatopd *d, const struct arguments *args)
{
	struct log *log = &d->store.log;
	int err;

	*log = (struct log){ .path = args->log, .max_size = args->max_size, .fd = -1 };
	d->store.fresh = true;
	/* first: a SIGHUP is not to end what has just begun */
	err = watch(d);
	if (err) {
		say(LOG_ERR, "cannot begin: %s", strerror(-err));
		return err;
	}
	if (mkdir(DIRECTORY, 0755) && errno != EEXIST) {
		err = -errno;
		say(LOG_ERR, DIRECTORY ": %s", strerror(errno));
		return err;
	}
	err = state_open(&d->store.state, DIRECTORY "/state");
	if (err)
		return err;
	err = open_module(d);
	if (err == -EPERM)
		say(LOG_ERR, "the module may not be read: CAP_NET_ADMIN in the initial user namespace is needed");
	else if (err)
		say(LOG_ERR, "cannot begin: %s", strerror(-err));
	if (err)
		return err;
	/* before the log is touched: another netatopd may write it */
	err = sems_open();
	if (err)
		return err;
	err = log_open(log);
	if (err) {
		say(LOG_ERR, "%s: %s", log->path, strerror(-err));
		return err;
	}
	return sems_raise();
}

static int run(const struct arguments *args)
{
	static struct netatopd d;
	int ready = -1, status;

	if (args->daemon) {
		ready = background();
		if (ready < 0) {
			say(LOG_ERR, "cannot go into the background: %s", strerror(-ready));
			return FAILED;
		}
	}
	if (begin(&d, args))
		return FAILED;
	if (args->daemon) {
		int err = write_pid_file(args->pid_file);

		if (err) {
			say(LOG_ERR, "%s: %s", args->pid_file, strerror(-err));
			return FAILED;
		}
		say_begin(true, args->verbose);
		dup2(0, 2);
		if (write(ready, "", 1) != 1)
			say(LOG_DEBUG, "nobody waits for the start");
		close(ready);
	}
	sd_notify(0, "READY=1\nSTATUS=Writing finished processes to the log");
	say(LOG_INFO, "writes %s", args->log);
	status = serve(&d);
	sd_notify(0, "STOPPING=1");
	say(LOG_INFO, "ends; %u records are in the log", d.store.log.curseq);
	if (args->daemon)
		unlink(args->pid_file);
	netatop_events_close(d.events);
	netatop_close(d.store.nta);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments args = {
		.log = NETATOPD_LOG,
		.pid_file = PID_FILE,
		.max_size = MAX_SIZE,
	};
	int status;

	if (!stdfds_open()) {
		fprintf(stderr, "netatopd: /dev/null: %s\n", strerror(errno));
		return FAILED;
	}
	status = parse(argc, argv, &args);
	if (status >= 0)
		return status;
	say_begin(false, args.verbose);
	if (args.clean)
		return sems_clean() ? FAILED : DONE;
	return run(&args);
}
