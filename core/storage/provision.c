/* Role and database of a new store, and the removal of one.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/provision.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/sql.h>

static orma_status find_driver(registry *r, const char *backend,
                               const orma_storage **out, orma_error **err)
{
    const plugin_entry *entry = NULL;
    const void *driver = NULL;
    orma_status st = registry_find(r, KIND_STORAGE, backend, &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(r, entry, &driver, err);
    if (st == ORMA_OK)
        *out = driver;
    return st;
}

orma_status storage_provision(registry *r, const char *backend,
                              const json_object *wishes, json_object **config,
                              orma_error **err)
{
    const orma_storage *driver = NULL;
    AUTO_BUF buf made = {0};
    orma_writer writer = {&made, 0};

    orma_status st = find_driver(r, backend, &driver, err);
    if (st != ORMA_OK)
        return st;
    if (driver->provision == NULL)
        return error_set(err, ORMA_E_UNSUPPORTED, "storage", 0,
                         "storage \"%s\" has no server on which something "
                         "could be made",
                         backend);
    AUTO_FREE char *text = json_text(wishes, JSON_COMPACT);
    if (text == NULL)
        return error_no_memory(err);
    st =
        driver->provision(driver, (orma_str){text, strlen(text)}, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&made, err);
    return st == ORMA_OK ? json_parse(buf_view(&made), config, err) : st;
}

orma_status storage_destroy(registry *r, const char *backend,
                            const json_object *config, orma_error **err)
{
    const orma_storage *driver = NULL;
    orma_status st = find_driver(r, backend, &driver, err);
    if (st != ORMA_OK)
        return st;
    if (driver->destroy == NULL) {
        st = error_set(err, ORMA_E_UNSUPPORTED, "storage", 0,
                       "storage \"%s\" is not deleted by orma", backend);
        error_hint(err, "keep the data with --keep-data");
        return st;
    }
    AUTO_FREE char *text = json_text(config, JSON_COMPACT);
    if (text == NULL)
        return error_no_memory(err);
    return driver->destroy(driver, (orma_str){text, strlen(text)}, err);
}
