// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a log of netatopd, whatever has happened to it.
 */
#include "test.h"

#include "../../netatopd/logread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define RECORDS	40
#define HEADER	sizeof(struct netatopd_header)

/* A log that can be damaged. */
struct image {
	unsigned char data[8192];
	size_t size;
	size_t at[RECORDS + 1];		/* where each record begins, and the end */
};

static struct netpertask record(int number)
{
	struct netpertask task = { .id = 1000 + number, .btime = 1700000000 + number };

	snprintf(task.command, sizeof(task.command), "process %d", number);
	task.tcpsndpacks = number;
	task.udprcvbytes = 1ULL << number;
	return task;
}

static struct netatopd_header *header_of(struct image *image)
{
	return (struct netatopd_header *)image->data;
}

static void make_log(struct image *image)
{
	static struct image made;
	int i;

	if (made.size) {
		*image = made;
		return;
	}
	memset(image, 0, sizeof(*image));
	*header_of(image) = (struct netatopd_header){
		.magic = NETATOPD_MAGIC,
		.curseq = RECORDS,
		.hdrlen = HEADER,
		.reclen = sizeof(struct netpertask),
		.pid = 1,
	};
	image->size = HEADER;
	for (i = 0; i < RECORDS; i++) {
		struct netpertask task = record(i);
		uLongf length = 255;

		image->at[i] = image->size;
		assert_int_equal(compress(image->data + image->size + 1, &length,
					  (Bytef *)&task, sizeof(task)), Z_OK);
		image->data[image->size] = length;
		image->size += 1 + length;
	}
	image->at[RECORDS] = image->size;
	made = *image;
}

/* Gives back all before a record, as netatopd does. */
static void trim(struct image *image, int first)
{
	struct netatopd_trim trim = { .first_offset = image->at[first], .first_seq = first };

	memset(image->data + HEADER, 0, image->at[first] - HEADER);
	memcpy(image->data + HEADER, &trim, sizeof(trim));
}

/*
 * How many records were read, and -1 if it ended with an error. @from: number of
 * the first one; -1: they are not compared.
 */
static int read_data(struct logread *log, const void *data, size_t size, int from)
{
	static int fd = -1;
	int ret, count = 0;

	if (fd < 0)
		fd = memfd_create("log", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, data, size, 0), size);
	ret = logread_begin(log, fd);
	while (!ret && (ret = logread_next(log)) == 1) {
		if (from >= 0) {
			struct netpertask wanted = record(from + count);

			assert_memory_equal(&log->task, &wanted, sizeof(wanted));
		}
		assert_true(memchr(log->task.command, 0, sizeof(log->task.command)));
		count++;
		ret = 0;
	}
	if (!ret)
		return count;
	assert_int_equal(ret, -EBADMSG);
	assert_non_null(log->reason);
	return -1;
}

static struct logread log_;
static struct image image_;

static int read_image(int from) { return read_data(&log_, image_.data, image_.size, from); }

static void is_damaged(const char *reason, uint64_t offset)
{
	assert_int_equal(read_image(-1), -1);
	assert_string_equal(log_.reason, reason);
	assert_int_equal(log_.offset, offset);
	make_log(&image_);
}

static void reads_all(void **state)
{
	(void)state;
	make_log(&image_);
	assert_int_equal(read_image(0), RECORDS);
	assert_false(log_.trimmed);
	assert_int_equal(log_.offset, image_.size);
	/* what is behind the last one is being written */
	header_of(&image_)->curseq = RECORDS - 3;
	assert_int_equal(read_image(0), RECORDS - 3);
	header_of(&image_)->curseq = 0;
	assert_int_equal(read_image(0), 0);
}

static void reads_what_was_kept(void **state)
{
	int first;

	(void)state;
	for (first = 2; first <= RECORDS; first++) {
		make_log(&image_);
		trim(&image_, first);
		assert_int_equal(read_image(first), RECORDS - first);
		assert_true(log_.trimmed);
		assert_int_equal(log_.kept, RECORDS - first);
	}
}

static void says_what_is_wrong(void **state)
{
	struct netatopd_trim *hole = (struct netatopd_trim *)(image_.data + HEADER);
	unsigned char length;

	(void)state;
	make_log(&image_);
	header_of(&image_)->magic++;
	is_damaged("this is no log of netatopd", 0);
	header_of(&image_)->hdrlen++;
	is_damaged("the header has another length", 8);
	header_of(&image_)->reclen--;
	is_damaged("its records have another length", 10);
	header_of(&image_)->curseq++;
	is_damaged("fewer records than the header says", image_.size);
	image_.size = image_.at[7] + 5;
	is_damaged("a record is cut short", image_.at[7]);
	image_.size = image_.at[7];
	is_damaged("fewer records than the header says", image_.at[7]);
	image_.data[image_.at[7] + 1] ^= 0xff;
	is_damaged("a record cannot be uncompressed", image_.at[7]);
	image_.data[image_.at[7]] = 0;
	is_damaged("a record without a length", image_.at[7]);
	length = 200;
	{
		/* of another size when it is uncompressed */
		uLongf size = length;

		compress(image_.data + image_.at[RECORDS - 1] + 1, &size, (Bytef *)"short", 5);
		image_.data[image_.at[RECORDS - 1]] = size;
		image_.size = image_.at[RECORDS - 1] + 1 + size;
	}
	is_damaged("a record has another length", image_.at[RECORDS - 1]);
	trim(&image_, 5);
	hole->first_seq = RECORDS + 1;
	is_damaged("what is said to be missing is not at the front", HEADER);
	trim(&image_, 5);
	hole->first_offset = HEADER;
	is_damaged("what is said to be missing is not at the front", HEADER);
	trim(&image_, 5);
	hole->first_offset = ~0ULL;
	is_damaged("fewer records than the header says", ~0ULL);
	image_.size = 3;
	is_damaged("the header is cut short", 3);
}

/* Any place to end at: never more than was there. */
static void cut_anywhere(void **state)
{
	size_t size;
	int kept;

	(void)state;
	make_log(&image_);
	for (size = 0; size < image_.at[RECORDS]; size += 7) {
		image_.size = size;
		assert_int_equal(read_image(0), -1);
		for (kept = 0; kept < RECORDS && image_.at[kept + 1] <= size; kept++)
			;
		if (size >= HEADER)
			assert_int_equal(log_.seq, kept);
	}
}

/* Nothing is wanted of it but that it ends, and reads nothing that is not there. */
static void changed_at_random(void **state)
{
	int round, n;

	(void)state;
	srand(2026);
	for (round = 0; round < 3000; round++) {
		make_log(&image_);
		if (rand() % 3 == 0)
			trim(&image_, 2 + rand() % (RECORDS - 1));
		for (n = rand() % 8; n >= 0; n--)
			image_.data[rand() % (rand() % 2 ? image_.size : HEADER + 24)] = rand();
		if (rand() % 4 == 0)
			image_.size = rand() % image_.size;
		read_image(-1);
	}
}

/* What a fuzzer has found worth keeping. */
static void corpus(void **state)
{
	static unsigned char data[65536];
	struct dirent *entry;
	int count = 0;
	DIR *dir = opendir(CORPUS);

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		int fd = openat(dirfd(dir), entry->d_name, O_RDONLY);
		ssize_t n = read(fd, data, sizeof(data));

		close(fd);
		if (n < 0)
			continue;
		read_data(&log_, data, n, -1);
		count++;
	}
	closedir(dir);
	assert_true(count > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all),
		cmocka_unit_test(reads_what_was_kept),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(changed_at_random),
		cmocka_unit_test(corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
