/* Reading and writing config.json.
 *
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "fixture.h"
#include "suites.h"

static void missing_folder_is_an_empty_configuration(void)
{
    const char *folder = fixture_folder(NULL);
    char *below = file_join(folder, "not-there");
    setenv("ORMA_PATH", below, 1);
    config *c = fixture_open();

    CU_ASSERT_STRING_EQUAL(config_folder(c), below);
    CU_ASSERT_PTR_NULL(config_default_profile(c));
    json_object *names = config_profile_names(c);
    CU_ASSERT_EQUAL(json_object_array_length(names), 0);
    json_object_put(names);
    CU_ASSERT_FALSE(file_exists(below)); /* nothing is written */
    config_close(c);
    free(below);
}

static void reads_a_file_of_aiida(void)
{
    fixture_folder(aiida_config);
    config *c = fixture_open();
    json_object *names = config_profile_names(c);

    CU_ASSERT_EQUAL(json_object_array_length(names), 2);
    CU_ASSERT_STRING_EQUAL(config_default_profile(c), "main");
    json_object_put(names);
    config_close(c);
}

static void parent_of_an_aiida_folder_works(void)
{
    const char *folder = fixture_folder(NULL);
    char *expected = file_join(folder, ".aiida");
    fixture_write(folder, ".aiida/config.json", aiida_config);
    config *c = fixture_open();

    CU_ASSERT_STRING_EQUAL(config_folder(c), expected);
    CU_ASSERT_STRING_EQUAL(config_default_profile(c), "main");
    config_close(c);
    free(expected);
}

static void takes_the_first_existing_folder_of_a_list(void)
{
    const char *folder = fixture_folder(aiida_config);
    char *list = text_printf("/nonexistent:%s:/other", folder);
    setenv("ORMA_PATH", list, 1);
    config *c = fixture_open();

    CU_ASSERT_STRING_EQUAL(config_folder(c), folder);
    config_close(c);
    free(list);
}

static void default_folder_is_in_the_home(void)
{
    const char *folder = fixture_folder(NULL);
    char *expected = file_join(folder, ".orma");
    unsetenv("ORMA_PATH");
    setenv("HOME", folder, 1);
    config *c = fixture_open();

    CU_ASSERT_STRING_EQUAL(config_folder(c), expected);
    config_close(c);
    free(expected);
}

static void refuses(const char *content, const char *wanted)
{
    char *message = NULL;
    fixture_folder(content);
    CU_ASSERT_TRUE(fixture_refused(ORMA_E_INVALID, &message));
    CU_ASSERT_PTR_NOT_NULL(strstr(message, wanted));
    CU_ASSERT_PTR_NOT_NULL(strstr(message, "config.json"));
    free(message);
}

static void refuses_malformed_json_with_its_place(void)
{
    refuses("{\n  \"profiles\": {,\n}", "line 2");
}

static void refuses_a_newer_format(void)
{
    refuses("{\"CONFIG_VERSION\": {\"CURRENT\": 11, "
            "\"OLDEST_COMPATIBLE\": 11}}",
            "11");
}

static void reads_a_newer_format_that_says_it_is_compatible(void)
{
    fixture_folder("{\"CONFIG_VERSION\": {\"CURRENT\": 11, "
                   "\"OLDEST_COMPATIBLE\": 9}, \"profiles\": {}}");
    config_close(fixture_open());
}

static void refuses_the_format_of_an_old_aiida(void)
{
    refuses("{\"CONFIG_VERSION\": {\"CURRENT\": 5, "
            "\"OLDEST_COMPATIBLE\": 5}}",
            "old AiiDA");
}

static void refuses_a_profile_without_storage(void)
{
    refuses("{\"CONFIG_VERSION\": {\"CURRENT\": 9, \"OLDEST_COMPATIBLE\": 9},"
            "\"profiles\": {\"broken\": {}}}",
            "\"broken\"");
}

static void refuses_what_is_no_object(void)
{
    refuses("[1, 2]", "object");
}

static bool has_mode(const char *path, mode_t mode)
{
    struct stat info;
    return stat(path, &info) == 0 && (info.st_mode & 0777) == mode;
}

static void saves_what_aiida_reads(void)
{
    const char *folder = fixture_folder(NULL);
    char *below = text_printf("%s/new", folder);
    char target[16] = "";
    setenv("ORMA_PATH", below, 1);
    config *c = fixture_open();
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(config_save(c, &error), ORMA_OK);
    char *text = fixture_read(below, "config.json");
    /* Four blanks and the version's two numbers, as AiiDA writes them. */
    CU_ASSERT_STRING_EQUAL(text, "{\n"
                                 "    \"CONFIG_VERSION\": {\n"
                                 "        \"CURRENT\": 9,\n"
                                 "        \"OLDEST_COMPATIBLE\": 9\n"
                                 "    },\n"
                                 "    \"profiles\": {},\n"
                                 "    \"options\": {}\n"
                                 "}\n");
    char *path = file_join(below, "config.json");
    char *link = file_join(below, ".aiida");
    CU_ASSERT_TRUE(has_mode(below, 0700));
    CU_ASSERT_TRUE(has_mode(path, 0600));
    CU_ASSERT_EQUAL(readlink(link, target, sizeof target - 1), 1);
    CU_ASSERT_STRING_EQUAL(target, ".");
    free(link);
    free(path);
    free(text);
    config_close(c);
    free(below);
}

/* Name of the backup in the folder, "" when there is none. */
static void find_backup(const char *folder, char *name, size_t size)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    name[0] = '\0';
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (text_starts(entry->d_name, "config.json."))
            snprintf(name, size, "%s", entry->d_name);
    if (dir != NULL)
        closedir(dir);
}

static void a_change_keeps_a_dated_backup(void)
{
    const char *folder = fixture_folder(aiida_config);
    char name[256];
    config *c = fixture_open();
    orma_error *error = NULL;

    CU_ASSERT_TRUE(config_set_default_profile(c, "second"));
    CU_ASSERT_EQUAL(config_save(c, &error), ORMA_OK);
    find_backup(folder, name, sizeof name);
    /* config.json.YYYYmmdd-HHMMSS.ffffff */
    CU_ASSERT_EQUAL(strlen(name), strlen("config.json.20260701-120000.123456"));
    char *backup = fixture_read(folder, name);
    CU_ASSERT_STRING_EQUAL(backup, aiida_config);
    free(backup);
    config_close(c);
}

static void saving_without_change_keeps_no_backup(void)
{
    const char *folder = fixture_folder(aiida_config);
    char name[256];
    config *c = fixture_open();
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(config_save(c, &error), ORMA_OK);
    find_backup(folder, name, sizeof name);
    CU_ASSERT_STRING_EQUAL(name, "");
    char *text = fixture_read(folder, "config.json");
    CU_ASSERT_STRING_EQUAL(text, aiida_config); /* to the byte */
    free(text);
    config_close(c);
}

static void does_not_overwrite_what_another_program_changed(void)
{
    const char *folder = fixture_folder(aiida_config);
    config *c = fixture_open();
    orma_error *error = NULL;

    fixture_write(folder, "config.json", "{}");
    CU_ASSERT_EQUAL(config_save(c, &error), ORMA_E_TRANSIENT);
    char *text = fixture_read(folder, "config.json");
    CU_ASSERT_STRING_EQUAL(text, "{}");
    free(text);
    error_clear(&error);
    config_close(c);
}

static const unit_test tests[] = {
    {"missing_folder_is_an_empty_configuration",
     missing_folder_is_an_empty_configuration},
    {"reads_a_file_of_aiida", reads_a_file_of_aiida},
    {"parent_of_an_aiida_folder_works", parent_of_an_aiida_folder_works},
    {"takes_the_first_existing_folder_of_a_list",
     takes_the_first_existing_folder_of_a_list},
    {"default_folder_is_in_the_home", default_folder_is_in_the_home},
    {"refuses_malformed_json_with_its_place",
     refuses_malformed_json_with_its_place},
    {"refuses_a_newer_format", refuses_a_newer_format},
    {"reads_a_newer_format_that_says_it_is_compatible",
     reads_a_newer_format_that_says_it_is_compatible},
    {"refuses_the_format_of_an_old_aiida", refuses_the_format_of_an_old_aiida},
    {"refuses_a_profile_without_storage", refuses_a_profile_without_storage},
    {"refuses_what_is_no_object", refuses_what_is_no_object},
    {"saves_what_aiida_reads", saves_what_aiida_reads},
    {"a_change_keeps_a_dated_backup", a_change_keeps_a_dated_backup},
    {"saving_without_change_keeps_no_backup",
     saving_without_change_keeps_no_backup},
    {"does_not_overwrite_what_another_program_changed",
     does_not_overwrite_what_another_program_changed},
    {0},
};

const unit_suite config_suite = {"config", NULL, NULL, tests};
