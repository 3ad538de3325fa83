/* The words of filters.
 *
 * SPDX-License-Identifier: MIT */
#include <query/filters.h>

#include <stddef.h>

#include <base/text.h>

static const struct {
    const char *word;
    enum query_operator op;
    const char *sql; /* of those that compare */
    bool is_for_json;
} operators[] = {
    {"==", OPERATOR_EQUAL, "=", false},
    {">", OPERATOR_GREATER, ">", false},
    {"<", OPERATOR_LESS, "<", false},
    {">=", OPERATOR_GREATER_EQUAL, ">=", false},
    {"<=", OPERATOR_LESS_EQUAL, "<=", false},
    {"=>", OPERATOR_GREATER_EQUAL, ">=", false},
    {"=<", OPERATOR_LESS_EQUAL, "<=", false},
    {"like", OPERATOR_LIKE, NULL, false},
    {"ilike", OPERATOR_ILIKE, NULL, false},
    {"in", OPERATOR_IN, NULL, false},
    {"of_type", OPERATOR_OF_TYPE, NULL, true},
    {"contains", OPERATOR_CONTAINS, NULL, true},
    {"has_key", OPERATOR_HAS_KEY, NULL, true},
    {"of_length", OPERATOR_OF_LENGTH, "=", true},
    {"longer", OPERATOR_LONGER, ">", true},
    {"shorter", OPERATOR_SHORTER, "<", true},
};
enum { OPERATORS = sizeof operators / sizeof *operators };

static const char *strip_negation(const char *word, bool *is_negated)
{
    *is_negated = *word == '~' || *word == '!';
    return word + *is_negated;
}

enum query_logic query_logic_parse(const char *word, bool *is_negated)
{
    const char *bare = strip_negation(word, is_negated);
    return text_equal(bare, "and")  ? QUERY_AND
           : text_equal(bare, "or") ? QUERY_OR
                                    : QUERY_NO_LOGIC;
}

enum query_operator query_operator_parse(const char *word, bool *is_negated)
{
    const char *bare = strip_negation(word, is_negated);
    for (size_t i = 0; i < OPERATORS; i++)
        if (text_equal(operators[i].word, bare))
            return operators[i].op;
    return OPERATOR_NONE;
}

const char *query_operator_sql(enum query_operator op)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (operators[i].op == op)
            return operators[i].sql;
    return NULL;
}

bool query_operator_is_for_json(enum query_operator op)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (operators[i].op == op)
            return operators[i].is_for_json;
    return false;
}
