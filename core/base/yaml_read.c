/* Reading YAML: libyaml's events become JSON values.
 *
 * SPDX-License-Identifier: MIT */
#include <base/yaml.h>

#include <string.h>
#include <yaml.h>

#include <base/error.h>
#include <base/json_internal.h>
#include <base/text.h>
#include <base/yaml_internal.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

typedef struct reader {
    yaml_parser_t parser;
    const char *name;
    int depth;
    orma_error **err;
} reader;

static orma_status read_node(reader *r, const yaml_event_t *event,
                             json_object **out);

/* "name:line:column: <what>" on top of the error that is there, if any. */
static orma_status refuse(const reader *r, yaml_mark_t mark, const char *fmt,
                          ...) ORMA_PRINTF(3, 4);

static orma_status refuse(const reader *r, yaml_mark_t mark, const char *fmt,
                          ...)
{
    AUTO_BUF buf what = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&what, fmt, args);
    va_end(args);
    return error_set(r->err, ORMA_E_INVALID, "yaml", 0, "%s:%zu:%zu: %s",
                     r->name, mark.line + 1, mark.column + 1,
                     buf_c_str(&what));
}

static orma_status refuse_syntax(reader *r)
{
    const yaml_parser_t *p = &r->parser;

    if (p->error == YAML_MEMORY_ERROR)
        return error_no_memory(r->err);
    if (p->error == YAML_READER_ERROR)
        return error_set(r->err, ORMA_E_INVALID, "yaml", 0,
                         "%s: byte %zu: %s", r->name, p->problem_offset + 1,
                         p->problem != NULL ? p->problem : "unreadable");
    return refuse(r, p->problem_mark, "%s%s%s",
                  p->problem != NULL ? p->problem : "malformed",
                  p->context != NULL ? " " : "",
                  p->context != NULL ? p->context : "");
}

/* The caller deletes the event when this is ORMA_OK. */
static orma_status next_event(reader *r, yaml_event_t *event)
{
    return yaml_parser_parse(&r->parser, event) == 1 ? ORMA_OK
                                                     : refuse_syntax(r);
}

static const struct {
    const char *tag;
    enum yaml_type type;
} known_tags[] = {
    {TAG_PREFIX "str", YAML_TEXT},   {TAG_PREFIX "int", YAML_INT},
    {TAG_PREFIX "float", YAML_FLOAT}, {TAG_PREFIX "bool", YAML_BOOL},
    {TAG_PREFIX "null", YAML_NULL},
};

static bool find_tag(const char *tag, enum yaml_type *type)
{
    for (size_t i = 0; i < sizeof known_tags / sizeof *known_tags; i++) {
        if (strcmp(known_tags[i].tag, tag) == 0) {
            *type = known_tags[i].type;
            return true;
        }
    }
    return false;
}

static orma_status make_text(reader *r, orma_str text, json_object **out)
{
    if (text.len > INT32_MAX)
        return error_set(r->err, ORMA_E_INVALID, "yaml", 0,
                         "%s: text of more than 2 GiB", r->name);
    json_object *made = json_object_new_string_len(text.ptr, (int)text.len);
    if (made == NULL)
        return error_no_memory(r->err);
    *out = made;
    return ORMA_OK;
}

/* !!float 1 is 1.0; otherwise the text must be of the type it is said to be. */
static orma_status read_tagged(reader *r, const yaml_event_t *event,
                               orma_str text, json_object **out)
{
    const char *const tag = (const char *)event->data.scalar.tag;
    enum yaml_type wanted;

    if (!find_tag(tag, &wanted))
        return refuse(r, event->start_mark, "tag '%s' is not allowed", tag);
    if (wanted == YAML_TEXT)
        return make_text(r, text, out);
    const enum yaml_type found = yaml_type_of(text);
    if (found != wanted && !(wanted == YAML_FLOAT && found == YAML_INT))
        return refuse(r, event->start_mark, "'%.40s' does not fit its tag '!!%s'",
                      text.ptr, tag + strlen(TAG_PREFIX));
    json_object *value = NULL;
    const orma_status st = yaml_resolve(text, &value, r->err);
    if (st == ORMA_E_INVALID)
        return refuse(r, event->start_mark, "malformed value");
    if (st != ORMA_OK)
        return st;
    if (wanted == YAML_FLOAT && found == YAML_INT) {
        json_object *real = json_new_real(json_object_get_double(value));
        json_object_put(value);
        if (real == NULL)
            return error_no_memory(r->err);
        value = real;
    }
    *out = value;
    return ORMA_OK;
}

static orma_status read_scalar(reader *r, const yaml_event_t *event,
                               json_object **out)
{
    const orma_str text = {(const char *)event->data.scalar.value,
                           event->data.scalar.length};

    if (event->data.scalar.tag != NULL)
        return read_tagged(r, event, text, out);
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return make_text(r, text, out);
    const orma_status st = yaml_resolve(text, out, r->err);
    return st == ORMA_E_INVALID
               ? refuse(r, event->start_mark, "malformed value")
               : st;
}

static orma_status check_key(const reader *r, const yaml_event_t *event,
                             const json_object *object)
{
    const char *key = (const char *)event->data.scalar.value;

    if (event->type != YAML_SCALAR_EVENT)
        return refuse(r, event->start_mark, "a key must be plain text");
    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL)
        return refuse(r, event->start_mark,
                      "anchors and tags are not allowed on keys");
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
        strcmp(key, "<<") == 0)
        return refuse(r, event->start_mark, "merge keys are not allowed");
    if (strlen(key) != event->data.scalar.length)
        return refuse(r, event->start_mark, "NUL character in a key");
    if (json_object_object_get_ex(object, key, NULL))
        return refuse(r, event->start_mark, "duplicate key '%s'", key);
    return ORMA_OK;
}

static orma_status read_value(reader *r, json_object **out)
{
    yaml_event_t event;

    orma_status st = next_event(r, &event);
    if (st != ORMA_OK)
        return st;
    st = read_node(r, &event, out);
    yaml_event_delete(&event);
    return st;
}

/* Reads one member, or finds the end of the mapping. */
static orma_status read_member(reader *r, json_object *object, bool *is_end)
{
    yaml_event_t key;
    json_object *value = NULL;

    orma_status st = next_event(r, &key);
    if (st != ORMA_OK)
        return st;
    *is_end = key.type == YAML_MAPPING_END_EVENT;
    if (!*is_end) {
        st = check_key(r, &key, object);
        if (st == ORMA_OK)
            st = read_value(r, &value);
        if (st == ORMA_OK &&
            !json_set(object, (const char *)key.data.scalar.value, value))
            st = error_no_memory(r->err);
    }
    yaml_event_delete(&key);
    return st;
}

static orma_status read_item(reader *r, json_object *array, bool *is_end)
{
    yaml_event_t event;
    json_object *value = NULL;

    orma_status st = next_event(r, &event);
    if (st != ORMA_OK)
        return st;
    *is_end = event.type == YAML_SEQUENCE_END_EVENT;
    if (!*is_end) {
        st = read_node(r, &event, &value);
        if (st == ORMA_OK && json_object_array_add(array, value) != 0) {
            json_object_put(value);
            st = error_no_memory(r->err);
        }
    }
    yaml_event_delete(&event);
    return st;
}

static orma_status read_container(reader *r, yaml_mark_t mark, bool is_mapping,
                                  json_object **out)
{
    orma_status st = ORMA_OK;
    bool is_end = false;

    if (r->depth == JSON_MAX_DEPTH)
        return refuse(r, mark, "more than %d levels", JSON_MAX_DEPTH);
    json_object *made = is_mapping ? json_object_new_object()
                                   : json_object_new_array();
    if (made == NULL)
        return error_no_memory(r->err);
    r->depth++;
    while (st == ORMA_OK && !is_end)
        st = is_mapping ? read_member(r, made, &is_end)
                        : read_item(r, made, &is_end);
    r->depth--;
    if (st != ORMA_OK) {
        json_object_put(made);
        return st;
    }
    *out = made;
    return ORMA_OK;
}

/* The anchor and, for containers, the tag that an event carries. */
static orma_status check_properties(const reader *r, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL || event->type == YAML_ALIAS_EVENT)
        return refuse(r, event->start_mark,
                      "anchors and aliases are not allowed");
    if (tag != NULL)
        return refuse(r, event->start_mark, "tag '%s' is not allowed",
                      (const char *)tag);
    return ORMA_OK;
}

static orma_status read_node(reader *r, const yaml_event_t *event,
                             json_object **out)
{
    const orma_status st = check_properties(r, event);

    if (st != ORMA_OK)
        return st;
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(r, event, out);
    return read_container(r, event->start_mark,
                          event->type == YAML_MAPPING_START_EVENT, out);
}

/* Until the stream ends; between its events lie whole documents. */
static orma_status read_documents(reader *r, json_object *documents)
{
    for (;;) {
        yaml_event_t event;
        json_object *value = NULL;

        orma_status st = next_event(r, &event);
        if (st != ORMA_OK)
            return st;
        const yaml_event_type_t type = event.type;
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return ORMA_OK;
        if (type != YAML_DOCUMENT_START_EVENT)
            continue;
        st = read_value(r, &value);
        if (st != ORMA_OK)
            return st;
        if (json_object_array_add(documents, value) != 0) {
            json_object_put(value);
            return error_no_memory(r->err);
        }
    }
}

/* JSON text is not quite a subset of what libyaml reads (surrogate pairs). */
static bool read_as_json(orma_str text, json_object *documents)
{
    json_object *value = NULL;
    size_t start = 0;

    while (start < text.len && strchr(" \t\r\n", text.ptr[start]) != NULL &&
           text.ptr[start] != '\0')
        start++;
    if (start == text.len ||
        (text.ptr[start] != '{' && text.ptr[start] != '[') ||
        json_parse(text, &value, NULL) != ORMA_OK)
        return false;
    if (json_object_array_add(documents, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

orma_status yaml_parse(const char *name, orma_str text, json_object **documents,
                       orma_error **err)
{
    reader r = {.name = name, .err = err};
    json_object *list = json_object_new_array();

    if (list == NULL)
        return error_no_memory(err);
    orma_status st = ORMA_OK;
    if (!read_as_json(text, list)) {
        if (yaml_parser_initialize(&r.parser) == 1) {
            yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
            yaml_parser_set_input_string(
                &r.parser, (const unsigned char *)text.ptr, text.len);
            st = read_documents(&r, list);
            yaml_parser_delete(&r.parser);
        } else {
            st = error_no_memory(err);
        }
    }
    if (st != ORMA_OK) {
        json_object_put(list);
        return st;
    }
    *documents = list;
    return ORMA_OK;
}
