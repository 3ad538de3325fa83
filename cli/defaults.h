/* The entry points that the command line names: those used when nobody names
 * one, and those of examples. No other file of cli/ names one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_DEFAULTS_H
#define CLI_DEFAULTS_H

#define DEFAULT_STORAGE "core.sqlite_dos"
#define SERVER_STORAGE "core.psql_dos"
#define DEFAULT_TRANSPORT "core.local"
#define DEFAULT_SCHEDULER "core.direct"
#define DEFAULT_CODE "core.code.installed"

#define PORTABLE_CODE "core.code.portable"
#define CONTAINERIZED_CODE "core.code.containerized"
#define CODE_TYPES DEFAULT_CODE ", " PORTABLE_CODE " or " CONTAINERIZED_CODE
#define EXAMPLE_CALCULATION "core.arithmetic.add"
#define EXAMPLE_DATA "core.structure"
#define EXAMPLE_FILES "core.cif"
#define EXAMPLE_FAMILY "core.upf"
#define EXAMPLE_REMOTE "core.remote"

/* Types of which `data TYPE show` prints the content, as verdi does. */
#define SHOWN_BY_CONTENT                                                       \
    {                                                                          \
        "core.dict", "dict", "core.array", "array"                             \
    }

#endif
