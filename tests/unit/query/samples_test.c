/* Queries on a profile that AiiDA wrote. What is expected was read from its
 * database by the sqlite3 program.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/query/rows.h"
#include <base/text.h>

static store *s;

static int open_sample(void)
{
    char *folder = fixture_unpack();
    s = fixture_open(folder);
    free(folder);
    return s == NULL;
}

static int close_sample(void)
{
    store_close(s);
    return 0;
}

static const struct {
    const char *path, *rows; /* the item in order has the tag "n" */
} cases[] = {
    {"{\"tag\": \"n\", \"cls\": \"Int\", \"project\": [\"id\", "
     "\"attributes.value\"]}",
     "[2,42] [3,9007199254740993]"},
    {"{\"tag\": \"n\", \"cls\": \"Int\", \"filters\": {\"attributes.value\": "
     "9007199254740993}, \"project\": \"label\"}",
     "[\"one-IntBig\"]"},
    {"{\"tag\": \"n\", \"cls\": \"Float\", \"filters\": {\"attributes.value\": "
     "{\"<\": 1}}, "
     "\"project\": \"attributes.value\"}",
     "[1e-300]"},
    {"{\"tag\": \"n\", \"cls\": \"Float\", \"filters\": {\"attributes.value\": "
     "3.1415926535898}, \"project\": \"id\"}",
     "[4]"},
    {"{\"tag\": \"n\", \"cls\": \"Bool\", \"filters\": {\"attributes.value\": "
     "true}, "
     "\"project\": \"id\"}",
     "[7]"},
    {"{\"tag\": \"n\", \"cls\": \"Str\", \"filters\": {\"attributes.value\": "
     "{\"like\": "
     "\"h\\u00e9llo%\"}}, \"project\": \"attributes.value\"}",
     "[\"h\303\251llo \342\234\223 \\n \\\"quoted\\\" \\\\ end\"]"},
    {"{\"tag\": \"n\", \"cls\": \"ArrayData\", \"project\": \"id\"}",
     "[10] [11] [12] [13] [14] [22] [29] [31] [32]"},
    {"{\"tag\": \"n\", \"cls\": \"ArrayData\", \"subclassing\": false, "
     "\"project\": \"id\"}",
     "[10]"},
    {"{\"tag\": \"n\", \"cls\": \"Code\", \"project\": \"id\"}",
     "[1] [23] [24] [25]"},
    {"{\"tag\": \"n\", \"cls\": \"Data\", \"filters\": {\"attributes.pbc1\": "
     "true}, "
     "\"project\": \"id\"}",
     "[13] [14] [15]"},
    {"{\"tag\": \"n\", \"cls\": \"Dict\", \"project\": [\"attributes.c.d.1\", "
     "\"attributes.g\", \"attributes.e\"]}",
     "[2,null,\"\303\274\"]"},
    {"{\"tag\": \"n\", \"cls\": \"List\", \"filters\": {\"attributes.list\": "
     "{\"contains\": "
     "[[{\"a\": 1}]], \"of_length\": 5}}, \"project\": "
     "\"attributes.list.4.1.a\"}",
     "[1]"},
    {"{\"tag\": \"n\", \"cls\": \"Node\", \"filters\": {\"attributes\": "
     "{\"has_key\": "
     "\"array|x\"}}, \"project\": [\"id\", \"attributes.array|x\"]}",
     "[10,[3,4]]"},
    {"{\"tag\": \"n\", \"cls\": \"Node\", \"filters\": {\"label\": {\"like\": "
     "\"one-C%\"}}, "
     "\"project\": \"node_type\"}",
     "[\"data.core.cif.CifData.\"] "
     "[\"data.core.code.containerized.ContainerizedCode.\"]"},
    {"{\"tag\": \"n\", \"cls\": \"Node\", \"filters\": "
     "{\"repository_metadata\": "
     "{\"has_key\": \"o\"}, \"node_type\": {\"like\": "
     "\"data.core.singlefile.%\"}}, \"project\": \"id\"}",
     "[18] [19]"},
    {"{\"cls\": \"Group\", \"tag\": \"g\", \"filters\": {\"type_string\": "
     "\"core.auto\"}}, {\"cls\": \"Node\", \"with_group\": \"g\", "
     "\"project\": \"id\", \"tag\": \"n\"}",
     "[2] [3] [4]"},
};

static void rows_are_those_of_the_database(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *document = text_printf(
            "{\"path\": [%s], \"order_by\": {\"n\": \"id\"}}", cases[i].path);
        CU_ASSERT_TRUE(rows_are(s, document, cases[i].rows));
        free(document);
    }
}

static void counts_are_those_of_the_database(void)
{
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\"]}"), 32);
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [{\"cls\": \"Group\"}, {\"cls\": "
                                  "\"Node\", \"with_group\": \"core_1\"}]}"),
                    32);
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"user\"]}"), 1);
}

static const unit_test tests[] = {
    {"rows_are_those_of_the_database", rows_are_those_of_the_database},
    {"counts_are_those_of_the_database", counts_are_those_of_the_database},
    {NULL, NULL},
};

const unit_suite samples_suite = {"samples", open_sample, close_sample, tests};
