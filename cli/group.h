/* What the files of `orma group` share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_GROUP_H
#define CLI_GROUP_H

#include <json-c/json_object.h>

#include "command.h"

/* Rows of the option table of commands that choose groups. */
#define GROUP_FILTERS                                                          \
    {"all-users",                                                              \
     'A',                                                                      \
     OPTION_FLAG,                                                              \
     NULL,                                                                     \
     NULL,                                                                     \
     false,                                                                    \
     "of all users, not of the default one only"},                             \
        {"user", 'u', OPTION_TEXT, "EMAIL", NULL, false, "of this user"},      \
        {"all", 'a', OPTION_FLAG, NULL, NULL, false, "of all types"},          \
        {"type-string",                                                        \
         'T',                                                                  \
         OPTION_TEXT,                                                          \
         "TYPE",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "of this type, or a pattern such as core.% (core)"},                  \
        {"past-days", 'p',   OPTION_COUNT,           "DAYS",                   \
         NULL,        false, "made in the last days"},                         \
        {"startswith",           's', OPTION_TEXT, "TEXT", NULL, false,        \
         "whose label begins so"},                                             \
        {"endswith", 'e',   OPTION_TEXT,          "TEXT",                      \
         NULL,       false, "whose label ends so"},                            \
        {"contains",                                                           \
         'c',                                                                  \
         OPTION_TEXT,                                                          \
         "TEXT",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "whose label holds this"},                                            \
    {                                                                          \
        "node", 'N', OPTION_TEXT, "NODE", NULL, false, "that hold this node"   \
    }

/* Names of nodes as the library takes them: the arguments from `first` on. */
json_object *group_node_names(const invocation *inv, size_t first);

extern const command group_show_command;
extern const command group_list_command;
extern const command group_delete_command;
extern const command group_add_command;
extern const command group_remove_command;
extern const command group_move_command;
extern const command group_path_command;

#endif
