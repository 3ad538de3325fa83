/* Are forces and stress of a relaxation below their thresholds?
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_THRESHOLDS_H
#define QEP_THRESHOLDS_H

#include "run.h"

/* relax: the last frame. vc-relax: the last but one, and, unless
 * except_final_scf, the last. frames: what output_trajectory gets. A frame
 * without the numbers does not meet the thresholds. */
bool run_meets_thresholds(const run *r, trajectory *frames,
                          bool except_final_scf);

#endif
