/* Namelists: case, keywords not to be set, which of them a run takes.
 *
 * SPDX-License-Identifier: MIT */
#include "parameters.h"

#include "case.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static orma_status lower_keywords(json_object *namelists, json_object *out,
                                  bool *has_changed, orma_error **err)
{
    json_object_object_foreach(namelists, name, keywords) {
        char what[128];
        json_object *lowered;

        snprintf(what, sizeof what, "port \"parameters\": namelist %s", name);
        if (!json_object_is_type(keywords, json_type_object))
            return refuse(err, "%s is not a mapping of keywords", what);
        const case_rule rule = {LOWER_CASE, what, has_changed};
        const orma_status st = keys_in_case(keywords, &rule, &lowered, err);
        if (st != ORMA_OK)
            return st;
        if (json_object_object_add(out, name, lowered) != 0) {
            json_object_put(lowered);
            return no_memory(err);
        }
    }
    return ORMA_OK;
}

orma_status parameters_normalise(json_object *raw, json_object **out,
                                 bool *has_changed, orma_error **err)
{
    const case_rule rule = {UPPER_CASE, "port \"parameters\"", has_changed};
    json_object *upper;
    orma_status st = keys_in_case(raw, &rule, &upper, err);
    if (st != ORMA_OK)
        return st;

    json_object *copy = json_object_new_object();
    st = copy == NULL ? no_memory(err)
                      : lower_keywords(upper, copy, has_changed, err);
    json_object_put(upper);
    if (st != ORMA_OK) {
        json_object_put(copy);
        return st;
    }
    *out = copy;
    return ORMA_OK;
}

/* "celldm(2)" is the keyword "celldm". */
static bool is_keyword_or_element(const char *key, const char *keyword)
{
    for (; *key != '\0'; key++) {
        if (isdigit((unsigned char)*key) || *key == '(' || *key == ')')
            continue;
        if (*key != *keyword)
            return false;
        keyword++;
    }
    return *keyword == '\0';
}

orma_status parameters_check_blocked(const program *p, json_object *parameters,
                                     orma_error **err)
{
    for (const blocked_keyword *b = p->blocked; b->namelist != NULL; b++) {
        json_object *keywords;
        if (!json_object_object_get_ex(parameters, b->namelist, &keywords))
            continue;
        json_object_object_foreach(keywords, key, ignored) {
            (void)ignored;
            if (is_keyword_or_element(key, b->keyword))
                return refuse(err, "port \"parameters\": keyword \"%s\" of "
                              "namelist %s is set by the calculation itself; "
                              "remove it", key, b->namelist);
        }
    }
    return ORMA_OK;
}

json_object *parameters_get(json_object *parameters, const char *namelist,
                            const char *keyword)
{
    json_object *keywords, *value;

    if (!json_object_object_get_ex(parameters, namelist, &keywords) ||
        !json_object_object_get_ex(keywords, keyword, &value))
        return NULL;
    return value;
}

const char *parameters_calculation(json_object *parameters)
{
    json_object *value = parameters_get(parameters, "CONTROL", "calculation");

    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

/* The names in settings.NAMELISTS, or NULL when it is not given. */
static orma_status explicit_namelists(json_object *settings, text *out,
                                      orma_error **err)
{
    json_object *list;

    if (!json_object_object_get_ex(settings, "NAMELISTS", &list))
        return ORMA_OK;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *name = json_object_array_get_idx(list, i);
        if (!json_object_is_type(name, json_type_string))
            return refuse(err, "port \"settings\": NAMELISTS is not a list of "
                          "names");
        text_add(out, "%s%s", i == 0 ? "" : " ", json_object_get_string(name));
    }
    if (out->len == 0)
        return refuse(err, "port \"settings\": NAMELISTS is empty; leave it "
                      "out or name the namelists to write");
    return ORMA_OK;
}

static orma_status namelists_by_type(const program *p, json_object *parameters,
                                     text *out, orma_error **err)
{
    const char *name = parameters_calculation(parameters);
    if (name == NULL)
        return refuse(err, "port \"parameters\": CONTROL.calculation is "
                      "missing; give it, or list the namelists in the setting "
                      "NAMELISTS");
    const calculation_type *type = program_type(p, name);
    if (type != NULL) {
        text_add(out, "%s", type->namelists);
        return ORMA_OK;
    }

    text known = {0};
    for (const calculation_type *t = p->types; t->name != NULL; t++)
        text_add(&known, "%s%s", t == p->types ? "" : ", ", t->name);
    const orma_status st =
        refuse(err, "port \"parameters\": CONTROL.calculation is \"%s\"; %s "
               "knows %s", name, p->executable, known.ptr ? known.ptr : "");
    text_finish(&known);
    return st;
}

static orma_status check_left_over(json_object *parameters, const char *names,
                                   orma_error **err)
{
    json_object_object_foreach(parameters, name, ignored) {
        (void)ignored;
        if (!has_word(names, name))
            return refuse(err, "port \"parameters\": namelist %s does not "
                          "belong to this type of calculation (%s); remove it",
                          name, names);
    }
    return ORMA_OK;
}

orma_status parameters_namelists(const program *p, json_object *parameters,
                                 json_object *settings, char **out,
                                 orma_error **err)
{
    text names = {0};
    orma_status st = ORMA_OK;

    if (settings != NULL)
        st = explicit_namelists(settings, &names, err);
    if (st == ORMA_OK && names.len == 0)
        st = namelists_by_type(p, parameters, &names, err);
    if (st == ORMA_OK && (names.has_failed || names.ptr == NULL))
        st = no_memory(err);
    if (st == ORMA_OK)
        st = check_left_over(parameters, names.ptr, err);
    if (st != ORMA_OK) {
        text_finish(&names);
        return st;
    }
    *out = names.ptr;
    return ORMA_OK;
}
