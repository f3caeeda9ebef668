// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/netatop: the lines that scripts have parsed for years, then ours.
 */
#include "procfs.h"
#include "books.h"
#include "exitlist.h"
#include "flow.h"
#include "sockinfo.h"
#include "stats.h"
#include "task.h"
#include "version.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

/* As last counted for somebody who may have conntrack's table walked. */
static unsigned int procfs_attached;

static unsigned int count_sockinfo(struct seq_file *m)
{
	if (file_ns_capable(m->file, &init_user_ns, CAP_NET_ADMIN))
		WRITE_ONCE(procfs_attached, nta_flow_count());
	return READ_ONCE(procfs_attached) + nta_sock_count();
}

static void show_way(struct seq_file *m, const char *name, enum nta_way way,
		     const struct nta_counters *total,
		     const struct nta_counters *nobody)
{
	seq_printf(m, "%s:  %12llu (unident: %9llu)\n", name, total->v[way],
		   nobody->v[way]);
}

static void show_term(struct seq_file *m, const char *name, enum nta_book book)
{
	struct nta_counters sum;
	unsigned int i;

	nta_books_read(book, &sum);
	seq_printf(m, "%-14s", name);
	for (i = 0; i < NTA_COUNTERS; i++)
		seq_printf(m, " %llu", sum.v[i]);
	seq_putc(m, '\n');
}

static int procfs_show(struct seq_file *m, void *v)
{
	struct nta_counters total, nobody, unowned;

	nta_books_read(NTA_BOOK_TOTAL, &total);
	nta_books_read(NTA_BOOK_UNIDENTIFIED, &nobody);
	nta_books_read(NTA_BOOK_UNOWNED, &unowned);
	nta_counters_add(&nobody, &unowned);

	show_way(m, "tcpsndpacks", NTA_TCP_SND, &total, &nobody);
	show_way(m, "tcprcvpacks", NTA_TCP_RCV, &total, &nobody);
	show_way(m, "udpsndpacks", NTA_UDP_SND, &total, &nobody);
	show_way(m, "udprcvpacks", NTA_UDP_RCV, &total, &nobody);
	seq_printf(m, "icmpsndpacks: %12llu\n", nta_stats_events(NTA_ICMP_SND));
	seq_printf(m, "icmprcvpacks: %12llu\n\n",
		   nta_stats_events(NTA_ICMP_RCV));

	seq_printf(m, "#sockinfo:    %12u (overflow: %8llu)\n",
		   count_sockinfo(m), nta_stats_events(NTA_SOCKET_OVERFLOW) +
				      nta_stats_events(NTA_ATTACH_FAILED));
	seq_printf(m, "#taskinfo:    %12u (overflow: %8llu)\n",
		   nta_task_count(), nta_stats_events(NTA_RECORD_OVERFLOW));
	seq_printf(m, "#taskexit:    %12u\n\n", nta_exitlist_count());
	seq_printf(m, "modversion: %14s\n\n", NTA_VERSION);

	seq_printf(m, "#threads:     %12u\n", nta_thread_count());
	seq_printf(m, "#unowned:     %12u\n\n", nta_record_unowned());

	seq_puts(m, "books          tcpsndpacks tcpsndbytes tcprcvpacks tcprcvbytes");
	seq_puts(m, " udpsndpacks udpsndbytes udprcvpacks udprcvbytes\n");
	show_term(m, "total", NTA_BOOK_TOTAL);
	show_term(m, "tasks", NTA_BOOK_TASKS);
	show_term(m, "exited", NTA_BOOK_EXITED);
	show_term(m, "retired", NTA_BOOK_RETIRED);
	show_term(m, "unowned", NTA_BOOK_UNOWNED);
	show_term(m, "unidentified", NTA_BOOK_UNIDENTIFIED);
	show_term(m, "tunnel", NTA_BOOK_TUNNEL);
	show_term(m, "excluded", NTA_BOOK_EXCLUDED);
	return 0;
}

/**
 * nta_procfs_init() - make /proc/netatop
 *
 * Return: 0 or -ENOMEM.
 */
int nta_procfs_init(void)
{
	return proc_create_single("netatop", 0444, NULL, procfs_show) ?
	       0 : -ENOMEM;
}

/**
 * nta_procfs_exit() - remove /proc/netatop
 *
 * On return nobody is reading it.
 */
void nta_procfs_exit(void)
{
	remove_proc_entry("netatop", NULL);
}
