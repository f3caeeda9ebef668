/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netatop doctor: what its checks share.
 */
#ifndef _NETATOP_DOCTOR_H
#define _NETATOP_DOCTOR_H

#include <libnetatop.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/utsname.h>

enum level { FINE, WARNING, PROBLEM };

/**
 * struct doctor - what has been found so far
 * @checks:   an array, for JSON, else NULL
 * @count:    how many findings of each level
 * @uname:    of the running kernel
 * @nta:      the module, NULL if it does not answer
 * @answers:  @books is what the module says
 * @books:    its books and figures
 */
struct doctor {
	json_t *checks;
	unsigned int count[PROBLEM + 1];
	struct utsname uname;
	struct netatop *nta;
	bool answers;
	struct netatop_books books;
};

/* @advice says what to do, NULL if there is nothing to do */
void found(struct doctor *doctor, enum level level, const char *check, const char *advice,
	   const char *format, ...) __attribute__((format(printf, 5, 6)));

bool first_line(const char *path, char *buf, size_t size);
bool output_of(char *const argv[], char *buf, size_t size);

void check_capability(struct doctor *doctor);
void check_module(struct doctor *doctor);
void check_books(struct doctor *doctor);
void check_room(struct doctor *doctor);
void check_owners(struct doctor *doctor);
void check_conntrack(struct doctor *doctor);
void check_netatopd(struct doctor *doctor);
void check_atop(struct doctor *doctor);

#endif /* _NETATOP_DOCTOR_H */
