/* Options: a profile's, the configuration's, orma.yaml's, AiiDA's defaults.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/log.h>
#include <base/text.h>
#include <base/yaml.h>
#include <config/config_internal.h>

#define OWN_OPTIONS_MAX_BYTES ((size_t)1 << 20)

/* AiiDA's defaults, as YAML scalars. */
static const struct {
    const char *name;
    const char *value;
} defaults[] = {
    {"autofill.user.email", "null"},
    {"autofill.user.first_name", "null"},
    {"autofill.user.institution", "null"},
    {"autofill.user.last_name", "null"},
    {"caching.default_enabled", "false"},
    {"daemon.default_workers", "1"},
    {"daemon.timeout", "2"},
    {"daemon.worker_process_slots", "200"},
    {"db.batch_size", "100000"},
    {"runner.poll.interval", "60"},
    {"storage.sandbox", "null"},
    {"transport.task_maximum_attempts", "5"},
    {"transport.task_retry_initial_interval", "20"},
    {"warnings.showdeprecations", "true"},
};

/* orma.yaml's mapping; an empty one where there is no file. A malformed file
 * is told once and then as if it were not there. */
static json_object *own_options(config *c)
{
    if (c->own_options != NULL)
        return c->own_options;
    c->own_options = json_object_new_object();
    AUTO_FREE char *path = file_join(c->folder, "orma.yaml");
    if (path == NULL || !file_exists(path))
        return c->own_options;

    AUTO_BUF buf text = {0};
    AUTO_ERROR orma_error *error = NULL;
    AUTO_JSON json_object *documents = NULL;
    orma_status st = file_read(path, OWN_OPTIONS_MAX_BYTES, &text, &error);
    if (st == ORMA_OK)
        st = yaml_parse(path, buf_view(&text), &documents, &error);
    json_object *first =
        st == ORMA_OK && json_object_array_length(documents) > 0
            ? json_object_array_get_idx(documents, 0)
            : NULL;
    if (json_object_is_type(first, json_type_object)) {
        json_object_put(c->own_options);
        c->own_options = json_object_get(first);
    } else if (st != ORMA_OK) {
        AUTO_FREE char *why = error_chain(error);
        log_line(ORMA_LOG_WARNING, "%s", why != NULL ? why : path);
    }
    return c->own_options;
}

/* A member by its whole dotted name, as config.json keeps it. */
static bool lookup(json_object *options, const char *name, json_object **value)
{
    return json_object_is_type(options, json_type_object) &&
           json_object_object_get_ex(options, name, value);
}

json_object *config_option(const config *c, const char *profile,
                           const char *name)
{
    json_object *value = NULL;
    json_object *profiles = json_get(c->root, "profiles");
    json_object *own = profile != NULL
                           ? json_get(json_get(profiles, profile), "options")
                           : NULL;
    if (lookup(own, name, &value) ||
        lookup(json_get(c->root, "options"), name, &value))
        return json_object_get(value);
    /* Reading orma.yaml once is not a change of the configuration. */
    json_object *file = own_options((config *)(uintptr_t)c);
    if (lookup(file, name, &value))
        return json_object_get(value);
    value = json_get_path(file, name);
    if (value != NULL)
        return json_object_get(value);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (text_equal(defaults[i].name, name))
            return yaml_scalar(
                (orma_str){defaults[i].value, strlen(defaults[i].value)});
    return NULL;
}
