/* Commands of a transport.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plugins/transports/subject.h"

static void gives_output_and_status(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("echo out; echo err >&2; exit 7", &out, &error),
                    7);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), "out\n");
    CU_ASSERT_STRING_EQUAL(buf_c_str(&error), "err\n");
}

static void tells_a_signal_as_a_shell_does(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("kill -TERM $$", &out, &error), 128 + 15);
}

static void runs_in_the_folder(void)
{
    AUTO_BUF buf out = {0}, error = {0}, home = {0};
    orma_writer home_writer = {&home, 0}, error_writer = {&error, 0};
    int32_t status = -1;

    CU_ASSERT_EQUAL(remote_exec("pwd -P", &out, &error), 0);
    CU_ASSERT(strstr(buf_c_str(&out), "subject-") != NULL);
    CU_ASSERT_EQUAL(it.t->exec(it.s, "[ \"$PWD\" -ef \"$HOME\" ] && echo home",
                               NULL, ORMA_LITERAL(""), 60, &home_writer,
                               &error_writer, &status, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&home), "home\n");
}

static void says_that_the_folder_is_missing(void)
{
    AUTO_BUF buf out = {0}, error = {0};
    orma_writer out_writer = {&out, 0}, error_writer = {&error, 0};
    int32_t status = 0;
    const orma_status st =
        it.t->exec(it.s, "true", remote_path("nowhere"), ORMA_LITERAL(""), 60,
                   &out_writer, &error_writer, &status, NULL);

    CU_ASSERT(st != ORMA_OK || status != 0);
}

static void carries_standard_input(void)
{
    AUTO_BUF buf input = {0}, out = {0}, error = {0};
    orma_writer out_writer = {&out, 0}, error_writer = {&error, 0};
    int32_t status = -1;

    while (input.len < (size_t)3 << 20) /* more than any pipe holds */
        buf_text(&input, "0123456789abcdef\n");
    CU_ASSERT_EQUAL(it.t->exec(it.s, "cat", it.remote, buf_view(&input), 60,
                               &out_writer, &error_writer, &status, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(out.len, input.len);
    CU_ASSERT(out.len == input.len && memcmp(out.ptr, input.ptr, out.len) == 0);
}

static void survives_a_command_that_reads_nothing(void)
{
    AUTO_BUF buf input = {0}, out = {0}, error = {0};
    orma_writer out_writer = {&out, 0}, error_writer = {&error, 0};
    int32_t status = -1;

    while (input.len < (size_t)1 << 20)
        buf_text(&input, "unread");
    CU_ASSERT_EQUAL(it.t->exec(it.s, "exec <&-; echo fine", it.remote,
                               buf_view(&input), 60, &out_writer, &error_writer,
                               &status, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), "fine\n");
}

static void carries_bytes_as_they_are(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("printf 'a\\000b\\377\\n\\n'", &out, &error),
                    0);
    CU_ASSERT_EQUAL(out.len, 6);
    CU_ASSERT(out.len == 6 && memcmp(out.ptr, "a\0b\377\n\n", 6) == 0);
}

static void much_on_both_streams_does_not_block(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("i=0; while [ $i -lt 20000 ]; do "
                                "echo 0123456789; echo abcdefghij >&2; "
                                "i=$((i + 1)); done",
                                &out, &error),
                    0);
    CU_ASSERT_EQUAL(out.len, 220000);
    CU_ASSERT_EQUAL(error.len, 220000);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_late_command_is_ended(void)
{
    AUTO_BUF buf out = {0}, error = {0};
    orma_writer out_writer = {&out, 0}, error_writer = {&error, 0};
    int32_t status = -1;
    const int64_t begin = now_ms();

    CU_ASSERT_EQUAL(it.t->exec(it.s, "sleep 30; touch late", it.remote,
                               ORMA_LITERAL(""), 1, &out_writer, &error_writer,
                               &status, NULL),
                    ORMA_E_TRANSIENT);
    CU_ASSERT(now_ms() - begin < 10000);
    CU_ASSERT_EQUAL(remote_type("late"), ORMA_FILE_UNKNOWN);
}

static void a_background_process_holds_nobody_up(void)
{
    AUTO_BUF buf out = {0}, error = {0};
    const int64_t begin = now_ms();

    CU_ASSERT_EQUAL(
        remote_exec("sleep 20 > /dev/null 2>&1 & echo started", &out, &error),
        0);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), "started\n");
    CU_ASSERT(now_ms() - begin < 10000);
}

static void refuses_more_output_than_the_sink_takes(void)
{
    AUTO_BUF buf out = {0}, error = {0};
    orma_writer out_writer = {&out, 1000}, error_writer = {&error, 1000};
    int32_t status = -1;

    CU_ASSERT_NOT_EQUAL(it.t->exec(it.s, "yes", it.remote, ORMA_LITERAL(""), 60,
                                   &out_writer, &error_writer, &status, NULL),
                        ORMA_OK);
    CU_ASSERT(out.len <= 1000);
}

static void knows_who_it_is(void)
{
    AUTO_BUF buf name = {0}, out = {0}, error = {0};
    orma_writer writer = {&name, 0};

    CU_ASSERT_EQUAL(it.t->whoami(it.s, &writer, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(remote_exec("printf %s \"$(id -un)\"", &out, &error), 0);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&name), buf_c_str(&out));
}

static const unit_test tests[] = {
    {"gives output and status", gives_output_and_status},
    {"tells a signal as a shell does", tells_a_signal_as_a_shell_does},
    {"runs in the folder", runs_in_the_folder},
    {"says that the folder is missing", says_that_the_folder_is_missing},
    {"carries standard input", carries_standard_input},
    {"survives a command that reads nothing",
     survives_a_command_that_reads_nothing},
    {"carries bytes as they are", carries_bytes_as_they_are},
    {"much on both streams does not block",
     much_on_both_streams_does_not_block},
    {"a late command is ended", a_late_command_is_ended},
    {"a background process holds nobody up",
     a_background_process_holds_nobody_up},
    {"refuses more output than the sink takes",
     refuses_more_output_than_the_sink_takes},
    {"knows who it is", knows_who_it_is},
    {NULL, NULL},
};

const unit_suite commands_suite = {"commands", subject_open, subject_close,
                                   tests};
