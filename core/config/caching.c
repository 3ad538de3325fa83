/* Patterns of process types.
 *
 * SPDX-License-Identifier: MIT */
#include <config/caching.h>

#include <ctype.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/options.h>

#define ENABLED "caching.enabled_for"
#define DISABLED "caching.disabled_for"
#define DEFAULT "caching.default_enabled"

/* AiiDA's groups of entry points. */
static const char *const groups[] = {
    "aiida.brokers",
    "aiida.calculations",
    "aiida.calculations.importers",
    "aiida.calculations.monitors",
    "aiida.cmdline.computer.configure",
    "aiida.cmdline.data",
    "aiida.cmdline.data.structure.import",
    "aiida.data",
    "aiida.groups",
    "aiida.node",
    "aiida.orm",
    "aiida.parsers",
    "aiida.schedulers",
    "aiida.storage",
    "aiida.tools.calculations",
    "aiida.tools.data.orbitals",
    "aiida.tools.dbexporters",
    "aiida.tools.dbimporters",
    "aiida.tools.workflows",
    "aiida.transports",
    "aiida.workflows",
};

bool caching_match(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;

    /* A star is tried with ever more of the text; the last one stands for all
     * that is left over, so that none before it is tried again. */
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* ---- patterns ---------------------------------------------------- */

static orma_status bad_pattern(const char *pattern, const char *why,
                               orma_error **err)
{
    const orma_status st = error_set(
        err, ORMA_E_INVALID, "config", 0,
        "\"%.200s\" is no pattern of process types: %s", pattern, why);
    error_hint(err, "write it like \"aiida.calculations:NAME\" or "
                    "\"aiida.calculations:NAME.*\"");
    return st;
}

static bool is_group(const char *pattern)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (caching_match(pattern, groups[i]))
            return true;
    return false;
}

/* May the text before the first star be the beginning of a group's name? */
static bool begins_group(orma_str beginning)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strncmp(groups[i], beginning.ptr, beginning.len) == 0)
            return true;
    return false;
}

/* One part of a dotted Python name, a star standing for a letter. */
static bool is_identifier(orma_str part)
{
    for (size_t i = 0; i < part.len; i++) {
        const unsigned char c = (unsigned char)part.ptr[i];
        if (!isalpha(c) && c != '_' && c != '*' && c < 0x80 &&
            (i == 0 || !isdigit(c)))
            return false;
    }
    return part.len > 0;
}

static orma_status check_python_name(const char *pattern, orma_error **err)
{
    for (const char *p = pattern;;) {
        const orma_str part = {p, strcspn(p, ".")};
        if (!is_identifier(part))
            return bad_pattern(pattern,
                               "it is neither of a group of entry points nor "
                               "a dotted name of Python",
                               err);
        AUTO_FREE char *name = str_copy(part);
        if (name == NULL)
            return error_no_memory(err);
        if (strchr(name, '*') == NULL && text_is_python_keyword(name))
            return bad_pattern(pattern, "it has a keyword of Python", err);
        p += part.len;
        if (*p == '\0')
            return ORMA_OK;
        p++;
    }
}

orma_status caching_check_pattern(const char *pattern, orma_error **err)
{
    const char *colon = strchr(pattern, ':');
    const char *star = strchr(pattern, '*');

    if (colon == NULL) {
        if (star != NULL &&
            begins_group((orma_str){pattern, (size_t)(star - pattern)}))
            return ORMA_OK; /* the star may hold the colon */
        return check_python_name(pattern, err);
    }
    if (strchr(colon + 1, ':') != NULL)
        return bad_pattern(pattern, "it has more than one colon", err);
    AUTO_FREE char *group =
        str_copy((orma_str){pattern, (size_t)(colon - pattern)});
    if (group == NULL)
        return error_no_memory(err);
    return is_group(group)
               ? ORMA_OK
               : bad_pattern(pattern,
                             "no group of entry points is named like what "
                             "stands before the colon",
                             err);
}

/* ---- the decision ------------------------------------------------ */

/* The patterns of one list that match, into out. */
static orma_status matches(const json_object *patterns, const char *type,
                           json_object *out, orma_error **err)
{
    const size_t n = json_object_is_type(patterns, json_type_array)
                         ? json_object_array_length(patterns)
                         : 0;
    for (size_t i = 0; i < n; i++) {
        json_object *item = json_object_array_get_idx(patterns, i);
        const char *pattern = json_object_is_type(item, json_type_string)
                                  ? json_object_get_string(item)
                                  : "";
        const orma_status st = caching_check_pattern(pattern, err);
        if (st != ORMA_OK)
            return st;
        if (caching_match(pattern, type) &&
            json_object_array_add(out, json_object_get(item)) != 0) {
            json_object_put(item);
            return error_no_memory(err);
        }
    }
    return ORMA_OK;
}

static const char *pattern_at(const json_object *patterns, size_t i)
{
    return json_object_get_string(json_object_array_get_idx(patterns, i));
}

/* Do all patterns match this one, too? */
static bool is_most_specific(const json_object *all, const char *pattern)
{
    for (size_t i = 0; i < json_object_array_length(all); i++)
        if (!caching_match(pattern_at(all, i), pattern))
            return false;
    return true;
}

static orma_status ambiguous(const char *type, const char *how,
                             orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_INVALID, "config", 0,
                  "%s of the patterns in " ENABLED " and " DISABLED
                  " that \"%s\" matches is the most specific",
                  how, type);
    error_hint(err, "orma config get " ENABLED "; orma config get " DISABLED
                    "; then take one out with `orma config set --remove`");
    return st;
}

/* The first `enabled_count` of all are of the list that enables. */
static orma_status choose(const json_object *all, size_t enabled_count,
                          const char *type, bool *enabled, orma_error **err)
{
    size_t found = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++)
        if (is_most_specific(all, pattern_at(all, i))) {
            found++;
            *enabled = i < enabled_count;
        }
    if (found == 1)
        return ORMA_OK;
    return ambiguous(type, found == 0 ? "none" : "more than one", err);
}

orma_status caching_is_enabled(const config *c, const char *profile,
                               const char *process_type, bool *enabled,
                               orma_error **err)
{
    AUTO_JSON json_object *standard = config_option(c, profile, DEFAULT);
    AUTO_JSON json_object *on = config_option(c, profile, ENABLED);
    AUTO_JSON json_object *off = config_option(c, profile, DISABLED);
    AUTO_JSON json_object *all = json_object_new_array();

    if (all == NULL)
        return error_no_memory(err);
    orma_status st = matches(on, process_type, all, err);
    const size_t enabled_count = json_object_array_length(all);
    if (st == ORMA_OK)
        st = matches(off, process_type, all, err);
    if (st != ORMA_OK)
        return st;
    const size_t count = json_object_array_length(all);
    bool found = json_object_get_boolean(standard);
    if (enabled_count > 0 && count > enabled_count)
        st = choose(all, enabled_count, process_type, &found, err);
    else if (count > 0)
        found = enabled_count > 0;
    if (st == ORMA_OK)
        *enabled = found;
    return st;
}
