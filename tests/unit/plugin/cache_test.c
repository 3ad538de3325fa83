/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/plugin/fixture.h"
#include "unit/runner.h"

#define BUNDLE(version)                                                        \
    "manifest: 1\npackage: acme\nversion: " version                            \
    "\nabi: \"0.1\"\nmodules: [module]\nlicence: MIT\nentry_points:\n"         \
    "  calculations:\n"                                                        \
    "    acme.c: {summary: s, inputs: {x: core.int}, x-a: [1, 2.50]}\n"        \
    "  workflows:\n    acme.w: {inputs: {expose: [{process: acme.c}]}}\n"      \
    "  data:\n    acme.d: {node_type: data.acme.d.D., base: core.dict}\n"      \
    "aliases:\n  calculations: {acme.old: acme.c}\n"

/* Files younger than this are not believed (cache.c, YOUNG_NS). */
static void grow_old(void)
{
    const struct timespec nap = {0, 80000000};

    nanosleep(&nap, NULL);
}

/* The search path's bundles, old enough for the cache. */
static const char *prepare(void)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "acme", BUNDLE("1.0"));
    fixture_path(path);
    setenv("XDG_CACHE_HOME", unit_temp_dir(), 1);
    grow_old();
    return path;
}

static size_t manifests_read(void)
{
    registry *r = fixture_registry();
    const size_t n = r->manifests_read;

    registry_close(r);
    return n;
}

/* The one file in the cache's folder; the caller frees it. */
static char *cache_file(void)
{
    AUTO_FREE char *folder = file_join(getenv("XDG_CACHE_HOME"), "orma");
    DIR *stream = opendir(folder);
    char *path = NULL;

    for (const struct dirent *d = stream != NULL ? readdir(stream) : NULL;
         d != NULL; d = readdir(stream))
        if (d->d_name[0] != '.' && path == NULL)
            path = file_join(folder, d->d_name);
    if (stream != NULL)
        closedir(stream);
    return path;
}

static void answers_from_the_cache_the_second_time(void)
{
    const json_object *spec = NULL;

    prepare();
    CU_ASSERT_EQUAL(manifests_read(), 1);
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(r->manifests_read, 0);
    CU_ASSERT_EQUAL(registry_entry_count(r), 3);
    const plugin_entry *c = fixture_entry(r, KIND_CALCULATION, "acme.c");
    same_text(c->summary, "s");
    has_text(r->packages[0].manifest.warning, "unknown key \"licence\"");
    CU_ASSERT_EQUAL(registry_spec(r, c, &spec, NULL), ORMA_OK);
    AUTO_FREE char *text = json_text(json_get(spec, "x-a"), JSON_COMPACT);
    same_text(text, "[1,2.5]");
    CU_ASSERT_EQUAL(registry_find(r, KIND_CALCULATION, "acme.old", &c, NULL),
                    ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(registry_data_by_node_type(r, "data.acme.d.D."));
    CU_ASSERT(registry_data_is_a(r, "acme.d", "core.dict"));
    registry_close(r);
}

static void reads_a_changed_manifest_again(void)
{
    const char *path = prepare();

    manifests_read();
    CU_ASSERT_EQUAL(manifests_read(), 0);
    fixture_write(path, "acme", BUNDLE("2.0"));
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(r->manifests_read, 1);
    same_text(registry_package(r, 0)->version, "2.0");
    registry_close(r);
}

static void sees_added_and_removed_bundles(void)
{
    const char *path = prepare();
    AUTO_FREE char *second = file_join(path, "parsers/second");

    manifests_read();
    fixture_write(path, "parsers/second",
                  "manifest: 1\npackage: second\nversion: 1\nabi: \"0.1\"\n"
                  "modules: [module]\nentry_points: {}\n");
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(r->manifests_read, 1);
    CU_ASSERT_EQUAL(registry_package_count(r), 2);
    registry_close(r);
    CU_ASSERT_EQUAL(file_remove_tree(second, NULL), ORMA_OK);
    r = fixture_registry();
    CU_ASSERT_EQUAL(registry_package_count(r), 1);
    registry_close(r);
}

/* Every byte changed in turn, and every length: read anew, never a crash. */
static void survives_damage(void)
{
    prepare();
    manifests_read();
    AUTO_FREE char *path = cache_file();
    AUTO_BUF buf whole = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 20, &whole, NULL), ORMA_OK);
    for (size_t i = 0; i < whole.len; i += 7) {
        AUTO_BUF buf damaged = {0};
        buf_str(&damaged, buf_view(&whole));
        damaged.ptr[i] ^= 0x55;
        CU_ASSERT_EQUAL(file_write(path, buf_view(&damaged), 0600, NULL),
                        ORMA_OK);
        CU_ASSERT_EQUAL(manifests_read(), 1);
    }
    for (size_t n = 0; n < whole.len; n += 97) {
        CU_ASSERT_EQUAL(file_write(path, (orma_str){whole.ptr, n}, 0600, NULL),
                        ORMA_OK);
        CU_ASSERT_EQUAL(manifests_read(), 1);
    }
}

static void ignores_a_file_that_others_can_write(void)
{
    prepare();
    manifests_read();
    AUTO_FREE char *path = cache_file();
    chmod(path, 0622);
    CU_ASSERT_EQUAL(manifests_read(), 1);
    CU_ASSERT_EQUAL(manifests_read(), 0); /* it was replaced */
}

static void does_without_when_asked_or_unable(void)
{
    prepare();
    setenv("ORMA_NO_CACHE", "1", 1);
    CU_ASSERT_EQUAL(manifests_read(), 1);
    CU_ASSERT_PTR_NULL(cache_file());
    unsetenv("ORMA_NO_CACHE");
    setenv("XDG_CACHE_HOME", "/proc/nonexistent", 1);
    CU_ASSERT_EQUAL(manifests_read(), 1);
    CU_ASSERT_EQUAL(manifests_read(), 1);
}

static void keeps_search_paths_apart(void)
{
    const char *first = prepare();
    AUTO_FREE char *caches = text_copy(getenv("XDG_CACHE_HOME"));
    const char *second = unit_temp_dir();

    fixture_write(second, "acme", BUNDLE("3.0"));
    grow_old();
    manifests_read();
    fixture_path(second);
    setenv("XDG_CACHE_HOME", caches, 1);
    CU_ASSERT_EQUAL(manifests_read(), 1);
    CU_ASSERT_EQUAL(manifests_read(), 0);
    fixture_path(first);
    setenv("XDG_CACHE_HOME", caches, 1);
    CU_ASSERT_EQUAL(manifests_read(), 0);
}

static void remembers_broken_manifests_too(void)
{
    const char *path = prepare();

    fixture_write(path, "acme", "manifest: 1\npackage: acme\n");
    grow_old();
    CU_ASSERT_EQUAL(manifests_read(), 1);
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(r->manifests_read, 0);
    CU_ASSERT_EQUAL(registry_package(r, 0)->state, PLUGIN_BAD_MANIFEST);
    has_text(registry_package(r, 0)->reason, "has no \"version\"");
    registry_close(r);
}

static const unit_test tests[] = {
    {"answers_from_the_cache_the_second_time",
     answers_from_the_cache_the_second_time},
    {"reads_a_changed_manifest_again", reads_a_changed_manifest_again},
    {"sees_added_and_removed_bundles", sees_added_and_removed_bundles},
    {"survives_damage", survives_damage},
    {"ignores_a_file_that_others_can_write",
     ignores_a_file_that_others_can_write},
    {"does_without_when_asked_or_unable", does_without_when_asked_or_unable},
    {"keeps_search_paths_apart", keeps_search_paths_apart},
    {"remembers_broken_manifests_too", remembers_broken_manifests_too},
    {NULL, NULL},
};

extern const unit_suite cache_suite;
const unit_suite cache_suite = {"cache", NULL, NULL, tests};
