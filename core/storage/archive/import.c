/* Importing an archive: everything is checked, then one transaction.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/container_internal.h>

/* So much content is put within the transaction of the rows, which keeps
 * others from writing a second or two: then a damaged archive leaves nothing
 * behind. More is put before it, in portions that stay. */
#define SMALL_BYTES ((int64_t)256 << 20)

#define LATE_TRIES 64

void archive_import_init(archive_import_options *options)
{
    *options = (archive_import_options){.makes_group = true, .max_ratio = 200};
}

orma_status import_tell(const import *m, const char *stage, int64_t done,
                        int64_t total, orma_error **err)
{
    const archive_progress *p = &m->options->progress;
    return p->tell == NULL ? ORMA_OK
                           : p->tell(p->user, stage, done, total, err);
}

/* ---- the transaction --------------------------------------------- */

static orma_status take_rows(import *m, orma_error **err)
{
    static orma_status (*const steps[])(import *, orma_error **) = {
        import_users,       import_computers, import_authinfos, import_nodes,
        import_extras,      import_comments,  import_logs,      import_links,
        import_named_group, import_groups,    import_group,
    };
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof steps / sizeof *steps; i++)
        st = steps[i](m, err);
    return st;
}

static orma_status transact(import *m, bool with_objects, orma_error **err)
{
    orma_status st = bulk_begin(m->to, BULK_IMPORT, &m->bulk, err);
    if (st != ORMA_OK)
        return st;
    m->now_ns = time_now_ns();
    st = take_rows(m, err);
    if (st == ORMA_OK && with_objects)
        st = import_objects(m, err);
    if (st == ORMA_OK)
        st = import_tell(m, "committing", 0, 0, err);
    if (st != ORMA_OK || m->options->is_dry_run) {
        bulk_abort(m->bulk);
        m->bulk = NULL;
        return st;
    }
    st = bulk_commit(m->bulk, err);
    m->bulk = NULL;
    return st;
}

/* As before the transaction. */
static void forget(import *m)
{
    id_map *const maps[] = {&m->users, &m->computers, &m->groups, &m->nodes};
    for (size_t k = 0; k < sizeof maps / sizeof *maps; k++)
        for (size_t i = 0; i < maps[k]->count; i++)
            maps[k]->items[i].to = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        m->counts[i].added = 0;
    /* Staged objects went with the transaction; others are there to stay. */
    if (m->to->is_away)
        m->objects.added = 0;
    m->has_existing_nodes = false;
    m->group_pk = m->group_added = 0;
    free(m->group_label);
    m->group_label = NULL;
}

/* Was it only that another import was quicker? PostgreSQL lets several work,
 * and refuses the rows that an earlier commit brought meanwhile. Each time one
 * is lost another one is in, so that as many as the tries may run at once. */
static bool was_late(const orma_error *why, int *times)
{
    for (; why != NULL; why = orma_error_cause(why))
        if (orma_error_status(why) == ORMA_E_INVALID &&
            orma_error_code(why) == ORMA_SQL_TAKEN)
            return ++*times < LATE_TRIES;
    return false;
}

/* Anew, when nothing of it was stored. */
static orma_status transact_again(import *m, bool with_objects,
                                  orma_error **err)
{
    orma_error *why = NULL;
    size_t tries = 0;
    int times_late = 0;
    orma_status st;

    do {
        error_clear(&why);
        forget(m);
        st = transact(m, with_objects, &why);
    } while (store_again(st, &tries, &why) ||
             (st != ORMA_OK && was_late(why, &times_late)));
    error_move(&why, err);
    return st;
}

/* Objects are in the container before the rows that name them are committed. */
static orma_status take_all(import *m, orma_error **err)
{
    container_count held;
    orma_status st = container_counts(m->from->container, &held, err);
    if (st != ORMA_OK)
        return st;
    const bool is_late = held.bytes <= SMALL_BYTES || m->to->is_away;
    if (!is_late)
        st = import_objects(m, err);
    return st == ORMA_OK ? transact_again(m, is_late, err) : st;
}

/* ---- the report -------------------------------------------------- */

static bool add_count(json_object *report, const char *word,
                      const import_count *count)
{
    json_object *both = json_object_new_object();
    return both != NULL && json_set_int(both, "new", count->added) &&
           json_set_int(both, "existing", count->total - count->added) &&
           json_set(report, word, both);
}

static bool add_group(json_object *report, const import *m)
{
    json_object *group = NULL;
    if (m->group_label != NULL && !m->options->is_dry_run) {
        group = json_object_new_object();
        if (group == NULL || !json_set_int(group, "pk", m->group_pk) ||
            !json_set_text(group, "label", m->group_label) ||
            !json_set_int(group, "added", m->group_added)) {
            json_object_put(group);
            return false;
        }
    }
    return json_set(report, "group", group);
}

static orma_status make_report(const import *m, json_object **out,
                               orma_error **err)
{
    AUTO_JSON json_object *report = json_object_new_object();
    bool is_set = report != NULL;

    for (int i = 0; is_set && i < TABLE_COUNT; i++)
        is_set = add_count(report, archive_table_word((enum archive_table)i),
                           &m->counts[i]);
    if (!is_set || !add_count(report, "objects", &m->objects) ||
        !add_group(report, m))
        return error_no_memory(err);
    *out = report;
    report = NULL;
    return ORMA_OK;
}

/* ---- the whole --------------------------------------------------- */

orma_status archive_import(store *to, store *from,
                           const archive_import_options *options,
                           json_object **report, orma_error **err)
{
import m = {.to = to, .from = from, .options = options };

    if (container_is_archive(to->container))
        return container_check_owner(to->container, err);
    /* Until the commit, so that maintenance deletes nothing of it. */
    orma_status st = container_lock_shared(to->container, err);
    if (st != ORMA_OK)
        return st;
    st = sql_begin_read(&from->db, err);
    if (st == ORMA_OK) {
        st = import_tell(&m, "checking rows", 0, 0, err);
        if (st == ORMA_OK)
            st = import_check_sizes(&m, err);
        if (st == ORMA_OK)
            st = import_check(&m, err);
        if (st == ORMA_OK)
            st = take_all(&m, err);
        sql_rollback(&from->db);
    }
    container_unlock(to->container);
    if (st == ORMA_OK)
        st = make_report(&m, report, err);
    id_map_free(&m.users);
    id_map_free(&m.computers);
    id_map_free(&m.groups);
    id_map_free(&m.nodes);
    free(m.group_label);
    return st;
}
