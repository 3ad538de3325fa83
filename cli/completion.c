/* Completion for shells, from the command table.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "command.h"
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
    fputs(depth == 1 ? " --version'" : "'", stdout);
    printf(" word='%s' ;;\n", c->word != NULL ? c->word : "");
    for (size_t i = 0; depth < MAX_DEPTH && (s = command_child(c, i)) != NULL;
         i++) {
        if (s->is_hidden)
            continue;
        path[depth] = s;
        arms(path, depth + 1);
    }
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
    fputs("    *) choices='' ;;\n    esac\n}\n"
          "_orma()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} path=orma i w\n"
          "    local commands options word choices='' taken=''\n"
          "    _orma_table \"$path\"\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        w=${COMP_WORDS[i]}\n"
          "        case $w in -*) continue ;; esac\n"
          "        if [[ -n $word && -z $taken ]]; then taken=1; continue; fi\n"
          "        if [[ \" $commands \" == *\" $w \"* ]]; then\n"
          "            path=\"$path $w\" taken=''\n"
          "            _orma_table \"$path\"\n"
          "        fi\n"
          "    done\n"
          "    _orma_choices \"$path ${COMP_WORDS[COMP_CWORD-1]}\"\n"
          "    if [[ -n $choices ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
          "    elif [[ $cur == -* ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
          "    elif [[ -n $commands ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _orma orma\n",
          stdout);
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
