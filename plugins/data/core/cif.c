/* CIF as text: the tags and values of a file's data blocks. The grammar is that
 * of CIF 1.1, International Tables for Crystallography G, chapter 2.2.
 *
 * SPDX-License-Identifier: MIT */
#include "cif.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static orma_status fail(const cif_reader *c, size_t line, const char *what,
                        orma_error **err)
{
    return refuse(err, "%s:%zu: %s", c->name, line, what);
}

/* Blanks, line ends and comments. */
static void skip_blanks(cif_reader *c)
{
    while (c->at < c->end) {
        if (*c->at == '#') {
            while (c->at < c->end && *c->at != '\n')
                c->at++;
        } else if (isspace((unsigned char)*c->at)) {
            if (*c->at == '\n')
                c->line++;
            c->at++;
        } else {
            return;
        }
    }
}

static bool ends_word(const cif_reader *c, const char *at)
{
    return at >= c->end || isspace((unsigned char)*at);
}

/* A text field: from ';' at the start of a line to the next such ';'. */
static orma_status read_field(cif_reader *c, orma_error **err)
{
    const size_t opened = c->line;
    const char *start = c->at + 1;
    const char *at = start;

    for (; at < c->end; at++) {
        if (*at != '\n')
            continue;
        c->line++;
        if (at + 1 < c->end && at[1] == ';')
            break;
    }
    if (at >= c->end)
        return fail(c, opened,
                    "the text field that starts here has no end; "
                    "is the file truncated?",
                    err);
    c->token.text = (orma_str){start, (size_t)(at - start)};
    c->token.is_quoted = true;
    c->kind = CIF_VALUE;
    c->at = at + 2;
    return ORMA_OK;
}

/* A quote ends where a blank follows: 'a dog's life' is one value. */
static orma_status read_quoted(cif_reader *c, orma_error **err)
{
    const char quote = *c->at;
    const char *start = c->at + 1;
    const char *at = start;

    while (at < c->end && *at != '\n' &&
           !(*at == quote && ends_word(c, at + 1)))
        at++;
    if (at >= c->end || *at == '\n')
        return fail(c, c->line, "a quoted value has no closing quote", err);
    c->token.text = (orma_str){start, (size_t)(at - start)};
    c->token.is_quoted = true;
    c->kind = CIF_VALUE;
    c->at = at + 1;
    return ORMA_OK;
}

static enum cif_token word_kind(orma_str word)
{
    if (word.ptr[0] == '_')
        return CIF_TAG;
    if (word_begins(word, "data_"))
        return CIF_DATA;
    if (word_is(word, "loop_"))
        return CIF_LOOP;
    if (word_begins(word, "save_") || word_is(word, "global_") ||
        word_is(word, "stop_"))
        return CIF_FRAME;
    return CIF_VALUE;
}

static orma_status next(cif_reader *c, orma_error **err)
{
    skip_blanks(c);
    c->token = (cif_value){{c->at, 0}, c->line, false};
    if (c->at >= c->end) {
        c->kind = CIF_END;
        return ORMA_OK;
    }
    if (*c->at == ';' && (c->at == c->start || c->at[-1] == '\n'))
        return read_field(c, err);
    if (*c->at == '\'' || *c->at == '"')
        return read_quoted(c, err);
    const char *start = c->at;
    while (!ends_word(c, c->at))
        c->at++;
    c->token.text = (orma_str){start, (size_t)(c->at - start)};
    c->kind = word_kind(c->token.text);
    return ORMA_OK;
}

static bool make_room(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    const size_t more = *capacity == 0 ? 64 : *capacity * 2;
    void *grown = more > SIZE_MAX / size ? NULL : realloc(*items, more * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = more;
    return true;
}

static orma_status add_item(cif_block *block, orma_str tag, orma_error **err)
{
    void *items = block->items;
    const bool has_room = make_room(
        &items, block->item_count, &block->item_capacity, sizeof *block->items);
    block->items = items;
    if (!has_room)
        return refuse_memory(err);
    block->items[block->item_count++] =
        (cif_item){tag, block->value_count, 1, 0, false};
    return ORMA_OK;
}

static orma_status add_value(cif_block *block, cif_value value,
                             orma_error **err)
{
    void *values = block->values;
    const bool has_room =
        make_room(&values, block->value_count, &block->value_capacity,
                  sizeof *block->values);
    block->values = values;
    if (!has_room)
        return refuse_memory(err);
    block->values[block->value_count++] = value;
    return ORMA_OK;
}

/* A tag and its value; the cursor stands on the tag. */
static orma_status read_pair(cif_reader *c, cif_block *block, orma_error **err)
{
    const size_t line = c->line;
    orma_status st = add_item(block, c->token.text, err);

    if (st == ORMA_OK)
        st = next(c, err);
    if (st == ORMA_OK && c->kind != CIF_VALUE)
        st = fail(c, line, "a tag has no value", err);
    if (st == ORMA_OK) {
        block->items[block->item_count - 1].count = 1;
        st = add_value(block, c->token, err);
    }
    return st == ORMA_OK ? next(c, err) : st;
}

/* Tags, then rows of values; the cursor stands on "loop_". */
static orma_status read_loop(cif_reader *c, cif_block *block, orma_error **err)
{
    const size_t line = c->line, first_item = block->item_count;
    const size_t first = block->value_count;
    orma_status st = next(c, err);

    while (st == ORMA_OK && c->kind == CIF_TAG) {
        st = add_item(block, c->token.text, err);
        if (st == ORMA_OK)
            st = next(c, err);
    }
    while (st == ORMA_OK && c->kind == CIF_VALUE) {
        st = add_value(block, c->token, err);
        if (st == ORMA_OK)
            st = next(c, err);
    }
    if (st != ORMA_OK)
        return st;
    const size_t columns = block->item_count - first_item;
    const size_t values = block->value_count - first;
    if (columns == 0)
        return fail(c, line, "a loop has no tags", err);
    if (values % columns != 0)
        return refuse(err,
                      "%s:%zu: the loop has %zu columns, but its %zu "
                      "values fill no whole rows",
                      c->name, line, columns, values);
    for (size_t i = 0; i < columns; i++) {
        cif_item *item = &block->items[first_item + i];
        item->first = first + i;
        item->stride = columns;
        item->count = values / columns;
        item->is_looped = true;
    }
    return ORMA_OK;
}

/* Same tag, and from CIF 2 on '.' for the first '_' of a category. */
static bool tag_begins(orma_str tag, const char *begin, size_t len)
{
    if (tag.len < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char c = tag.ptr[i] == '.' ? '_' : tag.ptr[i];
        if (tolower((unsigned char)c) != tolower((unsigned char)begin[i]))
            return false;
    }
    return true;
}

static bool has_wanted(const cif_block *block, const char *wanted)
{
    for (size_t i = 0; i < block->item_count; i++)
        if (tag_begins(block->items[i].tag, wanted, strlen(wanted)))
            return true;
    return false;
}

orma_status cif_open(const char *name, orma_str content, cif_reader *reader,
                     orma_error **err)
{
    *reader = (cif_reader){.name = name,
                           .start = content.ptr,
                           .at = content.ptr,
                           .end = content.ptr + content.len,
                           .line = 1};
    orma_status st = next(reader, err);
    while (st == ORMA_OK && reader->kind == CIF_FRAME)
        st = next(reader, err);
    if (st == ORMA_OK && reader->kind == CIF_END)
        return refuse(err, "%s: the file holds no data block", name);
    if (st == ORMA_OK && reader->kind != CIF_DATA)
        return fail(reader, reader->token.line,
                    "\"data_\" is expected before the first value", err);
    return st;
}

orma_status cif_next(cif_reader *reader, cif_block *block, bool *found,
                     orma_error **err)
{
    static const size_t prefix = sizeof "data_" - 1;

    *block = (cif_block){0};
    *found = reader->kind == CIF_DATA;
    if (!*found)
        return ORMA_OK;
    block->name = (orma_str){reader->token.text.ptr + prefix,
                             reader->token.text.len - prefix};
    orma_status st = next(reader, err);
    while (st == ORMA_OK && reader->kind != CIF_END &&
           reader->kind != CIF_DATA) {
        if (reader->kind == CIF_TAG)
            st = read_pair(reader, block, err);
        else if (reader->kind == CIF_LOOP)
            st = read_loop(reader, block, err);
        else if (reader->kind == CIF_VALUE)
            st = fail(reader, reader->token.line, "a value has no tag", err);
        else
            st = next(reader, err);
    }
    return st;
}

orma_status cif_parse(const char *name, orma_str content, const char *wanted,
                      cif_block *block, orma_error **err)
{
    cif_reader reader;
    bool found = true;

    *block = (cif_block){0};
    orma_status st = cif_open(name, content, &reader, err);
    while (st == ORMA_OK && found && !has_wanted(block, wanted)) {
        cif_block other;
        st = cif_next(&reader, &other, &found, err);
        if (st == ORMA_OK && found) {
            cif_finish(block);
            *block = other;
        } else {
            cif_finish(&other);
        }
    }
    return st;
}

void cif_finish(cif_block *block)
{
    free(block->items);
    free(block->values);
    *block = (cif_block){0};
}

const cif_item *cif_find(const cif_block *block, const char *tag)
{
    const size_t len = strlen(tag);

    for (size_t i = 0; i < block->item_count; i++)
        if (block->items[i].tag.len == len &&
            tag_begins(block->items[i].tag, tag, len))
            return &block->items[i];
    return NULL;
}

const cif_value *cif_at(const cif_block *block, const cif_item *item,
                        size_t row)
{
    return &block->values[item->first + row * item->stride];
}

bool cif_is_known(const cif_value *value)
{
    return value->is_quoted ||
           (!word_is(value->text, "?") && !word_is(value->text, "."));
}

bool cif_real(const cif_value *value, double *out)
{
    const orma_str text = value->text;
    const char *bracket = text.len > 0 ? memchr(text.ptr, '(', text.len) : NULL;
    const size_t len =
        bracket != NULL ? (size_t)(bracket - text.ptr) : text.len;

    return word_real((orma_str){text.ptr, len}, out);
}
