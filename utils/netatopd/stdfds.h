/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The standard descriptors.
 */
#ifndef _NETATOPD_STDFDS_H
#define _NETATOPD_STDFDS_H

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/**
 * stdfds_open() - take the places of standard descriptors that are closed
 *
 * Else a file or a socket that is opened later would be in such a place, and get
 * what is meant for the user. To read or write the other way fails, as it does
 * on a closed one.
 *
 * Return: whether all three are open.
 */
static inline bool stdfds_open(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

#endif /* _NETATOPD_STDFDS_H */
