// SPDX-License-Identifier: GPL-2.0
/*
 * Finished processes as netatopd has logged them.
 */
#include "exits_log.h"
#include "common.h"
#include "json.h"
#include "table.h"

#include "../netatopd/logread.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const struct exits_log *what, const struct logread *log)
{
	complain("%s is damaged at offset %llu: %s", what->path,
		 (unsigned long long)log->offset, log->reason);
	return FAILED;
}

static void get_task(const struct netpertask *from, struct netatop_task *task)
{
	memset(task, 0, sizeof(*task));
	task->present = NETATOP_HAS_NAME | NETATOP_HAS_BTIME;
	task->state = NETATOP_TASK_FINISHED;
	task->tgid = from->id;
	task->btime = from->btime;
	memcpy(task->name, from->command, sizeof(from->command));
	task->counters = (struct netatop_counters){
		.tcp_snd_packets = from->tcpsndpacks,
		.tcp_snd_bytes = from->tcpsndbytes,
		.tcp_rcv_packets = from->tcprcvpacks,
		.tcp_rcv_bytes = from->tcprcvbytes,
		.udp_snd_packets = from->udpsndpacks,
		.udp_snd_bytes = from->udpsndbytes,
		.udp_rcv_packets = from->udprcvpacks,
		.udp_rcv_bytes = from->udprcvbytes,
	};
}

static int show(const struct exits_log *what, const struct netpertask *record)
{
	static const struct table table = { .started = true };
	struct netatop_task task;
	json_t *object;

	get_task(record, &task);
	if (!what->json) {
		table_line(&table, &task);
		return 0;
	}
	object = json_object();
	json_put_text(object, "event", "exit");
	json_put(object, "tgid", json_integer(task.tgid));
	json_put_text(object, "name", task.name);
	json_put_u64(object, "btime", task.btime);
	json_put_counters(object, &task.counters);
	return json_print(object);
}

/* Once to see whether it is whole, once to show it. */
static int read_log(const struct exits_log *what, int fd, bool quiet)
{
	static struct logread log;
	uint64_t shown = 0;
	int ret = logread_begin(&log, fd);

	while (!ret && (ret = logread_next(&log)) == 1) {
		ret = 0;
		if (quiet || (what->pid && what->pid != log.task.id))
			continue;
		if (show(what, &log.task))
			return FAILED;
		if (what->count && ++shown == what->count)
			break;
	}
	if (!ret && quiet && log.trimmed)
		complain("%s begins with record %u; netatopd has given back what all readers have read",
			 what->path, log.header.curseq - log.kept + 1);
	return ret ? refuse(what, &log) : DONE;
}

/**
 * exits_from_log() - show what a log of netatopd has
 * @what: which log, and what of it
 *
 * Return: DONE, or FAILED, and it has been said why.
 */
int exits_from_log(const struct exits_log *what)
{
	static const struct table table = { .started = true };
	struct stat st;
	int status, fd = open(what->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		complain("%s: %s%s", what->path, strerror(errno),
			 errno == ENOENT ? "; netatopd writes it, see netatop doctor" : "");
		return FAILED;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		complain("%s: it is no file", what->path);
		close(fd);
		return FAILED;
	}
	status = read_log(what, fd, true);
	if (status == DONE) {
		if (!what->json)
			table_head(&table);
		status = read_log(what, fd, false);
	}
	close(fd);
	return status;
}
