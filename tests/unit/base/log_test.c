/* The program's log.
 *
 * SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/log.h>
#include <base/text.h>

#include "unit/base/suites.h"

static void keep(void *user, int32_t level, const char *line)
{
    buf_printf(user, "%s:%s;", log_level_name(level), line);
}

static void drops_lines_below_its_level(void)
{
    AUTO_BUF buf seen = {0};

    log_set_sink(keep, &seen);
    log_line(ORMA_LOG_REPORT, "too quiet");
    log_line(ORMA_LOG_WARNING, "process=%d", 7);
    log_set_level(ORMA_LOG_DEBUG);
    log_line(ORMA_LOG_DEBUG, "all");
    log_set_level(ORMA_LOG_WARNING);
    log_set_sink(NULL, NULL);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&seen), "WARNING:process=7;DEBUG:all;");
}

static void event_is_one_line(void)
{
    AUTO_BUF buf seen = {0};

    log_set_sink(keep, &seen);
    log_line(ORMA_LOG_ERROR, "a\nb\r\nc");
    log_set_sink(NULL, NULL);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&seen), "ERROR:a b  c;");
}

static void goes_to_standard_error_with_time_and_level(void)
{
    AUTO_FREE char *path = file_join(unit_temp_dir(), "log");
    AUTO_BUF buf text = {0};
    const int saved = dup(STDERR_FILENO);
    const int fd = open(path, O_WRONLY | O_CREAT, 0600);
    int64_t when = 0;

    CU_ASSERT_TRUE_FATAL(saved >= 0 && fd >= 0);
    CU_ASSERT_EQUAL(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    log_line(ORMA_LOG_CRITICAL, "daemon=%s", "stopped");
    CU_ASSERT_EQUAL(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    close(fd);
    CU_ASSERT_EQUAL(file_read(path, 1000, &text, NULL), ORMA_OK);
    CU_ASSERT_TRUE(text_ends(buf_c_str(&text), " CRITICAL daemon=stopped\n"));
    CU_ASSERT_TRUE_FATAL(text.len > 32);
    text.ptr[32] = '\0';
    CU_ASSERT_TRUE(time_parse(text.ptr, &when));
}

static void levels_have_aiidas_names(void)
{
    CU_ASSERT_STRING_EQUAL(log_level_name(ORMA_LOG_DEBUG), "DEBUG");
    CU_ASSERT_STRING_EQUAL(log_level_name(ORMA_LOG_INFO), "INFO");
    CU_ASSERT_STRING_EQUAL(log_level_name(ORMA_LOG_REPORT), "REPORT");
    CU_ASSERT_STRING_EQUAL(log_level_name(ORMA_LOG_WARNING), "WARNING");
    CU_ASSERT_STRING_EQUAL(log_level_name(ORMA_LOG_ERROR), "ERROR");
    CU_ASSERT_STRING_EQUAL(log_level_name(ORMA_LOG_CRITICAL), "CRITICAL");
    CU_ASSERT_STRING_EQUAL(log_level_name(35), "WARNING");
}

static const unit_test tests[] = {
    {"drops_lines_below_its_level", drops_lines_below_its_level},
    {"event_is_one_line", event_is_one_line},
    {"goes_to_standard_error_with_time_and_level",
     goes_to_standard_error_with_time_and_level},
    {"levels_have_aiidas_names", levels_have_aiidas_names},
    {NULL, NULL},
};

const unit_suite log_suite = {"log", NULL, NULL, tests};
