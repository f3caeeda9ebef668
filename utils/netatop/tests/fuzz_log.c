// SPDX-License-Identifier: GPL-2.0
/*
 * For libFuzzer:
 *
 *	clang -g -fsanitize=fuzzer,address,undefined -I../../../uapi fuzz_log.c \
 *		../../netatopd/logread.c -lz -o fuzz_log
 *	./fuzz_log -max_total_time=600 ../../../selftests/log_corpus
 */
#define _GNU_SOURCE
#include "../../netatopd/logread.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct logread log;
	static int fd = -1;
	int ret;

	if (fd < 0)
		fd = memfd_create("log", MFD_CLOEXEC);
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	ret = logread_begin(&log, fd);
	while (!ret)
		ret = logread_next(&log) - 1;
	return 0;
}
