/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netatopd has to say: to the journal, to syslog, or to a terminal.
 */
#ifndef _NETATOPD_SAY_H
#define _NETATOPD_SAY_H

#include <stdbool.h>
#include <syslog.h>

void say_begin(bool to_syslog, bool verbose);
/* @level as of syslog(3); LOG_DEBUG only if verbose. A newline is added. */
void say(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* _NETATOPD_SAY_H */
