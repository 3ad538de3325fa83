/* The output nodes of a run.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_OUTPUTS_H
#define QEP_OUTPUTS_H

#include "run.h"

/* Attaches all outputs that the run has. *frames: the frames that went into
 * output_trajectory, those of r->xml or r->out.
 * Errors: as the host's functions. */
orma_status outputs_attach(run *r, trajectory **frames, orma_error **err);

#endif
