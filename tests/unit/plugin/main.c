/* SPDX-License-Identifier: MIT */
#include "unit/runner.h"

extern const unit_suite manifest_suite;
extern const unit_suite registry_suite;
extern const unit_suite cache_suite;
extern const unit_suite loader_suite;
extern const unit_suite host_suite;
extern const unit_suite check_suite;

int main(void)
{
    static const unit_suite *const suites[] = {
        &manifest_suite, &registry_suite, &cache_suite, &loader_suite,
        &host_suite,     &check_suite,    NULL,
    };
    return unit_run(suites);
}
