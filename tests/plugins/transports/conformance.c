/* What every transport must do, through its table alone.
 *
 *   conformance [ENTRY PARAMETERS REMOTE_FOLDER]   default: core.local
 *
 * SPDX-License-Identifier: MIT */
#include "plugins/transports/subject.h"

int main(int argc, char **argv)
{
    static const unit_suite *const suites[] = {&commands_suite, &files_suite,
                                               &trees_suite, NULL};

    if (argc == 4)
        subject_choose(argv[1], argv[2], argv[3]);
    return unit_run(suites);
}
