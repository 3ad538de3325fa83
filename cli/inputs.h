/* The inputs of `orma run` and `orma parse`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <json-c/json_object.h>

#include "command.h"

/* The documents of -i with the settings of -I and --label, as an array of JSON
 * texts; one without -i. *documents is the caller's, also after a failure. An
 * exit status, with the reason printed. */
int inputs_read(const invocation *inv, json_object **documents);

/* After a failure: hints at files that were looked for in two places. inputs:
 * one of those documents. */
void inputs_explain(const invocation *inv, const char *inputs);

#endif
