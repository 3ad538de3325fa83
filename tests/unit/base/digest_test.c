/* Digests. SHA-256: FIPS 180-2 appendix B; MD5: RFC 1321 appendix A.5.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/digest.h>

#include "unit/base/suites.h"

#define EMPTY_SHA256                                                           \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC_SHA256                                                             \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define MILLION_A_SHA256                                                       \
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void sha256_of_known_texts(void)
{
    char hex[DIGEST_SHA256_HEX];

    digest_sha256(ORMA_LITERAL("abc"), hex);
    CU_ASSERT_STRING_EQUAL(hex, ABC_SHA256);
    digest_sha256((orma_str){NULL, 0}, hex);
    CU_ASSERT_STRING_EQUAL(hex, EMPTY_SHA256);
}

static void md5_of_known_texts(void)
{
    char hex[DIGEST_MD5_HEX];

    digest_md5(ORMA_LITERAL(""), hex);
    CU_ASSERT_STRING_EQUAL(hex, "d41d8cd98f00b204e9800998ecf8427e");
    digest_md5(ORMA_LITERAL("message digest"), hex);
    CU_ASSERT_STRING_EQUAL(hex, "f96b697d7cb7938d525a2f31aaf161d0");
}

static void running_digest_starts_anew_after_its_result(void)
{
    digest *d = digest_create();
    char hex[DIGEST_SHA256_HEX], thousand[1000];

    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    memset(thousand, 'a', sizeof thousand);
    for (int i = 0; i < 1000; i++)
        digest_update(d, thousand, sizeof thousand);
    digest_hex(d, hex);
    CU_ASSERT_STRING_EQUAL(hex, MILLION_A_SHA256);
    digest_update(d, "a", 1);
    digest_update(d, "bc", 2);
    digest_hex(d, hex);
    CU_ASSERT_STRING_EQUAL(hex, ABC_SHA256);
    digest_hex(d, hex);
    CU_ASSERT_STRING_EQUAL(hex, EMPTY_SHA256);
    digest_destroy(d);
    digest_destroy(NULL);
}

static const unit_test tests[] = {
    {"sha256_of_known_texts", sha256_of_known_texts},
    {"md5_of_known_texts", md5_of_known_texts},
    {"running_digest_starts_anew_after_its_result",
     running_digest_starts_anew_after_its_result},
    {NULL, NULL},
};

const unit_suite digest_suite = {"digest", NULL, NULL, tests};
