/* Users, and their ways to computers.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/entities.h>

#include <string.h>

#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

orma_status orma_user_list(orma_profile *profile, char **json, orma_error **err)
{
    const int64_t chosen = store_default_user(profile->store);
    AUTO_JSON json_object *rows = NULL;

    const orma_status st = store_list_users(profile->store, &rows, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (!json_set_bool(row, "is_default",
                           json_get_int(row, "pk", 0) == chosen))
            return error_no_memory(err);
    }
    return hand_out(json_object_get(rows), json, err);
}

static const field user_fields[] = {
    {"email", FIELD_TEXT, true},
    {"first_name", FIELD_TEXT, false},
    {"last_name", FIELD_TEXT, false},
    {"institution", FIELD_TEXT, false},
};

/* The values that were not given stay as they are. */
static orma_status fill_in(json_object *given, const json_object *there,
                           orma_error **err)
{
    for (size_t i = 1; i < sizeof user_fields / sizeof *user_fields; i++) {
        const char *name = user_fields[i].name;
        if (field_text(given, name) == NULL &&
            !json_set_text(given, name, json_get_text(there, name, "")))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

/* An address of AiiDA's form: something on both sides of one '@'. */
static orma_status check_email(const char *email, orma_error **err)
{
    const char *at = strchr(email, '@');

    if (at != NULL && at != email && at[1] != '\0' &&
        strchr(at + 1, '@') == NULL && strpbrk(email, " \t\r\n") == NULL)
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "user", 0,
                     "\"%.80s\" is no e-mail address", email);
}

orma_status orma_user_configure(orma_profile *profile, orma_str user,
                                int32_t *is_new, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *there = NULL;
    AUTO_ERROR orma_error *why = NULL;

    orma_status st = take_in(user, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, user_fields,
                          sizeof user_fields / sizeof *user_fields, err);
    if (st == ORMA_OK)
        st = check_email(field_text(given, "email"), err);
    if (st != ORMA_OK)
        return st;
    st = store_user_by_email(profile->store, field_text(given, "email"), &there,
                             &why);
    if (st != ORMA_OK && st != ORMA_E_NOT_FOUND) {
        error_move(&why, err);
        return st;
    }
    st = fill_in(given, there, err);
    if (st == ORMA_OK)
        st = store_user_save(profile->store, given, NULL, err);
    if (st == ORMA_OK && is_new != NULL)
        *is_new = there == NULL;
    return st;
}

/* Read anew: another process may have changed it since it was opened. */
static orma_status write_default(const orma_profile *p, const char *email,
                                 orma_error **err)
{
    AUTO_CONFIG config *c = NULL;
    const json_object *found = NULL;
    const char *name = NULL;

    orma_status st = config_open(&c, err);
    if (st == ORMA_OK)
        st = config_profile(c, p->name, &name, &found, err);
    if (st != ORMA_OK)
        return st;
    json_object *changed = json_copy(found);
    if (changed == NULL ||
        !json_set_text(changed, "default_user_email", email)) {
        json_object_put(changed);
        return error_no_memory(err);
    }
    if (!config_set_profile(c, p->name, changed))
        return error_no_memory(err);
    return config_save(c, err);
}

orma_status orma_user_set_default(orma_profile *profile, const char *email,
                                  orma_error **err)
{
    AUTO_JSON json_object *user = NULL;

    orma_status st = store_user_by_email(profile->store, email, &user, err);
    if (st == ORMA_OK)
        st = write_default(profile, json_get_text(user, "email", email), err);
    if (st == ORMA_OK)
        store_set_default_user(profile->store, json_get_int(user, "pk", 0));
    return st;
}

orma_status orma_user_delete(orma_profile *profile, const char *email,
                             orma_error **err)
{
    return store_user_delete(profile->store, email, err);
}

orma_status orma_authinfo_list(orma_profile *profile, const char *computer,
                               char **json, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    json_object *rows = NULL;
    orma_status st = ORMA_OK;

    if (computer != NULL)
        st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK)
        st = store_list_authinfos(profile->store, json_get_int(found, "pk", 0),
                                  &rows, err);
    return st == ORMA_OK ? hand_out(rows, json, err) : st;
}

orma_status orma_authinfo_delete(orma_profile *profile, const char *computer,
                                 const char *user, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    AUTO_JSON json_object *owner = NULL;
    int64_t user_pk = store_default_user(profile->store);

    orma_status st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK && user != NULL) {
        st = store_user_by_email(profile->store, user, &owner, err);
        user_pk = json_get_int(owner, "pk", 0);
    }
    return st == ORMA_OK
               ? store_authinfo_delete(profile->store, user_pk,
                                       json_get_int(found, "pk", 0), err)
               : st;
}
