/* Tests of the formats that core.array.bands is exported to.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

/* Along x of a cubic cell of 2 Å, whose reciprocal vectors are pi/Å long: the
 * points are 0, pi/4 and pi/2 from the start; a jump to K; back to the start,
 * 3/8 sqrt(2) pi farther. */
static const char path[] =
    "{'kpoints': [[0, 0, 0], [0.25, 0, 0], [0.5, 0, 0], [0.375, 0.375, 0], "
    "[0.1875, 0.1875, 0], [0, 0, 0]], 'cell': [[2, 0, 0], [0, 2, 0], [0, 0, "
    "2]], "
    "'labels': [[0, 'GAMMA'], [2, 'X_1'], [3, 'K'], [5, 'GAMMA']], "
    "'bands': [[-1, 1], [-0.5, 2], [0, 3], [0.5, 4], [-0.25, 2.5], [-1, 1]], "
    "'units': 'eV'}";

static const char table[] = "# 6 points, 2 bands\n"
                            "# GAMMA at 0.00000000\n"
                            "# X_1|K at 1.57079633\n"
                            "# GAMMA at 3.23687743\n";

static void columns_are_points_and_bands(void)
{
    node *n = types_literal("core.array.bands", path);
    char *written = types_export(n, "dat_multicolumn");
    CU_ASSERT_EQUAL(strncmp(written, table, sizeof table - 1), 0);
    CU_ASSERT_STRING_EQUAL(written + sizeof table - 1,
                           "0.00000000\t-1.00000000\t1.00000000\n"
                           "0.78539816\t-0.50000000\t2.00000000\n"
                           "1.57079633\t0.00000000\t3.00000000\n"
                           "1.57079633\t0.50000000\t4.00000000\n"
                           "2.40383688\t-0.25000000\t2.50000000\n"
                           "3.23687743\t-1.00000000\t1.00000000\n");
    free(written);
    written = types_export(n, "dat_blocks");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(written, "3.23687743\t-1.00000000\n\n\n0.00000000\t1.0"));
    free(written);
    node_free(n);
}

static void scripts_name_the_points(void)
{
    node *n = types_literal("core.array.bands", path);
    char *written = types_export(n, "gnuplot");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(written, "set xtics (\"\316\223\" 0.00000000, \"X_{1}|K\" "
                        "1.57079633, \"\316\223\" 3.23687743)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "\"Dispersion (eV)\""));
    free(written);
    written = types_export(n, "agr");
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "tick spec 3\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "ticklabel 1, \"X\\s1\\N|K\"\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "ticklabel 0, \"\\xG\\f{}\"\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "@target G0.S1\n@type xy\n"));
    free(written);
    node_free(n);
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

/* Two bands, each in two pieces. */
static void pictures_break_where_the_path_jumps(void)
{
    node *n = types_literal("core.array.bands", path);
    char *written = types_export(n, "svg");
    CU_ASSERT_EQUAL(count_of(written, "<polyline"), 4);
    CU_ASSERT_EQUAL(count_of(written, ">\316\223</text>"), 2);
    CU_ASSERT_EQUAL(count_of(written, ">X\342\202\201|K</text>"), 1);
    CU_ASSERT_EQUAL(count_of(written, "nan"), 0);
    free(written);
    node_free(n);
}

static void one_point_and_spins_are_drawn(void)
{
    node *n = types_literal("core.array.bands",
                            "{'kpoints': [[0, 0, 0]], 'bands': [[[1]], [[1]]], "
                            "'array_labels': ['up <', 'down']}");
    static const char *const formats[] = {"svg", "agr", "gnuplot", "json",
                                          "dat_blocks"};
    for (size_t i = 0; i < 5; i++) {
        char *written = types_export(n, formats[i]);
        CU_ASSERT_EQUAL(count_of(written, "nan"), 0);
        CU_ASSERT_EQUAL(count_of(written, "inf"), 0);
        if (i == 0)
            CU_ASSERT_EQUAL(count_of(written, ">up &lt;</text>"), 1);
        free(written);
    }
    node_free(n);
}

static json_object *parsed(const char *json)
{
    json_object *value = NULL;

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){json, strlen(json)}, &value, NULL), ORMA_OK);
    return value;
}

/* AiiDA's members, and what a literal needs. */
static void json_has_the_segments_of_the_path(void)
{
    node *n = types_literal("core.array.bands", path);
    char *written = types_export(n, "json");
    AUTO_JSON json_object *value = parsed(written);
    const json_object *paths = json_get(value, "paths");
    AUTO_FREE char *ends = json_text(json_get(value, "path"), JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(ends, "[[\"GAMMA\",\"X_1\"],[\"K\",\"GAMMA\"]]");
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(paths), 3);
    const json_object *first = json_object_array_get_idx(paths, 0);
    AUTO_FREE char *values = json_text(json_get(first, "values"), JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(values, "[[-1.0,-0.5,0.0],[1.0,2.0,3.0]]");
    CU_ASSERT_EQUAL(json_get_int(first, "length", 0), 2);
    CU_ASSERT_STRING_EQUAL(json_get_text(first, "to", ""), "X_1");
    CU_ASSERT_FALSE(json_get_bool(first, "two_band_types", true));
    node *back = types_literal("core.array.bands", written);
    types_has_summary(back, "6 k-points, 2 bands, eV");
    free(written);
    node_free(back);
    node_free(n);
}

static void a_path_without_labels_is_one_segment(void)
{
    node *n = types_literal("core.array.bands",
                            "{'kpoints': [[0, 0, 0], [0, 0, 0.5]], "
                            "'bands': [[1], [2]]}");
    char *written = types_export(n, "json");
    AUTO_JSON json_object *value = parsed(written);
    AUTO_FREE char *paths = json_text(json_get(value, "paths"), JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(paths, "[{\"length\":1,\"from\":\"0\",\"to\":\"1\","
                                  "\"values\":[[1.0,2.0]],\"x\":[0.0,0.5],"
                                  "\"two_band_types\":false}]");
    free(written);
    node_free(n);
}

static const unit_test tests[] = {
    {"columns_are_points_and_bands", columns_are_points_and_bands},
    {"scripts_name_the_points", scripts_name_the_points},
    {"pictures_break_where_the_path_jumps",
     pictures_break_where_the_path_jumps},
    {"one_point_and_spins_are_drawn", one_point_and_spins_are_drawn},
    {"json_has_the_segments_of_the_path", json_has_the_segments_of_the_path},
    {"a_path_without_labels_is_one_segment",
     a_path_without_labels_is_one_segment},
    {NULL, NULL},
};

const unit_suite bands_files_suite = {"bands_files", NULL, NULL, tests};
