/* Growable text and the sink of the plugin ABI.
 *
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <base/buf.h>
#include <base/cleanup.h>

#include "unit/base/suites.h"

static void zeroed_is_empty_text(void)
{
    AUTO_BUF buf b = {0};

    CU_ASSERT_STRING_EQUAL(buf_c_str(&b), "");
    CU_ASSERT_EQUAL(buf_view(&b).len, 0);
    CU_ASSERT_STRING_EQUAL(buf_view(&b).ptr, "");
    AUTO_FREE char *taken = buf_take(&b);
    CU_ASSERT_STRING_EQUAL(taken, "");
}

static void appends_in_every_way(void)
{
    AUTO_BUF buf b = {0};

    buf_text(&b, "a");
    buf_char(&b, 'b');
    buf_append(&b, "c\0d", 3);
    buf_str(&b, ORMA_LITERAL("e"));
    buf_str(&b, (orma_str){NULL, 0});
    buf_printf(&b, "%d-%s", 12, "z");
    CU_ASSERT_EQUAL(b.len, 10);
    CU_ASSERT_EQUAL(memcmp(b.ptr, "abc\0de12-z", 11), 0);
    CU_ASSERT_EQUAL(buf_status(&b, NULL), ORMA_OK);
}

static void grows_far_beyond_its_first_size(void)
{
    AUTO_BUF buf b = {0};

    for (int i = 0; i < 10000; i++)
        buf_printf(&b, "%04d", i);
    CU_ASSERT_EQUAL(b.len, 40000);
    CU_ASSERT_EQUAL(strlen(b.ptr), 40000);
    CU_ASSERT_STRING_EQUAL(b.ptr + 39996, "9999");
}

static void clear_keeps_memory_take_gives_it_away(void)
{
    AUTO_BUF buf b = {0};

    buf_text(&b, "first");
    const char *memory = b.ptr;
    buf_clear(&b);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&b), "");
    buf_text(&b, "next");
    CU_ASSERT_PTR_EQUAL(b.ptr, memory);
    AUTO_FREE char *taken = buf_take(&b);
    CU_ASSERT_STRING_EQUAL(taken, "next");
    CU_ASSERT_PTR_NULL(b.ptr);
}

static void failure_is_remembered(void)
{
    AUTO_BUF buf b = {0};
    AUTO_ERROR orma_error *err = NULL;

    buf_text(&b, "kept");
    buf_append(&b, "", SIZE_MAX / 2); /* refused before any byte is read */
    buf_text(&b, "ignored");
    CU_ASSERT_STRING_EQUAL(buf_c_str(&b), "kept");
    CU_ASSERT_EQUAL(buf_status(&b, &err), ORMA_E_NO_MEMORY);
    CU_ASSERT_EQUAL(orma_error_status(err), ORMA_E_NO_MEMORY);
    CU_ASSERT_PTR_NULL(buf_take(&b));
}

static void writer_stops_at_its_limit(void)
{
    AUTO_BUF buf b = {0};
    orma_writer out = {&b, 5};

    CU_ASSERT_EQUAL(writer_write(&out, ORMA_LITERAL("abc")), ORMA_OK);
    CU_ASSERT_EQUAL(writer_write(&out, ORMA_LITERAL("def")), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(writer_write(&out, ORMA_LITERAL("de")), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&b), "abcde");
    out.max_bytes = 0;
    CU_ASSERT_EQUAL(writer_write(&out, ORMA_LITERAL("f")), ORMA_OK);
    CU_ASSERT_EQUAL(writer_write(&out, (orma_str){"", (size_t)1 << 30}),
                    ORMA_E_INVALID);
}

static const unit_test tests[] = {
    {"zeroed_is_empty_text", zeroed_is_empty_text},
    {"appends_in_every_way", appends_in_every_way},
    {"grows_far_beyond_its_first_size", grows_far_beyond_its_first_size},
    {"clear_keeps_memory_take_gives_it_away",
     clear_keeps_memory_take_gives_it_away},
    {"failure_is_remembered", failure_is_remembered},
    {"writer_stops_at_its_limit", writer_stops_at_its_limit},
    {NULL, NULL},
};

const unit_suite buf_suite = {"buf", NULL, NULL, tests};
