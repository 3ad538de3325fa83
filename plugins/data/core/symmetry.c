/* Symmetry operations of crystals: as coordinate triplets, and generated from
 * a space group's Hall symbol.
 *
 * SPDX-License-Identifier: MIT */
#include "symmetry.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "scan.h"

/* A number or a fraction, "1/2", at *at, which moves behind it. */
static bool read_fraction(const char **at, const char *end, double *out)
{
    double value[2] = {0, 1};

    for (size_t i = 0; i < 2; i++) {
        const char *start = *at;
        while (*at < end && (isdigit((unsigned char)**at) || **at == '.'))
            ++*at;
        if (!word_real((orma_str){start, (size_t)(*at - start)}, &value[i]))
            return false;
        if (*at >= end || **at != '/')
            break;
        if (i == 0)
            ++*at;
    }
    *out = value[0] / value[1];
    return value[1] != 0;
}

/* One component, "1/2+x-y": coefficients of x, y, z and the shift. A change of
 * basis has other coefficients, too, "1/2x". */
static bool read_component(const char **at, const char *end,
                           double coefficients[3], double *shift)
{
    double sign = 1;
    bool has_term = false;

    while (*at < end && **at != ',') {
        const char c = (char)tolower((unsigned char)**at);
        double value;
        if (c == '+' || c == '-') {
            sign = c == '-' ? -1 : 1;
            ++*at;
        } else if (c >= 'x' && c <= 'z') {
            coefficients[c - 'x'] += sign;
            sign = 1;
            has_term = true;
            ++*at;
        } else if (isdigit((unsigned char)c) || c == '.') {
            if (!read_fraction(at, end, &value))
                return false;
            *at += *at < end && **at == '*';
            const char axis =
                *at < end ? (char)tolower((unsigned char)**at) : '\0';
            if (axis >= 'x' && axis <= 'z') {
                coefficients[axis - 'x'] += sign * value;
                ++*at;
            } else {
                *shift += sign * value;
            }
            sign = 1;
            has_term = true;
        } else if (c == ' ' || c == '\t') {
            ++*at;
        } else {
            return false;
        }
    }
    return has_term;
}

bool symmetry_parse(orma_str written, symmetry_operation *out)
{
    const char *at = written.ptr, *end = written.ptr + written.len;

    *out = (symmetry_operation){0};
    for (size_t i = 0; i < 3; i++) {
        if (!read_component(&at, end, out->rotation.row[i], &out->shift[i]))
            return false;
        if (i < 2 && at++ >= end)
            return false;
    }
    return at >= end;
}

/* ---- Hall symbols ------------------------------------------------ */

#define SAME_SHIFT 1e-6 /* fractions of the lattice vectors */

/* Proper rotations about z; those about x and y follow by exchanging axes. */
static const struct rotation {
    char order, axis; /* axis: ' and " are a-b and a+b, * is a+b+c */
    signed char row[3][3];
} rotations[] = {
    {'1', 'z', {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {'2', 'z', {{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}},
    {'3', 'z', {{0, -1, 0}, {1, -1, 0}, {0, 0, 1}}},
    {'4', 'z', {{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}},
    {'6', 'z', {{1, -1, 0}, {1, 0, 0}, {0, 0, 1}}},
    {'2', '\'', {{0, -1, 0}, {-1, 0, 0}, {0, 0, -1}}},
    {'2', '"', {{0, 1, 0}, {1, 0, 0}, {0, 0, -1}}},
    {'3', '*', {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}},
};

/* Translations, in twelfths of the lattice vectors. */
static const struct translation {
    char symbol;
    signed char shift[3];
} translations[] = {
    {'a', {6, 0, 0}}, {'b', {0, 6, 0}}, {'c', {0, 0, 6}}, {'n', {6, 6, 6}},
    {'u', {3, 0, 0}}, {'v', {0, 3, 0}}, {'w', {0, 0, 3}}, {'d', {3, 3, 3}},
};

/* Centrings; the vectors that there are not are zero. */
static const struct centring {
    char symbol;
    signed char shifts[3][3];
} centrings[] = {
    {'P', {{0}}},
    {'A', {{0, 6, 6}}},
    {'B', {{6, 0, 6}}},
    {'C', {{6, 6, 0}}},
    {'I', {{6, 6, 6}}},
    {'R', {{8, 4, 4}, {4, 8, 8}}},
    {'S', {{4, 4, 8}, {8, 8, 4}}},
    {'T', {{4, 8, 4}, {8, 4, 8}}},
    {'H', {{8, 4, 0}, {4, 8, 0}}},
    {'F', {{0, 6, 6}, {6, 0, 6}, {6, 6, 0}}},
};

/* A group in the making. */
typedef struct group {
    symmetry_operation *operations;
    size_t count;
} group;

/* first, then second: second·first. */
static void multiply(const symmetry_operation *second,
                     const symmetry_operation *first, symmetry_operation *out)
{
    symmetry_operation product = {0};

    for (size_t i = 0; i < 3; i++) {
        product.shift[i] = second->shift[i];
        for (size_t k = 0; k < 3; k++) {
            product.shift[i] += second->rotation.row[i][k] * first->shift[k];
            for (size_t j = 0; j < 3; j++)
                product.rotation.row[i][j] +=
                    second->rotation.row[i][k] * first->rotation.row[k][j];
        }
    }
    *out = product;
}

/* The same but for a vector of the lattice. */
static bool is_same(const symmetry_operation *a, const symmetry_operation *b)
{
    for (size_t i = 0; i < 3; i++) {
        const double apart = a->shift[i] - b->shift[i];
        if (fabs(apart - round(apart)) > SAME_SHIFT)
            return false;
        for (size_t k = 0; k < 3; k++)
            if (fabs(a->rotation.row[i][k] - b->rotation.row[i][k]) >
                SAME_SHIFT)
                return false;
    }
    return true;
}

/* false: there are too many for a space group. */
static bool add(group *g, const symmetry_operation *o)
{
    symmetry_operation reduced = *o;

    for (size_t i = 0; i < 3; i++) {
        reduced.shift[i] -= floor(reduced.shift[i]);
        if (reduced.shift[i] > 1 - SAME_SHIFT)
            reduced.shift[i] = 0;
    }
    for (size_t i = 0; i < g->count; i++)
        if (is_same(&g->operations[i], &reduced))
            return true;
    if (g->count == SYMMETRY_MAX)
        return false;
    g->operations[g->count++] = reduced;
    return true;
}

/* All products of what is there with each other, until nothing is new. */
static bool close_group(group *g)
{
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; k <= i; k++) {
            symmetry_operation product;
            multiply(&g->operations[i], &g->operations[k], &product);
            if (!add(g, &product))
                return false;
            multiply(&g->operations[k], &g->operations[i], &product);
            if (!add(g, &product))
                return false;
        }
    return true;
}

static bool add_shift(group *g, const signed char twelfths[3])
{
    symmetry_operation o = {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {0, 0, 0}};

    for (size_t i = 0; i < 3; i++)
        o.shift[i] = twelfths[i] / 12.0;
    return add(g, &o);
}

/* "-P": the lattice, and an inversion at the origin. */
static bool read_lattice(const char **at, const char *end, group *g)
{
    const symmetry_operation inversion = {
        {{{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}}, {0, 0, 0}};
    const bool is_centric = *at < end && **at == '-';

    *at += is_centric;
    if (*at >= end)
        return false;
    const char symbol = (char)toupper((unsigned char)*(*at)++);
    for (size_t i = 0; i < sizeof centrings / sizeof *centrings; i++) {
        if (centrings[i].symbol != symbol)
            continue;
        for (size_t k = 0; k < 3; k++)
            if (!add_shift(g, centrings[i].shifts[k]))
                return false;
        return !is_centric || add(g, &inversion);
    }
    return false;
}

/* What a rotation's axis depends on. */
typedef struct precedence {
    size_t number; /* of the rotation, from 1 */
    char order;    /* of the one before */
    char axis;     /* x, y or z: that of the one before */
} precedence;

/* The axis of a rotation that names none. */
static char default_axis(char order, const precedence *before)
{
    if (order == '1' || before->number == 1)
        return 'z';
    if (before->number == 2 && order == '2')
        return before->order == '2' || before->order == '4' ? 'x' : '\'';
    return before->number == 3 && order == '3' ? '*' : 'z';
}

/* The rotation about x, y, z, or between the axes across from `about`. */
static bool find_rotation(char order, char axis, char about,
                          symmetry_operation *out)
{
    const bool is_main = axis >= 'x' && axis <= 'z';
    const size_t turn =
        axis == '*' ? 0 : (size_t)((is_main ? axis : about) - 'x' + 1) % 3;

    for (size_t r = 0; r < sizeof rotations / sizeof *rotations; r++) {
        if (rotations[r].order != order ||
            rotations[r].axis != (is_main ? 'z' : axis))
            continue;
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 3; k++)
                out->rotation.row[(i + turn) % 3][(k + turn) % 3] =
                    rotations[r].row[i][k];
        return true;
    }
    return false;
}

/* A letter's translation, or a digit's: so many parts along the axis. */
static bool add_translation(char c, char order, char axis,
                            symmetry_operation *out)
{
    if (isdigit((unsigned char)c)) {
        if (axis < 'x' || axis > 'z' || c >= order)
            return false;
        out->shift[axis - 'x'] += (double)(c - '0') / (order - '0');
        return true;
    }
    for (size_t i = 0; i < sizeof translations / sizeof *translations; i++) {
        if (translations[i].symbol != c)
            continue;
        for (size_t k = 0; k < 3; k++)
            out->shift[k] += translations[i].shift[k] / 12.0;
        return true;
    }
    return false;
}

/* "-4bd", "2\"", "61": the cursor stands on it. */
static bool read_rotation(const char **at, const char *end, precedence *before,
                          group *g)
{
    symmetry_operation o = {0};
    const bool is_improper = **at == '-';

    *at += is_improper;
    if (*at >= end || strchr("12346", **at) == NULL)
        return false;
    const char order = *(*at)++;
    char axis = default_axis(order, before);
    if (*at < end && **at != '\0' && strchr("xyz'\"*", **at) != NULL)
        axis = *(*at)++;
    if (!find_rotation(order, axis, before->axis, &o))
        return false;
    for (size_t i = 0; i < 9 && is_improper; i++)
        o.rotation.row[i / 3][i % 3] *= -1;
    for (; *at < end && **at != ' ' && **at != '_' && **at != '('; ++*at)
        if (!add_translation((char)tolower((unsigned char)**at), order, axis,
                             &o))
            return false;
    before->order = order;
    before->axis = axis >= 'x' && axis <= 'z' ? axis : before->axis;
    before->number++;
    return add(g, &o);
}

/* "(x-y,x+y,z)", or "(0 0 4)" in twelfths. */
static bool read_basis(orma_str inside, symmetry_operation *out)
{
    scan s;
    double twelfths[3];

    if (memchr(inside.ptr, ',', inside.len) != NULL)
        return symmetry_parse(inside, out);
    *out = (symmetry_operation){{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {0, 0, 0}};
    scan_init(&s, "", inside);
    if (!scan_line(&s) || !scan_reals(&s, twelfths, 3))
        return false;
    for (size_t i = 0; i < 3; i++)
        out->shift[i] = twelfths[i] / 12;
    return true;
}

/* V·S·V⁻¹ for each operation. */
static bool change_basis(group *g, const symmetry_operation *basis)
{
    symmetry_operation back = {0};

    if (!cell_inverse(&basis->rotation, &back.rotation))
        return false;
    for (size_t i = 0; i < 3; i++)
        back.shift[i] = -vector_dot(back.rotation.row[i], basis->shift);
    for (size_t i = 0; i < g->count; i++) {
        symmetry_operation half;
        multiply(&g->operations[i], &back, &half);
        multiply(basis, &half, &g->operations[i]);
    }
    /* where the new cell is larger, the old vectors are its centrings */
    for (size_t k = 0; k < 3; k++) {
        symmetry_operation o = {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {0}};
        for (size_t i = 0; i < 3; i++)
            o.shift[i] = basis->rotation.row[i][k];
        if (!add(g, &o))
            return false;
    }
    return true;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '_' || c == '\t';
}

size_t symmetry_from_hall(orma_str symbol, symmetry_operation *out)
{
    static const signed char none[3];
    const char *at = symbol.ptr, *end = symbol.ptr + symbol.len;
    group g = {out, 0};
    precedence before = {1, '1', 'z'};
    symmetry_operation basis;

    while (at < end && is_gap(*at))
        at++;
    if (!add_shift(&g, none) || !read_lattice(&at, end, &g))
        return 0;
    while (at < end) {
        if (is_gap(*at)) {
            at++;
        } else if (*at == '(') {
            const char *close = memchr(at, ')', (size_t)(end - at));
            if (close == NULL || close + 1 != end ||
                !read_basis((orma_str){at + 1, (size_t)(close - at - 1)},
                            &basis) ||
                !change_basis(&g, &basis))
                return 0;
            at = end;
        } else if (before.number > 4 || !read_rotation(&at, end, &before, &g)) {
            return 0;
        }
    }
    return before.number > 1 && close_group(&g) ? g.count : 0;
}
