/* Suites of the bundle data/core.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_DATA_SUITES_H
#define TESTS_UNIT_DATA_SUITES_H

#include "unit/runner.h"

extern const unit_suite scalars_suite;
extern const unit_suite collections_suite;
extern const unit_suite arrays_suite;
extern const unit_suite structure_suite;
extern const unit_suite cif_suite;
extern const unit_suite structure_files_suite;
extern const unit_suite pwi_suite;
extern const unit_suite files_suite;
extern const unit_suite upf_suite;
extern const unit_suite codes_suite;
extern const unit_suite aiida_suite;
extern const unit_suite cif_file_suite;
extern const unit_suite spectra_suite;
extern const unit_suite array_files_suite;
extern const unit_suite bands_files_suite;
extern const unit_suite trajectory_files_suite;
extern const unit_suite damage_suite;

#endif
