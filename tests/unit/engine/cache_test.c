/* Calcjobs taken from the cache, by real plugins.
 *
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/caching.h>

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

/* Launches by a policy; the process, NULL when nothing was stored. */
static node *launch(const char *document, enum cache_policy policy,
                    orma_error **err)
{
    process_inputs *inputs = fixture_inputs(&f, document);
    run_options options;
    node *process = NULL;
    int64_t pk = 0;

    fixture_options(&options);
    options.cache = policy;
    const orma_status st =
        engine_run(f.registry, f.store, f.spec, inputs, &options, &pk, err);
    process_inputs_free(inputs);
    CU_ASSERT_EQUAL(st == ORMA_OK, pk > 0);
    if (pk > 0)
        CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
    return process;
}

static node *run(const char *document, enum cache_policy policy)
{
    orma_error *err = NULL;
    node *process = launch(document, policy, &err);
    if (process == NULL)
        fixture_complain(err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(process);
    return process;
}

/* The process was cloned from that one; NULL: it was run. */
static void expect_source(const node *process, const node *source)
{
    char uuid[37] = "";
    if (source != NULL)
        uuid_format(&source->uuid, uuid);
    CU_ASSERT_STRING_EQUAL(json_get_text(process->extras, CACHE_FROM, ""),
                           uuid);
    CU_ASSERT(node_is_sealed(process));
}

/* Folders that jobs left on the computer. */
static int job_folders(void)
{
    AUTO_FREE char *work = fixture_path(&f, "work");
    int count = 0;
    DIR *dir = opendir(work);
    while (dir != NULL && readdir(dir) != NULL)
        count++;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static void expect_value(const node *process, int64_t wanted)
{
    node *sum = fixture_output(&f, process, "sum");
    CU_ASSERT_PTR_NOT_NULL_FATAL(sum);
    CU_ASSERT_EQUAL(json_get_int(sum->attributes, "value", 0), wanted);
    node_free(sum);
}

static void mark(node *n, const char *key, bool value)
{
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(unit_begin(f.store, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_set_extra(u, n, key, json_object_new_boolean(value), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
}

static void the_second_run_is_not_run(void)
{
    node *first = run("{\"x\": 1, \"y\": 2}", CACHE_USE);
    const int folders = job_folders();
    node *second = run("{\"x\": 1, \"y\": 2}", CACHE_USE);
    AUTO_JSON json_object *logs = NULL;

    expect_source(first, NULL);
    expect_source(second, first);
    CU_ASSERT_EQUAL(job_folders(), folders);
    CU_ASSERT(json_equal(first->attributes, second->attributes));
    expect_value(second, 3);
    CU_ASSERT_EQUAL(store_list_logs(f.store, second->pk, &logs, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(logs), 1);
    AUTO_FREE char *line =
        text_printf("created from cache %lld", (long long)first->pk);
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_object_array_get_idx(logs, 0), "message", ""), line);
    node_free(first);
    node_free(second);
}

/* The inputs are this process's own, not those of the source. */
static void a_hit_has_its_own_inputs(void)
{
    node *first = run("{\"x\": 2, \"y\": 2}", CACHE_IGNORE);
    node *second = run("{\"x\": 2, \"y\": 2}", CACHE_USE);
    store_links of_first = {0}, of_second = {0};

    expect_source(second, first);
    CU_ASSERT_EQUAL(store_node_links(f.store, first->pk, true, &of_first, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(
        store_node_links(f.store, second->pk, true, &of_second, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(of_second.count, of_first.count);
    for (size_t i = 0; i < of_second.count; i++)
        CU_ASSERT(text_equal(of_second.items[i].label, "code") ==
                  (of_second.items[i].pk == of_first.items[i].pk));
    store_links_finish(&of_first);
    store_links_finish(&of_second);
    node_free(first);
    node_free(second);
}

static void other_inputs_are_run(void)
{
    node *first = run("{\"x\": 3, \"y\": 2}", CACHE_USE);
    node *second = run("{\"x\": 3, \"y\": 3}", CACHE_USE);

    expect_source(second, NULL);
    expect_value(second, 6);
    node_free(first);
    node_free(second);
}

/* AiiDA leaves them out of the hash. */
static void where_a_job_waited_does_not_matter(void)
{
    node *first = run("{\"x\": 4, \"y\": 2}", CACHE_USE);
    node *second =
        run("{\"x\": 4, \"y\": 2, \"metadata\": {\"label\": \"again\", "
            "\"options\": {\"max_wallclock_seconds\": 60}}}",
            CACHE_USE);
    node *third = run("{\"x\": 4, \"y\": 2, \"metadata\": {\"options\": "
                      "{\"prepend_text\": \"true\"}}}",
                      CACHE_USE);

    expect_source(second, first);
    CU_ASSERT_STRING_EQUAL(second->label, "again");
    expect_source(third, NULL);
    node_free(first);
    node_free(second);
    node_free(third);
}

static void a_launch_may_forbid_it(void)
{
    static const char forbidding[] =
        "{\"x\": 5, \"y\": 2, \"metadata\": {\"disable_cache\": true}}";
    orma_error *err = NULL;
    node *first = run("{\"x\": 5, \"y\": 2}", CACHE_USE);
    node *second = run(forbidding, CACHE_USE);
    node *third = run("{\"x\": 5, \"y\": 2}", CACHE_IGNORE);

    expect_source(second, NULL);
    expect_source(third, NULL);
    CU_ASSERT_PTR_NULL(launch(forbidding, CACHE_REQUIRE, &err));
    CU_ASSERT_EQUAL(orma_error_status(err), ORMA_E_INVALID);
    orma_error_free(err);
    node_free(first);
    node_free(second);
    node_free(third);
}

static int64_t node_count(void)
{
    AUTO_JSON json_object *info = NULL;
    CU_ASSERT_EQUAL(store_info(f.store, &info, NULL), ORMA_OK);
    return json_get_int(info, "nodes", -1);
}

static void a_hit_can_be_required(void)
{
    orma_error *err = NULL;
    const int64_t before = node_count();

    CU_ASSERT_PTR_NULL(launch("{\"x\": 6, \"y\": 2}", CACHE_REQUIRE, &err));
    CU_ASSERT_EQUAL(orma_error_status(err), ORMA_E_REFUSED);
    orma_error_free(err);
    CU_ASSERT_EQUAL(node_count(), before);
    node *first = run("{\"x\": 6, \"y\": 2}", CACHE_USE);
    node *second = run("{\"x\": 6, \"y\": 2}", CACHE_REQUIRE);
    expect_source(second, first);
    node_free(first);
    node_free(second);
}

static void a_refreshed_result_takes_the_place_of_others(void)
{
    node *first = run("{\"x\": 7, \"y\": 2}", CACHE_USE);
    node *second = run("{\"x\": 7, \"y\": 2}", CACHE_REFRESH);
    node *third = run("{\"x\": 7, \"y\": 2}", CACHE_USE);

    expect_source(second, NULL);
    expect_source(third, second);
    node_free(first);
    node_free(second);
    node_free(third);
}

/* A failure of the calculation is a result, too, but does not replace one. */
static void a_failure_is_taken_unless_its_exit_code_forbids(void)
{
    static const char negative[] = "{\"x\": 7, \"y\": -9}";
    node *first = run(negative, CACHE_USE);
    node *second = run(negative, CACHE_USE);
    AUTO_JSON json_object *reasons = json_object_new_array();

    CU_ASSERT_EQUAL(json_get_int(first->attributes, "exit_status", 0), 410);
    expect_source(second, first);
    json_set_int(second->attributes, "exit_status", 140);
    CU_ASSERT_EQUAL(caching_check(f.registry, f.store, second, reasons, NULL),
                    ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(json_object_get_string(reasons),
                                  "exit status 140 "
                                  "(ERROR_SCHEDULER_NODE_FAILURE)"));
    node_free(first);
    node_free(second);
}

static void a_cleaned_folder_is_a_miss(void)
{
    node *first = run("{\"x\": 8, \"y\": 2}", CACHE_USE);
    node *remote = fixture_output(&f, first, "remote_folder");
    mark(remote, "cleaned", true);
    node *second = run("{\"x\": 8, \"y\": 2}", CACHE_USE);

    expect_source(second, NULL);
    node_free(remote);
    node_free(first);
    node_free(second);
}

/* Somebody purged the scratch, and told nobody. */
static void a_vanished_folder_is_a_miss(void)
{
    node *first = run("{\"x\": 9, \"y\": 2}", CACHE_USE);
    const char *folder =
        json_get_text(first->attributes, "remote_workdir", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    CU_ASSERT_EQUAL(file_remove_tree(folder, NULL), ORMA_OK);
    node *second = run("{\"x\": 9, \"y\": 2}", CACHE_USE);

    expect_source(second, NULL);
    node_free(first);
    node_free(second);
}

static void a_rerun_is_foreseen(void)
{
    node *first = run("{\"x\": 10, \"y\": 2}", CACHE_USE);
    AUTO_JSON json_object *differences = NULL;
    char hash[65] = "";

    CU_ASSERT_EQUAL(
        caching_rerun(f.registry, f.store, first, hash, &differences, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(differences), 0);
    CU_ASSERT_STRING_EQUAL(hash, json_get_text(first->extras, CACHE_HASH, ""));
    node_free(first);
}

/* As if it had been run by an older plugin, which had other defaults and a
 * version of its cache. */
static void a_changed_plugin_is_told(void)
{
    node *first = run("{\"x\": 11, \"y\": 2}", CACHE_USE);
    AUTO_JSON json_object *differences = NULL;
    json_object *versions = json_object_new_object();
    char hash[65] = "";
    json_set_int(versions, "calc_job", 1);
    json_set(first->attributes, CACHING_VERSIONS, versions);
    json_set_text(first->attributes, "submit_script_filename", "old.sh");

    CU_ASSERT_EQUAL(
        caching_rerun(f.registry, f.store, first, hash, &differences, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(differences), 2);
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_object_array_get_idx(differences, 0), "field", ""),
        "attributes.submit_script_filename");
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_object_array_get_idx(differences, 1), "field", ""),
        "attributes.cache_version");
    CU_ASSERT_STRING_EQUAL(hash, json_get_text(first->extras, CACHE_HASH, ""));
    node_free(first);
}

/* `cache: {version: N}` of a manifest. */
static void declared_versions_are_part_of_the_node(void)
{
    AUTO_JSON json_object *versions = NULL;
    AUTO_JSON json_object *form = NULL;
    process_spec spec = *f.spec;
    static const char text[] = "{\"cache\": {\"version\": 3}}";

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &form, NULL), ORMA_OK);
    spec.normal_form = form;
    CU_ASSERT_EQUAL(caching_versions(f.registry, &spec, "core.arithmetic.add",
                                     &versions, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(versions, "calc_job", 0), 3);
    CU_ASSERT_PTR_NULL(json_get(versions, "parser"));
}

static const unit_test tests[] = {
    {"the_second_run_is_not_run", the_second_run_is_not_run},
    {"a_hit_has_its_own_inputs", a_hit_has_its_own_inputs},
    {"other_inputs_are_run", other_inputs_are_run},
    {"where_a_job_waited_does_not_matter", where_a_job_waited_does_not_matter},
    {"a_launch_may_forbid_it", a_launch_may_forbid_it},
    {"a_hit_can_be_required", a_hit_can_be_required},
    {"a_refreshed_result_takes_the_place_of_others",
     a_refreshed_result_takes_the_place_of_others},
    {"a_failure_is_taken_unless_its_exit_code_forbids",
     a_failure_is_taken_unless_its_exit_code_forbids},
    {"a_cleaned_folder_is_a_miss", a_cleaned_folder_is_a_miss},
    {"a_vanished_folder_is_a_miss", a_vanished_folder_is_a_miss},
    {"a_rerun_is_foreseen", a_rerun_is_foreseen},
    {"a_changed_plugin_is_told", a_changed_plugin_is_told},
    {"declared_versions_are_part_of_the_node",
     declared_versions_are_part_of_the_node},
    {0},
};

const unit_suite cache_suite = {"cache", set_up, tear_down, tests};
