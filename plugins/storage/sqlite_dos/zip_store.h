/* core.sqlite_zip: an archive as a store that can only be read.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SQLITE_DOS_ZIP_STORE_H
#define SQLITE_DOS_ZIP_STORE_H

#include "connection.h"

/* Members of orma_storage. */
orma_status zip_open_store(const orma_storage *self, orma_str config,
                           uint32_t flags, orma_store **store,
                           orma_error **err);
void zip_close_store(orma_store *store);
orma_status zip_container(orma_store *store, orma_writer *out,
                          orma_error **err);
orma_status zip_begin(orma_store *store, uint32_t flags, orma_error **err);

/* Is the database, which somebody else made, what an archive has: AiiDA's
 * tables with their columns, and nothing that acts by itself? path: of the
 * archive, for messages. */
orma_status zip_check_database(sqlite3 *db, const char *path, orma_error **err);

#endif
