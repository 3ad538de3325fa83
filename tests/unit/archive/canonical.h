/* What a store holds, as text that does not depend on ids: two stores that
 * hold the same give the same text.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_ARCHIVE_CANONICAL_H
#define TESTS_UNIT_ARCHIVE_CANONICAL_H

#include <storage/store.h>

/* One line a row, of JSON with sorted keys, the lines sorted: users by email,
 * the rest by UUID, links and members by the UUIDs of their ends; files with
 * the SHA-256 that was computed from their content. Left out are the extras of
 * AiiDA's own (`_aiida_…`), and groups of type core.import. The caller frees
 * it. */
char *canonical_dump(store *s);

/* true when both are the same; else their first difference is printed. */
bool canonical_same(store *a, store *b);

#endif
