/* Checksums that AiiDA keeps as attributes.
 *
 * SPDX-License-Identifier: MIT */
#include "digest.h"

#include <stdio.h>

#include <openssl/evp.h>

orma_status digest_md5(orma_str content, char out[MD5_HEX], orma_error **err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_Digest(content.ptr, content.len, digest, &len, EVP_md5(), NULL) !=
            1 ||
        len != 16)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                          "libcrypto refuses MD5, which AiiDA's checksums of "
                          "files need");
    for (unsigned i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return ORMA_OK;
}
