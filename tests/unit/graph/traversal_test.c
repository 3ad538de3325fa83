/* AiiDA's rules for export and deletion (reference 7.6).
 *
 * SPDX-License-Identifier: MIT */
#include "unit/graph/suites.h"

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>
#include <graph/traversal.h>

/* The table of the reference to the letter: '+' on, '-' off, and whether the
 * rule is fixed (F) or toggleable (T). */
static const struct {
    const char *type;
    const char *export_forward, *export_back, *delete_forward, *delete_back;
} table[] = {
    {"input_calc", "-T", "+F", "+F", "-F"},
    {"input_work", "-T", "+F", "+F", "-F"},
    {"create", "+F", "+T", "+T", "+F"},
    {"return", "+F", "-T", "-F", "+F"},
    {"call_calc", "+F", "+T", "+T", "+F"},
    {"call_work", "+F", "+T", "+T", "+F"},
};

static json_object *one_rule(const char *type, const char *way, bool value)
{
    json_object *given = json_object_new_object();
    char *name = text_printf("%s_%s", type, way);
    json_set_bool(given, name, value);
    free(name);
    return given;
}

static void check_rule(enum traversal_purpose purpose, const char *type,
                       const char *way, const char *expected)
{
    traversal_rules rules;
    enum link_type link = LINK_CREATE;
    const bool is_forward = strcmp(way, "forward") == 0;
    const bool is_on = expected[0] == '+';
    json_object *given = one_rule(type, way, !is_on);

    CU_ASSERT_TRUE_FATAL(link_type_parse(type, &link));
    traversal_defaults(purpose, &rules);
    const bool *rule =
        is_forward ? &rules.forward[link] : &rules.backward[link];
    CU_ASSERT_EQUAL(*rule, is_on);
    const orma_status st = traversal_set(purpose, given, &rules, NULL);
    if (expected[1] == 'T') {
        CU_ASSERT_EQUAL(st, ORMA_OK);
        CU_ASSERT_EQUAL(*rule, !is_on);
    } else {
        CU_ASSERT_EQUAL(st, ORMA_E_INVALID);
        CU_ASSERT_EQUAL(*rule, is_on);
    }
    json_object_put(given);
}

static void defaults_and_choices_are_those_of_aiida(void)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *type = table[i].type;
        check_rule(TRAVERSE_EXPORT, type, "forward", table[i].export_forward);
        check_rule(TRAVERSE_EXPORT, type, "backward", table[i].export_back);
        check_rule(TRAVERSE_DELETE, type, "forward", table[i].delete_forward);
        check_rule(TRAVERSE_DELETE, type, "backward", table[i].delete_back);
    }
}

static orma_status set_text(const char *text, traversal_rules *rules,
                            orma_error **err)
{
    json_object *given = NULL;
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &given, NULL), ORMA_OK);
    const orma_status st = traversal_set(TRAVERSE_DELETE, given, rules, err);
    json_object_put(given);
    return st;
}

static void refuses_what_is_no_rule(void)
{
    traversal_rules rules, before;
    orma_error *err = NULL;

    traversal_defaults(TRAVERSE_DELETE, &rules);
    before = rules;
    CU_ASSERT_EQUAL(set_text("{\"creates_forward\": true}", &rules, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(orma_error_message(err), "\"creates_forward\""));
    CU_ASSERT_STRING_EQUAL(
        orma_error_hint(err),
        "the rules to choose of a deletion are create_forward, "
        "call_calc_forward, call_work_forward");
    error_clear(&err);
    CU_ASSERT_EQUAL(set_text("{\"create_forward\": 0}", &rules, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(set_text("[]", &rules, NULL), ORMA_E_INVALID);
    /* One wrong rule, and none is set. */
    CU_ASSERT_EQUAL(set_text("{\"create_forward\": false, \"return_backward\": "
                             "false}",
                             &rules, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "fixed"));
    error_clear(&err);
    CU_ASSERT_EQUAL(memcmp(&rules, &before, sizeof rules), 0);
    CU_ASSERT_EQUAL(traversal_set(TRAVERSE_DELETE, NULL, &rules, NULL),
                    ORMA_OK);
}

static void all_twelve_are_told(void)
{
    traversal_rules rules, again;
    json_object *all;

    traversal_defaults(TRAVERSE_EXPORT, &rules);
    all = traversal_json(&rules);
    CU_ASSERT_EQUAL(json_object_object_length(all), 12);
    CU_ASSERT_TRUE(json_get_bool(all, "call_calc_backward", false));
    CU_ASSERT_FALSE(json_get_bool(all, "return_backward", true));
    json_object_put(all);
    memset(&again, 0, sizeof again);
    all = traversal_json(&again);
    CU_ASSERT_FALSE(json_get_bool(all, "create_forward", true));
    json_object_put(all);
}

static const unit_test tests[] = {
    {"defaults_and_choices_are_those_of_aiida",
     defaults_and_choices_are_those_of_aiida},
    {"refuses_what_is_no_rule", refuses_what_is_no_rule},
    {"all_twelve_are_told", all_twelve_are_told},
    {NULL, NULL},
};

const unit_suite traversal_suite = {"traversal", NULL, NULL, tests};
