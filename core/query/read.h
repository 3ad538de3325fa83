/* What the files that read query documents share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_READ_H
#define CORE_QUERY_READ_H

#include <json-c/linkhash.h>

#include <query/place.h>
#include <query/types.h>

/* The normal document in the making, its members borrowed. */
typedef struct reading {
    registry *registry;
    json_object *path;     /* array */
    json_object *filters;  /* {tag: {…}} of tags and edge tags, in order */
    json_object *project;  /* {tag: […]} */
    json_object *order_by; /* array */
} reading;

/* One item of "path", with what it says of filters and projections. */
orma_status read_item(reading *r, const json_object *item, const place *at,
                      orma_error **err);

/* Merges filters (an object) into those of a tag: a field that is there is
 * replaced, as AiiDA does. */
orma_status read_filters(reading *r, const char *tag, const json_object *given,
                         const place *at, orma_error **err);

/* Adds projections: a field, {field: {…}}, or an array of such. */
orma_status read_projections(reading *r, const char *tag,
                             const json_object *given, const place *at,
                             orma_error **err);

/* "order_by" of the document. */
orma_status read_order(reading *r, const json_object *given, const place *at,
                       orma_error **err);

/* Is it a tag or an edge tag of an item so far? INVALID, naming those there
 * are. */
orma_status read_known_tag(const reading *r, const char *tag, const place *at,
                           orma_error **err);

#endif
