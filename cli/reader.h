/* Reading the library's JSON texts into json-c values.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_READER_H
#define CLI_READER_H

#include <stdbool.h>

#include <json-c/json_object.h>

/* false: damaged. *out is NULL for null; the caller puts it. */
bool reader_parse(const char *json, json_object **out);

/* Hands over the items of an array one by one, so that a long listing is never
 * in memory as values; a document that is no array is one item. row: valid
 * during the call. false: damaged, which is found when items before the damage
 * were visited. */
typedef void reader_visit(void *user, json_object *row);
bool reader_each(const char *json, reader_visit *visit, void *user);

#endif
