/* Specs from the normal form and the common ports.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <string.h>

#include <process/spec_internal.h>

#include "unit/process/fixture.h"

static const plugin_package package = {.name = "fake", .version = "1.2.3"};
static const plugin_entry calculation = {.kind = KIND_CALCULATION,
                                         .name = "fake.calc",
                                         .summary = "For tests",
                                         .package = &package};
static const plugin_entry workflow = {.kind = KIND_WORKFLOW,
                                      .name = "fake.work",
                                      .summary = "For tests",
                                      .package = &package};

static const char add_form[] =
    "{\"process_label\": \"ArithmeticAddCalculation\","
    " \"default_parser\": \"core.arithmetic.add\","
    " \"inputs\": {"
    "  \"x\": {\"types\": [\"core.int\", \"core.float\"], \"required\": true,"
    "          \"help\": \"The left operand\"},"
    "  \"pseudos\": {\"namespace\": true, \"required\": true,"
    "     \"dynamic\": [\"core.upf\"], \"nested\": true},"
    "  \"code\": {\"types\": [\"code\"], \"required\": true},"
    "  \"sub\": {\"namespace\": true, \"required\": false, \"ports\": {"
    "     \"deep\": {\"types\": [\"core.dict\"], \"required\": false,"
    "                \"default\": {}}}}},"
    " \"options\": {"
    "  \"input_filename\": {\"default\": \"aiida.in\", \"required\": false},"
    "  \"resources\": {\"default\": {\"num_machines\": 1},"
    "                  \"required\": false},"
    "  \"without_xml\": {\"types\": [\"bool\"], \"required\": false}},"
    " \"outputs\": {\"sum\": {\"types\": [\"core.int\"],"
    "                         \"required\": true}},"
    " \"exit_codes\": {"
    "  \"ERROR_INVALID_OUTPUT\": {\"status\": 320, \"message\": \"own\"},"
    "  \"ERROR_NEGATIVE_NUMBER\": {\"status\": 410, \"message\": \"below\","
    "                              \"invalidates_cache\": true}}}";

static process_spec *build(const plugin_entry *entry, const char *text,
                           json_object **form)
{
    process_spec *spec = NULL;

    *form = fixture_json(text);
    CU_ASSERT_EQUAL_FATAL(
        process_spec_from_normal_form(NULL, entry, *form, &spec, NULL),
        ORMA_OK);
    return spec;
}

static void done(process_spec *spec, json_object *form)
{
    process_spec_free(spec);
    json_object_put(form);
}

static void names_the_process_as_aiida_does(void)
{
    json_object *form;
    process_spec *spec = build(&calculation, add_form, &form);

    CU_ASSERT_STRING_EQUAL(spec->process_label, "ArithmeticAddCalculation");
    CU_ASSERT_STRING_EQUAL(spec->process_type,
                           "aiida.calculations:fake.calc");
    CU_ASSERT_STRING_EQUAL(spec->default_parser, "core.arithmetic.add");
    CU_ASSERT_PTR_NULL(spec->default_output);
    done(spec, form);
    spec = build(&calculation, "{\"python_class\": \"a.b.PwCalculation\"}",
                 &form);
    CU_ASSERT_STRING_EQUAL(spec->process_label, "PwCalculation");
    done(spec, form);
}

static void own_ports_come_before_common_ones(void)
{
    static const char *const names[] = {"x", "pseudos", "sub", "metadata",
                                        "code", "monitors", "remote_folder"};
    json_object *form;
    process_spec *spec = build(&calculation, add_form, &form);

    CU_ASSERT_EQUAL_FATAL(spec->inputs.child_count,
                          sizeof names / sizeof *names);
    for (size_t i = 0; i < spec->inputs.child_count; i++)
        CU_ASSERT_STRING_EQUAL(spec->inputs.children[i].name, names[i]);
    CU_ASSERT_TRUE(port_find(&spec->inputs, "code")->required);
    done(spec, form);
}

/* The order and defaults are those of attributes that AiiDA 2.9.0rc1 wrote
 * (core_data_types.aiida, a CalcJobNode launched without options). */
static void options_are_aiidas_in_its_order(void)
{
    static const struct {
        const char *name, *type, *fallback;
    } options[] = {
        {"input_filename", "str", NULL},
        {"output_filename", "str", NULL},
        {"submit_script_filename", "str", "\"_aiidasubmit.sh\""},
        {"scheduler_stdout", "str", "\"_scheduler-stdout.txt\""},
        {"scheduler_stderr", "str", "\"_scheduler-stderr.txt\""},
        {"resources", "dict", NULL},
        {"max_wallclock_seconds", "int", NULL},
        {"custom_scheduler_commands", "str", "\"\""},
        {"queue_name", "str", NULL},
        {"rerunnable", "bool", NULL},
        {"account", "str", NULL},
        {"qos", "str", NULL},
        {"withmpi", "bool", NULL},
        {"mpirun_extra_params", "list", "[]"},
        {"import_sys_environment", "bool", "true"},
        {"environment_variables", "dict", "{}"},
        {"environment_variables_double_quotes", "bool", "false"},
        {"priority", "str", NULL},
        {"max_memory_kb", "int", NULL},
        {"prepend_text", "str", "\"\""},
        {"append_text", "str", "\"\""},
        {"parser_name", "str", NULL},
        {"additional_retrieve_list", "list", NULL},
    };
    json_object *form;
    process_spec *spec = build(&calculation, "{}", &form);
    const port *ns = port_find(&spec->inputs, "metadata.options");

    CU_ASSERT_PTR_NOT_NULL_FATAL(ns);
    CU_ASSERT_FALSE(ns->required);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const port *p = &ns->children[i];
        CU_ASSERT_STRING_EQUAL(p->name, options[i].name);
        CU_ASSERT_STRING_EQUAL(p->types[0], options[i].type);
        CU_ASSERT_EQUAL(p->port_class, PORT_PLAIN);
        CU_ASSERT_TRUE(p->is_metadata);
        CU_ASSERT_TRUE(*p->help != '\0');
        CU_ASSERT_EQUAL(p->has_default, options[i].fallback != NULL);
        if (options[i].fallback != NULL) {
            json_object *wanted = fixture_json(options[i].fallback);
            CU_ASSERT_TRUE(json_equal(p->fallback, wanted));
            json_object_put(wanted);
        }
    }
    CU_ASSERT_TRUE(port_find(ns, "resources")->required);
    CU_ASSERT_FALSE(port_find(ns, "stash")->populate_defaults);
    done(spec, form);
}

static void an_entrys_options_override_and_extend(void)
{
    json_object *form;
    process_spec *spec = build(&calculation, add_form, &form);
    const port *ns = port_find(&spec->inputs, "metadata.options");
    const port *file = port_find(ns, "input_filename");
    const port *parser = port_find(ns, "parser_name");

    CU_ASSERT_STRING_EQUAL(file->types[0], "str");
    CU_ASSERT_STRING_EQUAL(
        json_object_get_string((json_object *)file->fallback), "aiida.in");
    CU_ASSERT_FALSE(port_find(ns, "resources")->required);
    CU_ASSERT_TRUE(port_find(ns, "resources")->has_default);
    CU_ASSERT_EQUAL(port_find(ns, "without_xml")->port_class, PORT_PLAIN);
    CU_ASSERT_STRING_EQUAL(
        json_object_get_string((json_object *)parser->fallback),
        "core.arithmetic.add");
    done(spec, form);
}

static void namespaces_know_what_they_take(void)
{
    json_object *form;
    process_spec *spec = build(&calculation, add_form, &form);
    const port *pseudos = port_find(&spec->inputs, "pseudos");
    const port *deep = port_find(&spec->inputs, "sub.deep");

    CU_ASSERT_EQUAL(pseudos->port_class, PORT_NAMESPACE);
    CU_ASSERT_TRUE(pseudos->dynamic && pseudos->nested && pseudos->required);
    CU_ASSERT_EQUAL(pseudos->type_count, 1);
    CU_ASSERT_STRING_EQUAL(pseudos->types[0], "core.upf");
    CU_ASSERT_PTR_NOT_NULL_FATAL(deep);
    CU_ASSERT_EQUAL(deep->port_class, PORT_NODE);
    CU_ASSERT_TRUE(deep->has_default);
    CU_ASSERT_PTR_NULL(port_find(&spec->inputs, "sub.deeper"));
    CU_ASSERT_PTR_NULL(port_find(&spec->inputs, "x.y"));
    CU_ASSERT_PTR_EQUAL(port_find(&spec->inputs, ""), &spec->inputs);
    done(spec, form);
}

static void exit_codes_are_sorted_and_own_labels_win(void)
{
    static const int32_t statuses[] = {1,   2,   11,  100, 110, 120,
                                       131, 140, 150, 160, 320, 410};
    json_object *form;
    process_spec *spec = build(&calculation, add_form, &form);

    CU_ASSERT_EQUAL_FATAL(spec->exit_code_count,
                          sizeof statuses / sizeof *statuses);
    for (size_t i = 0; i < spec->exit_code_count; i++)
        CU_ASSERT_EQUAL(spec->exit_codes[i].status, statuses[i]);
    CU_ASSERT_EQUAL(spec_exit_code(spec, "ERROR_INVALID_OUTPUT")->status, 320);
    CU_ASSERT_STRING_EQUAL(spec_exit_status(spec, 110)->label,
                           "ERROR_SCHEDULER_OUT_OF_MEMORY");
    CU_ASSERT_TRUE(spec_exit_status(spec, 110)->invalidates_cache);
    CU_ASSERT_FALSE(spec_exit_status(spec, 320)->invalidates_cache);
    CU_ASSERT_TRUE(spec_exit_status(spec, 410)->invalidates_cache);
    CU_ASSERT_PTR_NULL(spec_exit_status(spec, 999));
    CU_ASSERT_PTR_NULL(spec_exit_code(spec, "ERROR_NONE"));
    done(spec, form);
}

static void workflows_have_no_job(void)
{
    json_object *form;
    process_spec *spec = build(&workflow, "{}", &form);

    CU_ASSERT_PTR_NULL(port_find(&spec->inputs, "metadata.options"));
    CU_ASSERT_PTR_NULL(port_find(&spec->inputs, "code"));
    CU_ASSERT_PTR_NOT_NULL(port_find(&spec->inputs, "metadata.label"));
    CU_ASSERT_EQUAL(spec->outputs.child_count, 0);
    CU_ASSERT_EQUAL(spec->exit_code_count, 4); /* 1, 2, 10, 11 */
    CU_ASSERT_STRING_EQUAL(spec->process_type, "aiida.workflows:fake.work");
    done(spec, form);
}

static void calcjob_outputs_are_there(void)
{
    json_object *form;
    process_spec *spec = build(&calculation, add_form, &form);

    CU_ASSERT_TRUE(port_find(&spec->outputs, "remote_folder")->required);
    CU_ASSERT_FALSE(port_find(&spec->outputs, "remote_stash")->required);
    CU_ASSERT_TRUE(port_find(&spec->outputs, "retrieved")->pass_to_parser);
    CU_ASSERT_STRING_EQUAL(spec->outputs.children[0].name, "sum");
    done(spec, form);
}

static void refuses_forms_that_make_no_ports(void)
{
    static const char *const forms[] = {
        "{\"inputs\": []}",
        "{\"inputs\": {\"x\": 1}}",
        "{\"inputs\": {\"x\": {\"types\": [1]}}}",
        "{\"exit_codes\": {\"A\": {\"message\": \"no status\"}}}",
        "{\"exit_codes\": {\"A\": {\"status\": -4}}}",
        "{\"expose\": {\"inputs\": [{}]}}",
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        json_object *form = fixture_json(forms[i]);
        process_spec *spec = NULL;
        orma_error *error = NULL;
        CU_ASSERT_EQUAL(process_spec_from_normal_form(NULL, &calculation, form,
                                                      &spec, &error),
                        ORMA_E_INVALID);
        CU_ASSERT_PTR_NULL(spec);
        orma_error_free(error);
        json_object_put(form);
    }
}

static void describes_what_scripts_need(void)
{
    json_object *form, *told = NULL;
    process_spec *spec = build(&calculation, add_form, &form);

    CU_ASSERT_EQUAL_FATAL(process_spec_describe(spec, &told, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(told, "kind", ""), "calculations");
    CU_ASSERT_STRING_EQUAL(json_get_text(told, "name", ""), "fake.calc");
    CU_ASSERT_STRING_EQUAL(json_get_text(told, "package", ""), "fake");
    CU_ASSERT_STRING_EQUAL(json_get_text(told, "version", ""), "1.2.3");
    const json_object *x = json_get_path(told, "inputs.x");
    json_object *types = json_get(x, "types");
    CU_ASSERT_EQUAL(json_object_array_length(types), 2);
    CU_ASSERT_STRING_EQUAL(
        json_object_get_string(json_object_array_get_idx(types, 1)),
        "core.float");
    CU_ASSERT_TRUE(json_get_bool(x, "required", false));
    CU_ASSERT_STRING_EQUAL(json_get_text(x, "help", ""), "The left operand");
    const json_object *options =
        json_get_path(told, "inputs.metadata.ports.options.ports");
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_get(options, "input_filename"), "default", ""),
        "aiida.in");
    CU_ASSERT_TRUE(json_get_bool(json_get_path(told, "inputs.pseudos"),
                                 "namespace", false));
    CU_ASSERT_EQUAL(
        json_object_array_length(json_get_path(told, "inputs.pseudos.dynamic")),
        1);
    const json_object *first =
        json_object_array_get_idx(json_get(told, "exit_codes"), 0);
    CU_ASSERT_EQUAL(json_get_int(first, "status", 0), 1);
    CU_ASSERT_STRING_EQUAL(json_get_text(first, "label", ""),
                           "ERROR_UNSPECIFIED");
    json_object_put(told);
    done(spec, form);
}

static const unit_test tests[] = {
    {"names_the_process_as_aiida_does", names_the_process_as_aiida_does},
    {"own_ports_come_before_common_ones", own_ports_come_before_common_ones},
    {"options_are_aiidas_in_its_order", options_are_aiidas_in_its_order},
    {"an_entrys_options_override_and_extend",
     an_entrys_options_override_and_extend},
    {"namespaces_know_what_they_take", namespaces_know_what_they_take},
    {"exit_codes_are_sorted_and_own_labels_win",
     exit_codes_are_sorted_and_own_labels_win},
    {"workflows_have_no_job", workflows_have_no_job},
    {"calcjob_outputs_are_there", calcjob_outputs_are_there},
    {"refuses_forms_that_make_no_ports", refuses_forms_that_make_no_ports},
    {"describes_what_scripts_need", describes_what_scripts_need},
    {NULL, NULL},
};
const unit_suite spec_suite = {"spec", NULL, NULL, tests};
