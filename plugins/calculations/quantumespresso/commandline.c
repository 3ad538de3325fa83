/* CMDLINE and parallelization flags.
 *
 * SPDX-License-Identifier: MIT */
#include "commandline.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

#define MAX_WORD 128

static const parallel_flag *find_flag(const program *p, const char *name)
{
    for (const parallel_flag *f = p->flags; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

orma_status parallelization_check(const program *p,
                                  json_object *parallelization,
                                  orma_error **err)
{
    if (parallelization == NULL)
        return ORMA_OK;
    json_object_object_foreach(parallelization, name, value) {
        if (find_flag(p, name) == NULL) {
            text known = {0};
            for (const parallel_flag *f = p->flags; f->name != NULL; f++)
                text_add(&known, "%s%s", f == p->flags ? "" : ", ", f->name);
            const orma_status st =
                refuse(err, "port \"parallelization\": unknown flag \"%s\"; "
                       "%s takes %s", name, p->executable,
                       known.ptr != NULL ? known.ptr : "none");
            text_finish(&known);
            return st;
        }
        if (!json_object_is_type(value, json_type_int))
            return refuse(err, "port \"parallelization\": \"%s\" is not an "
                          "integer", name);
    }
    return ORMA_OK;
}

/* How often the words hold `-name` or `-alias`; *found is the last of them. */
static int count_flag(json_object *words, const parallel_flag *flag,
                      char *found)
{
    int count = 0;

    for (size_t i = 0; words != NULL && i < json_object_array_length(words);
         i++) {
        const char *at =
            json_object_get_string(json_object_array_get_idx(words, i));
        while (*(at += strspn(at, " \t\n")) != '\0') {
            const size_t len = strcspn(at, " \t\n");
            char word[MAX_WORD];
            if (*at == '-' && len < sizeof word) {
                snprintf(word, sizeof word, "%.*s", (int)len - 1, at + 1);
                if (strcmp(word, flag->name) == 0 ||
                    has_word(flag->aliases, word)) {
                    snprintf(found, MAX_WORD, "-%.120s", word);
                    count++;
                }
            }
            at += len;
        }
    }
    return count;
}

static orma_status add_word(json_object *words, const char *word,
                            orma_error **err)
{
    json_object *item = json_object_new_string(word);

    if (item == NULL || json_object_array_add(words, item) != 0) {
        json_object_put(item);
        return no_memory(err);
    }
    return ORMA_OK;
}

/* Where flags may come from, and what became of them. */
typedef struct flag_sources {
    json_object *cmdline;         /* words of the setting CMDLINE */
    json_object *parallelization; /* the port, or NULL */
    bool has_flags_in_cmdline;
} flag_sources;

static orma_status add_flag(const parallel_flag *flag, flag_sources *sources,
                            json_object *words, orma_error **err)
{
    char found[MAX_WORD], word[MAX_WORD];
    const int count = count_flag(sources->cmdline, flag, found);
    json_object *value = 
        json_object_object_get(sources->parallelization, flag->name);

    if (count > 1)
        return refuse(err, "port \"settings\": CMDLINE gives the "
                      "parallelization flag %s more than once", flag->name);
    if (count == 1 && value != NULL)
        return refuse(err, "port \"parallelization\": \"%s\" is also given by "
                      "%s in the setting CMDLINE; keep one", flag->name, found);
    if (count == 1)
        sources->has_flags_in_cmdline = true;
    if (value == NULL)
        return ORMA_OK;
    snprintf(word, sizeof word, "-%s", flag->name);
    orma_status st = add_word(words, word, err);
    if (st != ORMA_OK)
        return st;
    snprintf(word, sizeof word, "%lld",
             (long long)json_object_get_int64(value));
    return add_word(words, word, err);
}

/* Copies CMDLINE's words; they are all texts afterwards. */
static orma_status copy_cmdline(json_object *cmdline, json_object *words,
                                bool *has_environ, orma_error **err)
{
    for (size_t i = 0; i < json_object_array_length(cmdline); i++) {
        json_object *word = json_object_array_get_idx(cmdline, i);
        if (!json_object_is_type(word, json_type_string))
            return refuse(err, "port \"settings\": CMDLINE is not a list of "
                          "words");
        if (strcmp(json_object_get_string(word), "-environ") == 0)
            *has_environ = true;
        const orma_status st =
            add_word(words, json_object_get_string(word), err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

static orma_status fill(const program *p, json_object *settings,
                        flag_sources *sources, json_object *words,
                        orma_error **err)
{
    json_object *cmdline = json_object_object_get(settings, "CMDLINE");
    bool has_environ = false;
    orma_status st = ORMA_OK;

    if (cmdline != NULL)
        st = copy_cmdline(cmdline, words, &has_environ, err);
    if (st == ORMA_OK && !has_environ &&
        json_object_object_get_ex(settings, "ENVIRON", NULL))
        st = add_word(words, "-environ", err);
    sources->cmdline = cmdline;
    for (const parallel_flag *f = p->flags; f->name != NULL && st == ORMA_OK;
         f++)
        st = add_flag(f, sources, words, err);
    return st;
}

orma_status commandline_build(const program *p, const flag_inputs *inputs,
                              json_object **out, bool *has_flags_in_cmdline,
                              orma_error **err)
{
    flag_sources sources = {.parallelization = inputs->parallelization};
    json_object *words = json_object_new_array();

    if (words == NULL)
        return no_memory(err);
    const orma_status st = fill(p, inputs->settings, &sources, words, err);
    if (st != ORMA_OK) {
        json_object_put(words);
        return st;
    }
    *has_flags_in_cmdline = sources.has_flags_in_cmdline;
    *out = words;
    return ORMA_OK;
}
