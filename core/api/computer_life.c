/* Computers: relabelling, exporting, duplicating, deleting with their nodes.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/entities.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <api/computer_keys.h>
#include <api/handout.h>
#include <api/node_names.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

orma_status orma_computer_relabel(orma_profile *profile, const char *computer,
                                  const char *label, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;

    if (label[strspn(label, " \t")] == '\0' || strchr(label, '@') != NULL)
        return error_set(err, ORMA_E_INVALID, "computer", 0,
                         "\"%.200s\" is no label for a computer: it is empty "
                         "or holds \"@\"",
                         label);
    const orma_status st =
        store_computer(profile->store, computer, &found, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_text(found, "label", label))
        return error_no_memory(err);
    return store_computer_save(profile->store, found, NULL, err);
}

/* "mpirun -np 4" of words without blanks, else the words. */
static json_object *joined(const json_object *words)
{
    AUTO_BUF buf text = {0};

    if (!json_object_is_type(words, json_type_array))
        return json_copy(words);
    for (size_t i = 0; i < json_object_array_length(words); i++) {
        const char *word =
            json_object_get_string(json_object_array_get_idx(words, i));
        if (word == NULL || word[0] == '\0' || strpbrk(word, " \t") != NULL)
            return json_copy(words);
        buf_printf(&text, "%s%s", i > 0 ? " " : "", word);
    }
    return text.failed ? NULL : json_object_new_string(buf_c_str(&text));
}

static const struct {
    const char *option, *column;
} columns[] = {
    {"label", "label"},
    {"hostname", "hostname"},
    {"description", "description"},
    {"transport", "transport_type"},
    {"scheduler", "scheduler_type"},
};

static orma_status setup_of(const json_object *computer, json_object **out,
                            orma_error **err)
{
    AUTO_JSON json_object *setup = json_object_new_object();
    const json_object *metadata = json_get(computer, "metadata");
    bool is_made = setup != NULL;

    for (size_t i = 0; is_made && i < sizeof columns / sizeof *columns; i++)
        is_made = json_set_text(setup, columns[i].option,
                                json_get_text(computer, columns[i].column, ""));
    for (const computer_key *k = computer_keys; is_made && k->option != NULL;
         k++) {
        const json_object *value = json_get(metadata, k->key);
        if (value == NULL)
            continue;
        json_object *kept = text_equal(k->option, "mpirun_command")
                                ? joined(value)
                                : json_copy(value);
        is_made = kept != NULL && json_set(setup, k->option, kept);
    }
    if (!is_made)
        return error_no_memory(err);
    *out = setup;
    setup = NULL;
    return ORMA_OK;
}

orma_status orma_computer_export_setup(orma_profile *profile,
                                       const char *computer, char **json,
                                       orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    json_object *setup = NULL;

    orma_status st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK)
        st = setup_of(found, &setup, err);
    return st == ORMA_OK ? hand_out(setup, json, err) : st;
}

orma_status orma_computer_export_config(orma_profile *profile,
                                        const char *computer, const char *user,
                                        char **json, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    AUTO_JSON json_object *owner = NULL;
    AUTO_JSON json_object *authinfo = NULL;
    int64_t user_pk = store_default_user(profile->store);

    orma_status st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK && user != NULL) {
        st = store_user_by_email(profile->store, user, &owner, err);
        user_pk = json_get_int(owner, "pk", 0);
    }
    if (st == ORMA_OK)
        st = store_authinfo(profile->store, user_pk,
                            json_get_int(found, "pk", 0), &authinfo, err);
    if (st != ORMA_OK)
        return st;
    if (authinfo == NULL) {
        const char *label = json_get_text(found, "label", computer);
        st = error_set(err, ORMA_E_NOT_FOUND, "computer", 0,
                       "computer \"%s\" is not configured for %s%s", label,
                       user != NULL ? "user " : "the profile's user",
                       user != NULL ? user : "");
        error_hint(err, "orma computer configure %s %s",
                   json_get_text(found, "transport_type", "TRANSPORT"), label);
        return st;
    }
    return hand_out(json_copy(json_get(authinfo, "auth_params")), json, err);
}

orma_status orma_computer_duplicate(orma_profile *profile, const char *computer,
                                    orma_str setup, int64_t *pk,
                                    orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *merged = NULL;

    orma_status st = take_in(setup, "options", &given, err);
    if (st == ORMA_OK)
        st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK)
        st = setup_of(found, &merged, err);
    if (st != ORMA_OK)
        return st;
    json_object_object_foreach(
        given, name, value) if (!json_set(merged, name, json_copy(value)) &&
                                value != NULL) return error_no_memory(err);
    AUTO_FREE char *text = json_text(merged, JSON_COMPACT);
    if (text == NULL)
        return error_no_memory(err);
    return orma_computer_setup(profile, (orma_str){text, strlen(text)}, pk,
                               err);
}

orma_status orma_computer_delete_all(orma_profile *profile,
                                     const char *computer, orma_str options,
                                     char **json, orma_error **err)
{
    static const field fields[] = {
        {"rules", FIELD_OBJECT, false},
        {"dry_run", FIELD_BOOL, false},
        {"expected", FIELD_COUNT, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *found = NULL;
    AUTO_JSON json_object *told = NULL;
    AUTO_PKS pk_set nodes = {0};
    int64_t count = 0;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st == ORMA_OK)
        st = store_computer(profile->store, computer, &found, err);
    const int64_t pk = json_get_int(found, "pk", 0);
    if (st == ORMA_OK)
        st = store_computer_nodes(profile->store, pk, &nodes, &count, err);
    if (st == ORMA_OK)
        st = node_names_delete(profile, given, &nodes, &told, err);
    if (st == ORMA_OK && !json_get_bool(given, "dry_run", false))
        st = store_computer_delete(profile->store, pk, err);
    return st == ORMA_OK ? hand_out(json_object_get(told), json, err) : st;
}
