/* Stores for tests that run calcjobs.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/engine/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/runner.h"

#define CODE_LABEL "add@localhost"

void fixture_complain(orma_error *error)
{
    char *chain = error != NULL ? error_chain(error) : NULL;

    if (chain != NULL)
        printf("# %s\n", chain);
    free(chain);
    orma_error_free(error);
}

char *fixture_path(const fixture *f, const char *name)
{
    return file_join(f->folder, name);
}

static json_object *parse(const char *text)
{
    json_object *value = NULL;
    orma_error *error = NULL;

    if (json_parse((orma_str){text, strlen(text)}, &value, &error) != ORMA_OK)
        fixture_complain(error);
    return value;
}

static bool open_store(fixture *f, bool create)
{
    AUTO_FREE char *text =
        text_printf("{\"filepath\": \"%s/storage\"}", f->folder);
    AUTO_JSON json_object *config = parse(text);
    AUTO_JSON json_object *user = NULL;
    orma_error *error = NULL;

    if (store_open(f->registry, "core.sqlite_dos", config, create, &f->store,
                   &error) != ORMA_OK) {
        fixture_complain(error);
        return false;
    }
    if (!create &&
        store_user_by_email(f->store, "a@b.c", &user, NULL) == ORMA_OK)
        store_set_default_user(f->store, json_get_int(user, "pk", 0));
    return true;
}

static bool add_computer(fixture *f, int64_t *pk)
{
    AUTO_JSON json_object *user = parse("{\"email\": \"a@b.c\"}");
    AUTO_JSON json_object *authinfo = parse(
        "{\"enabled\": true, \"auth_params\": {\"use_login_shell\": false},"
        " \"metadata\": {}}");
    AUTO_FREE char *text = text_printf(
        "{\"label\": \"localhost\", \"hostname\": \"localhost\","
        " \"description\": \"\", \"scheduler_type\": \"core.direct\","
        " \"transport_type\": \"core.local\", \"metadata\": {\"workdir\":"
        " \"%s/work\", \"shebang\": \"#!/bin/bash\","
        " \"default_mpiprocs_per_machine\": 1, \"mpirun_command\":"
        " [\"mpirun\", \"-np\", \"{tot_num_mpiprocs}\"],"
        " \"use_double_quotes\": false, \"prepend_text\": \"\","
        " \"append_text\": \"\"}}",
        f->folder);
    AUTO_JSON json_object *computer = parse(text);
    int64_t user_pk = 0;

    if (store_user_save(f->store, user, &user_pk, NULL) != ORMA_OK ||
        store_computer_save(f->store, computer, pk, NULL) != ORMA_OK ||
        store_authinfo_save(f->store, user_pk, *pk, authinfo, NULL) != ORMA_OK)
        return false;
    store_set_default_user(f->store, user_pk);
    return true;
}

static bool add_code(fixture *f, const char *label, bool with_mpi,
                     int64_t computer_pk)
{
    AUTO_JSON json_object *computer = NULL;
    node *code = node_create("data.core.code.installed.InstalledCode.");
    unit *u = NULL;

    if (code == NULL ||
        store_computer_by_pk(f->store, computer_pk, &computer, NULL) != ORMA_OK)
        return false;
    free(code->label);
    code->label = text_copy(label);
    code->computer_pk = computer_pk;
    uuid_parse(json_get_text(computer, "uuid", ""), &code->computer_uuid);
    json_set_text(code->attributes, "filepath_executable", "/bin/bash");
    if (with_mpi)
        json_set_bool(code->attributes, "with_mpi", true);
    const bool is_stored = unit_begin(f->store, &u, NULL) == ORMA_OK &&
                           unit_add_node(u, code, NULL) == ORMA_OK &&
                           unit_commit(u, NULL) == ORMA_OK;
    node_free(code);
    return is_stored;
}

bool fixture_open(fixture *f)
{
    orma_error *error = NULL;
    int64_t computer_pk = 0;

    *f = (fixture){.folder = text_copy(unit_temp_dir())};
    setenv("XDG_CACHE_HOME", f->folder, 1);
    setenv("TMPDIR", f->folder, 1);
    if (registry_open(&f->registry, &error) != ORMA_OK ||
        process_spec_get(f->registry, KIND_CALCULATION, "core.arithmetic.add",
                         &f->spec, &error) != ORMA_OK) {
        fixture_complain(error);
        return false;
    }
    return open_store(f, true) && add_computer(f, &computer_pk) &&
           add_code(f, "add", false, computer_pk) &&
           add_code(f, "mpi", true, computer_pk);
}

bool fixture_reopen(fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    return open_store(f, false);
}

void fixture_close(fixture *f)
{
    store_close(f->store);
    process_spec_free(f->spec);
    registry_close(f->registry);
    free(f->folder);
}

process_inputs *fixture_inputs(fixture *f, const char *text)
{
    AUTO_JSON json_object *document = parse(text);
    input_problems problems = {0};
    process_inputs *inputs = NULL;
    orma_error *error = NULL;

    if (json_get(document, "code") == NULL)
        json_set_text(document, "code", CODE_LABEL);
    if (process_inputs_build(f->registry, f->store, f->spec, document,
                             f->folder, &inputs, &problems, &error) != ORMA_OK)
        fixture_complain(error);
    input_problems_finish(&problems);
    CU_ASSERT_PTR_NOT_NULL_FATAL(inputs);
    return inputs;
}

void fixture_options(run_options *options)
{
    run_options_init(options);
    options->retry_initial_s = 0;
}

node *fixture_run(fixture *f, const char *document)
{
    process_inputs *inputs = fixture_inputs(f, document);
    run_options options;
    orma_error *error = NULL;
    node *process = NULL;
    int64_t pk = 0;

    fixture_options(&options);
    if (engine_run(f->registry, f->store, f->spec, inputs, &options, &pk,
                   &error) != ORMA_OK)
        fixture_complain(error);
    process_inputs_free(inputs);
    CU_ASSERT_FATAL(pk > 0);
    CU_ASSERT_EQUAL_FATAL(store_node(f->store, pk, &process, NULL), ORMA_OK);
    return process;
}

node *fixture_output(fixture *f, const node *process, const char *label)
{
    store_links links = {0};
    node *found = NULL;

    CU_ASSERT_EQUAL(
        store_node_links(f->store, process->pk, false, &links, NULL), ORMA_OK);
    for (size_t i = 0; i < links.count && found == NULL; i++)
        if (text_equal(links.items[i].label, label))
            store_node(f->store, links.items[i].pk, &found, NULL);
    store_links_finish(&links);
    return found;
}
