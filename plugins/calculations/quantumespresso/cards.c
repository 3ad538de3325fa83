/* Cards of the atoms, after the namelists.
 *
 * SPDX-License-Identifier: MIT */
#include "cards.h"

void card_atomic_species(text *out, const structure *s,
                         char *const *pseudo_files)
{
    char mass[32];

    text_add(out, "ATOMIC_SPECIES\n");
    for (size_t i = 0; i < s->kind_count; i++)
        text_add(out, "%-6s %s %s\n", s->kinds[i].name,
                 shortest(s->kinds[i].mass_amu, mass), pseudo_files[i]);
}

/* pw.x's flag is 0 for a coordinate that stays where it is. */
static void write_flags(text *out, json_object *row)
{
    for (size_t i = 0; i < 3; i++)
        text_add(out, " %d",
                 json_object_get_boolean(json_object_array_get_idx(row, i))
                     ? 0
                     : 1);
}

static void write_vectors(text *out, const structure *s, const char *card,
                          json_object *rows)
{
    text_add(out, "%s\n", card);
    for (size_t i = 0; i < s->site_count; i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        text_add(out, "%-6s", s->sites[i].kind);
        for (size_t k = 0; k < 3; k++)
            text_add(out, " %18.10f",
                     json_object_get_double(json_object_array_get_idx(row, k)));
        text_add(out, "\n");
    }
}

void card_atomic_positions(text *out, const structure *s, json_object *settings)
{
    static const char *const cards[] = {"ATOMIC_FORCES", "ATOMIC_VELOCITIES"};
    json_object *fixed = json_object_object_get(settings, "FIXED_COORDS");

    text_add(out, "ATOMIC_POSITIONS angstrom\n");
    for (size_t i = 0; i < s->site_count; i++) {
        const double *r = s->sites[i].position_angstrom;
        text_add(out, "%-6s %18.10f %18.10f %18.10f", s->sites[i].kind, r[0],
                 r[1], r[2]);
        if (fixed != NULL)
            write_flags(out, json_object_array_get_idx(fixed, i));
        text_add(out, "\n");
    }
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
        json_object *rows = json_object_object_get(settings, cards[i]);
        if (rows != NULL)
            write_vectors(out, s, cards[i], rows);
    }
}

void card_cell_parameters(text *out, const structure *s)
{
    text_add(out, "CELL_PARAMETERS angstrom\n");
    for (size_t i = 0; i < 3; i++)
        text_add(out, "%18.10f %18.10f %18.10f\n", s->cell_angstrom[i][0],
                 s->cell_angstrom[i][1], s->cell_angstrom[i][2]);
}
