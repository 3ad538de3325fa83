/* What is wrong with inputs, gathered.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <process/inputs_internal.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

void build_failed(struct builder *b, orma_status st)
{
    if (b->failure == ORMA_OK)
        b->failure = st;
}

/* Takes over message. */
static void add_message(struct builder *b, const char *path, char *message)
{
    input_problems *list = b->problems;

    if (list->count == b->problem_capacity) {
        const size_t wider =
            b->problem_capacity == 0 ? 8 : 2 * b->problem_capacity;
        input_problem *items =
            reallocarray(list->items, wider, sizeof *items);
        if (items == NULL) {
            free(message);
            build_failed(b, ORMA_E_NO_MEMORY);
            return;
        }
        list->items = items;
        b->problem_capacity = wider;
    }
    char *kept_path = text_copy(path);
    if (kept_path == NULL || message == NULL) {
        free(kept_path);
        free(message);
        build_failed(b, ORMA_E_NO_MEMORY);
        return;
    }
    list->items[list->count++] = (input_problem){kept_path, message};
}

void problem_add(struct builder *b, const char *path, const char *fmt, ...)
{
    buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    add_message(b, path, buf_take(&text));
}

/* Nothing that the user could change in the inputs. */
static bool is_machinery(orma_status st)
{
    switch (st) {
    case ORMA_E_TRANSIENT:
    case ORMA_E_NO_MEMORY:
    case ORMA_E_BUG:
    case ORMA_E_CANCELLED:
        return true;
    default: /* a status is an int: plugins answer it */
        return false;
    }
}

void problem_from(struct builder *b, const char *path, orma_status st,
                  orma_error *error)
{
    if (is_machinery(st)) {
        build_failed(b, st);
        if (b->cause == NULL)
            b->cause = error;
        else
            orma_error_free(error);
        return;
    }
    char *message = error_chain(error);
    const char *hint = error != NULL ? orma_error_hint(error) : NULL;
    if (message != NULL && hint != NULL) {
        char *longer = text_printf("%s (%s)", message, hint);
        free(message);
        message = longer;
    }
    add_message(b, path, message);
    orma_error_free(error);
}

bool has_problem(const struct builder *b, const char *path)
{
    const size_t len = strlen(path);

    for (size_t i = 0; i < b->problems->count; i++) {
        const char *at = b->problems->items[i].port;
        if (len == 0 || (strncmp(at, path, len) == 0 &&
                         (at[len] == '\0' || at[len] == '.')))
            return true;
    }
    return false;
}

orma_status problems_error(const struct builder *b, orma_error **err)
{
    AUTO_BUF buf text = {0};

    /* readable on one line too, as a log has it */
    buf_printf(&text, "the inputs of \"%s\" are wrong:",
               b->spec->entry->name);
    for (size_t i = 0; i < b->problems->count; i++) {
        const input_problem *one = &b->problems->items[i];
        buf_printf(&text, "%s\n  %s%s%s", i > 0 ? ";" : "", one->port,
                   *one->port != '\0' ? ": " : "", one->message);
    }
    const orma_status st = buf_status(&text, err);
    return st == ORMA_OK ? error_set_lines(err, ORMA_E_INVALID, "inputs", 0,
                                           buf_c_str(&text))
                         : st;
}

void input_problems_finish(input_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].port);
        free(problems->items[i].message);
    }
    free(problems->items);
    *problems = (input_problems){0};
}
