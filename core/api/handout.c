/* Documents across the library's border: parsing, checking, handing out.
 *
 * SPDX-License-Identifier: MIT */
#include <api/handout.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define MAX_FIELDS 32

orma_status hand_out(json_object *value, char **json, orma_error **err)
{
    AUTO_JSON json_object *owned = value;
    char *text = owned != NULL ? json_text(owned, JSON_PRETTY) : NULL;
    if (text == NULL)
        return error_no_memory(err);
    *json = text;
    return ORMA_OK;
}

orma_status take_in(orma_str text, const char *what, json_object **out,
                    orma_error **err)
{
    json_object *value = NULL;
    if (text.len == 0) {
        value = json_object_new_object();
        if (value == NULL)
            return error_no_memory(err);
        *out = value;
        return ORMA_OK;
    }
    const orma_status st = json_parse(text, &value, err);
    if (st != ORMA_OK)
        return error_set(err, st, "api", 0, "%s are not JSON", what);
    if (!json_object_is_type(value, json_type_object)) {
        json_object_put(value);
        return error_set(err, ORMA_E_INVALID, "api", 0,
                         "%s are not a JSON object", what);
    }
    *out = value;
    return ORMA_OK;
}

static bool is_words(const json_object *value)
{
    if (json_object_is_type(value, json_type_string))
        return true;
    if (!json_object_is_type(value, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(value); i++)
        if (!json_object_is_type(json_object_array_get_idx(value, i),
                                 json_type_string))
            return false;
    return true;
}

/* What the value should have been, NULL when it is right. */
static const char *mismatch(const json_object *value, enum field_type type)
{
    switch (type) {
    case FIELD_TEXT:
        return json_object_is_type(value, json_type_string) ? NULL : "text";
    case FIELD_BOOL:
        return json_object_is_type(value, json_type_boolean) ? NULL
                                                             : "true or false";
    case FIELD_COUNT:
        return json_object_is_type(value, json_type_int) &&
                       json_object_get_int64(value) > 0
                   ? NULL
                   : "an integer above 0";
    case FIELD_NUMBER:
        return (json_object_is_type(value, json_type_int) ||
                json_object_is_type(value, json_type_double)) &&
                       json_object_get_double(value) >= 0.0
                   ? NULL
                   : "a number from 0 on";
    case FIELD_WORDS:
        return is_words(value) ? NULL : "text or a list of texts";
    case FIELD_LIST:
        return json_object_is_type(value, json_type_array) ? NULL : "a list";
    case FIELD_OBJECT:
        return json_object_is_type(value, json_type_object) ? NULL
                                                            : "a mapping";
    }
    return NULL;
}

static const field *find(const field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(fields[i].name, name))
            return &fields[i];
    return NULL;
}

static void check_given(const json_object *document, const field *fields,
                        size_t count, buf *problems)
{
    json_object_object_foreach(document, name, value)
    {
        const field *f = find(fields, count, name);
        const char *wanted =
            f != NULL && value != NULL ? mismatch(value, f->type) : NULL;
        if (f == NULL) {
            const char *names[MAX_FIELDS];
            size_t n = 0;
            for (; n < count && n < MAX_FIELDS; n++)
                names[n] = fields[n].name;
            const char *closest = text_closest(name, names, n);
            buf_printf(problems, "%s\"%s\" is unknown",
                       problems->len > 0 ? "\n" : "", name);
            if (closest != NULL)
                buf_printf(problems, ", did you mean \"%s\"?", closest);
        } else if (wanted != NULL) {
            buf_printf(problems, "%s\"%s\" is not %s",
                       problems->len > 0 ? "\n" : "", name, wanted);
        }
    }
}

orma_status fields_check(const json_object *document, const field *fields,
                         size_t count, orma_error **err)
{
    AUTO_BUF buf problems = {0};

    check_given(document, fields, count, &problems);
    for (size_t i = 0; i < count; i++)
        if (fields[i].required && json_get(document, fields[i].name) == NULL)
            buf_printf(&problems, "%s\"%s\" is missing",
                       problems.len > 0 ? "\n" : "", fields[i].name);
    const orma_status st = buf_status(&problems, err);
    if (st != ORMA_OK || problems.len == 0)
        return st;
    return error_set_lines(err, ORMA_E_INVALID, "api", 0, buf_c_str(&problems));
}

const char *field_text(const json_object *document, const char *name)
{
    return json_get_text(document, name, NULL);
}
