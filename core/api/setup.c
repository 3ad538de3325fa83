/* Making profiles: presto, and one on a chosen storage.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <api/defaults.h>
#include <api/handout.h>
#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/provision.h>

static const field presto_fields[] = {
    {"profile_name", FIELD_TEXT, false},
    {"email", FIELD_TEXT, false},
    {"first_name", FIELD_TEXT, false},
    {"last_name", FIELD_TEXT, false},
    {"institution", FIELD_TEXT, false},
    {"workdir", FIELD_TEXT, false},
    {"use_postgres", FIELD_BOOL, false},
    {"postgres_hostname", FIELD_TEXT, false},
    {"postgres_port", FIELD_COUNT, false},
    {"postgres_username", FIELD_TEXT, false},
    {"postgres_password", FIELD_TEXT, false},
};

static const field setup_fields[] = {
    {"profile_name", FIELD_TEXT, true}, {"backend", FIELD_TEXT, false},
    {"config", FIELD_OBJECT, false},    {"email", FIELD_TEXT, false},
    {"first_name", FIELD_TEXT, false},  {"last_name", FIELD_TEXT, false},
    {"institution", FIELD_TEXT, false}, {"set_as_default", FIELD_BOOL, false},
};

/* A profile in the making. */
struct setup {
    config *config;
    store *store;
    char *name;
    const char *backend;
    json_object *storage_config; /* owned */
    char *made_folder;           /* storage folder to remove on failure */
    bool has_provision;          /* role and database were made for it */
    char *email;
    int64_t user_pk;
};

static void setup_finish(struct setup *s)
{
    store_close(s->store);
    config_close(s->config);
    json_object_put(s->storage_config);
    free(s->made_folder);
    free(s->email);
    free(s->name);
}

/* The name becomes part of paths and of -p's argument. */
static orma_status check_name(const char *name, orma_error **err)
{
    bool is_fine = name[0] != '\0' && name[0] != '.' && name[0] != '-' &&
                   strlen(name) <= 128;
    for (const char *p = name; *p != '\0'; p++)
        if (*p == '/' || iscntrl((unsigned char)*p))
            is_fine = false;
    if (is_fine)
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "profile", 0,
                     "\"%s\" cannot be a profile's name: it is empty, longer "
                     "than 128 bytes, starts with '.' or '-', or holds a '/'",
                     name);
}

static bool is_taken(const config *c, const char *name)
{
    AUTO_JSON json_object *names = config_profile_names(c);
    for (size_t i = 0; i < json_object_array_length(names); i++)
        if (text_equal(
                json_object_get_string(json_object_array_get_idx(names, i)),
                name))
            return true;
    return false;
}

/* The wanted name, which must be free, or "presto", "presto-1", … */
static orma_status choose_name(struct setup *s, const char *wanted,
                               orma_error **err)
{
    if (wanted != NULL) {
        const orma_status st = check_name(wanted, err);
        if (st != ORMA_OK)
            return st;
        if (is_taken(s->config, wanted)) {
            error_set(err, ORMA_E_REFUSED, "profile", 0,
                      "there is a profile \"%s\" already", wanted);
            error_hint(err,
                       "choose another name, or delete it first: orma "
                       "profile delete %s",
                       wanted);
            return ORMA_E_REFUSED;
        }
        s->name = text_copy(wanted);
        return s->name != NULL ? ORMA_OK : error_no_memory(err);
    }
    s->name = text_copy(DEFAULT_PROFILE);
    for (int i = 1; s->name != NULL && is_taken(s->config, s->name); i++) {
        free(s->name);
        s->name = text_printf("%s-%d", DEFAULT_PROFILE, i);
    }
    return s->name != NULL ? ORMA_OK : error_no_memory(err);
}

/* Given, else $EMAIL, else AiiDA's; the part behind '@' in lower case, as
 * AiiDA stores it. */
static orma_status choose_email(struct setup *s, const json_object *options,
                                orma_error **err)
{
    AUTO_JSON json_object *filled =
        config_option(s->config, NULL, "autofill.user.email");
    const char *email = field_text(options, "email");
    if (email == NULL && json_object_is_type(filled, json_type_string))
        email = json_object_get_string(filled);
    if (email == NULL)
        email = getenv("EMAIL");
    if (email == NULL || email[0] == '\0')
        email = DEFAULT_EMAIL;
    const char *at = strrchr(email, '@');
    if (at == NULL || at == email || at[1] == '\0')
        return error_set(err, ORMA_E_INVALID, "profile", 0,
                         "\"%s\" is not an email address", email);
    s->email = text_copy(email);
    if (s->email == NULL)
        return error_no_memory(err);
    for (char *p = s->email + (at - email); *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return ORMA_OK;
}

/* 32 random hex digits, as AiiDA writes a UUID without dashes. */
static void random_hex(char out[33])
{
    orma_uuid uuid;
    char dashed[37];
    size_t n = 0;

    uuid_generate(&uuid);
    uuid_format(&uuid, dashed);
    for (const char *p = dashed; *p != '\0'; p++)
        if (*p != '-')
            out[n++] = *p;
    out[n] = '\0';
}

/* Members that the storage's manifest declares, with its defaults. */
static orma_status fill_config(registry *r, const plugin_entry *entry,
                               struct setup *s, orma_error **err)
{
    const json_object *spec = NULL;
    AUTO_BUF buf problems = {0};

    const orma_status st = registry_spec(r, entry, &spec, err);
    if (st != ORMA_OK)
        return st;
    json_object *ports = json_get(spec, "config");
    if (ports == NULL)
        return ORMA_OK;
    json_object_object_foreach(s->storage_config, given, value)
    {
        (void)value;
        if (json_get(ports, given) == NULL)
            buf_printf(&problems, "%s%s has no option \"%s\"",
                       problems.len > 0 ? "\n" : "", entry->name, given);
    }
    json_object_object_foreach(ports, name, port)
    {
        if (json_get(s->storage_config, name) != NULL)
            continue;
        json_object *fallback = json_get(port, "default");
        if (fallback != NULL)
            json_set(s->storage_config, name, json_copy(fallback));
        else if (json_get_bool(port, "required", true))
            buf_printf(&problems, "%s%s needs the option \"%s\"",
                       problems.len > 0 ? "\n" : "", entry->name, name);
    }
    if (problems.len > 0)
        return error_set_lines(err, ORMA_E_INVALID, "profile", 0,
                               buf_c_str(&problems));
    return buf_status(&problems, err);
}

/* repository/psql_dos_<hex> below the configuration; NULL without memory. */
static char *fresh_folder(const struct setup *s)
{
    char hex[33];
    const char *dot = strrchr(s->backend, '.');

    random_hex(hex);
    return text_printf("%s/repository/%s_%s", config_folder(s->config),
                       dot != NULL ? dot + 1 : s->backend, hex);
}

/* Where a server keeps the rows, the files have a folder of their own. A plain
 * path may be given for its URI. */
static orma_status default_repository(struct setup *s, orma_error **err)
{
    static const char scheme[] = "file://";
    const char *given = field_text(s->storage_config, "repository_uri");
    AUTO_FREE char *folder = NULL;

    if (given == NULL)
        folder = fresh_folder(s);
    else if (text_starts(given, scheme))
        folder = text_copy(given + strlen(scheme));
    else
        folder = file_absolute(given);
    AUTO_FREE char *uri =
        folder == NULL ? NULL : text_printf("%s%s", scheme, folder);
    if (uri == NULL || !json_set_text(s->storage_config, "repository_uri", uri))
        return error_no_memory(err);
    s->made_folder = file_exists(folder) ? NULL : text_copy(folder);
    return given == NULL ? file_mkdirs_for(folder, 0700, err) : ORMA_OK;
}

/* AiiDA's place for a storage in a folder: repository/sqlite_dos_<hex>. */
static orma_status default_folder(struct setup *s, orma_error **err)
{
    const bool is_archive = text_equal(s->backend, DEFAULT_ARCHIVE);
    if (!is_archive && !text_equal(s->backend, DEFAULT_STORAGE))
        return ORMA_OK;
    const char *given = field_text(s->storage_config, "filepath");
    if (given == NULL && is_archive)
        return ORMA_OK; /* fill_config() tells that it is missing */
    if (given != NULL) {
        AUTO_FREE char *absolute = file_absolute(given);
        if (absolute == NULL ||
            !json_set_text(s->storage_config, "filepath", absolute))
            return error_no_memory(err);
        s->made_folder =
            is_archive || file_exists(absolute) ? NULL : text_copy(absolute);
        return ORMA_OK;
    }
    s->made_folder = fresh_folder(s);
    if (s->made_folder == NULL ||
        !json_set_text(s->storage_config, "filepath", s->made_folder))
        return error_no_memory(err);
    return file_mkdirs_for(s->made_folder, 0700, err);
}

/* What the server makes for the profile: presto --use-postgres. */
static orma_status provision(struct setup *s, registry *r,
                             const json_object *options, orma_error **err)
{
    static const char *const wished[][2] = {
        {"postgres_hostname", "database_hostname"},
        {"postgres_port", "database_port"},
        {"postgres_username", "superuser"},
        {"postgres_password", "superuser_password"},
    };
    AUTO_JSON json_object *wishes = json_object_new_object();
    json_object *made = NULL;
    orma_status st = default_repository(s, err);

    if (st != ORMA_OK)
        return st;
    json_set_text(wishes, "profile", s->name);
    json_set(wishes, "repository_uri",
             json_object_get(json_get(s->storage_config, "repository_uri")));
    for (size_t i = 0; i < sizeof wished / sizeof *wished; i++)
        if (json_get(options, wished[i][0]) != NULL)
            json_set(wishes, wished[i][1],
                     json_object_get(json_get(options, wished[i][0])));
    st = storage_provision(r, s->backend, wishes, &made, err);
    if (st != ORMA_OK)
        return st;
    json_object_put(s->storage_config);
    s->storage_config = made;
    s->has_provision = true;
    return ORMA_OK;
}

/* The storage's config, complete. */
static orma_status complete_config(struct setup *s, registry *r,
                                   const plugin_entry *entry,
                                   const json_object *options, orma_error **err)
{
    const json_object *spec = NULL;
    if (json_get_bool(options, "use_postgres", false))
        return provision(s, r, options, err);
    orma_status st = registry_spec(r, entry, &spec, err);
    if (st == ORMA_OK)
        st = json_get_path(spec, "config.repository_uri") != NULL
                 ? default_repository(s, err)
                 : default_folder(s, err);
    return st == ORMA_OK ? fill_config(r, entry, s, err) : st;
}

static orma_status make_store(struct setup *s, const json_object *options,
                              orma_error **err)
{
    static const char *const members[] = {"first_name", "last_name",
                                          "institution"};
    registry *r = NULL;
    const plugin_entry *entry = NULL;
    orma_status st = registry_default(&r, err);
    if (st == ORMA_OK)
        st = registry_find(r, KIND_STORAGE, s->backend, &entry, err);
    if (st != ORMA_OK)
        return st;
    s->backend = entry->name;
    st = complete_config(s, r, entry, options, err);
    if (st == ORMA_OK)
        st = store_open(r, s->backend, s->storage_config, true, &s->store, err);
    if (st != ORMA_OK)
        return st;
    if (store_is_read_only(s->store)) {
        free(s->email); /* nothing will be stored for anybody */
        s->email = NULL;
        return ORMA_OK;
    }

    AUTO_JSON json_object *user = json_object_new_object();
    json_set_text(user, "email", s->email);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *value = field_text(options, members[i]);
        json_set_text(user, members[i], value != NULL ? value : "");
    }
    st = store_user_save(s->store, user, &s->user_pk, err);
    if (st == ORMA_OK)
        store_set_default_user(s->store, s->user_pk);
    return st;
}

static json_object *profile_object(const struct setup *s)
{
    char hex[33];

    random_hex(hex);
    json_object *storage = json_object_new_object();
    json_set_text(storage, "backend", s->backend);
    json_set(storage, "config", json_object_get(s->storage_config));
    /* No broker: AiiDA then runs processes in the program that launches them.
     */
    json_object *control = json_object_new_object();
    json_set(control, "backend", NULL);
    json_set(control, "config", json_object_new_object());
    json_object *profile = json_object_new_object();
    json_set_text(profile, "PROFILE_UUID", hex);
    json_set(profile, "storage", storage);
    json_set(profile, "process_control", control);
    if (s->email != NULL)
        json_set_text(profile, "default_user_email", s->email);
    else
        json_set(profile, "default_user_email", NULL);
    json_set_bool(profile, "test_profile", false);
    json_set(profile, "options", json_object_new_object());
    return profile;
}

static orma_status save_profile(struct setup *s, bool set_as_default,
                                orma_error **err)
{
    if (!config_set_profile(s->config, s->name, profile_object(s)))
        return error_no_memory(err);
    if (set_as_default || config_default_profile(s->config) == NULL)
        config_set_default_profile(s->config, s->name);
    return config_save(s->config, err);
}

/* What presto knows of the machine it runs on. */
static orma_status make_localhost(struct setup *s, const char *workdir,
                                  orma_error **err)
{
    int64_t pk = 0;
    AUTO_FREE char *scratch =
        workdir != NULL
            ? file_absolute(workdir)
            : text_printf("%s/scratch/%s", config_folder(s->config), s->name);
    if (scratch == NULL)
        return error_no_memory(err);
    orma_status st = file_mkdirs(scratch, 0700, err);
    if (st != ORMA_OK)
        return st;

    AUTO_JSON json_object *computer = json_object_new_object();
    json_object *metadata = json_object_new_object();
    json_set_text(metadata, "workdir", scratch);
    json_set_int(metadata, "default_mpiprocs_per_machine", 1);
    json_set(metadata, "minimum_scheduler_poll_interval", json_new_real(0.0));
    json_set_text(computer, "label", DEFAULT_COMPUTER);
    json_set_text(computer, "hostname", "localhost");
    json_set_text(computer, "description",
                  "Localhost automatically created by `orma presto`");
    json_set_text(computer, "transport_type", DEFAULT_TRANSPORT);
    json_set_text(computer, "scheduler_type", DEFAULT_SCHEDULER);
    json_set(computer, "metadata", metadata);
    st = store_computer_save(s->store, computer, &pk, err);
    if (st != ORMA_OK)
        return st;

    /* A login shell costs milliseconds for each command and changes nothing
     * on the machine where orma itself runs. */
    AUTO_JSON json_object *authinfo = json_object_new_object();
    json_object *parameters = json_object_new_object();
    json_set_bool(parameters, "use_login_shell", false);
    json_set(parameters, "safe_interval", json_new_real(0.0));
    json_set_bool(authinfo, "enabled", true);
    json_set(authinfo, "auth_params", parameters);
    json_set(authinfo, "metadata", json_object_new_object());
    return store_authinfo_save(s->store, s->user_pk, pk, authinfo, err);
}

static orma_status report(const struct setup *s, const char *computer,
                          char **json, orma_error **err)
{
    json_object *made = json_object_new_object();
    json_set_text(made, "profile", s->name);
    json_set_text(made, "config", config_folder(s->config));
    json_set_text(made, "storage", s->backend);
    AUTO_FREE char *place = storage_place(s->storage_config);
    json_set_text(made, "data", place != NULL ? place : "");
    const char *folder = field_text(s->storage_config, "filepath");
    if (folder != NULL)
        json_set_text(made, "filepath", folder);
    if (s->email != NULL)
        json_set_text(made, "user", s->email);
    if (computer != NULL)
        json_set_text(made, "computer", computer);
    json_set_bool(made, "default",
                  text_equal(config_default_profile(s->config), s->name));
    return hand_out(made, json, err);
}

/* Nothing half is left behind. */
static void undo(struct setup *s)
{
    AUTO_ERROR orma_error *ignored = NULL;
    registry *r = NULL;
    store_close(s->store);
    s->store = NULL;
    if (s->has_provision && registry_default(&r, &ignored) == ORMA_OK)
        storage_destroy(r, s->backend, s->storage_config, &ignored);
    if (s->made_folder != NULL)
        file_remove_tree(s->made_folder, &ignored);
}

orma_status orma_presto(orma_str options, char **json, orma_error **err)
{
    struct setup s = {0};
    AUTO_JSON json_object *given = NULL;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, presto_fields,
                          sizeof presto_fields / sizeof *presto_fields, err);
    if (st == ORMA_OK)
        st = config_open(&s.config, err);
    if (st == ORMA_OK)
        st = choose_name(&s, field_text(given, "profile_name"), err);
    if (st == ORMA_OK)
        st = choose_email(&s, given, err);
    s.storage_config = json_object_new_object();
    s.backend = json_get_bool(given, "use_postgres", false)
                    ? DEFAULT_SERVER_STORAGE
                    : DEFAULT_STORAGE;
    if (st == ORMA_OK)
        st = make_store(&s, given, err);
    if (st == ORMA_OK)
        st = make_localhost(&s, field_text(given, "workdir"), err);
    if (st == ORMA_OK)
        st = save_profile(&s, true, err);
    if (st == ORMA_OK)
        st = report(&s, DEFAULT_COMPUTER, json, err);
    else
        undo(&s);
    setup_finish(&s);
    return st;
}

orma_status orma_profile_setup(orma_str options, char **json, orma_error **err)
{
    struct setup s = {0};
    AUTO_JSON json_object *given = NULL;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, setup_fields,
                          sizeof setup_fields / sizeof *setup_fields, err);
    if (st == ORMA_OK)
        st = config_open(&s.config, err);
    if (st == ORMA_OK)
        st = choose_name(&s, field_text(given, "profile_name"), err);
    if (st == ORMA_OK)
        st = choose_email(&s, given, err);
    if (st == ORMA_OK) {
        s.backend = json_get_text(given, "backend", DEFAULT_STORAGE);
        json_object *storage = json_get(given, "config");
        s.storage_config =
            storage != NULL ? json_copy(storage) : json_object_new_object();
        st = make_store(&s, given, err);
    }
    if (st == ORMA_OK)
        st =
            save_profile(&s, json_get_bool(given, "set_as_default", true), err);
    if (st == ORMA_OK)
        st = report(&s, NULL, json, err);
    else
        undo(&s);
    setup_finish(&s);
    return st;
}
