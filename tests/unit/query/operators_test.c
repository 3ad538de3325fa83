/* Every operator on every kind of value. What is expected follows from AiiDA's
 * meaning on PostgreSQL (guard by type, then compare), worked out by hand.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/query/rows.h"
#include <base/text.h>

#define DICT "data.core.dict.Dict."

/* Nodes by what their attribute v is. */
static const node_row nodes[] = {
    {1, DICT, "a", "{\"v\": 1}", 1, NULL},
    {2, DICT, "b", "{\"v\": 1.0}", 2, NULL},
    {3, DICT, "c", "{\"v\": \"1\"}", 3, NULL},
    {4, DICT, "d", "{\"v\": true}", 4, NULL},
    {5, DICT, "e", "{\"v\": null}", 5, NULL},
    {6, DICT, "f", "{}", 6, NULL},
    {7, DICT, "g", "{\"v\": [1, 2, 3]}", 7, NULL},
    {8, DICT, "h", "{\"v\": {\"x\": 1, \"y\": [1, {\"z\": \"q\"}]}}", 8, NULL},
    {9, DICT, "i", "{\"v\": \"finished\"}", 9, NULL},
    {10, DICT, "j", "{\"v\": \"Finished_x\"}", 10, NULL},
    {11, DICT, "k", "{\"v\": -2.5}", 11, NULL},
    {12, DICT, "l", "{\"v\": false}", 12, NULL},
    {13, DICT, "m", "{\"v\": []}", 13, NULL},
    {14, DICT, "n", "{\"v\": \"50% off\"}", 14, NULL},
    {15, DICT, "o", "{\"v\": 100000000000000000000}", 15, NULL},
    {16, DICT, "p", "{\"v\": [\"a\", \"b\", [\"c\"], {\"k\": 1}]}", 16, NULL},
    {17, DICT, "q", "{\"v\": {\"0\": \"zero\", \"a b\": 2, \"x\\\"y\": 3}}", 17,
     NULL},
    {18, DICT, "r", "{\"v\": \"\\u00e9t\\u00e9\", \"\\u00e9\": 7}", 18, NULL},
    {19, DICT, "s", "{\"v\": \"true\", \"w x\": {\"y-z\": \"deep\"}}", 19,
     NULL},
    {20, DICT, "t", "{\"v\": \"[]\"}", 20, NULL},
    {0},
};

static store *s;

static const struct {
    const char *filters;
    const char *labels; /* of the nodes that match, in order */
} cases[] = {
    /* equality: a type of its own for each value */
    {"{\"attributes.v\": 1}", "ab"},
    {"{\"attributes.v\": {\"==\": 1}}", "ab"},
    {"{\"attributes.v\": {\"==\": 1.0}}", "ab"},
    {"{\"attributes.v\": {\"==\": \"1\"}}", "c"},
    {"{\"attributes.v\": {\"==\": true}}", "d"},
    {"{\"attributes.v\": {\"==\": false}}", "l"},
    {"{\"attributes.v\": {\"==\": null}}", ""},
    {"{\"attributes.v\": {\"!==\": null}}", "abcdefghijklmnopqrst"},
    {"{\"attributes.v\": {\"==\": \"finished\"}}", "i"},
    {"{\"attributes.v\": {\"==\": \"true\"}}", "s"},
    {"{\"attributes.v\": {\"==\": \"[]\"}}", "t"},
    {"{\"attributes.v\": {\"==\": []}}", "m"},
    {"{\"attributes.v\": {\"==\": [1, 2, 3]}}", "g"},
    {"{\"attributes.v\": {\"==\": [1.0, 2, 3]}}", "g"},
    {"{\"attributes.v\": [1, 2, 3]}", "g"},
    {"{\"attributes.v\": {\"==\": [3, 2, 1]}}", ""},
    {"{\"attributes.v\": {\"==\": {\"y\": [1, {\"z\": \"q\"}], \"x\": 1}}}",
     "h"},
    {"{\"attributes.v\": {\"==\": {\"x\": 1}}}", ""},
    {"{\"attributes.v\": {\"==\": -2.5}}", "k"},
    {"{\"attributes.v\": {\"==\": 100000000000000000000}}", "o"},
    {"{\"attributes.v\": {\"==\": 1e20}}", "o"},
    {"{\"attributes.v\": {\"==\": \"\\u00e9t\\u00e9\"}}", "r"},
    /* negation: what is missing or of another type is no match, so it is one */
    {"{\"attributes.v\": {\"!==\": 1}}", "cdefghijklmnopqrst"},
    {"{\"attributes.v\": {\"~==\": \"1\"}}", "abdefghijklmnopqrst"},
    {"{\"attributes.v\": {\"!==\": true}}", "abcefghijklmnopqrst"},
    {"{\"attributes.v\": {\"!>\": 0}}", "cdefghijklmnpqrst"},
    {"{\"attributes.v\": {\"!==\": \"finished\"}}", "abcdefghjklmnopqrst"},
    {"{\"attributes.v\": {\"!in\": [\"finished\"]}}", "abcdefghjklmnopqrst"},
    {"{\"attributes.v\": {\"!like\": \"%\"}}", "abdefghklmopq"},
    /* order */
    {"{\"attributes.v\": {\">\": 0}}", "abo"},
    {"{\"attributes.v\": {\">=\": 1}}", "abo"},
    {"{\"attributes.v\": {\"=>\": 1}}", "abo"},
    {"{\"attributes.v\": {\"<\": 1}}", "k"},
    {"{\"attributes.v\": {\"<=\": 1}}", "abk"},
    {"{\"attributes.v\": {\"=<\": 1}}", "abk"},
    {"{\"attributes.v\": {\">\": -3, \"<\": 1}}", "k"},
    {"{\"attributes.v\": {\">\": \"a\"}}", "irs"},
    {"{\"attributes.v\": {\"<\": \"2\"}}", "c"},
    {"{\"attributes.v\": {\">\": 99000000000000000000}}", "o"},
    /* patterns */
    {"{\"attributes.v\": {\"like\": \"fin%\"}}", "i"},
    {"{\"attributes.v\": {\"like\": \"Fin%\"}}", "j"},
    {"{\"attributes.v\": {\"ilike\": \"FIN%\"}}", "ij"},
    {"{\"attributes.v\": {\"like\": \"%\\\\_x\"}}", "j"},
    {"{\"attributes.v\": {\"like\": \"50\\\\% off\"}}", "n"},
    {"{\"attributes.v\": {\"like\": \"_\"}}", "c"},
    {"{\"attributes.v\": {\"like\": \"%\"}}", "cijnrst"},
    {"{\"attributes.v\": {\"ilike\": \"%OFF\"}}", "n"},
    {"{\"attributes.v\": {\"like\": \"1%\"}}", "c"},
    /* lists */
    {"{\"attributes.v\": {\"in\": [1, 2]}}", "ab"},
    {"{\"attributes.v\": {\"in\": [1.0, -2.5]}}", "abk"},
    {"{\"attributes.v\": {\"in\": [\"1\", \"finished\", \"nothing\"]}}", "ci"},
    {"{\"attributes.v\": {\"in\": [\"finished\", \"Finished_x\"]}}", "ij"},
    {"{\"attributes.v\": {\"in\": [true]}}", "d"},
    {"{\"attributes.v\": {\"in\": [true, false]}}", "dl"},
    {"{\"attributes.v\": {\"in\": [[], [1, 2, 3]]}}", "gm"},
    {"{\"attributes.v\": {\"in\": [\"true\", \"[]\"]}}", "st"},
    /* types */
    {"{\"attributes.v\": {\"of_type\": \"object\"}}", "hq"},
    {"{\"attributes.v\": {\"of_type\": \"array\"}}", "gmp"},
    {"{\"attributes.v\": {\"of_type\": \"string\"}}", "cijnrst"},
    {"{\"attributes.v\": {\"of_type\": \"number\"}}", "abko"},
    {"{\"attributes.v\": {\"of_type\": \"boolean\"}}", "dl"},
    {"{\"attributes.v\": {\"of_type\": \"null\"}}", "ef"},
    {"{\"attributes.v\": {\"!of_type\": \"null\"}}", "abcdghijklmnopqrst"},
    {"{\"attributes.v\": {\"!of_type\": \"string\"}}", "abdefghklmopq"},
    /* containment: NULL, negated too, where nothing is there */
    {"{\"attributes.v\": {\"contains\": [1]}}", "g"},
    {"{\"attributes.v\": {\"contains\": [3, 1, 3]}}", "g"},
    {"{\"attributes.v\": {\"contains\": []}}", "gmp"},
    {"{\"attributes.v\": {\"contains\": [\"a\", [\"c\"]]}}", "p"},
    {"{\"attributes.v\": {\"contains\": [{\"k\": 1}]}}", "p"},
    {"{\"attributes.v\": {\"contains\": [\"c\"]}}", ""},
    {"{\"attributes.v\": {\"contains\": \"a\"}}", "p"},
    {"{\"attributes.v\": {\"contains\": 1}}", "abg"},
    {"{\"attributes.v\": {\"contains\": {\"x\": 1}}}", "h"},
    {"{\"attributes.v\": {\"contains\": {\"y\": [{\"z\": \"q\"}]}}}", "h"},
    {"{\"attributes.v\": {\"contains\": {}}}", "hq"},
    {"{\"attributes\": {\"contains\": {\"v\": 1}}}", "ab"},
    {"{\"attributes.v\": {\"!contains\": [1]}}", "abcdehijklmnopqrst"},
    {"{\"attributes\": {\"contains\": {\"v\": null}}}", "e"},
    /* keys */
    {"{\"attributes\": {\"has_key\": \"v\"}}", "abcdeghijklmnopqrst"},
    {"{\"attributes\": {\"!has_key\": \"v\"}}", "f"},
    {"{\"attributes.v\": {\"has_key\": \"x\"}}", "h"},
    {"{\"attributes.v\": {\"has_key\": \"a\"}}", "p"},
    {"{\"attributes.v\": {\"has_key\": \"x\\\"y\"}}", "q"},
    {"{\"attributes.v\": {\"!has_key\": \"x\"}}", "abcdegijklmnopqrst"},
    /* lengths, of arrays only */
    {"{\"attributes.v\": {\"of_length\": 3}}", "g"},
    {"{\"attributes.v\": {\"of_length\": 0}}", "m"},
    {"{\"attributes.v\": {\"longer\": 2}}", "gp"},
    {"{\"attributes.v\": {\"shorter\": 4}}", "gm"},
    {"{\"attributes.v\": {\"!longer\": 2}}", "abcdefhijklmnoqrst"},
    /* places: plain names, indexes, quotes, blanks, other alphabets */
    {"{\"attributes.v.x\": 1}", "h"},
    {"{\"attributes.v.y.1.z\": \"q\"}", "h"},
    {"{\"attributes.v.y.-1.z\": \"q\"}", "h"},
    {"{\"attributes.v.0\": \"zero\"}", "q"},
    {"{\"attributes.v.0\": 1}", "g"},
    {"{\"attributes.v.0\": {\"of_type\": \"string\"}}", "pq"},
    {"{\"attributes.v.-1\": 3}", "g"},
    {"{\"attributes.v.3.k\": {\">\": 0}}", "p"},
    {"{\"attributes.v.a b\": 2}", "q"},
    {"{\"attributes.v.x\\\"y\": 3}", "q"},
    {"{\"attributes.\\u00e9\": 7}", "r"},
    {"{\"attributes.w x.y-z\": \"deep\"}", "s"},
    {"{\"attributes.w x.y-z\": {\"like\": \"%ee%\"}}", "s"},
    {"{\"attributes.v.y\": {\"of_length\": 2}}", "h"},
    {"{\"attributes.v.2\": {\"contains\": [\"c\"]}}", "p"},
    {"{\"attributes.no.such.place\": {\"of_type\": \"null\"}}",
     "abcdefghijklmnopqrst"},
    /* columns */
    {"{\"label\": \"a\"}", "a"},
    {"{\"label\": {\"!==\": \"a\"}}", "bcdefghijklmnopqrst"},
    {"{\"label\": {\"in\": [\"c\", \"a\"]}}", "ac"},
    {"{\"label\": {\"!in\": [\"c\", \"a\"]}}", "bdefghijklmnopqrst"},
    {"{\"label\": {\"ilike\": \"A\"}}", "a"},
    {"{\"label\": {\">\": \"r\"}}", "st"},
    {"{\"pk\": 3}", "c"},
    {"{\"id\": {\"in\": [1, 3, 99]}}", "ac"},
    {"{\"id\": {\">\": 18, \"<=\": 20}}", "st"},
    {"{\"pk\": 5000000000}", ""},
    {"{\"pk\": {\"like\": \"1%\"}}", "ajklmnopqrs"},
    {"{\"uuid\": \"00000000-0000-4000-8000-000000000004\"}", "d"},
    {"{\"uuid\": \"00000000000040008000000000000004\"}", "d"},
    {"{\"uuid\": {\"like\": \"%-000000000005\"}}", "e"},
    {"{\"uuid\": {\"in\": [\"00000000-0000-4000-8000-000000000001\"]}}", "a"},
    {"{\"ctime\": {\">\": \"2026-01-01T18:30:00+00:00\"}}", "st"},
    {"{\"ctime\": {\">=\": \"2026-01-01 20:00:00+01:00\"}}", "st"},
    {"{\"ctime\": \"2026-01-01 02:00:00\"}", "b"},
    {"{\"ctime\": {\"in\": [\"2026-01-01 02:00:00\", "
     "\"2026-01-01T03:00:00\"]}}",
     "bc"},
    {"{\"ctime\": {\"<\": \"2026-01-02\"}}", "abcdefghijklmnopqrst"},
    {"{\"ctime\": {\"like\": \"2026-01-01 02:%\"}}", "b"},
    {"{\"process_type\": null}", "abcdefghijklmnopqrst"},
    {"{\"process_type\": {\"!==\": null}}", ""},
    {"{\"computer\": {\"==\": null}, \"user\": 1}", "abcdefghijklmnopqrst"},
    {"{\"process_type\": {\"!==\": \"x\"}}", ""},
    /* and, or, not */
    {"{\"or\": [{\"label\": \"a\"}, {\"attributes.v\": \"finished\"}]}", "ai"},
    {"{\"and\": [{\"label\": {\">\": \"a\"}}, {\"label\": {\"<\": \"d\"}}]}",
     "bc"},
    {"{\"!or\": [{\"id\": {\">\": 2}}, {\"label\": \"a\"}]}", "b"},
    {"{\"~and\": [{\"id\": {\">\": 2}}, {\"attributes.v\": {\"of_type\": "
     "\"number\"}}]}",
     "abcdefghijlmnpqrst"},
    {"{\"label\": {\"or\": [{\"==\": \"a\"}, {\"like\": \"b%\"}]}}", "ab"},
    {"{\"attributes.v\": {\"!or\": [{\"==\": 1}, {\"of_type\": \"string\"}]}}",
     "defghklmopq"},
    {"{\"attributes.v\": {\"and\": [{\">\": -3}, {\"<\": 1}]}}", "k"},
    {"{\"!and\": [{\"!or\": [{\"attributes.v\": 1}]}]}", "ab"},
    {"{\"or\": []}", "abcdefghijklmnopqrst"},
    {"{\"or\": [{}]}", "abcdefghijklmnopqrst"},
    {"{\"attributes.v\": {}}", "abcdefghijklmnopqrst"},
};

static int open_nodes(void)
{
    s = rows_store(nodes, NULL);
    return s == NULL;
}

static int close_nodes(void)
{
    store_close(s);
    return 0;
}

/* "ab" → "[\"a\"] [\"b\"]" */
static char *expected_rows(const char *labels)
{
    buf out = {0};
    for (const char *p = labels; *p != '\0'; p++)
        buf_printf(&out, "%s[\"%c\"]", p > labels ? " " : "", *p);
    return buf_take(&out);
}

static void matches_as_postgresql_does(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *document = text_printf(
            "{\"path\": [{\"entity_type\": \"" DICT "\", \"tag\": \"n\", "
            "\"filters\": %s, \"project\": \"label\"}], \"order_by\": "
            "{\"n\": \"id\"}}",
            cases[i].filters);
        char *expected = expected_rows(cases[i].labels);
        CU_ASSERT_TRUE(rows_are(s, document, expected));
        free(expected);
        free(document);
    }
    printf("# %zu cases\n", sizeof cases / sizeof *cases);
}

static void counting_agrees_with_the_rows(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *document = text_printf("{\"path\": [{\"entity_type\": \"" DICT
                                     "\", \"filters\": %s}]}",
                                     cases[i].filters);
        CU_ASSERT_EQUAL(rows_count(s, document),
                        (int64_t)strlen(cases[i].labels));
        free(document);
    }
}

/* Lists of many items are compared in another way than those of a few. */
static void long_lists_mean_the_same(void)
{
    static const struct {
        const char *field, *items, *filler, *labels;
    } lists[] = {
        {"attributes.v", "1, -2.5", ", 77", "abk"},
        {"attributes.v", "\"1\", \"true\"", ", \"none\"", "cs"},
        {"id", "3, 5000000000", ", 77", "c"},
        {"label", "\"a\", \"b\"", ", \"none\"", "ab"},
        {"uuid", "\"00000000-0000-4000-8000-000000000004\"",
         ", \"00000000000040008000000000000005\"", "de"},
        {"ctime", "\"2026-01-01T02:00:00+00:00\"", ", \"2026-01-01 03:00:00\"",
         "bc"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        buf document = {0};
        buf_printf(&document,
                   "{\"path\": [{\"entity_type\": \"" DICT
                   "\", \"tag\": \"n\", \"project\": \"label\", "
                   "\"filters\": {\"%s\": {\"in\": [%s",
                   lists[i].field, lists[i].items);
        for (int k = 0; k < 100; k++)
            buf_text(&document, lists[i].filler);
        buf_text(&document, "]}}}], \"order_by\": {\"n\": \"id\"}}");
        char *expected = expected_rows(lists[i].labels);
        CU_ASSERT_TRUE(rows_are(s, buf_c_str(&document), expected));
        free(expected);
        buf_free(&document);
    }
}

/* A NaN of an old version of AiiDA is no JSON: it matches nothing, and hides
 * no other node. SQLite's only, jsonb cannot hold it. */
static void damaged_json_hides_nothing(void)
{
    char *folder = NULL;
    static const node_row two[] = {
        {1, DICT, "a", "{\"v\": 1}", 1, NULL},
        {2, DICT, "b", "{\"v\": 2, \"w\": [true]}", 2, NULL},
        {0},
    };
    if (fixture_is_postgres())
        return;
    store *damaged = rows_store(two, &folder);
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_execute(db, "UPDATE db_dbnode SET attributes = "
                                       "'{\"v\": NaN}' WHERE id = 1"));
    static const char *const filters[] = {
        "{\"attributes.v\": 2}",
        "{\"attributes.v\": {\"of_type\": \"number\"}}",
        "{\"attributes.w\": {\"contains\": [true]}}",
        "{\"attributes\": {\"has_key\": \"w\"}}",
        "{\"attributes.w\": {\"of_length\": 1}}",
        "{\"attributes.w.0\": true}",
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        char *document =
            text_printf("{\"path\": [{\"entity_type\": \"\", \"filters\": %s, "
                        "\"project\": [\"id\", \"attributes.w\"]}]}",
                        filters[i]);
        CU_ASSERT_TRUE(rows_are(damaged, document, "[2,[true]]"));
        free(document);
    }
    CU_ASSERT_TRUE(rows_are(
        damaged,
        "{\"path\": [{\"entity_type\": \"\", \"tag\": \"n\", \"project\": "
        "[\"id\", \"attributes\", \"attributes.v\"]}], \"order_by\": {\"n\": "
        "\"id\"}}",
        "[1,null,null] [2,{\"v\":2,\"w\":[true]},2]"));
    fixture_close(db);
    store_close(damaged);
    free(folder);
}

static const unit_test tests[] = {
    {"matches_as_postgresql_does", matches_as_postgresql_does},
    {"counting_agrees_with_the_rows", counting_agrees_with_the_rows},
    {"long_lists_mean_the_same", long_lists_mean_the_same},
    {"damaged_json_hides_nothing", damaged_json_hides_nothing},
    {NULL, NULL},
};

const unit_suite operators_suite = {"operators", open_nodes, close_nodes,
                                    tests};
