/* Tests of core.int, core.float, core.str, core.bool. Attributes and their
 * forms are those of nodes that AiiDA stored.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/data/suites.h"
#include "unit/data/types.h"

static void has_attributes(const char *type, const char *literal,
                           const char *attributes)
{
    node *n = types_literal(type, literal);
    types_has_attributes(n, attributes);
    node_free(n);
}

static void literals_become_the_value(void)
{
    has_attributes("core.int", "42", "{'value': 42}");
    has_attributes("core.int", "-7", "{'value': -7}");
    has_attributes("core.float", "3.1415926535898",
                   "{'value': 3.1415926535898}");
    has_attributes("core.float", "1e-300", "{'value': 1e-300}");
    has_attributes("core.str", "'x y'", "{'value': 'x y'}");
    has_attributes("core.bool", "true", "{'value': true}");
}

static void integers_beyond_a_double_keep_their_digits(void)
{
    has_attributes("core.int", "9007199254740993",
                   "{'value': 9007199254740993}");
    has_attributes("core.int", "10000000000000000000001",
                   "{'value': 10000000000000000000001}");
}

static void integer_given_for_a_float_becomes_a_float(void)
{
    has_attributes("core.float", "1", "{'value': 1.0}");
    has_attributes("core.float", "-3", "{'value': -3.0}");
}

static void other_types_are_refused(void)
{
    types_literal_refused("core.int", "1.0", "not a float");
    types_literal_refused("core.int", "true", "not a boolean");
    types_literal_refused("core.int", "'1'", "not a string");
    types_literal_refused("core.float", "'1.0'", "not a string");
    types_literal_refused("core.float", "[1.0]", "not a list");
    types_literal_refused("core.float", "null", "not null");
    types_literal_refused("core.str", "1", "not an integer");
    types_literal_refused("core.bool", "0", "not an integer");
    types_literal_refused("core.bool", "{}", "not a mapping");
}

static void stored_form_is_checked(void)
{
    types_valid("core.float", "{'value': 1.0}");
    types_invalid("core.float", "{'value': 1}", "a float");
    /* AiiDA stores Float(1e20) so */
    types_valid("core.float", "{'value': 100000000000000000000}");
    types_invalid("core.int", "{'value': 1.0}", "an integer");
    types_invalid("core.str", "{}", "missing");
}

static void value_and_summary_are_the_content(void)
{
    node *n = types_literal("core.str", "'two\\nlines'");
    types_has_value(n, "'two\\nlines'");
    types_has_summary(n, "two lines");
    node_free(n);
    n = types_literal("core.float", "2");
    types_has_value(n, "2.0");
    types_has_summary(n, "2.0");
    node_free(n);
}

static void long_text_is_cut_between_characters(void)
{
    node *n = types_literal(
        "core.str",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "üend'");
    types_has_summary(n,
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                      "aaaaü…");
    node_free(n);
}

static void abstract_types_have_no_nodes(void)
{
    types_invalid("core.numeric", "{}", "base of other types");
    types_invalid("core.base", "{'value': 1}", "base of other types");
}

static const unit_test tests[] = {
    {"literals_become_the_value", literals_become_the_value},
    {"integers_beyond_a_double_keep_their_digits",
     integers_beyond_a_double_keep_their_digits},
    {"integer_given_for_a_float_becomes_a_float",
     integer_given_for_a_float_becomes_a_float},
    {"other_types_are_refused", other_types_are_refused},
    {"stored_form_is_checked", stored_form_is_checked},
    {"value_and_summary_are_the_content", value_and_summary_are_the_content},
    {"long_text_is_cut_between_characters",
     long_text_is_cut_between_characters},
    {"abstract_types_have_no_nodes", abstract_types_have_no_nodes},
    {NULL, NULL},
};

const unit_suite scalars_suite = {"scalars", NULL, NULL, tests};
