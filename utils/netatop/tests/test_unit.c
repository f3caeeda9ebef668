// SPDX-License-Identifier: GPL-2.0
/*
 * Containers and systemd units.
 */
#include "test.h"

#include <unistd.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct { const char *path, *unit; } cases[] = {
	{ "/", NULL },
	{ "", NULL },
	{ "/user.slice", NULL },
	{ "/init.scope", "init.scope" },
	{ "/system.slice/ssh.service", "ssh.service" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service" },
	{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-1.scope",
	  "app-firefox-1.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope" },
	{ "/system.slice/some.service/payload", "some.service" },
	{ "/system.slice/docker.service", "docker.service" },
	{ "/system.slice/docker-" ID ".scope", "docker:0123456789ab" },
	{ "/system.slice/docker-" ID ".scope/system.slice/ssh.service", "docker:0123456789ab" },
	{ "/docker/" ID, "docker:0123456789ab" },
	{ "/ecs/task/" ID, "container:0123456789ab" },
	{ "/machine.slice/libpod-" ID ".scope", "podman:0123456789ab" },
	{ "/machine.slice/libpod-" ID ".scope/container", "podman:0123456789ab" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  "podman:0123456789ab" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1234_5678.slice/"
	  "cri-containerd-" ID ".scope", "containerd:0123456789ab" },
	{ "/kubepods.slice/kubepods-pod1234_5678.slice/crio-" ID ".scope", "crio:0123456789ab" },
	{ "/kubepods.slice/kubepods-pod1234_5678.slice", "pod:1234_5678" },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod12ab_cd.slice",
	  "pod:12ab_cd" },
	{ "/kubepods/besteffort/pod01234567-89ab/" ID, "container:0123456789ab" },
	{ "/kubepods/besteffort/pod01234567-89ab", "pod:01234567-89ab" },
	{ "/kubepods.slice", NULL },
	{ "/lxc.payload.web", "lxc:web" },
	{ "/lxc.payload.web/system.slice/nginx.service", "lxc:web" },
	{ "/lxc/web/system.slice/nginx.service", "lxc:web" },
	{ "/lxc.payload.", NULL },
	{ "/machine.slice/machine-debian\\x2d12.scope", "machine:debian-12" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator", "machine:qemu-1-web" },
	{ "/machine.slice/systemd-nspawn@web.service/payload/system.slice/ssh.service",
	  "machine:web" },
	{ "/machine-.scope", "machine-.scope" },
	/* of such names, but too short, or followed by something else */
	{ "/docker-1.scope", "docker-1.scope" },
	{ "/docker/abc", NULL },
	{ "/system.slice/crio-conmon-" ID ".scope", "crio-conmon-" ID ".scope" },
	{ "/podcast.service", "podcast.service" },
	{ "/po", NULL },
	{ "/kubepods/po", NULL },
};

static void test_paths(void **state)
{
	char buf[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool known = unit_of_cgroup(cases[i].path, buf, sizeof(buf));

		if (known != !!cases[i].unit || (known && strcmp(buf, cases[i].unit)))
			fail_msg("%s: got %s, wanted %s", cases[i].path, known ? buf : "none",
				 cases[i].unit ? cases[i].unit : "none");
	}
}

static void test_long(void **state)
{
	char path[9000], buf[16];

	(void)state;
	memset(path, 'a', sizeof(path));
	strcpy(path + sizeof(path) - sizeof("/x.service"), "/x.service");
	path[0] = '/';
	assert_false(unit_of_cgroup(path, buf, sizeof(buf)));
	strcpy(path, "/a-very-long-name-of-a-unit.service");
	assert_true(unit_of_cgroup(path, buf, sizeof(buf)));
	assert_string_equal(buf, "a-very-long-nam");
	strcpy(path, "/machine-\\x.scope");
	assert_true(unit_of_cgroup(path, buf, sizeof(buf)));
	assert_string_equal(buf, "machine:\\x");
	strcpy(path, "/machine-a\\x00b.scope");
	assert_true(unit_of_cgroup(path, buf, sizeof(buf)));
	assert_string_equal(buf, "machine:a\\x00b");
}

/* That of a process that is not there, and of one that has ended: the number may be another's. */
static void test_tasks(void **state)
{
	struct netatop_task task = process(1 << 30, 1, "gone", 0, 0);
	char buf[64] = "", own[64] = "";
	bool known = process_unit(getpid(), own, sizeof(own));

	(void)state;
	assert_false(task_unit(&task, buf, sizeof(buf)));
	task.tgid = getpid();
	assert_int_equal(task_unit(&task, buf, sizeof(buf)), known);
	assert_string_equal(buf, own);
	task.state = NETATOP_TASK_FINISHED;
	assert_false(task_unit(&task, buf, sizeof(buf)));
	task.present |= NETATOP_HAS_CGROUP;
	task.cgroup = UINT64_MAX - 1;
	assert_false(task_unit(&task, buf, sizeof(buf)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
