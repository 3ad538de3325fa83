/* orma's own tables and indexes beside AiiDA's: all are named orma_*, refer to
 * AiiDA's rows with ON DELETE CASCADE, and are made at the first write.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_OWN_TABLES_H
#define CORE_STORAGE_OWN_TABLES_H

#include <storage/sql.h>

#define OWN_TABLES_VERSION 2

/* Condition of rows of db_dbnode that are processes, word for word that of
 * the indexes: databases use a partial index only then. */
#define PROCESS_PREFIX "substr(node_type, 1, 8)"
#define IS_PROCESS PROCESS_PREFIX " = 'process.'"

/* *exist: there, of a version that this orma knows. Outside a transaction.
 * Errors: INVALID (made by a newer orma). */
orma_status own_tables_check(sql *db, bool *exist, orma_error **err);

/* Makes what is missing, within a transaction of the caller. A unique index
 * that the database's links already violate is left out and named in
 * orma_meta; the checks of unit_commit() remain. */
orma_status own_tables_create(sql *db, orma_error **err);

#endif
