/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#include "unit/plugin/fixture.h"
#include "unit/runner.h"

#define MANIFEST(package, version, points)                                     \
    "manifest: 1\npackage: " package "\nversion: " version                     \
    "\nabi: \"0.1\"\nmodules: [module]\nentry_points:\n" points

static const char data_points[] = MANIFEST(
    "core", "1.0",
    "  data:\n"
    "    core.array: {node_type: data.core.array.ArrayData., summary: a}\n"
    "    core.array.kpoints: {node_type: data.core.array.kpoints.KpointsData., "
    "base: core.array}\n"
    "    core.numeric: {node_type: data.core.numeric.N., base: core.data}\n"
    "    core.int: {node_type: data.core.int.Int., base: core.numeric}\n"
    "    core.round: {node_type: data.core.round.R., base: core.trip}\n"
    "    core.trip: {node_type: data.core.trip.T., base: core.round}\n"
    "  schedulers:\n"
    "    core.slurm: {resource: nodes_processes}\n"
    "aliases:\n  data: {kpts: core.array.kpoints}\n");

/* Modules are empty files here: only what manifests say is of interest. */
static void search_only(const char *path)
{
    fixture_path(path);
    setenv("ORMA_NO_CACHE", "1", 1);
}

static void check_found(registry *r, enum plugin_kind kind, const char *name,
                        const char *expected)
{
    const plugin_entry *entry = NULL;
    AUTO_ERROR orma_error *error = NULL;

    registry_find(r, kind, name, &entry, &error);
    if (error != NULL)
        same_text(orma_error_message(error), NULL);
    same_text(entry != NULL ? entry->name : NULL, expected);
}

static void check_not_found(registry *r, enum plugin_kind kind,
                            const char *name, orma_status status,
                            const char *part)
{
    const plugin_entry *entry = NULL;
    AUTO_ERROR orma_error *error = NULL;

    CU_ASSERT_EQUAL(registry_find(r, kind, name, &entry, &error), status);
    CU_ASSERT_PTR_NULL(entry);
    has_text(orma_error_message(error), part);
}

static void finds_by_name_alias_and_without_core(void)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "data", data_points); /* a bundle named as a kind */
    search_only(path);
    registry *r = fixture_registry();
    check_found(r, KIND_DATA, "core.int", "core.int");
    check_found(r, KIND_DATA, "int", "core.int");
    check_found(r, KIND_DATA, "kpts", "core.array.kpoints");
    check_found(r, KIND_SCHEDULER, "slurm", "core.slurm");
    check_found(r, KIND_SCHEDULER, "core/core.slurm", "core.slurm");
    check_not_found(r, KIND_SCHEDULER, "core.slrum", ORMA_E_NOT_FOUND,
                    "aiida.schedulers has no entry point \"core.slrum\"; did "
                    "you mean \"core.slurm\"?");
    check_not_found(r, KIND_PARSER, "core.slurm", ORMA_E_NOT_FOUND,
                    "aiida.parsers has no entry point \"core.slurm\"");
    registry_close(r);
}

/* AiiDA drops the class name, then resolves what is before it. */
static void finds_data_by_node_type(void)
{
    static const char *const rows[][2] = {
        {"data.core.int.Int.", "core.int"},
        {"data.core.array.ArrayData.", "core.array"},
        {"data.core.array.bands.BandsData.", "core.array"},
        {"data.core.array.kpoints.mine.X.", "core.array.kpoints"},
        {"data.other.thing.T.", NULL},
        {"process.calculation.calcjob.CalcJobNode.", NULL},
        {"", NULL},
        {"data.", NULL},
    };
    const char *path = unit_temp_dir();

    fixture_write(path, "core", data_points);
    search_only(path);
    registry *r = fixture_registry();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const plugin_entry *e = registry_data_by_node_type(r, rows[i][0]);
        same_text(e != NULL ? e->name : NULL, rows[i][1]);
    }
    registry_close(r);
}

static void knows_what_is_derived(void)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "core", data_points);
    search_only(path);
    registry *r = fixture_registry();
    CU_ASSERT(registry_data_is_a(r, "core.int", "core.int"));
    CU_ASSERT(registry_data_is_a(r, "core.int", "core.numeric"));
    CU_ASSERT(registry_data_is_a(r, "int", "numeric"));
    CU_ASSERT(registry_data_is_a(r, "core.int", "core.data"));
    CU_ASSERT(registry_data_is_a(r, "core.array.kpoints", "core.array"));
    CU_ASSERT_FALSE(registry_data_is_a(r, "core.array", "core.array.kpoints"));
    CU_ASSERT_FALSE(registry_data_is_a(r, "core.int", "core.array"));
    CU_ASSERT_FALSE(registry_data_is_a(r, "no.such", "core.array"));
    CU_ASSERT_FALSE(registry_data_is_a(r, "core.round", "core.int"));
    registry_close(r);
}

static void sorts_names_within_kinds(void)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "core", data_points);
    search_only(path);
    registry *r = fixture_registry();
    for (size_t i = 1; i < registry_entry_count(r); i++) {
        const plugin_entry *a = registry_entry(r, i - 1);
        const plugin_entry *b = registry_entry(r, i);
        CU_ASSERT(a->kind < b->kind ||
                  (a->kind == b->kind && strcmp(a->name, b->name) <= 0));
    }
    CU_ASSERT_EQUAL(registry_entry_count(r), 7);
    registry_close(r);
}

static void looks_in_folders_of_kinds_and_no_deeper(void)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "parsers/one",
                  MANIFEST("one", "1", "  parsers: {one.p: }\n"));
    fixture_write(path, "two", MANIFEST("two", "1", "  parsers: {two.p: }\n"));
    fixture_write(path, "deep/three",
                  MANIFEST("three", "1", "  parsers: {three.p: }\n"));
    fixture_write(path, "parsers/deep/four",
                  MANIFEST("four", "1", "  parsers: {four.p: }\n"));
    search_only(path);
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(registry_entry_count(r), 2);
    CU_ASSERT_PTR_NOT_NULL(fixture_entry(r, KIND_PARSER, "one.p"));
    CU_ASSERT_PTR_NOT_NULL(fixture_entry(r, KIND_PARSER, "two.p"));
    registry_close(r);
}

static void shadows_a_bundle_as_a_whole(void)
{
    const char *first = unit_temp_dir(), *second = unit_temp_dir();
    AUTO_FREE char *path = text_printf("%s::%s", first, second);
    const char *reason;

    fixture_write(first, "acme",
                  MANIFEST("acme", "2.0", "  parsers: {acme.p: }\n"));
    fixture_write(second, "acme",
                  MANIFEST("acme", "1.0", "  parsers: {acme.p: , acme.q: }\n"));
    search_only(path);
    registry *r = fixture_registry();
    const plugin_entry *p = fixture_entry(r, KIND_PARSER, "acme.p");
    CU_ASSERT_EQUAL(p->state, PLUGIN_OK);
    same_text(p->package->version, "2.0");
    CU_ASSERT_EQUAL(registry_entry_count(r), 3);
    check_not_found(r, KIND_PARSER, "acme.q", ORMA_E_NOT_FOUND, "acme.q");
    const plugin_entry *q = fixture_entry(r, KIND_PARSER, "acme.q");
    CU_ASSERT_EQUAL(registry_entry_state(r, q, &reason), PLUGIN_SHADOWED);
    has_text(reason, "acme 1.0 in ");
    has_text(reason, "is shadowed by 2.0 in ");
    registry_close(r);
}

static void shadows_single_entries_of_other_packages(void)
{
    const char *first = unit_temp_dir(), *second = unit_temp_dir();
    AUTO_FREE char *path = text_printf("%s:%s", first, second);

    fixture_write(first, "b", MANIFEST("b", "1", "  parsers: {x.p: }\n")
                                  "claims: [x.*]\n");
    fixture_write(second, "a",
                  MANIFEST("a", "1", "  parsers: {x.p: , x.q: }\n")
                      "claims: [x.*]\n");
    search_only(path);
    registry *r = fixture_registry();
    const plugin_entry *e = NULL;
    CU_ASSERT_EQUAL(registry_find(r, KIND_PARSER, "x.p", &e, NULL), ORMA_OK);
    same_text(e->package->name, "b");
    CU_ASSERT_EQUAL(registry_find(r, KIND_PARSER, "x.q", &e, NULL), ORMA_OK);
    same_text(e->package->name, "a");
    registry_close(r);
}

static void is_ambiguous_until_the_package_is_named(void)
{
    const char *path = unit_temp_dir();
    const plugin_entry *e = NULL;

    fixture_write(path, "a", MANIFEST("a", "1", "  parsers: {x.p: }\n")
                                 "claims: [x.*]\n");
    fixture_write(path, "b", MANIFEST("b", "1", "  parsers: {x.p: }\n")
                                 "claims: [x.*]\n");
    search_only(path);
    registry *r = fixture_registry();
    check_not_found(r, KIND_PARSER, "x.p", ORMA_E_INVALID,
                    "\"x.p\" is offered by a and by b; write \"a/x.p\" or "
                    "\"b/x.p\"");
    CU_ASSERT_EQUAL(registry_find(r, KIND_PARSER, "b/x.p", &e, NULL), ORMA_OK);
    same_text(e->package->name, "b");
    check_not_found(r, KIND_PARSER, "c/x.p", ORMA_E_NOT_FOUND, "c/x.p");
    registry_close(r);
}

static void a_broken_package_harms_no_other(void)
{
    const char *path = unit_temp_dir();

    fixture_build("broken-yaml", path, "broken-yaml");
    fixture_build("other-abi", path, "other-abi");
    fixture_build("no-module", path, "no-module");
    fixture_write(path, "core", data_points);
    search_only(path);
    registry *r = fixture_registry();
    check_found(r, KIND_DATA, "core.int", "core.int");
    const plugin_package *broken = fixture_package(r, "broken-yaml");
    CU_ASSERT_EQUAL(broken->state, PLUGIN_BAD_MANIFEST);
    has_text(broken->reason, "broken-yaml/orma-plugin.yaml:6:");
    const plugin_package *other = fixture_package(r, "other-abi");
    CU_ASSERT_EQUAL(other->state, PLUGIN_ABI_MISMATCH);
    same_text(other->reason, "other-abi 1.0.0 needs ABI 0.7, this orma offers "
                             "0.1; update orma or rebuild the plugin");
    check_not_found(r, KIND_PARSER, "other-abi.p", ORMA_E_ABI, "needs ABI 0.7");
    const plugin_package *none = fixture_package(r, "no-module");
    CU_ASSERT_EQUAL(none->state, PLUGIN_LOAD_FAILED);
    has_text(none->reason, "no-module: module module.so is missing in ");
    registry_close(r);
}

static void does_not_read_what_anybody_can_write(void)
{
    const char *path = unit_temp_dir();
    const char *folder = fixture_write(
        path, "open", MANIFEST("open", "1", "  parsers: {open.p: }\n"));
    AUTO_FREE char *file = text_printf("%s/module.so", folder);

    search_only(path);
    chmod(folder, 0757);
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(registry_package(r, 0)->state, PLUGIN_UNTRUSTED);
    has_text(registry_package(r, 0)->reason,
             "is writable by everybody; run chmod o-w");
    CU_ASSERT_EQUAL(registry_entry_count(r), 0);
    registry_close(r);
    chmod(folder, 0755);
    chmod(file, 0646);
    r = fixture_registry();
    CU_ASSERT_EQUAL(registry_package(r, 0)->state, PLUGIN_UNTRUSTED);
    same_text(registry_package(r, 0)->reason,
              "open: module.so is writable by everybody; run chmod o-w");
    registry_close(r);
}

static void exposing_what_is_missing_is_incomplete(void)
{
    static const char circle[] =
        MANIFEST("round", "1",
                 "  workflows:\n"
                 "    round.a: {inputs: {expose: [{process: round.b}]}}\n"
                 "    round.b: {inputs: {expose: [{process: round.a}]}}\n"
                 "    round.c: {inputs: {expose: [{process: round.d}]}}\n"
                 "    round.d: {inputs: {}}\n");
    const char *path = unit_temp_dir();

    fixture_build("incomplete", path, "incomplete");
    fixture_write(path, "round", circle);
    search_only(path);
    registry *r = fixture_registry();
    const plugin_entry *w = fixture_entry(r, KIND_WORKFLOW, "incomplete.w");
    CU_ASSERT_EQUAL(w->state, PLUGIN_INCOMPLETE);
    same_text(w->reason, "\"incomplete.w\" exposes \"nowhere.process\", which is "
                         "not installed");
    CU_ASSERT_EQUAL(fixture_entry(r, KIND_PARSER, "incomplete.p")->state,
                    PLUGIN_OK);
    CU_ASSERT_EQUAL(fixture_entry(r, KIND_WORKFLOW, "round.a")->state,
                    PLUGIN_INCOMPLETE);
    CU_ASSERT_EQUAL(fixture_entry(r, KIND_WORKFLOW, "round.c")->state,
                    PLUGIN_OK);
    check_not_found(r, KIND_WORKFLOW, "incomplete.w", ORMA_E_INVALID,
                    "nowhere.process");
    registry_close(r);
}

static void a_newer_interface_is_another_abi(void)
{
    const char *path = unit_temp_dir();

    fixture_write(path, "new",
                  MANIFEST("new", "1", "  parsers:\n"
                           "    new.p: {interface: orma.parser/2}\n"));
    search_only(path);
    registry *r = fixture_registry();
    const plugin_entry *e = fixture_entry(r, KIND_PARSER, "new.p");
    CU_ASSERT_EQUAL(e->state, PLUGIN_ABI_MISMATCH);
    same_text(e->reason, "new.p is a orma.parser/2, this orma knows "
                         "orma.parser/1; update orma");
    registry_close(r);
}

static void finds_nothing_where_nothing_is(void)
{
    search_only("/nonexistent:relative/nonexistent:");
    registry *r = fixture_registry();
    CU_ASSERT_EQUAL(registry_package_count(r), 0);
    CU_ASSERT_PTR_NULL(registry_data_by_node_type(r, "data.core.int.Int."));
    check_not_found(r, KIND_DATA, "core.int", ORMA_E_NOT_FOUND, "core.int");
    registry_close(r);
}

static void knows_kinds_by_all_their_names(void)
{
    static const char *const words[] = {"calculations", "aiida.calculations",
                                        "calculation"};
    enum plugin_kind kind;

    for (size_t i = 0; i < 3; i++) {
        kind = KIND_COUNT;
        CU_ASSERT(plugin_kind_parse(words[i], &kind));
        CU_ASSERT_EQUAL(kind, KIND_CALCULATION);
    }
    CU_ASSERT_FALSE(plugin_kind_parse("calculatio", &kind));
    same_text(plugin_state_word(PLUGIN_BAD_MANIFEST), "bad-manifest");
}

static const unit_test tests[] = {
    {"finds_by_name_alias_and_without_core",
     finds_by_name_alias_and_without_core},
    {"finds_data_by_node_type", finds_data_by_node_type},
    {"knows_what_is_derived", knows_what_is_derived},
    {"sorts_names_within_kinds", sorts_names_within_kinds},
    {"looks_in_folders_of_kinds_and_no_deeper",
     looks_in_folders_of_kinds_and_no_deeper},
    {"shadows_a_bundle_as_a_whole", shadows_a_bundle_as_a_whole},
    {"shadows_single_entries_of_other_packages",
     shadows_single_entries_of_other_packages},
    {"is_ambiguous_until_the_package_is_named",
     is_ambiguous_until_the_package_is_named},
    {"a_broken_package_harms_no_other", a_broken_package_harms_no_other},
    {"does_not_read_what_anybody_can_write",
     does_not_read_what_anybody_can_write},
    {"exposing_what_is_missing_is_incomplete",
     exposing_what_is_missing_is_incomplete},
    {"a_newer_interface_is_another_abi", a_newer_interface_is_another_abi},
    {"finds_nothing_where_nothing_is", finds_nothing_where_nothing_is},
    {"knows_kinds_by_all_their_names", knows_kinds_by_all_their_names},
    {NULL, NULL},
};

extern const unit_suite registry_suite;
const unit_suite registry_suite = {"registry", NULL, NULL, tests};
