/* Formats 7 and 8 of config.json, of AiiDA 2.0 and its first tests, as format
 * 9: the steps of AiiDA's own migrations.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/config_internal.h>

/* Backends that got the prefix "core.". */
static const char *const backends[] = {"psql_dos", "sqlite_zip", "sqlite_temp"};
static const char *const brokers[] = {"rabbitmq"};

static orma_status add_prefix(json_object *owner, const char *const *names,
                              size_t count, orma_error **err)
{
    const char *backend = json_get_text(owner, "backend", NULL);

    for (size_t i = 0; backend != NULL && i < count; i++) {
        if (!text_equal(backend, names[i]))
            continue;
        AUTO_FREE char *name = text_printf("core.%s", names[i]);
        return name != NULL && json_set_text(owner, "backend", name)
                   ? ORMA_OK
                   : error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status upgrade_profile(const char *name, json_object *profile,
                                   int from, orma_error **err)
{
    orma_status st = add_prefix(json_get(profile, "storage"), backends,
                                sizeof backends / sizeof *backends, err);

    if (st == ORMA_OK)
        st = add_prefix(json_get(profile, "process_control"), brokers,
                        sizeof brokers / sizeof *brokers, err);
    if (st == ORMA_OK && from < 8 &&
        !json_set_bool(profile, "test_profile", text_starts(name, "test_")))
        st = error_no_memory(err);
    return st;
}

orma_status config_upgrade(json_object *root, int from, orma_error **err)
{
    json_object *profiles = json_get(root, "profiles");
    json_object *version = json_get(root, "CONFIG_VERSION");
    orma_status st = ORMA_OK;

    if (json_object_is_type(profiles, json_type_object)) {
        json_object_object_foreach(profiles, name, profile)
        {
            if (st == ORMA_OK && json_object_is_type(profile, json_type_object))
                st = upgrade_profile(name, profile, from, err);
        }
    }
    if (st == ORMA_OK &&
        (!json_set_int(version, "CURRENT", CONFIG_OLDEST) ||
         !json_set_int(version, "OLDEST_COMPATIBLE", CONFIG_OLDEST)))
        st = error_no_memory(err);
    return st;
}
