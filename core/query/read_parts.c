/* Reading filters, projections and orders of a query document.
 *
 * SPDX-License-Identifier: MIT */
#include <query/read.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <query/filters.h>

/* json-c iterates only over what is not const. */
static json_object *loosely(const json_object *value)
{
    return (json_object *)(uintptr_t)value;
}

/* {field: value} is {field: {"==": value}}; and/or take arrays. */
static orma_status condition_of(const char *field, json_object *value,
                                json_object **out, orma_error **err)
{
    bool is_negated;
    if (json_object_is_type(value, json_type_object) ||
        query_logic_parse(field, &is_negated) != QUERY_NO_LOGIC) {
        *out = json_object_get(value);
        return ORMA_OK;
    }
    json_object *made = json_object_new_object();
    if (made == NULL || !json_set(made, "==", json_object_get(value))) {
        json_object_put(made);
        return error_no_memory(err);
    }
    *out = made;
    return ORMA_OK;
}

orma_status read_filters(reading *r, const char *tag, const json_object *given,
                         const place *at, orma_error **err)
{
    json_object *filters = json_get(r->filters, tag);

    if (given == NULL)
        return ORMA_OK;
    if (!json_object_is_type(given, json_type_object))
        return place_refuse(at, err, "filters are an object with fields");
    json_object_object_foreach(loosely(given), field, value)
    {
        json_object *kept = NULL;
        const orma_status st = condition_of(field, value, &kept, err);
        if (st != ORMA_OK)
            return st;
        if (!json_set(filters, field, kept))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status add_projection(json_object *list, const char *field,
                                  const json_object *options, const place *at,
                                  orma_error **err)
{
    const place here = {at, field, 0};

    if (options != NULL && !json_object_is_type(options, json_type_object))
        return place_refuse(&here, err,
                            "options of a projection are an object with "
                            "\"func\" or \"cast\"");
    json_object *one = json_object_new_object();
    json_object *kept = options != NULL ? json_object_get(loosely(options))
                                        : json_object_new_object();
    if (one == NULL || kept == NULL) {
        json_object_put(one);
        json_object_put(kept);
        return error_no_memory(err);
    }
    if (!json_set(one, field, kept) || json_object_array_add(list, one) != 0) {
        json_object_put(one);
        return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status read_projection(json_object *list, const json_object *given,
                                   const place *at, orma_error **err)
{
    if (json_object_is_type(given, json_type_string))
        return add_projection(list, json_object_get_string(loosely(given)),
                              NULL, at, err);
    if (!json_object_is_type(given, json_type_object))
        return place_refuse(at, err,
                            "a projection is a field or {field: options}");
    json_object_object_foreach(loosely(given), field, options)
    {
        const orma_status st = add_projection(list, field, options, at, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

orma_status read_projections(reading *r, const char *tag,
                             const json_object *given, const place *at,
                             orma_error **err)
{
    json_object *list = json_get(r->project, tag);
    orma_status st = ORMA_OK;

    if (given == NULL)
        return ORMA_OK;
    if (!json_object_is_type(given, json_type_array))
        return read_projection(list, given, at, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(given);
         i++) {
        const place here = {at, NULL, i};
        st = read_projection(list, json_object_array_get_idx(given, i), &here,
                             err);
    }
    return st;
}

/* {"order": "asc" or "desc", "cast"?: …}. */
static orma_status order_options(const json_object *given, const place *at,
                                 json_object **out, orma_error **err)
{
    const char *order = json_object_is_type(given, json_type_string)
                            ? json_object_get_string(loosely(given))
                            : json_get_text(given, "order", "asc");
    const char *cast = json_get_text(given, "cast", NULL);

    if (given != NULL && !json_object_is_type(given, json_type_string) &&
        !json_object_is_type(given, json_type_object))
        return place_refuse(at, err,
                            "an order is \"asc\", \"desc\" or "
                            "{\"order\": …, \"cast\": …}");
    if (!text_equal(order, "asc") && !text_equal(order, "desc"))
        return place_refuse(at, err,
                            "\"%.100s\" is neither \"asc\" nor "
                            "\"desc\"",
                            order);
    if (json_object_is_type(given, json_type_object)) {
        json_object_object_foreach(loosely(given), name, value)
        {
            (void)value;
            if (!text_equal(name, "order") && !text_equal(name, "cast"))
                return place_refuse(at, err,
                                    "an order has \"order\" and \"cast\", no "
                                    "\"%.100s\"",
                                    name);
        }
    }
    json_object *made = json_object_new_object();
    if (made == NULL || !json_set_text(made, "order", order) ||
        (cast != NULL && !json_set_text(made, "cast", cast))) {
        json_object_put(made);
        return error_no_memory(err);
    }
    *out = made;
    return ORMA_OK;
}

static orma_status add_order(json_object *list, const char *field,
                             const json_object *given, const place *at,
                             orma_error **err)
{
    const place here = {at, field, 0};
    json_object *options = NULL;
    const orma_status st = order_options(given, &here, &options, err);
    if (st != ORMA_OK)
        return st;
    json_object *one = json_object_new_object();
    if (one == NULL || !json_set(one, field, options)) {
        if (one == NULL)
            json_object_put(options);
        json_object_put(one);
        return error_no_memory(err);
    }
    if (json_object_array_add(list, one) != 0) {
        json_object_put(one);
        return error_no_memory(err);
    }
    return ORMA_OK;
}

/* field, {field: order}. */
static orma_status read_order_field(json_object *list, const json_object *given,
                                    const place *at, orma_error **err)
{
    if (json_object_is_type(given, json_type_string))
        return add_order(list, json_object_get_string(loosely(given)), NULL, at,
                         err);
    if (!json_object_is_type(given, json_type_object))
        return place_refuse(at, err,
                            "to order by takes fields or {field: "
                            "order}");
    json_object_object_foreach(loosely(given), field, order)
    {
        const orma_status st = add_order(list, field, order, at, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

/* One tag's fields, into its list. */
static orma_status read_order_fields(json_object *list,
                                     const json_object *given, const place *at,
                                     orma_error **err)
{
    orma_status st = ORMA_OK;
    if (!json_object_is_type(given, json_type_array))
        return read_order_field(list, given, at, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(given);
         i++) {
        const place here = {at, NULL, i};
        st = read_order_field(list, json_object_array_get_idx(given, i), &here,
                              err);
    }
    return st;
}

/* {tag: fields}. */
static orma_status read_order_spec(reading *r, const json_object *given,
                                   const place *at, orma_error **err)
{
    if (!json_object_is_type(given, json_type_object))
        return place_refuse(at, err, "an order is {tag: fields}");
    json_object *spec = json_object_new_object();
    if (spec == NULL || json_object_array_add(r->order_by, spec) != 0) {
        json_object_put(spec);
        return error_no_memory(err);
    }
    json_object_object_foreach(loosely(given), tag, fields)
    {
        const place here = {at, tag, 0};
        orma_status st = read_known_tag(r, tag, &here, err);
        if (st != ORMA_OK)
            return st;
        json_object *list = json_object_new_array();
        if (list == NULL || !json_set(spec, tag, list))
            return error_no_memory(err);
        st = read_order_fields(list, fields, &here, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

orma_status read_order(reading *r, const json_object *given, const place *at,
                       orma_error **err)
{
    orma_status st = ORMA_OK;
    if (given == NULL)
        return ORMA_OK;
    if (!json_object_is_type(given, json_type_array))
        return read_order_spec(r, given, at, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(given);
         i++) {
        const place here = {at, NULL, i};
        st =
            read_order_spec(r, json_object_array_get_idx(given, i), &here, err);
    }
    return st;
}
