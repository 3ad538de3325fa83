/* Leases: one runner for a process.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/text.h>
#include <engine/lease.h>

#include "unit/engine/suites.h"

static void only_one_runner_has_a_process(void)
{
    lease first = {.fd = -1}, second = {.fd = -1};
    orma_uuid uuid;

    uuid_generate(&uuid);
    CU_ASSERT_EQUAL_FATAL(lease_take(&uuid, &first, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(lease_take(&uuid, &second, NULL), ORMA_E_REFUSED);
    lease_release(&second);
    lease_release(&first);
    CU_ASSERT_EQUAL(lease_take(&uuid, &second, NULL), ORMA_OK);
    lease_release(&second);
}

static void death_frees_a_lease(void)
{
    lease mine = {.fd = -1};
    orma_uuid uuid;

    uuid_generate(&uuid);
    const pid_t child = fork();
    if (child == 0) {
        lease held = {.fd = -1};
        _exit(lease_take(&uuid, &held, NULL) == ORMA_OK ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(lease_take(&uuid, &mine, NULL), ORMA_OK);
    lease_release(&mine);
}

static const unit_test tests[] = {
    {"only one runner has a process", only_one_runner_has_a_process},
    {"death frees a lease", death_frees_a_lease},
    {NULL, NULL},
};

const unit_suite lease_suite = {"lease", NULL, NULL, tests};
