/* What only a calcjob's inputs must be: a code, a computer that is ready,
 * resources that its scheduler takes, a parser that is known.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/inputs_internal.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <orma/scheduler.h>
#include <process/data_nodes.h>

/* ---- computer ---------------------------------------------------- */

/* A computer by label or pk, NULL after adding a problem. */
static json_object *find_computer(struct builder *b, const char *path,
                                  const json_object *identifier)
{
    orma_error *error = NULL;
    json_object *computer = NULL;
    AUTO_FREE char *text =
        json_object_is_type(identifier, json_type_string)
            ? text_copy(json_object_get_string((json_object *)identifier))
            : json_text(identifier, JSON_COMPACT);

    if (text == NULL) {
        build_failed(b, ORMA_E_NO_MEMORY);
        return NULL;
    }
    const orma_status st = store_computer(b->store, text, &computer, &error);
    if (st != ORMA_OK)
        problem_from(b, path, st, error);
    return st == ORMA_OK ? computer : NULL;
}

static json_object *code_computer(struct builder *b, const node *code)
{
    orma_error *error = NULL;
    json_object *computer = NULL;

    if (code->computer_pk == 0)
        return NULL;
    const orma_status st =
        store_computer_by_pk(b->store, code->computer_pk, &computer, &error);
    if (st != ORMA_OK)
        problem_from(b, PATH_CODE, st, error);
    return st == ORMA_OK ? computer : NULL;
}

static void need_computer(struct builder *b)
{
    const node *code = b->inputs->code;

    if (has_problem(b, PATH_CODE) || has_problem(b, PATH_COMPUTER))
        return;
    if (code != NULL)
        problem_add(b, PATH_COMPUTER,
                    "is required: code \"%s\" is portable and names no "
                    "computer",
                    code->label);
    else
        problem_add(b, PATH_CODE,
                    "is required: the code to run, as label@computer");
}

/* The computer to run on, into b->inputs->computer. */
static void find_job_computer(struct builder *b)
{
    const json_object *named = json_get_path(b->values, PATH_COMPUTER);
    AUTO_JSON json_object *given =
        named != NULL ? find_computer(b, PATH_COMPUTER, named) : NULL;
    AUTO_JSON json_object *of_code =
        b->inputs->code != NULL ? code_computer(b, b->inputs->code) : NULL;

    if (given != NULL && of_code != NULL &&
        json_get_int(given, "pk", 0) != json_get_int(of_code, "pk", 0)) {
        problem_add(b, PATH_COMPUTER,
                    "is \"%s\", but code \"%s\" is on \"%s\"",
                    json_get_text(given, "label", ""), b->inputs->code->label,
                    json_get_text(of_code, "label", ""));
        return;
    }
    json_object **found = of_code != NULL ? &of_code : &given;
    if (*found == NULL) {
        need_computer(b);
        return;
    }
    b->inputs->computer = *found;
    *found = NULL;
}

/* Configured and enabled for the user that the node will belong to. */
static void check_configured(struct builder *b)
{
    const json_object *computer = b->inputs->computer;
    const char *label = json_get_text(computer, "label", "");
    const char *path = b->inputs->code != NULL ? PATH_CODE : PATH_COMPUTER;
    AUTO_JSON json_object *authinfo = NULL;
    orma_error *error = NULL;

    const orma_status st =
        store_authinfo(b->store, store_default_user(b->store),
                       json_get_int(computer, "pk", 0), &authinfo, &error);
    if (st != ORMA_OK)
        problem_from(b, path, st, error);
    else if (authinfo == NULL)
        problem_add(b, path,
                    "computer \"%s\" is not configured for this user: run "
                    "`orma computer configure %s %s`",
                    label, json_get_text(computer, "transport_type", ""),
                    label);
    else if (!json_get_bool(authinfo, "enabled", true))
        problem_add(b, path,
                    "computer \"%s\" is disabled: run `orma computer enable "
                    "%s`",
                    label, label);
}

/* ---- resources --------------------------------------------------- */

/* AiiDA keeps resources as given, and with the computer's default processes
 * per machine where that is what completed them. */
static void keep_default_mpiprocs(struct builder *b, json_object *given,
                                  const json_object *completed,
                                  int64_t default_mpiprocs)
{
    static const char key[] = "num_mpiprocs_per_machine";

    if (default_mpiprocs <= 0 || json_get(given, key) != NULL ||
        json_get(completed, key) == NULL ||
        (json_get(given, "num_machines") != NULL &&
         json_get(given, "tot_num_mpiprocs") != NULL))
        return;
    if (!json_set_int(given, key, default_mpiprocs))
        build_failed(b, ORMA_E_NO_MEMORY);
}

static orma_status complete_resources(struct builder *b, json_object *given,
                                      json_object **completed,
                                      orma_error **err)
{
    const json_object *computer = b->inputs->computer;
    const char *type = json_get_text(computer, "scheduler_type", "");
    const int64_t mpiprocs = json_get_int(
        json_get(computer, "metadata"), "default_mpiprocs_per_machine", 0);
    AUTO_BUF buf text = {0}, answer = {0};
    orma_writer writer = {&answer, 1 << 20};
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;

    orma_status st = registry_find(b->registry, KIND_SCHEDULER, type, &entry,
                                   err);
    if (st == ORMA_OK)
        st = plugin_load(b->registry, entry, &vtable, err);
    if (st != ORMA_OK)
        return st;
    const orma_scheduler *scheduler = vtable;
    json_write(&text, given, JSON_COMPACT);
    st = plugin_answer(scheduler->resources(scheduler, buf_view(&text),
                                            mpiprocs, &writer, err),
                       entry, "resources", err);
    if (st == ORMA_OK)
        st = buf_status(&answer, err);
    if (st == ORMA_OK)
        st = json_parse(buf_view(&answer), completed, err);
    if (st == ORMA_OK)
        keep_default_mpiprocs(b, given, *completed, mpiprocs);
    return st;
}

static void check_resources(struct builder *b)
{
    json_object *given = json_get_path(b->values, PATH_RESOURCES);
    AUTO_JSON json_object *completed = NULL;
    orma_error *error = NULL;

    if (given == NULL || has_problem(b, PATH_RESOURCES))
        return;
    const orma_status st = complete_resources(b, given, &completed, &error);
    if (st != ORMA_OK)
        problem_from(b, PATH_RESOURCES, st, error);
}

/* ---- parser, stash ----------------------------------------------- */

static void check_parser(struct builder *b)
{
    const char *name =
        json_get_text(json_get_path(b->values, PATH_OPTIONS), "parser_name",
                      NULL);
    const plugin_entry *entry = NULL;
    orma_error *error = NULL;

    if (name == NULL)
        return;
    const orma_status st =
        registry_find(b->registry, KIND_PARSER, name, &entry, &error);
    if (st != ORMA_OK)
        problem_from(b, PATH_PARSER, st, error);
}

static void check_stash(struct builder *b)
{
    static const char *const needed[] = {"target_base", "source_list",
                                         "stash_mode"};
    const json_object *stash = json_get_path(b->values, PATH_STASH);
    const char *mode = json_get_text(stash, "stash_mode", "");
    const bool archives = text_starts(mode, "tar");

    if (stash == NULL)
        return;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        const char *path = path_join(b, PATH_STASH, needed[i]);
        if (json_get(stash, needed[i]) == NULL && !has_problem(b, path))
            problem_add(b, path, "is required to stash");
    }
    if (archives && json_get(stash, "dereference") == NULL)
        problem_add(b, PATH_STASH ".dereference",
                    "is required with stash_mode \"%s\"", mode);
    if (!archives && *mode != '\0' && json_get(stash, "dereference") != NULL)
        problem_add(b, PATH_STASH ".dereference",
                    "has no meaning with stash_mode \"%s\"", mode);
    if (strcmp(mode, "submit_custom_code") == 0 &&
        json_get_bool(stash, "fail_on_missing", false))
        problem_add(b, PATH_STASH ".fail_on_missing",
                    "has no meaning with stash_mode \"%s\"", mode);
}

void check_job(struct builder *b)
{
    const process_spec *spec = b->spec;

    if (spec->entry->kind != KIND_CALCULATION)
        return;
    b->inputs->code = process_inputs_get(b->inputs, PATH_CODE);
    check_stash(b);
    if (b->store == NULL)
        return;
    check_parser(b);
    if (port_find(&spec->inputs, PATH_COMPUTER) == NULL ||
        process_inputs_get(b->inputs, PATH_REMOTE_FOLDER) != NULL)
        return;
    find_job_computer(b);
    if (b->inputs->computer == NULL)
        return;
    check_configured(b);
    check_resources(b);
}
