/* Sources of the cache, their clones, and hashes anew.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/cache.h>
#include <storage/fault.h>

static char *folder;
static store *s;

static int open_store(void)
{
    s = fixture_create(&folder);
    return s == NULL;
}

static int close_store(void)
{
    store_close(s);
    free(folder);
    return 0;
}

/* A calcjob with one input of that value. */
typedef struct job {
    node *process, *input, *remote, *retrieved;
} job;

static node *remote_node(void)
{
    node *n = node_create("data.core.remote.RemoteData.");
    json_set_text(n->attributes, "remote_path", "/scratch/1");
    free(n->label);
    n->label = text_copy("where it ran");
    return n;
}

static node *folder_node(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    node_put_bytes(n, "aiida.out", ORMA_LITERAL("42\n"), NULL);
    node_put_bytes(n, "sub/deep", ORMA_LITERAL("deep"), NULL);
    node_put_folder(n, "empty", NULL);
    return n;
}

static void set(unit *u, node *process, const char *key, json_object *value)
{
    CU_ASSERT_EQUAL(unit_set_attribute(u, process, key, value, NULL), ORMA_OK);
}

/* Stores a finished, sealed one. */
static void run_job(job *j, int64_t input)
{
    unit *u = NULL;

    *j = (job){fixture_calcjob(), fixture_int(input), remote_node(),
               folder_node()};
    json_set_text(j->process->attributes, "parser_name", "core.arithmetic.add");
    node_put_bytes(j->process, "aiida.in", ORMA_LITERAL("echo"), NULL);
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, j->process, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, j->input, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, j->remote, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, j->retrieved, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_link(u, LINK_INPUT_CALC, j->input, j->process, "x", NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, j->process, j->remote,
                                  "remote_folder", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, j->process, j->retrieved,
                                  "retrieved", NULL),
                    ORMA_OK);
    set(u, j->process, "process_state", json_object_new_string("finished"));
    set(u, j->process, "exit_status", json_object_new_int(0));
    set(u, j->process, "job_id", json_object_new_string("4711"));
    set(u, j->process, "sealed", json_object_new_boolean(1));
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
}

static void free_job(job *j)
{
    node_free(j->process);
    node_free(j->input);
    node_free(j->remote);
    node_free(j->retrieved);
}

static const char *hash_of(const node *n)
{
    return json_get_text(n->extras, CACHE_HASH, "");
}

static cache_key key_of(const node *n)
{
    return (cache_key){n->node_type, n->process_type, hash_of(n)};
}

/* The pk of the source that is found, 0: none. */
static int64_t found_for(const node *n, json_object *refused)
{
    const cache_key key = key_of(n);
    node *source = NULL;

    CU_ASSERT_EQUAL_FATAL(
        cache_find_source(s, &key, NULL, NULL, &source, refused, NULL),
        ORMA_OK);
    const int64_t pk = source != NULL ? source->pk : 0;
    node_free(source);
    return pk;
}

/* Clones a source for the same input; the process, NULL after a failure. */
static node *clone_job(const job *of, cache_clones *clones, orma_error **err)
{
    node *process = fixture_calcjob();
    unit *u = NULL;

    json_set_text(process->attributes, "parser_name", "core.arithmetic.add");
    orma_status st = cache_fill(process, of->process, err);
    if (st == ORMA_OK)
        st = unit_begin(s, &u, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, process, err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_INPUT_CALC, of->input, process, "x", err);
    if (st == ORMA_OK)
        st = cache_add_outputs(s, u, process, of->process, clones, err);
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    if (st == ORMA_OK)
        return process;
    node_free(process);
    return NULL;
}

/* ---- cloning ----------------------------------------------------- */

static void a_clone_is_a_finished_process_of_its_own(void)
{
    job of;
    cache_clones clones = {0};
    char uuid[37];
    run_job(&of, 1);
    node *made = clone_job(&of, &clones, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    node *stored = NULL;
    CU_ASSERT_EQUAL_FATAL(store_node(s, made->pk, &stored, NULL), ORMA_OK);

    uuid_format(&of.process->uuid, uuid);
    CU_ASSERT_FALSE(uuid_equal(&stored->uuid, &of.process->uuid));
    CU_ASSERT_STRING_EQUAL(json_get_text(stored->extras, CACHE_FROM, ""), uuid);
    CU_ASSERT_STRING_EQUAL(hash_of(stored), hash_of(of.process));
    CU_ASSERT(json_equal(stored->attributes, of.process->attributes));
    CU_ASSERT(node_is_sealed(stored));
    CU_ASSERT(json_equal(stored->repository, of.process->repository));
    node_free(stored);
    node_free(made);
    cache_clones_finish(&clones);
    free_job(&of);
}

/* New nodes and links; the same objects of the container, none more. */
static void a_clone_has_clones_of_all_outputs(void)
{
    job of;
    cache_clones clones = {0};
    run_job(&of, 2);
    json_object *before = NULL, *after = NULL;
    CU_ASSERT_EQUAL(store_info(s, &before, NULL), ORMA_OK);
    node *made = clone_job(&of, &clones, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    CU_ASSERT_EQUAL(store_info(s, &after, NULL), ORMA_OK);
    store_links links = {0};
    CU_ASSERT_EQUAL(store_node_links(s, made->pk, false, &links, NULL),
                    ORMA_OK);

    CU_ASSERT_EQUAL_FATAL(links.count, 2);
    CU_ASSERT_EQUAL(json_get_int(before, "objects", -1),
                    json_get_int(after, "objects", -2));
    for (size_t i = 0; i < 2; i++) {
        const node *was = i == 0 ? of.remote : of.retrieved;
        node *n = NULL;
        CU_ASSERT_EQUAL(links.items[i].type, LINK_CREATE);
        CU_ASSERT_STRING_EQUAL(links.items[i].label,
                               i == 0 ? "remote_folder" : "retrieved");
        CU_ASSERT_EQUAL_FATAL(store_node(s, links.items[i].pk, &n, NULL),
                              ORMA_OK);
        CU_ASSERT(n->pk != was->pk);
        CU_ASSERT_FALSE(uuid_equal(&n->uuid, &was->uuid));
        CU_ASSERT_STRING_EQUAL(n->label, was->label);
        CU_ASSERT(json_equal(n->attributes, was->attributes));
        CU_ASSERT(json_equal(n->repository, was->repository));
        CU_ASSERT_STRING_EQUAL(hash_of(n), hash_of(was));
        CU_ASSERT_EQUAL(n->user_pk, was->user_pk);
        CU_ASSERT_EQUAL(json_object_object_length(n->extras), 1);
        node_free(n);
    }
    store_links_finish(&links);
    json_object_put(before);
    json_object_put(after);
    node_free(made);
    cache_clones_finish(&clones);
    free_job(&of);
}

static void an_own_label_is_kept(void)
{
    job of;
    run_job(&of, 3);
    node *process = fixture_calcjob();
    free(process->label);
    process->label = text_copy("mine");
    free(of.process->label);
    of.process->label = text_copy("theirs");
    free(of.process->description);
    of.process->description = text_copy("what it is");

    CU_ASSERT_EQUAL(cache_fill(process, of.process, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(process->label, "mine");
    CU_ASSERT_STRING_EQUAL(process->description, "what it is");
    node_free(process);
    free_job(&of);
}

static void a_failing_step_leaves_no_part_of_a_clone(void)
{
    job of;
    int step = 0;
    node *made = NULL;
    run_job(&of, 4);
    fixture_db *db = fixture_database(folder);
    char *before = text_copy(fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode"));

    for (step = 1; step < 100 && made == NULL; step++) {
        cache_clones clones = {0};
        orma_error *err = NULL;
        store_set_fault(s, step);
        made = clone_job(&of, &clones, &err);
        if (made == NULL) {
            CU_ASSERT_TRUE(fixture_says(&err, "fault on demand"));
            CU_ASSERT_STRING_EQUAL(
                fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode"), before);
        }
        cache_clones_finish(&clones);
    }
    CU_ASSERT(step > 3);
    CU_ASSERT(made != NULL);
    CU_ASSERT_TRUE(fixture_is_sound(db));
    node_free(made);
    free(before);
    fixture_close(db);
    free_job(&of);
}

/* ---- judging ----------------------------------------------------- */

static void the_oldest_valid_one_is_found(void)
{
    job a, b;
    run_job(&a, 5);
    run_job(&b, 5);

    CU_ASSERT_STRING_EQUAL(hash_of(a.process), hash_of(b.process));
    CU_ASSERT_EQUAL(found_for(b.process, NULL), a.process->pk);
    free_job(&a);
    free_job(&b);
}

static void mark(node *n, const char *key, json_object *value)
{
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_set_extra(u, n, key, value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
}

static void expect_refused(const node *process, const char *why)
{
    json_object *refused = json_object_new_array();
    CU_ASSERT_EQUAL(found_for(process, refused), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(json_object_get_string(refused), why));
    json_object_put(refused);
}

static void one_marked_invalid_is_passed_over(void)
{
    job a, b;
    run_job(&a, 6);
    mark(a.process, CACHE_VALID, json_object_new_boolean(0));

    expect_refused(a.process, "marked as an invalid source");
    run_job(&b, 6);
    CU_ASSERT_EQUAL(found_for(a.process, NULL), b.process->pk);
    mark(a.process, CACHE_VALID, json_object_new_boolean(1));
    CU_ASSERT_EQUAL(found_for(a.process, NULL), a.process->pk);
    free_job(&a);
    free_job(&b);
}

static void clones_follow_what_they_came_from(void)
{
    job of;
    cache_clones clones = {0};
    run_job(&of, 7);
    node *made = clone_job(&of, &clones, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    mark(of.process, CACHE_VALID, json_object_new_boolean(0));

    expect_refused(made, "which it was cloned from");
    node_free(made);
    cache_clones_finish(&clones);
    free_job(&of);
}

static void one_whose_folder_was_cleaned_is_passed_over(void)
{
    job of;
    run_job(&of, 8);
    mark(of.remote, "cleaned", json_object_new_boolean(1));

    expect_refused(of.process, "was cleaned");
    free_job(&of);
}

static void reasons_of(const node *n, const char *wanted)
{
    json_object *reasons = json_object_new_array();
    CU_ASSERT_EQUAL(cache_check(s, n, reasons, NULL), ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(json_object_get_string(reasons), wanted));
    json_object_put(reasons);
}

static void only_sealed_finished_calculations_are_sources(void)
{
    node *running = fixture_calcjob(), *work = fixture_workchain();
    node *nodes[] = {running, work};
    CU_ASSERT_EQUAL(fixture_store_nodes(s, nodes, 2, NULL), ORMA_OK);

    reasons_of(running, "created, not finished");
    reasons_of(running, "not sealed");
    reasons_of(work, "no calculation");
    node_free(running);
    node_free(work);
}

/* AiiDA's hash does not tell two plugins apart that have the same inputs. */
static void another_process_type_is_no_source(void)
{
    job of;
    run_job(&of, 9);
    free(of.process->process_type);
    of.process->process_type = text_copy("aiida.calculations:other");

    CU_ASSERT_EQUAL(found_for(of.process, NULL), 0);
    free_job(&of);
}

/* Not by reading the extras of a million nodes. PostgreSQL plans by what it has
 * counted, and reads so few as these. */
static void sources_are_found_by_an_index(void)
{
    if (fixture_is_postgres())
        return;
    fixture_db *db = fixture_database(folder);
    char *plan = fixture_rows(
        db, "EXPLAIN QUERY PLAN SELECT id FROM db_dbnode WHERE CASE WHEN "
            "json_valid(db_dbnode.extras) THEN json_extract(db_dbnode.extras, "
            "'$._aiida_hash') END = 'x' AND substr(node_type, 1, 8) = "
            "'process.' AND node_type = 'y' AND COALESCE(process_type, '') = "
            "'z' ORDER BY id");
    CU_ASSERT_PTR_NOT_NULL(strstr(plan, "orma_ix_process_hash"));
    CU_ASSERT_PTR_NULL(strstr(plan, "TEMP B-TREE"));
    free(plan);
    fixture_close(db);
}

/* ---- comparing --------------------------------------------------- */

static void expect_field(json_object *differences, size_t i, const char *field)
{
    json_object *row = json_object_array_get_idx(differences, i);
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "field", ""), field);
}

static void differences_are_named_by_their_fields(void)
{
    job a, b;
    json_object *found = NULL;
    run_job(&a, 10);
    b = (job){fixture_calcjob(), fixture_int(11), fixture_int(12), NULL};
    json_object *resources = json_object_new_object();
    json_set_int(resources, "num_machines", 2);
    json_set(b.process->attributes, "resources", resources);
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, b.process, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, b.input, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, b.remote, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_link(u, LINK_INPUT_CALC, b.input, b.process, "x", NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_link(u, LINK_INPUT_CALC, b.remote, b.process, "y", NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);

    CU_ASSERT_EQUAL_FATAL(cache_compare(s, a.process, b.process, &found, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(found), 4);
    expect_field(found, 0, "attributes.parser_name");
    expect_field(found, 1, "attributes.resources");
    expect_field(found, 2, "inputs.x.attributes.value");
    expect_field(found, 3, "inputs.y");
    json_object *value = json_object_array_get_idx(found, 2);
    CU_ASSERT_EQUAL(json_get_int(value, "a", 0), 10);
    CU_ASSERT_EQUAL(json_get_int(value, "b", 0), 11);
    json_object_put(found);
    free_job(&a);
    free_job(&b);
}

static void what_does_not_count_is_no_difference(void)
{
    job a, b;
    json_object *found = NULL;
    run_job(&a, 13);
    run_job(&b, 13);
    json_set_text(b.process->attributes, "queue_name", "debug");
    json_set_text(b.process->attributes, "job_id", "1");

    CU_ASSERT_EQUAL_FATAL(cache_compare(s, a.process, b.process, &found, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(found), 0);
    json_object_put(found);
    free_job(&a);
    free_job(&b);
}

/* ---- hashes ------------------------------------------------------ */

static void rehash_repairs_what_differs(void)
{
    job of;
    run_job(&of, 14);
    char *hash = text_copy(hash_of(of.process));
    mark(of.process, CACHE_HASH, json_object_new_string("damaged"));
    const rehash_query some = {.pks = &of.process->pk, .pk_count = 1};
    rehash_counts counts;

    CU_ASSERT_EQUAL(store_rehash(s, &some, &counts, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts.seen, 1);
    CU_ASSERT_EQUAL(counts.changed, 1);
    node *stored = NULL;
    CU_ASSERT_EQUAL_FATAL(store_node(s, of.process->pk, &stored, NULL),
                          ORMA_OK);
    CU_ASSERT_STRING_EQUAL(hash_of(stored), hash);
    /* Nothing else is written a second time. */
    const rehash_query all = {0};
    CU_ASSERT_EQUAL(store_rehash(s, &all, &counts, NULL), ORMA_OK);
    CU_ASSERT(counts.seen > 10);
    CU_ASSERT_EQUAL(counts.changed, 0);
    node_free(stored);
    free(hash);
    free_job(&of);
}

static void rehash_takes_types_by_their_beginning(void)
{
    const rehash_query ints = {.node_type = "data.core.int."};
    const rehash_query of_process = {.process_type =
                                         "aiida.calculations:core.no_such"};
    rehash_counts counts;
    fixture_db *db = fixture_database(folder);

    CU_ASSERT_EQUAL(store_rehash(s, &ints, &counts, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts.seen,
                    atol(fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode WHERE "
                                         "node_type = 'data.core.int.Int.'")));
    CU_ASSERT_EQUAL(store_rehash(s, &of_process, &counts, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts.seen, 0);
    fixture_close(db);
}

static void rehash_leaves_unknown_types_alone(void)
{
    node *n = node_create("data.acme.thing.Thing.");
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    mark(n, CACHE_HASH, json_object_new_string("of its plugin"));
    const rehash_query one = {.pks = &n->pk, .pk_count = 1};
    rehash_counts counts;

    CU_ASSERT_EQUAL(store_rehash(s, &one, &counts, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts.unknown, 1);
    CU_ASSERT_EQUAL(counts.changed, 0);
    node_free(n);
}

/* What is hashed at the commit must be what later reading finds. */
static void expect_hash_to_stay(node *n)
{
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    node *stored = NULL;
    char hash[65] = "";
    CU_ASSERT_EQUAL_FATAL(store_node(s, n->pk, &stored, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_node_hash(s, stored, NULL, hash, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(hash, hash_of(stored));
    CU_ASSERT_STRING_EQUAL(hash, hash_of(n));
    node_free(stored);
    node_free(n);
}

static void text_that_is_not_utf8_is_hashed_as_it_is_stored(void)
{
    node *n = node_create("data.core.str.Str.");
    json_set_text(n->attributes, "value", "caf\xE9 \xF0\x9F\x98");
    expect_hash_to_stay(n);
}

static void a_key_that_is_not_utf8_is_refused(void)
{
    node *n = node_create("data.core.dict.Dict.");
    orma_error *err = NULL;
    json_set_text(n->attributes, "caf\xE9", "x");

    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "caf\\xE9"));
    node_free(n);
}

/* PostgreSQL gives back the shorter names first. */
static void root_folders_are_hashed_in_the_order_that_stays(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    node_put_bytes(n, "zebra/file", ORMA_LITERAL("1"), NULL);
    node_put_bytes(n, "readme", ORMA_LITERAL("2"), NULL);
    node_put_bytes(n, "bb/file", ORMA_LITERAL("3"), NULL);
    node_put_bytes(n, "a/file", ORMA_LITERAL("4"), NULL);
    expect_hash_to_stay(n);
}

static void numbers_are_hashed_as_they_are_stored(void)
{
    node *n = node_create("data.core.dict.Dict.");
    json_set(n->attributes, "a", json_object_new_double(0.1 + 0.2));
    json_set(n->attributes, "b", json_object_new_double(1e20));
    json_set(n->attributes, "c", json_object_new_double(1e-7));
    json_set(n->attributes, "d", json_object_new_double(-0.0));
    json_set(n->attributes, "e", json_object_new_double(1.0));
    json_set(n->attributes, "f",
             json_object_new_double(1.2345678901234567e300));
    expect_hash_to_stay(n);
}

static const unit_test tests[] = {
    {"a_clone_is_a_finished_process_of_its_own",
     a_clone_is_a_finished_process_of_its_own},
    {"a_clone_has_clones_of_all_outputs", a_clone_has_clones_of_all_outputs},
    {"an_own_label_is_kept", an_own_label_is_kept},
    {"a_failing_step_leaves_no_part_of_a_clone",
     a_failing_step_leaves_no_part_of_a_clone},
    {"the_oldest_valid_one_is_found", the_oldest_valid_one_is_found},
    {"one_marked_invalid_is_passed_over", one_marked_invalid_is_passed_over},
    {"clones_follow_what_they_came_from", clones_follow_what_they_came_from},
    {"one_whose_folder_was_cleaned_is_passed_over",
     one_whose_folder_was_cleaned_is_passed_over},
    {"only_sealed_finished_calculations_are_sources",
     only_sealed_finished_calculations_are_sources},
    {"another_process_type_is_no_source", another_process_type_is_no_source},
    {"sources_are_found_by_an_index", sources_are_found_by_an_index},
    {"differences_are_named_by_their_fields",
     differences_are_named_by_their_fields},
    {"what_does_not_count_is_no_difference",
     what_does_not_count_is_no_difference},
    {"rehash_repairs_what_differs", rehash_repairs_what_differs},
    {"rehash_takes_types_by_their_beginning",
     rehash_takes_types_by_their_beginning},
    {"rehash_leaves_unknown_types_alone", rehash_leaves_unknown_types_alone},
    {"text_that_is_not_utf8_is_hashed_as_it_is_stored",
     text_that_is_not_utf8_is_hashed_as_it_is_stored},
    {"a_key_that_is_not_utf8_is_refused", a_key_that_is_not_utf8_is_refused},
    {"root_folders_are_hashed_in_the_order_that_stays",
     root_folders_are_hashed_in_the_order_that_stays},
    {"numbers_are_hashed_as_they_are_stored",
     numbers_are_hashed_as_they_are_stored},
    {0},
};

const unit_suite cache_suite = {"cache", open_store, close_store, tests};
