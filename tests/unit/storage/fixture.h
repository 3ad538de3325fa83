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

/* Stores are made on core.sqlite_dos, or on the PostgreSQL server of
 * tests/postgres.sh when TEST_STORAGE is core.psql_dos. */
bool fixture_is_postgres(void);

/* The storage of a folder: of SQLite when it holds database.sqlite, else the
 * kind above. */
const char *fixture_backend(const char *folder);

/* The storage.config of a folder; the caller puts it. On PostgreSQL every
 * folder has a database of its own, which fixture_make_database() makes. */
json_object *fixture_config(const char *folder);
void fixture_make_database(const char *folder);

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

/* The database of a storage, opened beside orma, with references enforced. */
typedef struct fixture_db fixture_db;

fixture_db *fixture_database(const char *folder);
void fixture_close(fixture_db *db);

/* One value of the database; "" for none. Valid until the next call. */
const char *fixture_sql(fixture_db *db, const char *sql);

/* All rows, a line each, with '|' behind every value; the caller frees it. */
char *fixture_rows(fixture_db *db, const char *sql);

/* Statements without rows; false when they fail. */
bool fixture_execute(fixture_db *db, const char *sql);

/* Is the database whole, and does every reference lead to a row? */
bool fixture_is_sound(fixture_db *db);

/* Is the text of a JSON column as expected: word for word on SQLite, in value
 * on PostgreSQL, which keeps neither spaces nor order? */
bool fixture_is_json(const char *found, const char *expected);

/* One value of any SQLite file. Valid until the next call. */
const char *fixture_sqlite(sqlite3 *db, const char *sql);

/* Does the error's message (or a cause's) hold the text? Frees the error. */
bool fixture_says(orma_error **err, const char *text);

/* Runs a program and answers its exit status. */
int fixture_run(const char *const *argv);

#endif
