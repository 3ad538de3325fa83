/* Data nodes made by the plugins of ORMA_PLUGIN_PATH, and looked at.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_DATA_TYPES_H
#define TESTS_UNIT_DATA_TYPES_H

#include <graph/node.h>
#include <orma/data.h>
#include <plugin/registry.h>
#include <process/inputs.h>

#include "unit/runner.h"

/* One for all suites; NULL, and a failed assertion, without the plugins. */
registry *types_registry(void);
void types_finish(void);

/* A node, NULL with a failed assertion. literal: JSON text, ' for ". */
node *types_literal(const char *type, const char *literal);
node *types_import(const char *type, const char *format, const char *path);
node *types_import_text(const char *type, const char *format, const char *name,
                        const char *content);

/* The same must be refused as INVALID with `why` in the message. */
void types_literal_refused(const char *type, const char *literal,
                           const char *why);
void types_import_refused(const char *type, const char *format,
                          const char *path, const char *why);
void types_import_text_refused(const char *type, const char *name,
                               const char *content, const char *why);

/* A node whose attributes are this JSON, ' for ", is (not) valid. */
void types_valid(const char *type, const char *attributes);
void types_invalid(const char *type, const char *attributes, const char *why);

/* Attributes (in this order), value, summary; JSON with ' for ". */
void types_has_attributes(const node *n, const char *json);
void types_has_value(const node *n, const char *json);
void types_has_summary(const node *n, const char *text);

/* The export, to be freed; NULL with a failed assertion. format: NULL for the
 * type's first. */
char *types_export(const node *n, const char *format);

/* Path of a file in tests/data/structures, and of a new one; [static]. */
const char *types_data(const char *name);
const char *types_file(const char *name, const char *content);

/* Is `part` in the message of the error or of a cause? */
bool types_says(const orma_error *error, const char *part);

/* A structure's numbers, read from its attributes. */
typedef struct structure_view {
    double cell[3][3];
    bool pbc[3];
    size_t n;
    double positions[64][3];
    char kinds[64][32];
} structure_view;

void types_structure(const node *n, structure_view *out);

/* Same kinds and pbc; cells and positions within 1e-9 Å. */
bool types_same_structure(const node *a, const node *b);

double types_volume(const structure_view *s);

#endif
