/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>

#include <plugin/check.h>

#include "unit/plugin/fixture.h"
#include "unit/runner.h"

static const char core_points[] =
    "manifest: 1\npackage: core\nversion: 1.0\nabi: \"0.1\"\n"
    "modules: [module]\nentry_points:\n  data:\n"
    "    core.int: {node_type: data.core.int.Int.}\n"
    "    core.bool: {node_type: data.core.bool.Bool.}\n";

static const char *build(const char *bundle)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "core", core_points);
    fixture_path(path);
    return fixture_build(bundle, unit_temp_dir(), bundle);
}

/* What the module's authors forgot on purpose: -z now. */
static void a_good_bundle_passes_all_but_the_linker_flag(void)
{
    AUTO_BUF buf tap = {0};
    int32_t failed = -1;
    const char *folder = build("good");

    CU_ASSERT_EQUAL(plugin_check(folder, NULL, &tap, &failed, NULL), ORMA_OK);
    if (failed != 1)
        printf("# %s\n", buf_c_str(&tap));
    CU_ASSERT_EQUAL(failed, 1);
    has_text(buf_c_str(&tap), "- module.so: is linked with -z now\n");
    has_text(buf_c_str(&tap), "- good.run: parse() passes on failures");
    has_text(buf_c_str(&tap), "- good.run: prepare() answers well formed");
    has_text(buf_c_str(&tap), "\n1..");
}

static void an_ill_behaved_bundle_is_seen_through(void)
{
    static const char *const parts[] = {
        "# exports \"ill_behaved_helper\"\n",
        "- module.so: exports nothing else",
        "# it changed: open descriptors\n",
        "# it changed: environment\n",
        "- module: writes nothing to standard output",
        ("- parser ill-behaved.crash survives (Segmentation fault in: parse(), "
         "no files)"),
        "# failed without an error object; use host->fail() (status -2)",
        "# answered OK although a result could not be written",
    };
    AUTO_BUF buf tap = {0};
    int32_t failed = 0;
    const char *folder = build("ill-behaved");

    CU_ASSERT_EQUAL(plugin_check(folder, NULL, &tap, &failed, NULL), ORMA_OK);
    CU_ASSERT(failed >= 7);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        has_text(buf_c_str(&tap), parts[i]);
}

static void one_entry_can_be_checked_alone(void)
{
    AUTO_BUF buf tap = {0};
    AUTO_BUF buf none = {0};
    int32_t failed = 0;
    const char *folder = build("ill-behaved");

    CU_ASSERT_EQUAL(plugin_check(folder, "aiida.parsers:ill-behaved.deaf", &tap,
                                 &failed, NULL), ORMA_OK);
    has_text(buf_c_str(&tap), "parser ill-behaved.deaf survives");
    CU_ASSERT_PTR_NULL(strstr(buf_c_str(&tap), "Segmentation fault"));
    CU_ASSERT_EQUAL(plugin_check(NULL, "no.such", &none, &failed, NULL),
                    ORMA_E_NOT_FOUND);
}

static void a_broken_manifest_is_told_in_full(void)
{
    const char *path = unit_temp_dir();
    AUTO_BUF buf tap = {0};
    int32_t failed = 0;
    const char *folder = fixture_write(
        path, "bad", "manifest: 1\npackage: bad\nversion: 1\nabi: \"0.1\"\n"
                     "modules: [module]\nentry_points:\n  parsers:\n"
                     "    bad.p: {a: 1}\n    bad.q: {b: 2}\n");

    fixture_path(path);
    CU_ASSERT_EQUAL(plugin_check(folder, NULL, &tap, &failed, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(failed, 1);
    has_text(buf_c_str(&tap), ":8:13: unknown key \"a\"");
    has_text(buf_c_str(&tap), ":9:13: unknown key \"b\"");
    has_text(buf_c_str(&tap), "not ok 1 - bad: manifest is read\n1..1\n");
}

static void a_folder_without_a_manifest_is_not_found(void)
{
    AUTO_BUF buf tap = {0};
    AUTO_ERROR orma_error *error = NULL;
    int32_t failed = 0;

    CU_ASSERT_EQUAL(plugin_check(unit_temp_dir(), NULL, &tap, &failed, &error),
                    ORMA_E_NOT_FOUND);
    has_text(orma_error_message(error), "holds no orma-plugin.yaml");
}

static const unit_test tests[] = {
    {"a_good_bundle_passes_all_but_the_linker_flag",
     a_good_bundle_passes_all_but_the_linker_flag},
    {"an_ill_behaved_bundle_is_seen_through",
     an_ill_behaved_bundle_is_seen_through},
    {"one_entry_can_be_checked_alone", one_entry_can_be_checked_alone},
    {"a_broken_manifest_is_told_in_full", a_broken_manifest_is_told_in_full},
    {"a_folder_without_a_manifest_is_not_found",
     a_folder_without_a_manifest_is_not_found},
    {NULL, NULL},
};

extern const unit_suite check_suite;
const unit_suite check_suite = {"check", NULL, NULL, tests};
