/* Profiles of the configuration.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/error.h>

#include "fixture.h"
#include "suites.h"

/* Name of the profile that is found, "" when none is; *hint: what to do. */
static void expect(const char *asked, orma_status status, const char *name,
                   const char *hint)
{
    config *c = fixture_open();
    const char *found = NULL;
    const json_object *profile = NULL;
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(config_profile(c, asked, &found, &profile, &error), status);
    if (status == ORMA_OK) {
        CU_ASSERT_STRING_EQUAL(found, name);
        CU_ASSERT_PTR_NOT_NULL(json_get(profile, "storage"));
    } else {
        CU_ASSERT_PTR_NOT_NULL_FATAL(orma_error_hint(error));
        CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(error), hint));
    }
    error_clear(&error);
    config_close(c);
}

static void no_name_is_the_default_profile(void)
{
    fixture_folder(aiida_config);
    expect(NULL, ORMA_OK, "main", NULL);
}

static void environment_comes_before_the_default(void)
{
    fixture_folder(aiida_config);
    setenv("ORMA_PROFILE", "second", 1);
    expect(NULL, ORMA_OK, "second", NULL);
    expect("main", ORMA_OK, "main", NULL);
    unsetenv("ORMA_PROFILE");
}

static void misspelt_name_suggests_the_closest(void)
{
    fixture_folder(aiida_config);
    expect("secnd", ORMA_E_NOT_FOUND, NULL, "second");
}

static void empty_configuration_says_how_to_make_a_profile(void)
{
    fixture_folder(NULL);
    expect(NULL, ORMA_E_NOT_FOUND, NULL, "orma presto");
}

static void no_default_says_how_to_choose_one(void)
{
    fixture_folder("{\"CONFIG_VERSION\": {\"CURRENT\": 9, "
                   "\"OLDEST_COMPATIBLE\": 9}, \"profiles\": {\"a\": "
                   "{\"storage\": {\"backend\": \"x\", \"config\": {}}}}}");
    expect(NULL, ORMA_E_NOT_FOUND, NULL, "set-default");
}

static void a_new_profile_is_kept(void)
{
    fixture_folder(NULL);
    config *c = fixture_open();
    orma_error *error = NULL;
    json_object *profile = NULL;

    CU_ASSERT_EQUAL(json_parse(ORMA_LITERAL("{\"storage\": {\"backend\": "
                                            "\"x\", \"config\": {}}}"),
                               &profile, &error),
                    ORMA_OK);
    CU_ASSERT_TRUE(config_set_profile(c, "fresh", profile));
    CU_ASSERT_TRUE(config_set_default_profile(c, "fresh"));
    CU_ASSERT_EQUAL(config_save(c, &error), ORMA_OK);
    config_close(c);
    expect(NULL, ORMA_OK, "fresh", NULL);
}

static void removing_the_default_profile_forgets_the_default(void)
{
    fixture_folder(aiida_config);
    config *c = fixture_open();

    CU_ASSERT_TRUE(config_remove_profile(c, "main"));
    CU_ASSERT_FALSE(config_remove_profile(c, "main"));
    CU_ASSERT_PTR_NULL(config_default_profile(c));
    config_close(c);
}

static const unit_test tests[] = {
    {"no_name_is_the_default_profile", no_name_is_the_default_profile},
    {"environment_comes_before_the_default",
     environment_comes_before_the_default},
    {"misspelt_name_suggests_the_closest", misspelt_name_suggests_the_closest},
    {"empty_configuration_says_how_to_make_a_profile",
     empty_configuration_says_how_to_make_a_profile},
    {"no_default_says_how_to_choose_one", no_default_says_how_to_choose_one},
    {"a_new_profile_is_kept", a_new_profile_is_kept},
    {"removing_the_default_profile_forgets_the_default",
     removing_the_default_profile_forgets_the_default},
    {0},
};

const unit_suite profiles_suite = {"profiles", NULL, NULL, tests};
