/* Single values of the XML file, as a table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_XML_TABLE_H
#define QEP_XML_TABLE_H

#include "dict.h"
#include "xml_reader.h"

/* Texts of the table's rows, as far as the file had them. */
typedef struct xml_values xml_values;

xml_values *xml_values_create(void);
void xml_values_destroy(xml_values *v);

/* Keep what the table wants of an element's attributes and of its text. */
void xml_values_open(xml_values *v, const char *path, xmlTextReaderPtr element);
void xml_values_close(xml_values *v, const char *path, const char *text);

/* The text of a row by its key, or NULL. */
const char *xml_values_text(const xml_values *v, const char *key);
bool xml_values_int(const xml_values *v, const char *key, int64_t *out);
bool xml_values_real(const xml_values *v, const char *key, double *out);
bool xml_values_flag(const xml_values *v, const char *key);

/* Adds all rows that are no internal ones. */
void xml_values_write(const xml_values *v, dict *out);

bool xml_values_has_failed(const xml_values *v);

#endif
