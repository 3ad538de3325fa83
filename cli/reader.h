/* Reading the library's JSON texts into json-c values.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_READER_H
#define CLI_READER_H

#include <stdbool.h>

#include <json-c/json_object.h>

/* false: damaged. *out is NULL for null; the caller puts it. */
bool reader_parse(const char *json, json_object **out);

#endif
