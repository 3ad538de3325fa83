/* Tests of core/query.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &document_suite, &operators_suite, &joins_suite,   &walks_suite,
        &refusals_suite, &indexes_suite,   &samples_suite, NULL,
    };

    return unit_run(suites);
}
