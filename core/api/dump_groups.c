/* Groups and profiles as folders.
 *
 * SPDX-License-Identifier: MIT */
#include <api/dump.h>

#include <stdlib.h>
#include <string.h>

#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/groups.h>
#include <storage/store_select.h>

#define DAY_NS (INT64_C(86400) * 1000000000)

/* What is to be dumped, as the caller asked for it. */
struct wanted {
    node_selection base; /* without class and group */
    int64_t *computers, *codes;
    bool top_level_calcs, top_level_workflows;
    bool has_filter;
};

/* A run over many processes. */
struct run {
    dump d;
    struct wanted wanted;
    orma_progress progress;
    void *user;
    int64_t done, total;
};

static orma_status read_time(const json_object *given, const char *key,
                             int64_t *ns, orma_error **err)
{
    const char *text = json_get_text(given, key, NULL);
    if (text == NULL)
        return ORMA_OK;
    AUTO_FREE char *midnight = text_printf("%s 00:00:00", text);
    if (time_parse(text, ns) || (midnight != NULL && time_parse(midnight, ns)))
        return ORMA_OK;
    error_set(err, ORMA_E_INVALID, "dump", 0, "\"%s\": \"%s\" is no time", key,
              text);
    error_hint(err, "write it as 2026-01-31 or 2026-01-31T12:00:00");
    return ORMA_E_INVALID;
}

/* pks of the named computers or codes. */
static orma_status read_names(store *s, const json_object *names, bool codes,
                              int64_t **out, size_t *count, orma_error **err)
{
    const size_t n = json_object_is_type(names, json_type_array)
                         ? json_object_array_length(names)
                         : 0;
    int64_t *pks = calloc(n + 1, sizeof *pks);
    orma_status st = pks == NULL ? error_no_memory(err) : ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < n; i++) {
        const char *name =
            json_object_get_string(json_object_array_get_idx(names, i));
        AUTO_NODE node *code = NULL;
        AUTO_JSON json_object *computer = NULL;
        if (name == NULL)
            st = error_set(err, ORMA_E_INVALID, "dump", 0,
                           "a name of \"%s\" is no text",
                           codes ? "codes" : "computers");
        else if (codes)
            st = store_find_code(s, name, &code, err);
        else
            st = store_computer(s, name, &computer, err);
        if (st == ORMA_OK)
            pks[i] = codes ? code->pk : json_get_int(computer, "pk", 0);
    }
    if (st != ORMA_OK) {
        free(pks);
        return st;
    }
    *out = pks;
    *count = n;
    return ORMA_OK;
}

static orma_status read_user(store *s, const json_object *given, int64_t *pk,
                             orma_error **err)
{
    AUTO_JSON json_object *user = NULL;
    const char *email = json_get_text(given, "user", NULL);
    if (email == NULL)
        return ORMA_OK;
    const orma_status st = store_user_by_email(s, email, &user, err);
    if (st == ORMA_OK)
        *pk = json_get_int(user, "pk", 0);
    return st;
}

static orma_status read_wanted(store *s, const json_object *given,
                               struct wanted *w, orma_error **err)
{
    node_selection *base = &w->base;
    const int64_t days = json_get_int(given, "past_days", 0);

    w->top_level_calcs = json_get_bool(given, "only_top_level_calcs", true);
    w->top_level_workflows =
        json_get_bool(given, "only_top_level_workflows", true);
    orma_status st = read_time(given, "start_date", &base->since_ns, err);
    if (st == ORMA_OK)
        st = read_time(given, "end_date", &base->until_ns, err);
    if (st == ORMA_OK)
        st = read_user(s, given, &base->user_pk, err);
    if (st == ORMA_OK)
        st = read_names(s, json_get(given, "computers"), false, &w->computers,
                        &base->computer_count, err);
    if (st == ORMA_OK)
        st = read_names(s, json_get(given, "codes"), true, &w->codes,
                        &base->code_count, err);
    if (st != ORMA_OK)
        return st;
    if (days > 0 && time_now_ns() - days * DAY_NS > base->since_ns)
        base->since_ns = time_now_ns() - days * DAY_NS;
    base->computer_pks = w->computers;
    base->code_pks = w->codes;
    w->has_filter = base->since_ns != 0 || base->until_ns != 0 ||
                    base->user_pk != 0 || base->computer_count > 0 ||
                    base->code_count > 0;
    return ORMA_OK;
}

/* ---- processes and data of one place ----------------------------- */

static const struct {
    enum select_class node_class;
    const char *folder;
} classes[] = {
    {SELECT_CALCULATIONS, "calculations"},
    {SELECT_WORKFLOWS, "workflows"},
    {SELECT_DATA, "data"},
};

static orma_status dump_one(struct run *r, int64_t pk, enum select_class kind,
                            const char *folder, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    orma_status st = store_node(r->d.profile->store, pk, &n, err);
    if (st != ORMA_OK)
        return st;

    AUTO_FREE char *name = NULL;
    if (kind != SELECT_DATA) {
        name = dump_process_name(n);
    } else {
        AUTO_FREE char *shown =
            *n->label != '\0' ? text_copy(n->label) : node_display_name(n);
        AUTO_FREE char *safe = shown == NULL ? NULL : dump_safe_name(shown);
        name =
            safe == NULL ? NULL : text_printf("%s-%lld", safe, (long long)pk);
    }
    AUTO_FREE char *path = name == NULL ? NULL : file_join(folder, name);
    if (path == NULL)
        return error_no_memory(err);
    st = kind == SELECT_DATA ? dump_data(&r->d, n, path, err)
                             : dump_process(&r->d, n, path, err);
    if (st == ORMA_OK && r->progress != NULL) {
        st = r->progress(r->user, "dumping", ++r->done, r->total);
        if (st != ORMA_OK)
            error_set(err, st, "dump", 0,
                      "stopped; the next dump into \"%s\" goes on", r->d.root);
    }
    return st;
}

static orma_status dump_set(struct run *r, const pk_set *set,
                            enum select_class kind, const char *folder,
                            orma_error **err)
{
    orma_status st = ORMA_OK;
    r->total += (int64_t)set->count;
    for (int64_t pk = 0; st == ORMA_OK && (pk = pk_set_next(set, pk)) != 0;)
        st = dump_one(r, pk, kind, folder, err);
    return st;
}

/* What is wanted of a group, of no group (is_ungrouped), or of all. Data is
 * dumped with groups only: elsewhere it stands with its processes. */
static orma_status dump_place(struct run *r, int64_t group_pk,
                              bool is_ungrouped, const char *folder,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof classes / sizeof *classes;
         i++) {
        node_selection selection = r->wanted.base;
        pk_set set = {0};
        selection.node_class = classes[i].node_class;
        selection.group_pk = group_pk;
        selection.is_ungrouped = is_ungrouped;
        if (selection.node_class == SELECT_DATA) {
            if (group_pk == 0)
                continue;
        } else {
            selection.is_top_level = selection.node_class == SELECT_WORKFLOWS
                                         ? r->wanted.top_level_workflows
                                         : r->wanted.top_level_calcs;
        }
        AUTO_FREE char *below = *folder == '\0'
                                    ? text_copy(classes[i].folder)
                                    : file_join(folder, classes[i].folder);
        if (below == NULL)
            return error_no_memory(err);
        st = store_select(r->d.profile->store, &selection, &set, err);
        if (st == ORMA_OK)
            st = dump_set(r, &set, selection.node_class, below, err);
        pk_set_free(&set);
    }
    return st;
}

/* ---- groups ------------------------------------------------------ */

/* "a/b" as folders a and b; the caller frees it. */
static char *group_path(const char *label)
{
    AUTO_BUF buf path = {0};
    for (const char *p = label;;) {
        const size_t len = strcspn(p, "/");
        AUTO_FREE char *part = str_copy((orma_str){p, len});
        AUTO_FREE char *safe = part == NULL ? NULL : dump_safe_name(part);
        if (safe == NULL)
            return NULL;
        if (path.len > 0)
            buf_char(&path, '/');
        buf_text(&path, safe);
        if (p[len] == '\0')
            break;
        p += len + 1;
    }
    return path.failed ? NULL : buf_take(&path);
}

static orma_status finish(struct run *r, char **json, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (r->d.options.delete_missing)
        st = dump_delete_missing(&r->d, err);
    if (st == ORMA_OK)
        st = dump_save(&r->d, err);
    return st == ORMA_OK ? dump_result(&r->d, json, err) : st;
}

/* What was written stays known, however the run ended. */
static orma_status end_run(struct run *r, orma_status st, char **json,
                           orma_error **err)
{
    if (st == ORMA_OK)
        st = finish(r, json, err);
    else if (r->d.root != NULL && r->d.seen != NULL && file_is_dir(r->d.root))
        dump_save(&r->d, NULL);
    free(r->wanted.computers);
    free(r->wanted.codes);
    dump_close(&r->d);
    return st;
}

orma_status orma_group_dump(orma_profile *profile, const char *group_name,
                            const char *folder, orma_str options_text,
                            orma_progress progress, void *user, char **json,
                            orma_error **err)
{
    struct run r = {.progress = progress, .user = user};
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *group = NULL;
    dump_options options;

    orma_status st = take_in(options_text, "options", &given, err);
    if (st == ORMA_OK)
        st = store_group(profile->store, group_name, NULL, &group, err);
    if (st != ORMA_OK)
        return st;
    dump_options_read(given, &options);
    AUTO_FREE char *name = dump_safe_name(json_get_text(group, "label", ""));
    if (name == NULL)
        return error_no_memory(err);

    st = read_wanted(profile->store, given, &r.wanted, err);
    if (st == ORMA_OK)
        st = dump_open(&r.d, profile, &options, folder != NULL ? folder : name,
                       err);
    r.d.is_partial = r.wanted.has_filter;
    if (st == ORMA_OK)
        st = dump_place(&r, json_get_int(group, "pk", 0), false, "", err);
    return end_run(&r, st, json, err);
}

/* One group in a folder of its own, or among all others. */
static orma_status dump_group(struct run *r, const json_object *group,
                              bool organize, orma_error **err)
{
    AUTO_FREE char *label = group_path(json_get_text(group, "label", "_"));
    AUTO_FREE char *path =
        label == NULL ? NULL : text_printf("groups/%s", label);
    const char *uuid = json_get_text(group, "uuid", "");
    if (path == NULL || !json_set_bool(r->d.seen, path, true))
        return error_no_memory(err);

    /* A group that was given another label moves. */
    const char *former = dump_place_of(&r->d, uuid);
    orma_status st = ORMA_OK;
    if (organize && former != NULL && !r->d.options.dry_run &&
        !text_equal(former, path))
        st = dump_forget_group(&r->d, former, err);
    if (st == ORMA_OK)
        st = dump_place(r, json_get_int(group, "pk", 0), false,
                        organize ? path : "", err);
    if (st == ORMA_OK && organize)
        st = dump_note(&r->d, "groups", uuid, path, time_now_ns(), err);
    return st;
}

static orma_status dump_groups(struct run *r, const json_object *names,
                               bool organize, orma_error **err)
{
    store *s = r->d.profile->store;
    AUTO_JSON json_object *groups = NULL;
    orma_status st = ORMA_OK;

    if (names == NULL) {
        st = store_list_groups(s, &(group_query){0}, &groups, err);
        for (size_t i = 0;
             st == ORMA_OK && i < json_object_array_length(groups); i++)
            st = dump_group(r, json_object_array_get_idx(groups, i), organize,
                            err);
        return st;
    }
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(names);
         i++) {
        AUTO_JSON json_object *group = NULL;
        const char *name =
            json_object_get_string(json_object_array_get_idx(names, i));
        st = store_group(s, name == NULL ? "" : name, NULL, &group, err);
        if (st == ORMA_OK)
            st = dump_group(r, group, organize, err);
    }
    return st;
}

static orma_status check_selection(const json_object *given,
                                   const struct wanted *w, orma_error **err)
{
    const json_object *groups = json_get(given, "groups");
    if (groups != NULL && !json_object_is_type(groups, json_type_array))
        return error_set(err, ORMA_E_INVALID, "dump", 0,
                         "\"groups\" is no array of labels");
    if (json_get_bool(given, "all", false) || groups != NULL || w->has_filter ||
        json_get_bool(given, "also_ungrouped", false))
        return ORMA_OK;
    error_set(err, ORMA_E_INVALID, "dump", 0, "nothing is selected");
    error_hint(err, "dump everything (--all), groups (--groups LABEL), or name "
                    "a filter (--past-days, --user, --computers, --codes)");
    return ORMA_E_INVALID;
}

orma_status orma_profile_dump(orma_profile *profile, const char *folder,
                              orma_str options_text, orma_progress progress,
                              void *user, char **json, orma_error **err)
{
    struct run r = {.progress = progress, .user = user};
    AUTO_JSON json_object *given = NULL;
    dump_options options;

    orma_status st = take_in(options_text, "options", &given, err);
    if (st != ORMA_OK)
        return st;
    dump_options_read(given, &options);
    const json_object *groups = json_get(given, "groups");
    const bool organize = json_get_bool(given, "organize_by_groups", true);
    const bool ungrouped =
        groups == NULL || json_get_bool(given, "also_ungrouped", false);

    st = read_wanted(profile->store, given, &r.wanted, err);
    if (st == ORMA_OK)
        st = check_selection(given, &r.wanted, err);
    if (st == ORMA_OK)
        st = dump_open(&r.d, profile, &options,
                       folder != NULL ? folder : profile->name, err);
    r.d.is_partial = r.wanted.has_filter;
    if (st == ORMA_OK)
        st = dump_groups(&r, groups, organize, err);
    if (st == ORMA_OK && ungrouped)
        st = dump_place(&r, 0, true, organize ? "ungrouped" : "", err);
    return end_run(&r, st, json, err);
}
