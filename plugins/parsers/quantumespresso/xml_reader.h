/* An XML file of a folder node, read as a stream.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_XML_READER_H
#define QEP_XML_READER_H

#include "module.h"

#include <libxml/xmlreader.h>

/* What happens as elements pass. path: element names below the root, separated
 * by '/', "" for the root itself; all pointers are valid during the call. */
typedef struct xml_events {
    void *self;
    /* An element begins; its attributes can be asked of `element`. False stops
     * the reading. */
    bool (*open)(void *self, const char *path, xmlTextReaderPtr element);
    /* It ends; text is its own text, "" when it has only elements. */
    void (*close)(void *self, const char *path, const char *text);
    /* What is wrong with the file, also for open() and close() to set. */
    fault *fault;
} xml_events;

/* Reads the whole file, in memory that does not grow with it. The fault is
 * ERROR_OUTPUT_XML_READ or ERROR_OUTPUT_XML_PARSE when the file cannot be read
 * or is not well-formed.
 * Errors: TRANSIENT, CANCELLED, NO_MEMORY. */
orma_status xml_read(const job *j, const orma_node *folder, const char *path,
                     const xml_events *events, orma_error **err);

/* An attribute as text that the caller xmlFree()s, or NULL. */
char *xml_attribute(xmlTextReaderPtr element, const char *name);

/* An attribute as an integer; false when there is none. */
bool xml_int_attribute(xmlTextReaderPtr element, const char *name,
                       int64_t *out);

#endif
