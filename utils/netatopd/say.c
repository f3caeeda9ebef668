// SPDX-License-Identifier: GPL-2.0
/*
 * What netatopd has to say.
 */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool by_syslog, by_journal, verbosely;

/* The journal says which file it reads stderr from, and takes levels from there. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 && !fstat(2, &st) &&
	       st.st_dev == dev && st.st_ino == ino;
}

/**
 * say_begin() - where to
 * @to_syslog: stderr is closed
 * @verbose:   everything
 */
void say_begin(bool to_syslog, bool verbose)
{
	by_syslog = to_syslog;
	by_journal = !to_syslog && is_journal();
	verbosely = verbose;
	if (to_syslog)
		openlog("netatopd", LOG_PID, LOG_DAEMON);
}

void say(int level, const char *format, ...)
{
	char text[512];
	va_list args;

	if (level == LOG_DEBUG && !verbosely)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (by_syslog)
		syslog(level, "%s", text);
	else if (by_journal)
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "netatopd: %s\n", text);
}
