/* Queries over the provenance graph.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/query.h>

#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <query/query.h>
#include <storage/user_index.h>

static void destroy_plan(query_plan **p)
{
    query_plan_destroy(*p);
}
#define AUTO_PLAN __attribute__((cleanup(destroy_plan)))

static const field query_options[] = {
    {"dict", FIELD_BOOL, false},
    {"limit", FIELD_COUNT, false},
};
static const field explain_options[] = {
    {"count", FIELD_BOOL, false},
};

static orma_status read_document(orma_profile *profile, orma_str text,
                                 json_object **normal, orma_error **err)
{
    AUTO_JSON json_object *document = NULL;
    if (text.len > QUERY_DOCUMENT_BYTES_MAX)
        return error_set(err, ORMA_E_INVALID, "query", 0,
                         "a query has at most %u bytes",
                         QUERY_DOCUMENT_BYTES_MAX);
    orma_status st = json_parse(text, &document, err);
    if (st == ORMA_E_INVALID)
        return error_set(err, st, "query", 0, "the query is not JSON");
    if (st == ORMA_OK)
        st = query_document_read(profile->registry, document, normal, err);
    return st;
}

static orma_status read_options(orma_str text, const field *fields,
                                size_t count, json_object **out,
                                orma_error **err)
{
    json_object *given = NULL;
    orma_status st = take_in(text, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, count, err);
    if (st == ORMA_OK)
        *out = given;
    else
        json_object_put(given);
    return st;
}

/* A limit of the caller's in place of the document's; 0: none. */
static orma_status make_plan(orma_profile *profile, orma_str document,
                             int64_t limit, query_plan **out, orma_error **err)
{
    AUTO_JSON json_object *normal = NULL;
    const orma_status st = read_document(profile, document, &normal, err);
    if (st != ORMA_OK)
        return st;
    if (limit > 0 && !json_set_int(normal, "limit", limit))
        return error_no_memory(err);
    return query_plan_create(profile->store, normal, out, err);
}

/* The caller's function, which knows no errors. */
struct caller {
    orma_status (*visit)(void *user, orma_str row);
    void *user;
};

static orma_status call(void *user, orma_str row, orma_error **err)
{
    const struct caller *c = user;
    const orma_status st = c->visit(c->user, row);
    return st == ORMA_OK ? st
                         : error_set(err, st, "query", 0,
                                     "who took the rows wants no more");
}

orma_status orma_query(orma_profile *profile, orma_str document,
                       orma_str options,
                       orma_status (*visit)(void *user, orma_str row),
                       void *user, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_PLAN query_plan *plan = NULL;
    struct caller caller = {visit, user};

    orma_status st =
        read_options(options, query_options,
                     sizeof query_options / sizeof *query_options, &given, err);
    if (st == ORMA_OK)
        st = make_plan(profile, document, json_get_int(given, "limit", 0),
                       &plan, err);
    if (st != ORMA_OK)
        return st;
    return query_plan_run(profile->store, plan,
                          json_get_bool(given, "dict", false), call, &caller,
                          err);
}

static orma_status make_count(orma_profile *profile, orma_str document,
                              query_plan **out, orma_error **err)
{
    AUTO_JSON json_object *normal = NULL;
    const orma_status st = read_document(profile, document, &normal, err);
    return st == ORMA_OK
               ? query_plan_create_count(profile->store, normal, out, err)
               : st;
}

orma_status orma_query_count(orma_profile *profile, orma_str document,
                             int64_t *count, orma_error **err)
{
    AUTO_PLAN query_plan *plan = NULL;
    const orma_status st = make_count(profile, document, &plan, err);
    return st == ORMA_OK ? query_plan_count(profile->store, plan, count, err)
                         : st;
}

static orma_status keep_row(void *user, orma_str row, orma_error **err)
{
    buf *kept = user;
    buf_str(kept, row);
    return buf_status(kept, err);
}

orma_status orma_query_first(orma_profile *profile, orma_str document,
                             orma_str options, char **row, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_PLAN query_plan *plan = NULL;
    AUTO_BUF buf kept = {0};

    orma_status st =
        read_options(options, query_options,
                     sizeof query_options / sizeof *query_options, &given, err);
    if (st == ORMA_OK)
        st = make_plan(profile, document, 1, &plan, err);
    if (st == ORMA_OK)
        st = query_plan_run(profile->store, plan,
                            json_get_bool(given, "dict", false), keep_row,
                            &kept, err);
    if (st != ORMA_OK)
        return st;
    if (kept.len == 0)
        buf_text(&kept, "null");
    char *text = buf_take(&kept);
    if (text == NULL)
        return error_no_memory(err);
    *row = text;
    return ORMA_OK;
}

orma_status orma_query_columns(orma_profile *profile, orma_str document,
                               char **json, orma_error **err)
{
    AUTO_PLAN query_plan *plan = NULL;
    const orma_status st = make_plan(profile, document, 0, &plan, err);
    return st == ORMA_OK ? hand_out(query_plan_columns(plan), json, err) : st;
}

orma_status orma_query_explain(orma_profile *profile, orma_str document,
                               orma_str options, char **json, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_PLAN query_plan *plan = NULL;
    json_object *explained = NULL;

    orma_status st = read_options(
        options, explain_options,
        sizeof explain_options / sizeof *explain_options, &given, err);
    if (st == ORMA_OK)
        st = json_get_bool(given, "count", false)
                 ? make_count(profile, document, &plan, err)
                 : make_plan(profile, document, 0, &plan, err);
    if (st == ORMA_OK)
        st = query_plan_explain(profile->store, plan, &explained, err);
    return st == ORMA_OK ? hand_out(explained, json, err) : st;
}

orma_status orma_query_as_dict(orma_profile *profile, orma_str document,
                               char **json, orma_error **err)
{
    json_object *normal = NULL;
    const orma_status st = read_document(profile, document, &normal, err);
    return st == ORMA_OK ? hand_out(normal, json, err) : st;
}

orma_status orma_index_list(orma_profile *profile, char **json,
                            orma_error **err)
{
    json_object *rows = NULL;
    const orma_status st = user_index_list(profile->store, &rows, err);
    return st == ORMA_OK ? hand_out(rows, json, err) : st;
}

orma_status orma_index_add(orma_profile *profile, const char *index_field,
                           const char *type, orma_error **err)
{
    return user_index_add(profile->store, index_field, type, err);
}

orma_status orma_index_remove(orma_profile *profile, const char *index_field,
                              orma_error **err)
{
    return user_index_remove(profile->store, index_field, err);
}
