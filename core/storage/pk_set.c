/* A set of primary keys.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/pk_set.h>

#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64 };

static bool make_room(pk_set *set, size_t word)
{
    if (word < set->word_count)
        return true;
    /* Half as much again: a set that is filled in ascending order is copied
     * seldom. */
    const size_t wanted = word + 1 + word / 2;
    uint64_t *grown = reallocarray(set->words, wanted, sizeof *grown);
    if (grown == NULL)
        return false;
    memset(grown + set->word_count, 0,
           (wanted - set->word_count) * sizeof *grown);
    set->words = grown;
    set->word_count = wanted;
    return true;
}

bool pk_set_add(pk_set *set, int64_t pk, bool *is_new)
{
    if (pk <= 0)
        return false;
    const size_t word = (size_t)pk / WORD_BITS;
    const uint64_t bit = UINT64_C(1) << ((uint64_t)pk % WORD_BITS);
    if (!make_room(set, word))
        return false;
    const bool is_added = (set->words[word] & bit) == 0;
    set->words[word] |= bit;
    set->count += is_added;
    if (is_new != NULL)
        *is_new = is_added;
    return true;
}

bool pk_set_has(const pk_set *set, int64_t pk)
{
    if (pk <= 0 || (size_t)pk / WORD_BITS >= set->word_count)
        return false;
    return (set->words[(size_t)pk / WORD_BITS] >> ((uint64_t)pk % WORD_BITS)) &
           1;
}

int64_t pk_set_next(const pk_set *set, int64_t pk)
{
    const uint64_t from = pk < 0 ? 1 : (uint64_t)pk + 1;
    size_t word = (size_t)(from / WORD_BITS);
    if (word >= set->word_count)
        return 0;

    /* Members up to pk are masked out of the first word. */
    uint64_t bits = set->words[word] & (UINT64_MAX << (from % WORD_BITS));
    while (bits == 0 && ++word < set->word_count)
        bits = set->words[word];
    return bits == 0
               ? 0
               : (int64_t)(word * WORD_BITS + (unsigned)__builtin_ctzll(bits));
}

void pk_set_free(pk_set *set)
{
    free(set->words);
    *set = (pk_set){0};
}
