/* Tests of structures from CIF files.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static void read_file(const char *name, structure_view *s)
{
    node *n = types_import("core.structure", NULL, types_data(name));
    types_structure(n, s);
    node_free(n);
}

/* Is there a site of this kind at the fractional place, up to the lattice?
 * For cells with right angles. */
static bool has_site(const structure_view *s, const char *kind, double x,
                     double y, double z)
{
    const double f[3] = {x, y, z};

    for (size_t i = 0; i < s->n; i++) {
        double apart = 0;
        for (size_t k = 0; k < 3; k++) {
            const double d = s->positions[i][k] / s->cell[k][k] - f[k];
            apart = fmax(apart, fabs(d - round(d)));
        }
        if (apart < 1e-9 && strcmp(s->kinds[i], kind) == 0)
            return true;
    }
    return false;
}

/* Six atoms: Ti at the origin and the centre, O at ±(u,u,0) and
 * (1/2±u, 1/2∓u, 1/2), R. W. G. Wyckoff, Crystal Structures 1, IV. */
static void operations_fill_the_cell(void)
{
    static structure_view s;
    const double u = 0.3053;

    read_file("rutile.cif", &s);
    CU_ASSERT_EQUAL(s.n, 6);
    CU_ASSERT_EQUAL(s.cell[0][0], 4.5937);
    CU_ASSERT_EQUAL(s.cell[0][1], 0);
    CU_ASSERT_EQUAL(s.cell[2][2], 2.9587);
    CU_ASSERT(s.pbc[0] && s.pbc[1] && s.pbc[2]);
    CU_ASSERT(has_site(&s, "Ti", 0, 0, 0));
    CU_ASSERT(has_site(&s, "Ti", 0.5, 0.5, 0.5));
    CU_ASSERT(has_site(&s, "O", u, u, 0));
    CU_ASSERT(has_site(&s, "O", -u, -u, 0));
    CU_ASSERT(has_site(&s, "O", 0.5 + u, 0.5 - u, 0.5));
    CU_ASSERT(has_site(&s, "O", 0.5 - u, 0.5 + u, 0.5));
}

/* 24 operations on (1/3, 2/3, 1/4) written as 0.3333, 0.6667: two atoms. */
static void rounded_special_positions_are_one_atom(void)
{
    static structure_view s;

    read_file("magnesium.cif", &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_EQUAL(s.cell[1][0], -0.5 * 3.2094);
    CU_ASSERT_DOUBLE_EQUAL(types_volume(&s), 46.4816, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(fabs(s.positions[0][2] - s.positions[1][2]),
                           5.2108 / 2, 1e-9);
}

static void shared_sites_become_alloys(void)
{
    node *n = types_import("core.structure", NULL, types_data("alloy.cif"));
    structure_view s;
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "GaIn");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "AsX");
    types_has_summary(n, "{As0.90X0.10}{Ga0.70In0.30}, 2 sites, 64.00 A^3");
    node_free(n);
}

/* Labels without type symbols, a text field inside of a loop. */
static void every_form_of_value_is_read(void)
{
    static structure_view s;

    read_file("quoting.cif", &s);
    CU_ASSERT_EQUAL(s.n, 3);
    CU_ASSERT_EQUAL(s.cell[1][1], 4.0);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "Na");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "O");
    CU_ASSERT_STRING_EQUAL(s.kinds[2], "Cl");
    CU_ASSERT_EQUAL(s.positions[1][2], 2.5);
    /* without operations the place stays as written */
    CU_ASSERT_EQUAL(s.positions[2][2], -1.25);
}

static void refuse(const char *file, const char *why)
{
    char name[256];
    snprintf(name, sizeof name, "malformed/%s", file);
    types_import_refused("core.structure", NULL, types_data(name), why);
}

static void damage_is_told_with_its_line(void)
{
    refuse("incomplete_row.cif",
           "incomplete_row.cif:3: the loop has 4 columns, but its 7 values");
    refuse("open_text_field.cif", "open_text_field.cif:4: the text field");
    refuse("open_quote.cif", "open_quote.cif:3: a quoted value");
    refuse("unknown_coordinates.cif", "unknown_coordinates.cif:11: \"?\"");
    refuse("two_atoms_in_one_place.cif",
           "two_atoms_in_one_place.cif:11: \"Cl1\" is at the place");
    refuse("bad_operation.cif", "bad_operation.cif:8: \"x,y,q\"");
}

static void a_group_without_operations_is_refused(void)
{
    refuse("group_without_operations.cif",
           "\"225\" is the space group, but the file lists no symmetry");
}

static const char hall_form[] =
    "data_x\n_cell_length_a 10\n_cell_length_b 10\n_cell_length_c 10\n"
    "_space_group_name_Hall '%s'\nloop_\n_atom_site_type_symbol\n"
    "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
    "Si %s\n";

/* One atom at this place in a group without a list of operations. */
static node *in_group(const char *symbol, const char *place)
{
    char content[1024];

    snprintf(content, sizeof content, hall_form, symbol, place);
    return types_import_text("core.structure", NULL, "hall.cif", content);
}

/* Multiplicities of the general position: International Tables for
 * Crystallography A. */
static void hall_symbols_make_whole_groups(void)
{
    static const struct {
        const char *symbol;
        size_t multiplicity;
    } groups[] = {
        {"P 1", 1},
        {"-P 1", 2},
        {"-P 2ybc", 4},
        {"-C 2yc", 8},
        {"P 2ac 2ab", 4},
        {"-I 2b 2c", 16},
        {"-F 2uv 2vw", 32},
        {"P 4w", 4},
        {"I -4 2bw", 16},
        {"-P 4n 2n", 16},
        {"-I 4bd 2c", 32},
        {"P 31", 3},
        {"R 3", 9},
        {"P 31 2 (0 0 4)", 6},
        {"-R 3 2\"c", 36},
        {"P 61", 6},
        {"-P 6c 2c", 24},
        {"P 2ac 2ab 3", 12},
        {"P -4 2 3", 24},
        {"-P 4 2 3", 48},
        {"-I 4bd 2c 3", 96},
        {"F 4d 2 3 -1d", 192},
        {"-F 4vw 2vw 3", 192},
        {"P 3* 2", 6}, /* R 3 2, rhombohedral axes */
        /* tetragonal cells of half the size and of twice the size */
        {"C 4 (x-y,x+y,z)", 4},
        {"P 4 (1/2*x+1/2y,-1/2x+1/2y,z)", 8},
    };

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        node *n = in_group(groups[i].symbol, "0.13 0.27 0.41");
        const size_t found =
            n != NULL
                ? json_object_array_length(json_get(n->attributes, "sites"))
                : 0;
        CU_ASSERT_EQUAL(found, groups[i].multiplicity);
        if (found != groups[i].multiplicity)
            printf("# %s: %zu\n", groups[i].symbol, found);
        node_free(n);
    }
}

/* Coordinates of the general positions, from the same tables. */
static void hall_symbols_place_the_images(void)
{
    const double x = 0.13, y = 0.27, z = 0.41;
    structure_view s;
    node *n = in_group("-P 2ybc", "0.13 0.27 0.41"); /* P 21/c */
    types_structure(n, &s);
    CU_ASSERT(has_site(&s, "Si", -x, y + 0.5, -z + 0.5));
    CU_ASSERT(has_site(&s, "Si", -x, -y, -z));
    CU_ASSERT(has_site(&s, "Si", x, -y + 0.5, z + 0.5));
    node_free(n);
    n = in_group("P 31 2 (0 0 4)", "0.13 0.27 0.41"); /* P 31 1 2 */
    types_structure(n, &s);
    CU_ASSERT(has_site(&s, "Si", -y, x - y, z + 1. / 3));
    CU_ASSERT(has_site(&s, "Si", -x + y, -x, z + 2. / 3));
    CU_ASSERT(has_site(&s, "Si", -y, -x, -z + 2. / 3));
    CU_ASSERT(has_site(&s, "Si", -x + y, y, -z + 1. / 3));
    CU_ASSERT(has_site(&s, "Si", x, x - y, -z));
    node_free(n);
    n = in_group("F 4d 2 3 -1d", "0 0 0"); /* diamond, F d -3 m : 1 */
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 8);
    CU_ASSERT(has_site(&s, "Si", 0.25, 0.25, 0.25));
    CU_ASSERT(has_site(&s, "Si", 0.75, 0.25, 0.75));
    node_free(n);
    n = in_group("-F 4vw 2vw 3", "0.125 0.125 0.125"); /* F d -3 m : 2 */
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 8);
    CU_ASSERT(has_site(&s, "Si", 0.875, 0.875, 0.875));
    CU_ASSERT(has_site(&s, "Si", 0.875, 0.375, 0.375));
    node_free(n);
    n = in_group("-P 4n 2n", "0.3053 0.3053 0"); /* oxygen of rutile */
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 4);
    CU_ASSERT(has_site(&s, "Si", 0.8053, 0.1947, 0.5));
    node_free(n);
}

static void wrong_hall_symbols_are_refused(void)
{
    static const char *const wrong[] = {
        "Q 2",      "P",           "P 5",         "P 2q", "-",
        "P 2 (1 2", "P 2 (a,b,c)", "P 2 (x,x,z)", "P 23"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char content[1024];
        snprintf(content, sizeof content, hall_form, wrong[i], "0 0 0");
        types_import_text_refused("core.structure", "hall.cif", content,
                                  "hall.cif:5: ");
    }
}

static void deuterium_is_refused(void)
{
    types_import_text_refused(
        "core.structure", "d.cif",
        "data_d\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\nloop_\n"
        "_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
        "_atom_site_fract_z\nD 0 0 0\n",
        "write H");
}

static void empty_files_are_refused(void)
{
    types_import_text_refused("core.structure", "empty.cif", "",
                              "holds no data block");
    types_import_text_refused("core.structure", "bare.cif", "_a 1\n",
                              "\"data_\" is expected");
    types_import_text_refused("core.structure", "nocell.cif", "data_x\n",
                              "_cell_length_a is missing");
}

static const char p1_head[] =
    "data_x\n_cell_length_a 10\n_cell_length_b 20\n_cell_length_c 30\n"
    "loop_\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
    "_atom_site_fract_z\n_atom_site_occupancy\n";

/* 0.01 Å apart, through the faces of the cell; the fourth 0.03 Å away. */
static void places_meet_through_the_faces_of_the_cell(void)
{
    char content[1024];
    structure_view s;
    snprintf(content, sizeof content,
             "%sGa 0.9995 0.00025 0.5 0.5\nIn 0.0005 0.99975 2.5 0.25\n"
             "Al -0.0001 1.0 -1.5 0.25\nAs 0.0025 0.0 0.5 1\n",
             p1_head);
    node *n = types_import_text("core.structure", NULL, "faces.cif", content);
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "AlGaIn");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "As");
    CU_ASSERT_EQUAL(s.positions[0][0], 9.995);
    node_free(n);
}

/* `count` atoms on a grid; the limit allows for sanitizers and slow machines,
 * comparing all of them with all took ten times as long. */
static void read_many(size_t count, bool is_each_a_kind)
{
    char *content = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&content, &len);
    fputs(p1_head, f);
    for (size_t i = 0; i < count; i++)
        fprintf(f, "Fe %.6f %.6f %.6f %.6f\n", (double)(i % 40) / 40,
                (double)(i / 40 % 40) / 40, (double)(i / 1600) / 40,
                is_each_a_kind ? (double)(i + 1) / (double)(2 * count) : 1);
    fclose(f);
    const int64_t start = time_now_ns();
    node *n = types_import_text("core.structure", NULL, "many.cif", content);
    const double taken_s = (double)(time_now_ns() - start) * 1e-9;
    printf("# %zu atoms: %.2f s\n", count, taken_s);
    CU_ASSERT(taken_s < 10);
    CU_ASSERT_EQUAL(json_object_array_length(json_get(n->attributes, "sites")),
                    count);
    CU_ASSERT_EQUAL(json_object_array_length(json_get(n->attributes, "kinds")),
                    is_each_a_kind ? count : 1);
    node_free(n);
    free(content);
}

static void many_atoms_are_read_in_little_time(void)
{
    read_many(60000, false);
    read_many(20000, true);
}

static const unit_test tests[] = {
    {"operations_fill_the_cell", operations_fill_the_cell},
    {"rounded_special_positions_are_one_atom",
     rounded_special_positions_are_one_atom},
    {"shared_sites_become_alloys", shared_sites_become_alloys},
    {"every_form_of_value_is_read", every_form_of_value_is_read},
    {"places_meet_through_the_faces_of_the_cell",
     places_meet_through_the_faces_of_the_cell},
    {"many_atoms_are_read_in_little_time", many_atoms_are_read_in_little_time},
    {"damage_is_told_with_its_line", damage_is_told_with_its_line},
    {"a_group_without_operations_is_refused",
     a_group_without_operations_is_refused},
    {"hall_symbols_make_whole_groups", hall_symbols_make_whole_groups},
    {"hall_symbols_place_the_images", hall_symbols_place_the_images},
    {"wrong_hall_symbols_are_refused", wrong_hall_symbols_are_refused},
    {"deuterium_is_refused", deuterium_is_refused},
    {"empty_files_are_refused", empty_files_are_refused},
    {NULL, NULL},
};

const unit_suite cif_suite = {"cif", NULL, NULL, tests};
