/* Checks of values that need no plugin.
 *
 * SPDX-License-Identifier: MIT */
#include <process/inputs_internal.h>

#include <regex.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>
#include <process/spec_internal.h>

const char *json_kind(const json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_boolean:
        return "a bool";
    case json_type_int:
        return "an int";
    case json_type_double:
        return json_is_integer(value) ? "an int" : "a float";
    case json_type_string:
        return "a string";
    case json_type_array:
        return "a list";
    case json_type_object:
        return "a mapping";
    case json_type_null:
        break;
    }
    return "null";
}

/* ---- plain types ------------------------------------------------- */

static bool is_plain(enum plain_type type, const json_object *value)
{
    switch (type) {
    case PLAIN_NONE:
        return false;
    case PLAIN_STR:
        return json_object_is_type(value, json_type_string);
    case PLAIN_INT:
        return json_is_integer(value);
    case PLAIN_FLOAT:
        return json_is_integer(value) || json_is_real(value);
    case PLAIN_BOOL:
        return json_object_is_type(value, json_type_boolean);
    case PLAIN_LIST:
        return json_object_is_type(value, json_type_array);
    case PLAIN_DICT:
        return json_object_is_type(value, json_type_object);
    case PLAIN_COMPUTER:
        return json_object_is_type(value, json_type_string) ||
               json_object_is_type(value, json_type_int);
    }
    return false;
}

bool check_plain_type(struct builder *b, const port *p, const char *path,
                      const json_object *value)
{
    AUTO_BUF buf words = {0};

    if (p->type_count == 0)
        return true;
    for (size_t i = 0; i < p->type_count; i++) {
        if (is_plain(plain_type_of(p->types[i]), value))
            return true;
        buf_printf(&words, "%s%s", i > 0 ? " or " : "", p->types[i]);
    }
    const bool meant_bool =
        p->type_count == 1 && strcmp(p->types[0], "bool") == 0;
    problem_add(b, path, "takes %s%s, not %s", buf_c_str(&words),
                meant_bool ? " (true or false)" : "", json_kind(value));
    return false;
}

/* ---- choices, ranges, patterns ----------------------------------- */

bool port_has_checks(const port *p)
{
    return p->choices != NULL || p->minimum != NULL || p->maximum != NULL ||
           p->length != NULL || p->pattern != NULL;
}

/* 1 and 1.0 are the same choice. */
static bool same_value(const json_object *a, const json_object *b)
{
    const bool numbers = (json_is_integer(a) || json_is_real(a)) &&
                         (json_is_integer(b) || json_is_real(b));

    if (!numbers)
        return json_equal(a, b);
    const double difference =
        json_object_get_double(a) - json_object_get_double(b);
    return difference >= 0.0 && difference <= 0.0;
}

static void check_choices(struct builder *b, const port *p, const char *path,
                          const json_object *value)
{
    const size_t n = json_object_is_type(p->choices, json_type_array)
                         ? json_object_array_length(p->choices)
                         : 0;
    AUTO_BUF buf words = {0};

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        const json_object *choice = json_object_array_get_idx(p->choices, i);
        if (same_value(choice, value))
            return;
        if (i > 0)
            buf_text(&words, ", ");
        json_write(&words, choice, JSON_COMPACT);
    }
    AUTO_FREE char *given = json_text(value, JSON_COMPACT);
    problem_add(b, path, "is %.200s, which is none of %s",
                given != NULL ? given : "", buf_c_str(&words));
}

static void check_range(struct builder *b, const port *p, const char *path,
                        const json_object *value)
{
    const char *space = *p->unit != '\0' ? " " : "";

    if (p->minimum == NULL && p->maximum == NULL)
        return;
    if (!json_is_integer(value) && !json_is_real(value)) {
        problem_add(b, path, "takes a number, not %s", json_kind(value));
        return;
    }
    const double number = json_object_get_double(value);
    AUTO_FREE char *given = json_text(value, JSON_COMPACT);
    if (given == NULL) {
        build_failed(b, ORMA_E_NO_MEMORY);
        return;
    }
    if (p->minimum != NULL && number < json_object_get_double(p->minimum)) {
        AUTO_FREE char *limit = json_text(p->minimum, JSON_COMPACT);
        problem_add(b, path, "is %s%s%s, below the minimum of %s", given,
                    space, p->unit, limit != NULL ? limit : "");
    }
    if (p->maximum != NULL && number > json_object_get_double(p->maximum)) {
        AUTO_FREE char *limit = json_text(p->maximum, JSON_COMPACT);
        problem_add(b, path, "is %s%s%s, above the maximum of %s", given,
                    space, p->unit, limit != NULL ? limit : "");
    }
}

static void check_pattern(struct builder *b, const port *p, const char *path,
                          const json_object *value)
{
    regex_t regex;

    if (p->pattern == NULL)
        return;
    if (!json_object_is_type(value, json_type_string)) {
        problem_add(b, path, "takes a string, not %s", json_kind(value));
        return;
    }
    if (regcomp(&regex, p->pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        problem_add(b, path,
                    "cannot be checked: \"%s\" in the manifest of \"%s\" is "
                    "no pattern",
                    p->pattern, b->spec->entry->name);
        return;
    }
    const char *text = json_object_get_string((json_object *)value);
    if (regexec(&regex, text, 0, NULL, 0) != 0)
        problem_add(b, path, "is \"%.200s\", which does not match \"%s\"",
                    text, p->pattern);
    regfree(&regex);
}

/* Characters of a text, elements of a list, keys of a mapping; -1: none. */
static int64_t length_of(const json_object *value)
{
    if (json_object_is_type(value, json_type_array))
        return (int64_t)json_object_array_length(value);
    if (json_object_is_type(value, json_type_object))
        return json_object_object_length(value);
    if (!json_object_is_type(value, json_type_string))
        return -1;
    int64_t n = 0;
    for (const char *c = json_object_get_string((json_object *)value);
         *c != '\0'; c++)
        n += ((unsigned char)*c & 0xc0) != 0x80; /* not a continuation byte */
    return n;
}

static void check_length(struct builder *b, const port *p, const char *path,
                         const json_object *value)
{
    int64_t least = 0, most = INT64_MAX;
    const int64_t n = length_of(value);

    if (p->length == NULL)
        return;
    if (json_object_is_type(p->length, json_type_array)) {
        const json_object *low = json_object_array_get_idx(p->length, 0);
        const json_object *high = json_object_array_get_idx(p->length, 1);
        if (low != NULL)
            least = json_object_get_int64(low);
        if (high != NULL)
            most = json_object_get_int64(high);
    } else {
        least = most = json_object_get_int64(p->length);
    }
    if (n < 0)
        problem_add(b, path, "takes a list, mapping or string, not %s",
                    json_kind(value));
    else if (n < least)
        problem_add(b, path, "has length %lld, at least %lld is needed",
                    (long long)n, (long long)least);
    else if (n > most)
        problem_add(b, path, "has length %lld, at most %lld is taken",
                    (long long)n, (long long)most);
}

void check_value(struct builder *b, const port *p, const char *path,
                 const json_object *value)
{
    check_choices(b, p, path, value);
    check_range(b, p, path, value);
    check_pattern(b, p, path, value);
    check_length(b, p, path, value);
}

/* ---- single options ---------------------------------------------- */

static void check_file_name(struct builder *b, const char *path,
                            const json_object *value)
{
    const char *name = json_object_get_string((json_object *)value);

    if (!file_path_is_safe(name))
        problem_add(b, path, "\"%.200s\" is no file below the job's folder",
                    name);
}

static void check_absolute(struct builder *b, const char *path,
                           const json_object *value)
{
    const char *name = json_object_get_string((json_object *)value);

    if (name[0] != '/')
        problem_add(b, path, "\"%.200s\" is not an absolute path", name);
}

static void check_link_label(struct builder *b, const char *path,
                             const json_object *value)
{
    const char *label = json_object_get_string((json_object *)value);

    if (!text_is_link_label(label))
        problem_add(b, path,
                    "\"%.200s\" is no link label: letters, digits and inner "
                    "underscores are",
                    label);
}

static void check_texts(struct builder *b, const char *path,
                        const json_object *value)
{
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        const json_object *item = json_object_array_get_idx(value, i);
        if (!json_object_is_type(item, json_type_string))
            problem_add(b, path, "takes a list of strings, item %zu is %s",
                        i + 1, json_kind(item));
    }
}

static void check_relative_paths(struct builder *b, const char *path,
                                 const json_object *value)
{
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        const json_object *item = json_object_array_get_idx(value, i);
        if (!json_object_is_type(item, json_type_string))
            problem_add(b, path, "takes a list of paths, item %zu is %s",
                        i + 1, json_kind(item));
        else
            check_file_name(b, path, item);
    }
}

static bool is_variable_name(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    return *name != '\0' && !(*name >= '0' && *name <= '9') &&
           name[strspn(name, letters)] == '\0';
}

static void check_environment(struct builder *b, const char *path,
                              const json_object *value)
{
    json_object_object_foreach((json_object *)value, name, content)
    {
        if (!is_variable_name(name))
            problem_add(b, path, "\"%.100s\" is no name of a variable", name);
        if (!json_object_is_type(content, json_type_string) &&
            !json_object_is_type(content, json_type_int) &&
            !json_object_is_type(content, json_type_double))
            problem_add(b, path, "variable \"%.100s\" is %s, not a string",
                        name, json_kind(content));
    }
}

/* A manifest may give an option other types: then the check does not apply. */
static const struct {
    const char *path;
    json_type type;
    void (*check)(struct builder *b, const char *path,
                  const json_object *value);
} option_checks[] = {
    {"metadata.call_link_label", json_type_string, check_link_label},
    {PATH_OPTIONS ".input_filename", json_type_string, check_file_name},
    {PATH_OPTIONS ".output_filename", json_type_string, check_file_name},
    {PATH_OPTIONS ".submit_script_filename", json_type_string,
     check_file_name},
    {PATH_OPTIONS ".scheduler_stdout", json_type_string, check_file_name},
    {PATH_OPTIONS ".scheduler_stderr", json_type_string, check_file_name},
    {PATH_OPTIONS ".mpirun_extra_params", json_type_array, check_texts},
    {PATH_OPTIONS ".environment_variables", json_type_object,
     check_environment},
    {PATH_OPTIONS ".additional_retrieve_list", json_type_array,
     check_relative_paths},
    {PATH_STASH ".target_base", json_type_string, check_absolute},
    {PATH_STASH ".source_list", json_type_array, check_relative_paths},
    {PATH_OPTIONS ".unstash.source_list", json_type_array,
     check_relative_paths},
};

void check_option(struct builder *b, const char *path,
                  const json_object *value)
{
    for (size_t i = 0; i < sizeof option_checks / sizeof *option_checks; i++)
        if (strcmp(option_checks[i].path, path) == 0 &&
            json_object_is_type(value, option_checks[i].type))
            option_checks[i].check(b, path, value);
}
