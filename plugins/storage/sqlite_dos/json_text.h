/* A value inside a JSON text, found without making values of the text.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SQLITE_DOS_JSON_TEXT_H
#define SQLITE_DOS_JSON_TEXT_H

#include <stdbool.h>

#include <json-c/json_object.h>

#include <orma/abi.h>

/* Narrows *json, a whole value, to what is at the keys (an array of texts);
 * digits are an array's index, negative ones from its end. false: nothing is
 * there, or the text is damaged. */
bool json_text_at(orma_str *json, struct json_object *keys);

#endif
