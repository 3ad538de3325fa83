/* Documents that come in and go out of the library as JSON texts.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_HANDOUT_H
#define CORE_API_HANDOUT_H

#include <base/json.h>

/* Takes over value (NULL: no memory) and hands its text to the caller of the
 * library, who frees it by orma_free(). */
orma_status hand_out(json_object *value, char **json, orma_error **err);

/* Parses a document that must be an object; empty text is an empty one. what
 * names it in errors: "options". The caller puts *out. */
orma_status take_in(orma_str text, const char *what, json_object **out,
                    orma_error **err);

/* One member that such a document may have. */
typedef struct field {
    const char *name;
    enum field_type {
        FIELD_TEXT,
        FIELD_BOOL,
        FIELD_COUNT,  /* an integer above 0 */
        FIELD_NUMBER, /* not below 0 */
        FIELD_WORDS,  /* text, or an array of texts */
        FIELD_LIST,   /* an array */
        FIELD_OBJECT
    } type;
    bool required;
} field;

/* Every member is known and of its type, and required ones are there; null
 * counts as absent. Errors: INVALID, a line for each problem. */
orma_status fields_check(const json_object *document, const field *fields,
                         size_t count, orma_error **err);

/* Text member, NULL when absent. */
const char *field_text(const json_object *document, const char *name);

#endif
