/* Codes: creating, listing, showing, testing, hiding.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <api/codes.h>
#include <api/connection.h>
#include <api/defaults.h>
#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <process/inputs.h>

static const field code_fields[] = {
    {"label", FIELD_TEXT, true},
    {"description", FIELD_TEXT, false},
    {"computer", FIELD_TEXT, false},
    {"filepath_executable", FIELD_TEXT, true},
    {"filepath_files", FIELD_TEXT, false},
    {"default_calc_job_plugin", FIELD_TEXT, false},
    {"prepend_text", FIELD_TEXT, false},
    {"append_text", FIELD_TEXT, false},
    {"use_double_quotes", FIELD_BOOL, false},
    {"with_mpi", FIELD_BOOL, false},
    {"wrap_cmdline_params", FIELD_BOOL, false},
    {"engine_command", FIELD_TEXT, false},
    {"image_name", FIELD_TEXT, false},
};

/* What each type of code is made of. */
static const struct code_type {
    const char *entry;
    bool on_computer;
    bool has_files;
    bool in_container;
} code_types[] = {
    {CODE_INSTALLED, true, false, false},
    {CODE_PORTABLE, false, true, false},
    {CODE_CONTAINERIZED, true, false, true},
};

const code_attribute code_attributes[] = {
    {"default_calc_job_plugin", "input_plugin", CODE_DEFAULT_NULL},
    {"prepend_text", "prepend_text", CODE_DEFAULT_EMPTY},
    {"append_text", "append_text", CODE_DEFAULT_EMPTY},
    {"use_double_quotes", "use_double_quotes", CODE_DEFAULT_FALSE},
    {"with_mpi", "with_mpi", CODE_DEFAULT_NULL},
    {"wrap_cmdline_params", "wrap_cmdline_params", CODE_DEFAULT_FALSE},
    {"filepath_executable", "filepath_executable", CODE_DEFAULT_EMPTY},
    {NULL, NULL, CODE_DEFAULT_NULL},
};

static const struct code_type *type_of(const char *entry)
{
    for (size_t i = 0; i < sizeof code_types / sizeof *code_types; i++)
        if (text_equal(code_types[i].entry, entry))
            return &code_types[i];
    return NULL;
}

static void problem(buf *problems, const char *option, const char *message)
{
    buf_printf(problems, "%s%s: %s", problems->len > 0 ? "\n" : "", option,
               message);
}

static void check_options(const struct code_type *type,
                          const json_object *given, bool brings_files,
                          buf *problems)
{
    const char *label = field_text(given, "label");
    const char *executable = field_text(given, "filepath_executable");
    const bool has_computer = field_text(given, "computer") != NULL;
    const bool has_files = field_text(given, "filepath_files") != NULL;

    if (label[strspn(label, " \t")] == '\0')
        problem(problems, "label", "is empty");
    if (strchr(label, '@') != NULL)
        problem(problems, "label",
                "must not hold \"@\", which separates it from the computer");
    if (executable[0] == '\0')
        problem(problems, "filepath_executable", "is empty");
    if (type->on_computer && !has_computer)
        problem(problems, "computer",
                "is missing: such a code is installed on a computer");
    if (!type->on_computer && has_computer)
        problem(problems, "computer",
                "must not be given: a portable code goes to any computer");
    if (type->has_files && !has_files && !brings_files)
        problem(problems, "filepath_files",
                "is missing: the folder with the code's files");
    if (!type->has_files && has_files)
        problem(problems, "filepath_files", "is for portable codes only");
    if (type->has_files && !file_path_is_safe(executable))
        problem(problems, "filepath_executable",
                "is not a relative path within filepath_files");
    if (!type->in_container)
        return;
    const char *command = json_get_text(given, "engine_command", "");
    if (strstr(command, "{image_name}") == NULL)
        problem(problems, "engine_command", "must hold {image_name}");
    if (json_get_text(given, "image_name", "")[0] == '\0')
        problem(problems, "image_name", "is missing");
}

static void set_attributes(node *code, const struct code_type *type,
                           const json_object *given, const char *plugin)
{
    for (const code_attribute *a = code_attributes; a->option != NULL; a++) {
        const json_object *value = json_get(given, a->option);
        json_object *stored = value != NULL ? json_copy(value) : NULL;
        if (text_equal(a->attribute, "input_plugin") && plugin != NULL) {
            json_object_put(stored);
            stored = json_object_new_string(plugin);
        }
        if (stored == NULL && a->fallback == CODE_DEFAULT_EMPTY)
            stored = json_object_new_string("");
        if (stored == NULL && a->fallback == CODE_DEFAULT_FALSE)
            stored = json_object_new_boolean(0);
        json_set(code->attributes, a->attribute, stored);
    }
    if (!type->in_container)
        return;
    json_set_text(code->attributes, "engine_command",
                  field_text(given, "engine_command"));
    json_set_text(code->attributes, "image_name",
                  field_text(given, "image_name"));
}

static orma_status add_file(void *user, const char *relative, const char *path,
                            bool is_dir, orma_error **err)
{
    node *code = user;
    return is_dir ? node_put_folder(code, relative, err)
                  : node_put_local(code, relative, path, err);
}

static orma_status copy_file(void *user, const char *path, const char *key,
                             orma_error **err)
{
    node *code = user;
    return key != NULL ? node_put_key(code, path, key, err)
                       : node_put_folder(code, path, err);
}

/* Those of the code that is copied, unless a folder is given. */
static orma_status add_files(node *code, const json_object *given,
                             const node *original, orma_error **err)
{
    const char *folder = field_text(given, "filepath_files");
    const char *executable = field_text(given, "filepath_executable");

    if (folder == NULL)
        return repository_walk(original->repository, copy_file, code, err);
    AUTO_FREE char *path = file_join(folder, executable);
    if (!file_is_dir(folder))
        return error_set(err, ORMA_E_INVALID, "code", 0,
                         "filepath_files: \"%s\" is not a folder", folder);
    if (path == NULL)
        return error_no_memory(err);
    if (!file_exists(path))
        return error_set(err, ORMA_E_INVALID, "code", 0,
                         "filepath_executable: there is no \"%s\" in \"%s\"",
                         executable, folder);
    return file_walk(folder, add_file, code, err);
}

orma_status code_refuse_taken(orma_profile *p, const char *label,
                              const char *computer, orma_error **err)
{
    AUTO_JSON json_object *rows = NULL;
    const orma_status st = store_list_codes(p->store, &rows, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        const json_object *row = json_object_array_get_idx(rows, i);
        if (!text_equal(json_get_text(row, "label", ""), label) ||
            !text_equal(json_get_text(row, "computer", ""),
                        computer != NULL ? computer : ""))
            continue;
        error_set(err, ORMA_E_REFUSED, "code", 0,
                  "there is a code \"%s%s%s\" already (pk %lld)", label,
                  computer != NULL ? "@" : "", computer != NULL ? computer : "",
                  (long long)json_get_int(row, "pk", 0));
        error_hint(err, "choose another label");
        return ORMA_E_REFUSED;
    }
    return ORMA_OK;
}

/* Computer of the code, label checked, the plugin's own name. */
static orma_status resolve(orma_profile *p, const json_object *given,
                           json_object **computer, const char **plugin,
                           orma_error **err)
{
    const char *label = field_text(given, "computer");
    const char *wanted = field_text(given, "default_calc_job_plugin");
    orma_status st = ORMA_OK;

    if (label != NULL)
        st = store_computer(p->store, label, computer, err);
    if (st != ORMA_OK)
        return error_set(err, st, "code", 0, "computer");
    if (wanted != NULL && wanted[0] != '\0') {
        const plugin_entry *entry = NULL;
        st = registry_find(p->registry, KIND_CALCULATION, wanted, &entry, err);
        if (st != ORMA_OK)
            return error_set(err, st, "code", 0, "default_calc_job_plugin");
        *plugin = entry->name;
    }
    return code_refuse_taken(
        p, field_text(given, "label"),
        *computer != NULL ? json_get_text(*computer, "label", "") : NULL, err);
}

static orma_status fill(node *code, const struct code_type *type,
                        const json_object *given, const json_object *computer,
                        const char *plugin, orma_error **err)
{
    char *label = text_copy(field_text(given, "label"));
    char *description = text_copy(json_get_text(given, "description", ""));
    if (label == NULL || description == NULL) {
        free(label);
        free(description);
        return error_no_memory(err);
    }
    free(code->label);
    free(code->description);
    code->label = label;
    code->description = description;
    set_attributes(code, type, given, plugin);
    if (computer != NULL) {
        code->computer_pk = json_get_int(computer, "pk", 0);
        uuid_parse(json_get_text(computer, "uuid", ""), &code->computer_uuid);
    }
    return ORMA_OK;
}

static orma_status store_one(orma_profile *p, node *code, orma_error **err)
{
    unit *u = NULL;
    orma_status st = data_validate(p->registry, code, err);
    if (st == ORMA_OK)
        st = unit_begin(p->store, &u, err);
    if (st != ORMA_OK)
        return st;
    st = unit_add_node(u, code, err);
    if (st == ORMA_OK) /* AiiDA's lists ask for codes whose extra is false */
        st = unit_set_extra(u, code, "hidden", json_object_new_boolean(0), err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    return unit_commit(u, err);
}

static orma_status unknown_type(const char *entry, orma_error **err)
{
    const char *names[sizeof code_types / sizeof *code_types];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        names[i] = code_types[i].entry;
    const char *closest =
        text_closest(entry, names, sizeof names / sizeof *names);
    error_set(err, ORMA_E_NOT_FOUND, "code", 0, "\"%s\" is no type of code",
              entry);
    error_hint(err, "use %s", closest != NULL ? closest : DEFAULT_CODE);
    return ORMA_E_NOT_FOUND;
}

static orma_status check_given(const struct code_type *type,
                               const json_object *given, bool brings_files,
                               orma_error **err)
{
    AUTO_BUF buf problems = {0};

    orma_status st = fields_check(
        given, code_fields, sizeof code_fields / sizeof *code_fields, err);
    if (st != ORMA_OK)
        return st;
    check_options(type, given, brings_files, &problems);
    st = buf_status(&problems, err);
    if (st == ORMA_OK && problems.len > 0)
        st = error_set_lines(err, ORMA_E_INVALID, "code", 0,
                             buf_c_str(&problems));
    return st;
}

orma_status code_store(orma_profile *profile, const char *entry,
                       const json_object *given, const node *original,
                       int64_t *pk, orma_error **err)
{
    const struct code_type *type = type_of(entry);
    AUTO_JSON json_object *computer = NULL;
    AUTO_NODE node *code = NULL;
    const char *plugin = NULL;

    if (type == NULL)
        return unknown_type(entry, err);
    orma_status st = check_given(type, given, original != NULL, err);
    if (st == ORMA_OK)
        st = resolve(profile, given, &computer, &plugin, err);
    if (st == ORMA_OK)
        st = data_create(profile->registry, type->entry, &code, err);
    if (st == ORMA_OK)
        st = fill(code, type, given, computer, plugin, err);
    if (st == ORMA_OK && type->has_files)
        st = add_files(code, given, original, err);
    if (st == ORMA_OK)
        st = store_one(profile, code, err);
    if (st == ORMA_OK)
        *pk = code->pk;
    return st;
}

orma_status orma_code_create(orma_profile *profile, const char *entry,
                             orma_str options, int64_t *pk, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;

    if (type_of(entry) == NULL)
        return unknown_type(entry, err);
    const orma_status st = take_in(options, "options", &given, err);
    return st == ORMA_OK ? code_store(profile, entry, given, NULL, pk, err)
                         : st;
}

/* "label@computer" or "label". */
static void set_full_label(json_object *row)
{
    const char *computer = json_get_text(row, "computer", NULL);
    AUTO_FREE char *full = text_printf(
        "%s%s%s", json_get_text(row, "label", ""), computer != NULL ? "@" : "",
        computer != NULL ? computer : "");
    if (full != NULL)
        json_set_text(row, "full_label", full);
}

orma_status orma_code_list(orma_profile *profile, int32_t all, char **json,
                           orma_error **err)
{
    AUTO_JSON json_object *rows = NULL;
    const orma_status st = store_list_codes(profile->store, &rows, err);
    if (st != ORMA_OK)
        return st;
    json_object *shown = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (!all && json_get_bool(row, "hidden", false))
            continue;
        set_full_label(row);
        json_object_array_add(shown, json_object_get(row));
    }
    return hand_out(shown, json, err);
}

orma_status orma_code_show(orma_profile *profile, const char *code, char **json,
                           orma_error **err)
{
    AUTO_NODE node *found = NULL;
    AUTO_JSON json_object *rows = NULL;
    orma_status st = store_find_code(profile->store, code, &found, err);
    if (st == ORMA_OK)
        st = store_list_codes(profile->store, &rows, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (json_get_int(row, "pk", 0) != found->pk)
            continue;
        set_full_label(row);
        return hand_out(json_object_get(row), json, err);
    }
    return error_set(err, ORMA_E_NOT_FOUND, "code", 0,
                     "node %lld is not listed as a code", (long long)found->pk);
}

static orma_status test_installed(orma_profile *p, const node *code,
                                  orma_error **err)
{
    const char *executable =
        json_get_text(code->attributes, "filepath_executable", "");
    AUTO_JSON json_object *computer = NULL;
    AUTO_BUF buf command = {0}, out = {0}, error = {0};
    connection c = {0};
    int32_t status = 0;

    orma_status st =
        store_computer_by_pk(p->store, code->computer_pk, &computer, err);
    if (st == ORMA_OK)
        st = connection_open(p, computer, &c, err);
    if (st != ORMA_OK)
        return st;
    /* A bare name is looked for in PATH, as the job script will. */
    const bool is_path = strchr(executable, '/') != NULL;
    buf_text(&command, is_path ? "test -f " : "command -v ");
    shell_quote(&command, executable);
    if (is_path) {
        buf_text(&command, " && test -x ");
        shell_quote(&command, executable);
    }
    st = connection_exec(&c, buf_c_str(&command), &out, &error, &status, err);
    connection_close(&c);
    if (st != ORMA_OK || status == 0)
        return st;
    return error_set(err, ORMA_E_INVALID, "code", 0,
                     "\"%s\" is not an executable file on computer \"%s\"",
                     executable, json_get_text(computer, "label", ""));
}

orma_status orma_code_test(orma_profile *profile, const char *code,
                           orma_error **err)
{
    AUTO_NODE node *found = NULL;
    orma_status st = store_find_code(profile->store, code, &found, err);
    if (st != ORMA_OK)
        return st;
    const char *image =
        json_get_text(found->attributes, "engine_command", NULL);
    if (image != NULL)
        return error_set(err, ORMA_E_UNSUPPORTED, "code", 0,
                         "\"%s\" lies within a container image, which only a "
                         "job opens",
                         found->label);
    if (found->computer_pk > 0)
        return test_installed(profile, found, err);
    const char *executable =
        json_get_text(found->attributes, "filepath_executable", "");
    if (repository_key(found->repository, executable) != NULL)
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "code", 0,
                     "code \"%s\" holds no file \"%s\"", found->label,
                     executable);
}

orma_status orma_code_hide(orma_profile *profile, const char *code,
                           int32_t hidden, orma_error **err)
{
    AUTO_NODE node *found = NULL;
    unit *u = NULL;
    orma_status st = store_find_code(profile->store, code, &found, err);
    if (st == ORMA_OK)
        st = unit_begin(profile->store, &u, err);
    if (st != ORMA_OK)
        return st;
    st = unit_set_extra(u, found, "hidden", json_object_new_boolean(hidden),
                        err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    return unit_commit(u, err);
}
