/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON: numbers in base units, text in UTF-8 whatever a task is called.
 */
#ifndef _NETATOP_JSON_H
#define _NETATOP_JSON_H

#include <libnetatop.h>

#include <jansson.h>

void json_put(json_t *object, const char *name, json_t *value);
void json_put_u64(json_t *object, const char *name, uint64_t value);
void json_put_text(json_t *object, const char *name, const char *value);
void json_put_counters(json_t *object, const struct netatop_counters *c);
json_t *json_task(const struct netatop_task *task);
int json_write(json_t *value);
int json_print(json_t *value);

#endif /* _NETATOP_JSON_H */
