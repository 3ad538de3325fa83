/* Computers: setting up, configuring, listing, showing, deleting.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <json-c/linkhash.h>

#include <api/computer_keys.h>
#include <api/defaults.h>
#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

static const field setup_fields[] = {
    {"label", FIELD_TEXT, true},
    {"hostname", FIELD_TEXT, true},
    {"description", FIELD_TEXT, false},
    {"transport", FIELD_TEXT, false},
    {"scheduler", FIELD_TEXT, false},
    {"work_dir", FIELD_TEXT, false},
    {"shebang", FIELD_TEXT, false},
    {"mpirun_command", FIELD_WORDS, false},
    {"mpiprocs_per_machine", FIELD_COUNT, false},
    {"default_memory_per_machine", FIELD_COUNT, false},
    {"prepend_text", FIELD_TEXT, false},
    {"append_text", FIELD_TEXT, false},
    {"use_double_quotes", FIELD_BOOL, false},
    {"minimum_scheduler_poll_interval", FIELD_NUMBER, false},
};

const computer_key computer_keys[] = {
    {"work_dir", "workdir"},
    {"shebang", "shebang"},
    {"mpirun_command", "mpirun_command"},
    {"mpiprocs_per_machine", "default_mpiprocs_per_machine"},
    {"default_memory_per_machine", "default_memory_per_machine"},
    {"prepend_text", "prepend_text"},
    {"append_text", "append_text"},
    {"use_double_quotes", "use_double_quotes"},
    {"minimum_scheduler_poll_interval", "minimum_scheduler_poll_interval"},
    {NULL, NULL},
};

/* What mpirun_command may hold in braces: the schedulers' resources. */
static const char *const mpi_placeholders[] = {
    "tot_num_mpiprocs",      "num_machines",
    "parallel_env",          "num_mpiprocs_per_machine",
    "num_cores_per_mpiproc", "num_cores_per_machine",
};

/* Fields that every transport has, beside those of its manifest. */
static const field common_auth[] = {
    {"use_login_shell", FIELD_BOOL, false},
    {"safe_interval", FIELD_NUMBER, false},
};

static void problem(buf *problems, const char *fmt, ...) ORMA_PRINTF(2, 3);

static void problem(buf *problems, const char *fmt, ...)
{
    va_list args;
    if (problems->len > 0)
        buf_char(problems, '\n');
    va_start(args, fmt);
    buf_vprintf(problems, fmt, args);
    va_end(args);
}

static void check_placeholders(const char *word, buf *problems)
{
    for (const char *open = strchr(word, '{'); open != NULL;
         open = strchr(open + 1, '{')) {
        const size_t len = strcspn(open + 1, "}");
        bool is_known = false;
        for (size_t i = 0;
             i < sizeof mpi_placeholders / sizeof *mpi_placeholders; i++)
            if (str_equal((orma_str){open + 1, len}, mpi_placeholders[i]))
                is_known = true;
        if (!is_known)
            problem(problems,
                    "mpirun_command: \"{%.*s}\" is no resource, use "
                    "{tot_num_mpiprocs}",
                    (int)len, open + 1);
    }
}

/* Text split at blanks, or the list as it is. */
static json_object *mpi_words(const json_object *given)
{
    if (json_object_is_type(given, json_type_array))
        return json_copy(given);
    json_object *words = json_object_new_array();
    const char *p = json_object_get_string((json_object *)(uintptr_t)given);
    while (*p != '\0') {
        p += strspn(p, " \t");
        const size_t len = strcspn(p, " \t");
        if (len > 0)
            json_object_array_add(words,
                                  json_object_new_string_len(p, (int)len));
        p += len;
    }
    return words;
}

static void check_values(const json_object *given, buf *problems)
{
    const char *label = json_get_text(given, "label", "");
    const char *workdir = field_text(given, "work_dir");
    const char *shebang = field_text(given, "shebang");

    if (label[strspn(label, " \t")] == '\0')
        problem(problems, "label: is empty");
    if (strchr(label, '@') != NULL)
        problem(problems, "label: \"@\" separates a code from its computer");
    if (json_get_text(given, "hostname", "")[0] == '\0')
        problem(problems, "hostname: is empty");
    if (workdir != NULL && workdir[0] != '/')
        problem(problems, "work_dir: \"%s\" is not an absolute path", workdir);
    if (shebang != NULL && shebang[0] != '\0' && !text_starts(shebang, "#!"))
        problem(problems, "shebang: \"%s\" does not start with \"#!\"",
                shebang);
    const json_object *mpirun = json_get(given, "mpirun_command");
    if (mpirun == NULL)
        return;
    AUTO_JSON json_object *words = mpi_words(mpirun);
    for (size_t i = 0; i < json_object_array_length(words); i++)
        check_placeholders(
            json_object_get_string(json_object_array_get_idx(words, i)),
            problems);
}

/* The entry point's own name for what was given. *unknown counts those that
 * there are none of. */
static const char *canonical(registry *r, enum plugin_kind kind,
                             const char *given, buf *problems, size_t *unknown)
{
    const plugin_entry *entry = NULL;
    AUTO_ERROR orma_error *error = NULL;
    if (registry_find(r, kind, given, &entry, &error) == ORMA_OK)
        return entry->name;
    if (orma_error_status(error) == ORMA_E_NOT_FOUND)
        (*unknown)++;
    AUTO_FREE char *why = error_chain(error);
    problem(problems, "%s: %s", plugin_kind_singular(kind),
            why != NULL ? why : given);
    return given;
}

static json_object *metadata_of(const json_object *given)
{
    json_object *metadata = json_object_new_object();
    for (const computer_key *k = computer_keys; k->option != NULL; k++) {
        const json_object *value = json_get(given, k->option);
        if (value == NULL)
            continue;
        const bool is_words = text_equal(k->option, "mpirun_command");
        json_set(metadata, k->key,
                 is_words ? mpi_words(value) : json_copy(value));
    }
    return metadata;
}

orma_status orma_computer_setup(orma_profile *profile, orma_str setup,
                                int64_t *pk, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_BUF buf problems = {0};
    size_t unknown = 0;

    orma_status st = take_in(setup, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, setup_fields,
                          sizeof setup_fields / sizeof *setup_fields, err);
    if (st != ORMA_OK)
        return st;
    check_values(given, &problems);
    const bool has_wrong_values = problems.len > 0;
    const char *transport =
        canonical(profile->registry, KIND_TRANSPORT,
                  json_get_text(given, "transport", DEFAULT_TRANSPORT),
                  &problems, &unknown);
    const char *scheduler =
        canonical(profile->registry, KIND_SCHEDULER,
                  json_get_text(given, "scheduler", DEFAULT_SCHEDULER),
                  &problems, &unknown);
    st = buf_status(&problems, err);
    if (st != ORMA_OK)
        return st;
    if (problems.len > 0)
        return error_set_lines(err,
                               unknown > 0 && !has_wrong_values
                                   ? ORMA_E_NOT_FOUND
                                   : ORMA_E_INVALID,
                               "computer", 0, buf_c_str(&problems));

    AUTO_JSON json_object *computer = json_object_new_object();
    json_set_text(computer, "label", field_text(given, "label"));
    json_set_text(computer, "hostname", field_text(given, "hostname"));
    json_set_text(computer, "description",
                  json_get_text(given, "description", ""));
    json_set_text(computer, "transport_type", transport);
    json_set_text(computer, "scheduler_type", scheduler);
    json_set(computer, "metadata", metadata_of(given));
    return store_computer_save(profile->store, computer, pk, err);
}

/* Does a value fit one of the plain type words of a declared field? */
static bool fits(const json_object *value, const json_object *types)
{
    static const struct {
        const char *word;
        enum json_type type;
    } words[] = {
        {"str", json_type_string},   {"int", json_type_int},
        {"float", json_type_double}, {"float", json_type_int},
        {"bool", json_type_boolean}, {"list", json_type_array},
        {"dict", json_type_object},
    };
    const size_t n = json_object_is_type(types, json_type_array)
                         ? json_object_array_length(types)
                         : 0;
    for (size_t i = 0; i < n; i++) {
        const char *wanted =
            json_object_get_string(json_object_array_get_idx(types, i));
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (text_equal(words[k].word, wanted) &&
                json_object_is_type(value, words[k].type))
                return true;
    }
    return n == 0;
}

static void check_auth(const char *transport, json_object *ports,
                       const json_object *given, buf *problems)
{
    json_object_object_foreach(given, name, value)
    {
        const json_object *port = json_get(ports, name);
        json_object *types = json_get(port, "types");
        if (port != NULL) {
            if (value != NULL && !fits(value, types))
                problem(problems, "%s: is not of type %s", name,
                        types != NULL ? json_object_get_string(
                                            json_object_array_get_idx(types, 0))
                                      : "text");
            continue;
        }
        AUTO_JSON json_object *one = json_object_new_object();
        AUTO_ERROR orma_error *error = NULL;
        json_set(one, name, json_copy(value));
        if (fields_check(one, common_auth,
                         sizeof common_auth / sizeof *common_auth,
                         &error) != ORMA_OK)
            problem(problems, "%s (transport %s)", orma_error_message(error),
                    transport);
    }
}

/* Given values, the declared defaults and the common fields. */
static orma_status fill_auth(registry *r, const char *transport,
                             const json_object *given, json_object **filled,
                             orma_error **err)
{
    const plugin_entry *entry = NULL;
    const json_object *spec = NULL;
    AUTO_BUF buf problems = {0};

    orma_status st = registry_find(r, KIND_TRANSPORT, transport, &entry, err);
    if (st == ORMA_OK)
        st = registry_spec(r, entry, &spec, err);
    if (st != ORMA_OK)
        return st;
    json_object *ports = json_get(spec, "auth");
    check_auth(entry->name, ports, given, &problems);
    json_object *all = json_copy(given);
    if (ports != NULL) {
        json_object_object_foreach(ports, name, port)
        {
            if (json_get(given, name) != NULL)
                continue;
            json_object *fallback = json_get(port, "default");
            if (fallback != NULL)
                json_set(all, name, json_copy(fallback));
            else if (json_get_bool(port, "required", true))
                problem(&problems, "%s: is missing", name);
        }
    }
    if (json_get(all, "use_login_shell") == NULL)
        json_set_bool(all, "use_login_shell", true);
    if (json_get(all, "safe_interval") == NULL) {
        const json_object *interval = json_get(spec, "safe_interval");
        json_set(all, "safe_interval",
                 json_new_real(interval != NULL
                                   ? json_object_get_double(interval)
                                   : 0.0));
    }
    st = buf_status(&problems, err);
    if (st == ORMA_OK && problems.len > 0)
        st = error_set_lines(err, ORMA_E_INVALID, "computer", 0,
                             buf_c_str(&problems));
    if (st == ORMA_OK)
        *filled = all;
    else
        json_object_put(all);
    return st;
}

orma_status orma_computer_configure(orma_profile *profile, const char *computer,
                                    orma_str parameters, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *found = NULL;
    AUTO_JSON json_object *authinfo = NULL;
    json_object *filled = NULL;
    const int64_t user = store_default_user(profile->store);

    orma_status st = take_in(parameters, "parameters", &given, err);
    if (st == ORMA_OK)
        st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK)
        st = fill_auth(profile->registry,
                       json_get_text(found, "transport_type", ""), given,
                       &filled, err);
    if (st != ORMA_OK)
        return st;
    AUTO_JSON json_object *saved = json_object_new_object();
    json_set(saved, "auth_params", filled);
    const int64_t pk = json_get_int(found, "pk", 0);
    st = store_authinfo(profile->store, user, pk, &authinfo, err);
    if (st != ORMA_OK)
        return st;
    json_object *metadata = json_get(authinfo, "metadata");
    json_set_bool(saved, "enabled", json_get_bool(authinfo, "enabled", true));
    json_set(saved, "metadata",
             metadata != NULL ? json_copy(metadata) : json_object_new_object());
    return store_authinfo_save(profile->store, user, pk, saved, err);
}

/* Adds "configured" and "enabled", and the parameters when asked. */
static orma_status add_authinfo(orma_profile *p, json_object *computer,
                                bool with_parameters, orma_error **err)
{
    AUTO_JSON json_object *authinfo = NULL;
    const orma_status st =
        store_authinfo(p->store, store_default_user(p->store),
                       json_get_int(computer, "pk", 0), &authinfo, err);
    if (st != ORMA_OK)
        return st;
    json_set_bool(computer, "configured", authinfo != NULL);
    json_set_bool(computer, "enabled",
                  authinfo != NULL && json_get_bool(authinfo, "enabled", true));
    if (with_parameters && authinfo != NULL)
        json_set(computer, "auth_params",
                 json_copy(json_get(authinfo, "auth_params")));
    return ORMA_OK;
}

orma_status orma_computer_list(orma_profile *profile, char **json,
                               orma_error **err)
{
    json_object *rows = NULL;
    orma_status st = store_list_computers(profile->store, &rows, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(rows); i++)
        st = add_authinfo(profile, json_object_array_get_idx(rows, i), false,
                          err);
    if (st == ORMA_OK)
        return hand_out(rows, json, err);
    json_object_put(rows);
    return st;
}

orma_status orma_computer_show(orma_profile *profile, const char *computer,
                               char **json, orma_error **err)
{
    json_object *found = NULL;
    orma_status st = store_computer(profile->store, computer, &found, err);
    if (st == ORMA_OK)
        st = add_authinfo(profile, found, true, err);
    if (st == ORMA_OK)
        return hand_out(found, json, err);
    json_object_put(found);
    return st;
}

orma_status orma_computer_enable(orma_profile *profile, const char *computer,
                                 int32_t enabled, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    AUTO_JSON json_object *authinfo = NULL;
    const int64_t user = store_default_user(profile->store);

    orma_status st = store_computer(profile->store, computer, &found, err);
    if (st != ORMA_OK)
        return st;
    const int64_t pk = json_get_int(found, "pk", 0);
    st = store_authinfo(profile->store, user, pk, &authinfo, err);
    if (st != ORMA_OK)
        return st;
    if (authinfo == NULL) {
        st = error_set(err, ORMA_E_REFUSED, "computer", 0,
                       "computer \"%s\" is not configured for the profile's "
                       "user",
                       json_get_text(found, "label", computer));
        error_hint(err, "orma computer configure %s %s",
                   json_get_text(found, "transport_type", "TRANSPORT"),
                   json_get_text(found, "label", computer));
        return st;
    }
    json_set_bool(authinfo, "enabled", enabled != 0);
    return store_authinfo_save(profile->store, user, pk, authinfo, err);
}

orma_status orma_computer_delete(orma_profile *profile, const char *computer,
                                 orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    const orma_status st =
        store_computer(profile->store, computer, &found, err);
    if (st != ORMA_OK)
        return st;
    return store_computer_delete(profile->store, json_get_int(found, "pk", 0),
                                 err);
}
