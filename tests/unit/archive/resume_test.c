/* Creating and importing that die at any moment, and go on.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/suites.h"

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
#include <storage/store_internal.h>

#include "unit/archive/canonical.h"
#include "unit/storage/fixture.h"

#define NODES 3000

/* Folder data with a file each, of 1 to 200 bytes; every tenth file is the
 * same. */
static store *filled_store(char **folder)
{
    store *s = fixture_create(folder);
    unit *u = NULL;
    node **nodes = calloc(NODES, sizeof *nodes);
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    for (int i = 0; i < NODES; i++) {
        buf content = {0};
        buf_printf(&content, "file %d\n", i % 10 == 0 ? 0 : i);
        for (int k = 0; k < i % 37; k++)
            buf_printf(&content, "%d ", k * i);
        nodes[i] = node_create("data.core.folder.FolderData.");
        if (node_put_bytes(nodes[i], "file.txt", buf_view(&content), NULL) !=
                ORMA_OK ||
            unit_add_node(u, nodes[i], NULL) != ORMA_OK)
            abort();
        buf_free(&content);
    }
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    for (int i = 0; i < NODES; i++)
        node_free(nodes[i]);
    free(nodes);
    return s;
}

/* The process that reaches this step of a stage dies there. */
typedef struct death {
    const char *stage;
    int64_t done;
} death;

static orma_status die(void *user, const char *stage, int64_t done,
                       int64_t total, orma_error **err)
{
    const death *d = user;
    (void)total;
    (void)err;
    if (text_equal(stage, d->stage) && done >= d->done)
        kill(getpid(), SIGKILL);
    return ORMA_OK;
}

static orma_status create(store *s, const char *path, death *d, int64_t *taken)
{
    const archive_create_options options = {
        .compression = 6, .progress = {d != NULL ? die : NULL, d}};
    archive_selection all;
    json_object *report = NULL;
    orma_error *err = NULL;
    archive_selection_init(&all);
    const orma_status st =
        archive_create(s, path, &all, &options, &report, &err);
    if (st != ORMA_OK)
        printf("# %s\n", orma_error_message(err));
    orma_error_free(err);
    if (taken != NULL)
        *taken = json_get_int(report, "taken_over", -1);
    json_object_put(report);
    return st;
}

/* Runs it in a process of its own, which must be killed. */
static void die_creating(const char *folder, const char *path, death d)
{
    int status = 0;
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        store *s = fixture_open(folder);
        _exit(s != NULL && create(s, path, &d, NULL) == ORMA_OK ? 0 : 1);
    }
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void check_created(store *s, const char *path)
{
    store *archive = archive_opened(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(archive);
    CU_ASSERT_TRUE(canonical_same(s, archive));
    store_close(archive);
    char *part = text_printf("%s.part", path);
    CU_ASSERT_FALSE(file_exists(part));
    free(part);
}

static void creation_is_taken_up_after_a_kill(void)
{
    static const death deaths[] = {{"objects", 500},
                                   {"objects", 1500},
                                   {"objects", 2500},
                                   {"database", 0}};
    char *folder = NULL;
    store *s = filled_store(&folder);
    char *path = archive_temp("killed.aiida");
    int64_t taken = 0;
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        die_creating(folder, path, deaths[i]);
        CU_ASSERT_FALSE(file_exists(path));
    }
    CU_ASSERT_EQUAL(create(s, path, NULL, &taken), ORMA_OK);
    CU_ASSERT_TRUE(taken > 500);
    check_created(s, path);
    store_close(s);
    free(folder);
    free(path);
}

/* What was damaged in the .part is written again, what another request left is
 * not taken. */
static void a_damaged_part_is_mended(void)
{
    char *folder = NULL;
    store *s = filled_store(&folder);
    char *path = archive_temp("mended.aiida");
    char *part = text_printf("%s.part", path);
    struct stat info;
    int64_t taken = 0;

    die_creating(folder, path, (death){"database", 0});
    CU_ASSERT_EQUAL_FATAL(stat(part, &info), 0);
    FILE *file = fopen(part, "r+");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, info.st_size / 2, SEEK_SET);
    fputs("damage", file);
    fclose(file);
    CU_ASSERT_EQUAL(create(s, path, NULL, &taken), ORMA_OK);
    CU_ASSERT_TRUE(taken > 100 && taken < 2700);
    check_created(s, path);

    unlink(path);
    die_creating(folder, path, (death){"database", 0});
    store *other = archive_of_aiida("arithmetic");
    CU_ASSERT_EQUAL(create(other, path, NULL, &taken), ORMA_OK);
    CU_ASSERT_EQUAL(taken, 0);
    check_created(other, path);
    store_close(other);

    unlink(path);
    CU_ASSERT_EQUAL(
        file_write(part, ORMA_LITERAL("no zip file at all"), 0600, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(create(s, path, NULL, &taken), ORMA_OK);
    CU_ASSERT_EQUAL(taken, 0);
    check_created(s, path);
    store_close(s);
    free(part);
    free(folder);
    free(path);
}

/* ---- importing --------------------------------------------------- */

static void die_importing(const char *folder, const char *path, death d)
{
    int status = 0;
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        store *s = fixture_open(folder);
        store *from = archive_opened(path);
        archive_import_options options;
        archive_import_init(&options);
        options.progress = (archive_progress){die, &d};
        _exit(s != NULL && from != NULL &&
                      archive_taken(s, from, &options, NULL)
                  ? 0
                  : 1);
    }
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void import_is_whole_or_not_at_all(void)
{
    static const death deaths[] = {{"checking rows", 0},
                                   {"nodes", 2000},
                                   {"objects", 2000},
                                   {"committing", 0}};
    char *from_folder = NULL, *to_folder = NULL;
    store *s = filled_store(&from_folder);
    store *to = fixture_create(&to_folder);
    char *path = archive_temp("imported.aiida");
    CU_ASSERT_EQUAL_FATAL(create(s, path, NULL, NULL), ORMA_OK);
    char *before = canonical_dump(to);
    store_close(to);
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        die_importing(to_folder, path, deaths[i]);
        to = fixture_open(to_folder);
        CU_ASSERT_PTR_NOT_NULL_FATAL(to);
        char *after = canonical_dump(to);
        CU_ASSERT_STRING_EQUAL(before, after);
        free(after);
        store_close(to);
    }
    to = fixture_open(to_folder);
    store *archive = archive_opened(path);
    json_object *report = NULL;
    CU_ASSERT_TRUE(archive_taken(to, archive, NULL, &report));
    /* Objects of those that died are there already. */
    CU_ASSERT_TRUE(json_get_int(json_get(report, "objects"), "existing", 0) >=
                   2000);
    json_object_put(report);
    CU_ASSERT_TRUE(canonical_same(s, to));
    store_close(archive);
    store_close(to);
    store_close(s);
    free(before);
    free(from_folder);
    free(to_folder);
    free(path);
}

/* ---- stopping ---------------------------------------------------- */

static orma_status stop(void *user, const char *stage, int64_t done,
                        int64_t total, orma_error **err)
{
    (void)total;
    if (!text_equal(stage, user) || done == 0)
        return ORMA_OK;
    return error_set(err, ORMA_E_CANCELLED, "test", 0, "stopped");
}

static void both_can_be_stopped(void)
{
    char *folder = NULL;
    store *s = filled_store(&folder);
    store *to = fixture_create(NULL);
    char *path = archive_temp("stopped.aiida");
    archive_create_options how = {.compression = 1,
                                  .progress = {stop, (void *)"objects"}};
    archive_selection all;
    json_object *report = NULL;
    archive_selection_init(&all);
    CU_ASSERT_EQUAL(archive_create(s, path, &all, &how, &report, NULL),
                    ORMA_E_CANCELLED);
    CU_ASSERT_FALSE(file_exists(path));
    how.progress.tell = NULL;
    CU_ASSERT_EQUAL(archive_create(s, path, &all, &how, &report, NULL),
                    ORMA_OK);
    CU_ASSERT_TRUE(json_get_int(report, "taken_over", 0) > 0);
    json_object_put(report);

    store *archive = archive_opened(path);
    archive_import_options options;
    archive_import_init(&options);
    options.progress = (archive_progress){stop, (void *)"nodes"};
    CU_ASSERT_EQUAL(archive_import(to, archive, &options, &report, NULL),
                    ORMA_E_CANCELLED);
    options.progress.tell = NULL;
    CU_ASSERT_EQUAL(archive_import(to, archive, &options, &report, NULL),
                    ORMA_OK);
    json_object_put(report);
    CU_ASSERT_TRUE(canonical_same(s, to));
    store_close(archive);
    store_close(to);
    store_close(s);
    free(folder);
    free(path);
}

static const unit_test tests[] = {
    {"creation_is_taken_up_after_a_kill", creation_is_taken_up_after_a_kill},
    {"a_damaged_part_is_mended", a_damaged_part_is_mended},
    {"import_is_whole_or_not_at_all", import_is_whole_or_not_at_all},
    {"both_can_be_stopped", both_can_be_stopped},
    {0},
};

const unit_suite resume_suite = {"interrupted archives", NULL, NULL, tests};
