/* Profiles of the configuration.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/config_internal.h>

/* What a name that does not exist is suggested from. */
#define MAX_CANDIDATES 64

const char *config_default_profile(const config *c)
{
    return json_get_text(c->root, "default_profile", NULL);
}

bool config_set_default_profile(config *c, const char *name)
{
    if (name != NULL)
        return json_set_text(c->root, "default_profile", name);
    json_object_object_del(c->root, "default_profile");
    return true;
}

json_object *config_profile_names(const config *c)
{
    json_object *names = json_object_new_array();
    json_object *profiles = json_get(c->root, "profiles");
    if (names == NULL || profiles == NULL)
        return names;
    json_object_object_foreach(profiles, name, profile)
    {
        (void)profile;
        json_object_array_add(names, json_object_new_string(name));
    }
    return names;
}

static orma_status no_default(const config *c, orma_error **err)
{
    json_object *profiles = json_get(c->root, "profiles");
    if (profiles == NULL || json_object_object_length(profiles) == 0) {
        const orma_status st =
            error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                      "there is no profile in \"%s\"", c->folder);
        error_hint(err, "make one: orma presto");
        return st;
    }
    const orma_status st =
        error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                  "\"%s\" names no default profile", c->path);
    error_hint(err, "choose one: orma profile set-default NAME, or -p NAME");
    return st;
}

static orma_status unknown_profile(const config *c, const char *name,
                                   orma_error **err)
{
    const char *candidates[MAX_CANDIDATES];
    size_t n = 0;
    json_object *profiles = json_get(c->root, "profiles");

    if (profiles != NULL) {
        json_object_object_foreach(profiles, candidate, profile)
        {
            (void)profile;
            if (n < MAX_CANDIDATES)
                candidates[n++] = candidate;
        }
    }
    const char *closest = text_closest(name, candidates, n);
    const orma_status st =
        error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                  "there is no profile \"%s\" in \"%s\"", name, c->folder);
    if (closest != NULL)
        error_hint(err, "did you mean \"%s\"?", closest);
    else if (n == 0)
        error_hint(err, "make one: orma presto");
    else
        error_hint(err, "`orma profile list` shows those that exist");
    return st;
}

orma_status config_profile(const config *c, const char *name,
                           const char **found_name, const json_object **profile,
                           orma_error **err)
{
    if (name == NULL || name[0] == '\0')
        name = getenv("ORMA_PROFILE");
    if (name == NULL || name[0] == '\0')
        name = config_default_profile(c);
    if (name == NULL)
        return no_default(c, err);

    json_object *profiles = json_get(c->root, "profiles");
    json_object *found = NULL;
    if (profiles == NULL ||
        !json_object_object_get_ex(profiles, name, &found) || found == NULL)
        return unknown_profile(c, name, err);
    /* The key lives as long as the configuration; the caller's name need not.
     */
    json_object_object_foreach(profiles, key, value)
    {
        if (value == found)
            *found_name = key;
    }
    *profile = found;
    return ORMA_OK;
}

bool config_set_profile(config *c, const char *name, json_object *profile)
{
    json_object *profiles = json_get(c->root, "profiles");
    if (profiles == NULL) {
        if (!json_set(c->root, "profiles", json_object_new_object())) {
            json_object_put(profile);
            return false;
        }
        profiles = json_get(c->root, "profiles");
    }
    return json_set(profiles, name, profile);
}

bool config_remove_profile(config *c, const char *name)
{
    json_object *profiles = json_get(c->root, "profiles");
    json_object *found = NULL;
    if (profiles == NULL || !json_object_object_get_ex(profiles, name, &found))
        return false;
    json_object_object_del(profiles, name);
    if (text_equal(config_default_profile(c), name))
        config_set_default_profile(c, NULL);
    return true;
}
