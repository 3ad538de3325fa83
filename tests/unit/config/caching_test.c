/* Patterns of process types, as AiiDA decides by them.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/caching.h>

#include "fixture.h"
#include "suites.h"

#define ADD "aiida.calculations:core.arithmetic.add"
#define PW "aiida.calculations:quantumespresso.pw"

static void a_star_stands_for_any_text(void)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"*", "", true},
        {"*", PW, true},
        {PW, PW, true},
        {PW, PW "x", false},
        {"aiida.calculations:*", PW, true},
        {"aiida.calculations:*.pw", PW, true},
        {"*:*.p*", PW, true},
        {"aiida.*:quantum*pw", PW, true},
        {"aiida.*:quantum*pw", PW "2", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbYbZ", false},
        {"a.b", "aXb", false}, /* a dot is a dot */
        {"", "x", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(caching_match(cases[i].pattern, cases[i].text),
                        cases[i].matches);
}

/* Those of AiiDA's own tests of _validate_identifier_pattern(). */
static void patterns_are_of_groups_or_python_names(void)
{
    static const char *const good[] = {
        PW,
        "aiida.calculations:*",
        "aiida.calculations*",
        "aiida.*",
        "*",
        "*:quantumespresso.pw",
        "some.module.Class",
        "module.*Class",
        "__main__.add",
    };
    static const char *const bad[] = {
        "aiida.calculations:a:b",
        "aiida.no_such:pw",
        "sp ace.Class",
        "module.def.Class",
        "1module.Class",
        "module..Class",
        "",
        "module.*-",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        AUTO_ERROR orma_error *err = NULL;
        CU_ASSERT_EQUAL(caching_check_pattern(good[i], &err), ORMA_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        AUTO_ERROR orma_error *err = NULL;
        CU_ASSERT_EQUAL(caching_check_pattern(bad[i], &err), ORMA_E_INVALID);
        CU_ASSERT_PTR_NOT_NULL(err);
    }
}

static config *with_options(const char *options)
{
    char *text = text_printf("{\"CONFIG_VERSION\": {\"CURRENT\": 9, "
                             "\"OLDEST_COMPATIBLE\": 9}, \"profiles\": {}, "
                             "\"options\": %s}",
                             options);
    fixture_folder(text);
    free(text);
    return fixture_open();
}

static void expect(const char *options, const char *type, bool wanted)
{
    config *c = with_options(options);
    AUTO_ERROR orma_error *err = NULL;
    bool enabled = !wanted;
    CU_ASSERT_EQUAL(caching_is_enabled(c, NULL, type, &enabled, &err), ORMA_OK);
    CU_ASSERT_EQUAL(enabled, wanted);
    config_close(c);
}

static void expect_conflict(const char *options, const char *type,
                            const char *message)
{
    config *c = with_options(options);
    AUTO_ERROR orma_error *err = NULL;
    bool enabled = false;
    CU_ASSERT_EQUAL(caching_is_enabled(c, NULL, type, &enabled, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), message));
    config_close(c);
}

static void it_is_off_by_default(void)
{
    expect("{}", ADD, false);
    expect("{\"caching.default_enabled\": true}", ADD, true);
}

static void lists_say_otherwise(void)
{
    expect("{\"caching.enabled_for\": [\"" ADD "\"]}", ADD, true);
    expect("{\"caching.enabled_for\": [\"" ADD "\"]}", PW, false);
    expect("{\"caching.default_enabled\": true, "
           "\"caching.disabled_for\": [\"aiida.calculations:core.*\"]}",
           ADD, false);
    expect("{\"caching.default_enabled\": true, "
           "\"caching.disabled_for\": [\"aiida.calculations:core.*\"]}",
           PW, true);
}

static void the_most_specific_pattern_wins(void)
{
    static const char options[] =
        "{\"caching.enabled_for\": [\"aiida.calculations:*\", \"" PW "\"], "
        "\"caching.disabled_for\": [\"aiida.calculations:quantumespresso.*\"]}";
    expect(options, PW, true);
    expect(options, "aiida.calculations:quantumespresso.ph", false);
    expect(options, ADD, true);
}

static void contradictions_are_refused(void)
{
    expect_conflict("{\"caching.enabled_for\": [\"" ADD "\"], "
                    "\"caching.disabled_for\": [\"" ADD "\"]}",
                    ADD, "more than one");
    expect_conflict("{\"caching.enabled_for\": [\"*:core.*\"], "
                    "\"caching.disabled_for\": [\"*.add\"]}",
                    ADD, "none");
    expect_conflict("{\"caching.enabled_for\": [\"a:b\"]}", ADD, "no group");
}

static const unit_test tests[] = {
    {"a_star_stands_for_any_text", a_star_stands_for_any_text},
    {"patterns_are_of_groups_or_python_names",
     patterns_are_of_groups_or_python_names},
    {"it_is_off_by_default", it_is_off_by_default},
    {"lists_say_otherwise", lists_say_otherwise},
    {"the_most_specific_pattern_wins", the_most_specific_pattern_wins},
    {"contradictions_are_refused", contradictions_are_refused},
    {0},
};

const unit_suite caching_suite = {"caching", NULL, NULL, tests};
