/* Opening, listing, showing and forgetting profiles.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/log.h>
#include <base/text.h>
#include <config/access.h>
#include <storage/provision.h>

/* Members of a storage's or broker's configuration that nobody prints. */
static const char *const secret_endings[] = {"password", "secret", "token"};

static orma_status set_user(orma_profile *p, const json_object *profile,
                            orma_error **err)
{
    const char *email = json_get_text(profile, "default_user_email", NULL);
    AUTO_JSON json_object *user = NULL;

    if (email == NULL)
        return ORMA_OK; /* AiiDA allows it; storing will ask for a user */
    const orma_status st = store_user_by_email(p->store, email, &user, err);
    if (st == ORMA_OK)
        store_set_default_user(p->store, json_get_int(user, "pk", 0));
    else
        return error_set(err, st, "profile", 0,
                         "the default user \"%s\" of profile \"%s\" is not in "
                         "its storage",
                         email, p->name);
    return ORMA_OK;
}

static orma_status open_parts(orma_profile *p, const char *name,
                              orma_error **err)
{
    const json_object *profile = NULL;
    const char *found = NULL;

    orma_status st = config_open(&p->config, err);
    if (st == ORMA_OK)
        st = config_profile(p->config, name, &found, &profile, err);
    if (st != ORMA_OK)
        return st;
    p->name = text_copy(found);
    if (p->name == NULL)
        return error_no_memory(err);
    st = registry_default(&p->registry, err);
    if (st == ORMA_OK)
        st = access_open(config_folder(p->config), p->name, &p->access, err);
    if (st != ORMA_OK)
        return st;
    const json_object *storage = json_get(profile, "storage");
    st = store_open(p->registry, json_get_text(storage, "backend", ""),
                    json_get(storage, "config"), false, &p->store, err);
    if (st != ORMA_OK)
        return error_set(err, st, "profile", 0,
                         "the storage of profile \"%s\" does not open",
                         p->name);
    return set_user(p, profile, err);
}

orma_status orma_profile_open(const char *name, orma_profile **profile,
                              orma_error **err)
{
    orma_profile *p = calloc(1, sizeof *p);
    if (p == NULL)
        return error_no_memory(err);
    const orma_status st = open_parts(p, name, err);
    if (st != ORMA_OK) {
        orma_profile_close(p);
        return st;
    }
    *profile = p;
    return ORMA_OK;
}

void orma_profile_close(orma_profile *profile)
{
    if (profile == NULL)
        return;
    store_close(profile->store);
    access_close(profile->access);
    config_close(profile->config);
    free(profile->name);
    free(profile);
}

void orma_log_level(int32_t level)
{
    log_set_level(level);
}

orma_status orma_profile_list(char **json, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    const orma_status st = config_open(&c, err);
    if (st != ORMA_OK)
        return st;

    const char *chosen = config_default_profile(c);
    AUTO_JSON json_object *names = config_profile_names(c);
    json_object *rows = json_object_new_array();
    for (size_t i = 0; rows != NULL && i < json_object_array_length(names);
         i++) {
        const char *name =
            json_object_get_string(json_object_array_get_idx(names, i));
        const char *found = NULL;
        const json_object *profile = NULL;
        AUTO_ERROR orma_error *ignored = NULL;
        if (config_profile(c, name, &found, &profile, &ignored) != ORMA_OK)
            continue;
        json_object *row = json_object_new_object();
        json_set_text(row, "name", name);
        json_set_bool(row, "default", text_equal(name, chosen));
        json_set_text(
            row, "backend",
            json_get_text(json_get(profile, "storage"), "backend", ""));
        json_set_text(row, "user",
                      json_get_text(profile, "default_user_email", ""));
        json_object_array_add(rows, row);
    }
    return hand_out(rows, json, err);
}

static bool is_secret(const char *name)
{
    for (size_t i = 0; i < sizeof secret_endings / sizeof *secret_endings; i++)
        if (text_ends(name, secret_endings[i]))
            return true;
    return false;
}

/* A copy without passwords. */
static json_object *without_secrets(const json_object *value)
{
    if (!json_object_is_type(value, json_type_object))
        return json_copy(value);
    json_object *copy = json_object_new_object();
    json_object_object_foreach(value, name, member)
    {
        if (is_secret(name))
            continue;
        json_set(copy, name, without_secrets(member));
    }
    return copy;
}

orma_status orma_profile_show(const char *name, char **json, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    const char *found = NULL;
    const json_object *profile = NULL;
    orma_status st = config_open(&c, err);
    if (st == ORMA_OK)
        st = config_profile(c, name, &found, &profile, err);
    if (st != ORMA_OK)
        return st;

    json_object *shown = json_object_new_object();
    AUTO_JSON json_object *members = without_secrets(profile);
    AUTO_FREE char *place =
        storage_place(json_get_path(profile, "storage.config"));
    json_set_text(shown, "name", found);
    json_set_bool(shown, "default",
                  text_equal(found, config_default_profile(c)));
    if (json_object_is_type(members, json_type_object)) {
        json_object_object_foreach(members, key, value)
        {
            json_set(shown, key, json_object_get(value));
        }
    }
    json_set_text(shown, "data", place != NULL ? place : "");
    return hand_out(shown, json, err);
}

orma_status orma_profile_set_default(const char *name, orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    const char *found = NULL;
    const json_object *profile = NULL;
    orma_status st = config_open(&c, err);
    if (st == ORMA_OK)
        st = config_profile(c, name, &found, &profile, err);
    if (st != ORMA_OK)
        return st;
    AUTO_FREE char *chosen = text_copy(found);
    if (chosen == NULL || !config_set_default_profile(c, chosen))
        return error_no_memory(err);
    return config_save(c, err);
}

char *storage_place(const json_object *storage_config)
{
    const char *folder = json_get_text(storage_config, "filepath", NULL);
    const char *database = json_get_text(storage_config, "database_name", NULL);
    const char *host = json_get_text(storage_config, "database_hostname", NULL);
    const char *uri = json_get_text(storage_config, "repository_uri", "");

    if (folder != NULL || database == NULL)
        return text_copy(folder != NULL ? folder : "");
    if (text_starts(uri, "file://"))
        uri += strlen("file://");
    return text_printf(
        "database \"%s\" at %s, files in %s", database,
        host != NULL && host[0] != '\0' ? host : "the local socket", uri);
}

static orma_status destroy_storage(const json_object *profile, orma_error **err)
{
    registry *r = NULL;
    const json_object *storage = json_get(profile, "storage");
    const orma_status st = registry_default(&r, err);
    return st == ORMA_OK
               ? storage_destroy(r, json_get_text(storage, "backend", ""),
                                 json_get(storage, "config"), err)
               : st;
}

static orma_status refuse_open_profile(const config *c, const char *name,
                                       orma_error **err)
{
    AUTO_JSON json_object *pids = access_others(config_folder(c), name);
    if (pids == NULL || json_object_array_length(pids) == 0)
        return ORMA_OK;
    const int64_t pid =
        json_object_get_int64(json_object_array_get_idx(pids, 0));
    const orma_status st = error_set(err, ORMA_E_REFUSED, "profile", 0,
                                     "profile \"%s\" is in use by process %lld",
                                     name, (long long)pid);
    error_hint(err, "stop it first");
    return st;
}

/* Two profiles may name one storage. */
static orma_status refuse_shared_data(const config *c, const char *name,
                                      const json_object *profile,
                                      orma_error **err)
{
    AUTO_FREE char *place =
        storage_place(json_get_path(profile, "storage.config"));
    AUTO_JSON json_object *names = config_profile_names(c);
    if (place == NULL || names == NULL)
        return error_no_memory(err);

    for (size_t i = 0; i < json_object_array_length(names); i++) {
        const char *other =
            json_object_get_string(json_object_array_get_idx(names, i));
        const json_object *sharer = NULL;
        const char *found = NULL;
        if (text_equal(other, name))
            continue;
        const orma_status st = config_profile(c, other, &found, &sharer, err);
        if (st != ORMA_OK)
            return st;
        AUTO_FREE char *same =
            storage_place(json_get_path(sharer, "storage.config"));
        if (same == NULL)
            return error_no_memory(err);
        if (*place == '\0' || !text_equal(same, place))
            continue;
        error_set(err, ORMA_E_REFUSED, "profile", 0,
                  "the data of profile \"%s\" is that of profile \"%s\" too",
                  name, other);
        error_hint(err, "delete the profile alone, with --keep-data");
        return ORMA_E_REFUSED;
    }
    return ORMA_OK;
}

orma_status orma_profile_delete(const char *name, int32_t delete_data,
                                orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    const char *found = NULL;
    const json_object *profile = NULL;
    orma_status st = config_open(&c, err);
    if (st == ORMA_OK)
        st = config_profile(c, name, &found, &profile, err);
    if (st == ORMA_OK)
        st = refuse_open_profile(c, found, err);
    if (st == ORMA_OK && delete_data)
        st = refuse_shared_data(c, found, profile, err);
    if (st != ORMA_OK)
        return st;

    AUTO_FREE char *removed = text_copy(found);
    AUTO_FREE char *records =
        text_printf("%s/access/%s", config_folder(c), found);
    if (removed == NULL || records == NULL)
        return error_no_memory(err);
    /* The data first: while they are there, the profile is the only way to
     * find them, and where half of them went, this can be said again. */
    if (delete_data)
        st = destroy_storage(profile, err);
    if (st != ORMA_OK)
        return st;
    config_remove_profile(c, removed);
    st = config_save(c, err);
    return st == ORMA_OK ? file_remove_tree(records, err) : st;
}
