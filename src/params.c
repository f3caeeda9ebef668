// SPDX-License-Identifier: GPL-2.0
/*
 * Tunables: one table, one setter, and the module parameters as one of its
 * doors.
 */
#include "params.h"

#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <uapi/linux/netfilter/xt_connlabel.h>

struct nta_param_desc {
	const char		*name;
	unsigned int		min;
	unsigned int		max;
	const char *const	*words;	/* names of the values, NULL if numbers */
	bool			can_be_off;	/* 0 is off, 1 is users' 0 */
};

static const char *const conntrack_words[] = {
	[NTA_CONNTRACK_AUTO]	= "auto",
	[NTA_CONNTRACK_ON]	= "on",
};

static const struct nta_param_desc param_desc[NTA_PARAMS] = {
	[NTA_GC_INTERVAL]	= { "gc_interval", 1, 3600 },
	[NTA_EXIT_TIMEOUT]	= { "exit_timeout", 1, 3600 },
	[NTA_EXIT_LINGER]	= { "exit_linger", 0, 600 },
	[NTA_UNOWNED_TIMEOUT]	= { "unowned_timeout", 1, 86400 },
	[NTA_MAX_RECORDS]	= { "max_records", 64, NTA_RECORDS_LIMIT },
	[NTA_MAX_SOCKETS]	= { "max_sockets", 16, 1U << 20 },
	[NTA_FRAME_OVERHEAD]	= { "frame_overhead", 0, 256 },
	[NTA_CONNTRACK]		= { "conntrack", 0, NTA_CONNTRACK_ON,
				    conntrack_words },
	[NTA_SCOPE_LABEL]	= { "scope_label", 0, XT_CONNLABEL_MAXBIT + 1,
				    .can_be_off = true },
};

unsigned int nta_param_value[NTA_PARAMS] __read_mostly = {
	[NTA_GC_INTERVAL]	= 15,
	[NTA_EXIT_TIMEOUT]	= 15,
	[NTA_EXIT_LINGER]	= 0,
	[NTA_UNOWNED_TIMEOUT]	= 120,
	[NTA_MAX_RECORDS]	= 65536,
	[NTA_MAX_SOCKETS]	= 65536,
	[NTA_FRAME_OVERHEAD]	= 0,
	[NTA_CONNTRACK]		= NTA_CONNTRACK_AUTO,
	[NTA_SCOPE_LABEL]	= 0,
};

/* Told of a new value; an error brings the old one back. */
static int (*param_notify[NTA_PARAMS])(unsigned int value);

/* Serialises setters; taken inside kernel_param_lock, never around it. */
static DEFINE_MUTEX(param_mutex);

static bool param_guarded;

static int param_parse(const struct nta_param_desc *desc, const char *text,
		       unsigned int *value)
{
	int err;

	if (desc->words) {
		err = __sysfs_match_string(desc->words, desc->max + 1, text);
		if (err < 0)
			return err;
		*value = err;
		return 0;
	}
	if (desc->can_be_off && (sysfs_streq(text, "off") ||
				 sysfs_streq(text, "-1"))) {
		*value = 0;
		return 0;
	}
	err = kstrtouint(text, 10, value);
	if (err)
		return err;
	if (desc->can_be_off && *value >= desc->max)
		return -ERANGE;
	*value += desc->can_be_off;
	if (*value < desc->min || *value > desc->max)
		return -ERANGE;
	return 0;
}

/**
 * nta_param_set() - give a tunable a new value
 * @id: which one
 * @text: the value as a user writes it, a newline may follow
 *
 * Process context, may sleep.  Legal before the module's init has run, as
 * module parameters are set then.
 *
 * Return: 0, -EINVAL for what is no value, -ERANGE for one out of range, or
 * the error of the part that has to act on it; nothing changes on an error.
 */
int nta_param_set(enum nta_param id, const char *text)
{
	unsigned int value, old;
	int err;

	err = param_parse(&param_desc[id], text, &value);
	if (err)
		return err;

	mutex_lock(&param_mutex);
	old = nta_param_value[id];
	WRITE_ONCE(nta_param_value[id], value);
	if (param_notify[id])
		err = param_notify[id](value);
	if (err)
		WRITE_ONCE(nta_param_value[id], old);
	mutex_unlock(&param_mutex);
	return err;
}

/**
 * nta_param_read() - tell all about a tunable
 * @id: which one
 * @info: set
 */
void nta_param_read(enum nta_param id, struct nta_param_info *info)
{
	const struct nta_param_desc *desc = &param_desc[id];

	info->name = desc->name;
	info->value = nta_param(id);
	info->min = desc->min;
	info->max = desc->max;
	if (desc->can_be_off) {
		info->value--;
		info->min--;
		info->max--;
	}
	if (desc->words)
		strscpy(info->text, desc->words[info->value],
			sizeof(info->text));
	else if (info->value < 0)
		strscpy(info->text, "off", sizeof(info->text));
	else
		snprintf(info->text, sizeof(info->text), "%lld", info->value);
}

/**
 * nta_param_show() - print a tunable's value and a newline
 * @id: which one
 * @page: a page to print to
 *
 * Return: the length printed.
 */
int nta_param_show(enum nta_param id, char *page)
{
	struct nta_param_info info;

	nta_param_read(id, &info);
	return sysfs_emit(page, "%s\n", info.text);
}

/**
 * nta_param_set_notify() - name the function that acts on a tunable
 * @id: which tunable
 * @notify: called at once with the present value, and then in process context
 *	    by the setter with each new one; NULL for none.  On return no call
 *	    of the function that was there before is running.
 *
 * Return: 0, or the error of @notify, which is not kept then.
 */
int nta_param_set_notify(enum nta_param id, int (*notify)(unsigned int value))
{
	int err = 0;

	mutex_lock(&param_mutex);
	if (notify)
		err = notify(nta_param(id));
	if (!err)
		param_notify[id] = notify;
	mutex_unlock(&param_mutex);
	return err;
}

/**
 * nta_param_guard() - from now on, a new value needs CAP_NET_ADMIN
 */
void nta_param_guard(void)
{
	WRITE_ONCE(param_guarded, true);
}

static enum nta_param param_id(const struct kernel_param *kp)
{
	return (unsigned int *)kp->arg - nta_param_value;
}

static int nta_param_op_set(const char *text, const struct kernel_param *kp)
{
	/* who loads the module may give it values */
	if (READ_ONCE(param_guarded) && !capable(CAP_NET_ADMIN))
		return -EPERM;
	return nta_param_set(param_id(kp), text);
}

static int nta_param_op_get(char *page, const struct kernel_param *kp)
{
	return nta_param_show(param_id(kp), page);
}

static const struct kernel_param_ops nta_param_ops = {
	.set	= nta_param_op_set,
	.get	= nta_param_op_get,
};

#define NTA_PARAM(name, id, text)					\
	module_param_cb(name, &nta_param_ops, &nta_param_value[id], 0644); \
	MODULE_PARM_DESC(name, text)

NTA_PARAM(gc_interval, NTA_GC_INTERVAL,
	  "seconds between garbage collections, 1 to 3600 (15)");
NTA_PARAM(exit_timeout, NTA_EXIT_TIMEOUT,
	  "seconds that a finished process is kept for a reader, 1 to 3600 (15)");
NTA_PARAM(exit_linger, NTA_EXIT_LINGER,
	  "seconds that a finished process is held back for late packets, 0 to 600 (0)");
NTA_PARAM(unowned_timeout, NTA_UNOWNED_TIMEOUT,
	  "seconds after which quiet packets of nobody become unidentified, 1 to 86400 (120)");
NTA_PARAM(max_records, NTA_MAX_RECORDS,
	  "most threads and unowned sockets, 64 to 1048576 (65536)");
NTA_PARAM(max_sockets, NTA_MAX_SOCKETS,
	  "most sockets outside conntrack, 16 to 1048576 (65536)");
NTA_PARAM(frame_overhead, NTA_FRAME_OVERHEAD,
	  "bytes added for each frame, 0 to 256 (0)");
NTA_PARAM(conntrack, NTA_CONNTRACK,
	  "auto: use connection tracking where it is on; on: switch it on everywhere (auto)");
NTA_PARAM(scope_label, NTA_SCOPE_LABEL,
	  "conntrack label of flows to leave out, 0 to 127, or off (off)");
