/* JSON objects in the making: integers stay integers, reals stay reals, and a
 * real that is no number is left out.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_DICT_H
#define QEP_DICT_H

#include "module.h"

/* Remembers that memory ran out, so that only its end needs a check. */
typedef struct dict {
    json_object *object;
    bool has_failed;
} dict;

void dict_init(dict *d);
void dict_finish(dict *d);
bool dict_has(const dict *d, const char *key);

/* Takes over the value, NULL meaning that memory ran out. */
void dict_set(dict *d, const char *key, json_object *value);
void dict_set_null(dict *d, const char *key);
void dict_set_int(dict *d, const char *key, int64_t value);
void dict_set_real(dict *d, const char *key, double value);
void dict_set_flag(dict *d, const char *key, bool value);
void dict_set_text(dict *d, const char *key, const char *value);

/* `<key>_units`. */
void dict_set_units(dict *d, const char *key, const char *units);

/* A JSON number that is written as a real, or null when it is not finite.
 * NULL when memory ran out. */
json_object *json_real(double value);
json_object *json_reals(const double *values, size_t count);
json_object *json_ints(const int64_t *values, size_t count);

#endif
