/* Configuration folders for tests.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_CONFIG_FIXTURE_H
#define TESTS_UNIT_CONFIG_FIXTURE_H

#include <config/config.h>

/* A config.json as AiiDA 2.9 writes it: two profiles, PostgreSQL and SQLite. */
extern const char aiida_config[];

/* A new folder that ORMA_PATH names; content NULL: without config.json. The
 * path lives until the next call. */
const char *fixture_folder(const char *content);

/* Writes a file below a folder, making its parents. */
void fixture_write(const char *folder, const char *name, const char *content);

/* The file's content; the caller frees it. */
char *fixture_read(const char *folder, const char *name);

/* Opens the configuration; NULL after a failure. */
config *fixture_open(void);

/* Opens one that must fail with this status; *message [the caller's] gets the
 * error's chain. */
bool fixture_refused(orma_status status, char **message);

#endif
