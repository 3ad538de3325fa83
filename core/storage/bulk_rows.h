/* Rows of nodes and links on their way through a driver's bulk copy.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_BULK_ROWS_H
#define CORE_STORAGE_BULK_ROWS_H

#include <storage/bulk.h>
#include <storage/sql.h>

/* From how many rows of a table on a copy costs less than single inserts. */
#define COPY_ROWS_MIN 100

/* Begins a copy into db_dbnode, or into db_dblink. */
orma_status node_copy_begin(sql *db, orma_copy **copy, orma_error **err);
orma_status link_copy_begin(sql *db, orma_copy **copy, orma_error **err);

/* n: user_pk is set. */
orma_status node_copy_row(sql *db, orma_copy *copy, int64_t pk,
                          const bulk_node *n, orma_error **err);
orma_status link_copy_row(sql *db, orma_copy *copy, enum link_type type,
                          int64_t source_pk, int64_t target_pk, orma_str label,
                          orma_error **err);

#endif
