/* Maintenance, verification, backups and migration of a profile's storage.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/upkeep.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <config/access.h>
#include <storage/backup.h>
#include <storage/maintain.h>
#include <storage/migrate.h>
#include <storage/schema.h>
#include <storage/staging.h>
#include <storage/statistics.h>
#include <storage/verify.h>

#define CONFIG_MAX_BYTES ((size_t)16 << 20)

static inline void cleanup_access(profile_access **access)
{
    access_close(*access);
}
#define AUTO_ACCESS __attribute__((cleanup(cleanup_access)))

static bool tell(void *user, const char *step, int64_t done, int64_t total)
{
    const orma_upkeep_reports *r = user;
    return r == NULL || !ORMA_HAS(orma_upkeep_reports, r, progress) ||
           r->progress == NULL ||
           r->progress(r->user, step, done, total) == ORMA_OK;
}

orma_status orma_storage_info(orma_profile *profile, int32_t detailed,
                              char **json, orma_error **err)
{
    json_object *made = NULL;
    const orma_status st =
        store_statistics(profile->store, detailed != 0, &made, err);
    return st == ORMA_OK ? hand_out(made, json, err) : st;
}

/* ---- maintenance ------------------------------------------------- */

orma_status orma_storage_maintain(orma_profile *profile, orma_str options,
                                  const orma_upkeep_reports *reports,
                                  char **json, orma_error **err)
{
    static const field fields[] = {
        {"full", FIELD_BOOL, false},
        {"no_repack", FIELD_BOOL, false},
        {"dry_run", FIELD_BOOL, false},
        {"compress", FIELD_BOOL, false},
        {"incremental_cleanup", FIELD_BOOL, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_ACCESS profile_access *lock = NULL;
    json_object *report = NULL;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st != ORMA_OK)
        return st;
    const bool is_full = json_get_bool(given, "full", false);
    const bool is_dry_run = json_get_bool(given, "dry_run", false);
    if (is_full && !is_dry_run)
        st = access_lock(config_folder(profile->config), profile->name, &lock,
                         err);
    if (st != ORMA_OK)
        return st;
    const maintain_options o = {
        .is_full = is_full,
        .is_alone = is_full,
        .is_dry_run = is_dry_run,
        .no_repack = json_get_bool(given, "no_repack", false),
        .compress = json_get_bool(given, "compress", false),
        .keep_loose = !json_get_bool(given, "incremental_cleanup", true),
        .progress = tell,
        .user = (void *)(uintptr_t)reports,
    };
    st = store_maintain(profile->store, &o, &report, err);
    return st == ORMA_OK ? hand_out(report, json, err) : st;
}

/* ---- verification ------------------------------------------------ */

static orma_status hand_fault(void *user, const verify_fault *fault,
                              orma_error **err)
{
    const orma_upkeep_reports *r = user;
    AUTO_JSON json_object *row = json_object_new_object();

    if (r == NULL || !ORMA_HAS(orma_upkeep_reports, r, fault) ||
        r->fault == NULL)
        return ORMA_OK;
    AUTO_FREE char *message =
        text_to_utf8((orma_str){fault->message, strlen(fault->message)});
    AUTO_FREE char *name =
        fault->name == NULL
            ? NULL
            : text_to_utf8((orma_str){fault->name, strlen(fault->name)});
    if (row == NULL || message == NULL ||
        !json_set_text(row, "kind", fault->kind) ||
        !json_set(row, "table",
                  fault->table == NULL
                      ? NULL
                      : json_object_new_string(fault->table)) ||
        !json_set(row, "pk",
                  fault->pk == 0 ? NULL : json_object_new_int64(fault->pk)) ||
        !json_set(row, "name",
                  name == NULL ? NULL : json_object_new_string(name)) ||
        !json_set_text(row, "message", message))
        return error_no_memory(err);
    AUTO_FREE char *text = json_text(row, JSON_COMPACT);
    if (text == NULL)
        return error_no_memory(err);
    r->fault(r->user, (orma_str){text, strlen(text)});
    return ORMA_OK;
}

orma_status orma_storage_verify(orma_profile *profile, orma_str options,
                                const orma_upkeep_reports *reports, char **json,
                                orma_error **err)
{
    static const field fields[] = {
        {"quick", FIELD_BOOL, false},
        {"hashes", FIELD_BOOL, false},
    };
    AUTO_JSON json_object *given = NULL;
    json_object *counts = NULL;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st != ORMA_OK)
        return st;
    const verify_options o = {
        .is_quick = json_get_bool(given, "quick", false),
        .with_hashes = json_get_bool(given, "hashes", false),
        .report = hand_fault,
        .progress = tell,
        .user = (void *)(uintptr_t)reports,
    };
    st = store_verify(profile->store, &o, &counts, err);
    return st == ORMA_OK ? hand_out(counts, json, err) : st;
}

/* ---- backup ------------------------------------------------------ */

/* config.json with this profile alone, as AiiDA's backups have it. */
static orma_status own_config(const orma_profile *p, char **text,
                              orma_error **err)
{
    AUTO_FREE char *path = file_join(config_folder(p->config), "config.json");
    AUTO_JSON json_object *all = NULL;
    json_object *found = NULL;
    if (path == NULL)
        return error_no_memory(err);
    const orma_status st = json_parse_file(path, CONFIG_MAX_BYTES, &all, err);
    if (st != ORMA_OK)
        return st;
    json_object *profile = NULL;
    if (json_object_object_get_ex(all, "profiles", &found) &&
        json_object_object_get_ex(found, p->name, &profile))
        json_object_get(profile);
    json_object *only = json_object_new_object();
    if (only == NULL || !json_set(only, p->name, profile) ||
        !json_set(all, "profiles", only) ||
        !json_set_text(all, "default_profile", p->name))
        return error_no_memory(err);
    *text = json_text(all, JSON_PRETTY);
    return *text == NULL ? error_no_memory(err) : ORMA_OK;
}

orma_status orma_storage_backup(orma_profile *profile, const char *destination,
                                int64_t keep,
                                const orma_upkeep_reports *reports, char **json,
                                orma_error **err)
{
    AUTO_FREE char *text = NULL;
    json_object *report = NULL;

    if (keep < 0)
        return error_set(err, ORMA_E_INVALID, "backup", 0,
                         "the number of former backups to keep is not "
                         "negative");
    orma_status st = own_config(profile, &text, err);
    if (st != ORMA_OK)
        return st;
    const backup_options o = {
        .keep = keep,
        .config = {text, strlen(text)},
        .progress = tell,
        .user = (void *)(uintptr_t)reports,
    };
    st = store_backup(profile->store, destination, &o, &report, err);
    return st == ORMA_OK ? hand_out(report, json, err) : st;
}

/* ---- version, migration, home ------------------------------------ */

/* Storage of a profile that need not open. */
static orma_status find_storage(const char *name, config **c, registry **r,
                                const char **found, const json_object **storage,
                                orma_error **err)
{
    const json_object *profile = NULL;
    orma_status st = config_open(c, err);
    if (st == ORMA_OK)
        st = config_profile(*c, name, found, &profile, err);
    if (st == ORMA_OK)
        st = registry_default(r, err);
    if (st == ORMA_OK)
        *storage = json_get(profile, "storage");
    return st;
}

orma_status orma_storage_version(const char *name, char **json,
                                 orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    registry *r = NULL;
    const char *found = NULL;
    const json_object *storage = NULL;
    AUTO_FREE char *revision = NULL;

    orma_status st = find_storage(name, &c, &r, &found, &storage, err);
    if (st == ORMA_OK)
        st = store_revision(r, json_get_text(storage, "backend", ""),
                            json_get(storage, "config"), &revision, err);
    if (st != ORMA_OK)
        return st;
    json_object *made = json_object_new_object();
    json_set_text(made, "backend", json_get_text(storage, "backend", ""));
    json_set_text(made, "version", revision);
    json_set_text(made, "supported", SCHEMA_REVISION);
    return hand_out(made, json, err);
}

orma_status orma_storage_migrate(const char *name, char **json,
                                 orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    AUTO_ACCESS profile_access *lock = NULL;
    registry *r = NULL;
    const char *found = NULL;
    const json_object *storage = NULL;
    bool is_current = false;
    int64_t changed = 0;

    orma_status st = find_storage(name, &c, &r, &found, &storage, err);
    if (st == ORMA_OK) {
        AUTO_FREE char *folder =
            text_printf("%s/access/%s", config_folder(c), found);
        st = folder == NULL ? error_no_memory(err)
                            : file_mkdirs(folder, 0700, err);
    }
    if (st == ORMA_OK)
        st = access_lock(config_folder(c), found, &lock, err);
    if (st == ORMA_OK)
        st = store_migrate(r, json_get_text(storage, "backend", ""),
                           json_get(storage, "config"), &is_current, &changed,
                           err);
    if (st != ORMA_OK)
        return st;
    json_object *made = json_object_new_object();
    json_set_text(made, "version", SCHEMA_REVISION);
    json_set_bool(made, "migrated", !is_current);
    json_set_int(made, "hashes_removed", changed);
    return hand_out(made, json, err);
}

orma_status orma_storage_set_home(orma_profile *profile, orma_error **err)
{
    return store_set_home(profile->store, err);
}
