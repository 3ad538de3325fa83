/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/digest.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include <orma/parser.h>

#include "unit/plugin/fixture.h"
#include "unit/runner.h"

static const char *all; /* a folder with every fixture */

static int build_all(void)
{
    static const char *const bundles[] = {
        "good", "abi-lie", "no-symbol", "missing-entry", "short-table",
        "undefined-symbol", "load-fails", "wrong-version", "wrong-package",
        "incomplete", "constructor",
    };

    all = unit_temp_dir();
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++)
        fixture_build(bundles[i], all, bundles[i]);
    return 0;
}

/* Nothing is known of the modules before they are loaded. */
static void use_all(void)
{
    fixture_path(all);
    setenv("ORMA_NO_CACHE", "1", 1);
}

static void loads_once_and_answers_the_table(void)
{
    const void *first = NULL, *again = NULL, *calculation = NULL;
    const plugin_entry *e = NULL;

    use_all();
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(registry_find(r, KIND_PARSER, "good.old", &e, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(plugin_load(r, e, &first, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(plugin_load(r, e, &again, NULL), ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(first);
    CU_ASSERT_PTR_EQUAL(first, again);
    CU_ASSERT_EQUAL(((const orma_parser *)first)->size, sizeof(orma_parser));
    e = fixture_entry(r, KIND_CALCULATION, "good.run");
    CU_ASSERT_EQUAL(plugin_load(r, e, &calculation, NULL), ORMA_OK);
    CU_ASSERT_PTR_NOT_EQUAL(calculation, first);
    registry_close(r);
}

/* Name, status, state, and what the one sentence says. */
static const struct {
    const char *name;
    orma_status status;
    enum plugin_state state;
    const char *reason;
} failures[] = {
    {"abi-lie.p", ORMA_E_ABI, PLUGIN_ABI_MISMATCH,
     "abi-lie: module.so was built for ABI 0.7, its manifest says 0.1; build "
     "it again"},
    {"no-symbol.p", ORMA_E_PERMANENT, PLUGIN_LOAD_FAILED,
     "no-symbol: module.so does not export orma_plugin_entry"},
    {"missing-entry.p", ORMA_E_PERMANENT, PLUGIN_ENTRY_MISSING,
     "missing-entry: manifest names parser \"missing-entry.p\", module module "
     "does not provide it"},
    {"short-table.p", ORMA_E_PERMANENT, PLUGIN_ENTRY_MISSING,
     "short-table: table of parser \"short-table.p\" has 8 bytes, orma.parser/1 "
     "has at least 16; set its size by sizeof"},
    {"undefined-symbol.p", ORMA_E_PERMANENT, PLUGIN_LOAD_FAILED,
     "undefined-symbol: module.so: undefined symbol: fftw_plan_nowhere (is a "
     "library missing in how it was linked?)"},
    {"load-fails.p", ORMA_E_PERMANENT, PLUGIN_INIT_FAILED,
     "load-fails: load(): licence file is not readable (domain licence, code "
     "13)"},
    {"wrong-version.p", ORMA_E_PERMANENT, PLUGIN_LOAD_FAILED,
     "wrong-version: module.so is of wrong-version 0.9.0, its manifest of "
     "wrong-version 1.0.0; install both from one build"},
    {"wrong-package.p", ORMA_E_PERMANENT, PLUGIN_LOAD_FAILED,
     "wrong-package: module.so is of somebody-else 1.0.0, its manifest of "
     "wrong-package 1.0.0; install both from one build"},
};

static void says_why_a_module_does_not_load(void)
{
    use_all();
    registry *r = fixture_registry();
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        const plugin_entry *e =
            fixture_entry(r, KIND_PARSER, failures[i].name);
        AUTO_ERROR orma_error *error = NULL, *again = NULL;
        const void *table = NULL;

        CU_ASSERT_EQUAL(e->state, PLUGIN_OK); /* nobody has asked yet */
        CU_ASSERT_EQUAL(plugin_load(r, e, &table, &error), failures[i].status);
        same_text(orma_error_message(error), failures[i].reason);
        CU_ASSERT_EQUAL(e->state, failures[i].state);
        CU_ASSERT_EQUAL(e->package->state, failures[i].state);
        CU_ASSERT_EQUAL(registry_find(r, KIND_PARSER, failures[i].name, &e,
                                      &again), failures[i].status);
        same_text(orma_error_message(again), failures[i].reason);
        CU_ASSERT_PTR_NULL(table);
    }
    registry_close(r);
}

static void load_is_called_once_in_a_process(void)
{
    AUTO_ERROR orma_error *error = NULL;
    const void *table = NULL;

    use_all();
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "load-fails.p");
    CU_ASSERT_EQUAL(plugin_load(r, e, &table, &error), ORMA_E_PERMANENT);
    has_text(orma_error_message(error), "licence file is not readable");
    registry_close(r);
}

static void an_incomplete_sibling_does_not_stop_a_module(void)
{
    const void *table = NULL;

    use_all();
    registry *r = fixture_registry();
    const plugin_entry *p = fixture_entry(r, KIND_PARSER, "incomplete.p");
    const plugin_entry *w = fixture_entry(r, KIND_WORKFLOW, "incomplete.w");
    CU_ASSERT_EQUAL(plugin_load(r, w, &table, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(plugin_load(r, p, &table, NULL), ORMA_OK);
    registry_close(r);
}

static void a_text_file_is_no_module(void)
{
    const char *path = unit_temp_dir();
    AUTO_ERROR orma_error *error = NULL;
    const void *table = NULL;

    fixture_write(path, "text", "manifest: 1\npackage: text\nversion: 1\n"
                                "abi: \"0.1\"\nmodules: [module]\n"
                                "entry_points: {parsers: {text.p: }}\n");
    fixture_path(path);
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "text.p");
    CU_ASSERT_EQUAL(plugin_load(r, e, &table, &error), ORMA_E_PERMANENT);
    has_text(orma_error_message(error), "text: module.so: ");
    has_text(orma_error_message(error), "file too short");
    registry_close(r);
}

static void trusts_no_module_that_became_writable(void)
{
    const char *path = unit_temp_dir();
    const char *folder = fixture_build("good", path, "good");
    AUTO_FREE char *module = file_join(folder, "module.so");
    AUTO_ERROR orma_error *error = NULL;
    const void *table = NULL;

    fixture_path(path);
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "good.run");
    CU_ASSERT_EQUAL(e->state, PLUGIN_OK);
    chmod(module, 0666);
    CU_ASSERT_EQUAL(plugin_load(r, e, &table, &error), ORMA_E_PERMANENT);
    same_text(orma_error_message(error),
              "good: module.so is writable by everybody; run chmod o-w");
    CU_ASSERT_EQUAL(e->state, PLUGIN_UNTRUSTED);
    registry_close(r);
}

/* ---- listing ----------------------------------------------------- */

static void listing_runs_no_code(void)
{
    AUTO_FREE char *mark = file_join(unit_temp_dir(), "mark");
    const void *table = NULL;

    use_all();
    setenv("ORMA_TEST_MARK", mark, 1);
    registry *r = fixture_registry();
    registry_probe(r);
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "constructor.p");
    CU_ASSERT_EQUAL(e->state, PLUGIN_OK);
    CU_ASSERT_FALSE(file_exists(mark));
    CU_ASSERT_EQUAL(plugin_load(r, e, &table, NULL), ORMA_OK);
    CU_ASSERT(file_exists(mark));
    unsetenv("ORMA_TEST_MARK");
    registry_close(r);
}

static void listing_foresees_what_loading_would_find(void)
{
    static const struct {
        const char *name;
        enum plugin_state state;
        const char *reason;
    } rows[] = {
        {"good.run", PLUGIN_OK, NULL},
        {"abi-lie.p", PLUGIN_ABI_MISMATCH, "was built for ABI 0.7"},
        {"no-symbol.p", PLUGIN_LOAD_FAILED,
         "does not export orma_plugin_entry"},
        {"undefined-symbol.p", PLUGIN_LOAD_FAILED,
         "undefined symbol: fftw_plan_nowhere"},
    };

    use_all();
    registry *r = fixture_registry();
    registry_probe(r);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const plugin_entry *e = fixture_entry(r, KIND_PARSER, rows[i].name);
        const char *reason = NULL;
        CU_ASSERT_EQUAL(registry_entry_state(r, e, &reason), rows[i].state);
        if (rows[i].reason != NULL)
            has_text(reason, rows[i].reason);
    }
    registry_close(r);
}

/* What the file alone suggests is no verdict. */
static void a_suspect_is_loaded_all_the_same(void)
{
    const plugin_entry *found = NULL;
    const void *table = NULL;

    use_all();
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "good.run");
    entry_record *record = (entry_record *)e;
    record->module->is_suspect = true;
    record->module->suspected = record->pub.state = PLUGIN_LOAD_FAILED;
    CU_ASSERT_EQUAL(registry_find(r, KIND_PARSER, "good.run", &found, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(plugin_load(r, e, &table, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(e->state, PLUGIN_OK);
    registry_close(r);
}

/* ---- what later runs know ---------------------------------------- */

/* State of the entry in a registry of its own. */
static enum plugin_state state_now(const char *name)
{
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, name);
    const char *reason = NULL;
    const enum plugin_state state = registry_entry_state(r, e, &reason);

    registry_close(r);
    return state;
}

static void load_and_forget(const char *name, orma_status expected)
{
    registry *r = fixture_registry();
    const void *table = NULL;

    CU_ASSERT_EQUAL(plugin_load(r, fixture_entry(r, KIND_PARSER, name), &table,
                                NULL), expected);
    registry_close(r);
}

static void grow_old(void)
{
    const struct timespec nap = {0, 80000000};

    nanosleep(&nap, NULL);
}

static void a_new_bundle_is_looked_at_once(void)
{
    const char *path = unit_temp_dir();

    fixture_build("undefined-symbol", path, "a");
    fixture_build("good", path, "b");
    fixture_path(path);
    setenv("XDG_CACHE_HOME", unit_temp_dir(), 1);
    grow_old();
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(state_now("undefined-symbol.p"), PLUGIN_LOAD_FAILED);
        CU_ASSERT_EQUAL(state_now("good.run"), PLUGIN_OK);
    }
}

static void a_failed_load_is_remembered_until_the_module_changes(void)
{
    const char *path = unit_temp_dir();

    fixture_build("load-fails", path, "a");
    fixture_path(path);
    setenv("XDG_CACHE_HOME", unit_temp_dir(), 1);
    grow_old();
    CU_ASSERT_EQUAL(state_now("load-fails.p"), PLUGIN_OK);
    load_and_forget("load-fails.p", ORMA_E_PERMANENT);
    CU_ASSERT_EQUAL(state_now("load-fails.p"), PLUGIN_INIT_FAILED);
    /* It is tried all the same when it is asked for. */
    load_and_forget("load-fails.p", ORMA_E_PERMANENT);
    fixture_build("load-fails", path, "a");
    CU_ASSERT_EQUAL(state_now("load-fails.p"), PLUGIN_OK);
}

/* ---- digest and threads ------------------------------------------ */

static void digests_the_module_file(void)
{
    AUTO_BUF buf bytes = {0};
    char expected[DIGEST_SHA256_HEX], got[65];

    use_all();
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "good.run");
    CU_ASSERT_EQUAL_FATAL(file_read(plugin_module_path(e), 1 << 24, &bytes,
                                    NULL), ORMA_OK);
    digest_sha256(buf_view(&bytes), expected);
    CU_ASSERT_EQUAL(plugin_module_digest(r, e, got, NULL), ORMA_OK);
    same_text(got, expected);
    CU_ASSERT_EQUAL(plugin_module_digest(r, e, got, NULL), ORMA_OK);
    same_text(got, expected);
    registry_close(r);
}

static void *load_everything(void *user)
{
    registry *r = user;

    for (size_t i = 0; i < registry_entry_count(r); i++) {
        const json_object *spec = NULL;
        const void *table = NULL;
        plugin_load(r, registry_entry(r, i), &table, NULL);
        registry_spec(r, registry_entry(r, i), &spec, NULL);
    }
    return NULL;
}

static void serves_several_threads(void)
{
    pthread_t threads[4];

    use_all();
    registry *r = fixture_registry();
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, load_everything, r);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(fixture_entry(r, KIND_PARSER, "good.run")->state,
                    PLUGIN_OK);
    registry_close(r);
}

static const unit_test tests[] = {
    {"loads_once_and_answers_the_table", loads_once_and_answers_the_table},
    {"says_why_a_module_does_not_load", says_why_a_module_does_not_load},
    {"load_is_called_once_in_a_process", load_is_called_once_in_a_process},
    {"an_incomplete_sibling_does_not_stop_a_module",
     an_incomplete_sibling_does_not_stop_a_module},
    {"a_text_file_is_no_module", a_text_file_is_no_module},
    {"trusts_no_module_that_became_writable",
     trusts_no_module_that_became_writable},
    {"listing_runs_no_code", listing_runs_no_code},
    {"listing_foresees_what_loading_would_find",
     listing_foresees_what_loading_would_find},
    {"a_suspect_is_loaded_all_the_same", a_suspect_is_loaded_all_the_same},
    {"a_new_bundle_is_looked_at_once", a_new_bundle_is_looked_at_once},
    {"a_failed_load_is_remembered_until_the_module_changes",
     a_failed_load_is_remembered_until_the_module_changes},
    {"digests_the_module_file", digests_the_module_file},
    {"serves_several_threads", serves_several_threads},
    {NULL, NULL},
};

extern const unit_suite loader_suite;
const unit_suite loader_suite = {"loader", build_all, NULL, tests};
