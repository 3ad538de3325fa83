/* From argv to an invocation, by the command table.
 *
 * SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define MAX_CANDIDATES 128

const option global_options[] = {
    {"profile", 'p', OPTION_TEXT, "PROFILE", NULL, false,
     "profile to work on, else $ORMA_PROFILE, else the default one"},
    {"verbosity", 'v', OPTION_TEXT, "LEVEL",
     "notset|debug|info|report|warning|error|critical", false,
     "log messages to show, from this level on"},
    {"help", 'h', OPTION_FLAG, NULL, NULL, false, "show this help"},
    {0},
};

const option format_option = {
    "format",      0, OPTION_TEXT, "FORMAT", "table|json|yaml|csv", false,
    "how to print"};

static const char *const format_words[] = {
    [FORMAT_TABLE] = "table",
    [FORMAT_JSON] = "json",
    [FORMAT_YAML] = "yaml",
    [FORMAT_CSV] = "csv",
};

/* What is left of argv. */
struct cursor {
    char **words;
    int count, at;
    bool options_ended; /* "--" was seen */
};

const command *command_child(const command *group, size_t i)
{
    size_t own = 0;
    if (group->subcommands != NULL)
        for (; group->subcommands[own].name != NULL; own++)
            if (own == i)
                return &group->subcommands[i];
    if (group->groups == NULL)
        return NULL;
    for (size_t k = 0; group->groups[k] != NULL; k++)
        if (own + k == i)
            return group->groups[k];
    return NULL;
}

bool command_is_group(const command *c)
{
    return c->groups != NULL || c->subcommands != NULL;
}

const char *invocation_name(const invocation *inv, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 1; i < inv->depth && used < size; i++) {
        const int n = snprintf(out + used, size - used, "%s%s",
                               i > 1 ? " " : "", inv->path[i]->name);
        used += n > 0 ? (size_t)n : 0;
    }
    return out;
}

static int usage_error(const invocation *inv, const char *fmt, ...)
    ORMA_PRINTF(2, 3);

static int usage_error(const invocation *inv, const char *fmt, ...)
{
    char name[256], message[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    invocation_name(inv, name, sizeof name);
    failure_line(name, message);
    failure_hint("orma %s%s-h", name, name[0] != '\0' ? " " : "");
    return EXIT_USAGE;
}

/* An error whose hint is printed by the caller. */
static int usage_line(const invocation *inv, const char *word, const char *why)
{
    char name[256], message[1024];

    snprintf(message, sizeof message, "\"%s\" %s", word, why);
    failure_line(invocation_name(inv, name, sizeof name), message);
    return EXIT_USAGE;
}

static const option *find_in(const option *options, const char *name,
                             size_t len, char letter)
{
    if (options == NULL)
        return NULL;
    for (; options->name != NULL; options++) {
        if (name != NULL && strlen(options->name) == len &&
            strncmp(options->name, name, len) == 0)
            return options;
        if (name == NULL && options->letter == letter && letter != 0)
            return options;
    }
    return NULL;
}

/* The command's own options come before the global ones: `process list -p`
 * is --past-days, as in verdi. */
static const option *find_option(const invocation *inv, const char *name,
                                 size_t len, char letter)
{
    const command *c = inv->command;
    const option *own = find_in(c->options, name, len, letter);
    if (own != NULL)
        return own;
    if (c->prints_data && name != NULL && strlen(format_option.name) == len &&
        strncmp(format_option.name, name, len) == 0)
        return &format_option;
    return find_in(global_options, name, len, letter);
}

static size_t add_names(const option *options, const char **names, size_t n)
{
    for (; options != NULL && options->name != NULL && n < MAX_CANDIDATES;
         options++)
        names[n++] = options->name;
    return n;
}

static int unknown_option(const invocation *inv, const char *given, size_t len)
{
    const char *names[MAX_CANDIDATES + 1];
    char word[128];
    size_t n = add_names(inv->command->options, names, 0);

    n = add_names(global_options, names, n);
    if (inv->command->prints_data)
        names[n++] = format_option.name;
    snprintf(word, sizeof word, "%.*s", (int)len, given);
    const char *closest = closest_word(word, names, n);
    if (closest != NULL)
        return usage_error(inv,
                           "unknown option \"--%s\", did you mean "
                           "\"--%s\"?",
                           word, closest);
    return usage_error(inv, "unknown option \"--%s\"", word);
}

static bool is_choice(const char *choices, const char *text)
{
    const size_t len = strlen(text);
    for (const char *p = choices; *p != '\0';) {
        const size_t n = strcspn(p, "|");
        if (n == len && strncmp(p, text, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

static bool is_count(const char *text)
{
    char *end;
    errno = 0;
    const long long n = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && n >= 0;
}

static bool is_number(const char *text)
{
    char *end;
    errno = 0;
    const double x = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0' && isfinite(x);
}

/* Options that set the invocation itself. */
static void apply(invocation *inv, const option *o, const char *text)
{
    if (o == &format_option) {
        inv->has_format = true;
        for (size_t i = 0; i < sizeof format_words / sizeof *format_words; i++)
            if (strcmp(format_words[i], text) == 0)
                inv->format = (enum format)i;
    } else if (o == &global_options[0]) {
        inv->profile = text;
    } else if (o == &global_options[2]) {
        inv->wants_help = true;
    }
}

static int add_value(invocation *inv, const option *o, const char *text)
{
    if (o->choices != NULL && !is_choice(o->choices, text))
        return usage_error(inv, "--%s: \"%s\" is none of %s", o->name, text,
                           o->choices);
    if (o->kind == OPTION_COUNT && !is_count(text))
        return usage_error(inv, "--%s: \"%s\" is not an integer from 0 on",
                           o->name, text);
    if (o->kind == OPTION_NUMBER && !is_number(text))
        return usage_error(inv, "--%s: \"%s\" is not a number", o->name, text);
    if (inv->value_count == MAX_VALUES)
        return usage_error(inv, "too many options");
    inv->values[inv->value_count++] = (setting){o->name, text};
    apply(inv, o, text);
    return EXIT_DONE;
}

static bool is_option_word(const struct cursor *c, const char *word)
{
    return !c->options_ended && word[0] == '-' && word[1] != '\0';
}

/* The value behind an option: attached, or the next word. */
static int take_value(invocation *inv, struct cursor *c, const option *o,
                      const char *attached)
{
    if (attached != NULL)
        return add_value(inv, o, attached);
    if (o->kind == OPTION_WORDS) {
        int taken = 0;
        while (c->at < c->count && !is_option_word(c, c->words[c->at])) {
            const int st = add_value(inv, o, c->words[c->at++]);
            if (st != EXIT_DONE)
                return st;
            taken++;
        }
        return taken > 0 ? EXIT_DONE
                         : usage_error(inv, "--%s needs %s", o->name, o->value);
    }
    if (c->at == c->count)
        return usage_error(inv, "--%s needs %s", o->name, o->value);
    return add_value(inv, o, c->words[c->at++]);
}

/* A plugin's own option: kept as given, its plugin checks it. */
static int take_field(invocation *inv, struct cursor *c, const char *name,
                      size_t len)
{
    static char names[8192];
    static size_t used;
    const char *equals = name[len] == '=' ? name + len + 1 : NULL;

    if (inv->field_count == MAX_VALUES || used + len + 1 > sizeof names)
        return usage_error(inv, "too many options");
    if (equals == NULL && c->at == c->count)
        return usage_error(inv, "--%.*s needs a value", (int)len, name);
    char *copy = names + used;
    for (size_t i = 0; i < len; i++)
        copy[i] = name[i] == '-' ? '_' : name[i];
    copy[len] = '\0';
    used += len + 1;
    inv->fields[inv->field_count++] =
        (setting){copy, equals != NULL ? equals : c->words[c->at++]};
    return EXIT_DONE;
}

static int long_option(invocation *inv, struct cursor *c, const char *name)
{
    const size_t len = strcspn(name, "=");
    const char *attached = name[len] == '=' ? name + len + 1 : NULL;
    const option *o = find_option(inv, name, len, 0);

    if (o == NULL && len > 3 && strncmp(name, "no-", 3) == 0) {
        o = find_option(inv, name + 3, len - 3, 0);
        if (o != NULL && o->kind == OPTION_PAIR && attached == NULL)
            return add_value(inv, o, "0");
        o = NULL;
    }
    if (o == NULL)
        return inv->command->takes_fields ? take_field(inv, c, name, len)
                                          : unknown_option(inv, name, len);
    if (o->kind != OPTION_FLAG && o->kind != OPTION_PAIR)
        return take_value(inv, c, o, attached);
    if (attached != NULL)
        return usage_error(inv, "--%s takes no value", o->name);
    return add_value(inv, o, "1");
}

/* "-ar": letters of flags together; "-l5": a value attached. */
static int short_options(invocation *inv, struct cursor *c, const char *word)
{
    for (const char *p = word; *p != '\0'; p++) {
        const option *o = find_option(inv, NULL, 0, *p);
        if (o == NULL)
            return usage_error(inv, "unknown option \"-%c\"", *p);
        if (o->kind != OPTION_FLAG && o->kind != OPTION_PAIR)
            return take_value(inv, c, o, p[1] != '\0' ? p + 1 : NULL);
        const int st = add_value(inv, o, "1");
        if (st != EXIT_DONE)
            return st;
    }
    return EXIT_DONE;
}

/* "data import TYPE": the command was written where the type belongs. */
static bool is_swapped(const invocation *inv)
{
    const command *c;

    if (inv->command->word == NULL || inv->word == NULL)
        return false;
    for (size_t i = 0; (c = command_child(inv->command, i)) != NULL; i++)
        if (strcmp(c->name, inv->word) == 0)
            return true;
    return false;
}

static int unknown_command(const invocation *inv, const char *word,
                           const char *const *names, size_t n)
{
    char name[256], message[1024];
    const char *closest = closest_word(word, names, n);

    invocation_name(inv, name, sizeof name);
    if (is_swapped(inv)) {
        usage_line(inv, inv->word, "stands where the type belongs");
        failure_hint("orma %s %s %s", name, word, inv->word);
        return EXIT_USAGE;
    }
    snprintf(message, sizeof message, "unknown command \"%s\"", word);
    const char *advice = absent_command(name, word);
    if (advice != NULL) {
        failure_line(name, message);
        failure_hint("not in this version%s%s", advice[0] != '\0' ? ": " : "",
                     advice);
        return EXIT_USAGE;
    }
    if (closest != NULL)
        return usage_error(inv, "%s, did you mean \"%s\"?", message, closest);
    return usage_error(inv, "%s", message);
}

static int enter(invocation *inv, const char *word)
{
    const command *group = inv->command;
    const char *names[MAX_CANDIDATES];
    size_t n = 0;

    if (group->word != NULL && inv->word == NULL) {
        inv->word = word;
        return EXIT_DONE;
    }
    const command *c;
    for (size_t i = 0; (c = command_child(group, i)) != NULL; i++) {
        if (strcmp(c->name, word) == 0) {
            inv->command = c;
            inv->path[inv->depth++] = c;
            return EXIT_DONE;
        }
        if (!c->is_hidden && n < MAX_CANDIDATES)
            names[n++] = c->name;
    }
    return unknown_command(inv, word, names, n);
}

/* An option that takes all words behind it may have taken the argument. */
static int missing_argument(const invocation *inv, const char *argument_name)
{
    const int status = usage_error(inv, "%s is missing", argument_name);
    for (const option *o = inv->command->options; o != NULL && o->name != NULL;
         o++)
        if (o->kind == OPTION_WORDS && option_given(inv, o->name)) {
            failure_hint("--%s takes all words behind it: write %s before it",
                         o->name, argument_name);
            break;
        }
    return status;
}

static int check_arguments(invocation *inv)
{
    size_t allowed = 0;
    bool is_endless = false;
    const argument *arguments = inv->command->arguments;

    for (; arguments != NULL && arguments[allowed].name != NULL; allowed++) {
        if (!arguments[allowed].is_optional && inv->argument_count <= allowed)
            return missing_argument(inv, arguments[allowed].name);
        is_endless = arguments[allowed].is_repeated;
    }
    if (is_endless || inv->argument_count <= allowed)
        return EXIT_DONE;
    usage_line(inv, inv->arguments[allowed], "is one argument too many");
    if (inv->command->advise == NULL || !inv->command->advise(inv)) {
        char name[256];
        failure_hint("orma %s -h", invocation_name(inv, name, sizeof name));
    }
    return EXIT_USAGE;
}

int invocation_parse(const command *root, int argc, char **argv,
                     invocation *inv)
{
    struct cursor c = {argv, argc, 1, false};

    inv->path[inv->depth++] = root;
    inv->command = root;
    while (c.at < c.count) {
        const char *word = c.words[c.at++];
        int st = EXIT_DONE;
        if (!c.options_ended && strcmp(word, "--") == 0)
            c.options_ended = true;
        else if (!is_option_word(&c, word) && command_is_group(inv->command))
            st = enter(inv, word);
        else if (!is_option_word(&c, word) &&
                 inv->argument_count < MAX_ARGUMENTS)
            inv->arguments[inv->argument_count++] = word;
        else if (!is_option_word(&c, word))
            st = usage_error(inv, "too many arguments");
        else if (word[1] == '-')
            st = long_option(inv, &c, word + 2);
        else
            st = short_options(inv, &c, word + 1);
        if (st != EXIT_DONE)
            return st;
    }
    if (inv->wants_help || command_is_group(inv->command))
        return EXIT_DONE;
    return check_arguments(inv);
}

const char *option_text(const invocation *inv, const char *name)
{
    for (size_t i = inv->value_count; i > 0; i--)
        if (strcmp(inv->values[i - 1].name, name) == 0)
            return inv->values[i - 1].text;
    return NULL;
}

const char *option_nth(const invocation *inv, const char *name, size_t nth)
{
    for (size_t i = 0; i < inv->value_count; i++)
        if (strcmp(inv->values[i].name, name) == 0 && nth-- == 0)
            return inv->values[i].text;
    return NULL;
}

bool option_given(const invocation *inv, const char *name)
{
    return option_text(inv, name) != NULL;
}

bool option_flag(const invocation *inv, const char *name, bool fallback)
{
    const char *text = option_text(inv, name);
    return text != NULL ? text[0] == '1' : fallback;
}

int64_t option_count(const invocation *inv, const char *name, int64_t fallback)
{
    const char *text = option_text(inv, name);
    return text != NULL ? (int64_t)strtoll(text, NULL, 10) : fallback;
}

const char *argument_text(const invocation *inv, size_t i)
{
    return i < inv->argument_count ? inv->arguments[i] : NULL;
}
