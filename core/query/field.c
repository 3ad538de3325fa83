/* Fields of items and edges: columns, and places in JSON columns.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

bool source_find(const compiler *c, const char *tag, source *out)
{
    for (size_t i = 0; i < c->item_count; i++) {
        const path_item *item = &c->items[i];
        const bool is_edge =
            item->edge_tag != NULL && text_equal(item->edge_tag, tag);
        if (!is_edge && !text_equal(item->tag, tag))
            continue;
        *out = (source){item, is_edge};
        return true;
    }
    return false;
}

enum entity source_entity(const source *s)
{
    return s->is_edge ? s->item->join->edge : s->item->entity;
}

const char *source_alias(const source *s)
{
    return s->is_edge ? s->item->edge_alias : s->item->alias;
}

void query_field_finish(query_field *f)
{
    buf_free(&f->value);
    json_object_put(f->keys);
}

static orma_status refuse_field(const source *s, const char *column,
                                const place *at, orma_error **err)
{
    const enum entity entity = source_entity(s);
    AUTO_BUF buf known = {0};

    if (entity == ENTITY_NONE) /* a join without rows between */
        return place_refuse(at, err, "the edge of \"%s\" has no fields",
                            s->item->join->keyword);
    const char *word = entity_table_of(entity)->word;
    entity_column_names(entity, &known);
    place_refuse(at, err, "a %s has no field \"%.200s\"",
                 word != NULL            ? word
                 : entity == ENTITY_WALK ? "way from ancestor to descendant"
                                         : "membership",
                 column);
    error_hint(err, "fields are %s", buf_c_str(&known));
    return ORMA_E_INVALID;
}

/* "a.b.c" → ["a","b","c"] */
static orma_status split_keys(const char *text, const place *at,
                              json_object **out, orma_error **err)
{
    AUTO_JSON json_object *keys = json_object_new_array();
    size_t count = 0;

    if (keys == NULL)
        return error_no_memory(err);
    for (const char *p = text;; p++) {
        const size_t len = strcspn(p, ".");
        if (len == 0)
            return place_refuse(at, err, "a key between dots is empty");
        if (++count > QUERY_KEYS_MAX)
            return place_refuse(at, err, "a field has at most %d keys",
                                QUERY_KEYS_MAX);
        json_object *key = json_object_new_string_len(p, (int)len);
        if (key == NULL || json_object_array_add(keys, key) != 0) {
            json_object_put(key);
            return error_no_memory(err);
        }
        p += len;
        if (*p == '\0')
            break;
    }
    *out = keys;
    keys = NULL;
    return ORMA_OK;
}

orma_status query_field_find(const source *s, const char *name, const place *at,
                             query_field *out, orma_error **err)
{
    const char *dot = strchr(name, '.');
    const size_t len = dot != NULL ? (size_t)(dot - name) : strlen(name);
    const enum entity entity = source_entity(s);
    query_field found = {.name = name};
    char column[64];

    if (strlen(name) > QUERY_FIELD_MAX)
        return place_refuse(at, err, "a field has at most %d bytes",
                            QUERY_FIELD_MAX);
    if (len < sizeof column) {
        memcpy(column, name, len);
        column[len] = '\0';
        if (entity != ENTITY_NONE)
            found.column = entity_column_find(entity, column);
    }
    if (found.column == NULL)
        return refuse_field(s, name, at, err);
    if (dot != NULL && found.column->type != COLUMN_JSON)
        return place_refuse(at, err,
                            "\"%s\" holds no JSON, so it has no \"%s\"", column,
                            dot + 1);
    orma_status st = ORMA_OK;
    if (dot != NULL)
        st = split_keys(dot + 1, at, &found.keys, err);
    buf_printf(&found.value, "%s.%s", source_alias(s), found.column->name);
    if (st == ORMA_OK)
        st = buf_status(&found.value, err);
    if (st == ORMA_OK)
        *out = found;
    else
        query_field_finish(&found);
    return st;
}

orma_status query_field_element(compiler *c, const query_field *f, buf *out,
                                orma_error **err)
{
    marker keys;
    if (f->keys == NULL) {
        buf_str(out, buf_view(&f->value));
        return buf_status(out, err);
    }
    const orma_status st = add_json(c, f->keys, &keys, err);
    if (st == ORMA_OK)
        json_word(c->dialect->json_at, buf_c_str(&f->value), "", keys.text,
                  out);
    return st != ORMA_OK ? st : buf_status(out, err);
}

orma_status query_field_place(compiler *c, const query_field *f,
                              write_json_place *write, buf *out,
                              orma_error **err)
{
    AUTO_JSON json_object *no_keys = json_object_new_array();
    AUTO_BUF buf element = {0};
    orma_status st = ORMA_OK;

    if (no_keys == NULL)
        return error_no_memory(err);
    if (f->keys != NULL && json_keys_are_plain(f->keys)) {
        const json_place there = {buf_c_str(&f->value), f->keys};
        write(c->dialect, &there, out);
    } else {
        st = query_field_element(c, f, &element, err);
        const json_place there = {buf_c_str(&element), no_keys};
        if (st == ORMA_OK)
            write(c->dialect, &there, out);
    }
    return st != ORMA_OK ? st : buf_status(out, err);
}
