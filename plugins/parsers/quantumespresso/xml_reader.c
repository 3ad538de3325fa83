/* Streaming over libxml2's reader, with bounds.
 *
 * SPDX-License-Identifier: MIT */
#include "xml_reader.h"

#include "numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PATH_LENGTH 1024
#define MAX_DEPTH 32
#define MAX_TEXT (64u << 20)
#define CANCEL_EVERY 4096

typedef struct source {
    const job *j;
    orma_stream *stream;
    orma_status status; /* of the last read */
} source;

/* The element at hand and the text that it has so far. */
typedef struct walk {
    char path[MAX_PATH_LENGTH];
    size_t ends[MAX_DEPTH]; /* length of the path above each depth */
    int depth;
    char *text;
    size_t len, capacity;
    const char *complaint; /* why the file is refused, or NULL */
    bool has_failed;       /* memory ran out */
    bool is_cancelled;
} walk;

static int read_bytes(void *context, char *buffer, int len)
{
    source *s = context;
    size_t n = 0;

    if (s->status != ORMA_OK)
        return -1;
    s->status = s->j->ops->node->next(s->stream, buffer, (size_t)len, &n,
                                      NULL);
    return s->status == ORMA_OK ? (int)n : -1;
}

static int close_nothing(void *context)
{
    (void)context;
    return 0;
}

static void keep_complaint(void *context, xmlErrorPtr error)
{
    fault *f = context;

    if (f->text[0] != '\0' || error == NULL || error->message == NULL)
        return;
    const size_t len = strcspn(error->message, "\n");
    snprintf(f->text, sizeof f->text, "line %d: %.*s", error->line,
             (int)(len < 300 ? len : 300), error->message);
}

static void add_text(walk *w, const char *more)
{
    const size_t len = strlen(more);

    if (len > MAX_TEXT - w->len) {
        w->complaint = "an element's text is too long";
        return;
    }
    if (w->len + len + 1 > w->capacity) {
        const size_t capacity = (w->len + len + 1) * 2;
        char *text = realloc(w->text, capacity);
        if (text == NULL) {
            w->has_failed = true;
            return;
        }
        w->text = text;
        w->capacity = capacity;
    }
    memcpy(w->text + w->len, more, len + 1);
    w->len += len;
}

static bool descend(walk *w, const char *name)
{
    const size_t len = strlen(w->path);

    if (w->depth >= MAX_DEPTH || len + strlen(name) + 2 > MAX_PATH_LENGTH) {
        w->complaint = "elements are nested too deep";
        return false;
    }
    w->ends[w->depth] = len;
    /* The root's own name says nothing. */
    if (w->depth > 0)
        snprintf(w->path + len, MAX_PATH_LENGTH - len, "%s%s",
                 len > 0 ? "/" : "", name);
    w->depth++;
    w->len = 0;
    return true;
}

static void ascend(walk *w, const xml_events *events)
{
    events->close(events->self, w->path, w->len > 0 ? w->text : "");
    w->len = 0;
    if (w->depth > 0)
        w->path[w->ends[--w->depth]] = '\0';
}

/* False: stop. */
static bool take_node(walk *w, xmlTextReaderPtr reader,
                      const xml_events *events)
{
    switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT: {
        const bool is_empty = xmlTextReaderIsEmptyElement(reader) == 1;
        if (!descend(w, (const char *)xmlTextReaderConstLocalName(reader)) ||
            !events->open(events->self, w->path, reader))
            return false;
        if (is_empty)
            ascend(w, events);
        break;
    }
    case XML_READER_TYPE_END_ELEMENT:
        ascend(w, events);
        break;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        add_text(w, (const char *)xmlTextReaderConstValue(reader));
        break;
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        w->complaint = "the file declares entities";
        break;
    default:
        break;
    }
    return w->complaint == NULL && !w->has_failed;
}

/* Passes the elements on until the file ends or somebody stops. */
static int read_nodes(const source *s, xmlTextReaderPtr reader, walk *w,
                      const xml_events *events)
{
    int rc, count = 0;

    while ((rc = xmlTextReaderRead(reader)) == 1) {
        w->is_cancelled = ++count % CANCEL_EVERY == 0 &&
                          s->j->ops->cancelled(s->j->ctx);
        if (w->is_cancelled || !take_node(w, reader, events))
            break;
    }
    return rc;
}

static orma_status judge(const source *s, const walk *w, int rc, fault *f,
                         orma_error **err)
{
    if (w->has_failed)
        return no_memory(err);
    if (w->is_cancelled)
        return machinery_failure(ORMA_E_CANCELLED, err);
    if (s->status != ORMA_OK) {
        if (is_machinery_failure(s->status))
            return machinery_failure(s->status, err);
        fault_set(f, "ERROR_OUTPUT_XML_READ", "the XML file cannot be read");
    } else if (w->complaint != NULL) {
        fault_set(f, "ERROR_OUTPUT_XML_PARSE", "%s", w->complaint);
    } else if (rc < 0) {
        f->label = "ERROR_OUTPUT_XML_PARSE";
    }
    return ORMA_OK;
}

orma_status xml_read(const job *j, const orma_node *folder, const char *path,
                     const xml_events *events, orma_error **err)
{
    fault *f = events->fault;
    source s = {.j = j};
    orma_status st = j->ops->node->open(folder, path, &s.stream, NULL);

    if (is_machinery_failure(st))
        return machinery_failure(st, err);
    if (st != ORMA_OK || s.stream == NULL) {
        fault_set(f, "ERROR_OUTPUT_XML_READ", "\"%s\" cannot be read", path);
        return ORMA_OK;
    }
    walk *w = calloc(1, sizeof *w);
    xmlTextReaderPtr reader =
        xmlReaderForIO(read_bytes, close_nothing, &s, path, NULL,
                       XML_PARSE_NONET | XML_PARSE_NOERROR |
                           XML_PARSE_NOWARNING);
    if (w == NULL || reader == NULL) {
        st = no_memory(err);
    } else {
        xmlTextReaderSetStructuredErrorHandler(reader, keep_complaint, f);
        st = judge(&s, w, read_nodes(&s, reader, w, events), f, err);
    }
    xmlFreeTextReader(reader);
    if (w != NULL)
        free(w->text);
    free(w);
    j->ops->node->close(s.stream);
    return st;
}

char *xml_attribute(xmlTextReaderPtr element, const char *name)
{
    return (char *)xmlTextReaderGetAttribute(element, (const xmlChar *)name);
}

bool xml_int_attribute(xmlTextReaderPtr element, const char *name,
                       int64_t *out)
{
    char *text = xml_attribute(element, name);
    const char *at = text;
    const bool is_int = text != NULL && read_int(&at, out);

    xmlFree(text);
    return is_int;
}
