/* What the files of `orma code` share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_CODE_H
#define CLI_CODE_H

#include "command.h"

/* Options that a code is made of. */
#define CODE_OPTIONS                                                           \
    {"label", 'L', OPTION_TEXT, "LABEL", NULL, false, "name of the code"},     \
        {"description", 'D', OPTION_TEXT, "TEXT", NULL, false, "for people"},  \
        {"computer",                                                           \
         'Y',                                                                  \
         OPTION_TEXT,                                                          \
         "COMPUTER",                                                           \
         NULL,                                                                 \
         false,                                                                \
         "where it is installed (installed, containerized)"},                  \
        {"filepath-executable",                                                \
         'X',                                                                  \
         OPTION_TEXT,                                                          \
         "PATH",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "the executable: absolute, a name in PATH, or (portable) a path "     \
         "within "                                                             \
         "--filepath-files"},                                                  \
        {"filepath-files",                                                     \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "FOLDER",                                                             \
         NULL,                                                                 \
         false,                                                                \
         "folder that is kept and uploaded (portable)"},                       \
        {"default-calc-job-plugin",                                            \
         'P',                                                                  \
         OPTION_TEXT,                                                          \
         "ENTRY",                                                              \
         NULL,                                                                 \
         false,                                                                \
         "calculation that it is used for"},                                   \
        {"with-mpi",                                                           \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "always, or never, run it through MPI"},                              \
        {"use-double-quotes",                                                  \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "quote its parameters by \" instead of '"},                           \
        {"prepend-text",         0, OPTION_TEXT, "TEXT", NULL, false,          \
         "lines before each run"},                                             \
        {"append-text", 0,     OPTION_TEXT,           "TEXT",                  \
         NULL,          false, "lines after each run"},                        \
        {"engine-command",                                                     \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "COMMAND",                                                            \
         NULL,                                                                 \
         false,                                                                \
         "container command with {image_name} (containerized)"},               \
        {"image-name",                                                         \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "IMAGE",                                                              \
         NULL,                                                                 \
         false,                                                                \
         "container image (containerized)"},                                   \
        {"wrap-cmdline-params",                                                \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "quote executable and parameters as one word (containerized)"},       \
        {"config",                                                             \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "FILE",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "read values that are no options from a YAML file"},                  \
    {                                                                          \
        "non-interactive", 'n', OPTION_FLAG, NULL, NULL, false, "ask nothing"  \
    }

extern const command code_relabel_command;
extern const command code_duplicate_command;
extern const command code_export_command;
extern const command code_delete_command;

#endif
