/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * netatop - network statistics per process and thread: the generic netlink
 * family "netatop".  uapi/netatop.yaml is the same in the form of the kernel's
 * netlink specs.
 *
 * Who may.  Every request needs CAP_NET_ADMIN in the initial user namespace,
 * from any network namespace, else EPERM.  So does joining the multicast group;
 * root of another user namespace can join it in a network namespace of that,
 * where nothing is sent to it.  Since Linux 6.8 nothing is sent either where who
 * opened the socket had no such right.  What is read is of all network
 * namespaces.
 *
 * Numbers.  Process and thread ids are those of the initial pid namespace,
 * user ids those of the initial user namespace.  Times named "boottime" are
 * nanoseconds of CLOCK_BOOTTIME.  A process is the pair {TGID, START}: no other
 * has both.  Counters count from the load of the module.  Values are in the
 * byte order of the host but for ports, which are in network byte order, and
 * addresses, which are as in the packet.
 *
 * In each message that the module sends, but for errors and acknowledgments:
 *	COOKIE		random number of this load of the module.  If it
 *			changes, the module was loaded anew and all counters
 *			began at zero.
 *	TIME		boottime: when the walk that the message belongs to
 *			began; of other messages, when they were made.
 *
 *
 * WALKS
 *
 * TASK_GET and FLOW_GET return many messages, in one of two ways.
 *
 *   By page	The request is not a dump (no NLM_F_DUMP) and has CURSOR: with no
 *		data to begin, then with the data that the answer before had.
 *		The answer is one datagram of at most NETATOP_PAGE_SIZE bytes:
 *		messages with NLM_F_MULTI, then PAGE_END with NLM_F_MULTI, with
 *		CURSOR if there is more, then NLMSG_DONE.  A page may hold no
 *		message and still have a CURSOR.  The filters are those of the
 *		request and may change between pages.  Between pages the module
 *		keeps nothing: it can be unloaded at any time.  This is the way
 *		for programs that stay.
 *   By dump	NLM_F_DUMP, without CURSOR, as in other families.  From the
 *		first message until NLMSG_DONE has been received, the module
 *		cannot be unloaded (rmmod: EWOULDBLOCK).  EAGAIN while it is
 *		being loaded.
 *
 * Tasks: each process (thread) that was known when the walk began and still is
 * when its turn comes is in exactly one message; no other is in any.  What has
 * finished meanwhile comes by way of the exit list.
 * Flows: where entries were moved or went away in a manner that can repeat
 * others or leave them out, NLM_F_DUMP_INTR is set in the next message or in
 * PAGE_END: the walk is to be begun again by who needs all of it.
 *
 *
 * COMMANDS
 *
 * NETATOP_CMD_TASK_GET
 *	One process: request TGID.  One thread: request TID.  Not a dump.
 *	A walk: filters, all optional, all must hold:
 *	    THREADS		threads instead of processes
 *	    TGID		this process, or its threads
 *	    UID			effective user id
 *	    CGROUP		in just this cgroup, not those below
 *	    NETNS_INO		in this network namespace
 *	    NETNS_COOKIE	in this network namespace
 *	    SINCE		active at this boottime or later.  With the TIME of
 *				the walk before: all whose counters changed
 *				since; some may be told twice, none is left out.
 *	    TABLE		not a filter: rows instead of messages
 *	Answer, a process: TGID, START, BTIME, NAME, STATE, UID, CGROUP, NS_PID,
 *	    NETNS_INO, NETNS_COOKIE, COUNTERS, FIRST, LAST.
 *	Answer, a thread: the same of the thread, and TID, TID_START; START and
 *	    TGID are of the process, BTIME and NS_PID of the thread.
 *	Not known, and then absent: CGROUP, NETNS_INO, NETNS_COOKIE of a process
 *	that has none (any more).
 *	Answer, with TABLE: BOOT, ROW_SIZE, ROWS; the latter are as many struct
 *	netatop_row as there is room for.  They tell the same for an eighth of what
 *	the messages cost.
 *	The counters of a process are those of its threads and of all that has
 *	finished in it.  A process is known from its first packet on.
 *	Errors: ESRCH no such process or thread, or none that has used TCP or
 *	UDP; EINVAL neither TGID, TID nor CURSOR, or attributes that exclude
 *	each other; ESTALE a CURSOR of another load of the module, or of another
 *	command.
 *
 * NETATOP_CMD_FLOW_GET
 *	A walk; filters, all optional:
 *	    TGID		one of the ends belongs to this process
 *	    NETNS_INO, NETNS_COOKIE
 *	    L4PROTO		IPPROTO_TCP or IPPROTO_UDP
 *	First the conntrack entries that carry the module's mark:
 *	    CT_ID, ZONE, ZONE_DIR, L3PROTO, L4PROTO, TUPLE_ORIG, TUPLE_REPLY,
 *	    NETNS_INO, NETNS_COOKIE, OWNER_ORIG, OWNER_REPLY
 *	    CT_ID is what ctnetlink (CTA_ID) and conntrack -o id show. It is a
 *	    hash of 32 bits: what identifies an entry is {NETNS_COOKIE, CT_ID,
 *	    TUPLE_ORIG}.
 *	Then the sockets that are known without an entry (conntrack off, notrack,
 *	confirmed before the module was loaded, a helper has the place), and UDP
 *	sockets that received before they sent:
 *	    L4PROTO, NETNS_COOKIE, OWNER_SOCK, and
 *	    TCP: L3PROTO, TUPLE_SOCK;  UDP: SOCK_COOKIE
 *	    NETNS_INO is absent, and as a filter leaves them out.
 *	Errors: EINVAL not a dump and no CURSOR; ESTALE as above.
 *
 * NETATOP_CMD_BOOKS_GET
 *	Answer: VERSION, BOOK for each term of the books, STATS.
 *	total = the sum of all other terms, exactly so while no packet passes.
 *
 * NETATOP_CMD_TUNABLE_GET
 *	A dump only.  Answer: a message for each tunable, TUNABLE.
 *
 * NETATOP_CMD_EXIT_READ
 *	Takes finished processes off the exit list, as getsockopt with
 *	NETATOP_GETCNT_EXIT does, but never waits: join the group "exit" and
 *	poll.  Each process is given to one reader.
 *	Request: LIMIT, the most to be taken, default all that fit; HOLD.
 *	With HOLD they stay on the list, until they time out, and the request
 *	can have EXIT_SEQ and COOKIE of a message that was received: that process
 *	and those before it are taken off first, but for any that nobody was told
 *	of with HOLD.  So a reader that stores what it is told of says that it has
 *	done so when it asks for more.
 *	Answer: one datagram of at most NETATOP_PAGE_SIZE bytes: a message as in
 *	EXIT_NTF, but with this command, for each, with NLM_F_MULTI, then
 *	NLMSG_DONE.
 *	Errors: EAGAIN no finished process is listed; ESTALE COOKIE is of another
 *	load of the module, and nothing was taken off; ENOBUFS the socket's
 *	receive buffer has no room, and nothing was taken.
 *
 * NETATOP_CMD_PAGE_END
 *	Not a request: the end of a page.  CURSOR if there is more.
 *
 * Multicast group "exit" (NETATOP_MCGRP_EXIT)
 *
 * NETATOP_CMD_EXIT_NTF
 *	A process has finished and is on the exit list.  Attributes as of
 *	TASK_GET for a process, with the values it had when it died.
 * NETATOP_CMD_LATE_NTF
 *	Packets have come for flows whose owner had finished and had left them
 *	to nobody; they are booked as retired.  COUNTERS: of all such flows,
 *	since the LATE_NTF before, or since the load.  Sent after a whole garbage
 *	collection that found some.
 * Those that finish together are in one datagram, with others.  A listener that
 * does not keep up gets ENOBUFS from recv, and so does one whose notice there
 * was no memory for.  They are sent in each network namespace of the initial
 * user namespace, so a listener with NETLINK_LISTEN_ALL_NSID gets them more than
 * once; it must leave out those that come with the id of a namespace.
 *
 * Whoever has joined the group before the family was there has to leave it when
 * the module is loaded: a family "netatop_init" comes and goes first.
 *
 * Unload: a request gets ENOENT, as the family's id means nothing any more.
 * Membership in the group ends silently; who waits for messages also joins the
 * group "notify" of "nlctrl", which tells of the family's end
 * (CTRL_CMD_DELFAMILY) and return (CTRL_CMD_NEWFAMILY).
 *
 * Errors of all commands: EPERM; EINVAL or ERANGE for an attribute that is
 * unknown, malformed, out of range or not for this command, with a text and the
 * attribute's offset in the extended acknowledgment (NETLINK_EXT_ACK);
 * EOPNOTSUPP no such command, or not in this form (dump or not); ENOMEM; ENOBUFS
 * the receive buffer of the socket is full.
 */
#ifndef _UAPI_NETATOP_NETLINK_H
#define _UAPI_NETATOP_NETLINK_H

#include <linux/types.h>

#define NETATOP_FAMILY_NAME	"netatop"
#define NETATOP_FAMILY_VERSION	1

#define NETATOP_MCGRP_EXIT	"exit"

/* Room that a receiver of pages, dumps and exit records must have. */
#define NETATOP_PAGE_SIZE	32768

/* The longest CURSOR. */
#define NETATOP_CURSOR_SIZE	64

enum netatop_cmd {
	NETATOP_CMD_TASK_GET = 1,	/* do, dump */
	NETATOP_CMD_FLOW_GET,		/* do, dump */
	NETATOP_CMD_BOOKS_GET,		/* do */
	NETATOP_CMD_TUNABLE_GET,	/* dump */
	NETATOP_CMD_EXIT_READ,		/* do */
	NETATOP_CMD_PAGE_END,		/* in answers */
	NETATOP_CMD_EXIT_NTF,		/* in the group "exit" */
	NETATOP_CMD_LATE_NTF,		/* in the group "exit" */

	__NETATOP_CMD_MAX,
	NETATOP_CMD_MAX = __NETATOP_CMD_MAX - 1,
};

/**
 * enum netatop_attr - attributes of the messages
 * @NETATOP_A_PAD:	    nothing; aligns what follows
 * @NETATOP_A_VERSION:	    string, version of the module, as "1.2.3"
 * @NETATOP_A_COOKIE:	    u64, of this load; never 0
 * @NETATOP_A_TIME:	    u64, boottime
 * @NETATOP_A_CURSOR:	    binary, 0 to NETATOP_CURSOR_SIZE bytes; means
 *			    something to the module only
 * @NETATOP_A_TGID:	    u32, process id, 1 to 4194304
 * @NETATOP_A_START:	    u64, boottime: start of the process
 * @NETATOP_A_TID:	    u32, thread id, 1 to 4194304
 * @NETATOP_A_TID_START:    u64, boottime: start of the thread
 * @NETATOP_A_NAME:	    string of at most 15 bytes and a NUL: name of the
 *			    process or thread; any bytes, UTF-8 or not
 * @NETATOP_A_BTIME:	    u64, start of the process or thread in seconds since
 *			    the epoch, as struct netpertask has it
 * @NETATOP_A_UID:	    u32, effective user id
 * @NETATOP_A_CGROUP:	    u64, id of its cgroup (version 2): the inode number
 *			    of the cgroup's directory; 1 is the root
 * @NETATOP_A_NS_PID:	    u32, process or thread id in its own, innermost pid
 *			    namespace
 * @NETATOP_A_NETNS_INO:    u32, network namespace: the inode number of
 *			    /proc/PID/ns/net
 * @NETATOP_A_NETNS_COOKIE: u64, network namespace: what getsockopt with
 *			    SO_NETNS_COOKIE returns for a socket of it
 * @NETATOP_A_COUNTERS:	    nest of enum netatop_counter_attr
 * @NETATOP_A_FIRST:	    u64, boottime when the module came to know the
 *			    process or thread: its first packet sent, or found
 * @NETATOP_A_LAST:	    u64, boottime when its counters were last seen to
 *			    have changed: by a reader, or by a whole garbage
 *			    collection, so at most gc_interval after the packet
 * @NETATOP_A_THREADS:	    flag, threads instead of processes
 * @NETATOP_A_SINCE:	    u64, boottime
 * @NETATOP_A_STATE:	    u32, enum netatop_task_state
 * @NETATOP_A_CT_ID:	    u32, id of the conntrack entry
 * @NETATOP_A_ZONE:	    u16, its zone, 0 is the default
 * @NETATOP_A_ZONE_DIR:	    u8, directions that the zone is for: 1 original, 2
 *			    reply, 3 both
 * @NETATOP_A_L3PROTO:	    u8, AF_INET or AF_INET6
 * @NETATOP_A_L4PROTO:	    u8, IPPROTO_TCP or IPPROTO_UDP
 * @NETATOP_A_TUPLE_ORIG:   nest of enum netatop_tuple_attr, the original
 *			    direction
 * @NETATOP_A_TUPLE_REPLY:  the same, reply direction: differs from the original
 *			    turned round where there is address translation
 * @NETATOP_A_TUPLE_SOCK:   the same, as the socket sees it: SRC is its own
 * @NETATOP_A_OWNER_ORIG:   nest of enum netatop_owner_attr: owner of the end
 *			    that began the flow
 * @NETATOP_A_OWNER_REPLY:  the same, of the end that answers
 * @NETATOP_A_OWNER_SOCK:   the same, of the socket
 * @NETATOP_A_SOCK_COOKIE:  u64, what SO_COOKIE returns for the socket, and ss -e
 *			    shows as sk:
 * @NETATOP_A_BOOK:	    nest of enum netatop_book_attr; one for each term
 * @NETATOP_A_STATS:	    nest of enum netatop_stats_attr
 * @NETATOP_A_TUNABLE:	    nest of enum netatop_tunable_attr
 * @NETATOP_A_LIMIT:	    u32, 1 or more
 * @NETATOP_A_HOLD:	    flag, what is told of stays on the exit list
 * @NETATOP_A_EXIT_SEQ:	    u64, place among all that have been on the exit list
 *			    since the load, from 1; of finished processes
 * @NETATOP_A_TABLE:	    flag, rows instead of messages
 * @NETATOP_A_BOOT:	    u64, ns from the epoch to boottime 0.  BTIME is the
 *			    start of the process or thread and this, divided by
 *			    10^9
 * @NETATOP_A_ROW_SIZE:	    u32, bytes from one row to the next: a later version
 *			    can have more behind what struct netatop_row has
 * @NETATOP_A_ROWS:	    binary, rows
 */
enum netatop_attr {
	NETATOP_A_PAD = 1,
	NETATOP_A_VERSION,
	NETATOP_A_COOKIE,
	NETATOP_A_TIME,
	NETATOP_A_CURSOR,
	NETATOP_A_TGID,
	NETATOP_A_START,
	NETATOP_A_TID,
	NETATOP_A_TID_START,
	NETATOP_A_NAME,
	NETATOP_A_BTIME,
	NETATOP_A_UID,
	NETATOP_A_CGROUP,
	NETATOP_A_NS_PID,
	NETATOP_A_NETNS_INO,
	NETATOP_A_NETNS_COOKIE,
	NETATOP_A_COUNTERS,
	NETATOP_A_FIRST,
	NETATOP_A_LAST,
	NETATOP_A_THREADS,
	NETATOP_A_SINCE,
	NETATOP_A_STATE,
	NETATOP_A_CT_ID,
	NETATOP_A_ZONE,
	NETATOP_A_ZONE_DIR,
	NETATOP_A_L3PROTO,
	NETATOP_A_L4PROTO,
	NETATOP_A_TUPLE_ORIG,
	NETATOP_A_TUPLE_REPLY,
	NETATOP_A_TUPLE_SOCK,
	NETATOP_A_OWNER_ORIG,
	NETATOP_A_OWNER_REPLY,
	NETATOP_A_OWNER_SOCK,
	NETATOP_A_SOCK_COOKIE,
	NETATOP_A_BOOK,
	NETATOP_A_STATS,
	NETATOP_A_TUNABLE,
	NETATOP_A_LIMIT,
	NETATOP_A_HOLD,
	NETATOP_A_EXIT_SEQ,
	NETATOP_A_TABLE,
	NETATOP_A_BOOT,
	NETATOP_A_ROW_SIZE,
	NETATOP_A_ROWS,

	__NETATOP_A_MAX,
	NETATOP_A_MAX = __NETATOP_A_MAX - 1,
};

/**
 * enum netatop_task_state - what has become of a process or thread
 * @NETATOP_TASK_ALIVE:	   it lives
 * @NETATOP_TASK_EXITING:  it has exited, packets of its sockets still count
 * @NETATOP_TASK_FINISHED: its counters do not change any more
 */
enum netatop_task_state {
	NETATOP_TASK_ALIVE,
	NETATOP_TASK_EXITING,
	NETATOP_TASK_FINISHED,
};

/**
 * struct netatop_row - a process or thread in NETATOP_A_ROWS
 * @tgid:	  as NETATOP_A_TGID
 * @tid:	  as NETATOP_A_TID, 0 of a process
 * @start:	  as NETATOP_A_START
 * @tid_start:	  as NETATOP_A_TID_START, 0 of a process
 * @name:	  as NETATOP_A_NAME; what follows the NUL means nothing
 * @cgroup:	  as NETATOP_A_CGROUP, 0 if not known
 * @netns_cookie: as NETATOP_A_NETNS_COOKIE, 0 if not known
 * @netns_ino:	  as NETATOP_A_NETNS_INO, 0 if not known
 * @uid:	  as NETATOP_A_UID
 * @ns_pid:	  as NETATOP_A_NS_PID, 0 if not known
 * @state:	  enum netatop_task_state
 * @first:	  as NETATOP_A_FIRST
 * @last:	  as NETATOP_A_LAST
 * @counter:	  in the order of enum netatop_counter_attr, from
 *		  NETATOP_A_COUNTER_TCP_SND_PACKETS
 *
 * In NETATOP_A_ROWS it need not be aligned to more than 4 bytes.
 */
struct netatop_row {
	__u32	tgid;
	__u32	tid;
	__u64	start;
	__u64	tid_start;
	char	name[16];
	__u64	cgroup;
	__u64	netns_cookie;
	__u32	netns_ino;
	__u32	uid;
	__u32	ns_pid;
	__u32	state;
	__u64	first;
	__u64	last;
	__u64	counter[8];
};

/*
 * All u64.  Packets are those on the wire (after segmentation), bytes are of
 * the IP header and all behind it, and of the link header.
 */
enum netatop_counter_attr {
	NETATOP_A_COUNTER_PAD = 1,
	NETATOP_A_COUNTER_TCP_SND_PACKETS,
	NETATOP_A_COUNTER_TCP_SND_BYTES,
	NETATOP_A_COUNTER_TCP_RCV_PACKETS,
	NETATOP_A_COUNTER_TCP_RCV_BYTES,
	NETATOP_A_COUNTER_UDP_SND_PACKETS,
	NETATOP_A_COUNTER_UDP_SND_BYTES,
	NETATOP_A_COUNTER_UDP_RCV_PACKETS,
	NETATOP_A_COUNTER_UDP_RCV_BYTES,

	__NETATOP_A_COUNTER_MAX,
	NETATOP_A_COUNTER_MAX = __NETATOP_A_COUNTER_MAX - 1,
};

/**
 * enum netatop_tuple_attr - one direction of a flow
 * @NETATOP_A_TUPLE_SRC:   binary of 4 (AF_INET) or 16 bytes (AF_INET6)
 * @NETATOP_A_TUPLE_DST:   the same
 * @NETATOP_A_TUPLE_SPORT: u16, network byte order
 * @NETATOP_A_TUPLE_DPORT: u16, network byte order
 */
enum netatop_tuple_attr {
	NETATOP_A_TUPLE_SRC = 1,
	NETATOP_A_TUPLE_DST,
	NETATOP_A_TUPLE_SPORT,
	NETATOP_A_TUPLE_DPORT,

	__NETATOP_A_TUPLE_MAX,
	NETATOP_A_TUPLE_MAX = __NETATOP_A_TUPLE_MAX - 1,
};

/**
 * enum netatop_owner_kind - who has one end of a flow
 * @NETATOP_OWNER_NOBODY:   no packet has asked for an owner: the end is not on
 *			    this host, or nothing has come there yet
 * @NETATOP_OWNER_THREAD:   a thread of a process
 * @NETATOP_OWNER_UNOWNED:  packets wait for an owner to be found
 * @NETATOP_OWNER_FINISHED: its owner has finished
 * @NETATOP_OWNER_EXCLUDED: the flow is left out of accounting (scope_label)
 */
enum netatop_owner_kind {
	NETATOP_OWNER_NOBODY,
	NETATOP_OWNER_THREAD,
	NETATOP_OWNER_UNOWNED,
	NETATOP_OWNER_FINISHED,
	NETATOP_OWNER_EXCLUDED,
};

/**
 * enum netatop_owner_attr - owner of one end of a flow
 * @NETATOP_A_OWNER_PAD:   nothing; aligns what follows
 * @NETATOP_A_OWNER_KIND:  u32, enum netatop_owner_kind; the others are there
 *			   for NETATOP_OWNER_THREAD only
 * @NETATOP_A_OWNER_TGID:  u32, process id
 * @NETATOP_A_OWNER_START: u64, boottime: start of the process
 * @NETATOP_A_OWNER_TID:   u32, thread id; absent if the thread has ended and the
 *			   process goes on
 * @NETATOP_A_OWNER_NAME:  string, name of the process
 */
enum netatop_owner_attr {
	NETATOP_A_OWNER_PAD = 1,
	NETATOP_A_OWNER_KIND,
	NETATOP_A_OWNER_TGID,
	NETATOP_A_OWNER_START,
	NETATOP_A_OWNER_TID,
	NETATOP_A_OWNER_NAME,

	__NETATOP_A_OWNER_MAX,
	NETATOP_A_OWNER_MAX = __NETATOP_A_OWNER_MAX - 1,
};

/**
 * enum netatop_book_attr - a term of the books
 * @NETATOP_A_BOOK_NAME:     string: "total", "tasks", "exited", "retired",
 *			     "unowned", "unidentified", "tunnel", "excluded"; a
 *			     later version may have more
 * @NETATOP_A_BOOK_COUNTERS: nest of enum netatop_counter_attr
 */
enum netatop_book_attr {
	NETATOP_A_BOOK_NAME = 1,
	NETATOP_A_BOOK_COUNTERS,

	__NETATOP_A_BOOK_MAX,
	NETATOP_A_BOOK_MAX = __NETATOP_A_BOOK_MAX - 1,
};

/*
 * All u64, as the files of the same names in /sys/kernel/netatop/stats, which
 * are documented in sysfs-kernel-netatop; from PROCESSES on they are of this
 * moment, those before only grow.
 */
enum netatop_stats_attr {
	NETATOP_A_STATS_PAD = 1,
	NETATOP_A_STATS_ICMP_SND_PACKETS,
	NETATOP_A_STATS_ICMP_RCV_PACKETS,
	NETATOP_A_STATS_RECORD_OVERFLOW,
	NETATOP_A_STATS_SOCKET_OVERFLOW,
	NETATOP_A_STATS_ATTACHED,
	NETATOP_A_STATS_ATTACH_FAILED,
	NETATOP_A_STATS_READOPTED,
	NETATOP_A_STATS_CLAIMED,
	NETATOP_A_STATS_LATE_PACKETS,
	NETATOP_A_STATS_GC_RUNS,
	NETATOP_A_STATS_SEARCHES,
	NETATOP_A_STATS_SEARCHED_FILES,
	NETATOP_A_STATS_PROCESSES,
	NETATOP_A_STATS_THREADS,
	NETATOP_A_STATS_UNOWNED_RECORDS,
	NETATOP_A_STATS_RECORDS,
	NETATOP_A_STATS_EXIT_RECORDS,
	NETATOP_A_STATS_SOCKETS,

	__NETATOP_A_STATS_MAX,
	NETATOP_A_STATS_MAX = __NETATOP_A_STATS_MAX - 1,
};

/**
 * enum netatop_tunable_attr - a tunable
 * @NETATOP_A_TUNABLE_PAD:     nothing; aligns what follows
 * @NETATOP_A_TUNABLE_NAME:    string, as in /sys/kernel/netatop
 * @NETATOP_A_TUNABLE_VALUE:   s64; of one that has words, which of them, from 0
 * @NETATOP_A_TUNABLE_LOWEST: s64, the least it can be set to
 * @NETATOP_A_TUNABLE_HIGHEST: s64, the most
 * @NETATOP_A_TUNABLE_TEXT:    string, its value as the file in sysfs shows it
 */
enum netatop_tunable_attr {
	NETATOP_A_TUNABLE_PAD = 1,
	NETATOP_A_TUNABLE_NAME,
	NETATOP_A_TUNABLE_VALUE,
	NETATOP_A_TUNABLE_LOWEST,
	NETATOP_A_TUNABLE_HIGHEST,
	NETATOP_A_TUNABLE_TEXT,

	__NETATOP_A_TUNABLE_MAX,
	NETATOP_A_TUNABLE_MAX = __NETATOP_A_TUNABLE_MAX - 1,
};

#endif /* _UAPI_NETATOP_NETLINK_H */
