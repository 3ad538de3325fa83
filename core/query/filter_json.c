/* Filters on values inside JSON columns.
 *
 * A value is compared with values of its own type only; others, and what is
 * missing, are no match. That is AiiDA's rule on PostgreSQL, and true and false
 * are no numbers on any backend.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <math.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define ALTERNATIVES_MAX 200 /* of a list that is compared item by item */

static const char *const type_names[] = {"object", "array",   "string",
                                         "number", "boolean", "null"};

static bool is_number(const json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

/* Could a bare value that is no string look like this text? PostgreSQL gives
 * all of them as texts, SQLite arrays and objects. */
static bool is_ambiguous(const char *text)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(words[i], text))
            return true;
    return *text != '\0' && strchr("-0123456789[{\"", *text) != NULL;
}

static orma_status write_type_is(compiler *c, const query_field *f,
                                 const char *type, buf *out, orma_error **err)
{
    const orma_status st = query_field_place(c, f, json_place_type, out, err);
    buf_printf(out, " = '%s'", type);
    return st;
}

static orma_status number_text(json_object *value, const place *at, buf *out,
                               orma_error **err)
{
    if (!isfinite(json_object_get_double(value)))
        return place_refuse(at, err, "this number is too large");
    json_write(out, value, JSON_COMPACT);
    return buf_status(out, err);
}

/* scalar OP text, of strings only. word: with '@' and '?'. */
static orma_status compare_text(compiler *c, const query_field *f,
                                const char *word, json_object *value,
                                bool is_guarded, buf *out, orma_error **err)
{
    AUTO_BUF buf scalar = {0};
    marker text = {""};
    orma_status st = query_field_place(c, f, json_place_scalar, &scalar, err);

    if (st == ORMA_OK)
        st = add_text(c, json_object_get_string(value), &text, err);
    if (st != ORMA_OK)
        return st;
    buf_char(out, '(');
    json_word(word, buf_c_str(&scalar), "", text.text, out);
    if (is_guarded) {
        buf_text(out, " AND ");
        st = write_type_is(c, f, "string", out, err);
    }
    buf_char(out, ')');
    return st;
}

static orma_status compare_number(compiler *c, const query_field *f,
                                  const char *relation, json_object *value,
                                  const place *at, buf *out, orma_error **err)
{
    AUTO_BUF buf text = {0};
    marker parameter = {""};

    orma_status st = number_text(value, at, &text, err);
    if (st == ORMA_OK)
        st = add_text(c, buf_c_str(&text), &parameter, err);
    if (st != ORMA_OK)
        return st;
    buf_char(out, '(');
    st = query_field_place(c, f, json_place_number, out, err);
    buf_printf(out, " %s ", relation);
    json_word(c->dialect->number_param, "", "", parameter.text, out);
    buf_char(out, ')');
    return st;
}

/* A word of two JSON values; parameter: "?N" of the second. */
static orma_status relate(compiler *c, const query_field *f, const char *word,
                          const char *parameter, buf *out, orma_error **err)
{
    AUTO_BUF buf element = {0};
    const orma_status st = query_field_element(c, f, &element, err);
    if (st == ORMA_OK)
        json_word(word, buf_c_str(&element), "", parameter, out);
    return st;
}

static orma_status relate_json(compiler *c, const query_field *f,
                               const char *word, const json_object *value,
                               buf *out, orma_error **err)
{
    marker parameter = {""};
    const orma_status st = add_json(c, value, &parameter, err);
    return st == ORMA_OK ? relate(c, f, word, parameter.text, out, err) : st;
}

static orma_status compare(compiler *c, const query_field *f,
                           enum query_operator op, json_object *value,
                           const place *at, buf *out, orma_error **err)
{
    const char *relation = query_operator_sql(op);
    char word[8] = "@ ";

    switch (json_object_get_type(value)) {
    case json_type_int:
    case json_type_double:
        return compare_number(c, f, relation, value, at, out, err);
    case json_type_string:
        memcpy(word + 2, relation, strlen(relation) + 1);
        memcpy(word + strlen(word), " ?", sizeof " ?");
        return compare_text(c, f, word, value,
                            op != OPERATOR_EQUAL ||
                                is_ambiguous(json_object_get_string(value)),
                            out, err);
    case json_type_null:
        if (op == OPERATOR_EQUAL) { /* as AiiDA on PostgreSQL */
            buf_text(out, "FALSE");
            return ORMA_OK;
        }
        break;
    case json_type_boolean:
    case json_type_array:
    case json_type_object:
        if (op == OPERATOR_EQUAL)
            return relate_json(c, f, c->dialect->json_equal, value, out, err);
        break;
    }
    return place_refuse(at, err, "numbers and texts only are greater or less");
}

static orma_status match_text(compiler *c, const query_field *f,
                              enum query_operator op, json_object *value,
                              const place *at, buf *out, orma_error **err)
{
    if (!json_object_is_type(value, json_type_string))
        return place_refuse(at, err, "a pattern is text");
    const orma_status st =
        check_pattern(json_object_get_string(value), at, err);
    if (st != ORMA_OK)
        return st;
    return compare_text(
        c, f, op == OPERATOR_LIKE ? "@ LIKE ? ESCAPE '\\'" : c->dialect->ilike,
        value, true, out, err);
}

/* ---- lists ------------------------------------------------------- */

/* Every item as one: truth values, arrays and objects. */
static orma_status any_of(compiler *c, const query_field *f,
                          const json_object *list, const place *at, buf *out,
                          orma_error **err)
{
    const size_t count = json_object_array_length(list);
    orma_status st = ORMA_OK;

    if (count > ALTERNATIVES_MAX)
        return place_refuse(at, err, "a list of such values has at most %d",
                            ALTERNATIVES_MAX);
    buf_char(out, '(');
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        const place here = {at, NULL, i};
        if (i > 0)
            buf_text(out, " OR ");
        st = compare(c, f, OPERATOR_EQUAL, json_object_array_get_idx(list, i),
                     &here, out, err);
    }
    c->condition_count += count;
    buf_char(out, ')');
    return st;
}

static orma_status check_list(const json_object *list, const place *at,
                              bool *is_text, bool *is_plain, orma_error **err)
{
    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) == 0)
        return place_refuse(at, err, "\"in\" takes an array that is not empty");
    const json_object *first = json_object_array_get_idx(list, 0);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const place here = {at, NULL, i};
        json_object *item = json_object_array_get_idx(list, i);
        if (json_object_get_type(item) != json_object_get_type(first) &&
            !(is_number(item) && is_number(first)))
            return place_refuse(&here, err, "items of a list are of one type");
        if (item == NULL)
            return place_refuse(&here, err,
                                "null is in no list; use {\"of_type\": "
                                "\"null\"}");
        if (is_number(item) && !isfinite(json_object_get_double(item)))
            return place_refuse(&here, err, "this number is too large");
    }
    *is_text = json_object_is_type(first, json_type_string);
    *is_plain = *is_text || is_number(first);
    return ORMA_OK;
}

static bool has_ambiguous(const json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (is_ambiguous(
                json_object_get_string(json_object_array_get_idx(list, i))))
            return true;
    return false;
}

/* form: of one item, '?' being its text. */
static orma_status write_short_list(compiler *c, const json_object *list,
                                    const char *form, buf *out,
                                    orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(list);
         i++) {
        json_object *item = json_object_array_get_idx(list, i);
        AUTO_BUF buf text = {0};
        marker parameter = {""};
        if (json_object_is_type(item, json_type_string))
            buf_text(&text, json_object_get_string(item));
        else
            json_write(&text, item, JSON_COMPACT);
        st = buf_status(&text, err);
        if (st == ORMA_OK)
            st = add_text(c, buf_c_str(&text), &parameter, err);
        buf_text(out, i > 0 ? ", " : "");
        json_word(form, "", "", parameter.text, out);
    }
    return st;
}

static orma_status write_long_list(compiler *c, const json_object *list,
                                   const char *form, buf *out, orma_error **err)
{
    marker parameter = {""};
    const orma_status st = add_json(c, list, &parameter, err);
    if (st != ORMA_OK)
        return st;
    buf_text(out, "SELECT ");
    json_word(form, "", "", "value", out);
    buf_text(out, " FROM ");
    json_word(c->dialect->list_rows, "", "", parameter.text, out);
    return ORMA_OK;
}

static orma_status is_in(compiler *c, const query_field *f, json_object *list,
                         const place *at, buf *out, orma_error **err)
{
    bool is_text = false, is_plain = false;

    orma_status st = check_list(list, at, &is_text, &is_plain, err);
    if (st != ORMA_OK)
        return st;
    if (!is_plain)
        return any_of(c, f, list, at, out, err);
    buf_char(out, '(');
    st = query_field_place(
        c, f, is_text ? json_place_scalar : json_place_number, out, err);
    buf_text(out, " IN (");
    const char *form = is_text ? "?" : c->dialect->number_param;
    if (st == ORMA_OK)
        st = json_object_array_length(list) > QUERY_SHORT_LIST
                 ? write_long_list(c, list, form, out, err)
                 : write_short_list(c, list, form, out, err);
    buf_char(out, ')');
    if (st == ORMA_OK && is_text && has_ambiguous(list)) {
        buf_text(out, " AND ");
        st = write_type_is(c, f, "string", out, err);
    }
    buf_char(out, ')');
    return st;
}

/* ---- what JSON is ------------------------------------------------ */

static orma_status is_of_type(compiler *c, const query_field *f,
                              json_object *value, const place *at, buf *out,
                              orma_error **err)
{
    const char *given = json_object_is_type(value, json_type_string)
                            ? json_object_get_string(value)
                            : "";
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        if (!text_equal(type_names[i], given))
            continue;
        buf_char(out, '(');
        orma_status st = write_type_is(c, f, type_names[i], out, err);
        if (st == ORMA_OK && text_equal(given, "null")) {
            buf_text(out, " OR ");
            st = query_field_place(c, f, json_place_type, out, err);
            buf_text(out, " IS NULL");
        }
        buf_char(out, ')');
        return st;
    }
    place_refuse(at, err, "this is no type of JSON");
    error_hint(err, "types are object, array, string, number, boolean, null");
    return ORMA_E_INVALID;
}

static orma_status has_length(compiler *c, const query_field *f,
                              const char *relation, json_object *value,
                              const place *at, buf *out, orma_error **err)
{
    marker parameter = {""};
    if (!json_object_is_type(value, json_type_int) ||
        json_object_get_int64(value) < 0)
        return place_refuse(at, err, "a length is an integer from 0 on");
    orma_status st = add_int(c, json_object_get_int64(value), &parameter, err);
    if (st != ORMA_OK)
        return st;
    buf_char(out, '(');
    st = query_field_place(c, f, json_place_length, out, err);
    buf_printf(out, " %s CAST(%s AS BIGINT))", relation, parameter.text);
    return st;
}

static orma_status has_key(compiler *c, const query_field *f,
                           json_object *value, const place *at, buf *out,
                           orma_error **err)
{
    marker parameter = {""};
    if (!json_object_is_type(value, json_type_string))
        return place_refuse(at, err, "a key is text");
    const orma_status st =
        add_text(c, json_object_get_string(value), &parameter, err);
    return st == ORMA_OK ? relate(c, f, c->dialect->json_has_key,
                                  parameter.text, out, err)
                         : st;
}

static orma_status compile_one(compiler *c, const query_field *f,
                               enum query_operator op, json_object *value,
                               const place *at, buf *out, orma_error **err)
{
    switch (op) {
    case OPERATOR_EQUAL:
    case OPERATOR_GREATER:
    case OPERATOR_LESS:
    case OPERATOR_GREATER_EQUAL:
    case OPERATOR_LESS_EQUAL:
        return compare(c, f, op, value, at, out, err);
    case OPERATOR_LIKE:
    case OPERATOR_ILIKE:
        return match_text(c, f, op, value, at, out, err);
    case OPERATOR_IN:
        return is_in(c, f, value, at, out, err);
    case OPERATOR_OF_TYPE:
        return is_of_type(c, f, value, at, out, err);
    case OPERATOR_CONTAINS:
        return relate_json(c, f, c->dialect->json_contains, value, out, err);
    case OPERATOR_HAS_KEY:
        return has_key(c, f, value, at, out, err);
    case OPERATOR_OF_LENGTH:
    case OPERATOR_LONGER:
    case OPERATOR_SHORTER:
        return has_length(c, f, query_operator_sql(op), value, at, out, err);
    case OPERATOR_NONE:
        break;
    }
    return ORMA_OK;
}

/* These are NULL where nothing is there, negated or not. */
static bool may_be_null(enum query_operator op)
{
    return op == OPERATOR_CONTAINS || op == OPERATOR_HAS_KEY;
}

orma_status compile_json_operator(compiler *c, const query_field *f,
                                  enum query_operator op, json_object *value,
                                  bool is_exact, const place *at, buf *out,
                                  orma_error **err)
{
    if (!is_exact || may_be_null(op))
        return compile_one(c, f, op, value, at, out, err);
    buf_text(out, "COALESCE(");
    const orma_status st = compile_one(c, f, op, value, at, out, err);
    buf_text(out, ", FALSE)");
    return st;
}
