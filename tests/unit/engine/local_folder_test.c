/* Folders of runners: removed with them, whoever does it.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/local_folder.h>

#include "unit/engine/suites.h"

static orma_status count_one(void *user, const char *relative, const char *path,
                             bool is_dir, orma_error **err)
{
    (void)relative;
    (void)path;
    (void)is_dir;
    (void)err;
    ++*(int *)user;
    return ORMA_OK;
}

/* Files and empty folders below the user's own folder in `parent`. */
static int count_below(const char *parent)
{
    AUTO_FREE char *base = text_printf("%s/orma-%ld", parent, (long)getuid());
    int count = 0;

    CU_ASSERT_EQUAL(file_walk(base, count_one, &count, NULL), ORMA_OK);
    return count;
}

static void nothing_is_left_when_it_is_closed(void)
{
    const char *parent = unit_temp_dir();
    AUTO_FREE char *made = NULL;
    local_folder f = {0};

    CU_ASSERT_EQUAL_FATAL(local_folder_open(&f, parent, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(local_folder_make(&f, "sandbox", &made, NULL), ORMA_OK);
    CU_ASSERT(text_starts(made, f.path));
    CU_ASSERT(file_is_dir(made));
    local_folder_close(&f);
    CU_ASSERT_EQUAL(count_below(parent), 0);
    local_folder_close(&f); /* one that is not open */
}

static void a_live_runners_folder_stays(void)
{
    const char *parent = unit_temp_dir();
    AUTO_FREE char *made = NULL;
    local_folder first = {0}, second = {0};

    CU_ASSERT_EQUAL_FATAL(local_folder_open(&first, parent, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(local_folder_make(&first, "sandbox", &made, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(local_folder_open(&second, parent, NULL), ORMA_OK);
    CU_ASSERT(file_is_dir(made));
    CU_ASSERT_STRING_NOT_EQUAL(first.path, second.path);
    local_folder_close(&second);
    local_folder_close(&first);
}

static void a_dead_runners_folder_goes(void)
{
    const char *parent = unit_temp_dir();
    local_folder f = {0};
    int status = -1;
    const pid_t child = fork();

    if (child == 0) {
        char *made = NULL;
        _exit(local_folder_open(&f, parent, NULL) == ORMA_OK &&
                      local_folder_make(&f, "sandbox", &made, NULL) == ORMA_OK
                  ? 0
                  : 1);
    }
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(count_below(parent), 1); /* the sandbox */
    CU_ASSERT_EQUAL_FATAL(local_folder_open(&f, parent, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count_below(parent), 1); /* that of the new one */
    local_folder_close(&f);
}

static const unit_test tests[] = {
    {"nothing is left when it is closed", nothing_is_left_when_it_is_closed},
    {"a live runner's folder stays", a_live_runners_folder_stays},
    {"a dead runner's folder goes", a_dead_runners_folder_goes},
    {NULL, NULL},
};

const unit_suite local_folder_suite = {"local folder", NULL, NULL, tests};
