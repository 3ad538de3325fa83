/* Inputs as they come out of the builder.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <stdio.h>
#include <string.h>

#include <base/file.h>
#include <base/text.h>
#include <orma/node.h>
#include <process/calc_inputs.h>

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

static process_inputs *build_in(store *s, const char *folder,
                                const char *text)
{
    json_object *document = fixture_json(text);
    process_inputs *inputs = NULL;
    input_problems problems = {0};
    orma_error *error = NULL;

    if (process_inputs_build(plugins, s, checks, document, folder, &inputs,
                             &problems, &error) != ORMA_OK)
        printf("# %s\n", orma_error_message(error));
    json_object_put(document);
    input_problems_finish(&problems);
    orma_error_free(error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(inputs);
    return inputs;
}

static process_inputs *build(const char *text)
{
    return build_in(profile, ".", text);
}

static const process_input *item(const process_inputs *inputs,
                                 const char *path)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (strcmp(inputs->items[i].path, path) == 0)
            return &inputs->items[i];
    CU_FAIL_FATAL("no such input");
    return NULL;
}

static void check_json(const json_object *value, const char *wanted)
{
    json_object *expected = fixture_json(wanted);

    CU_ASSERT_TRUE(json_equal(value, expected));
    json_object_put(expected);
}

#define GOOD "\"code\": \"bash@here\", \"needed\": {}, \"n\": 5"

static void literals_become_new_nodes(void)
{
    process_inputs *in = build("{" GOOD ", \"either\": 2.5}");
    const process_input *n = item(in, "n");

    CU_ASSERT_EQUAL(n->value->pk, 0);
    CU_ASSERT_STRING_EQUAL(n->value->node_type, "data.core.int.Int.");
    CU_ASSERT_STRING_EQUAL(n->value->entry_point, "core.int");
    check_json(n->value->attributes, "{\"value\": 5}");
    CU_ASSERT_STRING_EQUAL(item(in, "either")->value->node_type,
                           "data.core.float.Float.");
    process_inputs_free(in);
}

static void the_first_type_that_accepts_wins(void)
{
    process_inputs *in = build("{" GOOD ", \"either\": 2}");

    CU_ASSERT_STRING_EQUAL(item(in, "either")->value->entry_point, "core.int");
    process_inputs_free(in);
}

static void ports_of_any_type_take_the_literals_own(void)
{
    static const char *const literals[][2] = {
        {"true", "core.bool"}, {"1", "core.int"},      {"1.0", "core.float"},
        {"\"a\"", "core.str"}, {"[1]", "core.list"}, {"{\"a\": 1}", "core.dict"},
    };

    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        char text[256];
        snprintf(text, sizeof text, "{" GOOD ", \"any\": %s}", literals[i][0]);
        process_inputs *in = build(text);
        CU_ASSERT_STRING_EQUAL(item(in, "any")->value->entry_point,
                               literals[i][1]);
        process_inputs_free(in);
    }
}

static void defaults_fill_what_was_not_given(void)
{
    process_inputs *in = build("{" GOOD "}");

    check_json(item(in, "late")->value->attributes, "{\"value\": 7}");
    CU_ASSERT_PTR_NULL(process_inputs_get(in, "lazy.filled"));
    CU_ASSERT_PTR_NULL(process_inputs_get(in, "word"));
    check_json(in->plain, "{\"kept\": \"plain\"}");
    process_inputs_free(in);
    in = build("{" GOOD ", \"lazy\": {}, \"late\": null}");
    CU_ASSERT_PTR_NOT_NULL(process_inputs_get(in, "lazy.filled"));
    CU_ASSERT_PTR_NULL(process_inputs_get(in, "late"));
    process_inputs_free(in);
}

/* Nested ports are flattened with two underscores (aiida-engine 4). */
static void namespaces_flatten_into_link_labels(void)
{
    process_inputs *in = build("{" GOOD ", \"sub\": {\"must\": 1}, \"dyn\": "
                               "{\"a\": 1, \"deep\": {\"b\": 2}}}");

    CU_ASSERT_STRING_EQUAL(item(in, "sub.must")->link_label, "sub__must");
    CU_ASSERT_STRING_EQUAL(item(in, "dyn.a")->link_label, "dyn__a");
    CU_ASSERT_STRING_EQUAL(item(in, "dyn.deep.b")->link_label,
                           "dyn__deep__b");
    process_inputs_free(in);
}

static void stored_nodes_are_taken_by_pk_uuid_and_label(void)
{
    process_inputs *in =
        build("{" GOOD ", \"either\": {\"$node\": \"forty-two\"}}");
    const node *n = item(in, "either")->value;
    char uuid[37], text[512];

    CU_ASSERT_TRUE(n->pk > 0);
    uuid_format(&n->uuid, uuid);
    snprintf(text, sizeof text,
             "{" GOOD ", \"any\": {\"$node\": %lld}, "
             "\"either\": {\"$node\": \"%s\"}}",
             (long long)n->pk, uuid);
    process_inputs *again = build(text);
    CU_ASSERT_EQUAL(item(again, "any")->value->pk, n->pk);
    CU_ASSERT_EQUAL(item(again, "either")->value->pk, n->pk);
    process_inputs_free(again);
    process_inputs_free(in);
}

static void files_are_imported_relative_to_the_document(void)
{
    const char *folder = unit_temp_dir();
    char path[4200];
    orma_str content = {0};

    snprintf(path, sizeof path, "%s/some.txt", folder);
    file_write(path, ORMA_LITERAL("some text"), 0600, NULL);
    process_inputs *in = build_in(
        profile, folder, "{" GOOD ", \"file\": {\"$file\": \"some.txt\"}, "
                         "\"any\": {\"$file\": \"some.txt\", "
                         "\"$as\": \"core.singlefile\"}}");
    const node *n = item(in, "file")->value;
    CU_ASSERT_STRING_EQUAL(n->entry_point, "core.singlefile");
    CU_ASSERT_EQUAL(node_ops()->read(n, "some.txt", &content, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(content.ptr, "some text");
    CU_ASSERT_STRING_EQUAL(item(in, "any")->value->entry_point,
                           "core.singlefile");
    process_inputs_free(in);
}

/* Committed and loaded again: read from the container, whole and piecewise. */
static void stored_files_are_read_through_the_table(void)
{
    const orma_node_ops *ops = node_ops();
    const char *folder = unit_temp_dir();
    char path[4200], piece[16];
    unit *u = NULL;
    node *stored = NULL;
    orma_stream *stream = NULL;
    orma_str text = {0};
    size_t n = 0;

    snprintf(path, sizeof path, "%s/some.txt", folder);
    file_write(path, ORMA_LITERAL("some text"), 0600, NULL);
    process_inputs *in = build_in(
        profile, folder, "{" GOOD ", \"file\": {\"$file\": \"some.txt\"}}");
    node *made = item(in, "file")->value;
    CU_ASSERT_EQUAL_FATAL(unit_begin(profile, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(unit_add_node(u, made, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(store_node(profile, made->pk, &stored, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(ops->files(stored, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "[\"some.txt\"]");
    CU_ASSERT_EQUAL(ops->read(stored, "some.txt", &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "some text");
    CU_ASSERT_EQUAL(ops->read(made, "some.txt", &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "some text");
    CU_ASSERT_EQUAL_FATAL(ops->open(stored, "some.txt", &stream, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(ops->next(stream, piece, 4, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 4);
    CU_ASSERT_EQUAL(memcmp(piece, "some", 4), 0);
    CU_ASSERT_EQUAL(ops->write(stored, "a", ORMA_LITERAL("b"), NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_STRING_EQUAL(ops->type(stored).ptr, "core.singlefile");
    node_ops_end_call(stored);
    node_free(stored);
    process_inputs_free(in);
}

static void a_type_can_be_named(void)
{
    process_inputs *in = build("{" GOOD ", \"any\": {\"$new\": \"core.dict\", "
                               "\"a\": 1}, \"either\": {\"$new\": "
                               "\"core.float\", \"$value\": 3}}");

    check_json(item(in, "any")->value->attributes, "{\"a\": 1}");
    CU_ASSERT_STRING_EQUAL(item(in, "either")->value->entry_point,
                           "core.float");
    process_inputs_free(in);
}

static void code_brings_its_computer(void)
{
    process_inputs *in = build("{" GOOD "}");

    CU_ASSERT_PTR_NOT_NULL_FATAL(in->code);
    CU_ASSERT_STRING_EQUAL(in->code->label, "bash");
    CU_ASSERT_STRING_EQUAL(json_get_text(in->computer, "label", ""), "here");
    process_inputs_free(in);
    in = build("{\"n\": 5, \"needed\": {}, \"code\": \"run\", \"metadata\": "
               "{\"computer\": \"here\"}}");
    CU_ASSERT_STRING_EQUAL(json_get_text(in->computer, "label", ""), "here");
    CU_ASSERT_PTR_NULL(in->given_metadata); /* the node's column has it */
    process_inputs_free(in);
}

/* As in core_data_types.aiida: the computer's default was added. */
static void metadata_are_filled_and_the_given_ones_kept(void)
{
    process_inputs *in =
        build("{" GOOD ", \"kept\": \"k\", \"metadata\": {\"label\": "
              "\"first\", \"options\": "
              "{\"withmpi\": false}}}");
    const json_object *options = json_get(in->metadata, "options");

    check_json(in->given_metadata, "{\"metadata\": {\"label\": \"first\", "
                                   "\"options\": {\"withmpi\": false}}}");
    check_json(json_get(options, "resources"),
               "{\"num_machines\": 1, \"num_mpiprocs_per_machine\": 1}");
    CU_ASSERT_STRING_EQUAL(json_get_text(options, "output_filename", ""),
                           "out.txt");
    CU_ASSERT_STRING_EQUAL(
        json_get_text(options, "submit_script_filename", ""),
        "_aiidasubmit.sh");
    CU_ASSERT_FALSE(json_get_bool(options, "withmpi", true));
    CU_ASSERT_TRUE(json_get_bool(options, "import_sys_environment", false));
    CU_ASSERT_PTR_NULL(json_get(options, "stash"));
    CU_ASSERT_PTR_NULL(json_get(options, "queue_name"));
    CU_ASSERT_STRING_EQUAL(json_get_text(in->metadata, "call_link_label", ""),
                           "CALL");
    process_inputs_free(in);
}

static void nothing_given_is_no_given_metadata(void)
{
    process_inputs *in = build("{" GOOD "}");

    CU_ASSERT_PTR_NULL(in->given_metadata);
    process_inputs_free(in);
}

static void non_db_inputs_are_marked(void)
{
    process_inputs *in = build("{" GOOD ", \"seen\": 3}");

    CU_ASSERT_TRUE(item(in, "seen")->non_db);
    CU_ASSERT_FALSE(item(in, "n")->non_db);
    process_inputs_free(in);
}

static void without_a_store_nothing_is_required(void)
{
    process_inputs *in = build_in(
        NULL, ".", "{\"code\": \"pw@anywhere\", \"either\": 3, \"metadata\": "
                   "{\"computer\": \"x\", \"options\": {\"withmpi\": true}}}");

    CU_ASSERT_EQUAL(item(in, "either")->value->pk, 0);
    CU_ASSERT_PTR_NULL(in->code);
    CU_ASSERT_PTR_NULL(in->computer);
    process_inputs_free(in);
}

static void without_a_store_wrong_values_are_still_wrong(void)
{
    json_object *document = fixture_json(
        "{\"n\": 99, \"any\": {\"$node\": 1}, \"metadata\": {\"label\": 1}}");
    process_inputs *inputs = NULL;
    input_problems problems = {0};

    CU_ASSERT_EQUAL(process_inputs_build(plugins, NULL, checks, document, ".",
                                         &inputs, &problems, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(problems.count, 3);
    input_problems_finish(&problems);
    json_object_put(document);
}

static void plugins_read_what_was_given(void)
{
    process_inputs *in = build("{" GOOD ", \"dyn\": {\"b\": 1, \"a\": 2}, "
                               "\"sub\": {\"must\": 1}, \"metadata\": "
                               "{\"label\": \"l\"}}");
    calc_inputs c;
    orma_str text = {0};

    CU_ASSERT_EQUAL_FATAL(calc_inputs_init(&c, in, "", NULL), ORMA_OK);
    CU_ASSERT_PTR_EQUAL(calc_inputs_get(&c, "sub.must"),
                        item(in, "sub.must")->value);
    CU_ASSERT_PTR_NULL(calc_inputs_get(&c, "sub.may"));
    CU_ASSERT_EQUAL(calc_inputs_names(&c, "dyn", &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "[\"a\",\"b\"]");
    CU_ASSERT_EQUAL(calc_inputs_names(&c, "", &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(
        text.ptr, "[\"code\",\"dyn\",\"kept\",\"late\",\"n\",\"sub\"]");
    text = calc_inputs_metadata(&c, "label");
    CU_ASSERT_STRING_EQUAL(text.ptr, "\"l\"");
    text = calc_inputs_metadata(&c, "options.output_filename");
    CU_ASSERT_STRING_EQUAL(text.ptr, "\"out.txt\"");
    text = calc_inputs_metadata(&c, "kept");
    CU_ASSERT_STRING_EQUAL(text.ptr, "\"plain\"");
    text = calc_inputs_metadata(&c, "options.queue_name");
    CU_ASSERT_PTR_NULL(text.ptr);
    calc_inputs_finish(&c);
    process_inputs_free(in);
}

static const unit_test tests[] = {
    {"literals_become_new_nodes", literals_become_new_nodes},
    {"the_first_type_that_accepts_wins", the_first_type_that_accepts_wins},
    {"ports_of_any_type_take_the_literals_own",
     ports_of_any_type_take_the_literals_own},
    {"defaults_fill_what_was_not_given", defaults_fill_what_was_not_given},
    {"namespaces_flatten_into_link_labels",
     namespaces_flatten_into_link_labels},
    {"stored_nodes_are_taken_by_pk_uuid_and_label",
     stored_nodes_are_taken_by_pk_uuid_and_label},
    {"files_are_imported_relative_to_the_document",
     files_are_imported_relative_to_the_document},
    {"stored_files_are_read_through_the_table",
     stored_files_are_read_through_the_table},
    {"a_type_can_be_named", a_type_can_be_named},
    {"code_brings_its_computer", code_brings_its_computer},
    {"metadata_are_filled_and_the_given_ones_kept",
     metadata_are_filled_and_the_given_ones_kept},
    {"nothing_given_is_no_given_metadata", nothing_given_is_no_given_metadata},
    {"non_db_inputs_are_marked", non_db_inputs_are_marked},
    {"without_a_store_nothing_is_required",
     without_a_store_nothing_is_required},
    {"without_a_store_wrong_values_are_still_wrong",
     without_a_store_wrong_values_are_still_wrong},
    {"plugins_read_what_was_given", plugins_read_what_was_given},
    {NULL, NULL},
};
const unit_suite inputs_suite = {"inputs", open_all, close_all, tests};
