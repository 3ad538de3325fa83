/* Values of the library as YAML files.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_EXPORT_FILE_H
#define CLI_EXPORT_FILE_H

#include <json-c/json_object.h>

#include "command.h"

/* Rows of the option table of such commands. */
#define EXPORT_OPTIONS                                                         \
    {"overwrite",                                                              \
     'o',                                                                      \
     OPTION_FLAG,                                                              \
     NULL,                                                                     \
     NULL,                                                                     \
     false,                                                                    \
     "replace a file that is there"},                                          \
    {                                                                          \
        "sort", 0, OPTION_PAIR, NULL, NULL, false,                             \
            "keys in alphabetical order (default: yes)"                        \
    }

/* Writes the mapping to a file as YAML, "-" is standard output. Answers an exit
 * status: EXIT_REFUSED when the file is there and --overwrite is not given. */
int export_file_write(const invocation *inv, json_object *mapping,
                      const char *path);

/* The same question before there is anything to write. */
int export_file_check(const invocation *inv, const char *path);

#endif
