/* The YAML text of a manifest as a tree that knows where everything stands.
 *
 * The subset of YAML that a manifest may use: one document of mappings, lists
 * and scalars; no anchors, aliases, tags, merge keys or duplicate keys. Scalars
 * stay text: each key converts its own.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_TREE_H
#define CORE_PLUGIN_TREE_H

#include <stdbool.h>

#include <base/arena.h>

enum tree_type { TREE_SCALAR, TREE_LIST, TREE_MAP };

typedef struct tree {
    enum tree_type type;
    const char *text; /* of a scalar, NUL-terminated and without NUL inside */
    size_t len;
    bool is_plain;    /* a scalar without quotes: may mean a number */
    size_t line, column; /* from 1; of a mapping in block style its first key */
    const char *key;     /* in a mapping, else NULL */
    size_t key_line, key_column;
    size_t count; /* members of a list or mapping */
    struct tree *first, *last, *next;
} tree;

/* All of it lives in `memory`. name stands in errors before ":line:column: ".
 * Errors: INVALID, NO_MEMORY. */
orma_status tree_parse(arena *memory, const char *name, orma_str text,
                       const tree **out, orma_error **err);

/* Member of a mapping, or NULL. */
const tree *tree_get(const tree *map, const char *key);

#endif
