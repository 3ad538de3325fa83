/* Files of AiiDA in all formats, and its daemon.
 *
 * SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <config/daemon.h>
#include <config/options.h>

#include "fixture.h"
#include "suites.h"

static const option_info *option_of(const char *name)
{
    const option_info *option = NULL;
    CU_ASSERT_EQUAL_FATAL(option_find(name, &option, NULL), ORMA_OK);
    return option;
}

static void set(config *c, const char *profile, const char *name,
                const char *text)
{
    orma_error *err = NULL;
    json_object *value = NULL;
    const option_info *option = option_of(name);
    CU_ASSERT_EQUAL_FATAL(option_parse(option, text, &value, &err), ORMA_OK);
    CU_ASSERT_EQUAL(option_set(c, profile, option, value, &err), ORMA_OK);
}

static void expect(config *c, const char *profile, const char *name,
                   const char *wanted)
{
    json_object *found = config_option(c, profile, name);
    CU_ASSERT_STRING_EQUAL(
        found != NULL ? json_object_get_string(found) : "none", wanted);
    json_object_put(found);
}

#define FILE_OF(version, options, rest)                                        \
    "{\n    \"CONFIG_VERSION\": {\n        \"CURRENT\": " version              \
    ",\n        \"OLDEST_COMPATIBLE\": " version "\n    },\n" rest             \
    "    \"profiles\": {},\n    \"options\": " options "\n}\n"

/* AiiDA 2.8 and before: the old names, also in what is written. */
static void a_file_of_format_9_keeps_its_names(void)
{
    const char *folder =
        fixture_folder(FILE_OF("9", "{\"logging.db_loglevel\": \"INFO\"}", ""));
    config *c = fixture_open();

    CU_ASSERT_EQUAL(config_format(c), 9);
    expect(c, NULL, "logging.database_handler", "INFO");
    expect(c, NULL, "logging.db_loglevel", "INFO");
    set(c, NULL, "broker.task_timeout", "7");
    set(c, NULL, "logging.database_handler", "debug");
    CU_ASSERT_EQUAL(config_save(c, NULL), ORMA_OK);
    char *text = fixture_read(folder, "config.json");
    CU_ASSERT_STRING_EQUAL(
        text, FILE_OF("9",
                      "{\n        \"logging.db_loglevel\": \"DEBUG\",\n"
                      "        \"rmq.task_timeout\": 7\n    }",
                      ""));
    free(text);
    config_close(c);
}

static void a_file_of_format_10_keeps_its_names(void)
{
    const char *folder = fixture_folder(
        FILE_OF("10", "{\"logging.db_loglevel\": \"INFO\"}", ""));
    config *c = fixture_open();

    CU_ASSERT_EQUAL(config_format(c), 10);
    expect(c, NULL, "logging.database_handler", "INFO");
    set(c, NULL, "rmq.task_timeout", "7");
    set(c, NULL, "logging.db_loglevel", "DEBUG");
    CU_ASSERT_EQUAL(config_save(c, NULL), ORMA_OK);
    char *text = fixture_read(folder, "config.json");
    CU_ASSERT_STRING_EQUAL(
        text, FILE_OF("10",
                      "{\n        \"broker.task_timeout\": 7,\n"
                      "        \"logging.database_handler\": \"DEBUG\"\n    }",
                      ""));
    free(text);
    config_close(c);
}

static void defaults_are_those_of_the_format(void)
{
    fixture_folder(FILE_OF("9", "{}", ""));
    config *c = fixture_open();
    expect(c, NULL, "logging.verdi_loglevel", "REPORT");
    config_close(c);
    fixture_folder(FILE_OF("10", "{}", ""));
    c = fixture_open();
    expect(c, NULL, "logging.verdi_loglevel", "INHERIT");
    config_close(c);
}

static void an_option_of_a_later_format_is_refused(void)
{
    fixture_folder(FILE_OF("9", "{}", ""));
    config *c = fixture_open();
    orma_error *err = NULL;

    CU_ASSERT_EQUAL(option_set(c, NULL, option_of("logging.terminal_handler"),
                               json_object_new_string("INFO"), &err),
                    ORMA_E_REFUSED);
    orma_error_free(err);
    config_close(c);
}

#define FOREIGN                                                                \
    "    \"$schema\": \"https://aiida.net/config.json\",\n"                    \
    "    \"acme\": {\n        \"deep\": [\n            1.5,\n"                 \
    "            null\n        ]\n    },\n"

/* Whatever else is there belongs to somebody. */
static void unknown_members_are_kept(void)
{
    const char *folder = fixture_folder(
        FILE_OF("10", "{\n        \"acme.own\": 1\n    }", FOREIGN));
    config *c = fixture_open();

    expect(c, NULL, "acme.own", "1");
    set(c, NULL, "daemon.timeout", "3");
    CU_ASSERT_EQUAL(config_save(c, NULL), ORMA_OK);
    char *text = fixture_read(folder, "config.json");
    CU_ASSERT_STRING_EQUAL(text, FILE_OF("10",
                                         "{\n        \"acme.own\": 1,\n"
                                         "        \"daemon.timeout\": 3\n    }",
                                         FOREIGN));
    free(text);
    config_close(c);
}

/* `process_control` is AiiDA's: also the password of its broker. */
static void a_profiles_broker_is_not_touched(void)
{
    const char *folder = fixture_folder(aiida_config);
    config *c = fixture_open();

    set(c, "main", "caching.default_enabled", "true");
    CU_ASSERT_EQUAL(config_save(c, NULL), ORMA_OK);
    char *text = fixture_read(folder, "config.json");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "            \"process_control\": {\n"
                     "                \"backend\": \"core.rabbitmq\",\n"
                     "                \"config\": {}\n"
                     "            },\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "            \"options\": {\n"
                     "                \"runner.poll.interval\": 1,\n"
                     "                \"caching.default_enabled\": true\n"
                     "            }\n"));
    free(text);
    config_close(c);
}

/* AiiDA 2.0 and its beta versions. */
static void files_of_formats_7_and_8_are_brought_up_to_9(void)
{
    static const char *const versions[] = {"7", "8"};
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *old = text_printf(
            "{\"CONFIG_VERSION\": {\"CURRENT\": %s, \"OLDEST_COMPATIBLE\": %s},"
            " \"default_profile\": \"test_a\", \"profiles\": {\"test_a\": "
            "{\"PROFILE_UUID\": \"0f5f\", \"storage\": {\"backend\": "
            "\"psql_dos\", \"config\": {}, \"_v6_backend\": \"django\"}, "
            "\"process_control\": {\"backend\": \"rabbitmq\", \"config\": "
            "{}}%s}}}",
            versions[i], versions[i], i == 1 ? ", \"test_profile\": true" : "");
        fixture_folder(old);
        config *c = fixture_open();
        const json_object *profile = NULL;
        const char *name = NULL;

        CU_ASSERT_EQUAL(config_format(c), 9);
        CU_ASSERT_EQUAL(config_profile(c, NULL, &name, &profile, NULL),
                        ORMA_OK);
        CU_ASSERT_STRING_EQUAL(
            json_get_text(json_get(profile, "storage"), "backend", ""),
            "core.psql_dos");
        CU_ASSERT_STRING_EQUAL(
            json_get_text(json_get(profile, "storage"), "_v6_backend", ""),
            "django");
        CU_ASSERT_STRING_EQUAL(
            json_get_text(json_get(profile, "process_control"), "backend", ""),
            "core.rabbitmq");
        CU_ASSERT_TRUE(json_get_bool(profile, "test_profile", false));
        config_close(c);
    }
}

/* ---- the table --------------------------------------------------- */

static void options_are_in_the_order_of_their_names(void)
{
    const option_info *option, *before = NULL;
    size_t n = 0;
    for (; (option = option_at(n)) != NULL; n++) {
        json_object *fallback = NULL;
        orma_error *err = NULL;
        CU_ASSERT(before == NULL || strcmp(before->name, option->name) < 0);
        CU_ASSERT_EQUAL(
            json_parse((orma_str){option->fallback, strlen(option->fallback)},
                       &fallback, NULL),
            ORMA_OK);
        CU_ASSERT_EQUAL(option_check(option, fallback, &err), ORMA_OK);
        CU_ASSERT(option->help[0] != '\0');
        orma_error_free(err);
        json_object_put(fallback);
        before = option;
    }
    CU_ASSERT_EQUAL(n, 35); /* of AiiDA 2.9, its two deprecated names apart */
}

static void refuses(const char *name, const char *text)
{
    json_object *value = NULL;
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(option_parse(option_of(name), text, &value, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NULL(value);
    orma_error_free(err);
}

static void values_are_of_their_options_type(void)
{
    refuses("daemon.timeout", "x");
    refuses("daemon.timeout", "1.5");
    refuses("daemon.timeout", "");
    refuses("caching.default_enabled", "maybe");
    refuses("logging.aiida_loglevel", "LOUD");
    refuses("logging.aiida_loglevel", "INHERIT");
    refuses("caching.enabled_for", "a b:c");
    refuses("caching.enabled_for", "[1]");
    refuses("caching.enabled_for", "[");

    json_object *value = NULL;
    CU_ASSERT_EQUAL(option_parse(option_of("caching.enabled_for"),
                                 "aiida.calculations:a  aiida.calculations:b",
                                 &value, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(value), 2);
    json_object_put(value);
}

static void global_options_are_not_a_profiles(void)
{
    fixture_folder(aiida_config);
    config *c = fixture_open();
    orma_error *err = NULL;
    bool was_set = true;

    CU_ASSERT_EQUAL(option_set(c, "main", option_of("autofill.user.email"),
                               json_object_new_string("a"), &err),
                    ORMA_E_REFUSED);
    error_clear(&err);
    CU_ASSERT_EQUAL(option_set(c, "none", option_of("daemon.timeout"),
                               json_object_new_int(1), &err),
                    ORMA_E_NOT_FOUND);
    orma_error_free(err);
    CU_ASSERT_EQUAL(
        option_unset(c, NULL, option_of("daemon.timeout"), &was_set, NULL),
        ORMA_OK);
    CU_ASSERT_TRUE(was_set);
    expect(c, NULL, "daemon.timeout", "2");
    CU_ASSERT_EQUAL(
        option_unset(c, NULL, option_of("daemon.timeout"), &was_set, NULL),
        ORMA_OK);
    CU_ASSERT_FALSE(was_set);
    config_close(c);
}

/* ---- the daemon -------------------------------------------------- */

/* A process whose command line is that of AiiDA's supervisor. */
static pid_t start_daemon(void)
{
    const pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "verdi", "-c",
              "exec -a 'verdi daemon start-circus' sleep 60 2>/dev/null || "
              "sleep 60",
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void a_running_daemon_is_found_by_its_pid_file(void)
{
    const char *folder = fixture_folder(aiida_config);
    const pid_t pid = start_daemon();
    AUTO_FREE char *text = text_printf("%ld\n", (long)pid);

    CU_ASSERT_EQUAL(daemon_pid(folder, "main"), 0);
    fixture_write(folder, "daemon/circus-main.pid", text);
    usleep(100000);
    CU_ASSERT_EQUAL(daemon_pid(folder, "main"), (long)pid);
    CU_ASSERT_EQUAL(daemon_pid(folder, "second"), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    CU_ASSERT_EQUAL(daemon_pid(folder, "main"), 0);
}

static void a_pid_of_another_program_is_no_daemon(void)
{
    const char *folder = fixture_folder(aiida_config);
    const pid_t pid = fork();
    if (pid == 0) {
        execlp("sleep", "sleep", "60", (char *)NULL);
        _exit(127);
    }
    usleep(100000);
    AUTO_FREE char *text = text_printf("%ld", (long)pid);
    fixture_write(folder, "daemon/aiida-main.pid", text);
    CU_ASSERT_EQUAL(daemon_pid(folder, "main"), 0);
    fixture_write(folder, "daemon/aiida-main.pid", "garbage");
    CU_ASSERT_EQUAL(daemon_pid(folder, "main"), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static const unit_test tests[] = {
    {"a_file_of_format_9_keeps_its_names", a_file_of_format_9_keeps_its_names},
    {"a_file_of_format_10_keeps_its_names",
     a_file_of_format_10_keeps_its_names},
    {"defaults_are_those_of_the_format", defaults_are_those_of_the_format},
    {"an_option_of_a_later_format_is_refused",
     an_option_of_a_later_format_is_refused},
    {"unknown_members_are_kept", unknown_members_are_kept},
    {"a_profiles_broker_is_not_touched", a_profiles_broker_is_not_touched},
    {"files_of_formats_7_and_8_are_brought_up_to_9",
     files_of_formats_7_and_8_are_brought_up_to_9},
    {"options_are_in_the_order_of_their_names",
     options_are_in_the_order_of_their_names},
    {"values_are_of_their_options_type", values_are_of_their_options_type},
    {"global_options_are_not_a_profiles", global_options_are_not_a_profiles},
    {"a_running_daemon_is_found_by_its_pid_file",
     a_running_daemon_is_found_by_its_pid_file},
    {"a_pid_of_another_program_is_no_daemon",
     a_pid_of_another_program_is_no_daemon},
    {0},
};

const unit_suite formats_suite = {"formats", NULL, NULL, tests};
