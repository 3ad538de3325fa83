/* Reading YAML events into a tree with positions.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/tree.h>

#include <string.h>

#include <yaml.h>

#include <base/error.h>
#include <base/text.h>

enum {
    DEPTH_MAX = 64,
    /* Duplicate keys are found by comparing all pairs. */
    MEMBERS_MAX = 4096
};

typedef struct tree_reader {
    arena *memory;
    const char *name;
    orma_str text;
    yaml_parser_t parser;
} tree_reader;

static orma_status refuse(const tree_reader *r, yaml_mark_t at,
                          const char *what, orma_error **err)
{
    return error_set(err, ORMA_E_INVALID, "manifest", 0, "%s:%zu:%zu: %s",
                     r->name, at.line + 1, at.column + 1, what);
}

/* libyaml gives a byte offset, and no mark, for bytes that are not text. */
static yaml_mark_t mark_of_offset(const tree_reader *r, size_t offset)
{
    yaml_mark_t mark = {0, 0, 0};

    for (size_t i = 0; i < offset && i < r->text.len; i++) {
        mark.column++;
        if (r->text.ptr[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

static orma_status syntax_error(const tree_reader *r, orma_error **err)
{
    const yaml_parser_t *p = &r->parser;

    switch (p->error) {
    case YAML_MEMORY_ERROR:
        return error_no_memory(err);
    case YAML_READER_ERROR:
        return refuse(r, mark_of_offset(r, p->problem_offset),
                      p->problem != NULL ? p->problem : "not UTF-8 text", err);
    case YAML_NO_ERROR:
    case YAML_SCANNER_ERROR:
    case YAML_PARSER_ERROR:
    case YAML_COMPOSER_ERROR:
    case YAML_WRITER_ERROR:
    case YAML_EMITTER_ERROR:
        break;
    }
    return refuse(r, p->problem_mark,
                  p->problem != NULL ? p->problem : "not YAML", err);
}

static orma_status next_event(tree_reader *r, yaml_event_t *event,
                              orma_error **err)
{
    if (yaml_parser_parse(&r->parser, event))
        return ORMA_OK;
    return syntax_error(r, err);
}

/* What an event carries that a manifest may not have, or NULL. */
static const char *forbidden(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (event->type == YAML_ALIAS_EVENT)
        return "references (*) are not allowed in a manifest";
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL)
        return "anchors (&) are not allowed in a manifest";
    if (tag != NULL)
        return "tags (!) are not allowed in a manifest";
    return NULL;
}

static orma_status read_node(tree_reader *r, const yaml_event_t *event,
                             int depth, tree **out, orma_error **err);

/* Reads the next event as a node; *out is NULL at the end of a collection. */
static orma_status read_next(tree_reader *r, int depth, tree **out,
                             orma_error **err)
{
    yaml_event_t event;
    orma_status st = next_event(r, &event, err);

    if (st != ORMA_OK)
        return st;
    if (event.type == YAML_SEQUENCE_END_EVENT ||
        event.type == YAML_MAPPING_END_EVENT)
        *out = NULL;
    else
        st = read_node(r, &event, depth, out, err);
    yaml_event_delete(&event);
    return st;
}

static orma_status read_scalar(tree_reader *r, const yaml_event_t *event,
                               tree *node, orma_error **err)
{
    const char *value = (const char *)event->data.scalar.value;
    const size_t len = event->data.scalar.length;

    if (memchr(value, '\0', len) != NULL)
        return refuse(r, event->start_mark, "text holds a NUL character", err);
    node->text = arena_strndup(r->memory, value, len);
    if (node->text == NULL)
        return error_no_memory(err);
    node->len = len;
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return ORMA_OK;
}

/* Reads one key and gives its text; *key is NULL at the mapping's end. */
static orma_status read_key(tree_reader *r, const tree *map, int depth,
                            tree **key, orma_error **err)
{
    const orma_status st = read_next(r, depth, key, err);

    if (st != ORMA_OK || *key == NULL)
        return st;
    const yaml_mark_t at = {0, (*key)->line - 1, (*key)->column - 1};
    if ((*key)->type != TREE_SCALAR)
        return refuse(r, at, "a key must be text", err);
    if ((*key)->is_plain && text_equal((*key)->text, "<<"))
        return refuse(r, at, "merge keys (<<) are not allowed in a manifest",
                      err);
    const tree *earlier = tree_get(map, (*key)->text);
    if (earlier == NULL)
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "manifest", 0,
                     "%s:%zu:%zu: key \"%s\" was already given in line %zu",
                     r->name, (*key)->line, (*key)->column, (*key)->text,
                     earlier->key_line);
}

static orma_status read_collection(tree_reader *r, tree *parent, int depth,
                                   orma_error **err)
{
    const yaml_mark_t at = {0, parent->line - 1, parent->column - 1};

    if (depth >= DEPTH_MAX)
        return refuse(r, at, "nested deeper than 64 levels", err);
    for (;;) {
        tree *key = NULL, *node = NULL;
        orma_status st = ORMA_OK;

        if (parent->type == TREE_MAP) {
            st = read_key(r, parent, depth + 1, &key, err);
            if (st != ORMA_OK || key == NULL)
                return st;
        }
        st = read_next(r, depth + 1, &node, err);
        if (st != ORMA_OK || node == NULL)
            return st;
        if (key != NULL) {
            node->key = key->text;
            node->key_line = key->line;
            node->key_column = key->column;
        }
        if (++parent->count > MEMBERS_MAX)
            return refuse(r, at, "more than 4096 members", err);
        if (parent->last != NULL)
            parent->last->next = node;
        else
            parent->first = node;
        parent->last = node;
    }
}

static orma_status read_node(tree_reader *r, const yaml_event_t *event,
                             int depth, tree **out, orma_error **err)
{
    const char *reason = forbidden(event);

    if (reason != NULL)
        return refuse(r, event->start_mark, reason, err);
    tree *node = arena_alloc(r->memory, sizeof *node);
    if (node == NULL)
        return error_no_memory(err);
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    *out = node;
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(r, event, node, err);
    node->type = event->type == YAML_MAPPING_START_EVENT ? TREE_MAP : TREE_LIST;
    return read_collection(r, node, depth, err);
}

/* The one document's node. */
static orma_status read_stream(tree_reader *r, tree **out, orma_error **err)
{
    for (;;) {
        yaml_event_t event;
        orma_status st = next_event(r, &event, err);
        if (st != ORMA_OK)
            return st;
        const yaml_event_type_t type = event.type;
        const yaml_mark_t at = event.start_mark;
        if (type == YAML_DOCUMENT_START_EVENT && *out != NULL)
            st = refuse(r, at, "a manifest is one document", err);
        else if (type == YAML_DOCUMENT_START_EVENT)
            st = read_next(r, 0, out, err);
        else if (type == YAML_STREAM_END_EVENT && *out == NULL)
            st = refuse(r, at, "the file is empty", err);
        yaml_event_delete(&event);
        if (st != ORMA_OK || type == YAML_STREAM_END_EVENT)
            return st;
    }
}

orma_status tree_parse(arena *memory, const char *name, orma_str text,
                       const tree **out, orma_error **err)
{
    tree_reader r = {.memory = memory, .name = name, .text = text};
    tree *root = NULL;

    if (!yaml_parser_initialize(&r.parser))
        return error_no_memory(err);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr,
                                 text.len);
    const orma_status st = read_stream(&r, &root, err);
    yaml_parser_delete(&r.parser);
    if (st == ORMA_OK)
        *out = root;
    return st;
}

const tree *tree_get(const tree *map, const char *key)
{
    for (const tree *t = map->first; t != NULL; t = t->next)
        if (t->key != NULL && strcmp(t->key, key) == 0)
            return t;
    return NULL;
}
