/* Places inside JSON columns as SQL, in a dialect's words: what filters of
 * queries and the indexes that serve them are made of.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_JSON_PLACE_H
#define CORE_STORAGE_JSON_PLACE_H

#include <storage/sql.h>

/* A dialect's word with '@', '#' and '?' replaced; those that it does not have
 * may be NULL. */
void json_word(const char *word, const char *value, const char *path,
               const char *parameter, buf *out);

/* Can the keys (an array of texts) be written as a literal: letters, digits,
 * '_', '-' and blanks only, and none that could be an array's index? */
bool json_keys_are_plain(const json_object *keys);

/* A JSON expression and the plain keys inside it. The same place is always the
 * same SQL, so that an index on it is found. */
typedef struct json_place {
    const char *value; /* "attributes", "t1.attributes", … */
    const json_object *keys;
} json_place;

/* The bare text, number or truth value; a number or NULL; the type's name; an
 * array's length or NULL. */
void json_place_scalar(const orma_dialect *d, const json_place *p, buf *out);
void json_place_number(const orma_dialect *d, const json_place *p, buf *out);
void json_place_type(const orma_dialect *d, const json_place *p, buf *out);
void json_place_length(const orma_dialect *d, const json_place *p, buf *out);

#endif
