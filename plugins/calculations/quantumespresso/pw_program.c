/* The tables of pw.x.
 *
 * SPDX-License-Identifier: MIT */
#include "program.h"

#include <string.h>

static const blocked_keyword blocked[] = {
    {"CONTROL", "pseudo_dir"}, {"CONTROL", "outdir"}, {"CONTROL", "prefix"},
    {"SYSTEM", "celldm"},      {"SYSTEM", "nat"},     {"SYSTEM", "ntyp"},
    {"SYSTEM", "a"},           {"SYSTEM", "b"},       {"SYSTEM", "c"},
    {"SYSTEM", "cosab"},       {"SYSTEM", "cosac"},   {"SYSTEM", "cosbc"},
    {NULL, NULL},
};

static const calculation_type types[] = {
    {"scf", "CONTROL SYSTEM ELECTRONS"},
    {"nscf", "CONTROL SYSTEM ELECTRONS"},
    {"bands", "CONTROL SYSTEM ELECTRONS"},
    {"relax", "CONTROL SYSTEM ELECTRONS IONS"},
    {"md", "CONTROL SYSTEM ELECTRONS IONS"},
    {"vc-relax", "CONTROL SYSTEM ELECTRONS IONS CELL"},
    {"vc-md", "CONTROL SYSTEM ELECTRONS IONS CELL"},
    {NULL, NULL},
};

static const setting settings[] = {
    {"CMDLINE", json_type_array},
    {"PARENT_FOLDER_SYMLINK", json_type_boolean},
    {"ONLY_INITIALIZATION", json_type_boolean},
    {"ENVIRON", json_type_object},
    {"NO_BANDS", json_type_boolean},
    {"ALSO_BANDS", json_type_boolean},
    {"FIXED_COORDS", json_type_array},
    {"ATOMIC_FORCES", json_type_array},
    {"ATOMIC_VELOCITIES", json_type_array},
    {"FORCE_KPOINTS_LIST", json_type_boolean},
    {"GAMMA_ONLY", json_type_boolean},
    {"NAMELISTS", json_type_array},
    {"IBRAV_CELL_TOLERANCE", json_type_double},
    {"PARSER_OPTIONS", json_type_object},
    {NULL, json_type_null},
};

static const parallel_flag flags[] = {
    {"npool", "nk npools"},
    {"nband", "nb nbgrp nband_group"},
    {"ntg", "nt ntask_groups nyfft"},
    {"ndiag", "northo nd nproc_diag nproc_ortho"},
    {NULL, NULL},
};

const program pw_program = {
    .executable = "pw.x",
    .verbosity = "high",
    .blocked = blocked,
    .types = types,
    .settings = settings,
    .flags = flags,
    .save_folder = "out/aiida.save",
    .restart_from = "out/*",
    .restart_to = "./out/",
    .links_parent = false,
};

const calculation_type *program_type(const program *p, const char *name)
{
    for (const calculation_type *t = p->types; t->name != NULL; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

bool has_word(const char *words, const char *word)
{
    const size_t len = strlen(word);

    if (len == 0)
        return false;
    for (const char *at = words; (at = strstr(at, word)) != NULL; at++)
        if ((at == words || at[-1] == ' ') &&
            (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}
