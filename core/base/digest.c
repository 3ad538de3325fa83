/* SHA-256 and MD5 by libcrypto.
 *
 * SPDX-License-Identifier: MIT */
#include <base/digest.h>

#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
    EVP_MD_CTX *context;
    bool failed;
};

static void write_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

static void digest_start(digest *d)
{
    d->failed = EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1;
}

digest *digest_create(void)
{
    digest *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->context = EVP_MD_CTX_new();
    if (d->context == NULL) {
        free(d);
        return NULL;
    }
    digest_start(d);
    return d;
}

void digest_update(digest *d, const void *bytes, size_t len)
{
    if (EVP_DigestUpdate(d->context, bytes, len) != 1)
        d->failed = true;
}

void digest_hex(digest *d, char *out)
{
    unsigned char value[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (EVP_DigestFinal_ex(d->context, value, &len) != 1)
        d->failed = true;
    write_hex(value, d->failed ? 0 : len, out);
    digest_start(d);
}

void digest_destroy(digest *d)
{
    if (d == NULL)
        return;
    EVP_MD_CTX_free(d->context);
    free(d);
}

static void digest_once(const EVP_MD *kind, orma_str bytes, char *out)
{
    unsigned char value[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (EVP_Digest(bytes.ptr, bytes.len, value, &len, kind, NULL) != 1)
        len = 0;
    write_hex(value, len, out);
}

void digest_sha256(orma_str bytes, char *out)
{
    digest_once(EVP_sha256(), bytes, out);
}

void digest_md5(orma_str bytes, char *out)
{
    digest_once(EVP_md5(), bytes, out);
}
