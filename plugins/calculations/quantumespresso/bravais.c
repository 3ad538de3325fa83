/* Cells of Quantum ESPRESSO's `ibrav`, as INPUT_PW.txt of 6.7 defines them.
 *
 * Each lattice is a row: its primitive vectors as combinations of the
 * conventional axes. The inverse of that matrix leads from a given cell to the
 * axes, whose lengths and angles are the parameters; building the cell anew
 * from these shows whether it was such a lattice, in pw.x's own orientation.
 *
 * SPDX-License-Identifier: MIT */
#include "bravais.h"

#include <math.h>
#include <string.h>

enum { A = 1, B = 2, C = 4, COSAB = 8, COSAC = 16, COSBC = 32 };

typedef struct lattice {
    int ibrav;
    unsigned keywords;
    double primitive[3][3]; /* rows, in units of the conventional axes */
    double fixed_cosab;     /* hexagonal: -1/2, else 0 */
} lattice;

/* Rhombohedral cells (5, -5) are no combination of conventional axes; they are
 * built by rhombohedral_cell(). */
static const lattice lattices[] = {
    {1, A, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 0},
    {2, A, {{-.5, 0, .5}, {0, .5, .5}, {-.5, .5, 0}}, 0},
    {3, A, {{.5, .5, .5}, {-.5, .5, .5}, {-.5, -.5, .5}}, 0},
    {-3, A, {{-.5, .5, .5}, {.5, -.5, .5}, {.5, .5, -.5}}, 0},
    {4, A | C, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, -.5},
    {5, A | COSAB, {{0}}, 0},
    {-5, A | COSAB, {{0}}, 0},
    {6, A | C, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 0},
    {7, A | C, {{.5, -.5, .5}, {.5, .5, .5}, {-.5, -.5, .5}}, 0},
    {8, A | B | C, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 0},
    {9, A | B | C, {{.5, .5, 0}, {-.5, .5, 0}, {0, 0, 1}}, 0},
    {-9, A | B | C, {{.5, -.5, 0}, {.5, .5, 0}, {0, 0, 1}}, 0},
    {91, A | B | C, {{1, 0, 0}, {0, .5, -.5}, {0, .5, .5}}, 0},
    {10, A | B | C, {{.5, 0, .5}, {.5, .5, 0}, {0, .5, .5}}, 0},
    {11, A | B | C, {{.5, .5, .5}, {-.5, .5, .5}, {-.5, -.5, .5}}, 0},
    {12, A | B | C | COSAB, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 0},
    {-12, A | B | C | COSAC, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 0},
    {13, A | B | C | COSAB, {{.5, 0, -.5}, {0, 1, 0}, {.5, 0, .5}}, 0},
    {-13, A | B | C | COSAC, {{.5, .5, 0}, {-.5, .5, 0}, {0, 0, 1}}, 0},
    {14, A | B | C | COSAB | COSAC | COSBC,
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 0},
};

typedef struct parameters {
    double a, b, c, cosab, cosac, cosbc;
} parameters;

static const lattice *find_lattice(int ibrav)
{
    for (size_t i = 0; i < sizeof lattices / sizeof *lattices; i++)
        if (lattices[i].ibrav == ibrav)
            return &lattices[i];
    return NULL;
}

static double dot(const double *u, const double *v)
{
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
}

static void multiply(const double left[3][3], const double (*right)[3],
                     double out[3][3])
{
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            out[i][j] = left[i][0] * right[0][j] + left[i][1] * right[1][j] +
                        left[i][2] * right[2][j];
}

/* The tables' matrices are all regular. */
static void invert(const double m[3][3], double out[3][3])
{
    double det = 0;

    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            const size_t r = (j + 1) % 3, s = (j + 2) % 3;
            const size_t p = (i + 1) % 3, q = (i + 2) % 3;
            out[i][j] = m[r][p] * m[s][q] - m[r][q] * m[s][p];
        }
    for (size_t i = 0; i < 3; i++)
        det += m[0][i] * out[i][0];
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            out[i][j] /= det;
}

/* Conventional axes with a along x and b in the xy plane; the triclinic form of
 * INPUT_PW's ibrav 14, of which all others are special cases. */
static void conventional_axes(const parameters *p, double axes[3][3])
{
    const double singamma = sqrt(1 - p->cosab * p->cosab);
    const double volume =
        sqrt(fmax(0, 1 + 2 * p->cosbc * p->cosac * p->cosab -
                         p->cosbc * p->cosbc - p->cosac * p->cosac -
                         p->cosab * p->cosab));
    const double rows[3][3] = {
        {p->a, 0, 0},
        {p->b * p->cosab, p->b * singamma, 0},
        {p->c * p->cosac, p->c * (p->cosbc - p->cosac * p->cosab) / singamma,
         p->c * volume / singamma},
    };
    memcpy(axes, rows, sizeof rows);
}

/* ibrav 5: threefold axis along z; -5: along (111). */
static void rhombohedral_cell(int ibrav, const parameters *p,
                              double cell[3][3])
{
    const double tx = sqrt((1 - p->cosab) / 2), ty = sqrt((1 - p->cosab) / 6);
    const double tz = sqrt((1 + 2 * p->cosab) / 3);
    const double a = p->a, s = p->a / sqrt(3);
    const double u = tz - 2 * sqrt(2) * ty, v = tz + sqrt(2) * ty;
    const double along_z[3][3] = {{a * tx, -a * ty, a * tz},
                                  {0, 2 * a * ty, a * tz},
                                  {-a * tx, -a * ty, a * tz}};
    const double along_111[3][3] = {
        {s * u, s * v, s * v}, {s * v, s * u, s * v}, {s * v, s * v, s * u}};

    memcpy(cell, ibrav == 5 ? along_z : along_111, sizeof along_z);
}

static parameters measure(const lattice *l, const double cell[3][3])
{
    double axes[3][3], inverse[3][3];

    memcpy(axes, cell, sizeof axes);
    if (l->ibrav != 5 && l->ibrav != -5) {
        invert(l->primitive, inverse);
        multiply((const double(*)[3])inverse, cell, axes);
    }
    parameters p = {.a = sqrt(dot(axes[0], axes[0])),
                    .b = sqrt(dot(axes[1], axes[1])),
                    .c = sqrt(dot(axes[2], axes[2])),
                    .cosab = l->fixed_cosab};
    if ((l->keywords & B) == 0)
        p.b = p.a;
    if ((l->keywords & C) == 0)
        p.c = p.a;
    if ((l->keywords & COSAB) != 0)
        p.cosab = dot(axes[0], axes[1]) / (p.a * p.b);
    if ((l->keywords & COSAC) != 0)
        p.cosac = dot(axes[0], axes[2]) / (p.a * p.c);
    if ((l->keywords & COSBC) != 0)
        p.cosbc = dot(axes[1], axes[2]) / (p.b * p.c);
    return p;
}

static bool gives_cell(const lattice *l, const parameters *p,
                       const double cell[3][3], double tolerance)
{
    double axes[3][3], built[3][3];

    if (l->ibrav == 5 || l->ibrav == -5) {
        rhombohedral_cell(l->ibrav, p, built);
    } else {
        conventional_axes(p, axes);
        multiply(l->primitive, (const double(*)[3])axes, built);
    }
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            if (!(fabs(built[i][j] - cell[i][j]) <= tolerance))
                return false;
    return true;
}

static bool add_number(json_object *object, const char *key, double value)
{
    return json_object_object_add(object, key, json_object_new_double(value)) ==
           0;
}

orma_status bravais_parameters(int ibrav, const double cell[3][3],
                               double tolerance_angstrom, json_object *system,
                               orma_error **err)
{
    const lattice *l = find_lattice(ibrav);

    if (l == NULL)
        return refuse(err, "port \"parameters\": SYSTEM.ibrav %d is no "
                      "lattice of Quantum ESPRESSO; use 0", ibrav);
    const parameters p = measure(l, cell);
    if (!gives_cell(l, &p, cell, tolerance_angstrom))
        return refuse(err, "port \"parameters\": the structure's cell is not "
                      "that of SYSTEM.ibrav %d within %g angstrom; turn the "
                      "cell, use ibrav 0, or set IBRAV_CELL_TOLERANCE", ibrav,
                      tolerance_angstrom);
    const struct {
        unsigned keyword;
        const char *name;
        double value;
    } all[] = {{A, "a", p.a},           {B, "b", p.b},
               {C, "c", p.c},           {COSAB, "cosab", p.cosab},
               {COSAC, "cosac", p.cosac}, {COSBC, "cosbc", p.cosbc}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if ((l->keywords & all[i].keyword) != 0 &&
            !add_number(system, all[i].name, all[i].value))
            return no_memory(err);
    return ORMA_OK;
}
