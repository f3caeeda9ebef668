/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libnetatop - network statistics per process and thread, as the kernel module
 * netatop counts them.  netatop_netlink.h says what each value means; this
 * says how to get at them.
 *
 * Who may.  The module answers to who has CAP_NET_ADMIN in the initial user
 * namespace; others get -EPERM.  Opening a handle needs no privilege.
 *
 * Return values.  A function that returns int returns 0, or a negative error
 * number, or what a callback returned that ended it.  Errors of all requests:
 *	-ENODEV		the module is not loaded
 *	-EPERM		the capability is missing
 *	-EPROTONOSUPPORT  the module speaks another version of the family, see
 *			netatop_family_version()
 *	-EBADMSG	an answer that makes no sense
 *	-EBUSY		called from within a callback of the same handle
 *	-EINVAL, -ERANGE  the request is refused, netatop_error_text() says why
 *	-ENOMEM, -ENOBUFS  no memory, no room in the receive buffer
 * The library never prints, and never waits: answers come at once, and events
 * are to be polled for.
 *
 * Threads.  There is no global state.  Handles can be used at the same time by
 * different threads, one handle by one thread at a time.  A handle is of no use
 * in a child after fork(); it is closed by exec.
 *
 * Unload.  An open handle does not keep the module from being unloaded.  Once
 * the module is loaded again, the handle works on; all counters began at zero,
 * and netatop_load_cookie() has changed.
 *
 * Later versions.  The structures are passed by pointer and keep their size:
 * what is added takes the place of "reserved", which is 0 until then.  What a
 * later module has and this library does not know is left out.
 */
#ifndef _LIBNETATOP_H
#define _LIBNETATOP_H

#include <stdint.h>
#include <sys/types.h>

#include <netatop_netlink.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a name or text, the NUL at the end among them. */
#define NETATOP_TASK_NAME_SIZE	16
#define NETATOP_NAME_SIZE	64
#define NETATOP_TEXT_SIZE	128

/* The most terms of the books that there is room for. */
#define NETATOP_BOOKS_MAX	32

struct netatop;
struct netatop_events;

/**
 * struct netatop_counters - packets and bytes
 *
 * Packets are those on the wire, bytes are of the IP header and all behind it,
 * and of the link header.
 */
struct netatop_counters {
	uint64_t tcp_snd_packets;
	uint64_t tcp_snd_bytes;
	uint64_t tcp_rcv_packets;
	uint64_t tcp_rcv_bytes;
	uint64_t udp_snd_packets;
	uint64_t udp_snd_bytes;
	uint64_t udp_rcv_packets;
	uint64_t udp_rcv_bytes;
};

/* Bits of @present in struct netatop_task: which of these fields are known. */
#define NETATOP_HAS_TID			(1ULL << 0)	/* and tid_start: it is a thread */
#define NETATOP_HAS_NAME		(1ULL << 1)
#define NETATOP_HAS_BTIME		(1ULL << 2)
#define NETATOP_HAS_UID			(1ULL << 3)
#define NETATOP_HAS_CGROUP		(1ULL << 4)
#define NETATOP_HAS_NS_PID		(1ULL << 5)
#define NETATOP_HAS_NETNS_INO		(1ULL << 6)
#define NETATOP_HAS_NETNS_COOKIE	(1ULL << 7)
#define NETATOP_HAS_STATE		(1ULL << 8)
#define NETATOP_HAS_FIRST		(1ULL << 9)
#define NETATOP_HAS_LAST		(1ULL << 10)
#define NETATOP_HAS_EXIT_SEQ		(1ULL << 11)

/**
 * struct netatop_task - a process or thread
 * @present:	  NETATOP_HAS_*; a field whose bit is missing is 0
 * @tgid:	  process id, always known
 * @tid:	  thread id, 0 of a process
 * @start:	  start of the process, ns of CLOCK_BOOTTIME, always known; no
 *		  other process has the same @tgid and @start
 * @tid_start:	  start of the thread, the same
 * @name:	  of the process or thread; any bytes, UTF-8 or not
 * @uid:	  effective user id
 * @ns_pid:	  process or thread id in its own, innermost pid namespace
 * @btime:	  start of the process or thread, seconds since the epoch
 * @cgroup:	  id of its cgroup (version 2), the inode number of its directory
 * @netns_cookie: network namespace, as SO_NETNS_COOKIE
 * @netns_ino:	  network namespace, inode number of /proc/PID/ns/net
 * @state:	  enum netatop_task_state
 * @counters:	  since the load of the module, always known; of a process, with
 *		  those of all its threads, also the ended ones
 * @first:	  ns of CLOCK_BOOTTIME: its first packet sent, or found
 * @last:	  ns of CLOCK_BOOTTIME: when @counters were last seen to have
 *		  changed
 * @exit_seq:	  of a finished process: place among all that have been on the
 *		  exit list since the load, from 1
 * @reserved:	  0
 */
struct netatop_task {
	uint64_t present;
	pid_t tgid;
	pid_t tid;
	uint64_t start;
	uint64_t tid_start;
	char name[NETATOP_TASK_NAME_SIZE];
	uid_t uid;
	pid_t ns_pid;
	uint64_t btime;
	uint64_t cgroup;
	uint64_t netns_cookie;
	uint32_t netns_ino;
	uint32_t state;
	struct netatop_counters counters;
	uint64_t first;
	uint64_t last;
	uint64_t exit_seq;
	uint64_t reserved[7];
};

/**
 * struct netatop_tuple - one direction of a flow
 * @src:      address, the first 4 bytes of it for AF_INET, else all 16
 * @dst:      the same
 * @sport:    port, in network byte order
 * @dport:    the same
 * @reserved: 0
 */
struct netatop_tuple {
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t sport;
	uint16_t dport;
	uint32_t reserved;
};

/**
 * struct netatop_owner - who has one end of a flow
 * @kind:     enum netatop_owner_kind; the others are 0 but for
 *	      NETATOP_OWNER_THREAD
 * @tgid:     process id
 * @start:    start of the process, ns of CLOCK_BOOTTIME
 * @tid:      thread id; 0: the thread has ended and the process goes on
 * @name:     of the process
 * @reserved: 0
 */
struct netatop_owner {
	uint32_t kind;
	pid_t tgid;
	uint64_t start;
	pid_t tid;
	uint32_t reserved0;
	char name[NETATOP_TASK_NAME_SIZE];
	uint64_t reserved[2];
};

/* Bits of @present in struct netatop_flow. */
#define NETATOP_FLOW_HAS_CT		(1ULL << 0)	/* ct_id, zone, zone_dir, orig and reply */
#define NETATOP_FLOW_HAS_SOCK		(1ULL << 1)	/* owner_sock: a flow without an entry */
#define NETATOP_FLOW_HAS_L3PROTO	(1ULL << 2)
#define NETATOP_FLOW_HAS_TUPLE_SOCK	(1ULL << 3)
#define NETATOP_FLOW_HAS_SOCK_COOKIE	(1ULL << 4)
#define NETATOP_FLOW_HAS_NETNS_INO	(1ULL << 5)
#define NETATOP_FLOW_HAS_NETNS_COOKIE	(1ULL << 6)

/**
 * struct netatop_flow - a conntrack entry, or a socket that is known without one
 * @present:	  NETATOP_FLOW_HAS_*; either NETATOP_FLOW_HAS_CT or
 *		  NETATOP_FLOW_HAS_SOCK; a field whose bit is missing is 0
 * @ct_id:	  id of the entry, as conntrack -o id shows it
 * @zone:	  its conntrack zone, 0 is the default
 * @zone_dir:	  directions that the zone is for: 1 original, 2 reply, 3 both
 * @l3proto:	  AF_INET or AF_INET6
 * @l4proto:	  IPPROTO_TCP or IPPROTO_UDP, always known
 * @netns_ino:	  network namespace, inode number of /proc/PID/ns/net
 * @netns_cookie: network namespace, as SO_NETNS_COOKIE
 * @sock_cookie:  as SO_COOKIE
 * @tuple_orig:	  original direction of the entry
 * @tuple_reply:  reply direction
 * @tuple_sock:	  as the socket sees it: src is its own
 * @owner_orig:	  owner of the end that began the flow
 * @owner_reply:  owner of the end that answers
 * @owner_sock:	  owner of the socket
 * @reserved:	  0
 */
struct netatop_flow {
	uint64_t present;
	uint32_t ct_id;
	uint16_t zone;
	uint8_t zone_dir;
	uint8_t l3proto;
	uint8_t l4proto;
	uint8_t reserved0[3];
	uint32_t netns_ino;
	uint64_t netns_cookie;
	uint64_t sock_cookie;
	struct netatop_tuple tuple_orig;
	struct netatop_tuple tuple_reply;
	struct netatop_tuple tuple_sock;
	struct netatop_owner owner_orig;
	struct netatop_owner owner_reply;
	struct netatop_owner owner_sock;
	uint64_t reserved[8];
};

/**
 * struct netatop_stats - figures of the module, as in /sys/kernel/netatop/stats
 *
 * From @processes on they are of this moment, those before only grow.
 */
struct netatop_stats {
	uint64_t icmp_snd_packets;
	uint64_t icmp_rcv_packets;
	uint64_t record_overflow;
	uint64_t socket_overflow;
	uint64_t attached;
	uint64_t attach_failed;
	uint64_t readopted;
	uint64_t claimed;
	uint64_t late_packets;
	uint64_t gc_runs;
	uint64_t searches;
	uint64_t searched_files;
	uint64_t processes;
	uint64_t threads;
	uint64_t unowned_records;
	uint64_t records;
	uint64_t exit_records;
	uint64_t sockets;
	uint64_t reserved[30];
};

/**
 * struct netatop_book - a term of the books
 * @name:     "total", "tasks", "exited", ...
 * @counters: what is booked there
 */
struct netatop_book {
	char name[NETATOP_NAME_SIZE];
	struct netatop_counters counters;
};

/**
 * struct netatop_books - where all packets are booked
 * @version: of the module, as "1.2.3"
 * @count:   how many terms there are in @book
 * @book:    "total" is the sum of all others, exactly so while no packet passes
 * @stats:   other figures
 */
struct netatop_books {
	char version[NETATOP_NAME_SIZE];
	uint32_t count;
	uint32_t reserved;
	struct netatop_book book[NETATOP_BOOKS_MAX];
	struct netatop_stats stats;
};

/**
 * struct netatop_tunable - a tunable of the module, as in /sys/kernel/netatop
 * @name:     of the file
 * @text:     its value as the file shows it
 * @value:    its value; of one that has words, which of them, from 0
 * @lowest:   the least that it can be set to
 * @highest:  the most
 * @reserved: 0
 */
struct netatop_tunable {
	char name[NETATOP_NAME_SIZE];
	char text[NETATOP_TEXT_SIZE];
	int64_t value;
	int64_t lowest;
	int64_t highest;
	uint64_t reserved[4];
};

/* Bits of @match in struct netatop_filter. */
#define NETATOP_MATCH_THREADS		(1ULL << 0)	/* threads instead of processes */
#define NETATOP_MATCH_TGID		(1ULL << 1)
#define NETATOP_MATCH_UID		(1ULL << 2)
#define NETATOP_MATCH_CGROUP		(1ULL << 3)
#define NETATOP_MATCH_NETNS_INO		(1ULL << 4)
#define NETATOP_MATCH_NETNS_COOKIE	(1ULL << 5)
#define NETATOP_MATCH_SINCE		(1ULL << 6)
#define NETATOP_MATCH_L4PROTO		(1ULL << 7)

/**
 * struct netatop_filter - which tasks or flows are wanted; begin with all 0
 * @match:	  NETATOP_MATCH_*: all that must hold; other fields are ignored
 * @tgid:	  this process, its threads or flows
 * @uid:	  tasks: effective user id
 * @cgroup:	  tasks: in just this cgroup
 * @netns_cookie: in this network namespace
 * @since:	  tasks: active at this CLOCK_BOOTTIME (ns) or later; with the
 *		  netatop_walk_time() of the walk before: all that changed since
 * @netns_ino:	  in this network namespace
 * @l4proto:	  flows: IPPROTO_TCP or IPPROTO_UDP
 * @reserved:	  0
 */
struct netatop_filter {
	uint64_t match;
	pid_t tgid;
	uid_t uid;
	uint64_t cgroup;
	uint64_t netns_cookie;
	uint64_t since;
	uint32_t netns_ino;
	uint8_t l4proto;
	uint8_t reserved0[3];
	uint64_t reserved[8];
};

/**
 * enum netatop_event_type - what has happened
 * @NETATOP_EVENT_EXIT:     a process has finished
 * @NETATOP_EVENT_LATE:     packets came for flows whose owner had finished
 * @NETATOP_EVENT_UNLOADED: the module is gone
 * @NETATOP_EVENT_LOADED:   it is back; all counters began at zero
 * @NETATOP_EVENT_LOST:	    events before this one are lost, as there was no room
 *			    in the receive buffer; finished processes are still
 *			    there for netatop_read_exits()
 */
enum netatop_event_type {
	NETATOP_EVENT_EXIT = 1,
	NETATOP_EVENT_LATE,
	NETATOP_EVENT_UNLOADED,
	NETATOP_EVENT_LOADED,
	NETATOP_EVENT_LOST,
};

/**
 * struct netatop_event - an event
 * @type:     enum netatop_event_type; ignore what you do not know
 * @cookie:   EXIT, LATE: the load of the module, as netatop_load_cookie()
 * @time:     EXIT, LATE: ns of CLOCK_BOOTTIME when it was told
 * @task:     EXIT: the process, with the values it had when it died
 * @counters: LATE: of all such flows, since the LATE before or the load
 * @reserved: 0
 */
struct netatop_event {
	uint32_t type;
	uint32_t reserved0;
	uint64_t cookie;
	uint64_t time;
	struct netatop_task task;
	struct netatop_counters counters;
	uint64_t reserved[4];
};

/*
 * Callbacks.  What they are given is theirs until they return.  A value other
 * than 0 ends the walk, which returns it.  They must not use the handle that
 * calls them, but for netatop_load_cookie() and netatop_walk_time().
 */
typedef int (*netatop_task_cb)(const struct netatop_task *task, void *data);
typedef int (*netatop_flow_cb)(const struct netatop_flow *flow, void *data);
typedef int (*netatop_tunable_cb)(const struct netatop_tunable *tunable, void *data);
typedef int (*netatop_event_cb)(const struct netatop_event *event, void *data);

/* Flag for opening: the module need not be loaded yet. */
#define NETATOP_OPEN_UNLOADED	(1U << 0)

/**
 * netatop_open() - open a handle
 * @nta:   where it is put; NULL in case of an error
 * @flags: 0 or NETATOP_OPEN_UNLOADED
 *
 * Return: 0; -ENODEV the module is not loaded; -EPROTONOSUPPORT it is of
 * another version; -EINVAL unknown flag; -ENOMEM, -EMFILE and others of
 * socket(2).
 */
int netatop_open(struct netatop **nta, unsigned int flags);

/**
 * netatop_close() - close a handle
 * @nta: handle, or NULL
 */
void netatop_close(struct netatop *nta);

/**
 * netatop_error_text() - why the last function failed
 * @nta: handle
 *
 * Return: what the kernel or the library had to say, in English, without a
 * newline; "" if nothing.  Valid until the next function is called with @nta.
 */
const char *netatop_error_text(const struct netatop *nta);

/**
 * netatop_family_version() - version of the netlink family that the module has
 * @nta: handle
 *
 * This library speaks NETATOP_FAMILY_VERSION of its own time.
 *
 * Return: the version; 0 before the module was found.
 */
unsigned int netatop_family_version(const struct netatop *nta);

/**
 * netatop_load_cookie() - which load of the module the last answer came from
 * @nta: handle
 *
 * Return: a random number that no other load has; 0 before the first answer.
 */
uint64_t netatop_load_cookie(const struct netatop *nta);

/**
 * netatop_walk_time() - when the last walk began
 * @nta: handle
 *
 * For NETATOP_MATCH_SINCE.  Of other requests: when they were answered.
 *
 * Return: ns of CLOCK_BOOTTIME; 0 before the first answer.
 */
uint64_t netatop_walk_time(const struct netatop *nta);

/**
 * netatop_walk_tasks() - tell of all processes or threads
 * @nta:    handle
 * @filter: which; NULL: all processes
 * @cb:	    is called for each
 * @data:   for @cb
 *
 * Each that was known when the walk began, and still is when its turn comes, is
 * told once.  A process is known from its first packet on.
 *
 * Return: 0; what @cb returned; a negative error number, also -ESTALE: the
 * module was loaded anew during the walk, begin again.
 */
int netatop_walk_tasks(struct netatop *nta, const struct netatop_filter *filter,
		       netatop_task_cb cb, void *data);

/**
 * netatop_get_task() - get one process
 * @nta:  handle
 * @tgid: process id in the initial pid namespace
 * @task: where it is put
 *
 * Return: 0; -ESRCH no such process, or one that has not used TCP or UDP; a
 * negative error number.
 */
int netatop_get_task(struct netatop *nta, pid_t tgid, struct netatop_task *task);

/**
 * netatop_get_thread() - get one thread
 * @nta:  handle
 * @tid:  thread id in the initial pid namespace
 * @task: where it is put
 *
 * Return: as netatop_get_task().
 */
int netatop_get_thread(struct netatop *nta, pid_t tid, struct netatop_task *task);

/**
 * netatop_walk_flows() - tell of all flows
 * @nta:    handle
 * @filter: which; NULL: all.  NETATOP_MATCH_ TGID, NETNS_INO, NETNS_COOKIE and
 *	    L4PROTO are possible
 * @cb:	    is called for each
 * @data:   for @cb
 *
 * Return: 0; what @cb returned; a negative error number, also -ESTALE as
 * netatop_walk_tasks(), and -EINTR: the walk is done, but some flows may have
 * been told twice or left out, as entries moved; call again to get them all.
 */
int netatop_walk_flows(struct netatop *nta, const struct netatop_filter *filter,
		       netatop_flow_cb cb, void *data);

/**
 * netatop_get_books() - get the books
 * @nta:   handle
 * @books: where they are put
 *
 * Return: 0, or a negative error number, also -EOVERFLOW: there are more terms
 * than there is room for.
 */
int netatop_get_books(struct netatop *nta, struct netatop_books *books);

/**
 * netatop_walk_tunables() - tell of all tunables
 * @nta:  handle
 * @cb:	  is called for each
 * @data: for @cb
 *
 * Return: 0; what @cb returned; a negative error number.
 */
int netatop_walk_tunables(struct netatop *nta, netatop_tunable_cb cb, void *data);

/**
 * netatop_read_exits() - take finished processes off the module's list
 * @nta:   handle
 * @limit: the most that are taken; 0: as many as fit in one answer
 * @cb:	   is called for each
 * @data:  for @cb
 *
 * Each finished process is given to one reader.  What has been taken and @cb
 * was not called for, as it ended the walk, comes first at the next call.  Call
 * again until -EAGAIN to get all.
 *
 * Return: 0; what @cb returned; a negative error number, also -EAGAIN: no
 * finished process is listed, wait for NETATOP_EVENT_EXIT.
 */
int netatop_read_exits(struct netatop *nta, unsigned int limit,
		       netatop_task_cb cb, void *data);

/**
 * netatop_hold_exits() - be told of finished processes, which stay on the list
 * @nta:   handle
 * @done:  @exit_seq of the last one that is to be taken off first, with all
 *	   before it; 0: none.  It is one that this handle was told of.
 * @limit: the most to be told of; 0: as many as fit in one answer
 * @cb:	   is called for each, the oldest first
 * @data:  for @cb
 *
 * For those who store what they are told of: none is lost if they end before
 * they have done so.  What nobody takes off leaves the list after exit_timeout.
 *
 * Return: 0; what @cb returned, which ends the walk; a negative error number,
 * also -EAGAIN: no finished process is listed any more; -ESTALE: the module has been loaded anew
 * since @done was told, nothing was taken off.
 */
int netatop_hold_exits(struct netatop *nta, uint64_t done, unsigned int limit,
		       netatop_task_cb cb, void *data);

/**
 * netatop_events_open() - begin to listen to events
 * @events: where the listener is put; NULL in case of an error
 * @flags:  0 or NETATOP_OPEN_UNLOADED
 *
 * Return: as netatop_open(), and -EPERM.
 */
int netatop_events_open(struct netatop_events **events, unsigned int flags);

/**
 * netatop_events_close() - listen no more
 * @events: listener, or NULL
 */
void netatop_events_close(struct netatop_events *events);

/**
 * netatop_events_fd() - file descriptor to poll
 * @events: listener
 *
 * Readable when netatop_events_read() is to be called.  Not for reading.
 *
 * Return: file descriptor.
 */
int netatop_events_fd(const struct netatop_events *events);

/**
 * netatop_events_loaded() - is the module loaded, as far as events have been read
 * @events: listener
 *
 * Return: 1 or 0.
 */
int netatop_events_loaded(const struct netatop_events *events);

/**
 * netatop_events_set_buffer() - set the size of the receive buffer
 * @events: listener
 * @bytes:  size; what is more than the system's limit needs CAP_NET_ADMIN
 *
 * Return: 0, or a negative error number.
 */
int netatop_events_set_buffer(struct netatop_events *events, unsigned int bytes);

/**
 * netatop_events_read() - read the events that have come
 * @events: listener
 * @cb:	    is called for each
 * @data:   for @cb
 *
 * Does not wait.  If @cb ended it, call again before you poll.
 *
 * Return: 0 all have been read, maybe none; what @cb returned; a negative error
 * number: -EPERM or -EPROTONOSUPPORT after NETATOP_EVENT_LOADED: the module that
 * was loaded cannot be listened to; -EBADMSG a message was left out; others,
 * as -ENOMEM: call again.
 */
int netatop_events_read(struct netatop_events *events, netatop_event_cb cb, void *data);

/**
 * netatop_events_error_text() - why the last function failed
 * @events: listener
 *
 * Return: as netatop_error_text().
 */
const char *netatop_events_error_text(const struct netatop_events *events);

#ifdef __cplusplus
}
#endif

#endif /* _LIBNETATOP_H */
