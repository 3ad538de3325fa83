/* The manual page orma(1), from the command table.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <orma/api/plugins.h>

#include "command.h"
#include "help.h"

#define MAX_DEPTH 8

/* Text in which roff sees no request and no escape. */
static void roff(const char *text)
{
    bool at_start = true;
    for (; *text != '\0'; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        at_start = *text == '\n';
    }
}

static void option_paragraph(const option *o)
{
    char words[160], text[1024];
    help_option_words(o, words, sizeof words);
    help_option_text(o, text, sizeof text);
    fputs(".TP\n.B ", stdout);
    roff(words);
    putchar('\n');
    roff(text);
    putchar('\n');
}

static void example(const command *c)
{
    if (c->example == NULL)
        return;
    fputs(".IP\n.EX\n", stdout);
    roff(c->example);
    fputs("\n.EE\n", stdout);
}

static void command_section(const command **path, size_t depth)
{
    const command *c = path[depth - 1];
    char usage[512];
    FILE *memory = fmemopen(usage, sizeof usage, "w");

    if (memory == NULL)
        return;
    help_usage(path, depth, memory);
    fclose(memory);
    fputs(".SS ", stdout);
    roff(usage);
    putchar('\n');
    roff(c->summary);
    putchar('\n');
    if (c->details != NULL) {
        fputs(".PP\n", stdout);
        roff(c->details);
        putchar('\n');
    }
    for (const argument *a = c->arguments; a != NULL && a->name != NULL; a++) {
        fputs(".TP\n.I ", stdout);
        roff(a->name);
        putchar('\n');
        roff(a->help);
        putchar('\n');
    }
    for (const option *o = c->options; o != NULL && o->name != NULL; o++)
        option_paragraph(o);
    if (c->prints_data)
        option_paragraph(&format_option);
    example(c);
}

static void commands(const command **path, size_t depth)
{
    if (depth == MAX_DEPTH)
        return;
    const command *c;
    for (size_t i = 0; (c = command_child(path[depth - 1], i)) != NULL; i++) {
        if (c->is_hidden)
            continue;
        path[depth] = c;
        if (command_is_group(c))
            commands(path, depth + 1);
        else
            command_section(path, depth + 1);
    }
}

static const struct {
    const char *status, *text;
} exit_statuses[] = {
    {"0", "done"},
    {"1", "the operation failed"},
    {"2", "wrong usage"},
    {"3", "what was named does not exist"},
    {"4", "refused: it would break provenance, or needs --force"},
    {"10", "orma run: the process did not finish with exit status 0"},
};

static const struct {
    const char *name, *text;
} variables[] = {
    {"ORMA_PATH", "configuration folder, or its parent (default ~/.orma); an "
                  "AiiDA configuration folder works"},
    {"ORMA_PROFILE", "profile used without \\-p"},
    {"ORMA_PLUGIN_PATH", "folders searched for plugins first, "
                         "colon\\-separated"},
    {"ORMA_PLUGIN_NO_DEFAULT_PATH", "set to 1: search only ORMA_PLUGIN_PATH"},
    {"NO_COLOR", "set: no colours"},
};

int manual_print(const command *root)
{
    const command *path[MAX_DEPTH] = {root};

    printf(".TH ORMA 1 \"\" \"orma %s\" \"orma manual\"\n", orma_version());
    fputs(".SH NAME\norma \\- ", stdout);
    roff(root->summary);
    fputs("\n.SH SYNOPSIS\n.B orma\n[\\-p PROFILE] [\\-v LEVEL] COMMAND …\n"
          ".SH DESCRIPTION\n",
          stdout);
    roff(root->details);
    fputs("\n.SH OPTIONS\n", stdout);
    for (const option *o = global_options; o->name != NULL; o++)
        option_paragraph(o);
    fputs(".TP\n.B \\-\\-version\nprint the version\n.SH COMMANDS\n", stdout);
    commands(path, 1);
    fputs(".SH EXIT STATUS\n", stdout);
    for (size_t i = 0; i < sizeof exit_statuses / sizeof *exit_statuses; i++) {
        printf(".TP\n.B %s\n", exit_statuses[i].status);
        roff(exit_statuses[i].text);
        putchar('\n');
    }
    fputs(".SH ENVIRONMENT\n", stdout);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        printf(".TP\n.B %s\n%s\n", variables[i].name, variables[i].text);
    fputs(".SH EXAMPLE\n.EX\n", stdout);
    roff(root->example);
    fputs("\n.EE\n", stdout);
    return EXIT_DONE;
}
