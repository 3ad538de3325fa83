/* Calcjobs from start to end, by real plugins and a real shell.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/engine/fixture.h"
#include "unit/engine/suites.h"

static fixture f;

static int set_up(void)
{
    return fixture_open(&f) ? 0 : 1;
}

static int tear_down(void)
{
    fixture_close(&f);
    return 0;
}

static const char *text_of(const node *n, const char *key)
{
    return json_get_text(n->attributes, key, "");
}

/* Attributes whose values tell of this run. The two accounts of the job may
 * have more, or less: AiiDA asks ps, orma the job itself. */
static bool is_of_the_run(const char *key)
{
    static const char *const keys[] = {
        "version",       "remote_workdir",          "job_id",
        "last_job_info", "scheduler_lastchecktime", "detailed_job_info"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (text_equal(keys[i], key))
            return true;
    return false;
}

static void the_node_has_aiidas_attributes(void)
{
    AUTO_JSON json_object *expected = NULL;
    node *process = fixture_run(&f, "{\"x\": 1, \"y\": 2}");

    CU_ASSERT_EQUAL_FATAL(json_parse_file(TEST_DATA "/calcjob/attributes.json",
                                          1 << 20, &expected, NULL),
                          ORMA_OK);
    json_object_object_foreach(expected, key, value)
    {
        json_object *own = NULL;
        const bool has =
            json_object_object_get_ex(process->attributes, key, &own);
        /* null where there is no accounting: absent means the same */
        if (!has && value != NULL)
            printf("# \"%s\" is missing\n", key);
        CU_ASSERT(has || value == NULL);
        if (!is_of_the_run(key))
            CU_ASSERT(json_equal(own, value));
    }
    json_object_object_foreach(process->attributes, own_key, own_value)
    {
        (void)own_value;
        if (!json_object_object_get_ex(expected, own_key, NULL))
            printf("# AiiDA has no \"%s\"\n", own_key);
        CU_ASSERT(json_object_object_get_ex(expected, own_key, NULL));
    }
    CU_ASSERT(node_is_sealed(process));
    CU_ASSERT_EQUAL(json_get_int(json_get(process->attributes, "last_job_info"),
                                 "exit_status", -1),
                    0);
    CU_ASSERT_PTR_NOT_NULL(json_get(process->extras, "_orma_plugin"));
    node_free(process);
}

static void the_outputs_are_there(void)
{
    node *process = fixture_run(&f, "{\"x\": 40, \"y\": 2}");
    node *sum = fixture_output(&f, process, "sum");
    node *remote = fixture_output(&f, process, "remote_folder");
    node *retrieved = fixture_output(&f, process, "retrieved");
    AUTO_BUF buf out = {0}, in = {0};
    bool found = false;

    CU_ASSERT_EQUAL(json_get_int(sum->attributes, "value", 0), 42);
    CU_ASSERT_STRING_EQUAL(text_of(remote, "remote_path"),
                           text_of(process, "remote_workdir"));
    CU_ASSERT_EQUAL(remote->computer_pk, process->computer_pk);
    store_read_file(f.store, retrieved, "aiida.out", &out, &found, NULL);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), "42\n");
    store_read_file(f.store, process, "aiida.in", &in, &found, NULL);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&in), "echo $((40 + 2))\n");
    node_free(sum);
    node_free(remote);
    node_free(retrieved);
    node_free(process);
}

/* The process has one log row, of AiiDA's logger: that one. */
static void expect_log(const node *process, const char *level,
                       const char *message)
{
    AUTO_JSON json_object *rows = NULL;

    CU_ASSERT_EQUAL_FATAL(store_list_logs(f.store, process->pk, &rows, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 1);
    const json_object *row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_STRING_EQUAL(
        json_get_text(row, "loggername", ""),
        "aiida.orm.nodes.process.calculation.calcjob.CalcJobNode");
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "levelname", ""), level);
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "message", ""), message);
}

static void nothing_is_left_of_a_run(void)
{
    static const char *const keys[] = {"state", "process_status", "paused"};
    node *process = fixture_run(&f, "{\"x\": 1, \"y\": 1}");
    process_row row = {0};
    bool found = true;

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        CU_ASSERT_FALSE(
            json_object_object_get_ex(process->attributes, keys[i], NULL));
    /* AiiDA writes null where the scheduler keeps no accounts. */
    json_object *account = process->attributes;
    CU_ASSERT(json_object_object_get_ex(process->attributes,
                                        "detailed_job_info", &account));
    CU_ASSERT_PTR_NULL(account);

    CU_ASSERT_EQUAL(store_process_row(f.store, process->pk, &row, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_FALSE(found);
    node_free(process);
}

static void the_parsers_exit_code_is_kept(void)
{
    node *process = fixture_run(&f, "{\"x\": 1, \"y\": -5}");
    node *sum = fixture_output(&f, process, "sum");

    CU_ASSERT_STRING_EQUAL(text_of(process, "process_state"), "finished");
    CU_ASSERT_EQUAL(json_get_int(process->attributes, "exit_status", 0), 410);
    CU_ASSERT_STRING_EQUAL(text_of(process, "exit_message"),
                           "The sum of the operands is a negative number.");
    CU_ASSERT_EQUAL(json_get_int(sum->attributes, "value", 0), -4);
    expect_log(process, "WARNING",
               "output parser returned exit code<410>: The sum of the "
               "operands is a negative number.");
    node_free(sum);
    node_free(process);
}

static void a_job_that_fails_is_a_result(void)
{
    node *process =
        fixture_run(&f, "{\"x\": 1, \"y\": 2, \"metadata\": {\"options\":"
                        " {\"prepend_text\": \"exit 9\"}}}");

    CU_ASSERT_EQUAL(json_get_int(process->attributes, "exit_status", 0), 310);
    CU_ASSERT_EQUAL(json_get_int(json_get(process->attributes, "last_job_info"),
                                 "exit_status", -1),
                    9);
    node_free(process);
}

static void a_job_that_is_gone_without_a_word_has_ended(void)
{
    node *process =
        fixture_run(&f, "{\"x\": 1, \"y\": 2, \"metadata\": {\"options\":"
                        " {\"prepend_text\": \"kill -KILL $$\"}}}");

    CU_ASSERT_EQUAL(json_get_int(process->attributes, "exit_status", 0), 310);
    CU_ASSERT_PTR_NULL(json_get(json_get(process->attributes, "last_job_info"),
                                "exit_status"));
    node_free(process);
}

static void further_files_are_retrieved(void)
{
    node *process = fixture_run(
        &f, "{\"x\": 1, \"y\": 2, \"metadata\": {\"options\":"
            " {\"prepend_text\": \"mkdir -p a/b; echo 1 > a/b/c; echo 2 > d1;"
            " echo 3 > 'd 2'\", \"additional_retrieve_list\":"
            " [\"a/b/c\", \"d*\", \"not there\", \"a\"]}}}");
    node *retrieved = fixture_output(&f, process, "retrieved");
    static const char *const paths[] = {"c", "d1", "d 2", "a/b/c"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        CU_ASSERT_PTR_NOT_NULL(repository_key(retrieved->repository, paths[i]));
    CU_ASSERT_PTR_NULL(repository_key(retrieved->repository, "not there"));
    node_free(retrieved);
    node_free(process);
}

/* How many log rows say that something was not retrieved, and these. */
static size_t count_skipped(const node *process, buf *messages)
{
    AUTO_JSON json_object *rows = NULL;
    size_t count = 0;

    CU_ASSERT_EQUAL_FATAL(store_list_logs(f.store, process->pk, &rows, NULL),
                          ORMA_OK);
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        const char *message =
            json_get_text(json_object_array_get_idx(rows, i), "message", "");
        if (strstr(message, "was not retrieved") == NULL)
            continue;
        buf_text(messages, message);
        buf_char(messages, '\n');
        count++;
    }
    return count;
}

static void what_is_no_file_is_left_out(void)
{
    node *process = fixture_run(
        &f, "{\"x\": 1, \"y\": 2, \"metadata\": {\"options\":"
            " {\"prepend_text\": \"mkdir -p a b; mkfifo pipe a/pipe;"
            " ln -s pipe to_pipe; ln -s loop loop; ln -s nowhere dangling;"
            " ln -s /dev/null device; ln -s loop a/loop;"
            " ln -s nowhere a/dangling; echo 1 > a/file; ln -s a/file to_file;"
            " ln -s b to_folder; echo 2 > b/inner\","
            " \"additional_retrieve_list\": [\"pipe\", \"to_pipe\","
            " \"loop\", \"dangl*\", \"device\", \"a\", \"to_file\","
            " \"to_folder\"]}}}");
    node *retrieved = fixture_output(&f, process, "retrieved");
    static const char *const kept[] = {"a/file", "to_file", "to_folder/inner"};
    static const char *const left[] = {
        "pipe", "to_pipe", "loop", "device", "a/pipe", "a/dangling", "a/loop"};
    AUTO_BUF buf messages = {0};

    CU_ASSERT_EQUAL(json_get_int(process->attributes, "exit_status", -1), 0);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        CU_ASSERT_PTR_NOT_NULL(repository_key(retrieved->repository, kept[i]));
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        CU_ASSERT_PTR_NULL(repository_key(retrieved->repository, left[i]));
    CU_ASSERT_EQUAL(count_skipped(process, &messages), 5);
    node_free(retrieved);
    node_free(process);
}

static void a_name_that_is_not_allowed_costs_its_file_only(void)
{
    node *process =
        fixture_run(&f, "{\"x\": 1, \"y\": 2, \"metadata\": {\"options\":"
                        " {\"prepend_text\": \"mkdir a; echo 1 > a/good;"
                        " touch a/$'caf\\\\xe9' a/$'tab\\\\tin'\","
                        " \"additional_retrieve_list\": [\"a\"]}}}");
    node *retrieved = fixture_output(&f, process, "retrieved");
    AUTO_BUF buf messages = {0};

    CU_ASSERT_EQUAL(json_get_int(process->attributes, "exit_status", -1), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(retrieved);
    CU_ASSERT_PTR_NOT_NULL(repository_key(retrieved->repository, "a/good"));
    CU_ASSERT_EQUAL(count_skipped(process, &messages), 2);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(buf_c_str(&messages), "\"a/caf\\xE9\" was not retrieved"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(buf_c_str(&messages), "\"a/tab\\x09in\" was not retrieved"));
    node_free(retrieved);
    node_free(process);
}

static void wishes_for_mpi_that_contradict_except(void)
{
    node *process =
        fixture_run(&f, "{\"x\": 1, \"y\": 2, \"code\": \"mpi@localhost\","
                        " \"metadata\": {\"options\": {\"withmpi\": false}}}");

    CU_ASSERT_STRING_EQUAL(text_of(process, "process_state"), "excepted");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text_of(process, "exception"), "metadata.options.withmpi"));
    CU_ASSERT(node_is_sealed(process));
    AUTO_FREE char *report =
        text_printf("[%lld|ArithmeticAddCalculation|on_except]: %s",
                    (long long)process->pk, text_of(process, "exception"));
    expect_log(process, "REPORT", report);
    node_free(process);
}

/* ---- pause, kill, resume ----------------------------------------- */

typedef struct request_once {
    const char *on;      /* when this line of progress comes */
    const char *request; /* "pause" or "kill" */
    bool was_made;
} request_once;

static void ask(void *user, const char *line)
{
    request_once *r = user;
    AUTO_JSON json_object *rows = NULL;

    if (r->was_made || !text_starts(line, r->on))
        return;
    r->was_made = true;
    if (store_list_nodes(f.store, "process.", false, 0, &rows, NULL) != ORMA_OK)
        return;
    const size_t count = json_object_array_length(rows);
    const int64_t pk =
        json_get_int(json_object_array_get_idx(rows, count - 1), "pk", 0);
    store_request(f.store, pk, r->request, NULL);
}

static int64_t run_asking(const char *document, request_once *request)
{
    process_inputs *inputs = fixture_inputs(&f, document);
    run_options options;
    orma_error *error = NULL;
    int64_t pk = 0;

    fixture_options(&options);
    options.progress = ask;
    options.progress_user = request;
    if (engine_run(f.registry, f.store, f.spec, inputs, &options, &pk,
                   &error) != ORMA_OK)
        fixture_complain(error);
    process_inputs_free(inputs);
    CU_ASSERT_FATAL(pk > 0);
    return pk;
}

static void a_kill_ends_the_job(void)
{
    request_once request = {"job ", "kill", false};
    const int64_t pk =
        run_asking("{\"x\": 1, \"y\": 2, \"metadata\": {\"options\":"
                   " {\"prepend_text\": \"echo $$ > pid; sleep 60 & wait\"}}}",
                   &request);
    node *process = NULL;
    AUTO_BUF buf pid = {0};

    CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text_of(process, "process_state"), "killed");
    CU_ASSERT_PTR_NULL(json_get(process->attributes, "exit_status"));
    AUTO_FREE char *path =
        text_printf("%s/pid", text_of(process, "remote_workdir"));
    CU_ASSERT_EQUAL(file_read(path, 100, &pid, NULL), ORMA_OK);
    /* gone, or a zombie that nobody has waited for yet */
    AUTO_FREE char *command =
        text_printf("case $(ps -o stat= -p %d) in ''|Z*) exit 0;; esac; exit 1",
                    (int)strtol(buf_c_str(&pid), NULL, 10));
    CU_ASSERT_EQUAL(system(command), 0);
    node_free(process);
}

static void a_paused_process_plays_on(void)
{
    request_once request = {"job ", "pause", false};
    const int64_t pk =
        run_asking("{\"x\": 20, \"y\": 3, \"metadata\": {\"options\":"
                   " {\"prepend_text\": \"sleep 1\"}}}",
                   &request);
    run_options options;
    node *process = NULL;

    fixture_options(&options);
    CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
    CU_ASSERT(json_get_bool(process->attributes, "paused", false));
    CU_ASSERT_STRING_EQUAL(text_of(process, "process_state"), "waiting");
    CU_ASSERT_STRING_EQUAL(text_of(process, "state"), "withscheduler");
    CU_ASSERT_STRING_EQUAL(text_of(process, "process_status"),
                           "Paused by request");
    node_free(process);
    /* taken up without being played, it stays */
    CU_ASSERT_EQUAL(engine_resume(f.registry, f.store, pk, &options, NULL),
                    ORMA_OK);
    store_node(f.store, pk, &process, NULL);
    CU_ASSERT_FALSE(node_is_sealed(process));
    node_free(process);
    store_request(f.store, pk, NULL, NULL);
    CU_ASSERT_EQUAL(engine_resume(f.registry, f.store, pk, &options, NULL),
                    ORMA_OK);
    store_node(f.store, pk, &process, NULL);
    CU_ASSERT(node_is_sealed(process));
    CU_ASSERT_PTR_NULL(json_get(process->attributes, "paused"));
    CU_ASSERT_EQUAL(json_get_int(process->attributes, "exit_status", -1), 0);
    node_free(process);
}

/* Asks for a kill before the submission, and leaves an empty `run` when it is
 * under way. */
typedef struct kill_and_spoil {
    request_once kill;
    char *run; /* path, owned */
} kill_and_spoil;

static void ask_and_spoil(void *user, const char *line)
{
    static const struct timespec past_the_request_interval = {0, 300000000};
    kill_and_spoil *k = user;
    AUTO_JSON json_object *rows = NULL;
    node *process = NULL;

    if (text_starts(line, k->kill.on))
        nanosleep(&past_the_request_interval, NULL);
    ask(&k->kill, line);
    if (k->run != NULL || !text_equal(line, "killing"))
        return;
    store_list_nodes(f.store, "process.", false, 0, &rows, NULL);
    const size_t count = json_object_array_length(rows);
    CU_ASSERT_EQUAL_FATAL(
        store_node(
            f.store,
            json_get_int(json_object_array_get_idx(rows, count - 1), "pk", 0),
            &process, NULL),
        ORMA_OK);
    k->run = text_printf("%s/.orma/run", text_of(process, "remote_workdir"));
    file_write(k->run, ORMA_LITERAL(""), 0644, NULL);
    node_free(process);
}

static void an_empty_run_is_not_taken_for_a_kill(void)
{
    kill_and_spoil k = {{"uploading", "kill", false}, NULL};
    process_inputs *inputs = fixture_inputs(&f, "{\"x\": 1, \"y\": 2}");
    node *process = NULL;
    run_options options;
    int64_t pk = 0;

    fixture_options(&options);
    options.progress = ask_and_spoil;
    options.progress_user = &k;
    CU_ASSERT_EQUAL(
        engine_run(f.registry, f.store, f.spec, inputs, &options, &pk, NULL),
        ORMA_OK);
    process_inputs_free(inputs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(k.run);
    CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
    CU_ASSERT_FALSE(node_is_sealed(process));
    CU_ASSERT(json_get_bool(process->attributes, "paused", false));
    node_free(process);

    file_remove_tree(k.run, NULL);
    store_request(f.store, pk, NULL, NULL);
    fixture_options(&options);
    CU_ASSERT_EQUAL(engine_resume(f.registry, f.store, pk, &options, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text_of(process, "process_state"), "killed");
    node_free(process);
    free(k.run);
}

static void a_paused_process_can_be_killed(void)
{
    request_once request = {"job ", "pause", false};
    const int64_t pk =
        run_asking("{\"x\": 20, \"y\": 3, \"metadata\": {\"options\":"
                   " {\"prepend_text\": \"sleep 60\"}}}",
                   &request);
    run_options options;
    node *process = NULL;

    fixture_options(&options);
    store_request(f.store, pk, "kill", NULL);
    CU_ASSERT_EQUAL(engine_resume(f.registry, f.store, pk, &options, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text_of(process, "process_state"), "killed");
    CU_ASSERT_PTR_NULL(json_get(process->attributes, "paused"));
    CU_ASSERT(node_is_sealed(process));
    node_free(process);
}

static void a_sealed_process_is_not_taken_up(void)
{
    node *process = fixture_run(&f, "{\"x\": 1, \"y\": 1}");
    run_options options;

    fixture_options(&options);
    CU_ASSERT_EQUAL(
        engine_resume(f.registry, f.store, process->pk, &options, NULL),
        ORMA_E_NOT_FOUND);
    node_free(process);
}

/* ---- without storing --------------------------------------------- */

static void a_dry_run_writes_the_folder_only(void)
{
    process_inputs *inputs = fixture_inputs(&f, "{\"x\": 1, \"y\": 2}");
    AUTO_JSON json_object *before = NULL;
    AUTO_JSON json_object *after = NULL;
    AUTO_FREE char *path = NULL;
    static const char *const files[] = {"aiida.in", "_aiidasubmit.sh",
                                        ".aiida/job_tmpl.json",
                                        ".aiida/calcinfo.json"};

    store_list_nodes(f.store, "", false, 0, &before, NULL);
    CU_ASSERT_EQUAL(engine_dry_run(f.registry, f.store, f.spec, inputs,
                                   f.folder, &path, NULL),
                    ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    CU_ASSERT_PTR_NOT_NULL(strstr(path, "/submit_test/"));
    CU_ASSERT(text_ends(path, "-00001"));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        AUTO_FREE char *file = file_join(path, files[i]);
        CU_ASSERT(file_exists(file));
    }
    store_list_nodes(f.store, "", false, 0, &after, NULL);
    CU_ASSERT_EQUAL(json_object_array_length(before),
                    json_object_array_length(after));
    process_inputs_free(inputs);
}

static json_object *parse_folder(const char *content)
{
    AUTO_FREE char *folder = text_copy(unit_temp_dir());
    AUTO_FREE char *file = file_join(folder, "aiida.out");
    input_problems problems = {0};
    process_inputs *inputs = NULL;
    json_object *result = NULL;
    orma_error *error = NULL;

    if (content != NULL)
        file_write(file, (orma_str){content, strlen(content)}, 0644, NULL);
    process_inputs_build(f.registry, NULL, f.spec, NULL, ".", &inputs,
                         &problems, &error);
    input_problems_finish(&problems);
    if (inputs == NULL ||
        engine_parse_folder(f.registry, f.spec, "core.arithmetic.add", inputs,
                            folder, &result, &error) != ORMA_OK)
        fixture_complain(error);
    process_inputs_free(inputs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(result);
    return result;
}

static void a_folder_is_parsed_without_a_process(void)
{
    AUTO_JSON json_object *good = parse_folder(" 7 \n");
    AUTO_JSON json_object *bad = parse_folder("seven\n");
    AUTO_JSON json_object *none = parse_folder(NULL);

    CU_ASSERT_EQUAL(json_get_int(good, "exit_status", -1), 0);
    CU_ASSERT_EQUAL(
        json_get_int(json_get_path(good, "outputs.sum.attributes"), "value", 0),
        7);
    CU_ASSERT_STRING_EQUAL(json_get_text(bad, "exit_label", ""),
                           "ERROR_INVALID_OUTPUT");
    CU_ASSERT_EQUAL(json_get_int(bad, "exit_status", 0), 320);
    CU_ASSERT_EQUAL(json_get_int(none, "exit_status", 0), 310);
}

static const unit_test tests[] = {
    {"the node has AiiDA's attributes", the_node_has_aiidas_attributes},
    {"the outputs are there", the_outputs_are_there},
    {"nothing is left of a run", nothing_is_left_of_a_run},
    {"the parser's exit code is kept", the_parsers_exit_code_is_kept},
    {"a job that fails is a result", a_job_that_fails_is_a_result},
    {"a job that is gone without a word has ended",
     a_job_that_is_gone_without_a_word_has_ended},
    {"further files are retrieved", further_files_are_retrieved},
    {"what is no file is left out", what_is_no_file_is_left_out},
    {"a name that is not allowed costs its file only",
     a_name_that_is_not_allowed_costs_its_file_only},
    {"wishes for MPI that contradict except the process",
     wishes_for_mpi_that_contradict_except},
    {"a kill ends the job", a_kill_ends_the_job},
    {"a paused process plays on", a_paused_process_plays_on},
    {"a paused process can be killed", a_paused_process_can_be_killed},
    {"an empty run is not taken for a kill",
     an_empty_run_is_not_taken_for_a_kill},
    {"a sealed process is not taken up", a_sealed_process_is_not_taken_up},
    {"a dry run writes the folder only", a_dry_run_writes_the_folder_only},
    {"a folder is parsed without a process",
     a_folder_is_parsed_without_a_process},
    {NULL, NULL},
};

const unit_suite run_suite = {"run", set_up, tear_down, tests};
