/* Where in a document something stands, for messages: a chain of names on the
 * stack, "filters.node_1.or[2].label".
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_PLACE_H
#define CORE_QUERY_PLACE_H

#include <base/json.h>

typedef struct place {
    const struct place *up;
    const char *name; /* NULL: the item `index` of an array */
    size_t index;
} place;

/* INVALID, "place: message". */
orma_status place_refuse(const place *at, orma_error **err, const char *fmt,
                         ...) ORMA_PRINTF(3, 4);

#endif
