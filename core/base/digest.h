/* SHA-256 and MD5 by libcrypto, as lower-case hex.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_DIGEST_H
#define CORE_BASE_DIGEST_H

#include <base/buf.h>

#define DIGEST_SHA256_HEX 65 /* 64 digits and a NUL */
#define DIGEST_MD5_HEX 33

typedef struct digest digest; /* a running SHA-256 */

/* NULL without memory. */
digest *digest_create(void);
void digest_update(digest *d, const void *bytes, size_t len);

/* Writes DIGEST_SHA256_HEX bytes; the digest then starts anew. */
void digest_hex(digest *d, char *out);
void digest_destroy(digest *d);

/* "" when libcrypto does not offer the digest (MD5 in FIPS mode). */
void digest_sha256(orma_str bytes, char *out);
void digest_md5(orma_str bytes, char *out);

#endif
