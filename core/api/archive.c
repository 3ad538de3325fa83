/* Archives: options in, reports out.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/archive.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <api/defaults.h>
#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/archive.h>
#include <storage/groups.h>

/* A program's callback behind the library's own. */
typedef struct listener {
    orma_progress progress;
    void *user;
} listener;

static orma_status tell(void *user, const char *stage, int64_t done,
                        int64_t total, orma_error **err)
{
    const listener *l = user;
    const orma_status st = l->progress(l->user, stage, done, total);
    if (st == ORMA_OK)
        return ORMA_OK;
    const orma_status stopped =
        error_set(err, st, "archive", 0, "stopped while at %s", stage);
    error_hint(err, "the same command goes on where this one stopped");
    return stopped;
}

static archive_progress progress_of(listener *l)
{
    return (archive_progress){l->progress != NULL ? tell : NULL, l};
}

/* ---- what to archive --------------------------------------------- */

typedef orma_status resolve(store *s, const char *identifier, int64_t *pk,
                            orma_error **err);

static orma_status pk_of_node(orma_status found, node *n, int64_t *pk)
{
    if (found == ORMA_OK)
        *pk = n->pk;
    node_free(n);
    return found;
}

static orma_status resolve_node(store *s, const char *identifier, int64_t *pk,
                                orma_error **err)
{
    node *n = NULL;
    const orma_status st = store_find_node(s, identifier, NULL, &n, err);
    return pk_of_node(st, n, pk);
}

static orma_status resolve_code(store *s, const char *identifier, int64_t *pk,
                                orma_error **err)
{
    node *n = NULL;
    const orma_status st = store_find_code(s, identifier, &n, err);
    return pk_of_node(st, n, pk);
}

static orma_status resolve_group(store *s, const char *identifier, int64_t *pk,
                                 orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    const orma_status st = store_group(s, identifier, NULL, &found, err);
    if (st == ORMA_OK)
        *pk = json_get_int(found, "pk", 0);
    return st;
}

static orma_status resolve_computer(store *s, const char *identifier,
                                    int64_t *pk, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    const orma_status st = store_computer(s, identifier, &found, err);
    if (st == ORMA_OK)
        *pk = json_get_int(found, "pk", 0);
    return st;
}

static orma_status resolve_user(store *s, const char *identifier, int64_t *pk,
                                orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    const orma_status st = store_user_by_email(s, identifier, &found, err);
    if (st == ORMA_OK)
        *pk = json_get_int(found, "pk", 0);
    return st;
}

static orma_status add_word(store *s, const char *word, resolve *find,
                            pk_set *set, orma_error **err)
{
    int64_t pk = 0;
    const orma_status st = find(s, word, &pk, err);
    if (st != ORMA_OK)
        return st;
    return pk_set_add(set, pk, NULL) ? ORMA_OK : error_no_memory(err);
}

/* One identifier, or an array of them. */
static orma_status add_words(store *s, const json_object *words, resolve *find,
                             pk_set *set, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (json_object_is_type(words, json_type_string))
        return add_word(s,
                        json_object_get_string((json_object *)(uintptr_t)words),
                        find, set, err);
    for (size_t i = 0;
         words != NULL && st == ORMA_OK && i < json_object_array_length(words);
         i++)
        st = add_word(
            s, json_object_get_string(json_object_array_get_idx(words, i)),
            find, set, err);
    return st;
}

static orma_status select_entities(store *s, const json_object *given,
                                   archive_selection *out, orma_error **err)
{
    const struct {
        const char *key;
        resolve *find;
        pk_set *set;
    } kinds[] = {
        {"nodes", resolve_node, &out->nodes},
        {"codes", resolve_code, &out->nodes},
        {"groups", resolve_group, &out->groups},
        {"computers", resolve_computer, &out->computers},
        {"users", resolve_user, &out->users},
    };
    orma_status st = ORMA_OK;
    bool is_any = false;

    out->all = json_get_bool(given, "all", false);
    for (size_t i = 0; st == ORMA_OK && i < sizeof kinds / sizeof *kinds; i++) {
        const json_object *words = json_get(given, kinds[i].key);
        is_any = is_any || words != NULL;
        st = add_words(s, words, kinds[i].find, kinds[i].set, err);
    }
    if (st == ORMA_OK && out->all == is_any)
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         is_any ? "either everything is archived or what is "
                                  "named, not both"
                                : "nothing to archive is named: all, nodes, "
                                  "groups, computers, users or codes");
    return st;
}

static orma_status read_selection(store *s, const json_object *given,
                                  archive_selection *out, orma_error **err)
{
    orma_status st = select_entities(s, given, out, err);
    if (st == ORMA_OK)
        st = traversal_set(TRAVERSE_EXPORT, json_get(given, "traversal"),
                           &out->rules, err);
    out->include_comments = json_get_bool(given, "include_comments", true);
    out->include_logs = json_get_bool(given, "include_logs", true);
    out->include_authinfos = json_get_bool(given, "include_authinfos", false);
    return st;
}

/* ---- creating ---------------------------------------------------- */

static const field create_fields[] = {
    {"all", FIELD_BOOL, false},
    {"nodes", FIELD_WORDS, false},
    {"groups", FIELD_WORDS, false},
    {"computers", FIELD_WORDS, false},
    {"users", FIELD_WORDS, false},
    {"codes", FIELD_WORDS, false},
    {"traversal", FIELD_OBJECT, false},
    {"include_comments", FIELD_BOOL, false},
    {"include_logs", FIELD_BOOL, false},
    {"include_authinfos", FIELD_BOOL, false},
    {"compression", FIELD_NUMBER, false},
    {"overwrite", FIELD_BOOL, false},
    {"dry_run", FIELD_BOOL, false},
};

orma_status orma_archive_create(orma_profile *profile, const char *path,
                                orma_str options, orma_progress progress,
                                void *user, char **json, orma_error **err)
{
    listener l = {progress, user};
    AUTO_JSON json_object *given = NULL;
    json_object *report = NULL;
    archive_selection selection;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, create_fields,
                          sizeof create_fields / sizeof *create_fields, err);
    if (st != ORMA_OK)
        return st;
    const archive_create_options how = {
        .compression = (int32_t)json_get_int(given, "compression", 6),
        .overwrite = json_get_bool(given, "overwrite", false),
        .is_dry_run = json_get_bool(given, "dry_run", false),
        .progress = progress_of(&l),
    };
    archive_selection_init(&selection);
    st = read_selection(profile->store, given, &selection, err);
    if (st == ORMA_OK)
        st = archive_create(profile->store, path, &selection, &how, &report,
                            err);
    archive_selection_finish(&selection);
    return st == ORMA_OK ? hand_out(report, json, err) : st;
}

/* ---- opening ----------------------------------------------------- */

/* Of a version that orma reads, or the reason. */
static orma_status check(const char *path, json_object **metadata,
                         orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    bool is_current = false;
    orma_status st = archive_metadata(path, &found, &is_current, err);
    if (st == ORMA_OK)
        st = archive_check_version(path, found, err);
    if (st == ORMA_OK && metadata != NULL)
        *metadata = json_object_get(found);
    return st;
}

static orma_status open_archive(const char *path, store **out, orma_error **err)
{
    registry *r = NULL;
    AUTO_FREE char *absolute = file_absolute(path);
    AUTO_JSON json_object *where = json_object_new_object();
    if (absolute == NULL || where == NULL ||
        !json_set_text(where, "filepath", absolute))
        return error_no_memory(err);
    const orma_status st = registry_default(&r, err);
    return st == ORMA_OK
               ? store_open(r, DEFAULT_ARCHIVE, where, false, out, err)
               : st;
}

orma_status orma_archive_check(const char *path, orma_error **err)
{
    return check(path, NULL, err);
}

/* ---- importing --------------------------------------------------- */

static const field import_fields[] = {
    {"extras_mode_existing", FIELD_TEXT, false},
    {"extras_mode_new", FIELD_TEXT, false},
    {"comment_mode", FIELD_TEXT, false},
    {"include_authinfos", FIELD_BOOL, false},
    {"import_group", FIELD_BOOL, false},
    {"group", FIELD_TEXT, false},
    {"max_bytes", FIELD_COUNT, false},
    {"max_ratio", FIELD_COUNT, false},
    {"dry_run", FIELD_BOOL, false},
};

static const char *const extras_words[] = {"none", "keep_existing",
                                           "update_existing", "mirror", NULL};
static const char *const new_extras_words[] = {"import", "none", NULL};
static const char *const comment_words[] = {"leave", "newest", "overwrite",
                                            NULL};

/* Which of the words a member is; the first one when it is absent. */
static orma_status choose(const json_object *given, const char *key,
                          const char *const *words, int *chosen,
                          orma_error **err)
{
    const char *word = json_get_text(given, key, words[0]);
    AUTO_BUF buf all = {0};

    for (int i = 0; words[i] != NULL; i++) {
        if (text_equal(words[i], word)) {
            *chosen = i;
            return ORMA_OK;
        }
        buf_printf(&all, "%s\"%s\"", i > 0 ? ", " : "", words[i]);
    }
    return error_set(err, ORMA_E_INVALID, "archive", 0,
                     "%s is \"%s\", and must be one of %s", key, word,
                     buf_c_str(&all));
}

static orma_status read_modes(const json_object *given,
                              archive_import_options *out, orma_error **err)
{
    int extras = 0, new_extras = 0, comments = 0;
    orma_status st =
        choose(given, "extras_mode_existing", extras_words, &extras, err);
    if (st == ORMA_OK)
        st = choose(given, "extras_mode_new", new_extras_words, &new_extras,
                    err);
    if (st == ORMA_OK)
        st = choose(given, "comment_mode", comment_words, &comments, err);
    out->extras = (enum archive_extras)extras;
    out->drops_new_extras = new_extras == 1;
    out->comments = (enum archive_comments)comments;
    return st;
}

/* The group that is named, or the label of one to make. */
static orma_status read_group(store *s, const json_object *given,
                              archive_import_options *out, orma_error **err)
{
    const char *named = field_text(given, "group");
    AUTO_ERROR orma_error *why = NULL;

    out->makes_group =
        named != NULL || json_get_bool(given, "import_group", true);
    if (named == NULL)
        return ORMA_OK;
    const orma_status st = resolve_group(s, named, &out->group_pk, &why);
    if (st == ORMA_E_NOT_FOUND) {
        out->group_label = named;
        return ORMA_OK;
    }
    error_move(&why, err);
    return st;
}

orma_status orma_archive_import(orma_profile *profile, const char *path,
                                orma_str options, orma_progress progress,
                                void *user, char **json, orma_error **err)
{
    listener l = {progress, user};
    AUTO_JSON json_object *given = NULL;
    json_object *report = NULL;
    archive_import_options how;
    store *from = NULL;

    archive_import_init(&how);
    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, import_fields,
                          sizeof import_fields / sizeof *import_fields, err);
    if (st == ORMA_OK)
        st = read_modes(given, &how, err);
    if (st == ORMA_OK)
        st = read_group(profile->store, given, &how, err);
    if (st == ORMA_OK)
        st = check(path, NULL, err);
    if (st == ORMA_OK)
        st = open_archive(path, &from, err);
    if (st != ORMA_OK)
        return st;
    how.include_authinfos = json_get_bool(given, "include_authinfos", false);
    how.is_dry_run = json_get_bool(given, "dry_run", false);
    how.max_bytes = json_get_int(given, "max_bytes", 0);
    how.max_ratio = json_get_int(given, "max_ratio", how.max_ratio);
    how.progress = progress_of(&l);
    st = archive_import(profile->store, from, &how, &report, err);
    store_close(from);
    return st == ORMA_OK ? hand_out(report, json, err) : st;
}

/* ---- looking ----------------------------------------------------- */

static orma_status add_contents(const char *path, json_object *info,
                                orma_error **err)
{
    store *s = NULL;
    json_object *contents = NULL;
    orma_status st = open_archive(path, &s, err);
    if (st == ORMA_OK)
        st = archive_contents(s, &contents, err);
    store_close(s);
    if (st == ORMA_OK && !json_set(info, "contents", contents))
        return error_no_memory(err);
    return st;
}

orma_status orma_archive_info(const char *path, int32_t detailed, char **json,
                              orma_error **err)
{
    AUTO_JSON json_object *metadata = NULL;
    AUTO_JSON json_object *info = json_object_new_object();
    struct stat file = {0};
    bool is_current = false;

    if (info == NULL)
        return error_no_memory(err);
    orma_status st = archive_metadata(path, &metadata, &is_current, err);
    if (st == ORMA_OK && detailed)
        st = archive_check_version(path, metadata, err);
    if (st != ORMA_OK)
        return st;
    if (stat(path, &file) != 0)
        file.st_size = 0;
    if (!json_set_text(info, "path", path) ||
        !json_set_int(info, "bytes", file.st_size) ||
        !json_set_text(info, "version",
                       json_get_text(metadata, "export_version", "")) ||
        !json_set_bool(info, "supported", is_current) ||
        !json_set(info, "metadata", json_object_get(metadata)))
        return error_no_memory(err);
    if (detailed)
        st = add_contents(path, info, err);
    return st == ORMA_OK ? hand_out(json_object_get(info), json, err) : st;
}
