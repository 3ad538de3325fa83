/* Deleting nodes from the command line.
 *
 * SPDX-License-Identifier: MIT */
#include "deletion.h"

#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "terminal.h"

#define PKS_SHOWN 200 /* of a question; a dry run names all */
#define PKS_A_LINE 12

static const char *const rules[] = {"create-forward", "call-calc-forward",
                                    "call-work-forward"};

static const struct {
    const char *key, *singular, *plural;
} parts[] = {
    {"links", "link", "links"},
    {"groups", "membership in a group", "memberships in groups"},
    {"comments", "comment", "comments"},
    {"logs", "log message", "log messages"},
};

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static int64_t number(json_object *object, const char *key)
{
    return json_object_get_int64(member(object, key));
}

static void add_rules(const invocation *inv, json_object *options)
{
    json_object *chosen = json_object_new_object();
    char key[32];

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!option_given(inv, rules[i]))
            continue;
        snprintf(key, sizeof key, "%s", rules[i]);
        for (char *p = key; *p != '\0'; p++)
            if (*p == '-')
                *p = '_';
        json_object_object_add(
            chosen, key,
            json_object_new_boolean(option_flag(inv, rules[i], true)));
    }
    json_object_object_add(options, "rules", chosen);
}

/* The numbers by type, what goes with the nodes, and their pks. */
static void list(FILE *out, json_object *nodes, size_t most)
{
    json_object *pks = member(nodes, "pks");
    const size_t count = json_object_array_length(pks);

    json_object_object_foreach(member(nodes, "types"), type, of_type)
    {
        fprintf(out, "%8lld  %s\n", (long long)json_object_get_int64(of_type),
                type);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const int64_t n = number(nodes, parts[i].key);
        if (n > 0)
            fprintf(out, "%8lld  %s\n", (long long)n,
                    n == 1 ? parts[i].singular : parts[i].plural);
    }
    for (size_t i = 0; i < count && i < most; i++)
        fprintf(out, "%s%lld",
                i == 0                ? "pks: "
                : i % PKS_A_LINE == 0 ? "\n     "
                                      : " ",
                (long long)json_object_get_int64(
                    json_object_array_get_idx(pks, i)));
    if (count > 0)
        fprintf(out, "%s\n", count > most ? " … (--dry-run names all)" : "");
}

/* What the call tells of nodes: its document, or the member of one. */
static json_object *nodes_of(json_object *told)
{
    json_object *nodes = NULL;
    if (json_object_object_get_ex(told, "pks", NULL))
        return told;
    json_object_object_get_ex(told, "nodes", &nodes);
    return nodes;
}

static void question_of(const char *what, int64_t count, char *out, size_t size)
{
    const char *plural = count == 1 ? "" : "s";
    if (what == NULL)
        snprintf(out, size, "deletes %lld node%s, for good", (long long)count,
                 plural);
    else if (count == 0)
        snprintf(out, size, "deletes %s", what);
    else
        snprintf(out, size, "deletes %s and %lld node%s, for good", what,
                 (long long)count, plural);
}

/* A deletion of one command. */
typedef struct deletion {
    const invocation *inv;
    orma_profile *profile;
    deletion_call *call;
    void *user;
} deletion;

static int call_library(const deletion *d, json_object *options,
                        json_object **told)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        d->call(d->profile, d->user, document_text(options), &json, &error);
    if (st != ORMA_OK)
        return failure(d->inv, st, error);
    *told = output_parse(d->inv, json);
    return *told != NULL ? EXIT_DONE : EXIT_FAILED;
}

/* After the preview: lists and asks. */
static int ask(const invocation *inv, json_object *told, const char *what,
               bool *go)
{
    json_object *nodes = nodes_of(told);
    const bool is_dry_run = option_flag(inv, "dry-run", false);
    char text[1200];

    *go = false;
    if (is_dry_run && inv->format != FORMAT_TABLE)
        return output_value(inv, told, NULL, NULL);
    if (nodes != NULL && is_dry_run)
        list(stdout, nodes, SIZE_MAX);
    else if (nodes != NULL && !option_flag(inv, "force", false))
        list(stderr, nodes, PKS_SHOWN);
    question_of(what, nodes != NULL ? number(nodes, "nodes") : 0, text,
                sizeof text);
    return terminal_confirm(inv, text, go);
}

int deletion_run(invocation *inv, orma_profile *profile, json_object *options,
                 const char *what, deletion_call *call, void *user)
{
    const deletion d = {inv, profile, call, user};
    SCOPE_JSON json_object *preview = NULL;
    SCOPE_JSON json_object *told = NULL;
    bool go = false;

    add_rules(inv, options);
    json_object_object_add(options, "dry_run", json_object_new_boolean(1));
    int status = call_library(&d, options, &preview);
    if (status == EXIT_DONE)
        status = ask(inv, preview, what, &go);
    if (status != EXIT_DONE || !go)
        return status;
    json_object *nodes = nodes_of(preview);
    if (nodes != NULL && number(nodes, "nodes") > 0)
        json_object_object_add(options, "expected",
                               json_object_new_int64(number(nodes, "nodes")));
    json_object_object_add(options, "dry_run", json_object_new_boolean(0));
    status = call_library(&d, options, &told);
    if (status != EXIT_DONE || inv->format != FORMAT_TABLE)
        return status == EXIT_DONE ? output_value(inv, told, NULL, NULL)
                                   : status;
    nodes = nodes_of(told);
    const int64_t count = nodes != NULL ? number(nodes, "nodes") : 0;
    if (what != NULL)
        printf("deleted %s\n", what);
    if (count > 0 || what == NULL)
        printf("deleted %lld node%s\n", (long long)count,
               count == 1 ? "" : "s");
    return EXIT_DONE;
}
