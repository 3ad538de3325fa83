/* Exposed ports, from manifests.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <string.h>

#include "unit/process/fixture.h"

static const char manifest[] =
    "  calculations:\n"
    "    fake.calc:\n"
    "      interface: orma.calculation/1\n"
    "      summary: A job\n"
    "      inputs:\n"
    "        structure: {type: core.structure, help: Cell}\n"
    "        parameters: {type: core.dict, validate: namelists, help: Lists}\n"
    "        kpoints: {type: core.array.kpoints, help: Points}\n"
    "        pseudos: {dynamic: [core.upf], validate: pseudos, help: One each}\n"
    "      outputs:\n"
    "        energy: {type: core.float, help: Energy}\n"
    "  workflows:\n"
    "    fake.base:\n"
    "      interface: orma.workflow/1\n"
    "      summary: Some jobs\n"
    "      inputs:\n"
    "        expose:\n"
    "          - {process: fake.calc, into: pw, exclude: [kpoints, metadata.options.stash]}\n"
    "        distance: {type: optional core.float, help: Spacing}\n"
    "      outputs:\n"
    "        expose:\n"
    "          - {process: fake.calc, include: [energy]}\n"
    "      outline:\n"
    "        - run\n"
    "    fake.outer:\n"
    "      interface: orma.workflow/1\n"
    "      summary: Bases in a workflow\n"
    "      inputs:\n"
    "        expose:\n"
    "          - {process: fake.base, into: base.first, required: false,\n"
    "             populate_defaults: false}\n"
    "          - {process: fake.base, into: second, include: [pw.structure, distance]}\n"
    "      outline:\n"
    "        - run\n"
    "    fake.restart:\n"
    "      interface: orma.workflow/1\n"
    "      summary: Runs a job until it is happy\n"
    "      restart: {process: fake.calc, namespace: pw}\n"
    "      outline:\n"
    "        - run\n"
    "    fake.cycle:\n"
    "      interface: orma.workflow/1\n"
    "      summary: Exposes itself\n"
    "      inputs:\n"
    "        expose:\n"
    "          - {process: fake.cycle, into: again}\n"
    "      outline:\n"
    "        - run\n"
    "    fake.incomplete:\n"
    "      interface: orma.workflow/1\n"
    "      summary: Exposes what is not there\n"
    "      inputs:\n"
    "        expose:\n"
    "          - {process: fake.absent, into: pw}\n"
    "      outline:\n"
    "        - run\n";

static registry *plugins;

static int open_registry(void)
{
    plugins = fixture_registry(manifest);
    return plugins != NULL ? 0 : 1;
}

static int close_registry(void)
{
    registry_close(plugins);
    return 0;
}

static void exposes_below_a_namespace_without_the_excluded(void)
{
    process_spec *spec = fixture_spec(plugins, KIND_WORKFLOW, "fake.base");
    const port *in = &spec->inputs;

    CU_ASSERT_PTR_NOT_NULL(port_find(in, "pw.structure"));
    CU_ASSERT_PTR_NULL(port_find(in, "pw.kpoints"));
    CU_ASSERT_PTR_NOT_NULL(port_find(in, "pw.code"));
    CU_ASSERT_PTR_NOT_NULL(port_find(in, "pw.metadata.options.resources"));
    CU_ASSERT_PTR_NULL(port_find(in, "pw.metadata.options.stash"));
    CU_ASSERT_TRUE(port_find(in, "pw.pseudos")->dynamic);
    CU_ASSERT_PTR_NOT_NULL(port_find(in, "distance"));
    process_spec_free(spec);
}

static void exposes_only_what_is_included(void)
{
    process_spec *spec = fixture_spec(plugins, KIND_WORKFLOW, "fake.base");

    CU_ASSERT_EQUAL(spec->outputs.child_count, 1);
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->outputs, "energy"));
    process_spec_free(spec);
    spec = fixture_spec(plugins, KIND_WORKFLOW, "fake.outer");
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->inputs, "second.pw.structure"));
    CU_ASSERT_PTR_NULL(port_find(&spec->inputs, "second.pw.parameters"));
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->inputs, "second.distance"));
    process_spec_free(spec);
}

static void rows_change_the_namespace_they_make(void)
{
    process_spec *spec = fixture_spec(plugins, KIND_WORKFLOW, "fake.outer");
    const port *first = port_find(&spec->inputs, "base.first");

    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_FALSE(first->required);
    CU_ASSERT_FALSE(first->populate_defaults);
    process_spec_free(spec);
}

/* The plugin of the exposed process goes on checking, under its own names. */
static void checks_stay_those_of_the_exposed_process(void)
{
    process_spec *spec = fixture_spec(plugins, KIND_WORKFLOW, "fake.outer");
    const port *p = port_find(&spec->inputs, "base.first.pw.parameters");

    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT_STRING_EQUAL(p->validate, "namelists");
    CU_ASSERT_STRING_EQUAL(p->validate_owner->name, "fake.calc");
    CU_ASSERT_STRING_EQUAL(p->validate_path, "parameters");
    p = port_find(&spec->inputs, "base.first.pw.pseudos");
    CU_ASSERT_STRING_EQUAL(p->validate_path, "pseudos");
    process_spec_free(spec);
}

/* aiida-engine 17: BaseRestartWorkChain. */
static void restart_workflows_get_what_all_of_them_have(void)
{
    process_spec *spec = fixture_spec(plugins, KIND_WORKFLOW, "fake.restart");
    const port *most = port_find(&spec->inputs, "max_iterations");

    CU_ASSERT_PTR_NOT_NULL_FATAL(most);
    CU_ASSERT_EQUAL(json_object_get_int((json_object *)most->fallback), 5);
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->inputs, "pw.structure"));
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->inputs, "on_unhandled_failure"));
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->outputs, "energy"));
    CU_ASSERT_EQUAL(
        spec_exit_code(spec, "ERROR_MAXIMUM_ITERATIONS_EXCEEDED")->status,
        401);
    CU_ASSERT_FALSE(spec_exit_status(spec, 301)->invalidates_cache);
    process_spec_free(spec);
}

static void refuse(const char *name, const char *words)
{
    process_spec *spec = NULL;
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(
        process_spec_get(plugins, KIND_WORKFLOW, name, &spec, &error),
        ORMA_E_INVALID);
    CU_ASSERT_PTR_NULL(spec);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(error), words));
    orma_error_free(error);
}

static void refuses_cycles(void)
{
    refuse("fake.cycle", "fake.cycle");
}

static void names_what_is_not_installed(void)
{
    refuse("fake.incomplete", "fake.absent");
}

static void unknown_processes_are_not_found(void)
{
    process_spec *spec = NULL;

    CU_ASSERT_EQUAL(
        process_spec_get(plugins, KIND_CALCULATION, "fake.clac", &spec, NULL),
        ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(
        process_spec_get(plugins, KIND_PARSER, "fake.calc", &spec, NULL),
        ORMA_E_INVALID);
}

static const unit_test tests[] = {
    {"exposes_below_a_namespace_without_the_excluded",
     exposes_below_a_namespace_without_the_excluded},
    {"exposes_only_what_is_included", exposes_only_what_is_included},
    {"rows_change_the_namespace_they_make",
     rows_change_the_namespace_they_make},
    {"checks_stay_those_of_the_exposed_process",
     checks_stay_those_of_the_exposed_process},
    {"restart_workflows_get_what_all_of_them_have",
     restart_workflows_get_what_all_of_them_have},
    {"refuses_cycles", refuses_cycles},
    {"names_what_is_not_installed", names_what_is_not_installed},
    {"unknown_processes_are_not_found", unknown_processes_are_not_found},
    {NULL, NULL},
};
const unit_suite expose_suite = {"expose", open_registry, close_registry,
                                 tests};
