/* UUIDs.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/text.h>

#include "unit/base/suites.h"

static void generates_random_version_4(void)
{
    orma_uuid before = {{0}};

    CU_ASSERT_TRUE(uuid_is_zero(&before));
    for (int i = 0; i < 100; i++) {
        orma_uuid uuid;
        char text[37];
        uuid_generate(&uuid);
        uuid_format(&uuid, text);
        CU_ASSERT_EQUAL(strlen(text), 36);
        CU_ASSERT_EQUAL(text[14], '4');
        CU_ASSERT_PTR_NOT_NULL(strchr("89ab", text[19]));
        CU_ASSERT_FALSE(uuid_equal(&uuid, &before));
        CU_ASSERT_FALSE(uuid_is_zero(&uuid));
        before = uuid;
    }
}

static void reads_with_and_without_dashes(void)
{
    const char *text = "0b14c6d5-3f9a-4c8e-9d1a-00ff10abcdef";
    orma_uuid a, b, c;
    char again[37];

    CU_ASSERT_TRUE(uuid_parse(text, &a));
    CU_ASSERT_TRUE(uuid_parse("0b14c6d53f9a4c8e9d1a00ff10abcdef", &b));
    CU_ASSERT_TRUE(uuid_parse("0B14C6D5-3F9A-4C8E-9D1A-00FF10ABCDEF", &c));
    CU_ASSERT_TRUE(uuid_equal(&a, &b) && uuid_equal(&b, &c));
    CU_ASSERT_EQUAL(a.bytes[0], 0x0b);
    CU_ASSERT_EQUAL(a.bytes[15], 0xef);
    uuid_format(&a, again);
    CU_ASSERT_STRING_EQUAL(again, text);
}

static void refuses_anything_else(void)
{
    static const char *const bad[] = {
        "", "0b14c6d5", "0b14c6d5-3f9a-4c8e-9d1a-00ff10abcde",
        "0b14c6d5-3f9a-4c8e-9d1a-00ff10abcdefa",
        "0b14c6d53-f9a-4c8e-9d1a-00ff10abcdef",
        "gb14c6d5-3f9a-4c8e-9d1a-00ff10abcdef",
        "0b14c6d53f9a4c8e9d1a00ff10abcd-f", " b14c6d53f9a4c8e9d1a00ff10abcdef",
    };
    orma_uuid uuid = {{7}};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(uuid_parse(bad[i], &uuid));
    CU_ASSERT_EQUAL(uuid.bytes[0], 7);
}

static const unit_test tests[] = {
    {"generates_random_version_4", generates_random_version_4},
    {"reads_with_and_without_dashes", reads_with_and_without_dashes},
    {"refuses_anything_else", refuses_anything_else},
    {NULL, NULL},
};

const unit_suite uuid_suite = {"uuid", NULL, NULL, tests};
