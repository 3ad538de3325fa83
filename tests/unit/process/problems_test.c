/* Wrong inputs: each is found, named by its port, and nothing is built.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <stdio.h>
#include <string.h>

#include "unit/process/checks_manifest.h"
#include "unit/process/fixture.h"

static registry *plugins;
static store *profile;
static process_spec *checks;

static int open_all(void)
{
    plugins = fixture_registry(checks_manifest);
    profile = plugins != NULL ? fixture_store(plugins) : NULL;
    if (profile == NULL)
        return 1;
    return process_spec_get(plugins, KIND_CALCULATION, "fake.checks", &checks,
                            NULL) == ORMA_OK
               ? 0
               : 1;
}

static int close_all(void)
{
    process_spec_free(checks);
    store_close(profile);
    registry_close(plugins);
    return 0;
}

static bool names(const input_problems *problems, const char *path,
                  const char *words)
{
    for (size_t i = 0; i < problems->count; i++)
        if (strcmp(problems->items[i].port, path) == 0 &&
            strstr(problems->items[i].message, words) != NULL)
            return true;
    return false;
}

/* Exactly one problem, of this port, with these words, also in the error. */
static void check_one(const char *text, const char *path, const char *words)
{
    json_object *document = fixture_json(text);
    process_inputs *inputs = NULL;
    input_problems problems = {0};
    orma_error *error = NULL;
    char line[256];

    const orma_status st =
        process_inputs_build(plugins, profile, checks, document, ".", &inputs,
                             &problems, &error);
    snprintf(line, sizeof line, "  %s%s", path, *path != '\0' ? ": " : "");
    const bool told = names(&problems, path, words);
    if (st != ORMA_E_INVALID || problems.count != 1 || !told) {
        printf("# %s\n#   wanted %s: %s\n", text, path, words);
        for (size_t i = 0; i < problems.count; i++)
            printf("#   got %s: %s\n", problems.items[i].port,
                   problems.items[i].message);
        if (problems.count == 0 && error != NULL)
            printf("#   got error %s\n", orma_error_message(error));
    }
    CU_ASSERT_EQUAL(st, ORMA_E_INVALID);
    CU_ASSERT_EQUAL(problems.count, 1);
    CU_ASSERT_TRUE(told);
    CU_ASSERT_PTR_NULL(inputs);
    if (st == ORMA_E_INVALID)
        CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(error), line));
    input_problems_finish(&problems);
    orma_error_free(error);
    json_object_put(document);
}

/* What every document needs to be right. */
#define RIGHT "\"code\": \"bash@here\", \"needed\": {}"
#define GOOD RIGHT ", \"n\": 5"
#define OPTION(text) "{" GOOD ", \"metadata\": {\"options\": {" text "}}}"

static const struct wrong {
    const char *document, *path, *words;
} wrong_values[] = {
    {"{" RIGHT "}", "n", "is required: A number"},
    {"{" RIGHT ", \"n\": null}", "n", "is required"},
    {"{" RIGHT ", \"n\": 0}", "n", "below the minimum of 1"},
    {"{" RIGHT ", \"n\": 11}", "n", "above the maximum of 10"},
    {"{" RIGHT ", \"n\": \"five\"}", "n", ""},
    {"{" RIGHT ", \"n\": 5.5}", "n", ""},
    {"{" RIGHT ", \"n\": {\"$node\": \"settings\"}}", "n",
     "data.core.dict.Dict."},
    {"{" RIGHT ", \"n\": {\"$node\": 999999}}", "n", "999999"},
    {"{" RIGHT ", \"n\": {\"$node\": \"no such label\"}}", "n",
     "no such label"},
    {"{" RIGHT ", \"n\": {\"$node\": [1]}}", "n", "pk, UUID or label"},
    {"{" RIGHT ", \"n\": {\"$node\": 1, \"x\": 2}}", "n", "no meaning"},
    {"{" RIGHT ", \"n\": {\"$nod\": 1}}", "n", "did you mean \"$node\""},
    {"{" RIGHT ", \"n\": {\"$new\": \"core.str\", \"$value\": \"a\"}}", "n",
     "takes core.int, not \"core.str\""},
    {"{" RIGHT ", \"n\": {\"$new\": \"core.itn\", \"$value\": 1}}", "n",
     "core.itn"},
    {"{" GOOD ", \"word\": \"stop\"}", "word",
     "none of \"abort\", \"pause\""},
    {"{" GOOD ", \"name\": \"UPPER\"}", "name", "does not match"},
    {"{" GOOD ", \"items\": []}", "items", "at least 1"},
    {"{" GOOD ", \"items\": [1, 2, 3]}", "items", "at most 2"},
    {"{" GOOD ", \"either\": \"text\"}", "either", "no type of the port"},
    {"{" GOOD ", \"file\": {\"$file\": \"does/not/exist\"}}", "file",
     "does/not/exist"},
    {"{" GOOD ", \"file\": {\"$file\": 3}}", "file", "path of a file"},
    {"{" GOOD ", \"wordd\": \"pause\"}", "wordd", "did you mean \"word\""},
    {"{" GOOD ", \"withmpi\": true}", "withmpi",
     "did you mean \"metadata.options.withmpi\""},
    {"{" GOOD ", \"sub\": 3}", "sub", "takes a mapping, not an int"},
    {"{" GOOD ", \"sub\": {\"may\": 1}}", "sub.must", "is required"},
    {"{" GOOD ", \"sub\": {\"must\": 1, \"mayy\": 1}}", "sub.mayy",
     "did you mean \"sub.may\""},
    {"{" GOOD ", \"dyn\": {\"a__b\": 1}}", "dyn.a__b", "name of an input"},
    {"{" GOOD ", \"dyn\": {\"a\": {\"b\": \"x\"}}}", "dyn.a.b", ""},
    {"{\"code\": \"bash@here\", \"n\": 5}", "needed", "is required"},
    {"[1]", "", "not a list"},
};

static const struct wrong wrong_metadata[] = {
    {OPTION("\"withmpi\": \"yes\""), "metadata.options.withmpi",
     "takes bool (true or false), not a string"},
    {OPTION("\"max_wallclock_seconds\": 1.5"),
     "metadata.options.max_wallclock_seconds", "takes int, not a float"},
    {OPTION("\"max_wallclock_seconds\": 0"),
     "metadata.options.max_wallclock_seconds", "below the minimum of 1"},
    {OPTION("\"resources\": [1]"), "metadata.options.resources",
     "takes dict, not a list"},
    {OPTION("\"resources\": {\"num_machine\": 1}"),
     "metadata.options.resources", "num_machine"},
    {OPTION("\"resources\": {\"num_machines\": 0}"),
     "metadata.options.resources", "num_machines"},
    {OPTION("\"parser_name\": \"no.such.parser\""),
     "metadata.options.parser_name", "no.such.parser"},
    {OPTION("\"scheduler_stdout\": \"../out\""),
     "metadata.options.scheduler_stdout", "../out"},
    {OPTION("\"additional_retrieve_list\": [\"/etc/passwd\"]"),
     "metadata.options.additional_retrieve_list", "/etc/passwd"},
    {OPTION("\"additional_retrieve_list\": [1]"),
     "metadata.options.additional_retrieve_list", "item 1 is an int"},
    {OPTION("\"environment_variables\": {\"a b\": \"c\"}"),
     "metadata.options.environment_variables", "a b"},
    {OPTION("\"mpirun_extra_params\": [\"-x\", 1]"),
     "metadata.options.mpirun_extra_params", "item 2 is an int"},
    {OPTION("\"wall_time\": 3"), "metadata.options.wall_time",
     "no such input"},
    {OPTION("\"stash\": {\"target_base\": \"rel\", \"source_list\": [], "
            "\"stash_mode\": \"copy\"}"),
     "metadata.options.stash.target_base", "not an absolute path"},
    {OPTION("\"stash\": {\"target_base\": \"/s\", \"source_list\": [], "
            "\"stash_mode\": \"zip\"}"),
     "metadata.options.stash.stash_mode", "none of"},
    {OPTION("\"stash\": {\"target_base\": \"/s\", \"source_list\": [], "
            "\"stash_mode\": \"tar\"}"),
     "metadata.options.stash.dereference", "is required"},
    {OPTION("\"stash\": {\"target_base\": \"/s\", "
            "\"stash_mode\": \"copy\"}"),
     "metadata.options.stash.source_list", "is required to stash"},
    {"{" GOOD ", \"metadata\": {\"label\": 3}}", "metadata.label",
     "takes str"},
    {"{" GOOD ", \"metadata\": {\"call_link_label\": \"a b\"}}",
     "metadata.call_link_label", "link label"},
    {"{" GOOD ", \"metadata\": {\"computer\": \"nowhere\"}}",
     "metadata.computer", "nowhere"},
    {"{" GOOD ", \"metadata\": {\"computer\": \"bare\"}}",
     "metadata.computer", "code \"bash\" is on \"here\""},
    {"{" GOOD ", \"kept\": 3}", "kept", "takes str"},
};

static const struct wrong wrong_codes[] = {
    {"{\"n\": 5, \"needed\": {}}", "code", "is required"},
    {"{\"n\": 5, \"needed\": {}, \"code\": \"bsah@here\"}", "code",
     "bsah@here"},
    {"{\"n\": 5, \"needed\": {}, \"code\": {\"$node\": \"forty-two\"}}",
     "code", "forty-two"},
    {"{\"n\": 5, \"needed\": {}, \"code\": {\"a\": 1}}", "code",
     "label@computer"},
    {"{\"n\": 5, \"needed\": {}, \"code\": \"run\"}", "metadata.computer",
     "portable"},
    {"{\"n\": 5, \"needed\": {}, \"code\": \"bash-bare@bare\"}", "code",
     "orma computer configure core.local bare"},
    {"{\"n\": 5, \"needed\": {}, \"code\": \"bash-off@off\"}", "code",
     "orma computer enable off"},
};

static void check_table(const struct wrong *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_one(rows[i].document, rows[i].path, rows[i].words);
}

static void wrong_values_are_named_by_their_port(void)
{
    check_table(wrong_values, sizeof wrong_values / sizeof *wrong_values);
}

static void wrong_metadata_are_named_by_their_port(void)
{
    check_table(wrong_metadata,
                sizeof wrong_metadata / sizeof *wrong_metadata);
}

static void codes_and_computers_must_be_ready(void)
{
    check_table(wrong_codes, sizeof wrong_codes / sizeof *wrong_codes);
}

static void all_problems_are_told_at_once(void)
{
    json_object *document = fixture_json(
        "{\"code\": \"none@here\", \"n\": 99, \"wordd\": 1, \"needed\": {}, "
        "\"sub\": {\"may\": \"x\"}, "
        "\"metadata\": {\"options\": {\"withmpi\": 3}}}");
    process_inputs *inputs = NULL;
    input_problems problems = {0};
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(process_inputs_build(plugins, profile, checks, document,
                                         ".", &inputs, &problems, &error),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(problems.count, 6);
    CU_ASSERT_TRUE(names(&problems, "n", "maximum"));
    CU_ASSERT_TRUE(names(&problems, "sub.may", ""));
    CU_ASSERT_TRUE(names(&problems, "sub.must", "required"));
    CU_ASSERT_TRUE(names(&problems, "metadata.options.withmpi", "bool"));
    CU_ASSERT_TRUE(names(&problems, "code", "none"));
    CU_ASSERT_TRUE(names(&problems, "wordd", "word"));
    for (size_t i = 0; i < problems.count; i++) {
        const char *message = orma_error_message(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(message, problems.items[i].port));
        CU_ASSERT_PTR_NOT_NULL(strstr(message, problems.items[i].message));
    }
    input_problems_finish(&problems);
    orma_error_free(error);
    json_object_put(document);
}

/* A silicon run whose settings and pseudopotentials only pw's own plugin can
 * find wrong: an unknown key, and none for the kind "Si". */
#define PW                                                                     \
    "{\"code\": \"bash@here\", \"pseudos\": {}, \"settings\": "                \
    "{\"NO_SUCH_KEY\": 1}, \"kpoints\": {\"mesh\": [2, 2, 2]}, "              \
    "\"parameters\": {\"CONTROL\": {\"calculation\": \"scf\"}, "             \
    "\"SYSTEM\": {\"ecutwfc\": 12.0}}, \"structure\": {\"cell\": "           \
    "[[3, 0, 0], [0, 3, 0], [0, 0, 3]], \"kinds\": [{\"name\": \"Si\", "     \
    "\"symbols\": [\"Si\"], \"weights\": [1.0], \"mass\": 28.0855}], "       \
    "\"sites\": [{\"kind_name\": \"Si\", \"position\": [0, 0, 0]}]}}"

#ifdef HAVE_QE /* the plugin whose checks these are */
static void check_plugin_problems(enum plugin_kind kind, const char *name,
                                  const char *text, const char *const *paths)
{
    process_spec *spec = fixture_spec(plugins, kind, name);
    json_object *document = fixture_json(text);
    process_inputs *inputs = NULL;
    input_problems problems = {0};

    CU_ASSERT_EQUAL(process_inputs_build(plugins, profile, spec, document,
                                         ".", &inputs, &problems, NULL),
                    ORMA_E_INVALID);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_TRUE(names(&problems, paths[i], ""));
    input_problems_finish(&problems);
    json_object_put(document);
    process_spec_free(spec);
}

static void plugins_find_what_only_they_can(void)
{
    check_plugin_problems(KIND_CALCULATION, "quantumespresso.pw", PW,
                          (const char *const[]){"settings", "pseudos"});
}

static void plugins_check_exposed_inputs_where_they_lie(void)
{
    check_plugin_problems(KIND_WORKFLOW, "fake.wrap", "{\"pw\": " PW "}",
                          (const char *const[]){"pw.settings", "pw.pseudos"});
}
#endif

static const unit_test tests[] = {
    {"wrong_values_are_named_by_their_port",
     wrong_values_are_named_by_their_port},
    {"wrong_metadata_are_named_by_their_port",
     wrong_metadata_are_named_by_their_port},
    {"codes_and_computers_must_be_ready", codes_and_computers_must_be_ready},
    {"all_problems_are_told_at_once", all_problems_are_told_at_once},
#ifdef HAVE_QE
    {"plugins_find_what_only_they_can", plugins_find_what_only_they_can},
    {"plugins_check_exposed_inputs_where_they_lie",
     plugins_check_exposed_inputs_where_they_lie},
#endif
    {NULL, NULL},
};
const unit_suite problems_suite = {"problems", open_all, close_all, tests};
