/* Keys in one case.
 *
 * SPDX-License-Identifier: MIT */
#include "case.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static char *in_case(const char *key, enum letter_case wanted)
{
    char *copy = strdup(key);

    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        const int letter = (unsigned char)*c;
        *c = (char)(wanted == UPPER_CASE ? toupper(letter) : tolower(letter));
    }
    return copy;
}

static orma_status add_key(json_object *out, const char *key,
                           json_object *value, const char *what,
                           orma_error **err)
{
    if (json_object_object_get_ex(out, key, NULL))
        return refuse(err, "%s holds \"%s\" more than once, in different case; "
                      "keep one", what, key);
    if (json_object_object_add(out, key, json_object_get(value)) != 0) {
        json_object_put(value);
        return no_memory(err);
    }
    return ORMA_OK;
}

orma_status keys_in_case(json_object *from, const case_rule *rule,
                         json_object **out, orma_error **err)
{
    json_object *copy = json_object_new_object();
    orma_status st = ORMA_OK;

    if (copy == NULL)
        return no_memory(err);
    json_object_object_foreach(from, key, value) {
        char *name = in_case(key, rule->wanted);
        if (name == NULL)
            st = no_memory(err);
        else
            st = add_key(copy, name, value, rule->what, err);
        if (st == ORMA_OK && rule->has_changed != NULL &&
            strcmp(name, key) != 0)
            *rule->has_changed = true;
        free(name);
        if (st != ORMA_OK)
            break;
    }
    if (st != ORMA_OK) {
        json_object_put(copy);
        return st;
    }
    *out = copy;
    return ORMA_OK;
}
