/* Numbers: Python's repr() and AiiDA's cleaning.
 *
 * SPDX-License-Identifier: MIT */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/json.h>

#include "unit/base/suites.h"

/* value, repr(value), and str() of clean_value(value) in Python. */
static const struct {
    double value;
    const char *repr, *stored;
} reals[] = {
    {0.0, "0.0", "0.0"},
    {-0.0, "-0.0", "-0.0"},
    {1.0, "1.0", "1.0"},
    {-1.5, "-1.5", "-1.5"},
    {0.1 + 0.2, "0.30000000000000004", "0.3"},
    {1.0 / 3.0, "0.3333333333333333", "0.33333333333333"},
    {2.0 / 3.0, "0.6666666666666666", "0.66666666666667"},
    {1e-4, "0.0001", "0.0001"},
    {1e-5, "1e-05", "1e-05"},
    {1.5e-5, "1.5e-05", "1.5e-05"},
    {123456.789, "123456.789", "123456.789"},
    {1e13, "10000000000000.0", "10000000000000.0"},
    {1e14, "100000000000000.0", "100000000000000"},
    {1e15, "1000000000000000.0", "1000000000000000"},
    {123456789012345.6, "123456789012345.6", "123456789012350"},
    {1e16, "1e+16", "10000000000000000"},
    {9007199254740993.0, "9007199254740992.0", "9007199254741000"},
    {1e20, "1e+20", "100000000000000000000"},
    {1e22, "1e+22", "10000000000000000000000"},
    {1e23, "1e+23", "99999999999999991611392"},
    {-1e22, "-1e+22", "-10000000000000000000000"},
    {1e100, "1e+100",
     "10000000000000000159028911097599180468360808563945281389781327557747838"
     "772170381060813469985856815104"},
    {1e-300, "1e-300", "1e-300"},
    {5e-324, "5e-324", "5e-324"},
    {2.2250738585072014e-308, "2.2250738585072014e-308",
     "2.2250738585072e-308"},
    /* A power of two, where the nearest 16 digits do not read back but the
     * next larger ones do. */
    {0x1p-1017, "7.120236347223045e-307", "7.120236347223e-307"},
    {0x1p-44, "5.684341886080802e-14", "5.6843418860808e-14"},
};

static void formats_reals_as_python_does(void)
{
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        char text[32];
        json_format_real(reals[i].value, text);
        CU_ASSERT_STRING_EQUAL(text, reals[i].repr);
    }
}

static void longest_repr_fits_its_32_bytes(void)
{
    char text[32];

    json_format_real(-1.2345678901234567e-300, text);
    CU_ASSERT_STRING_EQUAL(text, "-1.2345678901234568e-300");
    json_format_real(-0.00012345678901234567, text);
    CU_ASSERT_STRING_EQUAL(text, "-0.00012345678901234567");
    json_format_real(-DBL_MAX, text);
    CU_ASSERT_STRING_EQUAL(text, "-1.7976931348623157e+308");
}

static void formats_stored_numbers_as_aiida_does(void)
{
    char text[340];

    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        CU_ASSERT_TRUE(json_format_stored(reals[i].value, text));
        CU_ASSERT_STRING_EQUAL(text, reals[i].stored);
    }
    CU_ASSERT_FALSE(json_format_stored(NAN, text));
    CU_ASSERT_FALSE(json_format_stored(INFINITY, text));
    /* Its 14 digits, 1.7976931348623e+308, are smaller: 309 digits. */
    CU_ASSERT_TRUE(json_format_stored(-DBL_MAX, text));
    CU_ASSERT_EQUAL(strlen(text), 310);
}

static void cleaning_reaches_every_depth(void)
{
    AUTO_JSON json_object *value = NULL;
    AUTO_JSON json_object *clean = NULL;
    const char *text = "{\"a\": [0.30000000000000004, 1e20, 1e14, 1, 1.0], "
                       "\"b\": {\"c\": -0.0, \"d\": 2e14}, "
                       "\"n\": 12345678901234567890123, \"t\": \"x\"}";

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_clean(value, &clean, NULL), ORMA_OK);
    AUTO_FREE char *after = json_text(clean, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(
        after, "{\"a\": [0.3, 100000000000000000000, 100000000000000, 1, 1.0], "
               "\"b\": {\"c\": -0.0, \"d\": 200000000000000}, "
               "\"n\": 12345678901234567890123, \"t\": \"x\"}");
    const json_object *a = json_get(clean, "a");
    CU_ASSERT_TRUE(json_is_real(json_object_array_get_idx(a, 0)));
    CU_ASSERT_TRUE(json_is_integer(json_object_array_get_idx(a, 1)));
    CU_ASSERT_TRUE(
        json_object_is_type(json_object_array_get_idx(a, 2), json_type_int));
    AUTO_FREE char *before = json_text(value, JSON_PYTHON);
    CU_ASSERT_PTR_NOT_NULL(strstr(before, "0.30000000000000004"));
}

static void cleaning_refuses_nan_and_infinity(void)
{
    AUTO_JSON json_object *value = json_object_new_object();
    AUTO_ERROR orma_error *err = NULL;
    json_object *clean = NULL;

    CU_ASSERT_TRUE(json_set(value, "energy", json_object_new_double(NAN)));
    CU_ASSERT_EQUAL(json_clean(value, &clean, &err), ORMA_E_INVALID);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), "in 'energy'");
    CU_ASSERT_PTR_NULL(clean);
    CU_ASSERT_PTR_NULL(json_new_real(INFINITY));
}

/* What is hashed of it must be what json_write() makes of it. */
static void cleaning_mends_text_as_writing_does(void)
{
    AUTO_JSON json_object *value = json_object_new_object();
    AUTO_JSON json_object *clean = NULL;

    CU_ASSERT_TRUE(json_set_text(value, "a", "caf\xE9 \xF0\x9F\x98 \xC3\xA9"));
    CU_ASSERT_EQUAL_FATAL(json_clean(value, &clean, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(clean, "a", ""),
                           "caf\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD"
                           "\xEF\xBF\xBD \xC3\xA9");
    AUTO_FREE char *before = json_text(value, JSON_PYTHON);
    AUTO_FREE char *after = json_text(clean, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(before, after);
}

static void cleaning_refuses_a_key_that_is_not_utf8(void)
{
    AUTO_JSON json_object *value = json_object_new_object();
    AUTO_ERROR orma_error *err = NULL;
    json_object *clean = NULL;

    CU_ASSERT_TRUE(json_set_text(value, "caf\xE9", "x"));
    CU_ASSERT_EQUAL(json_clean(value, &clean, &err), ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "caf\\xE9"));
    CU_ASSERT_PTR_NULL(clean);
}

static void integers_beyond_64_bits_stay_integers(void)
{
    AUTO_JSON json_object *value = NULL;

    CU_ASSERT_EQUAL(
        json_parse(ORMA_LITERAL("18446744073709551616"), &value, NULL),
        ORMA_OK);
    CU_ASSERT_TRUE(json_is_integer(value));
    CU_ASSERT_FALSE(json_is_real(value));
    AUTO_JSON json_object *copy = json_copy(value);
    CU_ASSERT_TRUE(json_is_integer(copy));
    CU_ASSERT_TRUE(json_equal(value, copy));
    AUTO_JSON json_object *real = json_new_real(18446744073709551616.0);
    CU_ASSERT_FALSE(json_is_integer(real));
    CU_ASSERT_FALSE(json_equal(value, real));
}

/* A program of ours may have asked for the user's decimal comma. */
static void locale_does_not_matter(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",
                                        "fr_FR.UTF-8"};
    AUTO_JSON json_object *value = NULL;
    char text[340];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL)
            break; /* without one of them, this checks the C locale */
    json_format_real(1.5, text);
    CU_ASSERT_STRING_EQUAL(text, "1.5");
    CU_ASSERT_TRUE(json_format_stored(0.1 + 0.2, text));
    CU_ASSERT_STRING_EQUAL(text, "0.3");
    json_format_14g(0.25, text);
    CU_ASSERT_STRING_EQUAL(text, "0.25");
    CU_ASSERT_EQUAL(json_parse(ORMA_LITERAL("2.5"), &value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_get_double(value), 2.5);
    setlocale(LC_NUMERIC, "C");
}

/* The shortest decimal that reads back the same, by asking printf() for one
 * digit more until it does: numbers of few digits take a way of their own. */
static void expect_as_printf(double value)
{
    char expected[40], text[40];

    snprintf(expected, sizeof expected, "%.14g", value);
    json_format_14g(value, text);
    CU_ASSERT_STRING_EQUAL(text, expected);

    int digits = 1;
    do
        snprintf(expected, sizeof expected, "%.*e", digits - 1, value);
    while (strtod(expected, NULL) != value && ++digits <= 17);
    json_format_real(value, text);
    CU_ASSERT_EQUAL(strtod(text, NULL), value);
    int found = 0, zeros = 0;
    for (const char *p = text; *p != '\0' && *p != 'e'; p++) {
        if (*p == '0' && found > 0)
            zeros++; /* at the end they do not count */
        else if (*p > '0' && *p <= '9')
            found += 1 + zeros, zeros = 0;
    }
    CU_ASSERT_EQUAL(found, digits);
}

static void numbers_of_few_digits_are_those_of_printf(void)
{
    static const double scales[] = {1,     1e-1, 1e-2, 1e-3, 1e-4,
                                    1e-5,  1e-6, 1e-9, 1e3,  1e-13,
                                    1e-18, 1e13, 1e20, 1e-25};
    srandom(20261122);
    for (int i = 0; i < 4000; i++) {
        const int length = (int)(random() % 17) + 1;
        double whole = 0;
        for (int k = 0; k < length; k++)
            whole = whole * 10 + (double)(random() % 10);
        whole = whole == 0 ? 1 : whole;
        const double value =
            whole * scales[random() % (long)(sizeof scales / sizeof *scales)];
        expect_as_printf(i % 2 == 0 ? value : -value);
        expect_as_printf(whole / 8);
    }
    expect_as_printf(99999999999999.0);
    expect_as_printf(999999999999999.0);
    expect_as_printf(9007199254740993.0);
    expect_as_printf(1e22);
    expect_as_printf(0.0001);
    expect_as_printf(0.00001);
}

static const unit_test tests[] = {
    {"formats_reals_as_python_does", formats_reals_as_python_does},
    {"longest_repr_fits_its_32_bytes", longest_repr_fits_its_32_bytes},
    {"formats_stored_numbers_as_aiida_does",
     formats_stored_numbers_as_aiida_does},
    {"cleaning_reaches_every_depth", cleaning_reaches_every_depth},
    {"cleaning_mends_text_as_writing_does",
     cleaning_mends_text_as_writing_does},
    {"cleaning_refuses_a_key_that_is_not_utf8",
     cleaning_refuses_a_key_that_is_not_utf8},
    {"cleaning_refuses_nan_and_infinity", cleaning_refuses_nan_and_infinity},
    {"integers_beyond_64_bits_stay_integers",
     integers_beyond_64_bits_stay_integers},
    {"locale_does_not_matter", locale_does_not_matter},
    {"numbers_of_few_digits_are_those_of_printf",
     numbers_of_few_digits_are_those_of_printf},
    {NULL, NULL},
};

const unit_suite json_number_suite = {"json_number", NULL, NULL, tests};
