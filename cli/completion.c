/* Completion for shells, from the command table.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "defaults.h"
#include "failure.h"

#define MAX_DEPTH 8

static void path_words(const command *const *path, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        printf("%s%s", i > 0 ? " " : "", path[i]->name);
}

static void option_words(const option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        printf(" --%s", options->name);
        if (options->kind == OPTION_PAIR)
            printf(" --no-%s", options->name);
        if (options->letter != 0)
            printf(" -%c", options->letter);
    }
}

/* "--computer:COMPUTER -Y:COMPUTER": options that take a value, and which. */
static void value_words(const option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        if (options->kind == OPTION_FLAG || options->kind == OPTION_PAIR)
            continue;
        printf(" --%s:%s", options->name, options->value);
        if (options->letter != 0)
            printf(" -%c:%s", options->letter, options->value);
    }
}

/* One `case` arm for the command and each below it. */
static void arms(const command **path, size_t depth)
{
    const command *c = path[depth - 1];

    fputs("    '", stdout);
    path_words(path, depth);
    fputs("') commands='", stdout);
    const char *blank = "";
    const command *s;
    for (size_t i = 0; (s = command_child(c, i)) != NULL; i++) {
        if (s->is_hidden)
            continue;
        printf("%s%s", blank, s->name);
        blank = " ";
    }
    fputs("' options='", stdout);
    option_words(c->options);
    if (c->prints_data)
        fputs(" --format", stdout);
    option_words(global_options);
    fputs(depth == 1 ? " --version' values='" : "' values='", stdout);
    value_words(c->options);
    value_words(global_options);
    fputs("' arguments='", stdout);
    for (const argument *g = c->arguments; g != NULL && g->name != NULL; g++)
        printf("%s%s", g > c->arguments ? " " : "", g->name);
    printf("' word='%s' ;;\n", c->word != NULL ? c->word : "");
    for (size_t i = 0; depth < MAX_DEPTH && (s = command_child(c, i)) != NULL;
         i++) {
        if (s->is_hidden)
            continue;
        path[depth] = s;
        arms(path, depth + 1);
    }
}

/* Where the words for a placeholder come from: the member of a list's rows.
 * $1 is the argument before. */
static const struct {
    const char *placeholder; /* a pattern: the command's path, then the name */
    const char *list, *key;
} sources[] = {
    {"* CODE", "code list", "full_label"},
    {"* COMPUTER", "computer list --all", "label"},
    {"* PROFILE", "profile list", "name"},
    {"orma run ENTRY", "plugin list calculations", "name"},
    {"orma parse ENTRY", "plugin list parsers", "name"},
    {"orma code * ENTRY", "plugin list calculations", "name"},
    {"orma plugin list ENTRY", "plugin list \"$2\"", "name"},
    {"orma plugin list KIND", "plugin list", "kind"},
    {"* TRANSPORT", "plugin list transports", "name"},
    {"* STORAGE", "plugin list storage", "name"},
    {"orma data TYPE", "plugin list data", "name"},
};

static void word_arms(void)
{
    fputs("_orma_words()\n{\n    local list key\n    case $1 in\n"
          "    'orma code create TYPE') echo '" DEFAULT_CODE " " PORTABLE_CODE
          " " CONTAINERIZED_CODE "'; return ;;\n",
          stdout);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        fputs("    ", stdout);
        for (const char *p = sources[i].placeholder; *p != '\0'; p++)
            printf(*p == ' ' ? "\\%c" : "%c", *p);
        printf(") list=%s%s%s key=%s ;;\n", "'", sources[i].list, "'",
               sources[i].key);
    }
    fputs("    *) return ;;\n    esac\n"
          "    eval \"orma $list --format json\" 2>/dev/null </dev/null |\n"
          "        sed -nE \"s/^ *\\\"$key\\\": "
          "\\\"([^\\\"]*)\\\",?\\$/\\1/p\" |\n"
          "        sort -u\n}\n",
          stdout);
}

/* The values of options that have choices. */
static void choice_arms(const command **path, size_t depth)
{
    const command *c = path[depth - 1];
    for (const option *o = c->options; o != NULL && o->name != NULL; o++) {
        if (o->choices == NULL)
            continue;
        fputs("    '", stdout);
        path_words(path, depth);
        printf(" --%s') choices='", o->name);
        for (const char *p = o->choices; *p != '\0'; p++)
            putchar(*p == '|' ? ' ' : *p);
        fputs("' ;;\n", stdout);
    }
    const command *s;
    for (size_t i = 0; depth < MAX_DEPTH && (s = command_child(c, i)) != NULL;
         i++) {
        path[depth] = s;
        choice_arms(path, depth + 1);
    }
}

/* What bash calls: finds the command on the line, then what may stand at the
 * cursor. */
static const char function[] =
    "_orma()\n{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} path=orma i w whole\n"
    "    local commands options values arguments word choices=''\n"
    "    local taken='' before='' given='' kind='' position=0\n"
    "    _orma_table \"$path\"\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        w=${COMP_WORDS[i]}\n"
    "        case $w in -*) before=$w; continue ;; esac\n"
    "        if [[ -n $before && $values == *\" $before:\"* ]]; then\n"
    "            before=''; continue\n"
    "        fi\n"
    "        before=''\n"
    "        # readline splits label@computer in three\n"
    "        if [[ $w == @ ]]; then ((position--, i++)); fi\n"
    "        if [[ $w == @ ]]; then continue; fi\n"
    "        if [[ -n $word && -z $taken ]]; then taken=1; continue; fi\n"
    "        if [[ \" $commands \" == *\" $w \"* ]]; then\n"
    "            path=\"$path $w\" taken=''\n"
    "            _orma_table \"$path\"\n"
    "        else\n"
    "            given=$w; ((position++))\n"
    "        fi\n"
    "    done\n"
    "    if [[ $cur == @ ]]; then ((position--)); fi\n"
    "    w=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    _orma_choices \"$path $w\"\n"
    "    if [[ -n $choices ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\")); return\n"
    "    elif [[ -n $before && $values == *\" $before:\"* ]]; then\n"
    "        kind=${values#*\" $before:\"} kind=${kind%% *}\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return\n"
    "    elif [[ -n $word && -z $taken ]]; then\n"
    "        kind=$word\n"
    "    elif [[ -n $commands ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\")); return\n"
    "    else\n"
    "        set -- $arguments\n"
    "        while ((position > 0 && $# > 1)); do shift; ((position--)); done\n"
    "        kind=$1\n"
    "    fi\n"
    "    choices=$(_orma_words \"$path $kind\" \"$given\")\n"
    "    whole=${COMP_LINE-} whole=${whole:0:${COMP_POINT:-0}}\n"
    "    whole=${whole##* }\n"
    "    whole=${whole:-$cur}\n"
    "    COMPREPLY=($(compgen -W \"$choices\" -- \"$whole\"))\n"
    "    if [[ $whole == *@* && $COMP_WORDBREAKS == *@* ]]; then\n"
    "        COMPREPLY=(\"${COMPREPLY[@]#\"${whole%@*}@\"}\")\n"
    "    fi\n"
    "    if [[ -z $choices ]]; then\n"
    "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
    "    fi\n"
    "}\n"
    "complete -o filenames -F _orma orma\n";

static int bash(void)
{
    const command *path[MAX_DEPTH + 1] = {&root_command};

    fputs("# bash completion of orma, made by `orma completion bash`.\n"
          "_orma_table()\n{\n    case $1 in\n",
          stdout);
    arms(path, 1);
    fputs("    *) return 1 ;;\n    esac\n}\n"
          "_orma_choices()\n{\n    case $1 in\n"
          "    *' --format') choices='table json yaml csv' ;;\n",
          stdout);
    path[0] = &root_command;
    choice_arms(path, 1);
    fputs("    *) choices='' ;;\n    esac\n}\n", stdout);
    word_arms();
    fputs(function, stdout);
    return EXIT_DONE;
}

static int run_completion(invocation *inv)
{
    const char *shell = argument_text(inv, 0);
    if (strcmp(shell, "bash") == 0)
        return bash();
    failure_text(inv, EXIT_USAGE, "there is no completion for \"%s\"", shell);
    failure_hint("orma completion bash");
    return EXIT_USAGE;
}

static const argument completion_arguments[] = {
    {"SHELL", "bash", false, false},
    {0},
};

const command completion_command = {
    .name = "completion",
    .summary = "Print a completion script for a shell",
    .example = "orma completion bash >~/.local/share/bash-completion/"
               "completions/orma",
    .arguments = completion_arguments,
    .run = run_completion,
};
