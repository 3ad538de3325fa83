/* AiiDA's relational schema, from one description for all dialects, and the
 * check that a database has it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_SCHEMA_H
#define CORE_STORAGE_SCHEMA_H

#include <storage/sql.h>

/* AiiDA's revision: since 2.4.0 for PostgreSQL, always for SQLite. */
#define SCHEMA_REVISION "main_0002"

/* The statements that make all tables and indexes of an empty database,
 * ";\n"-ended, as AiiDA's own tools write them. */
void schema_ddl(const orma_dialect *dialect, buf *out);

/* Makes the tables, and the rows that name the revision and the container.
 * Within a transaction of the caller. */
orma_status schema_create(sql *db, const char *container_id, orma_error **err);

/* The revision that the database says it has; the caller frees it.
 * Errors: INVALID (none that can be told). */
orma_status schema_revision(sql *db, char **revision, orma_error **err);

/* AiiDA's check on opening: revision, and that database and container belong
 * together. Errors: INVALID, with what to do. */
orma_status schema_check(sql *db, const char *container_id, orma_error **err);

#endif
