/* AiiDA's node hash, by which calculations are cached: a BLAKE2b tree over the
 * content of a node, so that nodes of AiiDA and of orma are found alike.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_NODE_HASH_H
#define CORE_STORAGE_NODE_HASH_H

#include <base/json.h>

#define NODE_HASH_HEX 65 /* 64 digits and a NUL */

/* AiiDA's make_hash of a JSON value. Errors: INVALID (NaN, infinity). */
orma_status hash_value(const json_object *value, char out[NODE_HASH_HEX],
                       orma_error **err);

/* What of a node counts.
 * python_class: full name; NULL stands for the process class that belongs to
 *   node_type, or, for data that AiiDA does not know, for node_type itself.
 * attributes: cleaned, all of them: those that AiiDA ignores are left out here.
 * repository: the tree {"o": …}, whose order of root folders counts; or NULL.
 * computer_uuid: 36 characters, or NULL.
 * inputs: label → hash text of the source of each input link; NULL for data. */
typedef struct hashed_node {
    const char *node_type;
    const char *python_class;
    const json_object *attributes;
    const json_object *repository;
    const char *computer_uuid;
    const json_object *inputs;
} hashed_node;

/* Member of hash_content() that hash_node() has the hash of. */
#define CONTENT_REPOSITORY "repository"

/* What hash_node() hashes, as an object: "class", "attributes" (those that
 * count), "computer_uuid", "inputs" of processes, and "repository" (path → key,
 * and AiiDA's "__dirnames__") but of calcjobs. The caller puts it. */
orma_status hash_content(const hashed_node *n, json_object **out,
                         orma_error **err);

/* Hash of a node of AiiDA 2.6 or later; arguments are those of hashed_node. */
orma_status hash_node(const char *node_type, const char *python_class,
                      const json_object *attributes,
                      const json_object *repository, const char *computer_uuid,
                      const json_object *inputs, char out[NODE_HASH_HEX],
                      orma_error **err);

#endif
