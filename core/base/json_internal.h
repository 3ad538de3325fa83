/* What the json files share among themselves.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_JSON_INTERNAL_H
#define CORE_BASE_JSON_INTERNAL_H

#include <base/json.h>

#define JSON_MAX_DEPTH 200

/* True for number text without '.', exponent, "nan" or "inf". */
bool json_number_is_integer_text(const char *text);

/* From an optional sign and decimal digits, of any length that a double's
 * range covers. NULL beyond that, or without memory. */
json_object *json_new_integer(const char *digits);

/* strtod(), whatever the program's locale calls a decimal point. */
double json_read_real(const char *text);

/* `value` is of json_type_int or json_type_double. */
void json_write_number(buf *out, const json_object *value);
json_object *json_copy_number(const json_object *value);
bool json_equal_numbers(const json_object *a, const json_object *b);
orma_status json_clean_number(const json_object *value, json_object **out,
                              orma_error **err);

/* One code point of UTF-8 at s, of which `left` bytes follow; U+FFFD and one
 * byte for an invalid sequence. */
uint32_t json_utf8_decode(const char *s, size_t left, size_t *used);

/* Bytes before the first invalid sequence; len when there is none. */
size_t json_utf8_valid(const char *s, size_t len);
void json_utf8_encode(buf *out, uint32_t code);

#endif
