/* How much there is in a storage.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_STATISTICS_H
#define CORE_STORAGE_STATISTICS_H

#include <storage/store.h>

/* The document of orma_storage_info(). The caller puts it. */
orma_status store_statistics(store *s, bool is_detailed, json_object **out,
                             orma_error **err);

#endif
