/* What pw.x's XML file says.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_XML_OUTPUT_H
#define QEP_XML_OUTPUT_H

#include "bands.h"
#include "crystal.h"
#include "trajectory.h"

/* What the input section says; for a parse without input nodes. */
typedef struct xml_inputs {
    char calculation[16]; /* "" when not said */
    double force_threshold_ry_bohr;
    double pressure_threshold_kbar;
    double pressure_kbar;
    bool has_constrained_cell;
    bool accepts_unconverged; /* electron_maxstep 0 or scf_must_converge off */
} xml_inputs;

typedef struct xml_output {
    dict parameters; /* output_parameters, symmetries in full */
    trajectory frames;
    size_t steps; /* ionic steps in the file */
    crystal crystal;
    band_data bands;
    xml_inputs inputs;
    fault fault; /* what is wrong with the file */
} xml_output;

void xml_output_init(xml_output *x);
void xml_output_finish(xml_output *x);

/* Reads the file `path` of the folder. Faults are ERROR_OUTPUT_XML_READ,
 * _PARSE, _FORMAT, and ERROR_UNEXPECTED_PARSER_EXCEPTION for a file that lacks
 * what it must have; *x is empty but for the fault then.
 * Errors: TRANSIENT, CANCELLED, NO_MEMORY. */
orma_status xml_output_read(const job *j, const orma_node *folder,
                            const char *path, xml_output *x, orma_error **err);

#endif
