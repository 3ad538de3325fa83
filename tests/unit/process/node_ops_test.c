/* The node table over nodes in the making.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <stdlib.h>
#include <string.h>

#include <base/file.h>
#include <orma/node.h>
#include <process/inputs.h>

static node *new_node(void)
{
    node *n = node_create("data.core.dict.Dict.");

    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    return n;
}

static orma_str literal(const char *text)
{
    return (orma_str){text, strlen(text)};
}

static void attributes_come_back_as_they_were_set(void)
{
    static const char json[] = "{\"b\":1.0,\"a\":[1,null,{\"x.y\":\"é\"}]}";
    const orma_node_ops *ops = node_ops();
    node *n = new_node();
    orma_str text = {0};

    CU_ASSERT_EQUAL(ops->set_attributes(n, literal(json), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(ops->attributes(n, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, json);
    CU_ASSERT_EQUAL(text.len, strlen(json));
    node_ops_end_call(n);
    node_free(n);
}

static void refuses_attributes_that_cannot_be_stored(void)
{
    static const char *const wrong[] = {
        "[1]", "{\"a\": NaN}", "{\"a.b\": 1}", "{\"\": 1}",
        "{\"a\": 1, \"a\": 2}", "{\"a\": 1} 2", "",
    };
    node *n = new_node();

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        orma_error *error = NULL;
        CU_ASSERT_EQUAL(
            node_ops()->set_attributes(n, literal(wrong[i]), &error),
            ORMA_E_INVALID);
        CU_ASSERT_PTR_NOT_NULL(error);
        orma_error_free(error);
    }
    node_free(n);
}

static void lists_and_reads_files_of_all_sources(void)
{
    const orma_node_ops *ops = node_ops();
    char path[4200];
    node *n = new_node();
    orma_str text = {0};

    snprintf(path, sizeof path, "%s/there", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(file_write(path, literal("from disk"), 0600, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(ops->write(n, "z/b", literal("bytes"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(ops->write_from(n, "a", path, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(ops->write(n, "z/a", literal(""), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(ops->files(n, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "[\"a\",\"z/a\",\"z/b\"]");
    CU_ASSERT_EQUAL(ops->read(n, "a", &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "from disk");
    CU_ASSERT_EQUAL(ops->read(n, "z/b", &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "bytes");
    CU_ASSERT_EQUAL(ops->read(n, "z/a", &text, NULL), ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(text.ptr);
    CU_ASSERT_EQUAL(text.len, 0);
    CU_ASSERT_EQUAL(ops->read(n, "z", &text, NULL), ORMA_OK);
    CU_ASSERT_PTR_NULL(text.ptr);
    CU_ASSERT_EQUAL(ops->read(n, "absent", &text, NULL), ORMA_OK);
    CU_ASSERT_PTR_NULL(text.ptr);
    node_free(n);
}

static void refuses_paths_that_leave_the_node(void)
{
    static const char *const paths[] = {"../a", "/etc/passwd", "a/../../b", "",
                                        "a//b", "./a"};
    const orma_node_ops *ops = node_ops();
    node *n = new_node();
    orma_stream *stream = NULL;
    orma_str text = {0};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        CU_ASSERT_EQUAL(ops->read(n, paths[i], &text, NULL), ORMA_E_INVALID);
        CU_ASSERT_EQUAL(ops->open(n, paths[i], &stream, NULL),
                        ORMA_E_INVALID);
        CU_ASSERT_EQUAL(ops->write(n, paths[i], literal("x"), NULL),
                        ORMA_E_INVALID);
    }
    CU_ASSERT_EQUAL(ops->write_from(n, "a", "/nowhere/at/all", NULL),
                    ORMA_E_NOT_FOUND);
    node_free(n);
}

static size_t read_all(orma_stream *stream, char *out, size_t size)
{
    size_t total = 0, n = 0;

    do {
        CU_ASSERT_EQUAL(
            node_ops()->next(stream, out + total,
                             size - total < 3 ? size - total : 3, &n, NULL),
            ORMA_OK);
        total += n;
    } while (n > 0 && total < size);
    return total;
}

static void streams_piece_by_piece(void)
{
    const orma_node_ops *ops = node_ops();
    char path[4200], content[32];
    node *n = new_node();
    orma_stream *memory = NULL, *disk = NULL, *none = NULL;

    snprintf(path, sizeof path, "%s/there", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(file_write(path, literal("0123456789"), 0600, NULL),
                          ORMA_OK);
    ops->write(n, "m", literal("abcdefgh"), NULL);
    ops->write_from(n, "d", path, NULL);
    CU_ASSERT_EQUAL(ops->open(n, "m", &memory, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(ops->open(n, "d", &disk, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(ops->open(n, "absent", &none, NULL), ORMA_OK);
    CU_ASSERT_PTR_NULL(none);
    CU_ASSERT_EQUAL(read_all(memory, content, sizeof content), 8);
    CU_ASSERT_EQUAL(memcmp(content, "abcdefgh", 8), 0);
    CU_ASSERT_EQUAL(read_all(disk, content, sizeof content), 10);
    CU_ASSERT_EQUAL(memcmp(content, "0123456789", 10), 0);
    ops->close(memory);
    ops->close(NULL);
    node_ops_end_call(n); /* closes the other, or the sanitizer tells */
    node_free(n);
}

static void frees_open_streams_with_the_node(void)
{
    node *n = new_node();
    orma_stream *stream = NULL;

    node_ops()->write(n, "m", literal("abc"), NULL);
    CU_ASSERT_EQUAL(node_ops()->open(n, "m", &stream, NULL), ORMA_OK);
    node_free(n);
}

static void refuses_to_change_stored_nodes(void)
{
    const orma_node_ops *ops = node_ops();
    const double one = 1.0;
    const orma_array_view view = {.size = sizeof view,
                                  .dtype = ORMA_DTYPE_F64,
                                  .data = &one,
                                  .unit = "1"};
    node *n = new_node();

    n->pk = 7;
    CU_ASSERT_EQUAL(ops->set_attributes(n, literal("{}"), NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(ops->write(n, "a", literal("x"), NULL), ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(ops->write_from(n, "a", "/etc/hosts", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(ops->set_array(n, "a", &view, NULL), ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(ops->set_label(n, literal("a"), NULL), ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(ops->set_computer(n, literal("a"), NULL), ORMA_E_REFUSED);
    node_free(n);
}

static void hides_the_uuid_until_the_node_is_stored(void)
{
    static const orma_uuid zero;
    node *n = new_node();
    orma_uuid uuid = node_ops()->uuid(n);

    CU_ASSERT_EQUAL(memcmp(&uuid, &zero, sizeof zero), 0);
    n->pk = 7;
    uuid = node_ops()->uuid(n);
    CU_ASSERT_EQUAL(memcmp(&uuid, &n->uuid, sizeof uuid), 0);
    node_free(n);
}

static void sets_labels_but_no_computer_without_a_profile(void)
{
    const orma_node_ops *ops = node_ops();
    node *n = new_node();

    CU_ASSERT_EQUAL(ops->set_label(n, literal("my label"), NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(ops->label(n).ptr, "my label");
    CU_ASSERT_EQUAL(ops->set_label(n, literal("\xff"), NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(ops->set_computer(n, literal("localhost"), NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(ops->type(n).ptr, "");
    node_free(n);
}

static void loads_local_files_within_a_limit(void)
{
    char path[4200];
    node *n = new_node();
    orma_str text = {0};

    snprintf(path, sizeof path, "%s/there", unit_temp_dir());
    file_write(path, literal("0123456789"), 0600, NULL);
    CU_ASSERT_EQUAL(node_ops()->load(n, path, 10, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "0123456789");
    CU_ASSERT_EQUAL(node_ops()->load(n, path, 9, &text, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(node_ops()->load(n, "/nowhere", 9, &text, NULL),
                    ORMA_E_NOT_FOUND);
    node_free(n);
}

static const unit_test tests[] = {
    {"attributes_come_back_as_they_were_set",
     attributes_come_back_as_they_were_set},
    {"refuses_attributes_that_cannot_be_stored",
     refuses_attributes_that_cannot_be_stored},
    {"lists_and_reads_files_of_all_sources",
     lists_and_reads_files_of_all_sources},
    {"refuses_paths_that_leave_the_node", refuses_paths_that_leave_the_node},
    {"streams_piece_by_piece", streams_piece_by_piece},
    {"frees_open_streams_with_the_node", frees_open_streams_with_the_node},
    {"refuses_to_change_stored_nodes", refuses_to_change_stored_nodes},
    {"hides_the_uuid_until_the_node_is_stored",
     hides_the_uuid_until_the_node_is_stored},
    {"sets_labels_but_no_computer_without_a_profile",
     sets_labels_but_no_computer_without_a_profile},
    {"loads_local_files_within_a_limit", loads_local_files_within_a_limit},
    {NULL, NULL},
};
const unit_suite node_ops_suite = {"node_ops", NULL, NULL, tests};
