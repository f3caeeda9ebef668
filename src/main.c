// SPDX-License-Identifier: GPL-2.0
/*
 * netatop: which process and thread owns every TCP and UDP packet.
 *
 * The table of contents: floors are built from the ground up and taken down
 * in reverse.  The doors for users open last and close first.
 */
#include "exitlist.h"
#include "gc.h"
#include "netlink.h"
#include "pernet.h"
#include "procfs.h"
#include "reader.h"
#include "record.h"
#include "sockinfo.h"
#include "sockopt.h"
#include "sysfs.h"
#include "task.h"
#include "test.h"
#include "version.h"

#include <linux/init.h>
#include <linux/module.h>

static int __init nta_init(void)
{
	int err;

	/* they build and take down floors themselves */
	nta_test_run();

	err = nta_record_init();
	if (err)
		goto err_test;
	err = nta_task_init();
	if (err)
		goto err_record;
	err = nta_sockinfo_init();
	if (err)
		goto err_task;
	err = nta_gc_init();
	if (err)
		goto err_sockinfo;
	nta_reader_init();
	err = nta_pernet_init();
	if (err)
		goto err_reader;
	err = nta_procfs_init();
	if (err)
		goto err_pernet;
	err = nta_sysfs_init();
	if (err)
		goto err_procfs;
	err = nta_netlink_init();
	if (err)
		goto err_sysfs;
	/*
	 * Who is inside of these keeps the module from being unloaded, but not
	 * from being given up here: so nobody is let in before nothing can fail.
	 */
	err = nta_sockopt_init();
	if (err)
		goto err_netlink;
	nta_netlink_open();
	return 0;

err_netlink:
	nta_netlink_exit();
err_sysfs:
	nta_sysfs_exit();
err_procfs:
	nta_procfs_exit();
err_pernet:
	nta_pernet_exit();
err_reader:
	nta_reader_exit();
	nta_gc_exit();
	nta_exitlist_exit();
err_sockinfo:
	nta_sockinfo_exit();
err_task:
	nta_task_exit();
err_record:
	nta_record_exit();
err_test:
	nta_test_forget();
	return err;
}

static void __exit nta_exit(void)
{
	/*
	 * Between the decision to unload and this line every other getsockopt
	 * of netfilter fails, as ours is found first and cannot be entered.
	 */
	nta_sockopt_exit();
	nta_netlink_exit();
	nta_sysfs_exit();
	nta_procfs_exit();
	nta_pernet_exit();
	nta_reader_exit();
	nta_gc_exit();
	nta_exitlist_exit();
	nta_sockinfo_exit();
	nta_task_exit();
	nta_record_exit();
	nta_test_forget();
}

module_init(nta_init);
module_exit(nta_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Network statistics per process and thread");
MODULE_VERSION(NTA_VERSION);
