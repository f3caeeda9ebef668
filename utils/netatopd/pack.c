// SPDX-License-Identifier: GPL-2.0
/*
 * The compression of records in the log.
 */
#include "pack.h"

#include <errno.h>
#include <netatop.h>
#include <stdbool.h>
#include <zlib.h>

/**
 * pack() - compress a record
 * @out:  where to
 * @size: room there
 * @task: the record
 *
 * One stream for all: to begin one takes far longer than a record. The smallest window,
 * as a record is smaller.
 *
 * Return: its bytes, or a negative error number.
 */
int pack(unsigned char *out, size_t size, const struct netpertask *task)
{
	static bool ready;
	static z_stream z;
	int err;

	if (ready)
		err = deflateReset(&z);
	else
		err = deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 9, 1,
				   Z_DEFAULT_STRATEGY);
	if (err != Z_OK)
		return -ENOMEM;
	ready = true;
	z.next_in = (Bytef *)task;
	z.avail_in = sizeof(*task);
	z.next_out = out;
	z.avail_out = size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		return -EOVERFLOW;
	return size - z.avail_out;
}
