/* Options: a profile's, the configuration's, orma.yaml's, AiiDA's defaults.
 *
 * SPDX-License-Identifier: MIT */
#include <config/options.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/log.h>
#include <base/text.h>
#include <base/yaml.h>
#include <config/caching.h>
#include <config/config_internal.h>

#define OWN_OPTIONS_MAX_BYTES ((size_t)1 << 20)

/* Since this format two options have other names, and some other defaults. */
#define RENAMING_FORMAT 10

/* orma.yaml's mapping; an empty one where there is no file. A malformed file
 * is told once and then as if it were not there. */
static json_object *own_options(config *c)
{
    if (c->own_options != NULL)
        return c->own_options;
    c->own_options = json_object_new_object();
    AUTO_FREE char *path = file_join(c->folder, "orma.yaml");
    if (path == NULL || !file_exists(path))
        return c->own_options;

    AUTO_BUF buf text = {0};
    AUTO_ERROR orma_error *error = NULL;
    AUTO_JSON json_object *documents = NULL;
    orma_status st = file_read(path, OWN_OPTIONS_MAX_BYTES, &text, &error);
    if (st == ORMA_OK)
        st = yaml_parse(path, buf_view(&text), &documents, &error);
    json_object *first =
        st == ORMA_OK && json_object_array_length(documents) > 0
            ? json_object_array_get_idx(documents, 0)
            : NULL;
    if (json_object_is_type(first, json_type_object)) {
        json_object_put(c->own_options);
        c->own_options = json_object_get(first);
    } else if (st != ORMA_OK) {
        AUTO_FREE char *why = error_chain(error);
        log_line(ORMA_LOG_WARNING, "%s", why != NULL ? why : path);
    }
    return c->own_options;
}

/* ---- looking up -------------------------------------------------- */

/* A member by its whole dotted name, as config.json keeps it. */
static bool lookup(json_object *options, const char *name, json_object **value)
{
    return json_object_is_type(options, json_type_object) &&
           json_object_object_get_ex(options, name, value);
}

/* Under the file's own name, or the other one, which a program of another
 * version may have written. */
static bool lookup_option(json_object *options, const option_info *option,
                          json_object **value)
{
    return lookup(options, option->name, value) ||
           (option->former_name != NULL &&
            lookup(options, option->former_name, value));
}

static json_object *options_of(const config *c, const char *profile)
{
    return profile != NULL
               ? json_get(json_get(json_get(c->root, "profiles"), profile),
                          "options")
               : json_get(c->root, "options");
}

const char *option_source_word(enum option_source source)
{
    static const char *const words[] = {"profile", "global", "default"};
    return words[source];
}

const char *option_name_in(const config *c, const option_info *option)
{
    return option->former_name != NULL && config_format(c) < RENAMING_FORMAT
               ? option->former_name
               : option->name;
}

orma_status option_value(const config *c, const char *profile,
                         const option_info *option, json_object **value,
                         enum option_source *source, orma_error **err)
{
    const char *fallback =
        option->former_fallback != NULL && config_format(c) < RENAMING_FORMAT
            ? option->former_fallback
            : option->fallback;
    json_object *found = NULL;

    if (profile != NULL &&
        lookup_option(options_of(c, profile), option, &found)) {
        *source = SOURCE_PROFILE;
        *value = json_object_get(found);
        return ORMA_OK;
    }
    if (lookup_option(options_of(c, NULL), option, &found)) {
        *source = SOURCE_GLOBAL;
        *value = json_object_get(found);
        return ORMA_OK;
    }
    *source = SOURCE_DEFAULT;
    return json_parse((orma_str){fallback, strlen(fallback)}, value, err);
}

json_object *config_option(const config *c, const char *profile,
                           const char *name)
{
    const option_info *option = NULL;
    AUTO_ERROR orma_error *unknown = NULL;
    json_object *value = NULL;
    enum option_source source;

    if (option_find(name, &option, &unknown) == ORMA_OK) {
        AUTO_ERROR orma_error *ignored = NULL;
        return option_value(c, profile, option, &value, &source, &ignored) ==
                       ORMA_OK
                   ? value
                   : NULL;
    }
    if (lookup(options_of(c, profile), name, &value) ||
        lookup(options_of(c, NULL), name, &value))
        return json_object_get(value);
    /* Reading orma.yaml once is not a change of the configuration. */
    json_object *file = own_options((config *)(uintptr_t)c);
    if (lookup(file, name, &value))
        return json_object_get(value);
    return json_object_get(json_get_path(file, name));
}

/* ---- values ------------------------------------------------------ */

static orma_status bad_value(const option_info *option, const char *text,
                             const char *wanted, orma_error **err)
{
    return error_set(err, ORMA_E_INVALID, "config", 0,
                     "option \"%s\": \"%.200s\" is not %s", option->name, text,
                     wanted);
}

static bool is_choice(const char *choices, const char *word)
{
    const size_t len = strlen(word);

    for (const char *p = choices; *p != '\0';) {
        const size_t n = strcspn(p, ",");
        if (n == len && strncmp(p, word, n) == 0)
            return true;
        p += n + strspn(p + n, ", ");
    }
    return false;
}

static orma_status check_level(const option_info *option, const char *word,
                               orma_error **err)
{
    const char *choices = option_choices(option);

    if (is_choice(choices, word))
        return ORMA_OK;
    const orma_status st = bad_value(option, word, "a level of messages", err);
    error_hint(err, "one of %s", choices);
    return st;
}

static orma_status check_patterns(const option_info *option,
                                  const json_object *value, orma_error **err)
{
    if (!json_object_is_type(value, json_type_array))
        return bad_value(option, "the value", "a list", err);
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        json_object *item = json_object_array_get_idx(value, i);
        if (!json_object_is_type(item, json_type_string))
            return bad_value(option, "an item", "a text", err);
        const orma_status st =
            caching_check_pattern(json_object_get_string(item), err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

orma_status option_check(const option_info *option, const json_object *value,
                         orma_error **err)
{
    AUTO_FREE char *text = json_text(value, JSON_COMPACT);
    const char *shown = text != NULL ? text : "";

    if (value == NULL)
        return option->is_optional ? ORMA_OK
                                   : bad_value(option, "null", "a value", err);
    switch (option->type) {
    case OPTION_INTEGER:
        return json_object_is_type(value, json_type_int)
                   ? ORMA_OK
                   : bad_value(option, shown, "an integer", err);
    case OPTION_BOOLEAN:
        return json_object_is_type(value, json_type_boolean)
                   ? ORMA_OK
                   : bad_value(option, shown, "true or false", err);
    case OPTION_PATTERNS:
        return check_patterns(option, value, err);
    case OPTION_STRING:
    case OPTION_LEVEL:
    case OPTION_INHERITED_LEVEL:
        break;
    }
    if (!json_object_is_type(value, json_type_string))
        return bad_value(option, shown, "a text", err);
    return option->type == OPTION_STRING
               ? ORMA_OK
               : check_level(
                     option,
                     json_object_get_string((json_object *)(uintptr_t)value),
                     err);
}

static json_object *parse_integer(const char *text)
{
    char *end;

    errno = 0;
    const long long number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0'
               ? json_object_new_int64(number)
               : NULL;
}

static json_object *parse_boolean(const char *text)
{
    static const char *const words[][2] = {
        {"true", "false"}, {"yes", "no"}, {"on", "off"},
        {"1", "0"},        {"y", "n"},    {"t", "f"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int k = 0; k < 2; k++)
            if (strcasecmp(text, words[i][k]) == 0)
                return json_object_new_boolean(k == 0);
    return NULL;
}

static json_object *parse_upper(const char *text)
{
    AUTO_FREE char *upper = text_copy(text);

    for (char *p = upper; p != NULL && *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    return upper != NULL ? json_object_new_string(upper) : NULL;
}

/* "[…]" is JSON, other text is words. */
static json_object *parse_words(const char *text)
{
    json_object *array = NULL;

    if (text[0] == '[') {
        AUTO_ERROR orma_error *ignored = NULL;
        return json_parse((orma_str){text, strlen(text)}, &array, &ignored) ==
                       ORMA_OK
                   ? array
                   : NULL;
    }
    array = json_object_new_array();
    for (const char *p = text + strspn(text, " \t");
         array != NULL && *p != 0;) {
        const size_t len = strcspn(p, " \t");
        json_object *word = json_object_new_string_len(p, (int)len);
        if (word == NULL || json_object_array_add(array, word) != 0) {
            json_object_put(word);
            json_object_put(array);
            return NULL;
        }
        p += len;
        p += strspn(p, " \t");
    }
    return array;
}

orma_status option_parse(const option_info *option, const char *text,
                         json_object **value, orma_error **err)
{
    static const char *const wanted[] = {
        [OPTION_INTEGER] = "an integer",
        [OPTION_BOOLEAN] = "true or false",
        [OPTION_STRING] = "a text",
        [OPTION_LEVEL] = "a level of messages",
        [OPTION_INHERITED_LEVEL] = "a level of messages",
        [OPTION_PATTERNS] = "a list",
    };
    json_object *made = NULL;

    switch (option->type) {
    case OPTION_INTEGER:
        made = parse_integer(text);
        break;
    case OPTION_BOOLEAN:
        made = parse_boolean(text);
        break;
    case OPTION_STRING:
        made = json_object_new_string(text);
        break;
    case OPTION_LEVEL:
    case OPTION_INHERITED_LEVEL:
        made = parse_upper(text);
        break;
    case OPTION_PATTERNS:
        made = parse_words(text);
        break;
    }
    if (made == NULL)
        return bad_value(option, text, wanted[option->type], err);
    const orma_status st = option_check(option, made, err);
    if (st != ORMA_OK) {
        json_object_put(made);
        return st;
    }
    *value = made;
    return ORMA_OK;
}

/* ---- changing ---------------------------------------------------- */

static orma_status check_place(const config *c, const char *profile,
                               const option_info *option, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (profile != NULL &&
        json_get(json_get(c->root, "profiles"), profile) == NULL)
        st = error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                       "there is no profile \"%s\"", profile);
    else if (profile != NULL && option->is_global_only) {
        st = error_set(err, ORMA_E_REFUSED, "config", 0,
                       "option \"%s\" holds for all profiles: it cannot be set "
                       "for one",
                       option->name);
        error_hint(err, "set it with --global");
    } else if (option->since > config_format(c)) {
        st = error_set(err, ORMA_E_REFUSED, "config", 0,
                       "option \"%s\" is of format %d of config.json, and this "
                       "file has format %d",
                       option->name, option->since, config_format(c));
        error_hint(err, "AiiDA 2.9 and later bring the file to that format");
    }
    return st;
}

/* The options of a profile or the global ones, made when missing. */
static json_object *own_place(config *c, const char *profile)
{
    json_object *owner = profile != NULL
                             ? json_get(json_get(c->root, "profiles"), profile)
                             : c->root;
    json_object *options = json_get(owner, "options");

    if (json_object_is_type(options, json_type_object))
        return options;
    return json_set(owner, "options", json_object_new_object())
               ? json_get(owner, "options")
               : NULL;
}

orma_status option_set(config *c, const char *profile,
                       const option_info *option, json_object *value,
                       orma_error **err)
{
    orma_status st = check_place(c, profile, option, err);
    if (st == ORMA_OK)
        st = option_check(option, value, err);
    if (st != ORMA_OK) {
        json_object_put(value);
        return st;
    }
    json_object *options = own_place(c, profile);
    if (options == NULL) {
        json_object_put(value);
        return error_no_memory(err);
    }
    const char *name = option_name_in(c, option);
    if (!json_set(options, name, value))
        return error_no_memory(err);
    /* One value, not two under two names. */
    if (option->former_name != NULL)
        json_object_object_del(options, text_equal(name, option->name)
                                            ? option->former_name
                                            : option->name);
    return ORMA_OK;
}

orma_status option_unset(config *c, const char *profile,
                         const option_info *option, bool *was_set,
                         orma_error **err)
{
    json_object *options = options_of(c, profile);
    json_object *found = NULL;

    if (profile != NULL &&
        json_get(json_get(c->root, "profiles"), profile) == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                         "there is no profile \"%s\"", profile);
    *was_set = lookup_option(options, option, &found);
    if (!*was_set)
        return ORMA_OK;
    json_object_object_del(options, option->name);
    if (option->former_name != NULL)
        json_object_object_del(options, option->former_name);
    return ORMA_OK;
}
