/* Documents that are refused, with the place and the remedy, and those that
 * mean harm.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/query/rows.h"
#include <base/error.h>
#include <base/text.h>
#include <query/query.h>

static store *s;

static int open_empty(void)
{
    static const node_row one[] = {
        {1, "data.core.dict.Dict.", "a", "{\"v\": 1}", 1, NULL}, {0}};
    s = rows_store(one, NULL);
    return 0;
}

static int close_empty(void)
{
    store_close(s);
    return 0;
}

#define NODE "{\"entity_type\": \"\", \"tag\": \"n\""

static const struct {
    const char *document, *says;
} refused[] = {
    {"[]", "a query is a JSON object with \"path\""},
    {"{}", "path: a query needs at least one item"},
    {"{\"path\": []}", "path: a path has 1 to 24 items"},
    {"{\"path\": [1]}", "path[0]: an item is an entity type or an object"},
    {"{\"path\": [{}]}", "path[0]: an item needs \"entity_type\" or \"cls\""},
    {"{\"paht\": []}", "a query has no member \"paht\""},
    {"{\"path\": [{\"entity_type\": \"data.core.int.Int\"}]}",
     "path[0].entity_type: a node type ends in a dot"},
    {"{\"path\": [{\"cls\": \"Nonsense\"}]}",
     "path[0].cls: no class or entry point is called \"Nonsense\""},
    {"{\"path\": [{\"cls\": \"Node\", \"entity_type\": \"\"}]}",
     "path[0]: an item has \"entity_type\" or \"cls\", not both"},
    {"{\"path\": [{\"entity_type\": []}]}",
     "path[0].entity_type: a list of types is not empty"},
    {"{\"path\": [{\"cls\": [\"Node\", \"User\"]}]}",
     "path[0].cls[1]: types of one item are of one kind"},
    {"{\"path\": [" NODE ", \"filtres\": {}}]}",
     "path[0]: an item has no member \"filtres\""},
    {"{\"path\": [{\"entity_type\": \"\", \"tag\": \"a--b\"}]}",
     "path[0].tag: \"a--b\" has \"--\", which is kept for edges"},
    {"{\"path\": [" NODE "}, " NODE "}]}",
     "path[1].tag: the tag \"n\" is already in use"},
    {"{\"path\": [" NODE ", \"with_incoming\": \"x\"}]}",
     "path[0]: the first item is joined to nothing"},
    {"{\"path\": [" NODE "}, {\"entity_type\": \"\", \"with_incoming\": "
     "\"x\"}]}",
     "path[1].with_incoming: no item before has the tag \"x\""},
    {"{\"path\": [" NODE "}, {\"entity_type\": \"\", \"with_group\": \"n\"}]}",
     "path[1].with_group: \"with_group\" joins to a group, and \"n\" is a "
     "node"},
    {"{\"path\": [" NODE "}, {\"entity_type\": \"user\", \"with_incoming\": "
     "\"n\"}]}",
     "path[1].with_incoming: a user is not joined by \"with_incoming\""},
    {"{\"path\": [" NODE "}, {\"entity_type\": \"\", \"with_incoming\": \"n\", "
     "\"with_outgoing\": \"n\"}]}",
     "path[1].with_outgoing: an item is joined once"},
    {"{\"path\": [" NODE "}, {\"entity_type\": \"link\"}]}",
     "path[1].with_node: a link is not joined by \"with_node\""},
    {"{\"path\": [" NODE ", \"edge_filters\": {}}]}",
     "path[0].edge_filters: the first item has no edge"},
    {"{\"path\": [" NODE "}], \"filters\": {\"m\": {}}}",
     "filters.m: no item of the path has this tag"},
    {"{\"path\": [" NODE "}], \"filters\": {\"n\": 1}}",
     "filters.n: filters are an object with fields"},
    {"{\"path\": [" NODE ", \"filters\": {\"no_such\": 1}}]}",
     "filters.n.no_such: a node has no field \"no_such\""},
    {"{\"path\": [" NODE ", \"filters\": {\"label.x\": 1}}]}",
     "filters.n.label.x: \"label\" holds no JSON, so it has no \"x\""},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes..x\": 1}}]}",
     "filters.n.attributes..x: a key between dots is empty"},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\"equals\": "
     "1}}}]}",
     "filters.n.attributes.a: there is no operator \"equals\""},
    {"{\"path\": [" NODE ", \"filters\": {\"id\": {\"has_key\": \"a\"}}}]}",
     "filters.n.id.has_key: this is for JSON, and \"id\" is none"},
    {"{\"path\": [" NODE ", \"filters\": {\"id\": \"seven\"}}]}",
     "filters.n.id.==: \"id\" is compared with an integer"},
    {"{\"path\": [" NODE ", \"filters\": {\"uuid\": \"abc\"}}]}",
     "filters.n.uuid.==: \"uuid\" is compared with a whole UUID"},
    {"{\"path\": [" NODE ", \"filters\": {\"ctime\": \"yesterday\"}}]}",
     "filters.n.ctime.==: \"ctime\" is compared with a time"},
    {"{\"path\": [" NODE ", \"filters\": {\"or\": [{\"id\": 1}, 2]}}]}",
     "filters.n.or[1]: filters are an object with fields"},
    {"{\"path\": [" NODE ", \"filters\": {\"or\": {\"id\": 1}}}]}",
     "filters.n.or: this takes an array"},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\"in\": []}}}]}",
     "filters.n.attributes.a.in: \"in\" takes an array that is not empty"},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\"in\": [1, "
     "\"1\"]}}}]}",
     "filters.n.attributes.a.in[1]: items of a list are of one type"},
    {"{\"path\": [" NODE ", \"filters\": {\"id\": {\"in\": [1, \"x\"]}}}]}",
     "filters.n.id.in[1]: \"id\" is compared with an integer"},
    {"{\"path\": [" NODE ", \"filters\": {\"label\": {\"like\": \"a\\\\\"}}}]}",
     "filters.n.label.like: the pattern ends in a backslash"},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\"of_type\": "
     "\"int\"}}}]}",
     "filters.n.attributes.a.of_type: this is no type of JSON"},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\">\": true}}}]}",
     "filters.n.attributes.a.>: numbers and texts only are greater or less"},
    {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\"==\": "
     "1e999}}}]}",
     "number '1e999' is out of range"},
    {"{\"path\": [" NODE ", \"filters\": {\"label\": \"a\\u0000b\"}}]}",
     "a text of the query has a NUL character"},
    {"{\"path\": [" NODE ", \"project\": [{\"id\": {\"func\": \"avg\"}}]}]}",
     "project.n.id: \"func\" cannot be \"avg\""},
    {"{\"path\": [" NODE ", \"project\": [{\"attributes.a\": {\"func\": "
     "\"max\"}}]}]}",
     "project.n.attributes.a: maximum and minimum inside JSON need a cast"},
    {"{\"path\": [" NODE ", \"project\": [7]}]}",
     "path[0].project[0]: a projection is a field or {field: options}"},
    {"{\"path\": [" NODE "}], \"order_by\": {\"n\": {\"id\": \"up\"}}}",
     "order_by.n.id: \"up\" is neither \"asc\" nor \"desc\""},
    {"{\"path\": [" NODE "}], \"order_by\": {\"n\": \"attributes.a\"}}",
     "order_by.n.attributes.a: an order inside JSON needs a cast"},
    {"{\"path\": [" NODE ", \"project\": \"label\"}], \"distinct\": true, "
     "\"order_by\": {\"n\": \"ctime\"}}",
     "order_by.n.ctime: rows that are made one have no order"},
    {"{\"path\": [" NODE "}], \"limit\": -1}",
     "limit: this is no integer from 0 on"},
    {"{\"path\": [" NODE "}], \"distinct\": 1}",
     "distinct: this is neither true nor false"},
    {"{\"path\": [" NODE "}, {\"entity_type\": \"user\", \"edge_filters\": "
     "{\"type\": \"x\"}}]}",
     "filters.n--user_1.type: the edge of \"with_node\" has no fields"},
};

static void names_the_place_and_the_fault(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char *rows = rows_of(s, refused[i].document);
        const bool is_told = strstr(rows, "error: ") == rows &&
                             strstr(rows, refused[i].says) != NULL;
        CU_ASSERT_TRUE(is_told);
        if (!is_told)
            printf("# %s\n#   %s\n#   %s\n", refused[i].document, rows,
                   refused[i].says);
        free(rows);
    }
}

/* Texts that would end a literal, name a parameter or comment out the rest:
 * as value, key, pattern, tag and list they find what they say, nothing. */
static void what_looks_like_sql_is_text(void)
{
    static const char *const texts[] = {
        "' OR 1 = 1 --",
        "\\\"; DROP TABLE db_dbnode; --",
        "?1",
        "{json:attributes.x}",
        "{ids:?1}",
        "$1",
        "a'b\\\"c\\\\d%_",
        "'::text[] || '",
        "\\u0001\\u001f",
        "\\ud83d\\ude00",
    };
    static const char *const forms[] = {
        "{\"path\": [" NODE ", \"filters\": {\"label\": \"%s\"}}]}",
        "{\"path\": [" NODE ", \"filters\": {\"attributes.v\": \"%s\"}}]}",
        "{\"path\": [" NODE ", \"filters\": {\"attributes.%s\": 1}}]}",
        "{\"path\": [" NODE ", \"filters\": {\"attributes.%s.x\": {\"like\": "
        "\"%%\"}}}]}",
        "{\"path\": [" NODE ", \"filters\": {\"attributes.v\": {\"in\": "
        "[\"%s\"]}}}]}",
        "{\"path\": [" NODE ", \"filters\": {\"attributes\": {\"has_key\": "
        "\"%s\"}}}]}",
        "{\"path\": [" NODE ", \"filters\": {\"attributes\": {\"contains\": "
        "{\"%s\": [\"%s\"]}}}}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
            buf document = {0};
            for (const char *p = forms[k]; *p != '\0'; p++) {
                if (p[0] == '%' && p[1] == 's')
                    buf_text(&document, texts[i]);
                else
                    buf_char(&document, *p);
                p += p[0] == '%';
            }
            CU_ASSERT_TRUE(rows_are(s, buf_c_str(&document), ""));
            buf_free(&document);
        }
    }
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\"]}"), 1);
}

static void tags_are_only_tags(void)
{
    char *rows = rows_as_dict(
        s, "{\"path\": [{\"entity_type\": \"\", \"tag\": \"'); DROP TABLE "
           "db_dbnode; ?1 {ids:?2}\", \"project\": \"id\"}]}");
    CU_ASSERT_STRING_EQUAL(
        rows, "{\"'); DROP TABLE db_dbnode; ?1 {ids:?2}\":{\"id\":1}}");
    free(rows);
}

/* `count` times the text, between two others. */
static char *repeated(const char *before, const char *text, int count,
                      const char *after)
{
    buf out = {0};
    buf_text(&out, before);
    for (int i = 0; i < count; i++)
        buf_text(&out, text);
    buf_text(&out, after);
    return buf_take(&out);
}

static void limits_are_told(void)
{
    static const struct {
        const char *before, *text;
        int count;
        const char *after, *says;
    } cases[] = {
        {"{\"path\": [\"\"", ", \"\"", 24, "]}", "a path has 1 to 24 items"},
        {"{\"path\": [" NODE ", \"filters\": {\"or\": [{\"id\": 1}",
         ", {\"id\": 2}", 600, "]}}]}", "a query has at most 500 conditions"},
        {"{\"path\": [" NODE ", \"filters\": {\"id\": 1, \"attributes.a", ".b",
         40, "\": 1}}]}", "a field has at most 32 keys"},
        {"{\"path\": [" NODE ", \"filters\": {\"attributes.", "x", 5000,
         "\": 1}}]}", "a field has at most 4096 bytes"},
        {"{\"path\": [" NODE ", \"project\": [\"id\"", ", \"id\"", 600, "]}]}",
         "a query has at most 512 columns"},
        {"{\"path\": [{\"entity_type\": \"\", \"tag\": \"", "t", 300, "\"}]}",
         "a tag has 1 to 256 characters"},
        {"{\"path\": [" NODE ", \"filters\": {\"attributes.a\": {\"in\": "
         "[true",
         ", false", 300, "]}}}]}", "a list of such values has at most 200"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *document = repeated(cases[i].before, cases[i].text,
                                  cases[i].count, cases[i].after);
        char *rows = rows_of(s, document);
        CU_ASSERT_PTR_NOT_NULL(strstr(rows, cases[i].says));
        if (strstr(rows, cases[i].says) == NULL)
            printf("# %.200s\n", rows);
        free(rows);
        free(document);
    }
}

static void deep_filters_are_refused(void)
{
    char *open = repeated("{\"path\": [" NODE ", \"filters\": ", "{\"and\": [",
                          60, "{\"id\": 1}");
    char *document = repeated(open, "]}", 60, "}]}");
    char *rows = rows_of(s, document);
    CU_ASSERT_PTR_NOT_NULL(strstr(rows, "filters are nested at most 32 deep"));
    free(rows);
    free(document);
    free(open);
}

/* What is allowed works at its limit: as many joins, conditions and columns. */
static void the_largest_documents_run(void)
{
    char *joins = repeated("{\"path\": [\"\"", ", \"\"", 23, "]}");
    char *conditions =
        repeated("{\"path\": [" NODE ", \"filters\": {\"or\": [{\"id\": 2}",
                 ", {\"attributes.v.w\": {\"!>\": 5}}", 150, "]}}]}");
    char *columns = repeated("{\"path\": [" NODE ", \"project\": [\"id\"",
                             ", \"attributes.v\"", 500, "]}]}");
    char *list = repeated("{\"path\": [" NODE ", \"filters\": {\"id\": {\"in\""
                          ": [7",
                          ", 1", 100000, "]}}}]}");
    CU_ASSERT_EQUAL(rows_count(s, joins), 0);
    CU_ASSERT_EQUAL(rows_count(s, conditions), 1);
    char *rows = rows_of(s, columns);
    CU_ASSERT_EQUAL(strlen(rows), 2 + 2 * 501 - 1);
    free(rows);
    CU_ASSERT_EQUAL(rows_count(s, list), 1);
    free(list);
    free(columns);
    free(conditions);
    free(joins);
}

static const unit_test tests[] = {
    {"names_the_place_and_the_fault", names_the_place_and_the_fault},
    {"what_looks_like_sql_is_text", what_looks_like_sql_is_text},
    {"tags_are_only_tags", tags_are_only_tags},
    {"limits_are_told", limits_are_told},
    {"deep_filters_are_refused", deep_filters_are_refused},
    {"the_largest_documents_run", the_largest_documents_run},
    {NULL, NULL},
};

const unit_suite refusals_suite = {"refusals", open_empty, close_empty, tests};
