/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon netatopd, which reads the exit list and writes a log for atop.
 */
#ifndef _NETATOP_NETATOPD_H
#define _NETATOP_NETATOPD_H

#include "../../uapi/netatopd.h"

#include <stdbool.h>

bool netatopd_runs(void);

#endif /* _NETATOP_NETATOPD_H */
