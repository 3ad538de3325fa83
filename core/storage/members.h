/* Members of a JSON object's text, found without making values of it.
 *
 * A listing prints a few of the many attributes of each process; a JSON value
 * per process costs more than the rest of the listing.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_MEMBERS_H
#define CORE_STORAGE_MEMBERS_H

#include <base/buf.h>

/* values[i] becomes the member keys[i] as it stands in the text, ptr NULL when
 * there is none; the first one of duplicates. What follows a mistake in the
 * text is not found, and values are not checked. */
void members_find(orma_str object, const char *const *keys, size_t count,
                  orma_str *values);

/* Appends the value as JSON text of a pretty dump, "null" when ptr is NULL or
 * the text is not JSON (very old data may hold a NaN). */
orma_status member_write(buf *out, orma_str value, orma_error **err);

/* Appends a plain text as a JSON string, "null" when ptr is NULL. */
orma_status member_write_text(buf *out, orma_str text, orma_error **err);

#endif
