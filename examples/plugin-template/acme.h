/* What the files of this module share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ACME_H
#define ACME_H

#include <orma/calculation.h>
#include <orma/parser.h>

extern const orma_host *acme_host; /* set by load(), for fail() and number() */

extern const orma_calculation acme_sum_calculation;
extern const orma_parser acme_sum_parser;

/* The text of a JSON string such as `"sum.out"` into `out`; `fallback` when
 * there is none, which is so in `orma parse`. */
void acme_text(orma_str json, const char *fallback, char *out, size_t size);

#endif
