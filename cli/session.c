/* Opening the profile.
 *
 * SPDX-License-Identifier: MIT */
#include "session.h"

#include "failure.h"

int session_open(const invocation *inv, orma_profile **profile)
{
    orma_error *error = NULL;
    const orma_status st = orma_profile_open(inv->profile, profile, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}
