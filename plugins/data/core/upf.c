/* core.upf: a pseudopotential in the Unified Pseudopotential Format.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "elements.h"
#include "files.h"
#include "json.h"
#include "scan.h"
#include "text.h"

#define MAX_FILE_BYTES (256u * 1024 * 1024)
#define MAX_OPEN_TAGS 32

/* Sections of free text, in which '<' means nothing. */
static const char *const free_sections[] = {"PP_INFO", "PP_INPUTFILE"};

static bool is_free(orma_str tag)
{
    for (size_t i = 0; i < 2; i++)
        if (word_is(tag, free_sections[i]))
            return true;
    return false;
}

static const char *find(orma_str content, const char *from, const char *what)
{
    return memmem(from, content.len - (size_t)(from - content.ptr), what,
                  strlen(what));
}

/* The name of the tag at `at`, which is behind '<' or "</". */
static orma_str tag_name(orma_str content, const char *at)
{
    const char *end = content.ptr + content.len;
    size_t n = 0;

    while (at + n < end && (isalnum((unsigned char)at[n]) || at[n] == '_' ||
                            at[n] == '.' || at[n] == ':'))
        n++;
    return (orma_str){at, n};
}

static bool is_same(orma_str a, orma_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* Where the tag that begins at `at` ends, NULL when it does not. A '>' inside
 * of quotes belongs to a value. */
static const char *tag_end(orma_str content, const char *at)
{
    const char *end = content.ptr + content.len;
    char quote = 0;

    for (; at < end; at++) {
        if (quote != 0)
            quote = *at == quote ? 0 : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '>')
            return at;
    }
    return NULL;
}

static orma_status refuse_open(const char *name, orma_str tag, orma_error **err)
{
    char shown[64];
    return refuse(err,
                  "%s: <%s> is not closed; the file is truncated or "
                  "damaged, fetch it again",
                  name, word_text(tag, shown, sizeof shown));
}

typedef struct open_tags {
    orma_str names[MAX_OPEN_TAGS];
    size_t count;
} open_tags;

static orma_status close_tag(const char *name, open_tags *open, orma_str tag,
                             orma_error **err)
{
    char shown[64];

    if (open->count == 0)
        return refuse(err, "%s: </%s> closes nothing", name,
                      word_text(tag, shown, sizeof shown));
    if (!is_same(open->names[open->count - 1], tag))
        return refuse_open(name, open->names[open->count - 1], err);
    open->count--;
    return ORMA_OK;
}

/* The tag at `*at`, behind its '<'; *at moves behind what was read. */
static orma_status read_tag(const char *name, orma_str content, const char **at,
                            open_tags *open, orma_error **err)
{
    const bool is_closing = **at == '/';
    const orma_str tag = tag_name(content, *at + is_closing);

    if (!word_begins(tag, "PP_") && !word_is(tag, "UPF")) {
        ++*at; /* XML's own, or a '<' in a text */
        return ORMA_OK;
    }
    const char *end = tag_end(content, *at);
    if (end == NULL)
        return refuse_open(name, tag, err);
    const bool is_empty = !is_closing && end[-1] == '/';
    *at = end + 1;
    if (is_closing)
        return close_tag(name, open, tag, err);
    if (is_empty)
        return ORMA_OK;
    if (open->count == MAX_OPEN_TAGS)
        return refuse(err, "%s: tags are nested too deeply", name);
    open->names[open->count++] = tag;
    if (is_free(tag)) {
        char closing[64], shown[48];
        snprintf(closing, sizeof closing, "</%s",
                 word_text(tag, shown, sizeof shown));
        const char *close = find(content, *at, closing);
        if (close == NULL)
            return refuse_open(name, tag, err);
        *at = close;
    }
    return ORMA_OK;
}

/* Every section that is opened is closed: a download that stopped is not. */
static orma_status check_sections(const char *name, orma_str content,
                                  orma_error **err)
{
    const char *end = content.ptr + content.len;
    open_tags open = {.count = 0};
    orma_status st = ORMA_OK;

    for (const char *at = content.ptr; st == ORMA_OK && at < end;) {
        const char *bracket = memchr(at, '<', (size_t)(end - at));
        if (bracket == NULL || bracket + 1 >= end)
            break;
        at = bracket + 1;
        st = read_tag(name, content, &at, &open, err);
    }
    if (st == ORMA_OK && open.count > 0)
        st = refuse_open(name, open.names[open.count - 1], err);
    return st;
}

/* Version 2 and later: the attribute element="Si" of the header. */
static const element *element_of_attribute(orma_str header)
{
    static const char key[] = "element";
    const char *end = header.ptr + header.len;
    const char *at = header.ptr;

    while ((at = memmem(at, (size_t)(end - at), key, sizeof key - 1)) != NULL) {
        const bool is_word = at > header.ptr && isspace((unsigned char)at[-1]);
        at += sizeof key - 1;
        while (at < end && isspace((unsigned char)*at))
            at++;
        if (!is_word || at >= end || *at != '=')
            continue;
        at++;
        while (at < end &&
               (isspace((unsigned char)*at) || *at == '"' || *at == '\''))
            at++;
        size_t n = 0;
        while (at + n < end && isalpha((unsigned char)at[n]))
            n++;
        return n <= 2 ? element_of_label(at, n) : NULL;
    }
    return NULL;
}

/* Version 1: a line "Si   Element" of the header. */
static const element *element_of_line(orma_str header)
{
    scan s;
    orma_str symbol, word;

    scan_init(&s, "", header);
    while (scan_line(&s))
        if (scan_word(&s, &symbol) && scan_word(&s, &word) &&
            word_is(word, "Element"))
            return symbol.len <= 2 ? element_of_label(symbol.ptr, symbol.len)
                                   : NULL;
    return NULL;
}

static orma_status read_element(const char *name, orma_str content,
                                const element **out, orma_error **err)
{
    const char *header = find(content, content.ptr, "<PP_HEADER");
    const bool is_v2 = find(content, content.ptr, "<UPF") != NULL;

    if (header == NULL && find(content, content.ptr, "<qe_pp:") != NULL)
        return refuse(err,
                      "%s: the qe_pp schema is not read; take the UPF "
                      "version 2 of this pseudopotential",
                      name);
    if (header == NULL)
        return refuse(err, "%s: there is no PP_HEADER; this is no UPF file",
                      name);
    orma_status st = check_sections(name, content, err);
    if (st != ORMA_OK)
        return st;
    const char *end =
        is_v2 ? tag_end(content, header) : find(content, header, "</PP_HEADER");
    const orma_str inside = {header, end != NULL ? (size_t)(end - header) : 0};
    const element *e =
        is_v2 ? element_of_attribute(inside) : element_of_line(inside);
    if (e == NULL)
        return refuse(err, "%s: PP_HEADER names no chemical element", name);
    *out = e;
    return ORMA_OK;
}

static orma_status check_name(const char *name, const element *e,
                              orma_error **err)
{
    return strncasecmp(name, e->symbol, strlen(e->symbol)) == 0
               ? ORMA_OK
               : refuse(err,
                        "%s is a pseudopotential of %s, its name must "
                        "begin with that; rename the file",
                        name, e->symbol);
}

static orma_status set_attributes(const char *name, orma_str content,
                                  const orma_node_ops *ops, orma_node *node,
                                  orma_error **err)
{
    const element *e = NULL;
    char md5[MD5_HEX];
    text attributes = {0};
    orma_status st = read_element(name, content, &e, err);

    if (st == ORMA_OK)
        st = check_name(name, e, err);
    if (st == ORMA_OK)
        st = digest_md5(content, md5, err);
    if (st != ORMA_OK)
        return st;
    text_add(&attributes, "{\"filename\": ");
    text_string(&attributes, name, strlen(name));
    text_format(&attributes, ", \"element\": \"%s\", \"md5\": \"%s\"}",
                e->symbol, md5);
    st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

static orma_status import_file(const orma_data *self, const orma_node_ops *ops,
                               orma_node *node, const char *format,
                               const char *path, orma_error **err)
{
    (void)self;
    orma_str content;
    orma_status st = single_need_format(format, "upf", err);

    if (st == ORMA_OK)
        st = ops->load(node, path, MAX_FILE_BYTES, &content, err);
    if (st == ORMA_OK)
        st = set_attributes(single_base_name(path), content, ops, node, err);
    /* the bytes that were checked, not what the file may become */
    return st == ORMA_OK
               ? ops->write(node, single_base_name(path), content, err)
               : st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    const char *name = NULL;
    orma_str content;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK)
        st = single_literal(literal, single_keys, &name, &content, err);
    if (st == ORMA_OK)
        st = set_attributes(name, content, ops, node, err);
    if (st == ORMA_OK)
        st = ops->write(node, name, content, err);
    json_object_put(literal);
    return st;
}

static orma_status check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err)
{
    const char *name = NULL;
    const char *symbol = json_text(json_get(attributes, "element"));
    const char *md5 = json_text(json_get(attributes, "md5"));
    const element *e = NULL;
    char found[MD5_HEX];
    orma_str content;
    orma_status st = single_check(ops, node, attributes, &name, err);

    if (st == ORMA_OK)
        st = ops->read(node, name, &content, err);
    if (st == ORMA_OK)
        st = read_element(name, content, &e, err);
    if (st == ORMA_OK)
        st = check_name(name, e, err);
    if (st == ORMA_OK)
        st = digest_md5(content, found, err);
    if (st != ORMA_OK)
        return st;
    if (symbol == NULL || strcmp(symbol, e->symbol) != 0)
        return refuse(err,
                      "attribute \"element\" is \"%s\", the file says "
                      "\"%s\"",
                      symbol != NULL ? symbol : "", e->symbol);
    if (md5 == NULL || strcmp(md5, found) != 0)
        return refuse(err, "attribute \"md5\" is not the file's, %s", found);
    return ORMA_OK;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = check(ops, node, attributes, err);
    json_object_put(attributes);
    return st;
}

static orma_status export_file(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    (void)self;
    const orma_status st = single_need_format(format, "upf", err);
    return st == ORMA_OK ? single_export(ops, node, out, err) : st;
}

/* "Si, Si.pbe.UPF" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const char *symbol = json_text(json_get(attributes, "element"));
        const char *name = json_text(json_get(attributes, "filename"));
        text_format(&line, "%s, %s", symbol != NULL ? symbol : "?",
                    name != NULL ? name : "");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data upf_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .import_file = import_file,
    .export_file = export_file,
    .summary = summary,
};
