/* Options of the configuration, for programs.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/config.h>

#include <string.h>

#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/caching.h>
#include <config/daemon.h>
#include <config/options.h>
#include <plugin/registry.h>

/* The named profile; none at all is fine where nobody asked for one. */
static orma_status find_profile(const config *c, const char *wanted,
                                bool is_required, const char **name,
                                orma_error **err)
{
    const json_object *profile = NULL;
    AUTO_ERROR orma_error *missing = NULL;
    AUTO_JSON json_object *names = config_profile_names(c);

    *name = NULL;
    if (!is_required && wanted == NULL && json_object_array_length(names) == 0)
        return ORMA_OK;
    const orma_status st = config_profile(c, wanted, name, &profile, &missing);
    if (st == ORMA_OK || (!is_required && wanted == NULL))
        return ORMA_OK;
    error_move(&missing, err);
    return st;
}

static orma_status open_config(const char *profile, bool is_required,
                               config **c, const char **name, orma_error **err)
{
    const orma_status st = config_open(c, err);

    return st == ORMA_OK ? find_profile(*c, profile, is_required, name, err)
                         : st;
}

/* ---- looking ----------------------------------------------------- */

static orma_status fallback_of(const option_info *option, json_object **out,
                               orma_error **err)
{
    return json_parse((orma_str){option->fallback, strlen(option->fallback)},
                      out, err);
}

static orma_status describe(const config *c, const char *profile,
                            const option_info *option, json_object **out,
                            orma_error **err)
{
    AUTO_JSON json_object *row = json_object_new_object();
    AUTO_JSON json_object *value = NULL, *fallback = NULL;
    enum option_source source;

    orma_status st = option_value(c, profile, option, &value, &source, err);
    if (st == ORMA_OK)
        st = fallback_of(option, &fallback, err);
    if (st != ORMA_OK)
        return st;
    if (row == NULL || !json_set_text(row, "name", option_name_in(c, option)) ||
        !json_set_text(row, "source", option_source_word(source)) ||
        !json_set(row, "value", json_object_get(value)) ||
        !json_set_text(row, "type", option_type_word(option)) ||
        !json_set(row, "default", json_object_get(fallback)) ||
        !json_set_text(row, "help", option->help) ||
        !json_set_bool(row, "global_only", option->is_global_only))
        return error_no_memory(err);
    *out = row;
    row = NULL;
    return ORMA_OK;
}

orma_status orma_config_list(const char *profile, const char *prefix,
                             char **json, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    AUTO_JSON json_object *rows = json_object_new_array();
    const option_info *option;
    const char *name = NULL;

    orma_status st = rows != NULL ? open_config(profile, false, &c, &name, err)
                                  : error_no_memory(err);
    for (size_t i = 0; st == ORMA_OK && (option = option_at(i)) != NULL; i++) {
        json_object *row = NULL;
        /* One that the file's format does not have would only mislead. */
        if (option->since > config_format(c) ||
            (prefix != NULL && !text_starts(option_name_in(c, option), prefix)))
            continue;
        st = describe(c, name, option, &row, err);
        if (st == ORMA_OK && json_object_array_add(rows, row) != 0) {
            json_object_put(row);
            st = error_no_memory(err);
        }
    }
    return st == ORMA_OK ? hand_out(json_object_get(rows), json, err) : st;
}

/* What one place says, when it does. */
static orma_status set_place(const config *c, const char *profile,
                             const option_info *option, const char *key,
                             json_object *row, orma_error **err)
{
    AUTO_JSON json_object *value = NULL;
    enum option_source source;
    const orma_status st =
        option_value(c, profile, option, &value, &source, err);

    if (st != ORMA_OK || !text_equal(option_source_word(source), key))
        return st;
    return json_set(row, key, json_object_get(value)) ? ORMA_OK
                                                      : error_no_memory(err);
}

orma_status orma_config_show(const char *profile, const char *option,
                             char **json, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    const option_info *found = NULL;
    json_object *row = NULL;
    const char *name = NULL;

    orma_status st = option_find(option, &found, err);
    if (st == ORMA_OK)
        st = open_config(profile, false, &c, &name, err);
    if (st == ORMA_OK)
        st = describe(c, name, found, &row, err);
    if (st == ORMA_OK && option_choices(found) != NULL &&
        !json_set_text(row, "choices", option_choices(found)))
        st = error_no_memory(err);
    if (st == ORMA_OK && name != NULL)
        st = set_place(c, name, found, "profile", row, err);
    if (st == ORMA_OK)
        st = set_place(c, NULL, found, "global", row, err);
    if (st != ORMA_OK) {
        json_object_put(row);
        return st;
    }
    return hand_out(row, json, err);
}

orma_status orma_config_get(const char *profile, const char *option,
                            char **json, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    AUTO_JSON json_object *value = NULL;
    const option_info *found = NULL;
    enum option_source source;
    const char *name = NULL;

    orma_status st = option_find(option, &found, err);
    if (st == ORMA_OK)
        st = open_config(profile, false, &c, &name, err);
    if (st == ORMA_OK)
        st = option_value(c, name, found, &value, &source, err);
    if (st != ORMA_OK)
        return st;
    *json = json_text(value, JSON_PRETTY);
    return *json != NULL ? ORMA_OK : error_no_memory(err);
}

/* ---- changing ---------------------------------------------------- */

/* A pattern without a star must name what is installed. Functions of Python
 * are AiiDA's, which knows them. */
static orma_status check_installed(const json_object *patterns,
                                   orma_error **err)
{
    static const enum plugin_kind kinds[] = {KIND_CALCULATION, KIND_WORKFLOW};
    registry *r = NULL;
    orma_status st = registry_default(&r, err);

    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(patterns);
         i++) {
        const char *pattern =
            json_object_get_string(json_object_array_get_idx(patterns, i));
        const char *colon = strchr(pattern, ':');
        if (colon == NULL || strchr(pattern, '*') != NULL)
            continue;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            const char *group = plugin_kind_group(kinds[k]);
            const plugin_entry *entry = NULL;
            if (strlen(group) == (size_t)(colon - pattern) &&
                text_starts(pattern, group))
                st = registry_find(r, kinds[k], colon + 1, &entry, err);
        }
    }
    return st;
}

/* The items of the place's own list, without those of other places. */
static json_object *own_items(const config *c, const char *profile,
                              const option_info *option, orma_error **err)
{
    AUTO_JSON json_object *value = NULL;
    enum option_source source;

    if (option_value(c, profile, option, &value, &source, err) != ORMA_OK)
        return NULL;
    const bool is_own =
        source == (profile != NULL ? SOURCE_PROFILE : SOURCE_GLOBAL);
    json_object *items = is_own && json_object_is_type(value, json_type_array)
                             ? json_copy(value)
                             : json_object_new_array();
    if (items == NULL)
        error_no_memory(err);
    return items;
}

static orma_status append_items(json_object *items, const json_object *added,
                                orma_error **err)
{
    for (size_t i = 0; i < json_object_array_length(added); i++) {
        json_object *item = json_object_array_get_idx(added, i);
        bool is_there = false;
        for (size_t k = 0; k < json_object_array_length(items); k++)
            is_there = is_there ||
                       json_equal(json_object_array_get_idx(items, k), item);
        if (is_there)
            continue;
        if (json_object_array_add(items, json_object_get(item)) != 0) {
            json_object_put(item);
            return error_no_memory(err);
        }
    }
    return ORMA_OK;
}

static orma_status remove_items(json_object *items, const json_object *removed,
                                const option_info *option, orma_error **err)
{
    for (size_t i = 0; i < json_object_array_length(removed); i++) {
        json_object *item = json_object_array_get_idx(removed, i);
        bool is_found = false;
        for (size_t k = json_object_array_length(items); k-- > 0;)
            if (json_equal(json_object_array_get_idx(items, k), item)) {
                json_object_array_del_idx(items, k, 1);
                is_found = true;
            }
        if (!is_found)
            return error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                             "option \"%s\" has no item \"%s\" there",
                             option->name, json_object_get_string(item));
    }
    return ORMA_OK;
}

/* Replaces *value by the list with it added or removed. */
static orma_status change_list(const config *c, const char *profile,
                               const option_info *option, uint32_t flags,
                               json_object **value, orma_error **err)
{
    if (option->type != OPTION_PATTERNS)
        return error_set(err, ORMA_E_INVALID, "config", 0,
                         "option \"%s\" is no list: nothing can be appended or "
                         "removed",
                         option->name);
    if ((flags & ORMA_CONFIG_APPEND) != 0 && (flags & ORMA_CONFIG_REMOVE) != 0)
        return error_set(err, ORMA_E_INVALID, "config", 0,
                         "appending and removing exclude each other");
    AUTO_JSON json_object *items = own_items(c, profile, option, err);
    if (items == NULL)
        return ORMA_E_NO_MEMORY;
    const orma_status st = (flags & ORMA_CONFIG_APPEND) != 0
                               ? append_items(items, *value, err)
                               : remove_items(items, *value, option, err);
    if (st != ORMA_OK)
        return st;
    json_object_put(*value);
    *value = json_object_get(items);
    return ORMA_OK;
}

static orma_status new_value(const config *c, const char *profile,
                             const option_info *option, const char *text,
                             uint32_t flags, json_object **value,
                             orma_error **err)
{
    AUTO_JSON json_object *made = NULL;

    orma_status st = option_parse(option, text, &made, err);
    if (st == ORMA_OK && option->type == OPTION_PATTERNS &&
        (flags & ORMA_CONFIG_REMOVE) == 0)
        st = check_installed(made, err);
    if (st == ORMA_OK &&
        (flags & (ORMA_CONFIG_APPEND | ORMA_CONFIG_REMOVE)) != 0)
        st = change_list(c, profile, option, flags, &made, err);
    if (st != ORMA_OK)
        return st;
    *value = made;
    made = NULL;
    return ORMA_OK;
}

/* AiiDA's daemon that has the former value: of the profile, or of any. */
static long daemon_of(const config *c, const char *profile)
{
    AUTO_JSON json_object *names = config_profile_names(c);
    long pid = 0;

    if (profile != NULL)
        return daemon_pid(config_folder(c), profile);
    for (size_t i = 0; pid == 0 && i < json_object_array_length(names); i++)
        pid = daemon_pid(
            config_folder(c),
            json_object_get_string(json_object_array_get_idx(names, i)));
    return pid;
}

static orma_status tell_change(const config *c, const char *profile,
                               const option_info *option, json_object **out,
                               orma_error **err)
{
    AUTO_JSON json_object *told = json_object_new_object();
    AUTO_JSON json_object *value = NULL;
    enum option_source source;
    const long pid = option->needs_restart ? daemon_of(c, profile) : 0;

    const orma_status st =
        option_value(c, profile, option, &value, &source, err);
    if (st != ORMA_OK)
        return st;
    if (told == NULL ||
        !json_set_text(told, "name", option_name_in(c, option)) ||
        !json_set(told, "value", json_object_get(value)) ||
        !json_set_text(told, "profile", profile) ||
        !json_set(told, "daemon", pid > 0 ? json_object_new_int64(pid) : NULL))
        return error_no_memory(err);
    *out = told;
    told = NULL;
    return ORMA_OK;
}

orma_status orma_config_set(const char *profile, const char *option,
                            const char *value, uint32_t flags, char **json,
                            orma_error **err)
{
    const bool is_global = (flags & ORMA_CONFIG_GLOBAL) != 0;
    AUTO_CONFIG config *c = NULL;
    const option_info *found = NULL;
    json_object *made = NULL, *told = NULL;
    const char *name = NULL;

    orma_status st = option_find(option, &found, err);
    if (st == ORMA_OK)
        st = open_config(profile, !is_global, &c, &name, err);
    if (is_global)
        name = NULL;
    if (st == ORMA_OK)
        st = new_value(c, name, found, value, flags, &made, err);
    if (st == ORMA_OK)
        st = option_set(c, name, found, made, err);
    if (st == ORMA_OK)
        st = config_save(c, err);
    if (st == ORMA_OK)
        st = tell_change(c, name, found, &told, err);
    return st == ORMA_OK ? hand_out(told, json, err) : st;
}

orma_status orma_config_unset(const char *profile, const char *option,
                              uint32_t flags, char **json, orma_error **err)
{
    const bool is_global = (flags & ORMA_CONFIG_GLOBAL) != 0;
    AUTO_CONFIG config *c = NULL;
    const option_info *found = NULL;
    json_object *told = NULL;
    const char *name = NULL;
    bool was_set = false;

    orma_status st = option_find(option, &found, err);
    if (st == ORMA_OK)
        st = open_config(profile, !is_global, &c, &name, err);
    if (is_global)
        name = NULL;
    if (st == ORMA_OK)
        st = option_unset(c, name, found, &was_set, err);
    if (st == ORMA_OK && was_set)
        st = config_save(c, err);
    if (st == ORMA_OK)
        st = tell_change(c, name, found, &told, err);
    if (st == ORMA_OK && !json_set_bool(told, "was_set", was_set)) {
        json_object_put(told);
        st = error_no_memory(err);
    }
    return st == ORMA_OK ? hand_out(told, json, err) : st;
}

/* ---- caching ----------------------------------------------------- */

static orma_status add_type(const config *c, const char *profile,
                            const plugin_entry *entry, bool wanted,
                            json_object *types, orma_error **err)
{
    AUTO_FREE char *type =
        text_printf("%s:%s", plugin_kind_group(entry->kind), entry->name);
    bool enabled = false;

    if (type == NULL)
        return error_no_memory(err);
    const orma_status st = caching_is_enabled(c, profile, type, &enabled, err);
    if (st != ORMA_OK || enabled != wanted)
        return st;
    json_object *text = json_object_new_string(type);
    if (text != NULL && json_object_array_add(types, text) == 0)
        return ORMA_OK;
    json_object_put(text);
    return error_no_memory(err);
}

orma_status orma_config_caching(const char *profile, int32_t disabled,
                                char **json, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    AUTO_JSON json_object *types = json_object_new_array();
    const char *name = NULL;
    registry *r = NULL;

    orma_status st = types != NULL ? open_config(profile, true, &c, &name, err)
                                   : error_no_memory(err);
    if (st == ORMA_OK)
        st = registry_default(&r, err);
    for (size_t i = 0; st == ORMA_OK && i < registry_entry_count(r); i++) {
        const plugin_entry *entry = registry_entry(r, i);
        if (entry->state == PLUGIN_OK &&
            (entry->kind == KIND_CALCULATION || entry->kind == KIND_WORKFLOW))
            st = add_type(c, name, entry, disabled == 0, types, err);
    }
    return st == ORMA_OK ? hand_out(json_object_get(types), json, err) : st;
}
