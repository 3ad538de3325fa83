/* Suites of core/storage/archive.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_ARCHIVE_SUITES_H
#define TESTS_UNIT_ARCHIVE_SUITES_H

#include "unit/runner.h"
#include <storage/archive/archive.h>

extern const unit_suite zip_write_suite;
extern const unit_suite round_trip_suite;
extern const unit_suite merge_suite;
extern const unit_suite hostile_suite;
extern const unit_suite resume_suite;

/* "…/tests/data/aiida/<name>.aiida", opened; NULL with the reason printed. */
store *archive_of_aiida(const char *name);
store *archive_opened(const char *path);

/* A path below a temporary folder; the caller frees it. */
char *archive_temp(const char *name);

/* Creates and imports; true when it succeeded, else the reason is printed. */
bool archive_made(store *s, const char *path, const archive_selection *what);
bool archive_taken(store *to, store *from,
                   const archive_import_options *options, json_object **report);

#endif
