/* SPDX-License-Identifier: MIT */
#include "unit/runner.h"

#include <CUnit/TestRun.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TEMP_DIRS 256

static char *temp_dirs[MAX_TEMP_DIRS];
static size_t temp_dir_count;

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_temp_dirs(void)
{
    for (size_t i = 0; i < temp_dir_count; i++) {
        nftw(temp_dirs[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(temp_dirs[i]);
    }
    temp_dir_count = 0;
}

const char *unit_temp_dir(void)
{
    const char *base = getenv("TMPDIR");
    char path[4096];

    if (temp_dir_count == MAX_TEMP_DIRS)
        abort();
    if (temp_dir_count == 0)
        atexit(remove_temp_dirs);
    snprintf(path, sizeof path, "%s/orma-unit-XXXXXX",
             base != NULL ? base : "/tmp");
    if (mkdtemp(path) == NULL)
        abort();
    temp_dirs[temp_dir_count] = strdup(path);
    return temp_dirs[temp_dir_count++];
}

/* "# file:line: assertion" for every failure that CUnit recorded. */
static void print_failures(void)
{
    for (CU_pFailureRecord f = CU_get_failure_list(); f != NULL; f = f->pNext)
        printf("# %s:%u: %s\n", f->strFileName ? f->strFileName : "?",
               f->uiLineNumber, f->strCondition ? f->strCondition : "?");
}

static int run_one(CU_pSuite suite, CU_pTest test, unsigned number)
{
    const CU_ErrorCode code = CU_run_test(suite, test);
    const int ok = code == CUE_SUCCESS && CU_get_number_of_failures() == 0;

    if (!ok)
        print_failures();
    printf("%sok %u - %s: %s\n", ok ? "" : "not ", number, suite->pName,
           test->pName);
    fflush(stdout);
    return ok ? 0 : 1;
}

static int is_wanted(const unit_suite *suite)
{
    const char *only = getenv("UNIT_SUITE");
    return only == NULL || strcmp(only, suite->name) == 0;
}

int unit_run(const unit_suite *const *suites)
{
    unsigned planned = 0, number = 0;
    int failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 99;
    for (size_t i = 0; suites[i] != NULL; i++)
        for (const unit_test *t = suites[i]->tests;
             is_wanted(suites[i]) && t->name != NULL; t++)
            planned++;
    printf("1..%u\n", planned);
    for (size_t i = 0; suites[i] != NULL; i++) {
        if (!is_wanted(suites[i]))
            continue;
        /* CUnit would call set-up anew for each CU_run_test(): do it here. */
        CU_pSuite suite = CU_add_suite(suites[i]->name, NULL, NULL);
        if (suites[i]->setup != NULL && suites[i]->setup() != 0) {
            printf("Bail out! set-up of %s failed\n", suites[i]->name);
            return 99;
        }
        for (const unit_test *t = suites[i]->tests; t->name != NULL; t++)
            failed +=
                run_one(suite, CU_add_test(suite, t->name, t->run), ++number);
        if (suites[i]->teardown != NULL)
            suites[i]->teardown();
    }
    CU_cleanup_registry();
    return failed == 0 ? 0 : 1;
}
