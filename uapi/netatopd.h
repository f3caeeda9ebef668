/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * netatopd - the log of finished processes that atop reads
 *
 * The daemon netatopd takes finished processes from the module and appends them
 * to NETATOPD_LOG, which begins with a struct netatopd_header. A record is one
 * byte that says how long it is, and as many bytes: a struct netpertask of
 * <netatop.h>, 64-bit layout, compressed by compress() of zlib.
 *
 * A reader maps the header. What is behind the last of its curseq records is
 * being written. A reader that finds that the log has no name any more (st_nlink
 * is 0) opens the one that has taken its place.
 *
 * Two semaphores of System V, key NETATOPD_SEMKEY, mode 0600, owned by root:
 *   0	1 while a netatopd runs
 *   1	NETATOPD_READERS less the number of readers: a reader takes one while it
 *	uses the log, with SEM_UNDO; when it has given it back it sends SIGHUP to
 *	the process that the header names, which begins a new log when no reader is
 *	left.
 *
 * While there are readers, the front of a log that has grown long is given back
 * to the file system when all of them have read it, and it is a hole then. Such
 * a log has a struct netatopd_trim behind the header, whose first byte is 0, as
 * no record's is. Readers that began at the end, as atop does, never see it.
 */
#ifndef _UAPI_NETATOPD_H
#define _UAPI_NETATOPD_H

#include <linux/types.h>

#define NETATOPD_LOG		"/run/netatop.log"
#define NETATOPD_SEMKEY		1541961
#define NETATOPD_READERS	100
#define NETATOPD_MAGIC		0xfeedb0b0U

/**
 * struct netatopd_header - begin of the log, in the byte order of the host
 * @magic:  NETATOPD_MAGIC
 * @curseq: number of records that were appended so far; it wraps
 * @hdrlen: bytes of this structure
 * @reclen: bytes of a record before it is compressed
 * @pid:    process id of netatopd
 */
struct netatopd_header {
	__u32	magic;
	__u32	curseq;
	__u16	hdrlen;
	__u16	reclen;
	__s32	pid;
};

/**
 * struct netatopd_trim - what is missing at the front of the log
 * @zero:	  0, where a record has its length
 * @first_offset: of the first record that is still there
 * @first_seq:	  number of records before it
 * @reserved:	  0
 */
struct netatopd_trim {
	__u8	zero;
	__u8	reserved[7];
	__u64	first_offset;
	__u32	first_seq;
	__u32	reserved2;
};

#endif /* _UAPI_NETATOPD_H */
