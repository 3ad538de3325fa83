/* Deleting nodes from the command line: what goes is listed first.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_DELETION_H
#define CLI_DELETION_H

#include <json-c/json_object.h>

#include <orma/api/profile.h>

#include "command.h"

/* Rows of the option table of such commands; the rules' names are AiiDA's. */
#define DELETION_OPTIONS                                                       \
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},              \
    {                                                                          \
        "dry-run", 'n', OPTION_FLAG, NULL, NULL, false,                        \
            "list what would be deleted"                                       \
    }
#define DELETION_RULES                                                         \
    {"create-forward",                                                         \
     0,                                                                        \
     OPTION_PAIR,                                                              \
     NULL,                                                                     \
     NULL,                                                                     \
     false,                                                                    \
     "also what a deleted calculation made (default: yes)"},                   \
        {"call-calc-forward",                                                  \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "also calculations that a deleted workflow called (default: yes)"},   \
    {                                                                          \
        "call-work-forward", 0, OPTION_PAIR, NULL, NULL, false,                \
            "also workflows that a deleted workflow called (default: yes)"     \
    }

/* The library's call, with its options as JSON text. */
typedef orma_status deletion_call(orma_profile *profile, void *user,
                                  orma_str options, char **json,
                                  orma_error **err);

/* Lists what would go, asks, and deletes. options: those of the call but
 * "rules", "dry_run" and "expected". what: what else the question names, as in
 * "deletes <what> and 4 nodes", NULL: nothing. Answers an exit status. */
int deletion_run(invocation *inv, orma_profile *profile, json_object *options,
                 const char *what, deletion_call *call, void *user);

#endif
