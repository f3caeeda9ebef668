// SPDX-License-Identifier: GPL-2.0
/*
 * The semaphores by which atop and netatopd know of each other.
 *
 * The key is known to everybody, so somebody else may have made them before: a
 * set that is not ours is taken away.
 */
#include "sems.h"
#include "say.h"

#include <errno.h>
#include <netatopd.h>
#include <stdio.h>
#include <string.h>
#include <sys/sem.h>
#include <unistd.h>

enum { SEM_RUNS, SEM_READERS, SEMS };

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

static int id = -1;

/* Why there are none, which has been said: each second is too often. */
static int failed;

/* Without the right to look at them, they are another's. */
static bool are_ours(int set)
{
	struct semid_ds ds;
	union semun arg = { .buf = &ds };

	return !semctl(set, 0, IPC_STAT, arg) && ds.sem_perm.uid == geteuid() &&
	       ds.sem_perm.cuid == geteuid() && (ds.sem_perm.mode & 0777) == 0600 &&
	       ds.sem_nsems == SEMS;
}

static int set_value(int sem, int value)
{
	union semun arg = { .val = value };

	return semctl(id, sem, SETVAL, arg) ? -errno : 0;
}

static int make(void)
{
	unsigned short values[SEMS] = { [SEM_READERS] = NETATOPD_READERS };
	union semun all = { .array = values };
	int set = semget(NETATOPD_SEMKEY, SEMS, 0600 | IPC_CREAT | IPC_EXCL);

	return set < 0 || semctl(set, 0, SETALL, all) ? -errno : 0;
}

/**
 * sems_clean() - take away what stands in the way, and make ours
 *
 * They stay when this process ends: the next netatopd may not have the right to
 * take away what somebody else would have made in between.
 *
 * Return: 0, or a negative error number, and it has been said.
 */
int sems_clean(void)
{
	int set, err, tries;

	/* somebody can be quicker, but not always */
	for (tries = 0; tries < 1000; tries++) {
		err = make();
		if (!err)
			return 0;
		set = semget(NETATOPD_SEMKEY, 0, 0);
		if (set >= 0 && are_ours(set))
			return 0;
		if (set < 0 && errno == ENOENT) {
			if (err == -EEXIST)
				continue;
			if (err == failed)
				return err;
			if (err == -ENOSPC)
				say(LOG_ERR, "all sets of semaphores are in use; ipcs -s -c tells whose they are");
			else
				say(LOG_ERR, "semaphores: %s", strerror(-err));
			return err;
		}
		if (set < 0 || semctl(set, 0, IPC_RMID))
			break;
		if (!tries)
			say(LOG_WARNING, "took away semaphores that another user or program had made");
	}
	say(LOG_ERR, "somebody else has made the semaphores 0x%x: %s; take them away with: ipcrm -S 0x%x",
	    NETATOPD_SEMKEY, strerror(errno), NETATOPD_SEMKEY);
	return -EPERM;
}

/* An older netatopd does not know of the lock that ours has. */
static bool other_runs(void)
{
	int pid = semctl(id, SEM_RUNS, GETPID);
	char path[32], name[32] = "";
	FILE *comm;

	if (pid <= 0 || pid == getpid() || semctl(id, SEM_RUNS, GETVAL) <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	comm = fopen(path, "re");
	if (!comm)
		return false;
	if (!fgets(name, sizeof(name), comm))
		*name = '\0';
	fclose(comm);
	if (strcmp(name, "netatopd\n"))
		return false;
	say(LOG_ERR, "another netatopd is running, process %d", pid);
	return true;
}

static int set_right(void)
{
	int readers = semctl(id, SEM_READERS, GETVAL);
	int err = 0;

	/* left from one that cannot have cleaned up */
	if (semctl(id, SEM_RUNS, GETVAL) > 0)
		err = set_value(SEM_RUNS, 0);
	if (err || readers == NETATOPD_READERS)
		return err;
	/*
	 * An atop is counted before it opens the log, so whether one reads cannot be seen;
	 * too low a value just keeps the log from being begun anew. With 0 the next reader
	 * would wait for ever.
	 */
	if (readers > 0 && readers < NETATOPD_READERS)
		return 0;
	say(LOG_WARNING, "the semaphore of readers was %d; set to %d", readers, NETATOPD_READERS);
	return set_value(SEM_READERS, NETATOPD_READERS);
}

/**
 * sems_open() - make the semaphores, or use those that are there
 *
 * Return: 0, or a negative error number, and it has been said.
 */
int sems_open(void)
{
	int err = sems_clean();

	if (err)
		return err;
	id = semget(NETATOPD_SEMKEY, SEMS, 0600);
	if (id < 0) {
		err = -errno;
		say(LOG_ERR, "semaphores: %s", strerror(-err));
	} else if (other_runs()) {
		err = -EBUSY;
	}
	return err;
}

/**
 * sems_raise() - say that a netatopd runs, until this process ends
 *
 * Return: 0, or a negative error number, and it has been said.
 */
int sems_raise(void)
{
	struct sembuf raise = { .sem_num = SEM_RUNS, .sem_op = 1, .sem_flg = SEM_UNDO };
	int err = set_right();

	if (!err && semop(id, &raise, 1))
		err = -errno;
	if (err)
		say(LOG_ERR, "semaphores: %s", strerror(-err));
	return err;
}

/* As long as this process runs, when a hundred atops can read: 0 is right then. */
static bool are_right(void)
{
	int runs = semctl(id, SEM_RUNS, GETVAL);

	if (runs == 1 && semctl(id, SEM_READERS, GETVAL) <= NETATOPD_READERS)
		return true;
	if (runs != 1)
		say(LOG_WARNING, "the semaphore that tells of a netatopd was %d; set to 1", runs);
	return false;
}

/**
 * sems_check() - set them right, or make them anew if somebody has taken them away
 *
 * Return: 0, or a negative error number, and it has been said, once.
 */
int sems_check(void)
{
	int set;

	if (are_ours(id))
		return are_right() ? 0 : sems_raise();
	/* once what is in the way has gone, it is to be tried again */
	if (failed) {
		set = semget(NETATOPD_SEMKEY, 0, 0);
		if (set >= 0 ? !are_ours(set) : errno != ENOENT)
			return failed;
	}
	failed = sems_open();
	if (failed)
		return failed;
	say(LOG_WARNING, "the semaphores are gone, and made anew; an atop that runs has to be started again");
	failed = sems_raise();
	return failed;
}

/**
 * sems_begin_alone() - keep readers from beginning to read
 *
 * An atop that wants to waits until sems_end_alone(), or the end of this process.
 *
 * Return: whether there are no readers, and can be none.
 */
bool sems_begin_alone(void)
{
	struct sembuf all = {
		.sem_num = SEM_READERS,
		.sem_op = -NETATOPD_READERS,
		.sem_flg = SEM_UNDO | IPC_NOWAIT,
	};

	return !semop(id, &all, 1);
}

/**
 * sems_end_alone() - let readers begin
 */
void sems_end_alone(void)
{
	struct sembuf all = {
		.sem_num = SEM_READERS,
		.sem_op = NETATOPD_READERS,
		.sem_flg = SEM_UNDO,
	};

	if (semop(id, &all, 1))
		say(LOG_ERR, "semaphores: %s", strerror(errno));
}
