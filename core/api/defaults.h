/* The entry points that orma uses when nobody names one. No other place in
 * core/ names a plugin as a default.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_DEFAULTS_H
#define CORE_API_DEFAULTS_H

#define DEFAULT_STORAGE "core.sqlite_dos"
#define DEFAULT_SERVER_STORAGE "core.psql_dos" /* of `presto --use-postgres`   \
                                                */
#define DEFAULT_ARCHIVE "core.sqlite_zip"
#define DEFAULT_TRANSPORT "core.local"
#define DEFAULT_SCHEDULER "core.direct"
#define DEFAULT_CODE "core.code.installed"

/* The types of codes that `orma_code_create()` makes. */
#define CODE_INSTALLED DEFAULT_CODE
#define CODE_PORTABLE "core.code.portable"
#define CODE_CONTAINERIZED "core.code.containerized"

#define DEFAULT_PROFILE "presto"
#define DEFAULT_EMAIL "aiida@localhost"
#define DEFAULT_COMPUTER "localhost"

#endif
