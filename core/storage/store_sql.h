/* The SQL connection of a store, for the room above that makes statements of
 * its own.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_STORE_SQL_H
#define CORE_STORAGE_STORE_SQL_H

#include <storage/sql.h>
#include <storage/store.h>

/* Lives as long as the store. */
sql *store_sql(store *s);

#endif
