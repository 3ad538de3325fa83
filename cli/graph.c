/* orma node graph: DOT, and pictures through Graphviz.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json_object.h>

#include <orma/api/nodes.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "node.h"
#include "scope.h"
#include "session.h"

extern char **environ;

static bool is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

static int write_text(const invocation *inv, const char *path, const char *text)
{
    if (is_stdout(path)) {
        fputs(text, stdout);
        return EXIT_DONE;
    }
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return failure_text(inv, EXIT_FAILED, "\"%s\": %s", path,
                            strerror(errno));
    const bool is_written = fputs(text, file) >= 0;
    if (fclose(file) != 0 || !is_written)
        return failure_text(inv, EXIT_FAILED, "\"%s\": %s", path,
                            strerror(errno));
    return EXIT_DONE;
}

/* `dot -Tsvg -o path`, reading from the descriptor; without -o dot writes to
 * standard output. */
static int start_dot(const invocation *inv, const char *format,
                     const char *path, int from, int other, pid_t *pid)
{
    char type[16];
    char *arguments[] = {(char[]){"dot"}, type, (char[]){"-o"},
                         (char *)(uintptr_t)path, NULL};
    posix_spawn_file_actions_t actions;

    if (is_stdout(path))
        arguments[2] = NULL;
    snprintf(type, sizeof type, "-T%s", format);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, from, STDIN_FILENO);
    posix_spawn_file_actions_addclose(&actions, from);
    posix_spawn_file_actions_addclose(&actions, other);
    const int failed =
        posix_spawnp(pid, "dot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == 0)
        return EXIT_DONE;
    failure_text(inv, EXIT_FAILED, "cannot start Graphviz's dot: %s",
                 strerror(failed));
    failure_hint("install graphviz, or use --output-format dot");
    return EXIT_FAILED;
}

static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static int render(const invocation *inv, const char *format, const char *path,
                  const char *text)
{
    int ends[2], state = 0;
    pid_t pid = 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return failure_text(inv, EXIT_FAILED, "%s", strerror(errno));
    const int status = start_dot(inv, format, path, ends[0], ends[1], &pid);
    close(ends[0]);
    const bool is_written =
        status == EXIT_DONE && write_all(ends[1], text, strlen(text));
    close(ends[1]);
    if (status != EXIT_DONE)
        return status;
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
        continue;
    if (!is_written || !WIFEXITED(state) || WEXITSTATUS(state) != 0)
        return failure_text(inv, EXIT_FAILED,
                            "Graphviz's dot could not draw the graph");
    return EXIT_DONE;
}

static json_object *graph_options(const invocation *inv)
{
    static const char *const except[] = {"output-format", "output-file",
                                         "process-in", "process-out", NULL};
    json_object *options = document_of_options(inv, except);
    json_object_object_add(
        options, "process_in",
        json_object_new_boolean(option_flag(inv, "process-in", false)));
    json_object_object_add(
        options, "process_out",
        json_object_new_boolean(option_flag(inv, "process-out", false)));
    return options;
}

/* The format asked for, else that of the file's ending. NULL, with a message,
 * when the ending says nothing. */
static const char *choose_format(const invocation *inv, const char *path)
{
    static const char *const endings[][2] = {
        {"dot", "dot"}, {"gv", "dot"},  {"svg", "svg"},
        {"png", "png"}, {"pdf", "pdf"},
    };
    const char *asked = option_text(inv, "output-format");

    if (asked != NULL || path == NULL)
        return asked != NULL ? asked : "pdf";
    if (is_stdout(path))
        return "dot";
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(endings[i][0], dot + 1) == 0)
            return endings[i][1];
    failure_text(inv, EXIT_USAGE,
                 "\"%s\" ends in none of .dot, .gv, .svg, .png and .pdf", path);
    failure_hint("say --output-format");
    return NULL;
}

static int run_generate(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = graph_options(inv);
    SCOPE_TEXT char *text = NULL;
    char path[4096];
    orma_error *error = NULL;
    const char *named = option_text(inv, "output-file");

    if (named == NULL)
        named = argument_text(inv, 1);
    const char *format = choose_format(inv, named);
    if (format == NULL)
        return EXIT_USAGE;
    snprintf(path, sizeof path, "%s.%s", argument_text(inv, 0), format);
    if (named != NULL)
        snprintf(path, sizeof path, "%s", named);
    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_node_graph(
        profile, argument_text(inv, 0), document_text(options), &text, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    status = strcmp(format, "dot") == 0 ? write_text(inv, path, text)
                                        : render(inv, format, path, text);
    if (status == EXIT_DONE && !is_stdout(path))
        printf("%s\n", path);
    return status;
}

static const option generate_options[] = {
    {"output-format", 'f', OPTION_TEXT, "FORMAT", "dot|svg|png|pdf", false,
     "kind of file; told from FILE's ending when left out, else pdf"},
    {"output-file", 'O', OPTION_TEXT, "FILE", NULL, false,
     "file to write; - for standard output"},
    {"identifier", 0, OPTION_TEXT, "WHAT", "pk|uuid|label", false,
     "what nodes are named by (pk)"},
    {"ancestor-depth", 'a', OPTION_COUNT, "N", NULL, false,
     "levels upwards (all)"},
    {"descendant-depth", 'd', OPTION_COUNT, "N", NULL, false,
     "levels downwards (all)"},
    {"process-out", 'o', OPTION_FLAG, NULL, NULL, false,
     "show all outputs of the processes upwards"},
    {"process-in", 'i', OPTION_FLAG, NULL, NULL, false,
     "show all inputs of the processes downwards"},
    {0},
};

static const argument generate_arguments[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"FILE", "file to write (NODE.FORMAT)", true, false},
    {0},
};

const command graph_commands[] = {
    {.name = "generate",
     .summary = "Draw the provenance graph around a node",
     .details = "svg, png and pdf need Graphviz's dot.",
     .example = "orma node graph generate 12 provenance.svg\n"
                "orma node graph generate 12 -f dot -O - | less",
     .arguments = generate_arguments,
     .options = generate_options,
     .run = run_generate},
    {0},
};
