/* The reading of a standard output, shared by its parts: single facts
 * (stdout_facts.c) and blocks of lines (stdout_blocks.c).
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_STDOUT_INTERNAL_H
#define QEP_STDOUT_INTERNAL_H

#include "stdout_output.h"

struct stdout_reading;

/* Takes the next line of a block; false when the block is over. */
typedef bool (*block_taker)(struct stdout_reading *r, const char *line);

/* Sizes printed once, -1 (or 0 for reals) until then. */
typedef struct stdout_sizes {
    double alat_bohr, celldm1_bohr, volume_bohr3;
    int64_t atoms, types, bands, points;
    int64_t dense[3], smooth[3];
    bool has_dense, has_smooth;
} stdout_sizes;

/* What one self-consistent run showed so far. */
typedef struct scf_part {
    double threshold; /* ethr of the last diagonalization */
    bool has_threshold;
    double vdw_ev;
    bool has_vdw;
    reals moments, charges; /* of the last report before the end */
    double dipole_debye;
    bool has_dipole;
    double cell_dipoles[2], axes_dipoles[2][3]; /* electronic, ionic */
    unsigned field_dipoles; /* bits 0, 1: cell; bits 2, 3: axes */
} scf_part;

typedef struct stdout_reading {
    const job *j;
    const stdout_inputs *in;
    stdout_output *o;
    stdout_sizes sizes;
    scf_part part;
    bool is_in_scf; /* the first self-consistent run has begun */
    bool is_done;   /* JOB DONE was seen */
    bool has_positions, has_bfgs_end, has_bands_warning;
    bool has_init_time, has_initial_sites;
    bool moves_atoms, moves_cell, has_dynamics, has_bands_only;
    int64_t max_steps, bfgs_steps, scf_iterations; /* -1: not told */
    /* the block at hand */
    block_taker block;
    int64_t block_line;
    double block_unit; /* angstrom, or 0 for crystal coordinates */
    reals values;
    double cell_angstrom[3][3]; /* the last that is known */
    bool has_cell;
    unsigned axes_kind; /* of the dipoles' blocks */
} stdout_reading;

/* Facts that stand alone in a line. */
void facts_take(stdout_reading *r, const char *line);

/* Lines within a self-consistent run, and the blocks that they begin. */
void scf_take(stdout_reading *r, const char *line);

/* Blocks before the first self-consistent run. */
void setup_take(stdout_reading *r, const char *line);

/* The end of a self-consistent run's lines. */
void scf_end_part(stdout_reading *r);

void begin_block(stdout_reading *r, block_taker taker);

#endif
