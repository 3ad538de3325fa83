/* The chemical elements that AiiDA knows, with its default masses.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_ELEMENTS_H
#define DATA_CORE_ELEMENTS_H

#include <stddef.h>

typedef struct element {
    int number; /* 0: "X", unknown */
    const char *symbol;
    double mass; /* amu */
} element;

/* NULL when there is none; capitals count: "Si", not "SI". */
const element *element_by_symbol(const char *symbol, size_t len);
const element *element_by_number(long number);

/* The element of a label such as "Fe1", "FE", "O_pbe" or "Si4+": its letters up
 * to the first other character. NULL when they are no symbol. */
const element *element_of_label(const char *label, size_t len);

#endif
