/* CIF as text: the tags and values of a file's data blocks.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_CIF_H
#define DATA_CORE_CIF_H

#include <stdbool.h>

#include "scan.h"

typedef struct cif_value {
    orma_str text; /* without its quotes */
    size_t line;
    bool is_quoted;
} cif_value;

/* A tag with its values: one, or a column of a loop. */
typedef struct cif_item {
    orma_str tag;
    size_t first, stride, count; /* in cif_block.values */
    bool is_looped;
} cif_item;

typedef struct cif_block {
    orma_str name; /* what follows "data_" */
    cif_item *items;
    size_t item_count, item_capacity;
    cif_value *values;
    size_t value_count, value_capacity;
} cif_block;

enum cif_token {
    CIF_END,
    CIF_DATA,  /* data_name */
    CIF_LOOP,  /* loop_ */
    CIF_FRAME, /* save_name, global_, stop_ */
    CIF_TAG,
    CIF_VALUE
};

/* Reads a file block by block; `name` is the file's, for messages. */
typedef struct cif_reader {
    const char *name;
    const char *start, *at, *end;
    size_t line;
    enum cif_token kind; /* of the current token */
    cif_value token;
} cif_reader;

/* Moves to the first data block. Errors: INVALID, with "file:line: ". */
orma_status cif_open(const char *name, orma_str content, cif_reader *reader,
                     orma_error **err);

/* The next data block, *found false behind the last one. Values point into the
 * file's content. The caller finishes *block, whatever the answer.
 * Errors: INVALID, with "file:line: ". */
orma_status cif_next(cif_reader *reader, cif_block *block, bool *found,
                     orma_error **err);

/* The first data block with a tag that begins with `wanted`, or else the last
 * one. Values point into `content`. The caller finishes *block. Errors:
 * INVALID, with "file:line: ". */
orma_status cif_parse(const char *name, orma_str content, const char *wanted,
                      cif_block *block, orma_error **err);
void cif_finish(cif_block *block); /* accepts a zeroed block */

/* NULL when there is none. Capitals do not count, nor the difference between
 * the old "_cell_length_a" and the new "_cell.length_a". */
const cif_item *cif_find(const cif_block *block, const char *tag);

/* The item's value number `row`. */
const cif_value *cif_at(const cif_block *block, const cif_item *item,
                        size_t row);

/* Neither "?" (unknown) nor "." (does not apply). */
bool cif_is_known(const cif_value *value);

/* A number without its uncertainty: "5.43(2)" is 5.43. */
bool cif_real(const cif_value *value, double *out);

#endif
