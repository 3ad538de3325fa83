/* The words of filters.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_FILTERS_H
#define CORE_QUERY_FILTERS_H

#include <stdbool.h>

enum query_logic { QUERY_AND, QUERY_OR, QUERY_NO_LOGIC };

/* "and", "or", "~and", "!or", …; QUERY_NO_LOGIC: a field or an operator. */
enum query_logic query_logic_parse(const char *word, bool *is_negated);

enum query_operator {
    OPERATOR_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_LESS,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_LESS_EQUAL,
    OPERATOR_LIKE,
    OPERATOR_ILIKE,
    OPERATOR_IN,
    OPERATOR_OF_TYPE,
    OPERATOR_CONTAINS,
    OPERATOR_HAS_KEY,
    OPERATOR_OF_LENGTH,
    OPERATOR_LONGER,
    OPERATOR_SHORTER,
    OPERATOR_NONE
};

/* "==", "!like", "~in", …; OPERATOR_NONE: unknown. */
enum query_operator query_operator_parse(const char *word, bool *is_negated);

/* The operator in SQL, of those that compare: "=", ">", …. */
const char *query_operator_sql(enum query_operator op);

/* Only for JSON? */
bool query_operator_is_for_json(enum query_operator op);

#endif
