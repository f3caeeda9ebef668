/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * netatop - network statistics per process and thread: the getsockopt door
 *
 * A program opens any IPv4 socket and calls
 *
 *	getsockopt(fd, SOL_IP, NETATOP_..., buf, &len)
 *
 * All commands need CAP_NET_ADMIN in the initial user namespace.  Ids are
 * those of the pid namespace of the caller, but for a finished process, whose
 * id is that of the initial one.
 *
 *   NETATOP_PROBE	succeeds where the module is loaded; buf may be NULL and
 *			len 0.
 *   NETATOP_FORCE_GC	runs one garbage collection before it returns, but does not
 *			wait for a search for owners longer than two seconds.
 *   NETATOP_EMPTY_EXIT	waits until the list of finished processes has been read
 *			empty, at most exit_timeout seconds.
 *   NETATOP_GETCNT_EXIT
 *			waits for a finished process, takes it off the list and
 *			returns it.
 *   NETATOP_GETCNT_TGID
 *			returns the counters of the process whose id is in the
 *			structure passed.
 *   NETATOP_GETCNT_PID	the same for one thread.
 *
 * The GETCNT commands return a struct netpertask: all of it where len is at
 * least its size, else its first len bytes.  A 32-bit program is given the
 * 32-bit layout.
 *
 * Errors:
 *   EPERM		the capability is missing
 *   EINVAL		len is less than sizeof(pid_t) for a GETCNT command
 *   EFAULT		buf is not a valid address; a finished process stays listed.
 *			Or len, which netfilter reads before and writes after
 *			the command, cannot be written: a finished process has
 *			been handed out then
 *   ESRCH		no such process or thread, or none that has used TCP or UDP
 *   EINTR		a signal came while the command waited
 *   ENOPROTOOPT	the module is not loaded
 */
#ifndef _UAPI_NETATOP_H
#define _UAPI_NETATOP_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <sys/types.h>
#endif

#define NETATOP_BASE_CTL	15661

#define NETATOP_PROBE		(NETATOP_BASE_CTL)
#define NETATOP_FORCE_GC	(NETATOP_BASE_CTL + 1)
#define NETATOP_EMPTY_EXIT	(NETATOP_BASE_CTL + 2)
#define NETATOP_GETCNT_EXIT	(NETATOP_BASE_CTL + 3)
#define NETATOP_GETCNT_TGID	(NETATOP_BASE_CTL + 4)
#define NETATOP_GETCNT_PID	(NETATOP_BASE_CTL + 5)

/* the older spelling of three of them */
#define ATOP_GETCNT_EXIT	NETATOP_GETCNT_EXIT
#define ATOP_GETCNT_TGID	NETATOP_GETCNT_TGID
#define ATOP_GETCNT_PID		NETATOP_GETCNT_PID

/**
 * struct netpertask - counters of one process or thread
 * @id:		  process id (tgid) or thread id (tid)
 * @btime:	  start of the process or thread, seconds since the epoch
 * @command:	  name, always terminated by a NUL
 * @tcpsndpacks:  TCP packets sent, as on the wire (after segmentation)
 * @tcpsndbytes:  bytes of them: IP header and all behind it, link header
 * @tcprcvpacks:  TCP packets received
 * @tcprcvbytes:  bytes of them
 * @udpsndpacks:  UDP packets sent
 * @udpsndbytes:  bytes of them
 * @udprcvpacks:  UDP packets received
 * @udprcvbytes:  bytes of them
 *
 * 96 bytes on 64-bit machines; its size and offsets never change.
 */
struct netpertask {
	pid_t			id;
	unsigned long		btime;
	char			command[16];
	unsigned long long	tcpsndpacks;
	unsigned long long	tcpsndbytes;
	unsigned long long	tcprcvpacks;
	unsigned long long	tcprcvbytes;
	unsigned long long	udpsndpacks;
	unsigned long long	udpsndbytes;
	unsigned long long	udprcvpacks;
	unsigned long long	udprcvbytes;
};

#endif /* _UAPI_NETATOP_H */
