/* One frame of the XML file: an ionic step, or the output section.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_XML_FRAME_H
#define QEP_XML_FRAME_H

#include "trajectory.h"
#include "xml_reader.h"

#define FRAME_ENERGIES 4

typedef struct xml_frame {
    reals positions_angstrom;
    double cell_angstrom[3][3];
    unsigned cell_rows; /* bit i: row i was read */
    double energies_ev[FRAME_ENERGIES];
    unsigned energies; /* bit i: energy i was read */
    reals forces;
    reals stress;
    double dipoles[2][3]; /* electronic, ionic */
    unsigned dipole_rows;
    int64_t scf_iterations; /* 0: not told */
    bool is_damaged;        /* a text was no list of numbers */
} xml_frame;

void xml_frame_clear(xml_frame *f);
void xml_frame_finish(xml_frame *f);

/* Takes an element of the frame; path: below `step` or `output`. */
void xml_frame_take(xml_frame *f, const char *path, const char *text);

/* Appends the frame; with_structure: also its positions and cell. */
void xml_frame_append(const xml_frame *f, bool with_structure, trajectory *t);

bool xml_frame_has_failed(const xml_frame *f);

#endif
