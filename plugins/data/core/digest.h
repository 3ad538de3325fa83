/* Checksums that AiiDA keeps as attributes.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_DIGEST_H
#define DATA_CORE_DIGEST_H

#include "module.h"

#define MD5_HEX 33 /* 32 digits and a NUL */

/* Errors: UNSUPPORTED (libcrypto without MD5). */
orma_status digest_md5(orma_str content, char out[MD5_HEX], orma_error **err);

#endif
