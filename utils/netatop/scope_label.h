/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conntrack label of flows that are left out: the tunable scope_label, and
 * who else uses it.
 */
#ifndef _NETATOP_SCOPE_LABEL_H
#define _NETATOP_SCOPE_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABEL_OFF	(-1)
#define LABEL_UNKNOWN	(-2)

/**
 * struct label_users - the tables that set a label, of all network namespaces
 * @ino:     inode number of a namespace that has one; 0: none has
 * @was_off: one of them was made when scope_label was off
 */
struct label_users {
	uint32_t ino;
	bool was_off;
};

int label_get(int *label, bool needed);
int label_set(int label);
bool label_name(unsigned int label, char *buf, size_t size);
int label_users(unsigned int label, struct label_users *users);

#endif /* _NETATOP_SCOPE_LABEL_H */
