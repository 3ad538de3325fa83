/* What the files of `orma computer` share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_COMPUTER_H
#define CLI_COMPUTER_H

#include "command.h"
#include "defaults.h"

/* Options that a computer is made of. */
#define COMPUTER_OPTIONS                                                       \
    {"label", 'L', OPTION_TEXT, "LABEL", NULL, false, "name of the computer"}, \
        {"hostname",                                                           \
         'H',                                                                  \
         OPTION_TEXT,                                                          \
         "HOST",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "full name on the network"},                                          \
        {"description", 'D', OPTION_TEXT, "TEXT", NULL, false, "for people"},  \
        {"transport",                                                          \
         'T',                                                                  \
         OPTION_TEXT,                                                          \
         "ENTRY",                                                              \
         NULL,                                                                 \
         false,                                                                \
         "transport plugin (" DEFAULT_TRANSPORT ")"},                          \
        {"scheduler",                                                          \
         'S',                                                                  \
         OPTION_TEXT,                                                          \
         "ENTRY",                                                              \
         NULL,                                                                 \
         false,                                                                \
         "scheduler plugin (" DEFAULT_SCHEDULER ")"},                          \
        {"work-dir",                                                           \
         'w',                                                                  \
         OPTION_TEXT,                                                          \
         "FOLDER",                                                             \
         NULL,                                                                 \
         false,                                                                \
         "where jobs run; {username} is filled in"},                           \
        {"shebang",                                                            \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "LINE",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "first line of job scripts (#!/bin/bash)"},                           \
        {"mpirun-command",                                                     \
         'm',                                                                  \
         OPTION_TEXT,                                                          \
         "COMMAND",                                                            \
         NULL,                                                                 \
         false,                                                                \
         "MPI command (mpirun -np {tot_num_mpiprocs})"},                       \
        {"mpiprocs-per-machine",                                               \
         0,                                                                    \
         OPTION_COUNT,                                                         \
         "N",                                                                  \
         NULL,                                                                 \
         false,                                                                \
         "MPI processes per machine when a job does not say"},                 \
        {"default-memory-per-machine",                                         \
         0,                                                                    \
         OPTION_COUNT,                                                         \
         "KB",                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "memory per machine in kB when a job does not say"},                  \
        {"use-double-quotes",                                                  \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "quote words of the run line by \" instead of '"},                    \
        {"prepend-text",         0, OPTION_TEXT, "TEXT", NULL, false,          \
         "lines before each job"},                                             \
        {"append-text", 0,     OPTION_TEXT,           "TEXT",                  \
         NULL,          false, "lines after each job"},                        \
        {"minimum-scheduler-poll-interval",                                    \
         0,                                                                    \
         OPTION_NUMBER,                                                        \
         "S",                                                                  \
         NULL,                                                                 \
         false,                                                                \
         "seconds between two questions to the scheduler"},                    \
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

extern const command computer_relabel_command;
extern const command computer_duplicate_command;
extern const command computer_export_command;
extern const command computer_delete_command;

#endif
