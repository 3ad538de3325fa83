/* Help at every level, from the command table.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "help.h"
#include "terminal.h"

#define HELP_WIDTH 80
#define TEXT_COLUMN 28

void help_wrapped(const char *text, size_t at, size_t width)
{
    size_t x = at;
    while (*text != '\0') {
        if (*text == '\n') {
            printf("\n%*s", (int)at, "");
            x = at;
            text++;
            continue;
        }
        const size_t n = strcspn(text, " \n");
        if (x > at && x + 1 + n > width) {
            printf("\n%*s", (int)at, "");
            x = at;
        } else if (x > at) {
            putchar(' ');
            x++;
        }
        printf("%.*s", (int)n, text);
        x += n;
        text += n;
        text += *text == ' ';
    }
    putchar('\n');
}

static void entry(const char *left, const char *text)
{
    size_t at = 2;
    printf("  %s", left);
    for (const char *p = left; *p != '\0'; p++)
        at += ((unsigned char)*p & 0xc0) != 0x80; /* characters of UTF-8 */
    if (at + 2 > TEXT_COLUMN) {
        putchar('\n');
        at = 0;
    }
    printf("%*s", (int)(TEXT_COLUMN - at), "");
    help_wrapped(text, TEXT_COLUMN, HELP_WIDTH);
}

void help_option_words(const option *o, char *out, size_t size)
{
    char letter[8] = "";
    if (o->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    if (o->kind == OPTION_PAIR)
        snprintf(out, size, "%s--%s/--no-%s", letter, o->name, o->name);
    else
        snprintf(out, size, "%s--%s%s%s%s", letter, o->name,
                 o->value != NULL ? " " : "", o->value != NULL ? o->value : "",
                 o->kind == OPTION_WORDS ? "…" : "");
}

void help_option_text(const option *o, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s%s%s", o->help, o->choices != NULL ? " (" : "",
             o->choices != NULL ? o->choices : "",
             o->choices != NULL ? ")" : "",
             o->repeated ? "; may be repeated" : "");
}

static void option_entry(const option *o)
{
    char words[160], text[1024];
    help_option_words(o, words, sizeof words);
    help_option_text(o, text, sizeof text);
    entry(words, text);
}

/* Without the letter that the command uses for an option of its own. */
static void global_entry(const command *c, const option *global)
{
    option shown = *global;
    for (const option *o = c->options; o != NULL && o->name != NULL; o++)
        if (o->letter == global->letter)
            shown.letter = 0;
    option_entry(&shown);
}

void help_usage(const command *const *path, size_t depth, FILE *out)
{
    const command *c = path[depth - 1];
    for (size_t i = 0; i < depth; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", path[i]->name);
        if (path[i]->word != NULL)
            fprintf(out, " %s", path[i]->word);
    }
    fputs(" [OPTIONS]", out);
    if (command_is_group(c))
        fputs(" COMMAND …", out);
    for (const argument *a = c->arguments; a != NULL && a->name != NULL; a++)
        fprintf(out, " %s%s%s%s", a->is_optional ? "[" : "", a->name,
                a->is_repeated ? "…" : "", a->is_optional ? "]" : "");
}

void help_print(const invocation *inv)
{
    const command *c = inv->command;

    fputs("Usage: ", stdout);
    help_usage(inv->path, inv->depth, stdout);
    fputs("\n\n", stdout);
    help_wrapped(c->summary, 0, HELP_WIDTH);
    if (c->details != NULL) {
        putchar('\n');
        help_wrapped(c->details, 0, HELP_WIDTH);
    }
    if (command_is_group(c)) {
        const command *s;
        putchar('\n');
        terminal_heading(stdout, "Commands");
        for (size_t i = 0; (s = command_child(c, i)) != NULL; i++)
            if (!s->is_hidden)
                entry(s->name, s->summary);
    }
    if (c->arguments != NULL) {
        putchar('\n');
        terminal_heading(stdout, "Arguments");
        for (const argument *a = c->arguments; a->name != NULL; a++)
            entry(a->name, a->help);
    }
    putchar('\n');
    terminal_heading(stdout, "Options");
    for (const option *o = c->options; o != NULL && o->name != NULL; o++)
        option_entry(o);
    if (c->prints_data)
        option_entry(&format_option);
    if (c->takes_fields)
        entry("--FIELD VALUE",
              "a field that the plugin declares; `orma plugin list` shows it");
    for (const option *o = global_options; o->name != NULL; o++)
        global_entry(c, o);
    if (inv->depth == 1)
        entry("--version", "print the version");
    if (c->example != NULL) {
        putchar('\n');
        terminal_heading(stdout, "Example");
        fputs("  ", stdout);
        for (const char *p = c->example; *p != '\0'; p++) {
            putchar(*p);
            if (*p == '\n' && p[1] != '\0')
                fputs("  ", stdout);
        }
        putchar('\n');
    }
}
