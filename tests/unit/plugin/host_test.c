/* SPDX-License-Identifier: MIT */
#include <math.h>

#include <base/cleanup.h>
#include <base/error.h>

#include <orma/plugin.h>

#include "unit/plugin/fixture.h"
#include "unit/runner.h"

/* Python: json.dumps(float('%.14g' % x)). */
static void writes_numbers_with_14_digits_and_as_floats(void)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.1 + 0.2, "0.3"},
        {1.0, "1.0"},
        {-0.0, "-0.0"},
        {1e22, "1e+22"},
        {1e20, "1e+20"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {13.605693122994, "13.605693122994"},
        {2.0 / 3.0, "0.66666666666667"},
        {1e-5, "1e-05"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623e+308"},
    };
    const orma_host *host = plugin_host();
    char text[32];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        same_text(host->number(rows[i].value, text), rows[i].text);
    CU_ASSERT_PTR_NULL(host->number(NAN, text));
    CU_ASSERT_PTR_NULL(host->number(INFINITY, text));
}

static void fails_with_the_status_it_was_given(void)
{
    const orma_host *host = plugin_host();
    AUTO_ERROR orma_error *error = NULL;

    CU_ASSERT_EQUAL(host->fail(host, &error, ORMA_E_TRANSIENT, "ssh", 7,
                               "no route to \"%s\"", "x"), ORMA_E_TRANSIENT);
    CU_ASSERT_EQUAL(orma_error_status(error), ORMA_E_TRANSIENT);
    same_text(orma_error_domain(error), "ssh");
    CU_ASSERT_EQUAL(orma_error_code(error), 7);
    same_text(orma_error_message(error), "no route to \"x\"");
    host->fail(host, &error, ORMA_E_PERMANENT, "acme", 0, "outer");
    same_text(orma_error_message(orma_error_cause(error)), "no route to \"x\"");
    CU_ASSERT_EQUAL(host->fail(host, NULL, ORMA_E_BUG, "acme", 0, "nobody"),
                    ORMA_E_BUG);
}

static void writes_into_sinks_up_to_their_limit(void)
{
    AUTO_BUF buf out = {0};
    orma_writer sink = {.to = &out, .max_bytes = 4};

    CU_ASSERT_EQUAL(plugin_host()->write(&sink, ORMA_LITERAL("abc")), ORMA_OK);
    CU_ASSERT_EQUAL(plugin_host()->write(&sink, ORMA_LITERAL("de")),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NULL(plugin_host()->get_extension(plugin_host(), "no.such/1"));
}

static const unit_test tests[] = {
    {"writes_numbers_with_14_digits_and_as_floats",
     writes_numbers_with_14_digits_and_as_floats},
    {"fails_with_the_status_it_was_given", fails_with_the_status_it_was_given},
    {"writes_into_sinks_up_to_their_limit",
     writes_into_sinks_up_to_their_limit},
    {NULL, NULL},
};

extern const unit_suite host_suite;
const unit_suite host_suite = {"host", NULL, NULL, tests};
