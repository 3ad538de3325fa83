/* The options of config.json: AiiDA's names, types, defaults and help.
 *
 * Two of them changed their names with format 10 of the file; either name is
 * understood, and a file keeps those of its own format.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_OPTIONS_H
#define CORE_CONFIG_OPTIONS_H

#include <config/config.h>

enum option_type {
    OPTION_INTEGER,
    OPTION_BOOLEAN,
    OPTION_STRING,
    OPTION_LEVEL,           /* of log messages */
    OPTION_INHERITED_LEVEL, /* or INHERIT */
    OPTION_PATTERNS         /* array of process types with wildcards */
};

typedef struct option_info {
    const char *name;            /* of format 10 and later */
    const char *former_name;     /* of format 9, NULL: the same */
    const char *help;            /* one sentence, no full stop */
    const char *fallback;        /* the default, JSON */
    const char *former_fallback; /* of format 9, NULL: the same */
    enum option_type type;
    bool is_optional;    /* may be null */
    bool is_global_only; /* not of a single profile */
    bool needs_restart;  /* of AiiDA's daemon */
    int since;           /* format that brought it, 0: all have it */
} option_info;

/* The i-th option in the order of their names, NULL behind the last. */
const option_info *option_at(size_t i);

/* By either name. Errors: NOT_FOUND with the closest name. */
orma_status option_find(const char *name, const option_info **out,
                        orma_error **err);

/* "int", "bool", "str", "level", "list". */
const char *option_type_word(const option_info *option);

/* The choices of levels, separated by ", "; NULL for other types. */
const char *option_choices(const option_info *option);

/* Name of the option in this file, by its format. */
const char *option_name_in(const config *c, const option_info *option);

enum option_source { SOURCE_PROFILE, SOURCE_GLOBAL, SOURCE_DEFAULT };
const char *option_source_word(enum option_source source);

/* The value that holds, from the profile (or NULL), for all, or the default;
 * *value may be NULL, JSON's null. The caller puts it. */
orma_status option_value(const config *c, const char *profile,
                         const option_info *option, json_object **value,
                         enum option_source *source, orma_error **err);

/* What a user typed, as a value of the option's type: "true", "12", "debug"; of
 * lists words, or a JSON array. Errors: INVALID. */
orma_status option_parse(const option_info *option, const char *text,
                         json_object **value, orma_error **err);

/* Is the value one of the option? Errors: INVALID. */
orma_status option_check(const option_info *option, const json_object *value,
                         orma_error **err);

/* Sets it for the profile, or for all (NULL), after checking it; takes over
 * value. Nothing is saved. Errors: INVALID, REFUSED (global only, or of a
 * later format than the file's), NOT_FOUND (profile). */
orma_status option_set(config *c, const char *profile,
                       const option_info *option, json_object *value,
                       orma_error **err);

/* *was_set: it had a value there. */
orma_status option_unset(config *c, const char *profile,
                         const option_info *option, bool *was_set,
                         orma_error **err);

#endif
