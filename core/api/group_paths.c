/* Labels of groups as paths.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/groups.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/groups.h>

/* A path's row among those found; NULL without memory. */
static json_object *path_row(json_object *by_path, const char *path)
{
    json_object *row = json_get(by_path, path);

    if (row != NULL)
        return row;
    row = json_object_new_object();
    if (row == NULL || !json_set_text(row, "path", path) ||
        !json_set(row, "pk", NULL) || !json_set(row, "description", NULL) ||
        !json_set_int(row, "nodes", 0) || !json_set_int(row, "groups", 0)) {
        json_object_put(row);
        return NULL;
    }
    return json_set(by_path, path, row) ? row : NULL;
}

static bool count_below(json_object *row)
{
    return json_set_int(row, "groups", json_get_int(row, "groups", 0) + 1);
}

static bool describe(json_object *row, const json_object *group)
{
    return json_set_int(row, "pk", json_get_int(group, "pk", 0)) &&
           json_set_text(row, "description",
                         json_get_text(group, "description", "")) &&
           json_set_int(row, "nodes", json_get_int(group, "count", 0));
}

/* A label is a path when none of its names is empty, as in AiiDA's GroupPath.
 */
static bool is_path(const char *label)
{
    const size_t len = strlen(label);
    return len > 0 && label[0] != '/' && label[len - 1] != '/' &&
           strstr(label, "//") == NULL;
}

/* Rows of every path between the root and the group. */
static orma_status add_group(json_object *by_path, const json_object *group,
                             size_t below, bool is_recursive, orma_error **err)
{
    const char *label = json_get_text(group, "label", "");
    AUTO_FREE char *path = text_copy(label);

    if (path == NULL)
        return error_no_memory(err);
    for (char *slash = strchr(path + below, '/');;
         slash = strchr(slash + 1, '/')) {
        const bool is_whole = slash == NULL;
        if (!is_whole)
            *slash = '\0';
        json_object *row = path_row(by_path, path);
        if (row == NULL ||
            !(is_whole ? describe(row, group) : count_below(row)))
            return error_no_memory(err);
        if (is_whole || !is_recursive)
            return ORMA_OK;
        *slash = '/';
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(json_get_text(*(json_object *const *)a, "path", ""),
                  json_get_text(*(json_object *const *)b, "path", ""));
}

static orma_status sorted(json_object *by_path, json_object **rows,
                          orma_error **err)
{
    AUTO_JSON json_object *made = json_object_new_array();
    if (made == NULL)
        return error_no_memory(err);
    json_object_object_foreach(by_path, path, row)
    {
        (void)path;
        if (json_object_array_add(made, json_object_get(row)) != 0) {
            json_object_put(row);
            return error_no_memory(err);
        }
    }
    json_object_array_sort(made, by_name);
    *rows = made;
    made = NULL;
    return ORMA_OK;
}

/* Groups below the path, with their numbers of nodes. */
static orma_status list_below(orma_profile *p, const char *path,
                              const char *type, json_object **groups,
                              orma_error **err)
{
    AUTO_FREE char *start =
        text_printf("%s%s", path, path[0] != '\0' ? "/" : "");
    if (start == NULL)
        return error_no_memory(err);
    return store_list_groups(p->store,
                             &(group_query){.type_string = type,
                                            .starts_with = start,
                                            .counts = true},
                             groups, err);
}

orma_status orma_group_paths(orma_profile *profile, orma_str query, char **json,
                             orma_error **err)
{
    static const field fields[] = {
        {"path", FIELD_TEXT, false},
        {"type_string", FIELD_TEXT, false},
        {"recursive", FIELD_BOOL, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *groups = NULL;
    AUTO_JSON json_object *by_path = json_object_new_object();
    json_object *rows = NULL;

    if (by_path == NULL)
        return error_no_memory(err);
    orma_status st = take_in(query, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st != ORMA_OK)
        return st;
    const char *path = json_get_text(given, "path", "");
    const size_t below = path[0] != '\0' ? strlen(path) + 1 : 0;
    st = list_below(profile, path,
                    json_get_text(given, "type_string", GROUP_PLAIN), &groups,
                    err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(groups);
         i++) {
        const json_object *group = json_object_array_get_idx(groups, i);
        if (is_path(json_get_text(group, "label", "")))
            st = add_group(by_path, group, below,
                           json_get_bool(given, "recursive", false), err);
    }
    if (st == ORMA_OK && below > 0 && json_object_object_length(by_path) == 0)
        st = error_set(err, ORMA_E_NOT_FOUND, "group", 0,
                       "there is no group below \"%.200s\"", path);
    if (st == ORMA_OK)
        st = sorted(by_path, &rows, err);
    return st == ORMA_OK ? hand_out(rows, json, err) : st;
}
