/* JSON values with AiiDA's number rules, as json-c objects.
 *
 * Reading: own scanner, so that 1.0 stays a float and 1 an int (an integer
 * beyond 64 bits keeps its digits), NaN, Infinity, duplicate keys, invalid
 * UTF-8, lone surrogates and trailing text are refused. Nesting is limited to
 * 200 levels. Key order is kept.
 * Writing: Python's default dump, which AiiDA's SQLite columns hold.
 *
 * Numbers are json_type_int, or json_type_double whose text json-c carries as
 * userdata (json_object_new_double_s); an integer beyond 64 bits is a double
 * whose text has no '.', 'e' or 'E', see json_is_integer().
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <stdbool.h>

#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>

#include <base/buf.h>

/* Parses exactly one value. *out may be NULL for JSON null: the status tells.
 * Errors: INVALID with "line L, column C", NO_MEMORY. The caller puts *out. */
orma_status json_parse(orma_str text, json_object **out, orma_error **err);

/* The same from a file of at most max_bytes. Errors name the path. */
orma_status json_parse_file(const char *path, size_t max_bytes,
                            json_object **out, orma_error **err);

enum json_style {
    JSON_PYTHON,  /* ", " and ": ", non-ASCII as \uXXXX: database columns */
    JSON_COMPACT, /* no blanks, UTF-8 */
    JSON_PRETTY   /* 4-space indent, UTF-8, newline at the end */
};

/* Appends the value. NULL is null. Bytes that are not UTF-8 become U+FFFD in
 * strings; in a key of an object they make the buffer fail, as INVALID. */
void json_write(buf *out, const json_object *value, enum json_style style);

/* The value as new text that the caller frees; NULL without memory, and for
 * what json_write() refuses. */
char *json_text(const json_object *value, enum json_style style);

/* A float that keeps a fractional part or exponent when written: Python's
 * repr(), the shortest text that reads back the same. */
json_object *json_new_real(double value);

/* Python's repr() of a finite double into out (at least 32 bytes). */
void json_format_real(double value, char *out);

/* C's "%.14g" whatever the locale: the text that AiiDA rounds and hashes
 * floats by. out: at least 32 bytes. */
void json_format_14g(double value, char *out);

/* AiiDA's stored form: "%.14g" cleaned, then as repr(), or an integer's digits
 * where AiiDA makes one (text has 'e' and the value is integral, 1e20). Returns
 * false for NaN and infinities. out: at least 340 bytes. */
bool json_format_stored(double value, char *out);

/* true for an int and for an integer beyond 64 bits. */
bool json_is_integer(const json_object *value);

/* true for a double that is not such an integer. */
bool json_is_real(const json_object *value);

/* A deep copy with AiiDA's value cleaning applied to every float
 * (reference: 14 significant digits), and bytes of strings that are not UTF-8
 * replaced by U+FFFD. Errors: INVALID (NaN, infinity, a key not UTF-8). */
orma_status json_clean(const json_object *value, json_object **out,
                       orma_error **err);

/* Is the value certainly what json_clean() would make of it? Of floats nothing
 * is said: false. */
bool json_is_clean(const json_object *value);

/* A deep copy as it is, number texts included. NULL without memory. */
json_object *json_copy(const json_object *value);

/* Same type and content; 1 and 1.0 differ, key order does not matter. */
bool json_equal(const json_object *a, const json_object *b);

/* Member of an object, NULL when absent, null, or `object` is no object. */
json_object *json_get(const json_object *object, const char *key);

/* Member along a dotted path. */
json_object *json_get_path(const json_object *object, const char *path);

/* Text member, or fallback when absent or no string. Borrowed. */
const char *json_get_text(const json_object *object, const char *key,
                          const char *fallback);

/* Integer member, or fallback. */
int64_t json_get_int(const json_object *object, const char *key,
                     int64_t fallback);

/* Boolean member, or fallback. */
bool json_get_bool(const json_object *object, const char *key, bool fallback);

/* Adds to an object, taking over `value` (NULL is null). Returns false without
 * memory (value is put then). */
bool json_set(json_object *object, const char *key, json_object *value);
bool json_set_text(json_object *object, const char *key, const char *text);
bool json_set_int(json_object *object, const char *key, int64_t value);
bool json_set_bool(json_object *object, const char *key, bool value);

#endif
