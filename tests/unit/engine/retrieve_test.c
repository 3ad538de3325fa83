/* Where retrieved files land.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <engine/retrieve.h>

#include "unit/engine/suites.h"

static json_object *parse(const char *text)
{
    json_object *value = NULL;
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

/* AiiDA's manual, "Retrieving files": depth counts the levels of the source
 * path that are kept. */
static void files_land_where_the_entry_says(void)
{
    static const struct {
        const char *entry, *relative, *target;
    } rows[] = {
        {"\"aiida.out\"", "aiida.out", "aiida.out"},
        {"\"out/data.xml\"", "out/data.xml", "data.xml"},
        {"[\"a/b/c.txt\", \".\", 0]", "a/b/c.txt", "c.txt"},
        {"[\"a/b/c.txt\", \".\", 1]", "a/b/c.txt", "c.txt"},
        {"[\"a/b/c.txt\", \".\", 2]", "a/b/c.txt", "b/c.txt"},
        {"[\"a/b/c.txt\", \".\", 3]", "a/b/c.txt", "a/b/c.txt"},
        {"[\"a/b/c.txt\", \".\", 9]", "a/b/c.txt", "a/b/c.txt"},
        {"[\"a/b/c.txt\", \".\", null]", "a/b/c.txt", "a/b/c.txt"},
        {"[\"a/b/c.txt\", \"t/u\", 2]", "a/b/c.txt", "t/u/b/c.txt"},
        {"[\"a/*\", \"./t/\", 1]", "a/x", "t/x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_JSON json_object *entry = parse(rows[i].entry);
        retrieve_item item;
        CU_ASSERT_FATAL(retrieve_item_read(entry, &item));
        AUTO_FREE char *target = retrieve_target(&item, rows[i].relative);
        CU_ASSERT_STRING_EQUAL(target, rows[i].target);
    }
}

static void malformed_entries_are_not_taken(void)
{
    static const char *const entries[] = {"3", "[\"a\", \"b\"]",
                                          "[1, \"b\", 0]", "{}"};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        AUTO_JSON json_object *entry = parse(entries[i]);
        retrieve_item item;
        CU_ASSERT_FALSE(retrieve_item_read(entry, &item));
    }
}

static const unit_test tests[] = {
    {"files land where the entry says", files_land_where_the_entry_says},
    {"malformed entries are not taken", malformed_entries_are_not_taken},
    {NULL, NULL},
};

const unit_suite retrieve_suite = {"retrieve", NULL, NULL, tests};
