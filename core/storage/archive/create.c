/* Creating an archive: collecting, rows, and the report.
 *
 * SPDX-License-Identifier: MIT */
#include "create_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/place.h>
#include <storage/staging.h>

void archive_selection_init(archive_selection *selection)
{
    *selection = (archive_selection){
        .all = true, .include_comments = true, .include_logs = true};
    traversal_defaults(TRAVERSE_EXPORT, &selection->rules);
}

void archive_selection_finish(archive_selection *selection)
{
    pk_set_free(&selection->nodes);
    pk_set_free(&selection->groups);
    pk_set_free(&selection->computers);
    pk_set_free(&selection->users);
}

orma_status creation_tell(const creation *c, const char *stage, int64_t done,
                          int64_t total, orma_error **err)
{
    const archive_progress *p = &c->options->progress;
    return p->tell == NULL ? ORMA_OK
                           : p->tell(p->user, stage, done, total, err);
}

/* ---- objects ----------------------------------------------------- */

typedef struct wanting {
    creation *c;
    int64_t node_pk;
} wanting;

static orma_status want_file(void *user, const char *path, const char *key,
                             orma_error **err)
{
    const wanting *w = user;
    creation *c = w->c;
    object_place place = {0};
    bool found = false;

    if (key == NULL) /* an empty folder */
        return ORMA_OK;
    orma_status st =
        object_find_place(c->s->container, key, &place, &found, err);
    if (st != ORMA_OK)
        return st;
    if (!found) {
        /* Of another host, waiting in the database for the container. */
        st = store_has_object(c->s, key, &found, err);
        place = (object_place){INT64_MAX, 1, 0};
    }
    if (st != ORMA_OK)
        return st;
    if (!found) {
        st = error_set(err, ORMA_E_PERMANENT, "archive", 0,
                       "file \"%s\" of node %lld is missing: object \"%.64s\" "
                       "is not in the container",
                       path, (long long)w->node_pk, key);
        error_hint(err, "restore the container from a backup");
        return st;
    }
    sqlite3_bind_text(c->want, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(c->want, 2, place.pack);
    sqlite3_bind_int64(c->want, 3, place.offset);
    sqlite3_bind_int64(c->want, 4, place.size);
    st = database_step(&c->database, c->want, err);
    if (st == ORMA_OK && sqlite3_changes(c->database.db) > 0) {
        c->object_count++;
        c->object_bytes += place.size;
    }
    return st;
}

orma_status creation_want_objects(creation *c, int64_t node_pk,
                                  orma_str repository, orma_error **err)
{
    AUTO_JSON json_object *tree = NULL;
    wanting w = {c, node_pk};

    if (str_equal(repository, "{}"))
        return ORMA_OK;
    const orma_status st = json_parse(repository, &tree, err);
    if (st != ORMA_OK)
        return error_set(err, st, "archive", 0,
                         "the repository_metadata of node %lld is damaged",
                         (long long)node_pk);
    return repository_walk(tree, want_file, &w, err);
}

/* ---- the whole --------------------------------------------------- */

/* Before hours of work, not behind them. */
static orma_status check_target(const char *path,
                                const archive_create_options *options,
                                orma_error **err)
{
    struct stat info;

    if (options->compression < 0 || options->compression > 9)
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "compression %d is not between 0 and 9",
                         (int)options->compression);
    if (stat(path, &info) != 0)
        return errno == ENOENT ? ORMA_OK
                               : error_errno(err, errno, "archive",
                                             "cannot examine \"%s\"", path);
    if (S_ISREG(info.st_mode) && options->overwrite)
        return ORMA_OK;
    const orma_status st = error_set(err, ORMA_E_REFUSED, "archive", 0,
                                     "\"%s\" exists already", path);
    if (S_ISREG(info.st_mode))
        error_hint(err, "replace it with --force");
    return st;
}

static orma_status collect_rows(creation *c, orma_error **err)
{
    orma_status st = creation_tell(c, "collecting", 0, 0, err);
    if (st == ORMA_OK)
        st = creation_collect(c, err);
    if (st == ORMA_OK)
        st = creation_write_rows(c, err);
    return st;
}

static orma_status report(const creation *c, const char *path, int64_t bytes,
                          json_object **out, orma_error **err)
{
    AUTO_JSON json_object *made = json_object_new_object();
    bool is_set = made != NULL && json_set_text(made, "path", path);

    for (int i = 0; is_set && i < TABLE_COUNT; i++)
        is_set = json_set_int(made, archive_table_word((enum archive_table)i),
                              c->counts[i]);
    if (!is_set || !json_set_int(made, "objects", c->object_count) ||
        !json_set_int(made, "object_bytes", c->object_bytes) ||
        !json_set_int(made, "taken_over", c->taken_over) ||
        !json_set_int(made, "bytes", bytes))
        return error_no_memory(err);
    *out = made;
    made = NULL;
    return ORMA_OK;
}

static orma_status create(creation *c, const char *path, int64_t *bytes,
                          orma_error **err)
{
    AUTO_FREE char *folder = file_folder(path);
    if (folder == NULL)
        return error_no_memory(err);
    orma_status st = database_create(folder, &c->database, err);
    if (st != ORMA_OK)
        return st;
    /* Objects of the view must not go while we read them. */
    st = container_lock_shared(c->s->container, err);
    if (st != ORMA_OK)
        return st;
    st = sql_begin_read(&c->s->db, err);
    if (st == ORMA_OK) {
        st = collect_rows(c, err);
        if (st == ORMA_OK && !c->options->is_dry_run)
            st = creation_write_file(c, path, bytes, err);
        sql_rollback(&c->s->db);
    }
    container_unlock(c->s->container);
    return st;
}

orma_status archive_create(store *s, const char *path,
                           const archive_selection *selection,
                           const archive_create_options *options,
                           json_object **out, orma_error **err)
{
    creation c = {.s = s, .selection = selection, .options = options};
    int64_t bytes = 0;

    orma_status st = check_target(path, options, err);
    if (st == ORMA_OK)
        st = create(&c, path, &bytes, err);
    if (st == ORMA_OK)
        st = report(&c, path, bytes, out, err);
    database_close(&c.database);
    pk_set_free(&c.nodes);
    pk_set_free(&c.groups);
    pk_set_free(&c.computers);
    pk_set_free(&c.users);
    buf_free(&c.unsealed);
    return st;
}
