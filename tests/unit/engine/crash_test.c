/* Runners that die at any moment: another takes the process up, and its job
 * runs once.
 *
 * SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/engine/fixture.h"
#include "unit/engine/suites.h"

/* Deaths spread over twice the time that a run takes here. */
#define CRASHES 12
#define RUNS_MOST 20

static fixture f;

static int set_up(void)
{
    return fixture_open(&f) ? 0 : 1;
}

static int tear_down(void)
{
    fixture_close(&f);
    return 0;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_ns(int64_t ns)
{
    const struct timespec time = {ns / 1000000000, ns % 1000000000};
    nanosleep(&time, NULL);
}

static char *document(const char *counter)
{
    return text_printf(
        "{\"x\": 2, \"y\": 3, \"metadata\": {\"label\": \"%s\", \"options\":"
        " {\"prepend_text\": \"echo ran >> '%s'\"}}}",
        file_name(counter), counter);
}

/* A runner of its own, which opens the store itself. */
static pid_t start_runner(const char *counter)
{
    const pid_t child = fork();

    if (child != 0)
        return child;
    run_options options;
    int64_t pk = 0;
    AUTO_FREE char *text = document(counter);
    fixture_options(&options);
    if (!fixture_reopen(&f))
        _exit(1);
    process_inputs *inputs = fixture_inputs(&f, text);
    _exit(engine_run(f.registry, f.store, f.spec, inputs, &options, &pk,
                     NULL) == ORMA_OK
              ? 0
              : 2);
}

/* The process of that label, 0: the runner died before it was stored. */
static int64_t find_process(const char *label)
{
    node *n = NULL;
    int64_t pk = 0;

    if (store_find_node(f.store, label, "process.", &n, NULL) == ORMA_OK)
        pk = n->pk;
    node_free(n);
    return pk;
}

static void take_up_until_sealed(int64_t pk)
{
    run_options options;
    node *process = NULL;

    fixture_options(&options);
    for (int i = 0; i < RUNS_MOST; i++) {
        orma_error *error = NULL;
        const orma_status st =
            engine_resume(f.registry, f.store, pk, &options, &error);
        if (st != ORMA_OK && st != ORMA_E_NOT_FOUND)
            fixture_complain(error);
        else
            orma_error_free(error);
        CU_ASSERT_EQUAL_FATAL(store_node(f.store, pk, &process, NULL), ORMA_OK);
        const bool is_sealed = node_is_sealed(process);
        if (is_sealed)
            CU_ASSERT_EQUAL(
                json_get_int(process->attributes, "exit_status", -1), 0);
        node_free(process);
        if (is_sealed)
            return;
    }
    CU_FAIL("the process reached no end");
}

static void expect_one_run(const char *counter)
{
    AUTO_BUF buf lines = {0};

    CU_ASSERT_EQUAL(file_read(counter, 1000, &lines, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&lines), "ran\n");
}

static void a_job_runs_once_whenever_its_runner_dies(void)
{
    AUTO_FREE char *whole = fixture_path(&f, "whole");
    int status = 0;
    const int64_t begin = now_ns();
    waitpid(start_runner(whole), &status, 0);
    const int64_t usual_ns = now_ns() - begin;
    CU_ASSERT_EQUAL(status, 0);

    for (int i = 0; i < CRASHES; i++) {
        AUTO_FREE char *name = text_printf("crash-%d", i);
        AUTO_FREE char *counter = fixture_path(&f, name);
        const pid_t child = start_runner(counter);
        sleep_ns(usual_ns * (i + 1) / CRASHES);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        CU_ASSERT_FATAL(fixture_reopen(&f));
        const int64_t pk = find_process(name);
        if (pk == 0) { /* nothing was stored, so nothing may have run */
            CU_ASSERT_FALSE(file_exists(counter));
            continue;
        }
        take_up_until_sealed(pk);
        expect_one_run(counter);
    }
}

static const unit_test tests[] = {
    {"a job runs once whenever its runner dies",
     a_job_runs_once_whenever_its_runner_dies},
    {NULL, NULL},
};

const unit_suite crash_suite = {"crash", set_up, tear_down, tests};
