/* Reading a query document into its normal form.
 *
 * SPDX-License-Identifier: MIT */
#include <query/query.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <query/read.h>

static const char *const members[] = {"path",        "filters",  "project",
                                      "project_map", "order_by", "limit",
                                      "offset",      "distinct"};
enum { MEMBER_COUNT = sizeof members / sizeof *members };

/* No backend can hold a NUL in a text. */
static bool has_nul(const json_object *value)
{
    json_object *loose = (json_object *)(uintptr_t)value;
    if (json_object_is_type(value, json_type_string))
        return strlen(json_object_get_string(loose)) !=
               (size_t)json_object_get_string_len(value);
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            if (has_nul(json_object_array_get_idx(value, i)))
                return true;
    if (!json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach(loose, name, member)
    {
        (void)name;
        if (has_nul(member))
            return true;
    }
    return false;
}

static orma_status check_members(const json_object *document, orma_error **err)
{
    if (!json_object_is_type(document, json_type_object))
        return error_set(err, ORMA_E_INVALID, "query", 0,
                         "a query is a JSON object with \"path\"");
    json_object_object_foreach((json_object *)(uintptr_t)document, name, value)
    {
        bool is_known = false;
        (void)value;
        for (size_t i = 0; i < MEMBER_COUNT; i++)
            is_known = is_known || text_equal(members[i], name);
        if (is_known)
            continue;
        const char *closest = text_closest(name, members, MEMBER_COUNT);
        error_set(err, ORMA_E_INVALID, "query", 0,
                  "a query has no member \"%.200s\"", name);
        if (closest != NULL)
            error_hint(err, "did you mean \"%s\"?", closest);
        else
            error_hint(err, "members are path, filters, project, project_map, "
                            "order_by, limit, offset, distinct");
        return ORMA_E_INVALID;
    }
    return ORMA_OK;
}

static orma_status read_path(reading *r, const json_object *path,
                             orma_error **err)
{
    const place at = {NULL, "path", 0};
    orma_status st = ORMA_OK;

    if (path == NULL)
        return place_refuse(&at, err, "a query needs at least one item");
    if (!json_object_is_type(path, json_type_array))
        return read_item(r, path, &at, err);
    const size_t count = json_object_array_length(path);
    if (count == 0 || count > QUERY_PATH_MAX)
        return place_refuse(&at, err, "a path has 1 to %d items",
                            QUERY_PATH_MAX);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        const place item = {&at, NULL, i};
        st = read_item(r, json_object_array_get_idx(path, i), &item, err);
    }
    return st;
}

orma_status read_known_tag(const reading *r, const char *tag, const place *at,
                           orma_error **err)
{
    AUTO_BUF buf known = {0};
    if (json_object_object_get_ex(r->filters, tag, NULL))
        return ORMA_OK;
    json_object_object_foreach(r->filters, name, value)
    {
        (void)value;
        buf_printf(&known, "%s%.100s", known.len > 0 ? ", " : "", name);
    }
    place_refuse(at, err, "no item of the path has this tag");
    error_hint(err, "tags are %s", buf_c_str(&known));
    return ORMA_E_INVALID;
}

typedef orma_status read_part(reading *r, const char *tag,
                              const json_object *given, const place *at,
                              orma_error **err);

/* "filters" and "project": {tag: part}. */
static orma_status read_tagged(reading *r, const json_object *document,
                               const char *name, read_part *read,
                               orma_error **err)
{
    const place at = {NULL, name, 0};
    const json_object *given = json_get(document, name);
    orma_status st = ORMA_OK;

    if (given == NULL)
        return ORMA_OK;
    if (!json_object_is_type(given, json_type_object))
        return place_refuse(&at, err, "this is no object with tags");
    json_object_object_foreach((json_object *)(uintptr_t)given, tag, value)
    {
        const place here = {&at, tag, 0};
        st = read_known_tag(r, tag, &here, err);
        if (st == ORMA_OK)
            st = read(r, tag, value, &here, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

/* "project_map": {tag: {field: output name}}, kept as it is. */
static orma_status check_map(const reading *r, const json_object *map,
                             orma_error **err)
{
    const place at = {NULL, "project_map", 0};
    if (map == NULL)
        return ORMA_OK;
    if (!json_object_is_type(map, json_type_object))
        return place_refuse(&at, err, "this is no object with tags");
    json_object_object_foreach((json_object *)(uintptr_t)map, tag, names)
    {
        const place here = {&at, tag, 0};
        const orma_status st = read_known_tag(r, tag, &here, err);
        if (st != ORMA_OK)
            return st;
        if (!json_object_is_type(names, json_type_object))
            return place_refuse(&here, err, "this is no object with fields");
        json_object_object_foreach(names, field, name)
        {
            const place there = {&here, field, 0};
            if (!json_object_is_type(name, json_type_string))
                return place_refuse(&there, err, "a name is text");
        }
    }
    return ORMA_OK;
}

static orma_status check_number(const json_object *document, const char *name,
                                orma_error **err)
{
    const place at = {NULL, name, 0};
    const json_object *given = json_get(document, name);
    if (given == NULL || (json_object_is_type(given, json_type_int) &&
                          json_object_get_int64(given) >= 0))
        return ORMA_OK;
    return place_refuse(&at, err, "this is no integer from 0 on");
}

static orma_status check_rest(const reading *r, const json_object *document,
                              orma_error **err)
{
    const place at = {NULL, "distinct", 0};
    const json_object *distinct = json_get(document, "distinct");
    orma_status st = check_map(r, json_get(document, "project_map"), err);

    if (st == ORMA_OK)
        st = check_number(document, "limit", err);
    if (st == ORMA_OK)
        st = check_number(document, "offset", err);
    if (st == ORMA_OK && distinct != NULL &&
        !json_object_is_type(distinct, json_type_boolean))
        st = place_refuse(&at, err, "this is neither true nor false");
    return st;
}

static bool take(json_object *into, const char *name, json_object *value)
{
    return json_set(into, name, json_object_get(value));
}

/* The normal document of the parts, in AiiDA's order. */
static orma_status put_together(const reading *r, const json_object *document,
                                json_object **normal, orma_error **err)
{
    AUTO_JSON json_object *made = json_object_new_object();
    json_object *map = json_get(document, "project_map");
    json_object *no_map = map == NULL ? json_object_new_object() : NULL;

    if (made == NULL || (map == NULL && no_map == NULL) ||
        !take(made, "path", r->path) || !take(made, "filters", r->filters) ||
        !take(made, "project", r->project) ||
        !json_set(made, "project_map",
                  map != NULL ? json_object_get(map) : no_map) ||
        !take(made, "order_by", r->order_by) ||
        !take(made, "limit", json_get(document, "limit")) ||
        !take(made, "offset", json_get(document, "offset")) ||
        !json_set_bool(made, "distinct",
                       json_get_bool(document, "distinct", false)))
        return error_no_memory(err);
    *normal = made;
    made = NULL;
    return ORMA_OK;
}

orma_status query_document_read(registry *r, const json_object *document,
                                json_object **normal, orma_error **err)
{
    AUTO_JSON json_object *path = json_object_new_array();
    AUTO_JSON json_object *filters = json_object_new_object();
    AUTO_JSON json_object *project = json_object_new_object();
    AUTO_JSON json_object *order = json_object_new_array();
    const place order_at = {NULL, "order_by", 0};
    reading parts = {r, path, filters, project, order};

    if (path == NULL || filters == NULL || project == NULL || order == NULL)
        return error_no_memory(err);
    if (has_nul(document))
        return error_set(err, ORMA_E_INVALID, "query", 0,
                         "a text of the query has a NUL character");
    orma_status st = check_members(document, err);
    if (st == ORMA_OK)
        st = read_path(&parts, json_get(document, "path"), err);
    if (st == ORMA_OK)
        st = read_tagged(&parts, document, "filters", read_filters, err);
    if (st == ORMA_OK)
        st = read_tagged(&parts, document, "project", read_projections, err);
    if (st == ORMA_OK)
        st = read_order(&parts, json_get(document, "order_by"), &order_at, err);
    if (st == ORMA_OK)
        st = check_rest(&parts, document, err);
    return st == ORMA_OK ? put_together(&parts, document, normal, err) : st;
}
