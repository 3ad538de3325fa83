/* Stores, nodes and real AiiDA data for the tests of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_STORAGE_FIXTURE_H
#define TESTS_UNIT_STORAGE_FIXTURE_H

#include <sqlite3.h>

#include "unit/runner.h"
#include <storage/store.h>

/* The plugins of ORMA_PLUGIN_PATH; the same for all tests. */
registry *fixture_registry(void);

/* {"filepath": folder}; the caller puts it. */
json_object *fixture_config(const char *folder);

/* A new store with a user, below a temporary folder that *folder names. */
store *fixture_create(char **folder);

/* The storage of a folder, opened; NULL when it cannot be. */
store *fixture_open(const char *folder);

/* AiiDA's sqlite_dos_profile_types.tar.gz unpacked: folder of database.sqlite
 * and container/; the caller frees it. */
char *fixture_unpack(void);

node *fixture_int(int64_t value);
node *fixture_calcjob(void);
node *fixture_workchain(void);

/* Stores the nodes in one unit. */
orma_status fixture_store_nodes(store *s, node **nodes, size_t count,
                                orma_error **err);

/* The database of a storage, opened beside orma. */
sqlite3 *fixture_database(const char *folder);

/* One value of the database; "" for none. Valid until the next call. */
const char *fixture_sql(sqlite3 *db, const char *sql);

/* Does the error's message (or a cause's) hold the text? Frees the error. */
bool fixture_says(orma_error **err, const char *text);

/* Runs a program and answers its exit status. */
int fixture_run(const char *const *argv);

#endif
