/* Many primary keys, handed to statements a portion at a time: the value of an
 * {ids:?N} parameter.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_PORTION_H
#define CORE_STORAGE_PORTION_H

#include <base/buf.h>
#include <storage/pk_set.h>

/* As many as a statement gets: few round trips, and texts of 50 kB. */
#define PORTION_MAX 5000

/* Writes "[3,7,…]" over out. */
void portion_write(buf *out, const int64_t *pks, size_t count);

/* The same of the next members above *last, which moves on; false when there
 * are none. Start with 0. */
bool portion_next(buf *out, const pk_set *set, int64_t *last);

#endif
