/* JSON documents made of options, files and fields.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_DOCUMENT_H
#define CLI_DOCUMENT_H

#include <json-c/json_object.h>

#include "command.h"

/* A whole file, "-" for standard input, with a NUL behind it. The caller frees
 * it. EXIT_DONE, or an exit status with the reason printed. */
int document_read_file(const invocation *inv, const char *path, char **text,
                       size_t *len);

/* The options of the command that were given, as members: dashes become
 * underscores, flags booleans, counts integers. Names in `except` (ended by
 * NULL) are left out. */
json_object *document_of_options(const invocation *inv,
                                 const char *const *except);

/* Members of a --config file (YAML or JSON) that `into` does not have yet. */
int document_add_config(const invocation *inv, json_object *into);

/* A plugin's fields, each value read as a YAML scalar or flow value. */
int document_add_fields(const invocation *inv, json_object *into);

/* Asks for text members that are missing, on a terminal and unless
 * --non-interactive. */
typedef struct question {
    const char *name, *prompt, *fallback;
} question;
void document_ask(const invocation *inv, json_object *into,
                  const question *questions, size_t count);

/* Tells every option whose member the document lacks: EXIT_USAGE then. names:
 * of options, ended by NULL. */
int document_require(const invocation *inv, json_object *document,
                     const char *const *names);

/* Compact JSON text, valid as long as the value. */
orma_str document_text(json_object *document);

#endif
