/* Small questions about text.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_TEXT_H
#define CORE_BASE_TEXT_H

#include <stdbool.h>

#include <base/buf.h>

bool text_equal(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool str_equal(orma_str a, const char *b);

/* NUL-terminated copy, NULL without memory or for NULL. */
char *text_copy(const char *text);
char *str_copy(orma_str text);

/* New text by a format; the caller frees it. NULL without memory. */
char *text_printf(const char *fmt, ...) ORMA_PRINTF(1, 2);

/* AiiDA's rule for link labels and port names: [A-Za-z0-9_], no digit first,
 * no '_' first or last, no Python keyword; and, for ports, no "__". */
bool text_is_link_label(const char *label);
bool text_is_port_name(const char *name);

/* One that may name nothing in Python 3: "class", "True". */
bool text_is_python_keyword(const char *word);

/* True for valid UTF-8 without NUL. */
bool text_is_utf8(orma_str text);

/* The text with U+FFFD for every byte that has no place in valid UTF-8, NUL
 * too; the caller frees it. NULL without memory. */
char *text_to_utf8(orma_str text);

/* The same with such bytes written out, "caf\xE9": for messages that have to
 * name the text. */
char *text_show_bytes(orma_str text);

/* Characters (code points) of valid UTF-8. */
size_t text_length(const char *text);

/* Closest of the n candidates to a misspelt word (edit distance at most 1/3 of
 * its length), or NULL: "did you mean". */
const char *text_closest(const char *word, const char *const *candidates,
                         size_t n);

/* Appends the word quoted for a POSIX shell, as AiiDA quotes: 'it'"'"'s'. */
void shell_quote(buf *out, const char *word);

/* The same in double quotes, inner ones as "\"": AiiDA's use_double_quotes,
 * where an inner " becomes "'"'"". */
void shell_quote_double(buf *out, const char *word);

/* UTC "YYYY-MM-DD HH:MM:SS.ffffff" as in SQLite columns; out: 27 bytes. */
void time_format_sql(int64_t ns, char *out);

/* ISO 8601 UTC "YYYY-MM-DDTHH:MM:SS.ffffff+00:00"; out: 33 bytes. */
void time_format_iso(int64_t ns, char *out);

/* Reads both forms, with or without fraction and offset. false: malformed. */
bool time_parse(const char *text, int64_t *ns);

/* Nanoseconds since the epoch, by the system's clock. */
int64_t time_now_ns(void);

/* Random version 4. */
void uuid_generate(orma_uuid *uuid);

/* 36 characters with dashes, lower case, and a NUL; out: 37 bytes. */
void uuid_format(const orma_uuid *uuid, char *out);

/* With or without dashes. false: malformed. */
bool uuid_parse(const char *text, orma_uuid *uuid);

bool uuid_is_zero(const orma_uuid *uuid);
bool uuid_equal(const orma_uuid *a, const orma_uuid *b);

#endif
