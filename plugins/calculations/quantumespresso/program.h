/* What one program of Quantum ESPRESSO lets the user set, as tables.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_PROGRAM_H
#define QE_PROGRAM_H

#include <json-c/json.h>
#include <stdbool.h>

/* A keyword that the module itself sets. */
typedef struct blocked_keyword {
    const char *namelist;
    const char *keyword;
} blocked_keyword;

/* The namelists of one value of CONTROL.calculation, blank-separated. */
typedef struct calculation_type {
    const char *name;
    const char *namelists;
} calculation_type;

/* A key of `settings` and the JSON type that it takes. */
typedef struct setting {
    const char *name;
    json_type type;
} setting;

/* A parallelization flag and its other spellings, blank-separated. */
typedef struct parallel_flag {
    const char *name;
    const char *aliases;
} parallel_flag;

/* All tables end with a NULL name. */
typedef struct program {
    const char *executable; /* for messages */
    const char *verbosity;  /* CONTROL.verbosity unless given */
    const blocked_keyword *blocked;
    const calculation_type *types;
    const setting *settings;
    const parallel_flag *flags;
    const char *save_folder;  /* where the XML file is */
    const char *restart_from; /* below the parent's folder */
    const char *restart_to;
    bool links_parent; /* PARENT_FOLDER_SYMLINK unless given */
} program;

extern const program pw_program;

/* The row for a value of CONTROL.calculation, or NULL. */
const calculation_type *program_type(const program *p, const char *name);

/* Whether the blank-separated `words` hold `word`. */
bool has_word(const char *words, const char *word);

#endif
