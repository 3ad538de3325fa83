/* Times as text. Seconds come from `date -u -d … +%s`.
 *
 * SPDX-License-Identifier: MIT */
#include <time.h>

#include <base/text.h>

#include "unit/base/suites.h"

#define NS INT64_C(1000000000)

static void formats_both_ways(void)
{
    char sql[27], iso[33];

    time_format_sql(1577836800 * NS, sql);
    CU_ASSERT_STRING_EQUAL(sql, "2020-01-01 00:00:00.000000");
    time_format_iso(1577836800 * NS + 123456789, iso);
    CU_ASSERT_STRING_EQUAL(iso, "2020-01-01T00:00:00.123456+00:00");
    time_format_sql(0, sql);
    CU_ASSERT_STRING_EQUAL(sql, "1970-01-01 00:00:00.000000");
    time_format_sql(-1, sql);
    CU_ASSERT_STRING_EQUAL(sql, "1969-12-31 23:59:59.999999");
}

static const struct {
    const char *text;
    int64_t seconds, ns;
} readable[] = {
    {"2020-01-01 00:00:00.000000", 1577836800, 0},
    {"2020-01-01T00:00:00+00:00", 1577836800, 0},
    {"2020-01-01T00:00:00Z", 1577836800, 0},
    {"2020-01-01T02:30:00.5+02:30", 1577836800, 500000000},
    {"2019-12-31T19:00:00-0500", 1577836800, 0},
    {"2020-01-01T01:00:00+01", 1577836800, 0},
    {"2024-02-29 12:34:56.123456789123", 1709210096, 123456789},
    {"2000-02-29 00:00:00", 951782400, 0},
    {"1969-12-31 23:59:59.25", -1, 250000000},
    {"1900-03-01 00:00:00", -2203891200, 0},
    {"2262-01-01 00:00:00", INT64_C(9214646400), 0},
};

static void reads_both_forms_with_fraction_and_offset(void)
{
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        int64_t ns = 0;
        CU_ASSERT_TRUE(time_parse(readable[i].text, &ns));
        CU_ASSERT_EQUAL(ns, readable[i].seconds * NS + readable[i].ns);
    }
}

static void refuses_malformed_and_impossible_times(void)
{
    static const char *const bad[] = {
        "", "2020", "2020-01-01", "2020-01-01 00:00", "2020-13-01 00:00:00",
        "2020-00-01 00:00:00", "2020-02-30 00:00:00", "2019-02-29 00:00:00",
        "1900-02-29 00:00:00", "2020-01-01 24:00:00", "2020-01-01 00:60:00",
        "2020-01-01 00:00:60", "2020-01-01 00:00:00.", "2020-01-01x00:00:00",
        "2020-01-01 00:00:00 ", "2020-01-01 00:00:00+1", "2020-1-1 00:00:00",
        "2020-01-01 00:00:00+00:", "2020-01-01 00:00:00Zx",
        "2020-01-01 00:00:00+24:00", "2500-01-01 00:00:00",
        "1500-01-01 00:00:00", "-020-01-01 00:00:00",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ns = 42;
        CU_ASSERT_FALSE(time_parse(bad[i], &ns));
        CU_ASSERT_EQUAL(ns, 42);
    }
}

static void what_is_written_reads_back(void)
{
    for (int64_t s = -9000000000; s < 9000000000; s += 123456789) {
        int64_t back = 0;
        char sql[27];
        time_format_sql(s * NS + 654321000, sql);
        CU_ASSERT_TRUE(time_parse(sql, &back));
        CU_ASSERT_EQUAL(back, s * NS + 654321000);
    }
}

static void now_is_the_systems_time(void)
{
    const int64_t now = time_now_ns() / NS;
    const int64_t expected = (int64_t)time(NULL);

    CU_ASSERT_TRUE(now >= expected - 2 && now <= expected + 2);
}

static const unit_test tests[] = {
    {"formats_both_ways", formats_both_ways},
    {"reads_both_forms_with_fraction_and_offset",
     reads_both_forms_with_fraction_and_offset},
    {"refuses_malformed_and_impossible_times",
     refuses_malformed_and_impossible_times},
    {"what_is_written_reads_back", what_is_written_reads_back},
    {"now_is_the_systems_time", now_is_the_systems_time},
    {NULL, NULL},
};

const unit_suite time_suite = {"time", NULL, NULL, tests};
