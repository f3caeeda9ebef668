// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/netatop: the tunables, the collector's bell, and one file for
 * each counter.  See sysfs-docs/testing/sysfs-kernel-netatop.
 */
#include "sysfs.h"
#include "books.h"
#include "exitlist.h"
#include "gc.h"
#include "params.h"
#include "sockinfo.h"
#include "stats.h"
#include "task.h"
#include "version.h"

#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

static struct kobject *sysfs_kobj;

struct param_attr {
	struct kobj_attribute	attr;
	enum nta_param		id;
};

static ssize_t param_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *page)
{
	return nta_param_show(container_of(attr, struct param_attr, attr)->id,
			      page);
}

static ssize_t param_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *page, size_t count)
{
	int err;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	err = nta_param_set(container_of(attr, struct param_attr, attr)->id,
			    page);
	return err ?: count;
}

#define PARAM_ATTR(_name, _id)						\
static struct param_attr attr_##_name = {				\
	.attr	= __ATTR(_name, 0644, param_show, param_store),		\
	.id	= _id,							\
}

PARAM_ATTR(gc_interval, NTA_GC_INTERVAL);
PARAM_ATTR(exit_timeout, NTA_EXIT_TIMEOUT);
PARAM_ATTR(exit_linger, NTA_EXIT_LINGER);
PARAM_ATTR(unowned_timeout, NTA_UNOWNED_TIMEOUT);
PARAM_ATTR(max_records, NTA_MAX_RECORDS);
PARAM_ATTR(max_sockets, NTA_MAX_SOCKETS);
PARAM_ATTR(frame_overhead, NTA_FRAME_OVERHEAD);
PARAM_ATTR(conntrack, NTA_CONNTRACK);
PARAM_ATTR(scope_label, NTA_SCOPE_LABEL);

static ssize_t gc_store(struct kobject *kobj, struct kobj_attribute *attr,
			const char *page, size_t count)
{
	unsigned int value;
	int err;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	err = kstrtouint(page, 10, &value);
	if (err)
		return err;
	if (value != 1)
		return -ERANGE;
	err = nta_gc_force();
	return err ?: count;
}

static struct kobj_attribute attr_gc = __ATTR(gc, 0200, NULL, gc_store);

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *page)
{
	return sysfs_emit(page, "%s\n", NTA_VERSION);
}

static struct kobj_attribute attr_version = __ATTR_RO(version);

static struct attribute *netatop_attrs[] = {
	&attr_gc_interval.attr.attr,
	&attr_exit_timeout.attr.attr,
	&attr_exit_linger.attr.attr,
	&attr_unowned_timeout.attr.attr,
	&attr_max_records.attr.attr,
	&attr_max_sockets.attr.attr,
	&attr_frame_overhead.attr.attr,
	&attr_conntrack.attr.attr,
	&attr_scope_label.attr.attr,
	&attr_gc.attr,
	&attr_version.attr,
	NULL
};

static const struct attribute_group netatop_group = {
	.attrs	= netatop_attrs,
};

struct book_attr {
	struct kobj_attribute	attr;
	enum nta_book		book;
	unsigned int		counter;
};

static ssize_t book_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *page)
{
	const struct book_attr *battr =
		container_of(attr, struct book_attr, attr);
	struct nta_counters sum;

	nta_books_read(battr->book, &sum);
	return sysfs_emit(page, "%llu\n", sum.v[battr->counter]);
}

#define BOOK_ATTR(_name, _book, _counter)				\
static struct book_attr attr_##_name = {				\
	.attr		= __ATTR(_name, 0444, book_show, NULL),		\
	.book		= _book,					\
	.counter	= _counter,					\
}

#define BOOK_ATTRS(_term, _book)					\
BOOK_ATTR(_term##_tcp_snd_packets, _book, NTA_TCP_SND);			\
BOOK_ATTR(_term##_tcp_snd_bytes, _book, NTA_TCP_SND + 1);		\
BOOK_ATTR(_term##_tcp_rcv_packets, _book, NTA_TCP_RCV);			\
BOOK_ATTR(_term##_tcp_rcv_bytes, _book, NTA_TCP_RCV + 1);		\
BOOK_ATTR(_term##_udp_snd_packets, _book, NTA_UDP_SND);			\
BOOK_ATTR(_term##_udp_snd_bytes, _book, NTA_UDP_SND + 1);		\
BOOK_ATTR(_term##_udp_rcv_packets, _book, NTA_UDP_RCV);			\
BOOK_ATTR(_term##_udp_rcv_bytes, _book, NTA_UDP_RCV + 1)

#define BOOK_ATTR_PTRS(_term)						\
	&attr_##_term##_tcp_snd_packets.attr.attr,			\
	&attr_##_term##_tcp_snd_bytes.attr.attr,			\
	&attr_##_term##_tcp_rcv_packets.attr.attr,			\
	&attr_##_term##_tcp_rcv_bytes.attr.attr,			\
	&attr_##_term##_udp_snd_packets.attr.attr,			\
	&attr_##_term##_udp_snd_bytes.attr.attr,			\
	&attr_##_term##_udp_rcv_packets.attr.attr,			\
	&attr_##_term##_udp_rcv_bytes.attr.attr

BOOK_ATTRS(total, NTA_BOOK_TOTAL);
BOOK_ATTRS(tasks, NTA_BOOK_TASKS);
BOOK_ATTRS(exited, NTA_BOOK_EXITED);
BOOK_ATTRS(retired, NTA_BOOK_RETIRED);
BOOK_ATTRS(unowned, NTA_BOOK_UNOWNED);
BOOK_ATTRS(unidentified, NTA_BOOK_UNIDENTIFIED);
BOOK_ATTRS(tunnel, NTA_BOOK_TUNNEL);
BOOK_ATTRS(excluded, NTA_BOOK_EXCLUDED);

struct event_attr {
	struct kobj_attribute	attr;
	enum nta_event		event;
};

static ssize_t event_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *page)
{
	const struct event_attr *eattr =
		container_of(attr, struct event_attr, attr);

	return sysfs_emit(page, "%llu\n", nta_stats_events(eattr->event));
}

#define EVENT_ATTR(_name, _event)					\
static struct event_attr attr_##_name = {				\
	.attr	= __ATTR(_name, 0444, event_show, NULL),		\
	.event	= _event,						\
}

EVENT_ATTR(icmp_snd_packets, NTA_ICMP_SND);
EVENT_ATTR(icmp_rcv_packets, NTA_ICMP_RCV);
EVENT_ATTR(record_overflow, NTA_RECORD_OVERFLOW);
EVENT_ATTR(socket_overflow, NTA_SOCKET_OVERFLOW);
EVENT_ATTR(attached, NTA_ATTACHED);
EVENT_ATTR(attach_failed, NTA_ATTACH_FAILED);
EVENT_ATTR(readopted, NTA_READOPTED);
EVENT_ATTR(claimed, NTA_CLAIMED);
EVENT_ATTR(late_packets, NTA_LATE_PACKETS);
EVENT_ATTR(gc_runs, NTA_GC_RUNS);
EVENT_ATTR(searches, NTA_SEARCHES);
EVENT_ATTR(searched_files, NTA_SEARCHED_FILES);

struct gauge_attr {
	struct kobj_attribute	attr;
	unsigned int		(*read)(void);
};

static ssize_t gauge_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *page)
{
	return sysfs_emit(page, "%u\n",
			  container_of(attr, struct gauge_attr, attr)->read());
}

#define GAUGE_ATTR(_name, _read)					\
static struct gauge_attr attr_##_name = {				\
	.attr	= __ATTR(_name, 0444, gauge_show, NULL),		\
	.read	= _read,						\
}

GAUGE_ATTR(processes, nta_task_count);
GAUGE_ATTR(threads, nta_thread_count);
GAUGE_ATTR(unowned_records, nta_record_unowned);
GAUGE_ATTR(records, nta_record_used);
GAUGE_ATTR(exit_records, nta_exitlist_count);
GAUGE_ATTR(sockets, nta_sock_count);

static struct attribute *stats_attrs[] = {
	BOOK_ATTR_PTRS(total),
	BOOK_ATTR_PTRS(tasks),
	BOOK_ATTR_PTRS(exited),
	BOOK_ATTR_PTRS(retired),
	BOOK_ATTR_PTRS(unowned),
	BOOK_ATTR_PTRS(unidentified),
	BOOK_ATTR_PTRS(tunnel),
	BOOK_ATTR_PTRS(excluded),
	&attr_icmp_snd_packets.attr.attr,
	&attr_icmp_rcv_packets.attr.attr,
	&attr_record_overflow.attr.attr,
	&attr_socket_overflow.attr.attr,
	&attr_attached.attr.attr,
	&attr_attach_failed.attr.attr,
	&attr_readopted.attr.attr,
	&attr_claimed.attr.attr,
	&attr_late_packets.attr.attr,
	&attr_gc_runs.attr.attr,
	&attr_searches.attr.attr,
	&attr_searched_files.attr.attr,
	&attr_processes.attr.attr,
	&attr_threads.attr.attr,
	&attr_unowned_records.attr.attr,
	&attr_records.attr.attr,
	&attr_exit_records.attr.attr,
	&attr_sockets.attr.attr,
	NULL
};

static const struct attribute_group stats_group = {
	.name	= "stats",
	.attrs	= stats_attrs,
};

static const struct attribute_group *netatop_groups[] = {
	&netatop_group,
	&stats_group,
	NULL
};

/**
 * nta_sysfs_exit() - remove /sys/kernel/netatop
 *
 * On return nobody is reading or writing a file of it.
 */
void nta_sysfs_exit(void)
{
	/* now: the last put may leave that to a worker */
	kobject_del(sysfs_kobj);
	kobject_put(sysfs_kobj);
}

/**
 * nta_sysfs_init() - make /sys/kernel/netatop
 *
 * Return: 0 or an error of sysfs.
 */
int nta_sysfs_init(void)
{
	int err;

	sysfs_kobj = kobject_create_and_add("netatop", kernel_kobj);
	if (!sysfs_kobj)
		return -ENOMEM;
	nta_param_guard();
	err = sysfs_create_groups(sysfs_kobj, netatop_groups);
	if (err)
		nta_sysfs_exit();
	return err;
}
