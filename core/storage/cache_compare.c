/* What tells the hashes of two processes apart, field by field.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/cache.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

/* The two sides of one field; found: JSON's null is a value. */
typedef struct sides {
    const json_object *a, *b;
    bool has_a, has_b;
} sides;

static orma_status add_difference(json_object *out, const char *field,
                                  const sides *s, orma_error **err)
{
    json_object *row = json_object_new_object();

    if (row != NULL && json_set_text(row, "field", field) &&
        (!s->has_a || json_set(row, "a", json_copy(s->a))) &&
        (!s->has_b || json_set(row, "b", json_copy(s->b))) &&
        json_object_array_add(out, row) == 0)
        return ORMA_OK;
    json_object_put(row);
    return error_no_memory(err);
}

/* As the hash sees it: 1 and 1.0 are two, -0.0 and 0.0 are one. */
static orma_status is_same(const json_object *a, const json_object *b,
                           bool *same, orma_error **err)
{
    char of_a[NODE_HASH_HEX], of_b[NODE_HASH_HEX];
    orma_status st = hash_value(a, of_a, err);

    if (st == ORMA_OK)
        st = hash_value(b, of_b, err);
    if (st == ORMA_OK)
        *same = strcmp(of_a, of_b) == 0;
    return st;
}

static orma_status compare_value(const char *field, const sides *s,
                                 json_object *out, orma_error **err);

static sides members_of(const json_object *a, const json_object *b,
                        const char *key)
{
    json_object *left = NULL, *right = NULL;
    sides s = {0};

    s.has_a = json_object_object_get_ex(a, key, &left);
    s.has_b = json_object_object_get_ex(b, key, &right);
    s.a = left;
    s.b = right;
    return s;
}

static orma_status compare_member(const char *field, const char *key,
                                  const sides *s, json_object *out,
                                  orma_error **err)
{
    AUTO_FREE char *path = text_printf("%s.%s", field, key);

    return path == NULL ? error_no_memory(err)
                        : compare_value(path, s, out, err);
}

/* Members of a in its order, then those that only b has. */
static orma_status compare_objects(const char *field, const json_object *a,
                                   const json_object *b, json_object *out,
                                   orma_error **err)
{
    const struct lh_entry *entry = json_object_get_object(a)->head;
    orma_status st = ORMA_OK;

    for (; st == ORMA_OK && entry != NULL; entry = entry->next) {
        const sides s = members_of(a, b, lh_entry_k(entry));
        st = compare_member(field, lh_entry_k(entry), &s, out, err);
    }
    entry = json_object_get_object(b)->head;
    for (; st == ORMA_OK && entry != NULL; entry = entry->next) {
        const sides s = members_of(a, b, lh_entry_k(entry));
        if (!s.has_a)
            st = compare_member(field, lh_entry_k(entry), &s, out, err);
    }
    return st;
}

static orma_status compare_arrays(const char *field, const json_object *a,
                                  const json_object *b, json_object *out,
                                  orma_error **err)
{
    const size_t n = json_object_array_length(a);
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < n; i++) {
        AUTO_FREE char *path = text_printf("%s[%zu]", field, i);
        const sides s = {json_object_array_get_idx(a, i),
                         json_object_array_get_idx(b, i), true, true};
        st = path == NULL ? error_no_memory(err)
                          : compare_value(path, &s, out, err);
    }
    return st;
}

static orma_status compare_value(const char *field, const sides *s,
                                 json_object *out, orma_error **err)
{
    bool same = false;

    if (!s->has_a || !s->has_b)
        return s->has_a || s->has_b ? add_difference(out, field, s, err)
                                    : ORMA_OK;
    const orma_status st = is_same(s->a, s->b, &same, err);
    if (st != ORMA_OK || same)
        return st;
    if (json_object_is_type(s->a, json_type_object) &&
        json_object_is_type(s->b, json_type_object))
        return compare_objects(field, s->a, s->b, out, err);
    if (json_object_is_type(s->a, json_type_array) &&
        json_object_is_type(s->b, json_type_array) &&
        json_object_array_length(s->a) == json_object_array_length(s->b))
        return compare_arrays(field, s->a, s->b, out, err);
    return add_difference(out, field, s, err);
}

orma_status cache_compare_attributes(const char *node_type,
                                     const json_object *a, const json_object *b,
                                     json_object *differences, orma_error **err)
{
    AUTO_JSON json_object *of_a = NULL, *of_b = NULL;
    const hashed_node left = {.node_type = node_type, .attributes = a};
    const hashed_node right = {.node_type = node_type, .attributes = b};

    orma_status st = hash_content(&left, &of_a, err);
    if (st == ORMA_OK)
        st = hash_content(&right, &of_b, err);
    if (st != ORMA_OK)
        return st;
    const sides s = members_of(of_a, of_b, "attributes");
    return compare_value("attributes", &s, differences, err);
}

/* ---- nodes ------------------------------------------------------- */

/* Of a stored node, without the hashes of its inputs. */
static orma_status content_of(store *s, const node *n, json_object **out,
                              orma_error **err)
{
    const type_identity *type = NULL;
    char computer[37];
    const orma_status st = store_type(s, n->node_type, &type, err);

    if (st != ORMA_OK)
        return st;
    uuid_format(&n->computer_uuid, computer);
    const hashed_node hashed = {
        .node_type = n->node_type,
        .python_class = type->python_class,
        .attributes = n->attributes,
        .repository = n->repository,
        .computer_uuid = uuid_is_zero(&n->computer_uuid) ? NULL : computer,
    };
    return hash_content(&hashed, out, err);
}

/* The members of what is hashed, in the order in which one looks at them. */
static orma_status compare_content(const char *prefix, const json_object *a,
                                   const json_object *b, json_object *out,
                                   orma_error **err)
{
    static const char *const members[] = {"class", "attributes",
                                          CONTENT_REPOSITORY, "computer_uuid"};
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < sizeof members / sizeof *members;
         i++) {
        AUTO_FREE char *field = text_printf("%s%s", prefix, members[i]);
        const sides s = members_of(a, b, members[i]);
        st = field == NULL ? error_no_memory(err)
                           : compare_value(field, &s, out, err);
    }
    return st;
}

static orma_status compare_nodes(store *s, const char *prefix, const node *a,
                                 const node *b, json_object *out,
                                 orma_error **err)
{
    AUTO_JSON json_object *of_a = NULL, *of_b = NULL;
    orma_status st = content_of(s, a, &of_a, err);

    if (st == ORMA_OK)
        st = content_of(s, b, &of_b, err);
    return st == ORMA_OK ? compare_content(prefix, of_a, of_b, out, err) : st;
}

static bool is_input(const store_link *link)
{
    return link->type == LINK_INPUT_CALC || link->type == LINK_INPUT_WORK;
}

static const store_link *find_input(const store_links *links, const char *label)
{
    for (size_t i = 0; i < links->count; i++)
        if (is_input(&links->items[i]) &&
            text_equal(links->items[i].label, label))
            return &links->items[i];
    return NULL;
}

/* An input that one side lacks is told by the pk of the other's. */
static orma_status add_lone_input(json_object *out, const char *label,
                                  const store_link *a, const store_link *b,
                                  orma_error **err)
{
    AUTO_FREE char *field = text_printf("inputs.%s", label);
    AUTO_JSON json_object *pk =
        json_object_new_int64(a != NULL ? a->pk : b->pk);
    const sides s = {pk, pk, a != NULL, b != NULL};

    return field == NULL || pk == NULL ? error_no_memory(err)
                                       : add_difference(out, field, &s, err);
}

static orma_status compare_input(store *s, const store_link *a,
                                 const store_link *b, json_object *out,
                                 orma_error **err)
{
    AUTO_FREE char *prefix = text_printf("inputs.%s.", a->label);
    node *left = NULL, *right = NULL;

    if (prefix == NULL)
        return error_no_memory(err);
    if (a->pk == b->pk)
        return ORMA_OK;
    orma_status st = store_node(s, a->pk, &left, err);
    if (st == ORMA_OK)
        st = store_node(s, b->pk, &right, err);
    if (st == ORMA_OK)
        st = compare_nodes(s, prefix, left, right, out, err);
    node_free(left);
    node_free(right);
    return st;
}

static orma_status compare_inputs(store *s, const node *a, const node *b,
                                  json_object *out, orma_error **err)
{
    store_links of_a = {0}, of_b = {0};
    orma_status st = store_node_links(s, a->pk, true, &of_a, err);

    if (st == ORMA_OK)
        st = store_node_links(s, b->pk, true, &of_b, err);
    for (size_t i = 0; st == ORMA_OK && i < of_a.count; i++) {
        const store_link *left = &of_a.items[i];
        if (!is_input(left))
            continue;
        const store_link *right = find_input(&of_b, left->label);
        st = right != NULL ? compare_input(s, left, right, out, err)
                           : add_lone_input(out, left->label, left, NULL, err);
    }
    for (size_t i = 0; st == ORMA_OK && i < of_b.count; i++) {
        const store_link *right = &of_b.items[i];
        if (is_input(right) && find_input(&of_a, right->label) == NULL)
            st = add_lone_input(out, right->label, NULL, right, err);
    }
    store_links_finish(&of_a);
    store_links_finish(&of_b);
    return st;
}

static orma_status compare_process_types(const node *a, const node *b,
                                         json_object *out, orma_error **err)
{
    AUTO_JSON json_object *left =
        json_object_new_string(a->process_type != NULL ? a->process_type : "");
    AUTO_JSON json_object *right =
        json_object_new_string(b->process_type != NULL ? b->process_type : "");
    const sides s = {left, right, true, true};

    return left == NULL || right == NULL
               ? error_no_memory(err)
               : compare_value("process_type", &s, out, err);
}

orma_status cache_compare(store *s, const node *a, const node *b,
                          json_object **differences, orma_error **err)
{
    AUTO_JSON json_object *out = json_object_new_array();

    if (out == NULL)
        return error_no_memory(err);
    orma_status st = compare_process_types(a, b, out, err);
    if (st == ORMA_OK)
        st = compare_nodes(s, "", a, b, out, err);
    if (st == ORMA_OK)
        st = compare_inputs(s, a, b, out, err);
    if (st != ORMA_OK)
        return st;
    *differences = out;
    out = NULL;
    return ORMA_OK;
}
