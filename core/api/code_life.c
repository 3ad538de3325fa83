/* Codes: relabelling, exporting, duplicating.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/entities.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <api/codes.h>
#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Attributes of single types, which have the options' names. */
static const char *const own_attributes[] = {"engine_command", "image_name"};

static orma_status label_of_computer(orma_profile *p, const node *code,
                                     char **label, orma_error **err)
{
    AUTO_JSON json_object *computer = NULL;

    if (code->computer_pk == 0)
        return ORMA_OK;
    const orma_status st =
        store_computer_by_pk(p->store, code->computer_pk, &computer, err);
    if (st == ORMA_OK)
        *label = text_copy(json_get_text(computer, "label", ""));
    return st == ORMA_OK && *label == NULL ? error_no_memory(err) : st;
}

orma_status orma_code_relabel(orma_profile *profile, const char *code,
                              const char *label, orma_error **err)
{
    AUTO_NODE node *found = NULL;
    AUTO_FREE char *computer = NULL;

    if (label[strspn(label, " \t")] == '\0' || strchr(label, '@') != NULL)
        return error_set(err, ORMA_E_INVALID, "code", 0,
                         "\"%.200s\" is no label for a code: it is empty or "
                         "holds \"@\"",
                         label);
    orma_status st = store_find_code(profile->store, code, &found, err);
    if (st == ORMA_OK)
        st = label_of_computer(profile, found, &computer, err);
    if (st != ORMA_OK || text_equal(found->label, label))
        return st;
    st = code_refuse_taken(profile, label, computer, err);
    return st == ORMA_OK
               ? store_edit_node(profile->store, found->pk, label, NULL, err)
               : st;
}

/* Options that have a value: AiiDA leaves the others out, too. */
static bool put_options(json_object *options, const node *code)
{
    bool is_made = true;

    for (const code_attribute *a = code_attributes; a->option != NULL; a++) {
        const json_object *value = json_get(code->attributes, a->attribute);
        if (value != NULL)
            is_made = is_made && json_set(options, a->option, json_copy(value));
    }
    for (size_t i = 0; i < sizeof own_attributes / sizeof *own_attributes;
         i++) {
        const json_object *value =
            json_get(code->attributes, own_attributes[i]);
        if (value != NULL)
            is_made = is_made &&
                      json_set(options, own_attributes[i], json_copy(value));
    }
    return is_made;
}

/* All options but the files. */
static orma_status options_of(orma_profile *p, const node *code,
                              json_object **out, orma_error **err)
{
    AUTO_FREE char *computer = NULL;
    AUTO_JSON json_object *options = json_object_new_object();

    if (code->entry_point == NULL ||
        json_get(code->attributes, "filepath_executable") == NULL)
        return error_set(err, ORMA_E_UNSUPPORTED, "code", 0,
                         "code \"%s\" is of a type (%s) that is not made any "
                         "more",
                         code->label, code->node_type);
    const orma_status st = label_of_computer(p, code, &computer, err);
    if (st != ORMA_OK)
        return st;
    if (options == NULL || !json_set_text(options, "label", code->label) ||
        !json_set_text(options, "description", code->description) ||
        (computer != NULL && !json_set_text(options, "computer", computer)) ||
        !put_options(options, code))
        return error_no_memory(err);
    *out = options;
    options = NULL;
    return ORMA_OK;
}

orma_status orma_code_export(orma_profile *profile, const char *code,
                             const char *folder, char **json, orma_error **err)
{
    AUTO_NODE node *found = NULL;
    AUTO_JSON json_object *options = NULL;

    orma_status st = store_find_code(profile->store, code, &found, err);
    if (st == ORMA_OK)
        st = options_of(profile, found, &options, err);
    if (st != ORMA_OK)
        return st;
    const bool has_files = found->computer_pk == 0;
    if (has_files && folder != NULL) {
        st = node_write_files(profile->store, found->repository, folder, err);
        if (st == ORMA_OK && !json_set_text(options, "filepath_files", folder))
            st = error_no_memory(err);
    }
    if (st == ORMA_OK && !json_set_text(options, "type", found->entry_point))
        st = error_no_memory(err);
    return st == ORMA_OK ? hand_out(json_object_get(options), json, err) : st;
}

orma_status orma_code_duplicate(orma_profile *profile, const char *code,
                                orma_str options, int64_t *pk, orma_error **err)
{
    AUTO_NODE node *found = NULL;
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *merged = NULL;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = store_find_code(profile->store, code, &found, err);
    if (st == ORMA_OK)
        st = options_of(profile, found, &merged, err);
    if (st != ORMA_OK)
        return st;
    json_object_object_foreach(
        given, name, value) if (!json_set(merged, name, json_copy(value)) &&
                                value != NULL) return error_no_memory(err);
    return code_store(profile, found->entry_point, merged, found, pk, err);
}
