/* Tests of core.code.*. Attributes are those of nodes that AiiDA stored.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

/* The one computer of these tests, instead of a profile's. */
static orma_status set_computer(orma_node *n, orma_str label, orma_error **err)
{
    if (strcmp(label.ptr, "localhost") != 0)
        return plugin_host()->fail(plugin_host(), err, ORMA_E_NOT_FOUND, "test",
                                   0, "there is no computer \"%s\"", label.ptr);
    n->computer_uuid.bytes[0] = 1;
    return ORMA_OK;
}

/* from_literal() and validate() over that computer. literal: ' for ". */
static orma_status fill(const char *type, const char *literal, node **out,
                        orma_error **err)
{
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;
    AUTO_FREE char *json = strdup(literal);
    orma_node_ops ops = *node_ops();

    ops.set_computer = set_computer;
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    CU_ASSERT_EQUAL_FATAL(
        registry_find(types_registry(), KIND_DATA, type, &entry, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(plugin_load(types_registry(), entry, &vtable, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(data_create(types_registry(), type, out, NULL),
                          ORMA_OK);
    const orma_data *plugin = vtable;
    orma_status st = plugin->from_literal(plugin, &ops, *out,
                                          (orma_str){json, strlen(json)}, err);
    if (st == ORMA_OK)
        st = plugin->validate(plugin, &ops, *out, err);
    node_ops_end_call(*out);
    return st;
}

static void refuse(const char *type, const char *literal, const char *why)
{
    orma_error *error = NULL;
    node *n = NULL;
    const orma_status st = fill(type, literal, &n, &error);

    CU_ASSERT_NOT_EQUAL(st, ORMA_OK);
    const bool is_as_said = types_says(error, why);
    CU_ASSERT(is_as_said);
    if (!is_as_said)
        printf("# %s, not: %s\n",
               error != NULL ? orma_error_message(error) : "", why);
    orma_error_free(error);
    node_free(n);
}

static void installed_code_has_aiidas_attributes(void)
{
    node *n = NULL;
    CU_ASSERT_EQUAL(fill("core.code.installed",
                         "{'label': 'bash', 'computer': 'localhost', "
                         "'default_calc_job_plugin': 'core.arithmetic.add', "
                         "'filepath_executable': '/usr/bin/bash'}",
                         &n, NULL),
                    ORMA_OK);
    types_has_attributes(
        n, "{'input_plugin': 'core.arithmetic.add', 'append_text': '', "
           "'prepend_text': '', 'use_double_quotes': false, 'with_mpi': null, "
           "'wrap_cmdline_params': false, "
           "'filepath_executable': '/usr/bin/bash'}");
    CU_ASSERT_STRING_EQUAL(n->label, "bash");
    CU_ASSERT_EQUAL(n->computer_uuid.bytes[0], 1);
    types_has_summary(n, "bash, /usr/bin/bash (core.arithmetic.add)");
    node_free(n);
}

static void portable_code_takes_a_folder(void)
{
    char literal[8192];
    node *n = NULL;
    const char *script = types_file("run.sh", "#!/bin/sh\n");
    const int len = (int)(strrchr(script, '/') - script);
    snprintf(literal, sizeof literal,
             "{'label': 'p', 'filepath_executable': 'run.sh', "
             "'filepath_files': '%.*s'}",
             len, script);
    CU_ASSERT_EQUAL(fill("core.code.portable", literal, &n, NULL), ORMA_OK);
    types_has_attributes(
        n, "{'input_plugin': null, 'append_text': '', 'prepend_text': '', "
           "'use_double_quotes': false, 'with_mpi': null, "
           "'wrap_cmdline_params': false, 'filepath_executable': 'run.sh'}");
    node_free(n);
    snprintf(literal, sizeof literal,
             "{'label': 'p', 'filepath_executable': 'none.sh', "
             "'filepath_files': '%.*s'}",
             len, script);
    refuse("core.code.portable", literal, "not among the code's files");
    snprintf(literal, sizeof literal,
             "{'label': 'p', 'filepath_executable': '/bin/sh', "
             "'filepath_files': '%.*s'}",
             len, script);
    refuse("core.code.portable", literal, "must be relative");
}

static void containerized_code_names_its_image(void)
{
    node *n = NULL;
    CU_ASSERT_EQUAL(fill("core.code.containerized",
                         "{'label': 'c', 'computer': 'localhost', "
                         "'filepath_executable': '/bin/bash', "
                         "'engine_command': 'docker run -i {image_name}', "
                         "'image_name': 'ubuntu'}",
                         &n, NULL),
                    ORMA_OK);
    types_has_attributes(
        n, "{'input_plugin': null, 'append_text': '', 'prepend_text': '', "
           "'use_double_quotes': false, 'with_mpi': null, "
           "'wrap_cmdline_params': false, 'filepath_executable': '/bin/bash', "
           "'engine_command': 'docker run -i {image_name}', "
           "'image_name': 'ubuntu'}");
    node_free(n);
    refuse("core.code.containerized",
           "{'label': 'c', 'computer': 'localhost', 'filepath_executable': "
           "'x', 'engine_command': 'docker', 'image_name': 'y'}",
           "{image_name}");
}

static void wrong_codes_are_refused(void)
{
    static const char t[] = "core.code.installed";
    refuse(t, "{'computer': 'localhost', 'filepath_executable': '/x'}",
           "label");
    refuse(t,
           "{'label': 'a@b', 'computer': 'localhost', "
           "'filepath_executable': '/x'}",
           "\"@\"");
    refuse(t, "{'label': 'a', 'filepath_executable': '/x'}", "computer");
    refuse(t,
           "{'label': 'a', 'computer': 'nowhere', "
           "'filepath_executable': '/x'}",
           "nowhere");
    refuse(t, "{'label': 'a', 'computer': 'localhost'}", "filepath_executable");
    refuse(t,
           "{'label': 'a', 'computer': 'localhost', "
           "'filepath_executable': '/x', 'with_mpi': 'yes'}",
           "with_mpi");
    refuse(t,
           "{'label': 'a', 'computer': 'localhost', "
           "'filepath_executable': '/x', 'image_name': 'y'}",
           "no image_name");
    refuse(t, "'pw@localhost'", "mapping");
}

static const unit_test tests[] = {
    {"installed_code_has_aiidas_attributes",
     installed_code_has_aiidas_attributes},
    {"portable_code_takes_a_folder", portable_code_takes_a_folder},
    {"containerized_code_names_its_image", containerized_code_names_its_image},
    {"wrong_codes_are_refused", wrong_codes_are_refused},
    {NULL, NULL},
};

const unit_suite codes_suite = {"codes", NULL, NULL, tests};
