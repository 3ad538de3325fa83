/* What can be queried: tables, their columns, and how they are joined.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_ENTITIES_H
#define CORE_QUERY_ENTITIES_H

#include <stdbool.h>

#include <base/buf.h>

enum entity {
    ENTITY_NODE,
    ENTITY_GROUP,
    ENTITY_COMPUTER,
    ENTITY_USER,
    ENTITY_AUTHINFO,
    ENTITY_COMMENT,
    ENTITY_LOG,
    ENTITY_LINK,
    ENTITY_WALK,   /* pairs of ancestors and descendants */
    ENTITY_MEMBER, /* of groups */
    ENTITY_COUNT,
    ENTITY_NONE = ENTITY_COUNT
};

enum column_type {
    COLUMN_INT,
    COLUMN_TEXT,
    COLUMN_UUID,
    COLUMN_TIME,
    COLUMN_BOOL,
    COLUMN_JSON
};

typedef struct entity_column {
    const char *name; /* NULL ends a table */
    enum column_type type;
    bool is_nullable;
    const char *brief; /* its name in `*`, NULL: not there */
} entity_column;

typedef struct entity_table {
    const char *word;  /* orm_base */
    const char *table; /* NULL: made by the query */
    const entity_column *columns;
} entity_table;

const entity_table *entity_table_of(enum entity entity);

/* By orm_base; ENTITY_NONE: unknown. */
enum entity entity_parse(const char *word);

/* By its name or an alias of AiiDA ("pk", "user"); NULL: none. */
const entity_column *entity_column_find(enum entity entity, const char *name);

/* "id, uuid, …", for hints. */
void entity_column_names(enum entity entity, buf *out);

/* How an entity is joined to one that is there. Without an edge: new.new_column
 * = there.there_column. With one: edge.there_column = there.id and new.id =
 * edge.new_column. */
typedef struct entity_join {
    enum entity entity;
    const char *keyword; /* "with_incoming" */
    enum entity there;
    enum entity edge; /* ENTITY_NONE: none */
    const char *new_column, *there_column;
} entity_join;

const entity_join *entity_join_find(enum entity entity, const char *keyword);
bool entity_join_keyword_is_known(const char *keyword);

/* "with_node, with_user", for hints. */
void entity_join_keywords(enum entity entity, buf *out);

#endif
