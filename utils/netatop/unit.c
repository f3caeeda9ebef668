// SPDX-License-Identifier: GPL-2.0
/*
 * Containers and systemd units: what a process belongs to, by its cgroup.
 */
#include "common.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNIT_SIZE	128

/* Type of the file handles of cgroups: an id of 64 bits. */
#define CGROUP_HANDLE	0xfe

/* Where cgroups of version 2 are, also beside those of version 1. */
static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

static size_t hex_length(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

/* What systemd writes as \xHH, as it was; @text is changed. */
static char *unescape(char *text)
{
	char *from = text, *to = text;
	unsigned int c;

	while (*from) {
		if (starts(from, "\\x") && hex_length(from + 2) >= 2 &&
		    sscanf(from + 2, "%2x", &c) == 1 && c) {
			*to++ = c;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	return text;
}

/* "KIND:NAME" of a name that has something before and behind it. */
static bool between(const char *part, const char *before, const char *behind,
		    const char *kind, char *buf, size_t size)
{
	char name[UNIT_SIZE];

	if (!starts(part, before) || !ends(part, behind) ||
	    strlen(part) <= strlen(before) + strlen(behind))
		return false;
	snprintf(name, sizeof(name), "%.*s",
		 (int)(strlen(part) - strlen(before) - strlen(behind)), part + strlen(before));
	snprintf(buf, size, "%s:%s", kind, unescape(name));
	return true;
}

/* What runs containers names their cgroups after them; @parent is the part before. */
static bool container_of(const char *parent, const char *part, char *buf, size_t size)
{
	static const struct { const char *prefix, *kind; } runtimes[] = {
		{ "docker-", "docker" },
		{ "libpod-", "podman" },
		{ "cri-containerd-", "containerd" },
		{ "crio-", "crio" },
	};
	size_t i;

	for (i = 0; i < sizeof(runtimes) / sizeof(*runtimes); i++) {
		const char *id = part + strlen(runtimes[i].prefix);

		if (starts(part, runtimes[i].prefix) && hex_length(id) >= 12) {
			snprintf(buf, size, "%s:%.12s", runtimes[i].kind, id);
			return true;
		}
	}
	if (hex_length(part) == 64 && !part[64]) {
		snprintf(buf, size, "%s:%.12s", strcmp(parent, "docker") ? "container" : "docker",
			 part);
		return true;
	}
	if (!strcmp(parent, "lxc"))
		return between(part, "", "", "lxc", buf, size);
	return between(part, "lxc.payload.", "", "lxc", buf, size) ||
	       between(part, "machine-", ".scope", "machine", buf, size) ||
	       between(part, "systemd-nspawn@", ".service", "machine", buf, size);
}

/* A pod whose container is not known: the id is at the end of its cgroup's name. */
static bool pod_of(const char *part, char *buf, size_t size)
{
	const char *id = starts(part, "kubepods") ? strstr(part, "-pod") : NULL;

	if (id && ends(part, ".slice"))
		return between(id, "-pod", ".slice", "pod", buf, size);
	return starts(part, "pod") && hex_length(part + strlen("pod")) >= 8 &&
	       between(part, "pod", "", "pod", buf, size);
}

/**
 * unit_of_cgroup() - the container or systemd unit that a cgroup belongs to
 * @path: of the cgroup
 * @buf:  where to put its name
 * @size: of @buf
 *
 * The outermost container, else the Kubernetes pod, else the innermost service
 * or scope.
 *
 * Return: whether there is one.
 */
bool unit_of_cgroup(const char *path, char *buf, size_t size)
{
	char copy[4096], pod[UNIT_SIZE] = "", *part, *next = copy;
	const char *parent = "", *unit = "";
	bool kube = false;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((part = strsep(&next, "/"))) {
		if (container_of(parent, part, buf, size))
			return true;
		kube = kube || starts(part, "kubepods");
		if (kube && !*pod)
			pod_of(part, pod, sizeof(pod));
		if (ends(part, ".service") || ends(part, ".scope"))
			unit = part;
		if (*part)
			parent = part;
	}
	if (*pod)
		unit = pod;
	snprintf(buf, size, "%s", unit);
	return *unit;
}

/**
 * process_unit() - the container or systemd unit that a process belongs to
 * @tgid: the process
 * @buf:  where to put its name
 * @size: of @buf
 *
 * Return: whether it is known.
 */
bool process_unit(pid_t tgid, char *buf, size_t size)
{
	char line[4096], unit[256], path[64];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", tgid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		/* the one of version 2, or that of systemd in version 1 */
		if (starts(line, "0::"))
			found = unit_of_cgroup(line + 3, unit, sizeof(unit));
		else if (strstr(line, ":name=systemd:"))
			found = unit_of_cgroup(strrchr(line, ':') + 1, unit, sizeof(unit));
	}
	fclose(file);
	if (found)
		clean_text(unit, buf, size);
	return found;
}

/* By its id, which is not used again; false if it is gone or may not be opened. */
static bool path_of_cgroup(uint64_t id, char *path, size_t size)
{
	char room[sizeof(struct file_handle) + sizeof(id)]
		__attribute__((aligned(__alignof__(struct file_handle))));
	struct file_handle *handle = (void *)room;
	ssize_t n = -1;
	size_t i;

	handle->handle_bytes = sizeof(id);
	handle->handle_type = CGROUP_HANDLE;
	memcpy(room + sizeof(*handle), &id, sizeof(id));
	for (i = 0; i < sizeof(mounts) / sizeof(*mounts) && n < 0; i++) {
		int mount = open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
		char link[64];

		if (mount < 0)
			continue;
		fd = open_by_handle_at(mount, handle, O_PATH | O_CLOEXEC);
		close(mount);
		if (fd < 0)
			continue;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, size - 1);
		close(fd);
	}
	if (n < 0)
		return false;
	path[n] = 0;
	return true;
}

/**
 * task_unit() - the container or systemd unit that a process or thread belongs to
 * @task: it; it may have finished
 * @buf:  where to put its name
 * @size: of @buf
 *
 * Units of cgroups are remembered, so that those of finished processes are known
 * whose cgroup is gone, if it has been asked for before.
 *
 * Return: whether it is known.
 */
bool task_unit(const struct netatop_task *task, char *buf, size_t size)
{
	static struct { uint64_t id; char unit[UNIT_SIZE]; } cache[1024];
	size_t i = task->cgroup % (sizeof(cache) / sizeof(*cache));
	bool has_id = task->present & NETATOP_HAS_CGROUP && task->cgroup;
	char path[4096], unit[UNIT_SIZE];

	if (has_id && cache[i].id == task->cgroup) {
		snprintf(buf, size, "%s", cache[i].unit);
		return *buf;
	}
	*unit = 0;
	/* 1 is the root, where all are that have cgroups of version 1 only */
	if (has_id && task->cgroup != 1 && path_of_cgroup(task->cgroup, path, sizeof(path)))
		unit_of_cgroup(path, unit, sizeof(unit));
	/* another process may have the number of one that has ended */
	else if (task->state != NETATOP_TASK_ALIVE || !process_unit(task->tgid, unit, sizeof(unit)))
		return false;
	if (!has_id || task->cgroup == 1) {
		clean_text(unit, buf, size);
		return *buf;
	}
	clean_text(unit, cache[i].unit, sizeof(cache[i].unit));
	cache[i].id = task->cgroup;
	snprintf(buf, size, "%s", cache[i].unit);
	return *buf;
}
