/* Who has a profile open.
 *
 * SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <config/access.h>

#include "fixture.h"
#include "suites.h"

static char *record_of(pid_t pid, const char *ending)
{
    return text_printf("access/main/%ld%s", (long)pid, ending);
}

static bool exists(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    const bool there = file_exists(path);
    free(path);
    return there;
}

/* A process that only waits to be killed. */
static pid_t start_sleeper(void)
{
    const pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    return pid;
}

static void stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void leaves_a_record_and_takes_it_away(void)
{
    const char *folder = fixture_folder(NULL);
    char *name = record_of(getpid(), ".pid");
    profile_access *access = NULL;
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error), ORMA_OK);
    char *text = fixture_read(folder, name);
    /* A Python list of the arguments, as AiiDA writes it. */
    CU_ASSERT_EQUAL(strncmp(text, "['", 2), 0);
    CU_ASSERT_TRUE(text_ends(text, "']"));
    free(text);
    access_close(access);
    CU_ASSERT_FALSE(exists(folder, name));
    free(name);
}

static void removes_records_of_dead_processes(void)
{
    const char *folder = fixture_folder(NULL);
    const pid_t dead = start_sleeper();
    stop(dead);
    char *name = record_of(dead, ".pid");
    fixture_write(folder, name, "['sleeper']");
    profile_access *access = NULL;
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error), ORMA_OK);
    CU_ASSERT_FALSE(exists(folder, name));
    access_close(access);
    free(name);
}

static void a_reused_pid_does_not_count(void)
{
    const char *folder = fixture_folder(NULL);
    const pid_t other = start_sleeper();
    char *name = record_of(other, ".pid");
    fixture_write(folder, name, "['a program that ended long ago']");

    json_object *others = access_others(folder, "main");
    CU_ASSERT_EQUAL(json_object_array_length(others), 0);
    json_object_put(others);
    stop(other);
    free(name);
}

static void lists_living_processes(void)
{
    const char *folder = fixture_folder(NULL);
    profile_access *access = NULL;
    orma_error *error = NULL;
    /* The sleeper has our own argument list: so has its record. */
    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error), ORMA_OK);
    char *own = record_of(getpid(), ".pid");
    char *text = fixture_read(folder, own);
    const pid_t other = start_sleeper();
    char *name = record_of(other, ".pid");
    fixture_write(folder, name, text);

    json_object *others = access_others(folder, "main");
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(others), 1);
    CU_ASSERT_EQUAL(json_object_get_int64(json_object_array_get_idx(others, 0)),
                    other);
    json_object_put(others);
    stop(other);
    access_close(access);
    free(name);
    free(text);
    free(own);
}

static void honours_the_lock_of_a_living_process(void)
{
    const char *folder = fixture_folder(NULL);
    const pid_t other = start_sleeper();
    char *name = record_of(other, ".lock");
    fixture_write(folder, name, "");
    profile_access *access = NULL;
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error),
                    ORMA_E_TRANSIENT);
    CU_ASSERT_PTR_NULL(access);
    error_clear(&error);
    char *own = record_of(getpid(), ".pid");
    CU_ASSERT_FALSE(exists(folder, own));
    stop(other);
    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error), ORMA_OK);
    access_close(access);
    free(own);
    free(name);
}

/* A profile of others, or on a medium that cannot be written. */
static void reads_what_it_may_not_write(void)
{
    const char *folder = fixture_folder(NULL);
    const pid_t other = start_sleeper();
    char *name = record_of(other, ".lock"), *own = record_of(getpid(), ".pid");
    char *records = file_join(folder, "access/main");
    char *above = file_join(folder, "access");
    profile_access *access = NULL;
    orma_error *error = NULL;
    const bool is_root = geteuid() == 0;

    fixture_write(folder, name, "");
    CU_ASSERT_EQUAL(chmod(folder, 0755), 0);
    CU_ASSERT_EQUAL(chmod(above, 0755), 0);
    CU_ASSERT_EQUAL(chmod(records, 0555), 0);
    CU_ASSERT_TRUE(!is_root || seteuid(65534) == 0);
    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error),
                    ORMA_E_TRANSIENT);
    error_clear(&error);
    /* No folder of records, and none can be made. */
    CU_ASSERT_EQUAL(access_open(records, "none", &access, &error), ORMA_OK);
    access_close(access);
    access = NULL;
    stop(other);
    CU_ASSERT_EQUAL(access_open(folder, "main", &access, &error), ORMA_OK);
    access_close(access);
    CU_ASSERT_TRUE(!is_root || seteuid(0) == 0);
    CU_ASSERT_FALSE(exists(folder, own));
    CU_ASSERT_EQUAL(chmod(records, 0755), 0);
    free(records);
    free(above);
    free(own);
    free(name);
}

static const unit_test tests[] = {
    {"leaves_a_record_and_takes_it_away", leaves_a_record_and_takes_it_away},
    {"removes_records_of_dead_processes", removes_records_of_dead_processes},
    {"a_reused_pid_does_not_count", a_reused_pid_does_not_count},
    {"lists_living_processes", lists_living_processes},
    {"honours_the_lock_of_a_living_process",
     honours_the_lock_of_a_living_process},
    {"reads_what_it_may_not_write", reads_what_it_may_not_write},
    {0},
};

const unit_suite access_suite = {"access", NULL, NULL, tests};
