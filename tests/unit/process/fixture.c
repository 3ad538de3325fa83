/* Registries, stores and values for the tests of core/process.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/file.h>
#include <base/text.h>

#include "unit/runner.h"

static const char header[] = "manifest: 1\n"
                             "package: fake\n"
                             "version: 1.2.3\n"
                             "abi: \"0.1\"\n"
                             "summary: For tests\n"
                             "license: MIT\n"
                             "modules: [fake]\n"
                             "entry_points:\n";

registry *fixture_registry(const char *entry_points)
{
    static char inherited[4096]; /* the path before the first call */
    static bool was_read;
    const char *folder = unit_temp_dir();
    buf manifest = {0};
    registry *r = NULL;
    orma_error *error = NULL;

    if (!was_read && getenv("ORMA_PLUGIN_PATH") != NULL)
        snprintf(inherited, sizeof inherited, ":%s",
                 getenv("ORMA_PLUGIN_PATH"));
    was_read = true;
    char *path = text_printf("%s/fake/orma-plugin.yaml", folder);
    char *module = text_printf("%s/fake/fake.so", folder);
    char *search = text_printf("%s%s", folder, inherited);
    buf_text(&manifest, header);
    buf_text(&manifest, entry_points);
    file_mkdirs_for(path, 0755, NULL);
    file_write(path, buf_view(&manifest), 0644, NULL);
    /* never loaded, but a bundle has its modules */
    file_write(module, (orma_str){"", 0}, 0644, NULL);
    setenv("ORMA_PLUGIN_PATH", search, 1);
    setenv("ORMA_PLUGIN_NO_DEFAULT_PATH", "1", 1);
    setenv("XDG_CACHE_HOME", folder, 1);
    if (registry_open(&r, &error) != ORMA_OK)
        printf("# %s\n", orma_error_message(error));
    for (size_t i = 0; r != NULL && i < registry_package_count(r); i++)
        if (registry_package(r, i)->state != PLUGIN_OK)
            printf("# %s\n", registry_package(r, i)->reason);
    orma_error_free(error);
    free(path);
    free(module);
    free(search);
    buf_free(&manifest);
    return r;
}

process_spec *fixture_spec(registry *r, enum plugin_kind kind,
                           const char *name)
{
    process_spec *spec = NULL;
    orma_error *error = NULL;

    if (process_spec_get(r, kind, name, &spec, &error) != ORMA_OK)
        printf("# %s\n", orma_error_message(error));
    orma_error_free(error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(spec);
    return spec;
}

static bool save_computer(store *s, const char *label, const char *authinfo,
                          int64_t user, int64_t *pk)
{
    char *text = text_printf(
        "{\"label\": \"%s\", \"hostname\": \"localhost\", "
        "\"description\": \"\", \"scheduler_type\": \"core.direct\", "
        "\"transport_type\": \"core.local\", \"metadata\": {"
        "\"workdir\": \"/tmp/run\", \"default_mpiprocs_per_machine\": 1}}",
        label);
    json_object *computer = fixture_json(text);
    json_object *auth = authinfo != NULL ? fixture_json(authinfo) : NULL;
    orma_status st = store_computer_save(s, computer, pk, NULL);

    if (st == ORMA_OK && auth != NULL)
        st = store_authinfo_save(s, user, *pk, auth, NULL);
    json_object_put(computer);
    json_object_put(auth);
    free(text);
    return st == ORMA_OK;
}

/* A code without its plugin's help: what AiiDA stores, less the rest. */
static bool save_code(store *s, const char *label, const char *node_type,
                      int64_t computer_pk)
{
    node *n = node_create(node_type);
    unit *u = NULL;

    if (n == NULL)
        return false;
    free(n->label);
    n->label = text_copy(label);
    n->computer_pk = computer_pk;
    json_set_text(n->attributes, "filepath_executable", "/bin/bash");
    const bool ok = unit_begin(s, &u, NULL) == ORMA_OK &&
                    unit_add_node(u, n, NULL) == ORMA_OK &&
                    unit_commit(u, NULL) == ORMA_OK;
    node_free(n);
    return ok;
}

static bool save_data(registry *r, store *s, const char *type,
                      const char *label, const char *literal)
{
    json_object *value = fixture_json(literal);
    node *n = NULL;
    unit *u = NULL;
    bool ok = data_from_literal(r, type, value, &n, NULL) == ORMA_OK;

    if (ok) {
        free(n->label);
        n->label = text_copy(label);
        ok = unit_begin(s, &u, NULL) == ORMA_OK &&
             unit_add_node(u, n, NULL) == ORMA_OK &&
             unit_commit(u, NULL) == ORMA_OK;
    }
    node_free(n);
    json_object_put(value);
    return ok;
}

static bool fill_store(registry *r, store *s)
{
    static const char installed[] = "data.core.code.installed.InstalledCode.";
    json_object *user = fixture_json("{\"email\": \"a@b.c\"}");
    int64_t user_pk = 0, here = 0, off = 0, bare = 0;
    bool ok = store_user_save(s, user, &user_pk, NULL) == ORMA_OK;

    store_set_default_user(s, user_pk);
    json_object_put(user);
    ok = ok &&
         save_computer(s, "here",
                       "{\"enabled\": true, \"auth_params\": {}}", user_pk,
                       &here) &&
         save_computer(s, "off",
                       "{\"enabled\": false, \"auth_params\": {}}", user_pk,
                       &off) &&
         save_computer(s, "bare", NULL, user_pk, &bare);
    ok = ok && save_code(s, "bash", installed, here) &&
         save_code(s, "bash-off", installed, off) &&
         save_code(s, "bash-bare", installed, bare) &&
         save_code(s, "run", "data.core.code.portable.PortableCode.", 0);
    return ok && save_data(r, s, "core.int", "forty-two", "42") &&
           save_data(r, s, "core.dict", "settings", "{\"a\": 1}");
}

store *fixture_store(registry *r)
{
    char *text = text_printf("{\"filepath\": \"%s/storage\"}",
                             unit_temp_dir());
    json_object *config = fixture_json(text);
    orma_error *error = NULL;
    store *s = NULL;

    if (store_open(r, "core.sqlite_dos", config, true, &s, &error) != ORMA_OK)
        printf("# %s\n", orma_error_message(error));
    orma_error_free(error);
    json_object_put(config);
    free(text);
    if (s != NULL && !fill_store(r, s)) {
        printf("# the store could not be filled\n");
        store_close(s);
        s = NULL;
    }
    return s;
}

json_object *fixture_json(const char *text)
{
    json_object *value = NULL;

    /* not an assertion: set-up is outside of tests */
    if (json_parse((orma_str){text, strlen(text)}, &value, NULL) != ORMA_OK) {
        printf("# not JSON: %s\n", text);
        abort();
    }
    return value;
}
