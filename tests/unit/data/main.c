/* Tests of the bundle data/core.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/data/suites.h"
#include "unit/data/types.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &scalars_suite,     &collections_suite,
        &arrays_suite,      &structure_suite,
        &cif_suite,         &structure_files_suite,
        &pwi_suite,         &files_suite,
        &upf_suite,         &codes_suite,
        &aiida_suite,       &cif_file_suite,
        &spectra_suite,     &array_files_suite,
        &bands_files_suite, &trajectory_files_suite,
        &damage_suite,      NULL,
    };
    const int status = unit_run(suites);

    types_finish();
    return status;
}
