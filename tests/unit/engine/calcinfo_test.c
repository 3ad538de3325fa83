/* The calcinfo: checks, and AiiDA's completed form.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/calcinfo.h>

#include "unit/engine/suites.h"

static json_object *parse(const char *text)
{
    json_object *value = NULL;
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

/* Inputs with a code of AiiDA's sample, and its options. */
static node *code;
static process_input items[1];
static process_inputs inputs;

static int set_up(void)
{
    static char path[] = "code";

    code = node_create("data.core.code.installed.InstalledCode.");
    if (code == NULL ||
        !uuid_parse("4bf99f2c-a934-4ee5-b79d-b401db47d7cb", &code->uuid))
        return 1;
    items[0] = (process_input){.path = path, .link_label = path, .value = code};
    inputs = (process_inputs){.items = items, .count = 1};
    inputs.metadata = json_object_new_object();
    json_object *options = json_object_new_object();
    json_set(inputs.metadata, "options", options);
    json_set_text(options, "scheduler_stdout", "_scheduler-stdout.txt");
    json_set_text(options, "scheduler_stderr", "_scheduler-stderr.txt");
    return 0;
}

static int tear_down(void)
{
    node_free(code);
    json_object_put(inputs.metadata);
    return 0;
}

static void is_completed_as_aiida_writes_it(void)
{
    AUTO_JSON json_object *info = parse(
        "{\"codes_info\": [{\"stdin_name\": \"aiida.in\", \"stdout_name\":"
        " \"aiida.out\", \"code\": \"code\"}], \"retrieve_list\":"
        " [\"aiida.out\"]}");
    AUTO_BUF buf expected = {0}, written = {0};
    orma_uuid uuid;

    uuid_parse("3b70c065-5b1e-4bf6-a6c8-be166f717e08", &uuid);
    CU_ASSERT_EQUAL(calcinfo_check(info, &inputs, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(calcinfo_complete(info, &inputs, &uuid, NULL), ORMA_OK);
    json_write(&written, info, JSON_PYTHON);
    CU_ASSERT_EQUAL(
        file_read(TEST_DATA "/calcjob/calcinfo.json", 1 << 20, &expected, NULL),
        ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&written), buf_c_str(&expected));
    CU_ASSERT_PTR_EQUAL(calcinfo_code(json_object_array_get_idx(
                                          json_get(info, "codes_info"), 0),
                                      &inputs),
                        code);
}

static void joined_streams_are_retrieved_once(void)
{
    AUTO_JSON json_object *info = parse("{\"skip_submit\": true}");
    json_object *options = json_get(inputs.metadata, "options");
    orma_uuid uuid = {{0}};

    json_set_text(options, "scheduler_stderr", "_scheduler-stdout.txt");
    CU_ASSERT_EQUAL(calcinfo_complete(info, &inputs, &uuid, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(json_get(info, "retrieve_list")),
                    1);
    json_set_text(options, "scheduler_stderr", "_scheduler-stderr.txt");
}

static void refuses_by_key(void)
{
    static const struct {
        const char *info, *key;
    } rows[] = {
        {"[]", "no JSON object"},
        {"{}", "codes_info"},
        {"{\"codes_info\": [{\"code\": \"other\"}]}", "codes_info"},
        {"{\"skip_submit\": true, \"retrieve\": []}", "retrieve"},
        {"{\"skip_submit\": 1}", "skip_submit"},
        {"{\"skip_submit\": true, \"codes_run_mode\": 2}", "codes_run_mode"},
        {"{\"skip_submit\": true, \"retrieve_list\": [[\"a\", \"b\"]]}",
         "retrieve_list"},
        {"{\"skip_submit\": true, \"retrieve_list\": [[\"a\", \"../b\", 0]]}",
         "retrieve_list"},
        {"{\"skip_submit\": true, \"local_copy_list\":"
         " [[\"no uuid\", \"a\", \"b\"]]}",
         "local_copy_list"},
        {"{\"skip_submit\": true, \"local_copy_list\":"
         " [[\"3b70c065-5b1e-4bf6-a6c8-be166f717e08\", \"a\", \"/etc/x\"]]}",
         "local_copy_list"},
        {"{\"skip_submit\": true, \"remote_copy_list\":"
         " [[\"3b70c065-5b1e-4bf6-a6c8-be166f717e08\", \"a\", \"b\"]]}",
         "remote_copy_list"},
        {"{\"skip_submit\": true, \"file_copy_operation_order\": [3]}",
         "file_copy_operation_order"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_JSON json_object *info = parse(rows[i].info);
        AUTO_ERROR orma_error *error = NULL;
        CU_ASSERT_EQUAL(calcinfo_check(info, &inputs, &error), ORMA_E_INVALID);
        CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(error), rows[i].key));
    }
}

static void takes_what_plugins_write(void)
{
    AUTO_JSON json_object *info =
        parse("{\"codes_info\": [{\"code\": \"code\"}], \"retrieve_list\":"
              " [\"*.xml\", [\"out/x.*.y\", \".\", 2], [\"a\", \"b\", null]],"
              " \"remote_copy_list\":"
              " [[\"3b70c065-5b1e-4bf6-a6c8-be166f717e08\", \"/s/out/*\","
              " \"./out/\"]], \"local_copy_list\":"
              " [[\"3b70c065-5b1e-4bf6-a6c8-be166f717e08\", \"\", \".\"]],"
              " \"prepend_text\": \"x\"}");

    CU_ASSERT_EQUAL(calcinfo_check(info, &inputs, NULL), ORMA_OK);
}

static const unit_test tests[] = {
    {"is completed as AiiDA writes it", is_completed_as_aiida_writes_it},
    {"joined streams are retrieved once", joined_streams_are_retrieved_once},
    {"refuses by key", refuses_by_key},
    {"takes what plugins write", takes_what_plugins_write},
    {NULL, NULL},
};

const unit_suite calcinfo_suite = {"calcinfo", set_up, tear_down, tests};
