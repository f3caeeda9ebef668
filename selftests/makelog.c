// SPDX-License-Identifier: GPL-2.0
/*
 * makelog [-n RECORDS] [-p PID] [-t FIRST] [-e END] [-l] FILE
 *
 * Writes a log as netatopd does, with RECORDS records (10), and says where each
 * begins, and the log ends. Record i is of the process PID + i (1000), "process i",
 * which began at 1700000000 + i; its counter j is (i + 1) * 1000 + j.
 *
 *	-t	all before record FIRST is given back
 *	-e	the last record is another one:
 *		  name	  of a process whose name is not to be shown as it is
 *		  edge	  all of its numbers are as large as they can be
 *		  long	  one byte too long when it is uncompressed
 *		  short	  one too short
 *		  behind  there is something behind the compressed data
 *		  trash	  it is not compressed
 *	-l	then appends and gives back without end, until it is killed; says
 *		"ready" when it has given back for the first time
 */
#include <fcntl.h>
#include <netatop.h>
#include <netatopd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PAGE		4096
#define KEPT		3000	/* records of a log that is given back all the time */
#define BATCH		100

static struct netatopd_header header = {
	.magic = NETATOPD_MAGIC,
	.hdrlen = sizeof(struct netatopd_header),
	.reclen = sizeof(struct netpertask),
	.pid = 1,
};
static struct netatopd_trim trim = { .first_offset = sizeof(header) };
static uint64_t end = sizeof(header);
static int fd, pid = 1000;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void put(const void *data, size_t size, uint64_t offset)
{
	if (pwrite(fd, data, size, offset) != (ssize_t)size)
		die("write");
}

static void append(uint32_t i, const char *kind)
{
	unsigned char out[256];
	struct {
		struct netpertask task;
		char more[8];
	} record = { .task = { .id = pid + i, .btime = 1700000000UL + i } };
	unsigned long long *counters = &record.task.tcpsndpacks;
	uLongf length = sizeof(out) - 1;
	size_t size = sizeof(record.task);
	int j;

	snprintf(record.task.command, sizeof(record.task.command), "process %u", i);
	for (j = 0; j < 8; j++)
		counters[j] = (i + 1) * 1000ULL + j;
	if (!strcmp(kind, "name"))
		memcpy(record.task.command, "\033[2Ja\nb\xffqrstuvwxy", 16);
	if (!strcmp(kind, "edge"))
		memset(&record.task, 0xff, sizeof(record.task));
	if (!strcmp(kind, "long"))
		size++;
	if (!strcmp(kind, "short"))
		size--;
	if (compress(out + 1, &length, (Bytef *)&record, size) != Z_OK)
		die("compress");
	if (!strcmp(kind, "behind"))
		out[1 + length++] = 'x';
	if (!strcmp(kind, "trash"))
		memset(out + 1, 'x', length);
	out[0] = length;
	put(out, 1 + length, end);
	end += 1 + length;
	header.curseq++;
}

static void give_back(uint32_t first)
{
	unsigned char length;
	static const char zeros[PAGE];
	uint64_t at;

	while (trim.first_seq < first) {
		if (pread(fd, &length, 1, trim.first_offset) != 1)
			die("read");
		trim.first_offset += 1 + length;
		trim.first_seq++;
	}
	put(&trim, sizeof(trim), sizeof(header));
	if (trim.first_offset < 2 * PAGE ||
	    !fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE,
		       trim.first_offset / PAGE * PAGE - PAGE))
		return;
	/* a file system that has no holes */
	for (at = PAGE; at + PAGE <= trim.first_offset; at += PAGE)
		put(zeros, PAGE, at);
}

static void count(void)
{
	put(&header, sizeof(header), 0);
}

static void go_on(void)
{
	int i;

	for (;;) {
		for (i = 0; i < BATCH; i++)
			append(header.curseq, "");
		count();
		if (header.curseq <= KEPT)
			continue;
		give_back(header.curseq - KEPT);
		if (header.curseq <= KEPT + BATCH) {
			puts("ready");
			fflush(stdout);
		}
	}
}

int main(int argc, char **argv)
{
	const char *kind = "";
	uint32_t records = 10, first = 0, i;
	int c, live = 0;

	while ((c = getopt(argc, argv, "n:p:t:e:l")) != -1) {
		switch (c) {
		case 'n':
			records = atoi(optarg);
			break;
		case 'p':
			pid = atoi(optarg);
			break;
		case 't':
			first = atoi(optarg);
			break;
		case 'e':
			kind = optarg;
			break;
		case 'l':
			live = 1;
			break;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc)
		return 2;
	fd = open(argv[optind], O_RDWR | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		die(argv[optind]);
	count();
	for (i = 0; i < records; i++) {
		printf("%llu\n", (unsigned long long)end);
		append(i, i + 1 < records ? "" : kind);
	}
	printf("%llu\n", (unsigned long long)end);
	count();
	if (first)
		give_back(first);
	fflush(stdout);
	if (live)
		go_on();
	return 0;
}
