/* Backups: complete, incremental, and taken up again.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/backup.h>
#include <storage/container.h>
#include <storage/store_internal.h>

static int64_t store_text(store *s, int n, const char *text)
{
    node *made = fixture_int(n);
    node_put_bytes(made, "file", (orma_str){text, strlen(text)}, NULL);
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, &made, 1, NULL), ORMA_OK);
    const int64_t pk = made->pk;
    node_free(made);
    return pk;
}

static json_object *backup(store *s, const char *destination, int64_t keep)
{
    const backup_options o = {.keep = keep, .config = ORMA_LITERAL("{}\n")};
    json_object *report = NULL;
    orma_error *err = NULL;
    if (store_backup(s, destination, &o, &report, &err) != ORMA_OK) {
        char *text = error_chain(err);
        printf("# %s\n", text);
        CU_FAIL("no backup");
        free(text);
    }
    orma_error_free(err);
    return report;
}

static int64_t number(json_object *report, const char *key)
{
    const int64_t value = json_get_int(report, key, -1);
    json_object_put(report);
    return value;
}

/* How many backups there are, and of links the number of `path`. */
static int count_backups(const char *destination)
{
    DIR *dir = opendir(destination);
    int count = 0;
    for (const struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
        count += text_starts(e->d_name, "backup_");
    closedir(dir);
    return count;
}

static int64_t links_of(const char *destination, const char *path)
{
    struct stat info;
    char *full = text_printf("%s/last-backup/%s", destination, path);
    const int64_t links = stat(full, &info) == 0 ? (int64_t)info.st_nlink : -1;
    free(full);
    return links;
}

/* The copy opened as a storage of its own; SQLite's only, since a dump has to
 * be read in by a server. */
static store *open_copy(const char *destination)
{
    char *path = text_printf("%s/last-backup", destination);
    char *copy = text_printf("%s/restored", unit_temp_dir());
    const char *const argv[] = {"cp", "-aL", path, copy, NULL};
    CU_ASSERT_EQUAL(fixture_run(argv), 0);
    store *s = fixture_open(copy);
    free(path);
    free(copy);
    return s;
}

static bool has_text(store *s, int64_t pk, const char *text)
{
    node *n = NULL;
    buf out = {0};
    bool found = false;
    const bool ok =
        store_node(s, pk, &n, NULL) == ORMA_OK &&
        store_read_file(s, n, "file", &out, &found, NULL) == ORMA_OK && found &&
        strcmp(buf_c_str(&out), text) == 0;
    buf_free(&out);
    node_free(n);
    return ok;
}

static void a_copy_is_a_storage(void)
{
    store *s = fixture_create(NULL);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    const int64_t packed = store_text(s, 1, "packed");
    container_object object = {.bytes = ORMA_LITERAL("loose")};
    CU_ASSERT_EQUAL(container_put_loose(s->container, &object, NULL), ORMA_OK);
    const int64_t loose = store_text(s, 2, "loose");
    json_object *report = backup(s, destination, 1);
    CU_ASSERT_TRUE(text_starts(file_name(json_get_text(report, "folder", "")),
                               "backup_20"));
    json_object_put(report);
    CU_ASSERT_EQUAL(links_of(destination, "config.json"), 1);
    CU_ASSERT_EQUAL(links_of(destination, fixture_is_postgres()
                                              ? "db.psql"
                                              : "database.sqlite"),
                    1);
    char *live = text_printf("%s/live-backup", destination);
    CU_ASSERT_FALSE(file_exists(live));
    free(live);
    if (!fixture_is_postgres()) {
        store *copy = open_copy(destination);
        CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
        CU_ASSERT_TRUE(has_text(copy, packed, "packed"));
        CU_ASSERT_TRUE(has_text(copy, loose, "loose"));
        store_text(copy, 3, "it can be written to");
        store_close(copy);
    }
    free(destination);
    store_close(s);
}

static void unchanged_files_are_shared_and_never_written_to(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    container_object object = {.bytes = ORMA_LITERAL("loose")};
    container_put_loose(s->container, &object, NULL);
    store_text(s, 1, "first");
    CU_ASSERT_EQUAL(number(backup(s, destination, 5), "linked_files"), 0);
    /* Nothing new but the database: pack, loose file, config. */
    json_object *report = backup(s, destination, 5);
    CU_ASSERT_EQUAL(json_get_int(report, "copied_files", -1), 0);
    CU_ASSERT_EQUAL(number(report, "linked_files"), 3);
    CU_ASSERT_EQUAL(links_of(destination, "container/packs/0"), 2);
    /* A grown pack is a new file; the former backups keep theirs. */
    store_text(s, 2, "second");
    CU_ASSERT_EQUAL(number(backup(s, destination, 5), "copied_files"), 1);
    CU_ASSERT_EQUAL(links_of(destination, "container/packs/0"), 1);
    CU_ASSERT_EQUAL(count_backups(destination), 3);
    free(destination);
    free(folder);
    store_close(s);
}

static void old_backups_go(void)
{
    store *s = fixture_create(NULL);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    store_text(s, 1, "first");
    for (int i = 0; i < 4; i++)
        json_object_put(backup(s, destination, 1));
    CU_ASSERT_EQUAL(count_backups(destination), 2);
    CU_ASSERT_EQUAL(number(backup(s, destination, 0), "deleted_backups"), 2);
    CU_ASSERT_EQUAL(count_backups(destination), 1);
    CU_ASSERT_EQUAL(links_of(destination, "container/packs/0"), 1);
    free(destination);
    store_close(s);
}

static void what_others_made_stays(void)
{
    store *s = fixture_create(NULL);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    char *old = text_printf("%s/backup_20200131120000_mine", destination);
    char *live = text_printf("%s/live-backup/thesis.tex", destination);
    const backup_options options = {.keep = 0};
    json_object *report = NULL;
    orma_error *err = NULL;
    store_text(s, 1, "first");
    CU_ASSERT_EQUAL(file_mkdirs(old, 0700, NULL), ORMA_OK);
    for (int i = 0; i < 2; i++)
        json_object_put(backup(s, destination, 0));
    CU_ASSERT_TRUE(file_is_dir(old));
    CU_ASSERT_EQUAL(count_backups(destination), 2);

    CU_ASSERT_EQUAL(file_mkdirs_for(live, 0700, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_write(live, ORMA_LITERAL("text"), 0600, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(store_backup(s, destination, &options, &report, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(file_exists(live));
    orma_error_free(err);
    free(live);
    free(old);
    free(destination);
    store_close(s);
}

static bool stop_at_packs(void *user, const char *step, int64_t done,
                          int64_t total)
{
    (void)user;
    (void)done;
    (void)total;
    return !text_equal(step, "loose objects");
}

static void an_interrupted_backup_is_gone_on_with(void)
{
    store *s = fixture_create(NULL);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    char *live = text_printf("%s/live-backup", destination);
    const backup_options stopping = {.progress = stop_at_packs};
    json_object *report = NULL;
    for (int i = 0; i < 300; i++) {
        char text[32];
        container_object object = {
            .bytes = {text, (size_t)snprintf(text, sizeof text, "no. %d", i)}};
        container_put_loose(s->container, &object, NULL);
    }
    CU_ASSERT_EQUAL(store_backup(s, destination, &stopping, &report, NULL),
                    ORMA_E_CANCELLED);
    CU_ASSERT_TRUE(file_exists(live));
    CU_ASSERT_EQUAL(count_backups(destination), 0);
    CU_ASSERT_EQUAL(number(backup(s, destination, 1), "copied_files"),
                    300 - 256 + 1);
    CU_ASSERT_FALSE(file_exists(live));
    free(live);
    free(destination);
    store_close(s);
}

static void refuses_destinations_that_make_no_sense(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    store *other = NULL;
    const backup_options o = {.keep = 1};
    json_object *report = NULL;
    orma_error *err = NULL;
    char *inside = text_printf("%s/backups", folder);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    CU_ASSERT_EQUAL(store_backup(s, inside, &o, &report, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "lies in the storage"));
    CU_ASSERT_EQUAL(store_backup(s, "host:/backups", &o, &report, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "on another host"));
    json_object_put(backup(s, destination, 1));

    other = fixture_create(NULL);
    CU_ASSERT_EQUAL(store_backup(other, destination, &o, &report, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "backup of another profile"));

    const int fd = open(destination, O_RDONLY);
    CU_ASSERT_EQUAL(flock(fd, LOCK_EX), 0);
    CU_ASSERT_EQUAL(store_backup(s, destination, &o, &report, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "another backup"));
    close(fd);
    store_close(other);
    free(destination);
    free(inside);
    free(folder);
    store_close(s);
}

/* ---- while others write -------------------------------------------- */

static int write_on_and_on(const char *folder)
{
    store *s = fixture_open(folder);
    if (s == NULL)
        return 1;
    for (int i = 0; i < 150; i++) {
        char text[32];
        snprintf(text, sizeof text, "file %d", i);
        container_object object = {.bytes = {text, strlen(text)}};
        if (i % 2 == 0)
            container_put_loose(s->container, &object, NULL);
        store_text(s, i, text);
        container_upkeep u = {0};
        if (i % 10 == 0)
            container_pack(s->container, &u, NULL);
    }
    store_close(s);
    return 0;
}

static void copies_made_while_others_write_are_whole(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    char *destination = text_printf("%s/backups", unit_temp_dir());
    int status = 0;
    store_close(s);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(write_on_and_on(folder));
    s = fixture_open(folder);
    bool is_over = false;
    for (int rounds = 0; !is_over; rounds++) {
        is_over = waitpid(pid, &status, WNOHANG) != 0;
        json_object_put(backup(s, destination, 0));
        if (fixture_is_postgres())
            continue;
        store *copy = open_copy(destination);
        CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
        json_object *info = NULL;
        CU_ASSERT_EQUAL(store_info(copy, &info, NULL), ORMA_OK);
        const int64_t nodes = json_get_int(info, "nodes", 0);
        for (int64_t pk = 1; pk <= nodes; pk++) {
            char text[32];
            snprintf(text, sizeof text, "file %lld", (long long)pk - 1);
            if (!has_text(copy, pk, text))
                CU_FAIL("a file is not in the backup");
        }
        json_object_put(info);
        store_close(copy);
    }
    CU_ASSERT_EQUAL(status, 0);
    store_close(s);
    free(destination);
    free(folder);
}

static const unit_test tests[] = {
    {"a_copy_is_a_storage", a_copy_is_a_storage},
    {"unchanged_files_are_shared_and_never_written_to",
     unchanged_files_are_shared_and_never_written_to},
    {"old_backups_go", old_backups_go},
    {"what_others_made_stays", what_others_made_stays},
    {"an_interrupted_backup_is_gone_on_with",
     an_interrupted_backup_is_gone_on_with},
    {"refuses_destinations_that_make_no_sense",
     refuses_destinations_that_make_no_sense},
    {"copies_made_while_others_write_are_whole",
     copies_made_while_others_write_are_whole},
    {NULL, NULL},
};

const unit_suite backup_suite = {"backup", NULL, NULL, tests};
