/* orma process why-not-cached, invalidate, validate; orma node rehash.
 *
 * SPDX-License-Identifier: MIT */
#include "caching.h"

#include <stdio.h>
#include <string.h>

#include <orma/api/caching.h>

#include "defaults.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "progress.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

/* Differences that a person is shown; the other formats have all of them. */
#define MAX_SHOWN 20
#define VALUE_WIDTH 60

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static const char *text_member(json_object *object, const char *key)
{
    json_object *found = member(object, key);
    return found != NULL ? json_object_get_string(found) : "";
}

static size_t length_of(json_object *array)
{
    return json_object_is_type(array, json_type_array)
               ? json_object_array_length(array)
               : 0;
}

static bool is_true(json_object *object, const char *key)
{
    return json_object_get_boolean(member(object, key)) != 0;
}

/* ---- why not cached ---------------------------------------------- */

/* A side of a difference in one line; "-" where it has no such field. */
static json_object *shown_value(json_object *row, const char *side)
{
    json_object *value = NULL;
    char text[VALUE_WIDTH + 1];

    if (!json_object_object_get_ex(row, side, &value))
        return json_object_new_string("-");
    cell_text(value, CELL_PLAIN, text, sizeof text);
    return json_object_new_string(value != NULL ? text : "null");
}

static void print_differences(json_object *differences, const char *a,
                              const char *b)
{
    const column columns[] = {
        {"field", "Field", CELL_PLAIN},
        {"a", a, CELL_PLAIN},
        {"b", b, CELL_PLAIN},
        {0},
    };
    SCOPE_JSON json_object *rows = json_object_new_array();
    const size_t n = length_of(differences);

    for (size_t i = 0; i < n && i < MAX_SHOWN; i++) {
        json_object *found = json_object_array_get_idx(differences, i);
        json_object *row = json_object_new_object();
        json_object_object_add(row, "field",
                               json_object_get(member(found, "field")));
        json_object_object_add(row, "a", shown_value(found, "a"));
        json_object_object_add(row, "b", shown_value(found, "b"));
        json_object_array_add(rows, row);
    }
    table_rows(rows, columns, "");
    if (n > MAX_SHOWN)
        printf("… and %zu more (--format json)\n", n - MAX_SHOWN);
}

static void print_reasons(json_object *of)
{
    json_object *reasons = member(of, "reasons");

    for (size_t i = 0; i < length_of(reasons); i++)
        printf("process %s is no source: %s\n", text_member(of, "pk"),
               json_object_get_string(json_object_array_get_idx(reasons, i)));
}

/* A hash that is out of date is found by nobody. */
static void print_hash(json_object *of)
{
    const char *stored = text_member(of, "stored_hash");
    const char *hash = text_member(of, "hash");

    if (member(of, "hash") == NULL)
        printf("process %s cannot be hashed: no installed plugin provides the "
               "type of one of its nodes\n",
               text_member(of, "pk"));
    else if (strcmp(stored, hash) != 0)
        printf("the stored hash of process %s is not the one of today: orma "
               "node rehash %s\n",
               text_member(of, "pk"), text_member(of, "pk"));
}

static void print_pair(json_object *answer)
{
    json_object *a = member(answer, "process"), *b = member(answer, "other");
    json_object *differences = member(answer, "differences");
    char of_a[32], of_b[32];

    snprintf(of_a, sizeof of_a, "%s", text_member(a, "pk"));
    snprintf(of_b, sizeof of_b, "%s", text_member(b, "pk"));
    if (length_of(differences) > 0) {
        printf("%s and %s differ first in %s\n\n", of_a, of_b,
               text_member(json_object_array_get_idx(differences, 0), "field"));
        print_differences(differences, of_a, of_b);
        putchar('\n');
    } else {
        printf("%s and %s have the same hash\n", of_a, of_b);
    }
    print_hash(a);
    print_hash(b);
    print_reasons(a);
    print_reasons(b);
    if (is_true(answer, "hit"))
        printf("%s can be taken for %s: was caching on when it was launched?\n",
               of_a, of_b);
}

static void print_refused(json_object *refused)
{
    for (size_t i = 0; i < length_of(refused); i++)
        print_reasons(json_object_array_get_idx(refused, i));
}

static void print_one(json_object *answer)
{
    json_object *process = member(answer, "process");
    json_object *differences = member(answer, "differences");
    const char *pk = text_member(process, "pk");

    if (is_true(answer, "hit"))
        printf("a rerun of %s would be taken from process %s\n", pk,
               text_member(answer, "source"));
    else
        printf("a rerun of %s would be run\n", pk);
    if (!is_true(answer, "enabled"))
        printf("caching is off for it: orma config set -a caching.enabled_for "
               "PROCESS_TYPE\n");
    if (!is_true(answer, "enabled") && member(answer, "source") != NULL)
        printf("process %s is there to be taken: orma run --cache use\n",
               text_member(answer, "source"));
    if (length_of(differences) > 0) {
        printf("its plugin has changed:\n");
        print_differences(differences, "then", "now");
    }
    if (member(answer, "source") == NULL &&
        length_of(member(answer, "refused")) == 0)
        printf("no process has the hash that it would have\n");
    print_hash(process);
    print_refused(member(answer, "refused"));
}

static int run_why_not_cached(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const char *other = argument_text(inv, 1);

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_process_why_not_cached(
        profile, argument_text(inv, 0), other, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *answer = output_parse(inv, json);
    if (answer == NULL)
        return EXIT_FAILED;
    if (other != NULL)
        print_pair(answer);
    else
        print_one(answer);
    return EXIT_DONE;
}

/* ---- marking ----------------------------------------------------- */

static int mark(invocation *inv, bool valid)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    int status = session_open(inv, &profile);

    for (size_t i = 0; i < inv->argument_count && status == EXIT_DONE; i++) {
        orma_error *error = NULL;
        int64_t pk = 0;
        const orma_status st = orma_process_set_valid_cache(
            profile, inv->arguments[i], valid, &pk, &error);
        if (st != ORMA_OK)
            status = failure(inv, st, error);
        else
            printf("process %lld is %s source of the cache\n", (long long)pk,
                   valid ? "a" : "no");
    }
    return status;
}

static int run_invalidate(invocation *inv)
{
    return mark(inv, false);
}

static int run_validate(invocation *inv)
{
    return mark(inv, true);
}

/* ---- rehash ------------------------------------------------------ */

static json_object *selection_of(const invocation *inv)
{
    json_object *selection = json_object_new_object();
    json_object *nodes = json_object_new_array();
    json_object *entries = json_object_new_array();
    const char *entry;

    for (size_t i = 0; i < inv->argument_count; i++)
        json_object_array_add(nodes, json_object_new_string(inv->arguments[i]));
    for (size_t i = 0; (entry = option_nth(inv, "entry-point", i)) != NULL; i++)
        json_object_array_add(entries, json_object_new_string(entry));
    if (length_of(nodes) > 0)
        json_object_object_add(selection, "nodes", json_object_get(nodes));
    if (length_of(entries) > 0)
        json_object_object_add(selection, "entry_points",
                               json_object_get(entries));
    json_object_put(nodes);
    json_object_put(entries);
    return selection;
}

static int rehash(const invocation *inv, json_object *selection)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    progress shown;
    const orma_rehash_options options = {
        .size = sizeof options, .progress = progress_step, .user = &shown};

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &shown);
    const orma_status st = orma_node_rehash(profile, document_text(selection),
                                            &options, &json, &error);
    progress_end(&shown);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *counts = output_parse(inv, json);
    printf("%s nodes hashed, %s of them anew\n", text_member(counts, "seen"),
           text_member(counts, "changed"));
    if (json_object_get_int64(member(counts, "unknown")) > 0)
        printf("%s are of types that no installed plugin provides: left as "
               "they are\n",
               text_member(counts, "unknown"));
    return EXIT_DONE;
}

static int run_rehash(invocation *inv)
{
    SCOPE_JSON json_object *selection = selection_of(inv);
    bool go = true;
    int status = EXIT_DONE;

    if (json_object_object_length(selection) == 0)
        status =
            terminal_confirm(inv, "hashes all nodes of the profile anew", &go);
    return status == EXIT_DONE && go ? rehash(inv, selection) : status;
}

/* ---- the table --------------------------------------------------- */

static const argument two_processes[] = {
    {"PROCESS", "pk, UUID or its beginning, or label", false, false},
    {"OTHER", "a process that could have been taken from it", true, false},
    {0},
};
static const argument processes[] = {
    {"PROCESS", "pk, UUID or its beginning, or label", false, true},
    {0},
};
static const argument nodes[] = {
    {"NODE", "pk, UUID or its beginning, or label", true, true},
    {0},
};

static const option rehash_options[] = {
    {"entry-point", 'e', OPTION_TEXT, "ENTRY", NULL, true,
     "all nodes of this data type or process, as core.int or "
     "aiida.calculations:NAME"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false,
     "only tell what would be done"},
    NO_PROGRESS_OPTION,
    {0},
};

const command why_not_cached_command = {
    .name = "why-not-cached",
    .summary = "Tell why a process was not, or would not be, taken from the "
               "cache",
    .details = "With two processes: the fields in which what is hashed of them "
               "differs, and whether the first one can be a source. With one: "
               "whether a rerun of it would be taken from the cache.",
    .example = "orma process why-not-cached 12 40\n"
               "orma process why-not-cached 12",
    .arguments = two_processes,
    .prints_data = true,
    .run = run_why_not_cached,
};

const command invalidate_command = {
    .name = "invalidate",
    .summary = "Mark processes that the cache must not use again",
    .details = "Those that were cloned from them are not used any more, "
               "either. Nothing else changes, and `validate` takes it back.",
    .example = "orma process invalidate 12",
    .arguments = processes,
    .run = run_invalidate,
};

const command validate_command = {
    .name = "validate",
    .summary = "Let the cache use marked processes again",
    .example = "orma process validate 12",
    .arguments = processes,
    .run = run_validate,
};

const command rehash_command = {
    .name = "rehash",
    .summary = "Compute the hashes of nodes anew",
    .details = "Of all nodes without arguments. Hashes are what the cache "
               "finds results by; those of an AiiDA before 2.6 are others.",
    .example = "orma node rehash 12 13\n"
               "orma node rehash -e aiida.calculations:" EXAMPLE_CALCULATION,
    .arguments = nodes,
    .options = rehash_options,
    .prints_data = true,
    .run = run_rehash,
};
