/* Unit cells: rows are the vectors a, b, c in Å.
 *
 * SPDX-License-Identifier: MIT */
#include "cell.h"

#include <math.h>

#define PI 3.14159265358979323846

double vector_dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void vector_cross(const double a[3], const double b[3], double out[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

double vector_length(const double a[3])
{
    return sqrt(vector_dot(a, a));
}

static double determinant(const matrix *cell)
{
    double cross[3];

    vector_cross(cell->row[1], cell->row[2], cross);
    return vector_dot(cell->row[0], cross);
}

double cell_volume(const matrix *cell)
{
    return fabs(determinant(cell));
}

/* Vectors count as lying in a plane (on a line) below this share of the
 * volume (area) that they would span at right angles. */
static const double flat = 1e-10;

static bool spans(double size, double at_right_angles)
{
    return isfinite(size) && size > 0 && size > flat * at_right_angles;
}

bool cell_is_regular(const matrix *cell, const bool pbc[3])
{
    const double *periodic[3] = {NULL, NULL, NULL};
    double cross[3];
    size_t n = 0;

    for (size_t i = 0; i < 3; i++)
        if (pbc[i])
            periodic[n++] = cell->row[i];
    if (n == 1)
        return spans(vector_length(periodic[0]), 0);
    if (n == 2) {
        vector_cross(periodic[0], periodic[1], cross);
        return spans(vector_length(cross),
                     vector_length(periodic[0]) * vector_length(periodic[1]));
    }
    if (n == 3)
        return spans(cell_volume(cell), vector_length(cell->row[0]) *
                                            vector_length(cell->row[1]) *
                                            vector_length(cell->row[2]));
    return true;
}

bool cell_inverse(const matrix *cell, matrix *out)
{
    static const bool all[3] = {true, true, true};

    if (!cell_is_regular(cell, all))
        return false;
    const double d = determinant(cell);
    for (size_t i = 0; i < 3; i++) {
        double cross[3];
        vector_cross(cell->row[(i + 1) % 3], cell->row[(i + 2) % 3], cross);
        for (size_t j = 0; j < 3; j++)
            out->row[j][i] = cross[j] / d;
    }
    return true;
}

void cell_apply(const matrix *cell, const double f[3], double out[3])
{
    for (size_t j = 0; j < 3; j++)
        out[j] = f[0] * cell->row[0][j] + f[1] * cell->row[1][j] +
                 f[2] * cell->row[2][j];
}

/* Exact where rounding of pi would leave 6e-17 instead of 0. */
static double cosine(double degrees)
{
    static const struct {
        double angle, cosine;
    } exact[] = {
        {90, 0},
        {60, 0.5},
        {120, -0.5},
    };
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
        if (fabs(degrees - exact[i].angle) < 1e-12)
            return exact[i].cosine;
    return cos(degrees * PI / 180);
}

orma_status cell_from_lengths(const double lengths[3], const double angles[3],
                              matrix *out, orma_error **err)
{
    for (size_t i = 0; i < 3; i++) {
        if (!(lengths[i] > 0) || !isfinite(lengths[i]))
            return refuse(err, "cell length %g is not positive", lengths[i]);
        if (!(angles[i] > 0) || !(angles[i] < 180))
            return refuse(err, "cell angle %g is not between 0 and 180",
                          angles[i]);
    }
    const double ca = cosine(angles[0]), cb = cosine(angles[1]),
                 cg = cosine(angles[2]);
    const double sg = sqrt(1 - cg * cg);
    const double y = (ca - cb * cg) / sg;
    const double z2 = 1 - cb * cb - y * y;
    if (!(z2 > flat))
        return refuse(err, "no cell has the angles %g, %g and %g", angles[0],
                      angles[1], angles[2]);
    *out = (matrix){{
        {lengths[0], 0, 0},
        {lengths[1] * cg, lengths[1] * sg, 0},
        {lengths[2] * cb, lengths[2] * y, lengths[2] * sqrt(z2)},
    }};
    return ORMA_OK;
}

void cell_to_lengths(const matrix *cell, double lengths[3], double angles[3])
{
    for (size_t i = 0; i < 3; i++)
        lengths[i] = vector_length(cell->row[i]);
    for (size_t i = 0; i < 3; i++) {
        const size_t j = (i + 1) % 3, k = (i + 2) % 3;
        double cross[3];
        vector_cross(cell->row[j], cell->row[k], cross);
        /* atan2 stays exact near 0 and 180, where acos loses half the digits */
        const double dot = vector_dot(cell->row[j], cell->row[k]);
        angles[i] = lengths[j] > 0 && lengths[k] > 0
                        ? atan2(vector_length(cross), dot) * 180 / PI
                        : 90;
    }
}

/* Which of celldm(2)…celldm(6) a lattice uses. */
enum {
    USES_B = 1,      /* celldm(2) = b/a > 0 */
    USES_C = 2,      /* celldm(3) = c/a > 0 */
    USES_COS4 = 4,   /* |celldm(4)| < 1 */
    USES_COS5 = 8,   /* |celldm(5)| < 1 */
    USES_COS6 = 16,  /* |celldm(6)| < 1 */
    USES_RHOMBO = 32 /* -1/2 < celldm(4) < 1 */
};

static const struct {
    int ibrav;
    unsigned uses;
} lattices[] = {
    {1, 0},
    {2, 0},
    {3, 0},
    {-3, 0},
    {4, USES_C},
    {5, USES_RHOMBO},
    {-5, USES_RHOMBO},
    {6, USES_C},
    {7, USES_C},
    {8, USES_B | USES_C},
    {9, USES_B | USES_C},
    {-9, USES_B | USES_C},
    {91, USES_B | USES_C},
    {10, USES_B | USES_C},
    {11, USES_B | USES_C},
    {12, USES_B | USES_C | USES_COS4},
    {-12, USES_B | USES_C | USES_COS5},
    {13, USES_B | USES_C | USES_COS4},
    {-13, USES_B | USES_C | USES_COS5},
    {14, USES_B | USES_C | USES_COS4 | USES_COS5 | USES_COS6},
};

static orma_status check_celldm(long ibrav, const double celldm[6],
                                orma_error **err)
{
    const size_t n = sizeof lattices / sizeof *lattices;
    size_t l = 0;

    while (l < n && lattices[l].ibrav != ibrav)
        l++;
    if (l == n)
        return refuse(err, "ibrav %ld is no Bravais lattice of pw.x", ibrav);
    if (!(celldm[0] > 0))
        return refuse(err, "ibrav %ld needs celldm(1) or A, positive", ibrav);
    for (size_t i = 1; i < 6; i++) {
        const bool uses = (lattices[l].uses & (1u << (i - 1))) != 0;
        const bool is_length = i < 3;
        if (uses && is_length && !(celldm[i] > 0))
            return refuse(err, "ibrav %ld needs celldm(%zu) or %s, positive",
                          ibrav, i + 1, i == 1 ? "B" : "C");
        if (uses && !is_length && !(fabs(celldm[i]) < 1))
            return refuse(err, "celldm(%zu) = %g is no cosine below 1", i + 1,
                          celldm[i]);
    }
    if ((lattices[l].uses & USES_RHOMBO) &&
        (!(celldm[3] > -0.5) || !(celldm[3] < 1)))
        return refuse(err,
                      "ibrav %ld needs celldm(4) between -0.5 and 1, not "
                      "%g",
                      ibrav, celldm[3]);
    return ORMA_OK;
}

static void set_rows(matrix *out, const matrix *rows, double scale)
{
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            out->row[i][j] = rows->row[i][j] * scale;
}

/* ibrav 1 to 7: one length, in units of which c is the axis ratio. */
static void high_symmetry(long ibrav, double a, double c, double cosine4,
                          matrix *out)
{
    const double tx = sqrt((1 - cosine4) / 2), ty = sqrt((1 - cosine4) / 6),
                 tz = sqrt((1 + 2 * cosine4) / 3);
    const double u = (tz - 2 * sqrt(2) * ty) / sqrt(3),
                 v = (tz + sqrt(2) * ty) / sqrt(3);
    const struct {
        int ibrav;
        double scale;
        matrix rows;
    } forms[] = {
        {1, 1, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
        {2, 0.5, {{{-1, 0, 1}, {0, 1, 1}, {-1, 1, 0}}}},
        {3, 0.5, {{{1, 1, 1}, {-1, 1, 1}, {-1, -1, 1}}}},
        {-3, 0.5, {{{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}}}},
        {4, 1, {{{1, 0, 0}, {-0.5, sqrt(3) / 2, 0}, {0, 0, c}}}},
        {5, 1, {{{tx, -ty, tz}, {0, 2 * ty, tz}, {-tx, -ty, tz}}}},
        {-5, 1, {{{u, v, v}, {v, u, v}, {v, v, u}}}},
        {6, 1, {{{1, 0, 0}, {0, 1, 0}, {0, 0, c}}}},
        {7, 0.5, {{{1, -1, c}, {1, 1, c}, {-1, -1, c}}}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].ibrav == ibrav)
            set_rows(out, &forms[i].rows, a * forms[i].scale);
}

/* ibrav 8 to 13 and 91: three lengths and, for monoclinic ones, the cosine k
 * and sine s of the angle. */
static void low_symmetry(long ibrav, const double length[3], double k,
                         matrix *out)
{
    const double a = length[0], b = length[1], c = length[2];
    const double s = sqrt(1 - k * k);
    const struct {
        int ibrav;
        matrix rows;
    } forms[] = {
        {8, {{{a, 0, 0}, {0, b, 0}, {0, 0, c}}}},
        {9, {{{a / 2, b / 2, 0}, {-a / 2, b / 2, 0}, {0, 0, c}}}},
        {-9, {{{a / 2, -b / 2, 0}, {a / 2, b / 2, 0}, {0, 0, c}}}},
        {91, {{{a, 0, 0}, {0, b / 2, -c / 2}, {0, b / 2, c / 2}}}},
        {10, {{{a / 2, 0, c / 2}, {a / 2, b / 2, 0}, {0, b / 2, c / 2}}}},
        {11,
         {{{a / 2, b / 2, c / 2},
           {-a / 2, b / 2, c / 2},
           {-a / 2, -b / 2, c / 2}}}},
        {12, {{{a, 0, 0}, {b * k, b * s, 0}, {0, 0, c}}}},
        {-12, {{{a, 0, 0}, {0, b, 0}, {c * k, 0, c * s}}}},
        {13, {{{a / 2, 0, -c / 2}, {b * k, b * s, 0}, {a / 2, 0, c / 2}}}},
        {-13, {{{a / 2, b / 2, 0}, {-a / 2, b / 2, 0}, {c * k, 0, c * s}}}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].ibrav == ibrav)
            set_rows(out, &forms[i].rows, 1);
}

orma_status cell_from_ibrav(long ibrav, const double celldm[6], matrix *out,
                            orma_error **err)
{
    const double a = celldm[0], b = a * celldm[1], c = a * celldm[2];
    const orma_status st = check_celldm(ibrav, celldm, err);

    if (st != ORMA_OK)
        return st;
    if (ibrav == 14) {
        const double alpha = celldm[3], beta = celldm[4], gamma = celldm[5];
        const double sg = sqrt(1 - gamma * gamma);
        const double y = (alpha - beta * gamma) / sg;
        const double z2 = 1 - beta * beta - y * y;
        if (!(z2 > 0))
            return refuse(err, "no cell has the cosines %g, %g and %g", alpha,
                          beta, gamma);
        *out = (matrix){{{a, 0, 0},
                         {b * gamma, b * sg, 0},
                         {c * beta, c * y, c * sqrt(z2)}}};
    } else if (ibrav >= -5 && ibrav <= 7) {
        high_symmetry(ibrav, a, celldm[2], celldm[3], out);
    } else {
        low_symmetry(ibrav, (const double[3]){a, b, c},
                     ibrav < 0 ? celldm[4] : celldm[3], out);
    }
    return ORMA_OK;
}
