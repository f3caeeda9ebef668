/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdlib.h>

/* The same numbers for the same seed, wherever it runs. */
static uint64_t fuzz_state;

static inline void fuzz_seed(const char *text)
{
	fuzz_state = strtoull(text, NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
}

static inline uint32_t fuzz_next(void)
{
	fuzz_state ^= fuzz_state << 13;
	fuzz_state ^= fuzz_state >> 7;
	fuzz_state ^= fuzz_state << 17;
	return fuzz_state >> 32;
}

/* 0 to below - 1 */
static inline uint32_t fuzz_below(uint32_t below)
{
	return fuzz_next() % below;
}

#define fuzz_one_of(array) ((array)[fuzz_below(sizeof(array) / sizeof(*(array)))])

#endif
