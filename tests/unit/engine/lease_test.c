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
    const char *folder = unit_temp_dir();
    orma_uuid uuid;

    uuid_generate(&uuid);
    CU_ASSERT_EQUAL_FATAL(lease_take(folder, &uuid, &first, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(lease_take(folder, &uuid, &second, NULL), ORMA_E_REFUSED);
    lease_release(&second);
    lease_release(&first);
    CU_ASSERT_EQUAL(lease_take(folder, &uuid, &second, NULL), ORMA_OK);
    lease_release(&second);
}

static void death_frees_a_lease(void)
{
    lease mine = {.fd = -1};
    const char *folder = unit_temp_dir();
    orma_uuid uuid;

    uuid_generate(&uuid);
    const pid_t child = fork();
    if (child == 0) {
        lease held = {.fd = -1};
        _exit(lease_take(folder, &uuid, &held, NULL) == ORMA_OK ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(lease_take(folder, &uuid, &mine, NULL), ORMA_OK);
    lease_release(&mine);
}

static void processes_do_not_stand_in_each_others_way(void)
{
    const char *folder = unit_temp_dir();
    lease held[20];
    orma_uuid uuid;

    for (size_t i = 0; i < 20; i++) {
        held[i] = (lease){.fd = -1};
        uuid_generate(&uuid);
        CU_ASSERT_EQUAL(lease_take(folder, &uuid, &held[i], NULL), ORMA_OK);
    }
    for (size_t i = 0; i < 20; i++)
        lease_release(&held[i]);
}

/* Whatever its runtime folder, a runner sees the other. */
static void the_environment_does_not_matter(void)
{
    const char *folder = unit_temp_dir();
    lease mine = {.fd = -1};
    orma_uuid uuid;
    int status = -1;

    uuid_generate(&uuid);
    CU_ASSERT_EQUAL(lease_take(folder, &uuid, &mine, NULL), ORMA_OK);
    const pid_t child = fork();
    if (child == 0) {
        lease other = {.fd = -1};
        setenv("XDG_RUNTIME_DIR", folder, 1);
        setenv("TMPDIR", folder, 1);
        _exit(lease_take(folder, &uuid, &other, NULL) == ORMA_E_REFUSED ? 0
                                                                        : 1);
    }
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    lease_release(&mine);
}

static const unit_test tests[] = {
    {"only one runner has a process", only_one_runner_has_a_process},
    {"death frees a lease", death_frees_a_lease},
    {"processes do not stand in each other's way",
     processes_do_not_stand_in_each_others_way},
    {"the environment does not matter", the_environment_does_not_matter},
    {NULL, NULL},
};

const unit_suite lease_suite = {"lease", NULL, NULL, tests};
