/* Writing YAML that readers of version 1.2 and of 1.1 (PyYAML) understand
 * alike.
 *
 * SPDX-License-Identifier: MIT */
#include <base/yaml.h>

#include <json-c/linkhash.h>
#include <string.h>
#include <yaml.h>

#include <base/error.h>
#include <base/json_internal.h>
#include <base/text.h>
#include <base/yaml_internal.h>

typedef struct writer {
    yaml_emitter_t emitter;
    buf *out;
    orma_error **err;
} writer;

static orma_status write_value(writer *w, const json_object *value);

static int append_output(void *user, unsigned char *bytes, size_t size)
{
    buf *out = user;

    buf_append(out, bytes, size);
    return out->failed ? 0 : 1;
}

/* `made`: what the event's initialiser returned. The emitter takes over the
 * event even when it fails. */
static orma_status emit(writer *w, int made, yaml_event_t *event)
{
    if (made != 1)
        return error_no_memory(w->err);
    if (yaml_emitter_emit(&w->emitter, event) == 1)
        return ORMA_OK;
    if (w->emitter.error == YAML_MEMORY_ERROR || w->out->failed)
        return error_no_memory(w->err);
    return error_set(w->err, ORMA_E_INVALID, "yaml", 0, "cannot write YAML: %s",
                     w->emitter.problem != NULL ? w->emitter.problem
                                                : "unknown reason");
}

/* Words that YAML 1.1 takes for something else than text. */
static const char *const old_words[] = {
    "y",  "Y",  "yes", "Yes", "YES", "n",   "N",   "no", "No", "NO",
    "on", "On", "ON",  "off", "Off", "OFF", "<<",  "=",
};

/* Numbers with '_', base 60, and dates: whatever could be one is quoted. */
static bool looks_like_old_number(orma_str text)
{
    static const char number_chars[] =
        "0123456789abcdefABCDEF_+-.:xoTtZz ninfINFaN";

    if (text.len == 0 || text.ptr[0] == '\0' ||
        strchr("0123456789+-.", text.ptr[0]) == NULL)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\0' || strchr(number_chars, text.ptr[i]) == NULL)
            return false;
    return true;
}

static bool is_plain_text(orma_str text)
{
    if (yaml_type_of(text) != YAML_TEXT || looks_like_old_number(text))
        return false;
    for (size_t i = 0; i < sizeof old_words / sizeof *old_words; i++)
        if (str_equal(text, old_words[i]))
            return false;
    return true;
}

/* A script or a paragraph: lines of printable ASCII, none of which begins or
 * ends the text blank or has blanks at its end. */
static bool is_block_text(orma_str text)
{
    if (text.len == 0 || memchr(text.ptr, '\n', text.len) == NULL ||
        text.ptr[0] == ' ' || text.ptr[0] == '\n' || text.ptr[0] == '\t')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n' && text.ptr[i - 1] == ' ')
            return false;
        if (c != '\n' && (c < 0x20 || c > 0x7E))
            return false;
    }
    return text.ptr[text.len - 1] != ' ';
}

/* Line ends of YAML 1.1 that 1.2 no longer has: NEL, LS, PS. */
static bool has_old_break(orma_str text)
{
    static const char *const breaks[] = {"\xC2\x85", "\xE2\x80\xA8",
                                         "\xE2\x80\xA9"};

    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++)
        if (memmem(text.ptr, text.len, breaks[i], strlen(breaks[i])) != NULL)
            return true;
    return false;
}

static yaml_scalar_style_t style_of(orma_str text)
{
    if (is_block_text(text))
        return YAML_LITERAL_SCALAR_STYLE;
    if ((text.len > 0 && (memchr(text.ptr, '\n', text.len) != NULL ||
                          memchr(text.ptr, '\r', text.len) != NULL)) ||
        has_old_break(text))
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return is_plain_text(text) ? YAML_PLAIN_SCALAR_STYLE
                               : YAML_SINGLE_QUOTED_SCALAR_STYLE;
}

static orma_status write_scalar(writer *w, orma_str text,
                                yaml_scalar_style_t style)
{
    yaml_event_t event;
    const bool is_plain = style == YAML_PLAIN_SCALAR_STYLE;

    if (json_utf8_valid(text.ptr, text.len) != text.len || text.len > INT32_MAX)
        return error_set(w->err, ORMA_E_INVALID, "yaml", 0,
                         "text is not valid UTF-8");
    const int made = yaml_scalar_event_initialize(
        &event, NULL, NULL, (const yaml_char_t *)text.ptr, (int)text.len,
        is_plain, 1, style);
    return emit(w, made, &event);
}

static orma_status write_text(writer *w, orma_str text)
{
    return write_scalar(w, text, style_of(text));
}

/* YAML 1.1 wants a '.' in a float: 1e-08 becomes 1.0e-08. */
static orma_status write_number(writer *w, const json_object *value)
{
    AUTO_BUF buf digits = {0};
    AUTO_BUF buf text = {0};

    json_write_number(&digits, value);
    const char *const number = buf_c_str(&digits);
    const char *const e = strchr(number, 'e');
    if (e != NULL && strchr(number, '.') == NULL) {
        buf_append(&text, number, (size_t)(e - number));
        buf_text(&text, ".0");
        buf_text(&text, e);
    } else {
        buf_text(&text, number);
    }
    if (digits.failed || text.failed)
        return error_no_memory(w->err);
    return write_scalar(w, buf_view(&text), YAML_PLAIN_SCALAR_STYLE);
}

static orma_status write_mapping(writer *w, const json_object *value)
{
    const struct lh_entry *entry = json_object_get_object(value)->head;
    yaml_event_t event;

    orma_status st = emit(w,
                          yaml_mapping_start_event_initialize(
                              &event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE),
                          &event);
    for (; st == ORMA_OK && entry != NULL; entry = entry->next) {
        const char *key = lh_entry_k(entry);
        st = write_text(w, (orma_str){key, strlen(key)});
        if (st == ORMA_OK)
            st = write_value(w, lh_entry_v(entry));
    }
    if (st != ORMA_OK)
        return st;
    return emit(w, yaml_mapping_end_event_initialize(&event), &event);
}

static orma_status write_sequence(writer *w, const json_object *value)
{
    const size_t n = json_object_array_length(value);
    yaml_event_t event;

    orma_status st =
        emit(w,
             yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                  YAML_BLOCK_SEQUENCE_STYLE),
             &event);
    for (size_t i = 0; st == ORMA_OK && i < n; i++)
        st = write_value(w, json_object_array_get_idx(value, i));
    if (st != ORMA_OK)
        return st;
    return emit(w, yaml_sequence_end_event_initialize(&event), &event);
}

static orma_status write_word(writer *w, const char *word)
{
    return write_scalar(w, (orma_str){word, strlen(word)},
                        YAML_PLAIN_SCALAR_STYLE);
}

static orma_status write_value(writer *w, const json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null: return write_word(w, "null");
    case json_type_boolean:
        return write_word(w, json_object_get_boolean(value) ? "true" : "false");
    case json_type_int:
    case json_type_double: return write_number(w, value);
    case json_type_string:
        return write_text(
            w, (orma_str){json_object_get_string((json_object *)value),
                          (size_t)json_object_get_string_len(value)});
    case json_type_array: return write_sequence(w, value);
    case json_type_object: return write_mapping(w, value);
    }
    return ORMA_OK;
}

static orma_status write_stream(writer *w, const json_object *value)
{
    yaml_event_t event;

    orma_status st = emit(
        w, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING),
        &event);
    if (st == ORMA_OK)
        st = emit(w,
                  yaml_document_start_event_initialize(&event, NULL, NULL,
                                                       NULL, 1),
                  &event);
    if (st == ORMA_OK)
        st = write_value(w, value);
    if (st == ORMA_OK)
        st = emit(w, yaml_document_end_event_initialize(&event, 1), &event);
    if (st == ORMA_OK)
        st = emit(w, yaml_stream_end_event_initialize(&event), &event);
    return st;
}

orma_status yaml_write(buf *out, const json_object *value, orma_error **err)
{
    writer w = {.out = out, .err = err};

    if (yaml_emitter_initialize(&w.emitter) != 1)
        return error_no_memory(err);
    yaml_emitter_set_output(&w.emitter, append_output, out);
    yaml_emitter_set_unicode(&w.emitter, 1);
    yaml_emitter_set_width(&w.emitter, -1);
    yaml_emitter_set_indent(&w.emitter, 2);
    const orma_status st = write_stream(&w, value);
    yaml_emitter_delete(&w.emitter);
    return st == ORMA_OK ? buf_status(out, err) : st;
}
