/* What `orma status` tells: each part of a profile, working or not.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/daemon.h>

static void add_row(json_object *rows, const char *what, bool ok,
                    const char *message)
{
    json_object *row = json_object_new_object();
    json_set_text(row, "what", what);
    json_set_bool(row, "ok", ok);
    json_set_text(row, "message", message != NULL ? message : "");
    json_object_array_add(rows, row);
}

static void add_failure(json_object *rows, const char *what,
                        const orma_error *error)
{
    AUTO_FREE char *why = error_chain(error);
    AUTO_FREE char *message =
        orma_error_hint(error) != NULL && why != NULL
            ? text_printf("%s (%s)", why, orma_error_hint(error))
            : text_copy(why);
    add_row(rows, what, false, message);
}

/* AiiDA's daemon works on the processes that AiiDA launched: it and orma do
 * not get into each other's way. */
static void add_daemon(json_object *rows, const orma_profile *profile)
{
    const long pid = daemon_pid(config_folder(profile->config), profile->name);
    AUTO_FREE char *message =
        text_printf("AiiDA's daemon runs on this profile (process %ld)", pid);

    if (pid > 0)
        add_row(rows, "daemon", true, message);
}

static void add_plugins(json_object *rows)
{
    registry *r = NULL;
    AUTO_ERROR orma_error *error = NULL;
    size_t broken = 0;

    if (registry_default(&r, &error) != ORMA_OK) {
        add_failure(rows, "plugins", error);
        return;
    }
    for (size_t i = 0; i < registry_package_count(r); i++) {
        const enum plugin_state state = registry_package(r, i)->state;
        broken += state != PLUGIN_OK && state != PLUGIN_SHADOWED;
    }
    AUTO_FREE char *message =
        broken == 0
            ? text_printf("%zu entry points", registry_entry_count(r))
            : text_printf("%zu entry points, %zu bundles cannot be used (orma "
                          "plugin list)",
                          registry_entry_count(r), broken);
    /* A broken bundle harms nobody else: the profile still works. */
    add_row(rows, "plugins", true, message);
}

/* Schema, container and counts, each number in a member of its own. */
static void add_storage(json_object *rows, orma_profile *profile)
{
    AUTO_JSON json_object *info = NULL;
    AUTO_ERROR orma_error *error = NULL;
    const json_object *entry = NULL;
    const char *name = NULL;

    if (store_info(profile->store, &info, &error) != ORMA_OK ||
        config_profile(profile->config, profile->name, &name, &entry, &error) !=
            ORMA_OK) {
        add_failure(rows, "storage", error);
        return;
    }
    const json_object *storage = json_get(entry, "storage");
    AUTO_FREE char *place = storage_place(json_get(storage, "config"));
    AUTO_FREE char *message = text_printf(
        "%s %s, %lld nodes, %lld links", json_get_text(storage, "backend", ""),
        place != NULL ? place : "", (long long)json_get_int(info, "nodes", 0),
        (long long)json_get_int(info, "links", 0));
    add_row(rows, "storage", true, message);
    json_object *row =
        json_object_array_get_idx(rows, json_object_array_length(rows) - 1);
    json_set(row, "info", json_object_get(info));
}

orma_status orma_profile_status(const char *name, char **json, orma_error **err)
{
    json_object *rows = json_object_new_array();
    AUTO_ERROR orma_error *error = NULL;
    orma_profile *profile = NULL;
    config *c = NULL;

    if (rows == NULL)
        return error_no_memory(err);
    add_row(rows, "version", true, orma_version());
    if (config_open(&c, &error) == ORMA_OK)
        add_row(rows, "config", true, config_folder(c));
    else
        add_failure(rows, "config", error);
    add_plugins(rows);
    if (c != NULL) {
        if (orma_profile_open(name, &profile, &error) == ORMA_OK) {
            add_row(rows, "profile", true, profile->name);
            add_storage(rows, profile);
            add_daemon(rows, profile);
        } else {
            add_failure(rows, "profile", error);
        }
    }
    config_close(c);
    orma_profile_close(profile);
    return hand_out(rows, json, err);
}
