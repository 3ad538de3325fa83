/* The XML file's list of symmetry operations.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_XML_OPERATION_H
#define QEP_XML_OPERATION_H

#include "dict.h"
#include "numbers.h"
#include "xml_reader.h"

typedef struct xml_operation {
    json_object *crystal; /* operations of the crystal, finished ones */
    json_object *lattice; /* those of the lattice only */
    bool has_inversion;   /* among the crystal's */
    bool has_failed;      /* memory ran out */
    /* the one at hand */
    dict current;
    bool is_lattice;
} xml_operation;

void xml_operation_init(xml_operation *o);
void xml_operation_finish(xml_operation *o);

/* Takes what concerns it; path: below `output`. */
void xml_operation_open(xml_operation *o, const char *path,
                        xmlTextReaderPtr element);

/* False when an operation does not hold what it should. */
bool xml_operation_close(xml_operation *o, const char *path, const char *text);

#endif
