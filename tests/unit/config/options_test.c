/* Where an option's value comes from.
 *
 * SPDX-License-Identifier: MIT */
#include <base/log.h>

#include "fixture.h"
#include "suites.h"

static void expect(config *c, const char *profile, const char *name,
                   const char *wanted)
{
    json_object *found = config_option(c, profile, name);
    CU_ASSERT_STRING_EQUAL(
        found != NULL ? json_object_get_string(found) : "none", wanted);
    json_object_put(found);
}

static void profile_comes_before_global_before_default(void)
{
    fixture_folder(aiida_config);
    config *c = fixture_open();

    expect(c, "main", "runner.poll.interval", "1");
    expect(c, "second", "runner.poll.interval", "60"); /* AiiDA's default */
    expect(c, "main", "daemon.timeout", "7");
    expect(c, NULL, "daemon.timeout", "7");
    expect(c, NULL, "transport.task_maximum_attempts", "5");
    config_close(c);
}

static void unknown_option_is_nothing(void)
{
    fixture_folder(aiida_config);
    config *c = fixture_open();

    expect(c, "main", "no.such.option", "none");
    config_close(c);
}

static void own_options_are_nested_or_dotted(void)
{
    const char *folder = fixture_folder(aiida_config);
    fixture_write(folder, "orma.yaml",
                  "plugins:\n  prefer: acme\nplugins.other: 3\n");
    config *c = fixture_open();

    expect(c, NULL, "plugins.prefer", "acme");
    expect(c, NULL, "plugins.other", "3");
    config_close(c);
}

static void count_line(void *user, int32_t level, const char *line)
{
    (void)line;
    if (level == ORMA_LOG_WARNING)
        ++*(int *)user;
}

static void malformed_own_options_are_told_once(void)
{
    const char *folder = fixture_folder(aiida_config);
    int warnings = 0;
    fixture_write(folder, "orma.yaml", "a: [1,\n");
    config *c = fixture_open();

    log_set_sink(count_line, &warnings);
    expect(c, NULL, "plugins.prefer", "none");
    expect(c, NULL, "plugins.prefer", "none");
    log_set_sink(NULL, NULL);
    CU_ASSERT_EQUAL(warnings, 1);
    config_close(c);
}

static const unit_test tests[] = {
    {"profile_comes_before_global_before_default",
     profile_comes_before_global_before_default},
    {"unknown_option_is_nothing", unknown_option_is_nothing},
    {"own_options_are_nested_or_dotted", own_options_are_nested_or_dotted},
    {"malformed_own_options_are_told_once",
     malformed_own_options_are_told_once},
    {0},
};

const unit_suite options_suite = {"options", NULL, NULL, tests};
