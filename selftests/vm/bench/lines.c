// SPDX-License-Identifier: GPL-2.0
/*
 * lines - a plugin of the emulator: which instructions of the kernel make lines of memory move between
 * processors
 *
 *	-plugin lines.so,out=FILE
 *
 * Each processor has a cache without end, of lines of 64 bytes. A line moves when a processor reads
 * what another has written, or writes what another has had since. For how long that is counted the
 * guest says: a store to MARK begins, one to MARK + 8 ends, and appends to FILE a line "window" and
 * lines "ADDRESS MOVES". What programs do themselves does not count.
 *
 * The emulator's functions are declared here as far as they are used: there is no package of its header.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mark.h"

#define EXPORT __attribute__((visibility("default")))
#define LINES (1UL << 28)	/* of 16 GB */
#define DIRTY 0x80		/* a processor has written it, and has it alone; bit N: processor N has it */
#define CPUS_MAX 7

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

enum { NO_REGS = 0, STORES = 2, ALL_ACCESSES = 3 };

typedef void access_fn(unsigned int cpu, uint32_t info, uint64_t address, void *place);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, access_fn *cb, int regs, int which, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(uint32_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *hwaddr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *hwaddr);

EXPORT int qemu_plugin_version = 1;

/* An instruction; the same one again if it is translated again. They stay. */
struct place {
	uint64_t address;
	unsigned long moves;
	struct place *next;
};

static const char *out;
static struct place *places;
static unsigned char *lines;
static bool counting;

static void begin(void)
{
	struct place *place;

	for (place = __atomic_load_n(&places, __ATOMIC_ACQUIRE); place; place = place->next)
		__atomic_store_n(&place->moves, 0, __ATOMIC_RELAXED);
	/* who has what is known from the first access on */
	madvise(lines, LINES, MADV_DONTNEED);
	__atomic_store_n(&counting, true, __ATOMIC_RELEASE);
}

static void end(void)
{
	struct place *place;
	unsigned long moves;
	FILE *f;

	__atomic_store_n(&counting, false, __ATOMIC_RELEASE);
	f = fopen(out, "a");
	if (!f)
		abort();
	fprintf(f, "window\n");
	for (place = __atomic_load_n(&places, __ATOMIC_ACQUIRE); place; place = place->next) {
		moves = __atomic_load_n(&place->moves, __ATOMIC_RELAXED);
		if (moves)
			fprintf(f, "%016lx %lu\n", (unsigned long)place->address, moves);
	}
	fclose(f);
}

/* Does the line move? */
static bool touch(unsigned char *line, unsigned int cpu, bool store)
{
	unsigned char mine = 1 << cpu, old = __atomic_load_n(line, __ATOMIC_RELAXED), new;

	do {
		if (store)
			new = mine | DIRTY;
		else if (old & mine)
			return false;
		else
			new = (old & ~DIRTY) | mine;
		if (new == old)
			return false;
	} while (!__atomic_compare_exchange_n(line, &old, new, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return store ? old & ~(mine | DIRTY) : old & DIRTY;
}

static void access_memory(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
	struct qemu_plugin_hwaddr *hwaddr;
	struct place *place = data;
	uint64_t phys;

	if (place->address >> 63 == 0) {
		if (address == MARK)
			begin();
		else if (address == MARK + 8)
			end();
		return;
	}
	if (!__atomic_load_n(&counting, __ATOMIC_RELAXED) || cpu >= CPUS_MAX)
		return;
	hwaddr = qemu_plugin_get_hwaddr(info, address);
	if (!hwaddr || qemu_plugin_hwaddr_is_io(hwaddr))
		return;
	phys = qemu_plugin_hwaddr_phys_addr(hwaddr);
	if (phys / 64 < LINES && touch(&lines[phys / 64], cpu, qemu_plugin_mem_is_store(info)))
		__atomic_fetch_add(&place->moves, 1, __ATOMIC_RELAXED);
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	struct place *place;

	(void)id;
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		place = calloc(1, sizeof(*place));
		if (!place)
			abort();
		place->address = qemu_plugin_insn_vaddr(insn);
		place->next = __atomic_load_n(&places, __ATOMIC_RELAXED);
		while (!__atomic_compare_exchange_n(&places, &place->next, place, true, __ATOMIC_RELEASE,
						    __ATOMIC_RELAXED))
			;
		qemu_plugin_register_vcpu_mem_cb(insn, access_memory, NO_REGS,
						 place->address >> 63 ? ALL_ACCESSES : STORES, place);
	}
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "lines: -plugin lines.so,out=FILE\n");
		return -1;
	}
	out = argv[0] + 4;
	lines = mmap(NULL, LINES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (lines == MAP_FAILED)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
